"""How soon, who, and why: every rule, who decides, what is asked again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backstride.assess import assess
from backstride.knowledge.loader import load
from backstride.knowledge.rules import parse_rule
from backstride.model.assessment import Level, Who
from backstride.model.evidence import Answer, Source
from backstride.model.record import Record, Runner
from backstride.reasoning.observe import observe
from backstride.reasoning.triage import fired_flags, lookup_of, triage, unanswered_emergency_items, wording_id

KNOWLEDGE = load()
LEVELS = {"emergency_now": Level.EMERGENCY, "same_day": Level.URGENT_SAME_DAY, "within_days": Level.SOON_CLINICIAN}
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def record(answers=None, *, exam=None, confirmations=None, at=None, **runner):
    def given(values, source=Source.RUNNER):
        return {item: value if isinstance(value, Answer) else Answer(value, source) for item, value in (values or {}).items()}

    exam = given(exam, Source.CLINICIAN)
    return Record("case", Runner(**runner), answers=given(answers), exam=exam, confirmations=given(confirmations), assessed_at=at)


def judged(case, probability=None, leading=None):
    return triage(observe(case, KNOWLEDGE), case, KNOWLEDGE, probability or {}, leading)


def satisfying(rule):
    """Some lookup that makes a rule true, by trying the values its parts ask for."""
    if rule.kind == "yes":
        return {rule.name: "yes"}
    if rule.kind == "not":
        return {}
    if rule.kind == "compare":
        if isinstance(rule.operand, str):
            return {rule.name: rule.operand}
        return {rule.name: rule.operand + {">": 1, ">=": 0, "<": -1, "<=": 0, "==": 0}[rule.compare]}
    parts = rule.parts if rule.kind == "and" else rule.parts[:1]
    return {key: value for part in parts for key, value in satisfying(part).items()}


@pytest.mark.parametrize("flag", KNOWLEDGE.red_flags.values(), ids=lambda flag: flag.id)
def test_every_red_flag_fires_on_what_it_asks_for_at_its_level_and_by_its_person(flag):
    needed = satisfying(parse_rule(flag.rule))
    runner = {"age": int(needed.pop("age")) if "age" in needed else 30, "sex": needed.pop("sex", None)}
    derived = {"ibp_composite", "age_over_50", "age_under_20", "sex_female"} & set(needed)
    if derived:
        assert flag in fired_flags(lambda name: {**needed, **runner}.get(name), KNOWLEDGE)
        return
    answer = judged(record(needed, **runner))
    reason = next(r for r in answer.reasons if r.red_flag == flag.id)
    assert reason.level is LEVELS[flag.action]
    assert reason.who == flag.who
    assert reason.text == flag.question
    assert reason.say == flag.say
    assert reason.confirm == flag.confirm
    assert reason.confirm_answer == ""
    assert reason.sources == flag.sources
    assert set(reason.observations) == {item for item, value in needed.items() if value == "yes"}
    assert answer.level.rank >= reason.level.rank
    assert answer.by_when == KNOWLEDGE.wording[wording_id(answer.level, answer.who)].by_when


def test_no_answer_fires_no_rule_and_nothing_leading_is_routine():
    answer = judged(record())
    assert answer.reasons == ()
    assert (answer.level, answer.who) == (Level.ROUTINE_PT, Who.PHYSICAL_THERAPIST)


def test_the_gravest_reason_comes_first_and_decides_who():
    answer = judged(record({"weakness_leg": "yes", "saddle_numbness": "yes", "cancer_history": "yes"}))
    assert (answer.level, answer.who) == (Level.EMERGENCY, Who.EMERGENCY_DEPARTMENT)
    ranks = [reason.level.rank for reason in answer.reasons]
    assert ranks == sorted(ranks, reverse=True)
    assert answer.reasons[0].level is Level.EMERGENCY


def test_at_one_level_a_doctor_comes_before_a_therapist():
    answer = judged(record({"weakness_leg": "yes", "night_pain_any": "yes"}, age=60))
    soon = [r.who for r in answer.reasons if r.level is Level.SOON_CLINICIAN]
    assert Who.DOCTOR in soon and Who.PHYSICAL_THERAPIST in soon
    assert soon == sorted(soon, key=list(Who).index, reverse=True)
    assert answer.who is soon[0] is Who.DOCTOR


@pytest.mark.parametrize(
    ("value", "level", "who"),
    [
        ("no", Level.URGENT_SAME_DAY, Who.DOCTOR),
        ("yes", Level.EMERGENCY, Who.EMERGENCY_DEPARTMENT),
        ("unsure", Level.EMERGENCY, Who.EMERGENCY_DEPARTMENT),
    ],
)
def test_only_a_clear_no_to_the_confirm_question_lowers_an_emergency(value, level, who):
    answer = judged(record({"saddle_numbness": "yes"}, confirmations={"rf_saddle": value}))
    assert (answer.level, answer.who) == (level, who)
    assert answer.reasons[0].confirm_answer == value


def test_a_no_to_a_confirm_question_lowers_no_rule_below_an_emergency():
    flag = next(f for f in KNOWLEDGE.red_flags.values() if f.action == "emergency_now" and not f.confirm)
    needed = satisfying(parse_rule(flag.rule))
    answer = judged(record(needed, confirmations={flag.id: "no"}))
    assert answer.level is Level.EMERGENCY


@pytest.mark.parametrize("level", ["emergency", "urgent_same_day", "soon_clinician"])
def test_a_condition_lifts_the_level_exactly_from_its_limit(level):
    limit = KNOWLEDGE.limits[f"triage_limit_{level}"].value
    condition = next(c for c in KNOWLEDGE.conditions.values() if c.urgency == level)
    under = judged(record(), {condition.id: limit - 1e-9})
    at = judged(record(), {condition.id: limit})
    assert under.level is Level.ROUTINE_PT
    assert at.level == level
    assert at.reasons[0].condition == condition.id
    assert at.reasons[0].text.startswith(condition.plain_name)
    expected = {"emergency": Who.EMERGENCY_DEPARTMENT, "urgent_same_day": Who.DOCTOR}.get(level)
    by_group = Who.DOCTOR if condition.group in ("serious", "visceral") else Who.PHYSICAL_THERAPIST
    assert at.who is (expected or by_group)


@pytest.mark.parametrize("group", ["serious", "visceral", "mechanical", "bone_stress"])
def test_who_sees_a_condition_soon_depends_on_its_kind(group):
    some = next(iter(KNOWLEDGE.conditions.values()))
    made = replace(some, id="made", group=group, urgency="soon_clinician")
    knowledge = replace(KNOWLEDGE, conditions={"made": made})
    case = record()
    answer = triage(observe(case, KNOWLEDGE), case, knowledge, {"made": 1.0}, None)
    assert answer.who is (Who.DOCTOR if group in ("serious", "visceral") else Who.PHYSICAL_THERAPIST)


@pytest.mark.parametrize(("age", "level"), [(15, Level.SOON_CLINICIAN), (16, Level.ROUTINE_PT)])
def test_under_sixteen_a_doctor_looks_soon(age, level):
    answer = judged(record(age=age))
    assert answer.level is level
    assert (answer.who is Who.DOCTOR) == (age < 16)


MILD = {"pain_severity": 3.0, "duration_over_3_weeks": "no", "improving_2_weeks": "yes"}


@pytest.mark.parametrize(
    ("change", "leading", "level"),
    [
        ({}, "lumbar_muscle_strain", Level.SELF_CARE),
        ({}, "lumbar_radiculopathy", Level.ROUTINE_PT),
        ({}, None, Level.ROUTINE_PT),
        ({"pain_severity": 4.0}, "lumbar_muscle_strain", Level.ROUTINE_PT),
        ({"pain_severity": None}, "lumbar_muscle_strain", Level.ROUTINE_PT),
        ({"prior_lbp": "yes"}, "lumbar_muscle_strain", Level.ROUTINE_PT),
        ({"prior_lbp": "no"}, "lumbar_muscle_strain", Level.SELF_CARE),
        ({"duration_over_3_weeks": "unsure"}, "lumbar_muscle_strain", Level.ROUTINE_PT),
        ({"improving_2_weeks": "unsure"}, "lumbar_muscle_strain", Level.ROUTINE_PT),
    ],
)
def test_self_care_is_for_a_first_mild_and_improving_spell_that_one_may_treat_oneself(change, leading, level):
    answers = {k: v for k, v in {**MILD, **change}.items() if v is not None}
    answer = judged(record(answers), leading=leading)
    assert answer.level is level
    assert (answer.who is Who.SELF) == (level is Level.SELF_CARE)


def test_an_urgent_rule_is_never_self_care():
    assert judged(record({**MILD, "cancer_history": "yes"}), leading="lumbar_muscle_strain").level is not Level.SELF_CARE


def test_unanswered_emergency_items_make_the_level_provisional_until_all_are_answered():
    first = judged(record())
    assert first.provisional and "urinary_retention" in first.unanswered
    answers = {}
    for _ in range(20):
        answer = judged(record(answers))
        if not answer.provisional:
            break
        answers.update(dict.fromkeys(answer.unanswered, "no"))
    assert not answer.provisional and answer.unanswered == ()
    unsure = judged(record({**answers, "urinary_retention": "unsure"}))
    assert unsure.unanswered == ("urinary_retention",)


def test_an_emergency_item_matters_only_while_its_yes_would_change_something():
    for item in unanswered_emergency_items(observe(record(), KNOWLEDGE), KNOWLEDGE):
        finding = KNOWLEDGE.findings[item]
        assert finding.answered_by == "runner" and finding.answer == "yes_no"
        fired = fired_flags(lookup_of(observe(record({item: "yes"}), KNOWLEDGE)), KNOWLEDGE)
        assert any(flag.action == "emergency_now" for flag in fired)


def test_items_for_the_other_sex_are_not_waited_for():
    hers = replace(KNOWLEDGE.findings["urinary_retention"], only_for_sex="female")
    knowledge = replace(KNOWLEDGE, findings={**KNOWLEDGE.findings, "urinary_retention": hers})
    waiting = {sex: unanswered_emergency_items(observe(record(sex=sex), knowledge), knowledge) for sex in ("male", "female", None)}
    assert "urinary_retention" not in waiting["male"]
    assert "urinary_retention" in waiting["female"]
    assert waiting["female"] == waiting[None]


@pytest.mark.parametrize(("hours", "again"), [(47.9, ()), (48.0, ()), (48.1, ("saddle_numbness",))])
def test_an_emergency_answer_older_than_two_days_is_asked_again(hours, again):
    given = Answer("no", answered_at=NOW - timedelta(hours=hours))
    answer = judged(record({"saddle_numbness": given}, at=NOW))
    assert answer.ask_again == again
    assert ("saddle_numbness" in answer.unanswered) == bool(again)


def test_a_clinicians_old_answer_and_an_old_answer_about_nothing_urgent_stand():
    old = NOW - timedelta(days=30)
    case = record(
        {"worse_sitting": Answer("yes", answered_at=old), "pain_low_back": Answer("yes")},
        exam={"saddle_numbness": Answer("no", Source.CLINICIAN, answered_at=old)},
        at=NOW,
    )
    assert judged(case).ask_again == ()
    runner_words_by_clinician = record({"saddle_numbness": Answer("no", Source.CLINICIAN, answered_at=old)}, at=NOW)
    assert judged(runner_words_by_clinician).ask_again == ()


def test_an_old_yes_still_counts_while_it_is_asked_again():
    given = Answer("yes", answered_at=NOW - timedelta(days=9))
    answer = judged(record({"saddle_numbness": given}, at=NOW))
    assert answer.level is Level.EMERGENCY
    assert answer.ask_again == ("saddle_numbness",)


def test_a_yes_by_anyone_is_a_yes_and_the_larger_number_counts():
    told = record({"saddle_numbness": "no", "pain_severity": 4.0}, exam={"saddle_numbness": "yes", "pain_severity": 8.0})
    lookup = lookup_of(observe(told, KNOWLEDGE))
    assert lookup("saddle_numbness") == "yes"
    assert lookup("pain_severity") == 8.0
    other = record({"saddle_numbness": "yes", "pain_severity": 8.0}, exam={"saddle_numbness": "no", "pain_severity": 4.0})
    lookup = lookup_of(observe(other, KNOWLEDGE))
    assert (lookup("saddle_numbness"), lookup("pain_severity")) == ("yes", 8.0)
    no_and_unsure = lookup_of(observe(record({"saddle_numbness": "unsure"}, exam={"saddle_numbness": "no"}), KNOWLEDGE))
    assert no_and_unsure("saddle_numbness") == "no"


def test_rules_see_age_and_sex():
    lookup = lookup_of(observe(record(age=61, sex="female"), KNOWLEDGE))
    assert (lookup("age"), lookup("sex"), lookup("worse_sitting")) == (61, "female", None)


def test_the_leading_cause_decides_self_care_in_a_whole_answer():
    answer = assess(record({**MILD, "pain_low_back": "yes", "pain_localised_no_spread": "yes", "onset_sudden": "yes"}), KNOWLEDGE)
    assert answer.causes[0].condition == "lumbar_muscle_strain"
    assert answer.triage.level is Level.SELF_CARE
