"""The interview: what is asked when, what an answer does, and that no way through it leaves an emergency sign unasked."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backstride.assess import assess, network_of
from backstride.errors import CaseError
from backstride.evaluate import read_cases
from backstride.interview import answer, back, change, item_of, record_of, screen, skip
from backstride.knowledge.check import check
from backstride.knowledge.loader import load
from backstride.model.assessment import Level
from backstride.model.evidence import Answer
from backstride.model.interview import Interview, Kind
from backstride.model.record import Record, Runner
from backstride.model.run import Shoe
from backstride.reasoning.network import Network
from backstride.reasoning.next_question import expected_gains, together
from backstride.reasoning.observe import observe
from backstride.reasoning.posterior import infer
from backstride.reasoning.triage import unanswered_emergency_items

KNOWLEDGE = load()
POINT = Network(KNOWLEDGE, draws=0)
NOW = datetime(2026, 11, 3, 8, tzinfo=UTC)
STRANGER = Record("case")
MAN = Record("case", Runner(age=34, sex="male"))
MORE_THAN_ENOUGH = 80


def limit(name):
    return KNOWLEDGE.limits[name].value


def shown(interview=None, base=MAN, now=NOW, knowledge=KNOWLEDGE):
    return screen(interview or Interview(), base, knowledge, now)


def assessed(interview, base=MAN, now=NOW):
    return assess(record_of(interview, base, KNOWLEDGE, now), KNOWLEDGE, POINT)


def play(values=None, base=MAN, *, interview=None, until=lambda screen: False, now=NOW, knowledge=KNOWLEDGE):
    """Answer screens until one that is wanted or the end: those values that are asked for, no (or unsure) to the rest."""
    interview, seen = interview or Interview(), []
    for _ in range(MORE_THAN_ENOUGH):
        now_shown = shown(interview, base, now, knowledge)
        seen.append(now_shown)
        if now_shown.kind is Kind.DONE or until(now_shown):
            return interview, seen
        interview = answer(interview, now_shown, told(now_shown, values or {}), now)
    raise AssertionError("it does not end")


def told(now_shown, values):
    answers = {}
    for item in now_shown.items:
        known = {"age": 34, "sex": "male", "pain_severity": 3, **values}
        if item.id in known:
            answers[item.id] = known[item.id]
        elif now_shown.kind not in (Kind.WHERE, Kind.SAFETY) and item.choices:
            answers[item.id] = "no" if "no" in [choice.value for choice in item.choices] else "unsure"
    return answers


def asked(screens):
    return {item.id for screen in screens for item in screen.items}


def is_kind(*kinds):
    return lambda screen: screen.kind in kinds


# Where, and the order of things


def test_it_begins_with_where_it_hurts_and_a_marked_region_is_a_yes_to_its_findings():
    first = shown(base=STRANGER)
    assert first.kind is Kind.WHERE
    assert {item.id for item in first.items} == set(KNOWLEDGE.regions)
    interview = answer(Interview(), first, {"low_back_midline": "yes", "buttock_left": "yes"}, NOW)
    answers = record_of(interview, STRANGER, KNOWLEDGE, NOW).answers
    assert {item: given.value for item, given in answers.items()} == {"pain_low_back": "yes", "pain_midline": "yes", "pain_buttock": "yes"}
    assert all(given.answered_at == NOW for given in answers.values())


def test_the_kinds_come_in_order_and_end():
    _, screens = play({"low_back_left": "yes"}, STRANGER)
    kinds = [screen.kind for screen in screens]
    safety = [place for place, screen in enumerate(screens) if screen.id.startswith("safety:")]
    questions = [place for place, screen in enumerate(screens) if screen.id.startswith("question:")]
    habits = [place for place, kind in enumerate(kinds) if kind is Kind.HABITS]
    assert safety == [1, 2, 3, 4]
    assert questions and min(questions) == 5
    assert 1 <= len(habits) <= 2 and max(habits) == len(screens) - 2
    assert kinds[-1] is Kind.DONE and kinds.count(Kind.DONE) == 1


def test_a_screen_is_the_same_whenever_it_is_asked_for():
    interview, _ = play(until=is_kind(Kind.QUESTION))
    assert shown(interview) == shown(interview) == shown(Interview.from_plain(interview.as_plain()))
    assert shown(interview).knowledge_version == KNOWLEDGE.version == answer(interview, shown(interview), {}, NOW).knowledge_version


# Safety


def initial_items(runner):
    return set(unanswered_emergency_items(observe(Record("case", runner), KNOWLEDGE), KNOWLEDGE))


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.record.id)
def test_every_emergency_item_of_a_public_case_is_asked_on_the_first_four_screens_after_the_tap(case):
    values = {item: given.value for item, given in case.record.answers.items()}
    values |= {"age": case.record.runner.age or "unsure", "sex": case.record.runner.sex or "unsure"}
    interview, screens = Interview(), []
    first = shown(interview, STRANGER)
    interview = skip(interview, first, NOW)
    while len(screens) < 4:
        now_shown = shown(interview, STRANGER)
        if now_shown.kind is Kind.DONE:
            assert assessed(interview, STRANGER).triage.level is Level.EMERGENCY
            return
        if now_shown.kind is Kind.CONFIRM:  # comes in between, and only after a yes
            interview = answer(interview, now_shown, {now_shown.items[0].id: "no"}, NOW)
            continue
        screens.append(now_shown)
        given = {i.id: values.get(i.id, "unsure") for i in now_shown.items}
        interview = answer(interview, now_shown, {i: v for i, v in given.items() if v != "no"}, NOW)
    assert all(one.kind is Kind.SAFETY for one in screens)
    assert asked(screens) >= initial_items(Runner(case.record.runner.age, case.record.runner.sex))


def test_from_the_start_to_go_now_takes_four_screens():
    _, screens = play({"saddle_numbness": "yes", "rf_saddle": "yes"}, STRANGER)
    assert [screen.kind for screen in screens] == [Kind.WHERE, Kind.SAFETY, Kind.CONFIRM, Kind.DONE]


@pytest.mark.parametrize("flag", [f for f in KNOWLEDGE.red_flags.values() if f.confirm], ids=lambda f: f.id)
def test_a_confirm_question_follows_its_yes_at_once(flag):
    _, screens = play({flag.finding: "yes", flag.id: "yes"}, STRANGER)
    assert [screen.kind for screen in screens[-3:]] == [Kind.SAFETY, Kind.CONFIRM, Kind.DONE]
    assert screens[-2].items[0].words == flag.confirm


def test_what_is_not_marked_on_a_safety_screen_is_an_explicit_no_and_unsure_stays_unsure():
    interview, screens = play({"urinary_retention": "unsure"}, until=lambda screen: screen.id == "safety:body")
    answers = record_of(interview, MAN, KNOWLEDGE, NOW).answers
    assert answers["urinary_retention"].value == "unsure"
    assert {answers[item.id].value for item in screens[1].items if item.id != "urinary_retention"} == {"no"}


def test_a_clear_no_goes_on_at_the_same_day():
    interview, screens = play({"saddle_numbness": "yes", "rf_saddle": "no"})
    assert screens[-1].id == "done" and asked(screens) >= initial_items(MAN.runner)
    assert assessed(interview).triage.level is Level.URGENT_SAME_DAY


@pytest.mark.parametrize("value", ["yes", "unsure", None])
def test_a_confirm_question_without_a_clear_no_ends_it_as_an_emergency(value):
    interview, screens = play({"saddle_numbness": "yes"}, until=is_kind(Kind.CONFIRM))
    asking = screens[-1]
    interview = skip(interview, asking, NOW) if value is None else answer(interview, asking, {"rf_saddle": value}, NOW)
    assert shown(interview).kind is Kind.DONE
    assert assessed(interview).triage.level is Level.EMERGENCY


def test_who_goes_on_after_an_emergency_is_asked_the_rest_and_stopped_again_by_another():
    interview, screens = play({"saddle_numbness": "yes", "rf_saddle": "yes"})
    gone_on = answer(interview, screens[-1], {}, NOW)
    assert shown(gone_on).kind is Kind.SAFETY
    _, rest = play({}, interview=gone_on)
    assert rest[-1].id == "done" and asked(screens) | asked(rest) >= initial_items(MAN.runner)
    _, stopped = play({"dark_urine": "yes", "rf_dark_urine": "yes"}, interview=gone_on)
    assert stopped[-1].kind is Kind.DONE and stopped[-1].id != "done"


def test_an_emergency_that_needs_no_confirming_ends_it_right_after_its_screen():
    _, screens = play({"major_trauma": "yes", "pain_severe": "yes"})
    assert [screen.id.partition(":")[0] for screen in screens[-2:]] == ["safety", "emergency"]


def test_an_emergency_known_before_is_told_before_anything_is_asked():
    base = Record("case", MAN.runner, answers={"major_trauma": Answer("yes"), "pain_severe": Answer("yes")})
    assert shown(base=base).kind is Kind.DONE


def test_what_a_yes_makes_matter_is_asked_before_the_questions():
    _, screens = play({"fever_chills": "yes"}, until=is_kind(Kind.QUESTION))
    assert "night_pain_unrelenting" in asked(screens) and screens[-2].id == "safety:more"


def test_women_only_items_are_not_asked_of_men_and_sex_and_age_come_in_time_to_know():
    women_only = {finding.id for finding in KNOWLEDGE.findings.values() if finding.only_for_sex}
    _, of_a_man = play({}, STRANGER)
    _, of_a_woman = play({"sex": "female"}, STRANGER)
    assert not asked(of_a_man) & women_only
    assert asked(of_a_woman[:5]) >= women_only & initial_items(Runner(sex="female"))
    _, of_one_who_is_known = play({}, MAN)
    assert not asked(of_one_who_is_known) & {"age", "sex"}


def test_an_age_given_here_is_the_runners():
    interview, _ = play({"age": 61, "sex": "female"}, STRANGER, until=is_kind(Kind.QUESTION))
    assert record_of(interview, STRANGER, KNOWLEDGE, NOW).runner == Runner(61, "female")


def test_skipped_signs_leave_the_answer_provisional():
    interview = Interview()
    for _ in range(MORE_THAN_ENOUGH):
        now_shown = shown(interview, STRANGER)
        if now_shown.kind is Kind.DONE:
            break
        interview = skip(interview, now_shown, NOW)
    triage = assessed(interview, STRANGER).triage
    assert triage.provisional and set(triage.unanswered) == initial_items(Runner())


def test_every_sign_says_what_it_may_mean_and_nothing_that_the_answers_have_ruled_out():
    _, screens = play({}, STRANGER)
    assert all(item.why for screen in screens for item in screen.items)
    last_checks = [item for screen in screens if screen.id.startswith("signs:") for item in screen.items]
    assert last_checks and not any("cancer pressing" in item.why for item in last_checks)


# Questions


def test_questions_come_by_gain_for_effort_and_stop_under_the_limit():
    interview, values = Interview(), {"low_back_left": "yes", "worse_sitting": "yes", "onset_gradual": "yes"}
    found = 0
    for _ in range(MORE_THAN_ENOUGH):
        now_shown = shown(interview)
        if now_shown.kind is Kind.DONE:
            break
        observed = observe(record_of(interview, MAN, KNOWLEDGE, NOW), KNOWLEDGE)
        posterior = infer(network_of(KNOWLEDGE), observed.findings, observed.covariates, observed.sex, draws=False)
        latest = interview.latest()
        worth = {
            item: gain / KNOWLEDGE.findings[item].effort
            for item, gain in expected_gains(posterior, observed, KNOWLEDGE).items()
            if item not in latest and KNOWLEDGE.findings[item].answered_by == "runner" and KNOWLEDGE.findings[item].group != "test"
        }
        best = max(worth.values())
        if now_shown.id.startswith("question:"):
            found += 1
            assert worth[now_shown.items[0].id] == best >= limit("interview_gain_bits")
            assert all(worth[item.id] >= limit("interview_joined_effort") * best for item in now_shown.items)
            assert len(now_shown.items) <= 1 + limit("interview_joined_questions")
            assert len({KNOWLEDGE.findings[item.id].group for item in now_shown.items}) == 1
            assert all(re.match(r"Helps to tell apart: .+; .+\.$", item.why) for item in now_shown.items)
        elif now_shown.kind in (Kind.HABITS, Kind.SELF_TEST):
            assert best < limit("interview_gain_bits") or found == limit("interview_question_screens")
        interview = answer(interview, now_shown, told(now_shown, values), NOW)
    assert 3 <= found <= limit("interview_question_screens")


def test_what_one_answer_settles_of_another_is_not_asked_beside_it():
    gains = {"onset_sudden": 0.4, "onset_gradual": 0.39, "onset_lift_bend_twist": 0.3, "duration_over_3_months": 0.1}
    assert together(gains, KNOWLEDGE, ["onset"])[:1] == ("onset_sudden",)
    assert "onset_gradual" not in together(gains, KNOWLEDGE, ["onset"])
    assert "duration_over_3_months" not in together(gains, KNOWLEDGE, ["onset"])  # not worth half the best
    assert together(gains, KNOWLEDGE, []) == ("onset_sudden",)
    assert together({}, KNOWLEDGE, ["onset"]) == ()


def test_a_contradiction_is_asked_again_once_and_before_any_other_question():
    interview, _ = play({}, until=is_kind(Kind.QUESTION))
    interview = change(interview, "worse_sitting", "yes", KNOWLEDGE, NOW)
    interview = change(interview, "no_pain_seated", "yes", KNOWLEDGE, NOW)
    asking = shown(interview)
    assert asking.kind is Kind.QUESTION and {item.id for item in asking.items} == {"worse_sitting", "no_pain_seated"}
    settled = answer(interview, asking, {"worse_sitting": "yes", "no_pain_seated": "no"}, NOW)
    assert not assessed(settled).dropped
    assert shown(skip(interview, asking, NOW)).id != asking.id


def test_questions_are_at_most_as_many_screens_as_the_limit_says():
    _, screens = play(dict.fromkeys(KNOWLEDGE.findings, "unsure"))
    assert sum(screen.id.startswith(("question:", "test:")) for screen in screens) <= limit("interview_question_screens")


def test_what_decides_between_self_care_and_a_visit_is_asked_even_where_it_tells_no_causes_apart():
    _, screens = play({}, MAN)
    assert asked(screens) >= {"duration_over_3_weeks", "improving_2_weeks", "prior_lbp"}


def test_left_is_never_under_one_before_the_end_and_comes_down():
    _, screens = play({"low_back_left": "yes"}, STRANGER)
    assert all(screen.left >= 1 for screen in screens[:-1]) and screens[-1].left == 0
    assert screens[0].left > screens[len(screens) // 2].left > screens[-2].left - 1


def test_one_item_by_itself_is_asked_as_on_its_screen():
    item = item_of("pain_timing", Interview(), MAN, KNOWLEDGE, NOW)
    assert [choice.value for choice in item.choices][-1] == "unsure"
    assert item_of("saddle", Interview(), MAN, KNOWLEDGE, NOW).choices


# Self-tests and habits


def test_self_tests_are_those_for_at_home_with_gate_steps_and_stop_rule_and_none_when_someone_should_see_the_runner_today():
    tests, values = [], {"low_back_left": "yes", "buttock_left": "yes", "pain_leg_any": "yes", "worse_sitting": "yes", "weakness_leg": "no"}
    for more in ({}, {"outer_hip_left": "yes"}, {"sit_bone_left": "yes"}, {"groin_left": "yes"}):
        _, screens = play({**values, **more})
        tests += [screen for screen in screens if screen.kind is Kind.SELF_TEST]
    assert tests
    for test in tests:
        finding = KNOWLEDGE.findings[test.items[0].id]
        assert finding.at_home and finding.answered_by == "runner"
        assert test.how[0] == finding.gate and test.how[-1] == finding.stop_rule and test.seconds == finding.timer_s
    _, today = play({**values, "saddle_numbness": "yes", "rf_saddle": "no"})
    assert not [screen for screen in today if screen.kind is Kind.SELF_TEST]


def test_the_hop_is_not_offered_with_groin_pain():
    base = Record("case", MAN.runner, answers={"pain_groin": Answer("yes")})
    assert "hop_test" not in asked(play({"worse_impact": "yes"}, base)[1])


def test_habits_leave_out_what_is_known():
    known = Record("case", MAN.runner, answers={"sitting_time_high": Answer("yes")})
    assert "sitting_hours_a_day" in asked(play({}, MAN)[1])
    assert "sitting_hours_a_day" not in asked(play({}, known)[1])
    log = (Shoe("blue", first_used=(NOW - timedelta(days=400)).date(), start_km=900),)
    measured = Record("case", MAN.runner, onset=NOW.date(), shoes=log)
    measures = {o.id for o in assess(measured, KNOWLEDGE, POINT).observations}
    assert ("shoe_mileage_high" in measures) == ("shoes_km_estimate" not in asked(play({}, measured)[1]))


# Going back, changing, coming back


def test_back_undoes_the_last_screen_and_a_change_stays_with_its_screen():
    interview, _ = play({}, until=is_kind(Kind.QUESTION))
    before = shown(interview)
    after = answer(interview, before, told(before, {}), NOW)
    assert back(after) == interview
    assert back(Interview()) == Interview()
    changed = change(after, "fever_chills", "unsure", KNOWLEDGE, NOW)
    assert back(changed).answers()["fever_chills"].value == "unsure"
    added = change(after, "smoking", "yes", KNOWLEDGE, NOW)
    while added.seen:
        added = back(added)
    assert [given.item for given in added.given] == ["smoking"]


def test_changing_a_sign_to_yes_asks_its_confirm_question_at_once():
    interview, _ = play({}, until=is_kind(Kind.HABITS))
    assert shown(change(interview, "saddle_numbness", "yes", KNOWLEDGE, NOW)).kind is Kind.CONFIRM


def test_an_own_answer_goes_before_what_a_region_means():
    interview = answer(Interview(), shown(), {"buttock_left": "yes"}, NOW)
    interview = change(interview, "pain_buttock", "no", KNOWLEDGE, NOW)
    assert record_of(interview, MAN, KNOWLEDGE, NOW).answers["pain_buttock"].value == "no"
    unmarked = change(answer(Interview(), shown(), {"groin_left": "yes"}, NOW), "groin_left", "no", KNOWLEDGE, NOW)
    assert "pain_groin" not in record_of(unmarked, MAN, KNOWLEDGE, NOW).answers


def test_after_two_days_the_signs_are_asked_again_before_anything_else_and_the_rest_stays():
    interview, _ = play({"low_back_left": "yes", "worse_sitting": "yes"})
    later = NOW + timedelta(hours=limit("emergency_answer_hours") + 1)
    assert shown(interview, now=NOW + timedelta(hours=limit("emergency_answer_hours") - 1)).id == "done"
    assert assessed(interview, now=later).triage.provisional
    after, screens = play({}, interview=interview, now=later)
    assert [screen.kind for screen in screens] == [Kind.SAFETY] * (len(screens) - 1) + [Kind.DONE]
    assert all(screen.title == "Has any of this started since Tuesday, November 3?" for screen in screens[:-1])
    assert {"saddle_numbness", "fever_chills", "major_trauma"} <= asked(screens)
    assert not assessed(after, now=later).triage.provisional
    assert record_of(after, MAN, KNOWLEDGE, later).answers["prior_lbp"].answered_at == NOW


def test_an_old_yes_is_asked_by_itself_so_that_no_list_takes_it_back_and_stays_when_passed_over():
    interview, _ = play({"cancer_history": "yes", "fever_chills": "yes"})
    later = NOW + timedelta(days=3)
    first = shown(interview, now=later)
    assert {item.id for item in first.items} == {"cancer_history", "fever_chills"} and first.title.startswith("On Tuesday")
    kept = record_of(skip(interview, first, later), MAN, KNOWLEDGE, later).answers
    assert kept["fever_chills"].value == kept["cancer_history"].value == "yes"
    gone = record_of(answer(interview, first, {"cancer_history": "yes"}, later), MAN, KNOWLEDGE, later).answers
    assert gone["fever_chills"].value == "no" and gone["cancer_history"].value == "yes"


def test_an_old_emergency_is_asked_again_before_it_is_told_again():
    interview, _ = play({"saddle_numbness": "yes", "rf_saddle": "yes"})
    later = NOW + timedelta(days=3)
    first = shown(interview, now=later)
    assert [item.id for item in first.items] == ["saddle_numbness"]
    still = answer(interview, first, {"saddle_numbness": "yes"}, later)
    assert shown(still, now=later).kind is Kind.CONFIRM
    assert shown(skip(interview, first, later), now=later).kind is not Kind.SAFETY
    over = answer(interview, first, {}, later)
    assert shown(over, now=later).title.startswith("Has any of this started since")


# What is refused


def test_what_cannot_be_an_answer_is_refused_with_a_remedy():
    where = shown()
    interview, screens = play({}, STRANGER, until=lambda screen: screen.id == "safety:start")
    start = screens[-1]
    for asking, values in [
        (where, {"low_back": "yes"}),
        (where, {"low_back_left": "unsure"}),
        (start, {"pain_severity": 11}),
        (start, {"pain_severity": "much"}),
        (start, {"pain_severity": float("nan")}),
        (start, {"onset_sudden": 1}),
        (start, {"onset_sudden": "maybe"}),
        (start, {"onset_sudden": True}),
        (start, {"sex": "x"}),
        (start, {"saddle_numbness": "yes"}),
    ]:
        with pytest.raises(CaseError) as refused:
            answer(interview, asking, values, NOW)
        assert refused.value.remedy
    for item, value in [
        ("saddle_numbnes", "yes"),
        ("saddle_numbness", "maybe"),
        ("saddle_numbness", True),
        ("pain_severity", 11),
        ("age", -1),
        ("age", "old"),
        ("sex", "x"),
        ("low_back_left", "unsure"),
        ("rf_saddle", "skipped"),
        ("rf_fever", "yes"),
    ]:
        with pytest.raises(CaseError) as refused:
            change(interview, item, value, KNOWLEDGE, NOW)
        assert refused.value.remedy


def test_an_answer_that_knowledge_no_longer_describes_is_left_out_and_asked_again():
    interview, _ = play({})
    plain = interview.as_plain()
    renamed = [["saddle_tingling", *rest] if item == "saddle_numbness" else [item, *rest] for item, *rest in plain["given"]]
    old = Interview.from_plain({**plain, "given": renamed})
    assert "saddle_numbness" in asked([shown(old)])


# The files


def test_a_sign_that_no_screen_holds_is_reported_and_asked_all_the_same(tmp_path):
    text = (Path(load.__code__.co_filename).parent / "interview.yaml").read_text(encoding="utf-8")
    start = text.index("nerves:")
    block = text[start : text.index("body:", start)]
    (tmp_path / "interview.yaml").write_text(
        "\n".join(line for line in block.splitlines() if "saddle_numbness" not in line), encoding="utf-8"
    )
    report = check([tmp_path])
    assert not report.errors
    assert any("saddle_numbness stands on no safety screen" in problem.message for problem in report.warnings)
    _, screens = play({}, knowledge=load([tmp_path]), until=is_kind(Kind.QUESTION))
    assert "saddle_numbness" in asked(screens)


def test_every_sign_of_an_emergency_stands_on_a_screen():
    assert not [problem for problem in check().warnings if "safety screen" in problem.message]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("nerves: {kind: safety, order: 1, title: Any?, items: [{id: saddle_numbnes}]}", "saddle_numbness"),
        ("nerves: {kind: safety, order: 1, items: [{id: saddle_numbness}]}", "title"),
        ("nerves: {kind: safety, order: 1, title: 'Any {day}?', items: [{id: saddle_numbness}]}", "filled by nothing"),
        ("why_tells: {kind: sentence, title: 'This {one} or {two}'}", "filled by nothing"),
        ("why_tells: {kind: sentence, title: 'This {one'}", "filled by nothing"),
        ("pain_timing: {kind: answers, words: {erly: Early}}", "not an answer"),
        ("easing: {kind: question, group: eesing, title: What eases it?}", "easing"),
        ("body: {kind: safety, order: 2, title: Any?, items: [{id: age}]}", "has no question"),
    ],
)
def test_what_is_wrong_in_the_file_is_reported_with_its_place(tmp_path, entry, words):
    (tmp_path / "interview.yaml").write_text(f"{entry}\n", encoding="utf-8")
    problems = check([tmp_path]).errors
    assert any(words in str(problem) and problem.line for problem in problems), problems


# Any way through it


def any_value(draw, item, kind):
    """Some allowed answer, or None to leave the item alone; yes to a sign is rarer than no."""
    if kind in (Kind.WHERE, Kind.SAFETY) and draw(st.integers(0, 11)):
        return None
    choices = [choice.value for choice in item.choices]
    if item.minimum is not None:
        return draw(st.one_of(st.floats(item.minimum, item.maximum), st.sampled_from([*choices, None])))
    return draw(st.sampled_from([*choices, None]))


def any_answer(draw, now_shown, interview):
    values = {item.id: value for item in now_shown.items if (value := any_value(draw, item, now_shown.kind)) is not None}
    return answer(interview, now_shown, values, NOW)


SLOW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@SLOW
@given(st.data())
def test_any_way_ends_asks_nothing_twice_without_reason_and_leaves_no_emergency_sign_unasked(data):
    base = data.draw(st.sampled_from([STRANGER, MAN, Record("case", Runner(age=52, sex="female"))]))
    interview = Interview()
    for _ in range(MORE_THAN_ENOUGH):
        now_shown = shown(interview, base)
        if now_shown.kind is Kind.DONE:
            triage = assessed(interview, base).triage
            if now_shown.id != "done":
                assert triage.level is Level.EMERGENCY
                if data.draw(st.booleans()):
                    return
                interview = answer(interview, now_shown, {}, NOW)
                continue
            assert set(triage.unanswered) <= set(interview.latest())
            assert triage.provisional == bool(triage.unanswered)
            return
        again = {item.id for item in now_shown.items} & set(interview.latest())
        assert not again or now_shown.id.startswith("again:")
        interview = skip(interview, now_shown, NOW) if not data.draw(st.integers(0, 7)) else any_answer(data.draw, now_shown, interview)
    raise AssertionError("it does not end")


@SLOW
@given(st.data())
def test_back_change_and_resume_come_to_the_same_as_answering_straight(data):
    """Wrong answers taken back, changed ones changed back, interruptions: the interview is the one without any of them."""
    straight, winding = Interview(), Interview()
    for _ in range(MORE_THAN_ENOUGH):
        now_shown = shown(straight)
        assert shown(winding) == now_shown
        if now_shown.kind is Kind.DONE:
            break
        detour = data.draw(st.sampled_from(["none", "none", "back", "skip", "change", "resume"]))
        if detour == "back":
            winding = back(any_answer(data.draw, now_shown, winding))
        elif detour == "skip":
            winding = back(skip(winding, now_shown, NOW))
        elif detour == "resume":
            winding = Interview.from_plain(winding.as_plain())
        elif detour == "change" and (told_before := sorted(winding.answers())):
            item = data.draw(st.sampled_from(told_before))
            value = winding.answers()[item].value
            if winding.latest()[item].value != "skipped":
                other = any_value(data.draw, item_of(item, winding, MAN, KNOWLEDGE, NOW), Kind.QUESTION)
                winding = winding if other is None else change(winding, item, other, KNOWLEDGE, NOW)
                winding = change(winding, item, value, KNOWLEDGE, NOW)
        values = {item.id: value for item in now_shown.items if (value := any_value(data.draw, item, now_shown.kind)) is not None}
        straight, winding = answer(straight, now_shown, values, NOW), answer(winding, now_shown, values, NOW)
    assert assessed(winding) == assessed(straight)


@SLOW
@given(st.data())
def test_only_the_last_answers_count_whatever_way_led_to_them(data):
    interview = Interview()
    for _ in range(12):
        now_shown = shown(interview)
        step = data.draw(st.sampled_from(["answer", "answer", "answer", "skip", "back", "change", "resume"]))
        if step == "answer":
            interview = any_answer(data.draw, now_shown, interview)
        elif step == "skip":
            interview = skip(interview, now_shown, NOW)
        elif step == "back":
            interview = back(interview)
        elif step == "resume":
            interview = Interview.from_plain(interview.as_plain())
        else:
            item = data.draw(st.sampled_from(sorted({*KNOWLEDGE.findings, *KNOWLEDGE.regions, "age", "sex"})))
            value = any_value(data.draw, item_of(item, interview, MAN, KNOWLEDGE, NOW), Kind.QUESTION)
            interview = interview if value is None else change(interview, item, value, KNOWLEDGE, NOW)
    straight = Interview()
    for item, one in data.draw(st.permutations(sorted(interview.answers().items()))):
        straight = change(straight, item, one.value, KNOWLEDGE, NOW)
    assert record_of(straight, MAN, KNOWLEDGE, NOW) == record_of(interview, MAN, KNOWLEDGE, NOW)
    assert assessed(straight) == assessed(interview)


@SLOW
@given(st.data())
def test_coming_back_at_any_time_leaves_no_emergency_sign_with_an_old_answer(data):
    interview, now, visits = Interview(), NOW, 0
    for _ in range(2 * MORE_THAN_ENOUGH):
        now_shown = shown(interview, now=now)
        if now_shown.kind is Kind.DONE:
            triage = assessed(interview, now=now).triage
            lately = {item for item, one in interview.latest().items() if one.at >= now - timedelta(hours=limit("emergency_answer_hours"))}
            assert set(triage.unanswered) <= lately or now_shown.id != "done"
            visits += 1
            if visits == 3:
                return
            now += timedelta(hours=data.draw(st.sampled_from([1, 47, 49, 500])))
            interview = answer(interview, now_shown, {}, now) if now_shown.id != "done" else interview
            continue
        values = {item.id: value for item in now_shown.items if (value := any_value(data.draw, item, now_shown.kind)) is not None}
        interview = answer(interview, now_shown, values, now)
    raise AssertionError("it does not end")
