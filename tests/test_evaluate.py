"""The scores, the intervals, and records drawn from the network."""

import math

import numpy as np
import pytest

from backstride.assess import assess
from backstride.errors import CaseError
from backstride.evaluate import Expectation, evaluate, expectation_of, read_cases, wilson
from backstride.knowledge.loader import load
from backstride.reasoning.network import Network
from backstride.reasoning.posterior import facet_of
from backstride.reports.evaluation_page import evaluation_page
from backstride.sampler import Plan, sample

KNOWLEDGE = load()


@pytest.fixture(scope="module")
def network():
    return Network(KNOWLEDGE, draws=0)


@pytest.fixture(scope="module")
def few():
    return evaluate(read_cases()[:6], KNOWLEDGE, explain=False)


def test_the_interval_of_a_share_is_wilsons():
    # Newcombe 1998, Stat Med 17:857, table I: 81 of 263 and 15 of 148, 0 of 20.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def test_every_engine_scores_the_same_cases_in_both_modes(few):
    assert [(e.mode, e.engine) for e in few] == [
        (mode, engine) for mode in ("answers", "answers + exam") for engine in ("shipped", "flat", "naive Bayes")
    ]
    assert {tuple(r.id for r in e.results) for e in few} == {tuple(c.record.id for c in read_cases()[:6])}


def test_scores_count_what_they_say(few):
    results = few[0].results
    covered = [r for r in results if r.expectation.covered]
    assert few[0].score("top3").hits == sum(bool(set(r.top) & r.expectation.accepted) for r in covered)
    assert few[0].score("top1").hits == sum(r.top[0] in r.expectation.accepted for r in covered)
    assert few[0].score("safe").of == len(results)
    assert few[0].score("safe").hits + sum(r.level.rank < r.expectation.level.rank for r in results) == len(results)
    assert 0 <= few[0].brier <= 1


def test_the_page_shows_counts_and_says_what_went_wrong():
    results = evaluate(read_cases()[4:6], KNOWLEDGE)
    page = evaluation_page(results, KNOWLEDGE.version, 2)
    assert "| vg-005 | sacral_pelvic_bsi |" in page
    assert "accepted cause in the first three" in page


def test_an_expectation_that_means_nothing_is_an_error():
    case = read_cases()[0]
    assert isinstance(expectation_of(case), Expectation)
    case.expect["triage"] = "soonish"
    with pytest.raises(CaseError, match="self_care"):
        expectation_of(case)


def test_a_folder_without_cases_is_an_error(tmp_path):
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(CaseError):
            read_cases(folder)
    (tmp_path / "a.yaml").write_text("answers: {}")
    with pytest.raises(CaseError, match="expect"):
        read_cases(tmp_path)


def test_the_answer_to_a_case_does_not_see_what_is_expected():
    case = read_cases()[3]
    before = assess(case.record, KNOWLEDGE)
    case.expect.clear()
    assert assess(case.record, KNOWLEDGE) == before


def test_single_answers_keep_the_networks_frequency(network):
    item = "worse_sitting"
    table = network.table(item)
    state = 1 + network.index["discogenic_pain"]
    p = table.probability["yes"][table.pattern_of_state[state], 0]
    records = [s.record for s in sample(network, 2000, Plan(state=("discogenic_pain",), covariates=False), seed=1)]
    said = [r.answers[item].value == "yes" for r in records if item in r.answers]
    assert abs(np.mean(said) - p) < 4 * math.sqrt(p * (1 - p) / len(said))


def test_a_plan_is_followed(network):
    one = [s.record for s in sample(network, 20, Plan(one_per_facet=True, answered=0.5), seed=2)]
    for record in one:
        facets = [facet_of(KNOWLEDGE.findings[i]) for i in record.answers if i in KNOWLEDGE.findings]
        assert len(facets) == len(set(facets))
    half = [len(s.record.answers) for s in sample(network, 50, Plan(answered=0.5, covariates=False), seed=3)]
    whole = [len(s.record.answers) for s in sample(network, 50, Plan(covariates=False), seed=3)]
    assert 0.4 < sum(half) / sum(whole) < 0.6
    safe = next(iter(sample(network, 1, Plan(answered=0.0, safety_answered=True, covariates=False), seed=4))).record
    assert "saddle_numbness" in safe.answers
    assert "worse_sitting" not in safe.answers


def test_withdrawn_yeses_are_those_with_a_confirm_question(network):
    plan = Plan(state=("cauda_equina_syndrome",), confirm_withdrawn=1.0)
    records = [s.record for s in sample(network, 30, plan, seed=5)]
    assert any(r.confirmations for r in records)
    for record in records:
        for flag_id in record.confirmations:
            flag = KNOWLEDGE.red_flags[flag_id]
            assert flag.confirm
            assert record.answers[flag.finding].value == "yes"


def test_records_of_every_cause_come_out_of_the_prior(network):
    drawn = {c for s in sample(network, 1500, Plan(answered=0.0), seed=6) for c in s.state}
    assert {"lumbar_muscle_strain", "lumbar_radiculopathy", "sij_pain"} <= drawn


def test_flat_priors_are_flat():
    flat = Network(KNOWLEDGE, draws=0, flat_priors=True)
    assert np.ptp(flat.log_odds()[:, 0]) == 0.0
