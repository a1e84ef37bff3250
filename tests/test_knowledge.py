"""Knowledge files: what is refused and where, overlays, the compiled form, rules, and that names of ids mean nothing."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstride.errors import KnowledgeError
from backstride.evaluate import effect_of, read_cases
from backstride.knowledge.check import check
from backstride.knowledge.files import SHIPPED
from backstride.knowledge.loader import load
from backstride.knowledge.rules import Stated, parse_rule
from backstride.knowledge.schema import KINDS, write_schemas
from backstride.model.evidence import Observation
from backstride.reasoning.network import Network
from backstride.reasoning.posterior import infer
from backstride.sampler import Plan, sample
from backstride.sensitivity import sensitivity

KNOWLEDGE = load()


@pytest.fixture
def overlay(tmp_path):
    """Copies a shipped file into an overlay folder, changed by a regular expression."""

    def make(inside, pattern="", by=""):
        source, target = SHIPPED / inside, tmp_path / "mine" / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text(encoding="utf-8")
        changed, count = re.subn(pattern, by, text, count=1, flags=re.MULTILINE | re.DOTALL)
        assert count == 1, f"{pattern} is not in {inside}"
        target.write_text(changed, encoding="utf-8")
        return tmp_path / "mine"

    return make


@pytest.mark.parametrize(
    ("inside", "pattern", "by", "field", "words"),
    [
        ("findings/slr.yaml", r"answer: yes_no", "answer: yes_or_no", "answer", "Write one of: yes_no"),
        ("findings/slr.yaml", r"background: \{point: [0-9.]+", "background: {point: 1.7", "background.point", "from 0 to 1"),
        ("findings/slr.yaml", r"condition: lumbar_radiculopathy", "condition: lumbar_radiculopaty", "condition", "lumbar_radiculopathy"),
        ("findings/slr.yaml", r"^effort:", "efort:", "efort", "Did you mean 'effort'?"),
        ("findings/slr.yaml", r"^effort: [0-9.]+\n", "", "effort", "Add it."),
        ("red_flags/rf_saddle.yaml", r"^rule: saddle_numbness", "rule: saddle_numbnes", "rule", "saddle_numbness"),
        ("red_flags/rf_saddle.yaml", r"^rule: saddle_numbness", "rule: saddle_numbness and", "rule", "column"),
        ("red_flags/rf_saddle.yaml", r"^who: emergency_department", "who: doctor", "who", "emergency_department"),
        ("conditions/sij_pain.yaml", r"^id: sij_pain", "id: si_pain", "id", "Write id: sij_pain"),
        ("conditions/sij_pain.yaml", r"low: 0.03", "low: 0.3", "prior", "low, point, high"),
        ("limits.yaml", r"^draws:\n  value: 60", "draws:\n  value: 2", "draws.value", "from 20 to 1000"),
        ("limits.yaml", r"value: \[0.08, 0.75", "value: [0.18, 0.75", "size_prior.value", "add up to 1"),
        ("conditions/sij_pain.yaml", r"point: 0.07, low: 0.03", "point: 0, low: 0", "prior.point", "from 1e-09"),
        ("factors/smoking.yaml", r"odds_ratio: \{point: [0-9.]+, low: [0-9.]+", "odds_ratio: {point: 0, low: 0", "odds_ratio", "0.01"),
        ("findings/worse_sitting.yaml", r"value: yes\n    if_present", "value: no\n    if_present", "value", "Write value: yes"),
        ("findings/slr.yaml", r"use: yes", "use: true", "use", "Write one of: yes"),
        ("limits.yaml", r"^facet_discount:", "facet_discont:", "facet_discont", "facet_discount"),
    ],
)
def test_a_broken_edit_is_reported_with_file_line_field_and_remedy(overlay, inside, pattern, by, field, words):
    folder = overlay(inside, pattern, by)
    errors = check((folder,)).errors
    assert errors
    problem = next(p for p in errors if field in p.field)
    assert problem.file.endswith(inside)
    assert 0 < problem.line <= len((folder / inside).read_text().splitlines())
    assert words in f"{problem.message} {problem.remedy}"
    with pytest.raises(KnowledgeError, match=re.escape(Path(inside).name)):
        load((folder,))


def test_a_published_number_needs_its_source(overlay):
    folder = overlay("findings/slr.yaml", r"(basis: published.*?)sources: \[[^\]]*\]", r"\1sources: []")
    assert any("source" in f"{p.message} {p.remedy}" for p in check((folder,)).errors)


def test_an_overlay_changes_one_concept_the_version_and_the_cases_it_touches(overlay):
    folder = overlay("conditions/lumbar_muscle_strain.yaml", r"prior: \{point: [0-9.]+", "prior: {point: 0.31")
    mine = load((folder,))
    assert mine.version != KNOWLEDGE.version
    assert mine.conditions["lumbar_muscle_strain"].prior.point == 0.31
    assert mine.conditions["sij_pain"] == KNOWLEDGE.conditions["sij_pain"]
    moved = effect_of(read_cases(), KNOWLEDGE, mine)
    assert moved
    assert effect_of(read_cases(), KNOWLEDGE, KNOWLEDGE) == []


def test_the_compiled_form_is_never_stale_and_never_trusted_when_damaged(overlay, tmp_path, monkeypatch):
    monkeypatch.setenv("BACKSTRIDE_CACHE", str(tmp_path / "cache"))
    folder = overlay("limits.yaml", r"draws:\n  value: 60", "draws:\n  value: 61")
    assert load((folder,)).limits["draws"].value == 61
    assert load((folder,)).limits["draws"].value == 61
    overlay("limits.yaml", r"draws:\n  value: 60", "draws:\n  value: 62")
    assert load((folder,)).limits["draws"].value == 62
    for form in (tmp_path / "cache").iterdir():
        form.write_bytes(form.read_bytes().replace(b'"value":62', b'"value":63'))
    assert load((folder,)).limits["draws"].value == 62


def test_loading_works_where_nothing_can_be_kept(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("BACKSTRIDE_CACHE", str(tmp_path / "file"))
    assert load().version == KNOWLEDGE.version


@pytest.mark.parametrize("make", ["nothing", "empty", "misplaced"])
def test_an_overlay_without_knowledge_is_an_error(tmp_path, make):
    folder = tmp_path / "mine"
    if make != "nothing":
        folder.mkdir()
    if make == "misplaced":
        (folder / "finding").mkdir()
        shutil.copy(SHIPPED / "findings" / "slr.yaml", folder / "finding" / "slr.yaml")
    with pytest.raises(KnowledgeError, match=r"no such folder|no knowledge files|findings/slr\.yaml"):
        load((folder,))


def test_every_kind_has_a_schema_that_knows_every_key_in_use(tmp_path):
    paths = write_schemas(tmp_path / "schemas")
    assert {p.name.removesuffix(".schema.json") for p in paths} == set(KINDS)
    schema = json.loads((tmp_path / "schemas" / "findings.schema.json").read_text())
    assert set(schema["required"]) <= set(schema["properties"])
    assert schema["additionalProperties"] is False
    assert schema["properties"]["answered_by"] == {"enum": ["runner", "therapist"]}
    rows = schema["properties"]["likelihoods"]["items"]["properties"]
    assert rows["if_present"]["properties"]["point"] == {"type": "number", "minimum": 0, "maximum": 1}


def test_nothing_claims_a_review_that_did_not_happen():
    assert not KNOWLEDGE.reviewed
    assert check().counts["unreviewed"] > 400


@pytest.mark.parametrize(
    ("rule", "answers", "holds"),
    [
        ("a", {"a": "yes"}, True),
        ("a", {"a": "unsure"}, False),
        ("a", {}, False),
        ("not a", {}, True),
        ("not a", {"a": "unsure"}, True),
        ("not a", {"a": "yes"}, False),
        ("a and not b", {"a": "yes"}, True),
        ("a or b and c", {"a": "yes"}, True),
        ("(a or b) and c", {"a": "yes"}, False),
        ("a == 'no'", {}, False),
        ("a == 'no'", {"a": "no"}, True),
        ("age >= 50", {"age": 50}, True),
        ("age > 50", {"age": 50}, False),
        ("age < 50", {}, False),
        ("a", {"a": Stated(("no", "yes"))}, True),
        ("not a", {"a": Stated(("no", "yes"))}, True),
        ("not a", {"a": Stated(("unsure", "yes"))}, False),
        ("not a", {"a": Stated(("yes",), doubtful=True)}, True),
        ("a == 'no'", {"a": Stated(("no", "yes"))}, True),
        ("not not a", {"a": Stated(("no", "yes"))}, True),
        ("a >= 7", {"a": Stated((3.0, 8.0))}, True),
        ("not a >= 7", {"a": Stated((3.0, 8.0))}, True),
    ],
)
def test_what_a_rule_means(rule, answers, holds):
    assert parse_rule(rule).evaluate(answers.get) is holds


@pytest.mark.parametrize(
    ("rule", "answers", "could"),
    [
        ("a", {}, True),
        ("a", {"a": "no"}, False),
        ("a and b", {"a": "no"}, False),
        ("a and b", {"a": "yes"}, True),
        ("a and b", {"a": Stated(("unsure",))}, True),
        ("a or b", {"a": "no"}, True),
        ("a or b", {"a": "no", "b": "no"}, False),
        ("a and not b", {"a": "yes", "b": "yes"}, False),
        ("age >= 60", {}, True),
        ("age >= 60", {"age": 50}, False),
    ],
)
def test_what_could_still_hold(rule, answers, could):
    assert parse_rule(rule).could_hold(answers.get) is could


@pytest.mark.parametrize(
    "rule", ["", "and a", "a or", "(a", "a)", "a b", "a > 'no'", "a >", "5", "a == b", "a & b", "not", "(" * 80 + "a" + ")" * 80]
)
def test_a_rule_that_means_nothing_says_where(rule):
    with pytest.raises(KnowledgeError, match="column"):
        parse_rule(rule)


@given(st.text(alphabet="ab ()<>='nortd5", max_size=30))
def test_any_text_is_a_rule_or_a_readable_error(text):
    try:
        parse_rule(text).evaluate(lambda name: None)
    except KnowledgeError as error:
        assert error.remedy


def relabelled(knowledge, name):
    """The same knowledge with every finding and condition called something else."""

    def row(likelihood):
        return replace(likelihood, condition=name(likelihood.condition))

    conditions = {name(c.id): replace(c, id=name(c.id)) for c in knowledge.conditions.values()}
    findings = {
        name(f.id): replace(f, id=name(f.id), facet=f.facet and name(f.facet), likelihoods=tuple(map(row, reversed(f.likelihoods))))
        for f in knowledge.findings.values()
    }
    return replace(
        knowledge, version="relabelled", conditions=dict(sorted(conditions.items())), findings=dict(sorted(findings.items())), factors={}
    )


@pytest.mark.parametrize("seed", range(5))
def test_what_ids_are_called_and_where_they_sort_changes_nothing(seed):
    def name(id):
        return id[::-1]

    plain = Network(replace(KNOWLEDGE, version="plain", factors={}))
    other = Network(relabelled(KNOWLEDGE, name))
    answers = next(iter(sample(plain, 1, Plan(covariates=False, answered=0.3, runner_only=False), seed=seed))).record.answers
    a = infer(plain, [Observation(item, answer.value) for item, answer in answers.items()])
    b = infer(other, [Observation(name(item), answer.value) for item, answer in answers.items()])
    for i, condition in enumerate(plain.conditions):
        assert b.marginal[other.index[name(condition)]] == pytest.approx(a.marginal[i], abs=1e-9)


def test_sensitivity_names_what_moves_cases_and_where_it_stands():
    cases = read_cases()[:4]
    found = sensitivity(cases, KNOWLEDGE)
    assert [i.cases_moved for i in found] == sorted((i.cases_moved for i in found), reverse=True)
    for influence in found:
        assert (SHIPPED / influence.file).is_file()
        assert influence.low <= influence.point <= influence.high
        assert 0 < influence.shift <= len(cases)
        assert influence.cases_moved <= len(cases)
    assert {"conditions/lumbar_muscle_strain.yaml"} <= {i.file for i in found}
