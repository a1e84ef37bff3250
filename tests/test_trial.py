"""One change at a time: what is offered to whom, how it is kept to, when it stops, what it shows."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cases_told import MAN, NOW, STRAIN, settled
from hypothesis import given, settings
from hypothesis import strategies as st

from backstride.errors import BackstrideError
from backstride.knowledge.check import check
from backstride.knowledge.files import SHIPPED
from backstride.knowledge.loader import load
from backstride.model.diary import DiaryDay
from backstride.model.evidence import Measure
from backstride.model.interview import Given, Interview, KeptInterview
from backstride.model.record import Record, Runner
from backstride.model.run import Run, Shoe
from backstride.model.run_measures import RunMeasures, SpeedBin
from backstride.model.trial import Arm, Trial, TrialBlock, Way
from backstride.randomised import Block, block_test
from backstride.reports.sections import as_text
from backstride.reports.trial import begun_section, offer_json, offers_section, result_json, result_section
from backstride.training import MEASURE_VERSION
from backstride.trial import begin, blocks_needed, end, offers, result, running, standing, stop_met

KNOWLEDGE = load()
TODAY = NOW.date()
HEALTHY = settled(KNOWLEDGE, **STRAIN, prior_lbp="no", improving_2_weeks="yes")
DEVICE = "garmin/fr110"
SHOES = (Shoe("blue"), Shoe("red", start_km=120.0))
IN_THREE_WEEKS = TODAY + timedelta(days=20)


def days_after(count, first=TODAY):
    return first + timedelta(days=count)


def interview(answers=HEALTHY, at=NOW):
    return KeptInterview(at, at, Interview(tuple(Given(item, value, at) for item, value in answers.items())))


def run(day, *, cadence=170.0, descent=20.0, speed=3.0, shoe="blue", device=DEVICE, km=8.0, treadmill=0.0, bins=((3.0, 1200.0),)):
    values = [Measure("treadmill_share", treadmill, "share")]
    values += [Measure("descent_m_per_km", descent, "m/km", missing_because="" if descent is not None else "no altitude")]
    values += [Measure("mean_speed_mps", speed, "m/s", missing_because="" if speed is not None else "no time")]
    profile = tuple(SpeedBin(mps, seconds, True, cadence_spm=cadence) for mps, seconds in bins)
    measured = RunMeasures(MEASURE_VERSION, tuple(values), profile)
    start = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return Run(start, "running", 1000 * km, 1000 * km / 3.0, shoe=shoe, device=device, measured=measured)


def before(**how):
    """Three runs a week in the 90 days up to today."""
    return tuple(run(days_after(-back), **how) for back in range(0, 88, 2))


def record(*runs, shoes=SHOES, runner=MAN, **how):
    return Record("me", runner, runs=(*before(**how), *runs), shoes=shoes)


def allowed(case=None, answers=HEALTHY, at=NOW, now=NOW):
    return standing(interview(answers, at), case or record(), KNOWLEDGE, now)


def start(plan="cadence_up", case=None, days=(), trials=(), **how):
    case = case or record()
    return begin(plan, allowed(case), case, days, trials, KNOWLEDGE, NOW, TODAY, **how)


def offered(case=None, answers=HEALTHY, days=(), stand=None):
    case = case or record()
    return {offer.plan: offer for offer in offers(stand or allowed(case, answers), case, days, KNOWLEDGE, TODAY)}


def shown(section):
    return " ".join(as_text((section,), width=400).split())


def told(first, *pains):
    """Pain on waking from this day on; None was not told."""
    return tuple(DiaryDay(days_after(i, first), pain_morning=pain) for i, pain in enumerate(pains) if pain is not None)


# -- whether anything may be tried


def test_a_runner_without_warning_signs_may_try_each_of_the_changes():
    stand = allowed()
    assert (stand.against, stand.unsafe) == ("", False)
    assert {plan for plan, offer in offered().items() if offer.open} == {"cadence_up", "flat_routes", "other_shoes", "run_walk"}
    page = shown(offers_section(tuple(offered().values()), ""))
    assert "run_walk: Run and walk in turns, for 4 weeks (evidence B, from people with back pain)" in page
    assert "Your usual is 170 steps a minute." in page and "You mostly wear 'blue'. The other pair could be 'red'." in page
    assert json.loads(json.dumps([offer_json(offer) for offer in offered().values()]))[0]["open"] is True


def test_without_answers_nothing_is_begun():
    for kept in (None, interview({})):
        stand = standing(kept, record(), KNOWLEDGE, NOW)
        assert "Nothing is known of warning signs" in stand.against and not stand.unsafe
        with pytest.raises(BackstrideError, match="Run 'backstride' and answer"):
            begin("cadence_up", stand, record(), (), (), KNOWLEDGE, NOW, TODAY)


@pytest.mark.parametrize(
    ("sign", "words"),
    [
        ({"saddle_numbness": "yes", "urinary_retention": "yes"}, "emergency department"),
        ({"fever_chills": "yes"}, "doctor or an urgent-care line today"),
        ({"pain_below_knee": "yes", "numbness_leg": "yes", "pain_localised_no_spread": "no"}, "within 7 days|this week"),
        (
            {"prior_bsi": "yes", "worse_impact": "yes", "pain_groin": "yes", "onset_lift_bend_twist": "no"},
            "Don't run or hop",
        ),
    ],
)
def test_a_warning_sign_bars_every_change_and_stops_the_one_that_runs(sign, words):
    stand = allowed(answers={**HEALTHY, **sign})
    assert stand.unsafe
    with pytest.raises(BackstrideError, match=words):
        begin("flat_routes", stand, record(), (), (), KNOWLEDGE, NOW, TODAY)
    page = shown(offers_section(offers(stand, record(), (), KNOWLEDGE, TODAY), stand.against))
    assert page.index("Nothing new is tried now.") < page.index("Not for now:") and "To begin" not in page
    shows = shown(result_section(result(start(), record(), (), KNOWLEDGE, TODAY, stand)))
    assert "Stop this now." in shows.split("It begins on")[0] and "backstride try stop" in shows


def test_answers_about_an_emergency_are_asked_again_after_two_days():
    late = allowed(now=NOW + timedelta(hours=49))
    assert late.against and not late.unsafe and "Run 'backstride' again" in late.remedy
    assert allowed(now=NOW + timedelta(hours=47)).against == ""


def test_old_answers_about_other_warning_signs_do_not_count_either():
    old = NOW - timedelta(days=30)
    emergencies = settled(KNOWLEDGE)
    given = tuple(Given(i, v, NOW if i in emergencies else old) for i, v in HEALTHY.items())
    stand = standing(KeptInterview(old, NOW, Interview(given)), record(), KNOWLEDGE, NOW)
    assert "30 days old" in stand.against and "--fresh" in stand.remedy and not stand.unsafe


def test_under_16_nothing_is_tried():
    assert standing(interview(), replace(record(), runner=Runner(14, "female")), KNOWLEDGE, NOW).against


@given(st.dictionaries(st.sampled_from(sorted(KNOWLEDGE.findings)), st.sampled_from(["yes", "no"]), max_size=12))
@settings(max_examples=60, deadline=None)
def test_nothing_is_ever_begun_from_a_clinician_soon_on_or_while_running_is_withheld(answers):
    yes_no = {item: value for item, value in answers.items() if KNOWLEDGE.findings[item].answer == "yes_no"}
    stand = allowed(answers={**HEALTHY, **yes_no})
    assert stand.answer is not None
    if stand.answer.triage.level.rank >= 2 or stand.answer.running_withheld or stand.answer.triage.provisional:
        assert stand.against
        with pytest.raises(BackstrideError):
            begin("run_walk", stand, record(), (), (), KNOWLEDGE, NOW, TODAY)


# -- what is offered


def test_a_change_is_not_offered_where_its_file_says_so():
    assert any("foot, ankle or knee hurts" in why for why in offered(answers={**HEALTHY, "foot_ankle_pain": "yes"})["cadence_up"].against)
    assert offered(answers={**HEALTHY, "foot_ankle_pain": "yes"})["flat_routes"].open
    bone = {"prior_bsi": "yes", "pain_every_run": "yes"}
    assert all("stress fracture before" in offer.against[0] for offer in offered(answers={**HEALTHY, **bone}).values())
    spine = offered(answers={**HEALTHY, "pain_every_run": "yes", "young_extension_sport": "yes"})
    assert all("First have this ruled out: stress injury of a vertebra." in offer.against for offer in spine.values())
    leg = offered(answers={**HEALTHY, "pain_below_knee": "yes", "steadily_worsening_weeks": "yes", "pain_localised_no_spread": "no"})
    assert "Do not run while it does." in " ".join(leg["run_walk"].against)


@pytest.mark.parametrize(
    ("plan", "how", "why"),
    [
        ("cadence_up", {"cadence": 186.0}, "quick already"),
        ("cadence_up", {"cadence": None}, "no run of the 90 days before tells it"),
        ("flat_routes", {"descent": 6.0}, "nearly flat already"),
        ("flat_routes", {"descent": None}, "no run of the 90 days before tells it"),
        ("flat_routes", {"treadmill": 1.0}, "nearly flat already"),
        ("run_walk", {"speed": None}, "no run of the 90 days before tells it"),
        ("other_shoes", {"shoe": ""}, "no run of late tells in which pair it was"),
    ],
)
def test_what_the_runs_cannot_show_or_what_is_so_already_is_not_offered(plan, how, why):
    offer = offered(record(**how))[plan]
    assert not offer.open and why in " ".join(offer.against)
    assert why in shown(offers_section((offer,), ""))


def test_without_runs_nothing_can_be_read_so_nothing_is_offered():
    alone = Record("me", MAN)
    assert all(not offer.open and offer.against for offer in offered(alone).values())


def test_a_new_pair_is_not_the_other_pair_yet():
    shoes = (Shoe("blue"), Shoe("new", start_km=4.0), Shoe("old", start_km=900.0, retired=days_after(-30)))
    offer = offered(record(shoes=shoes))["other_shoes"]
    assert not offer.open and "over 2 to 4 weeks" in " ".join(offer.against)


def test_pain_that_meets_the_stop_rule_lately_is_not_a_time_to_begin():
    for day in (DiaryDay(days_after(-2), pain_after=6), DiaryDay(TODAY, spreading=True)):
        assert not any(offer.open for offer in offered(days=(day,)).values())
        with pytest.raises(BackstrideError, match="Start when a week was quiet"):
            start(days=(day,))
    calm = (DiaryDay(days_after(-2), pain_after=5), DiaryDay(days_after(-8), pain_after=9), DiaryDay(days_after(-1), spreading=False))
    assert all(offer.open for offer in offered(days=calm).values())


# -- beginning


def test_a_trial_begins_tomorrow_and_a_second_one_is_refused():
    trial = start()
    assert (trial.first_day, trial.days, trial.blocks) == (days_after(1), KNOWLEDGE.trials["cadence_up"].days, ())
    assert trial.runs_on(TODAY) and trial.arm_on(TODAY) is None and trial.arm_on(days_after(1)) is Arm.CHANGE
    with pytest.raises(BackstrideError, match="One change at a time"):
        start("flat_routes", trials=(trial,))
    assert start("flat_routes", trials=(end(trial, TODAY),)).plan == "flat_routes"
    past = replace(trial, first_day=days_after(-100))
    assert running((past,), TODAY) is None
    page = shown(begun_section(trial, blocks_needed(KNOWLEDGE)))
    assert "Take 5 to 7% more steps" in page and "Stop if pain goes above 5 of 10" in page and "backstride log" in page


def test_an_unknown_change_names_the_known_ones():
    with pytest.raises(BackstrideError, match="cadence_up, flat_routes, other_shoes, run_walk"):
        start("heel_first")


def test_the_pair_is_named_where_there_are_more_than_one():
    case = record(shoes=(Shoe("blue"), Shoe("red", start_km=120.0), Shoe("green", start_km=50.0)))
    with pytest.raises(BackstrideError, match="--pair with one of 'red', 'green'"):
        start("other_shoes", case)
    with pytest.raises(BackstrideError, match="is not a pair that can be tried"):
        start("other_shoes", case, pair="blue")
    assert start("other_shoes", case, pair="Green").way.pair == "green"
    assert start("other_shoes").way.pair == "red"
    assert start("cadence_up", case, pair="green").way.pair == ""


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"blocks": 3}, "even number"),
        ({"blocks": 12, "days_per_block": 2}, "3 days or more"),
        ({"blocks": 40, "days_per_block": 7}, "182 days in all"),
        ({"days_per_block": 4}, "--blocks 12"),
    ],
)
def test_blocks_that_cannot_be_are_refused(how, words):
    with pytest.raises(BackstrideError, match=words):
        start(**how)


def test_blocks_come_in_pairs_by_a_seeded_coin_and_few_ones_say_that_they_can_not_tell():
    trial = start(blocks=12, seed=7)
    assert trial == start(blocks=12, seed=7) and trial.days == 84
    arms = [block.arm for block in trial.blocks]
    assert all({one, other} == set(Arm) for one, other in zip(arms[::2], arms[1::2], strict=True))
    assert "too few" not in shown(begun_section(trial, blocks_needed(KNOWLEDGE)))
    page = shown(begun_section(start(blocks=4, days_per_block=5, seed=7), blocks_needed(KNOWLEDGE)))
    assert "4 blocks are too few to tell a change from chance. That needs 12 or more." in page
    assert page.count("with the change") == page.count("as usual") == 2


# -- as it is kept


PLAIN_TRIAL = start(blocks=4, days_per_block=5, seed=3)


@pytest.mark.parametrize("trial", [start(), start("other_shoes"), PLAIN_TRIAL, end(start(), TODAY)])
def test_a_trial_comes_back_the_same(trial):
    assert Trial.from_plain(json.loads(json.dumps(trial.as_plain()))) == trial


@pytest.mark.parametrize(
    "wrong",
    [
        {"plan": 3},
        {"days": 0},
        {"days": 19},
        {"days": True},
        {"first_day": "soon"},
        {"first_day": "0004-01-01"},
        {"begun_at": "2026-11-24T10:00"},
        {"stop_above": 11},
        {"stop_above": float("nan")},
        {"way": {}},
        {"way": {"reads": "pair", "at_least": "1", "at_most": None, "pair": ""}},
        {"blocks": [[0, 5, "A"], [6, 5, "B"], [10, 5, "A"], [15, 5, "B"]]},
        {"blocks": [[0, 5, "A"], [5, 5, "A"], [10, 5, "A"], [15, 5, "B"]]},
        {"blocks": [[0, 20, "C"]]},
        {"seed": -1},
        {"ended_on": 5},
    ],
)
def test_what_is_not_a_trial_is_refused(wrong):
    with pytest.raises((KeyError, TypeError, ValueError)):
        Trial.from_plain({**PLAIN_TRIAL.as_plain(), **wrong})


def test_what_an_import_brought_in_is_shown_as_it_can_be_seen():
    trial = replace(start("other_shoes"), name="new\x1b[31m", stop_rule="stop\x07", change="do\u202e", way=Way("pair", pair="\x1b]0;x"))
    for section in (begun_section(trial, 12), result_section(result(trial, record(), (), KNOWLEDGE, days_after(2)))):
        assert not any(sign in as_text((section,)) for sign in "\x1b\x07\u202e")


# -- keeping to it


def kept(plan, *runs, today=IN_THREE_WEEKS, **how):
    case = record(*runs, **how)
    trial = start(plan, record(**how))
    found = result(trial, case, (), KNOWLEDGE, today)
    return found.kept[0], shown(result_section(found))


def test_cadence_is_read_at_like_speed_from_the_same_watch():
    runs = [run(days_after(i), cadence=170 * ratio) for i, ratio in ((1, 1.06), (2, 1.05), (3, 1.02), (4, 1.2))]
    runs += [run(days_after(5), cadence=180.0, device="other"), run(days_after(6), cadence=None)]
    runs += [run(days_after(7), cadence=200.0, bins=((5.0, 1200.0),)), run(days_after(8), cadence=180.0, device="")]
    found, page = kept("cadence_up", *runs)
    assert (found.runs, found.known, found.kept) == (8, 4, 2)
    assert "2 of 4 runs were 5 to 10% above your usual steps a minute." in page
    assert "1 more can't be told: another watch than before." in page
    assert "1 more can't be told: the watch did not tell the steps." in page
    assert "1 more can't be told: under 5 minutes of level running at a speed that was run before." in page


def test_descent_is_read_by_the_kilometre_and_a_treadmill_is_flat():
    runs = [run(days_after(1), descent=9.0), run(days_after(2), descent=22.0), run(days_after(3), descent=None)]
    found, page = kept("flat_routes", *runs, run(days_after(4), descent=None, treadmill=1.0))
    assert (found.runs, found.known, found.kept) == (4, 3, 2)
    assert "2 of 3 runs had 10 m or less down a km." in page and "1 more can't be told: the height was not known." in page


def test_walking_shows_in_the_mean_speed():
    found, page = kept("run_walk", run(days_after(1), speed=2.2), run(days_after(2), speed=2.9), run(days_after(3), speed=None))
    assert (found.known, found.kept) == (2, 1)
    assert "1 of 2 runs were at 90% or less of your usual speed." in page


def test_the_pair_is_the_one_that_was_worn():
    found, page = kept("other_shoes", run(days_after(1), shoe="red"), run(days_after(2)), run(days_after(3), shoe=""))
    assert (found.runs, found.known, found.kept) == (3, 2, 1)
    assert "1 of 2 runs were in 'red'." in page and "no pair is told" in page


def test_runs_before_after_and_of_other_sports_do_not_count():
    late = run(days_after(200), cadence=180.0)
    ride = replace(run(days_after(2), cadence=180.0), sport="cycling")
    found, page = kept("cadence_up", late, ride, today=days_after(300))
    assert (found.runs, found.known) == (0, 0) and "No run on a day with the change." in page
    found, page = kept("cadence_up", run(days_after(2), cadence=None))
    assert "None of the runs shows whether you kept to it." in page


def test_in_blocks_each_arm_is_read_for_itself():
    case = record()
    trial = start("other_shoes", case, blocks=4, days_per_block=5, seed=1)
    its_days = [days_after(i, trial.first_day) for i in range(20)]
    runs = [run(day, shoe="red" if trial.arm_on(day) is Arm.CHANGE else "blue") for day in its_days]
    found = result(trial, record(*runs, run(days_after(1), shoe="red")), (), KNOWLEDGE, days_after(10))
    assert sum(k.runs for k in found.kept) == 11, "runs to come do not count"
    both = result(trial, record(*runs), (), KNOWLEDGE, days_after(40)).kept
    assert [(k.arm, k.known, k.kept) for k in both] == [(Arm.USUAL, 10, 10), (Arm.CHANGE, 10, 10)]


# -- stopping


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (DiaryDay(days_after(3), pain_during=6), "you told pain of 6. The stop rule says 5 at most."),
        (DiaryDay(days_after(3), pain_morning=5.5), "you told pain of 5.5."),
        (DiaryDay(days_after(3), spreading=True, pain_after=1), "the pain spread, and that meets the stop rule."),
        (DiaryDay(TODAY, pain_after=7), "you told pain of 7."),
    ],
)
def test_a_stop_rule_that_the_diary_meets_is_told_first(day, words):
    trial = start()
    found = result(trial, record(), (day,), KNOWLEDGE, days_after(5))
    assert found.stop == stop_met(trial, [day]) is not None
    section = result_section(found)
    assert section.lines[0].text.startswith("Stop this now.") and words in section.lines[0].text
    assert "End it with 'backstride try stop'" in section.lines[1].text
    assert len(section.lines) == 3, "nothing of how to go on"
    assert result_json(found)["stop"]["day"] == day.day.isoformat()


def test_what_does_not_meet_it_does_not_stop():
    calm = (DiaryDay(days_after(2), pain_during=5), DiaryDay(days_after(3), spreading=False), DiaryDay(days_after(-9), pain_during=9))
    assert stop_met(start(), calm) is None
    over = replace(start(), first_day=days_after(-60))
    assert stop_met(over, (DiaryDay(TODAY, pain_during=9),)) is None


# -- what it showed


def test_pain_on_the_mornings_after_is_compared_with_the_28_days_before():
    trial = start("flat_routes")
    days = (*told(days_after(-26), *[3, None] * 14), *told(days_after(2), *[2] * 14))
    found = result(trial, record(), days, KNOWLEDGE, days_after(15))
    assert found.over and found.enough and found.test is None
    assert (found.before.mean, found.before.told, found.before.of) == (3, 14, 28)
    assert (found.change.mean, found.change.told, found.change.of) == (2, 14, 14)
    page = shown(result_section(found))
    assert "pain on waking was 2.0 on average; 14 of 14 mornings were told." in page
    assert "1.0 points less" in page and "This can't prove a cause" in page
    assert result_json(found)["difference"] == -1


def test_the_morning_of_the_first_day_belongs_to_before():
    trial = start()
    days = told(TODAY, 1, 2, 3)
    found = result(trial, record(), days, KNOWLEDGE, days_after(2))
    assert (found.before.told, found.before.mean, found.change.told, found.change.mean) == (2, 1.5, 1, 3)


def test_too_few_told_mornings_are_not_compared_and_untold_ones_are_not_zero():
    trial = start("flat_routes")
    days = (*told(days_after(-27), *[4] * 28), *told(days_after(2), *[1] * 9))
    found = result(trial, record(), days, KNOWLEDGE, days_after(20))
    page = shown(result_section(found))
    assert not found.enough and found.change.mean == 1 and result_json(found)["difference"] is None
    assert "Too few mornings were told to compare: 10 on each side are needed." in page and "points" not in page
    nothing = result(trial, record(), (), KNOWLEDGE, days_after(20))
    assert nothing.change.mean is None and "no morning was told, of 14." in shown(result_section(nothing))


def test_ended_early_it_counts_up_to_that_day():
    trial = end(start(), days_after(4))
    days = told(days_after(1), *[1] * 20)
    found = result(trial, record(), days, KNOWLEDGE, days_after(20))
    assert found.over and found.change.of == found.change.told == 4
    assert "It was ended early." in shown(result_section(found))
    never = result(end(start(), TODAY), record(), days, KNOWLEDGE, TODAY)
    assert never.change.of == 0 and "ended before its first day" in shown(result_section(never))


def in_blocks(pain_of, *, blocks=12, seed=5, days=5):
    trial = start("flat_routes", blocks=blocks, days_per_block=days, seed=seed)
    its_days = [days_after(i, trial.first_day) for i in range(trial.days)]
    return trial, tuple(DiaryDay(days_after(1, d), pain_morning=p) for d in its_days if (p := pain_of(d, trial.arm_on(d))) is not None)


def test_blocks_are_compared_by_the_exact_test_when_the_last_one_is_over():
    trial, days = in_blocks(lambda day, arm: 2.0 if arm is Arm.CHANGE else 3.0)
    early = result(trial, record(), days, KNOWLEDGE, days_after(30))
    page = shown(result_section(early))
    assert early.test is None and "nobody stops at a lucky moment" in page and "points" not in page
    assert "Today: " in page and "on average" not in page
    assert result_json(early)["with_change"]["mean"] is None and result_json(early)["with_change"]["told"] > 0
    found = result(trial, record(), days, KNOWLEDGE, days_after(trial.days + 1))
    assert found.test is not None and found.test.difference == pytest.approx(-1) and found.test.p == 2 / 2**6
    page = shown(result_section(found))
    assert (
        "that is 1.0 points less" in page and "Chance alone would give as much in 3 of 100 cases." in page and "went with less pain" in page
    )
    assert "can't prove" not in page


def test_the_days_in_which_a_block_settles_count_for_neither_arm():
    def pain_of(day, arm):
        offset = (day - days_after(1)).days % 5
        return 9.0 if offset < KNOWLEDGE.trials["flat_routes"].settle_days else 2.0

    trial, days = in_blocks(pain_of)
    found = result(trial, record(), days, KNOWLEDGE, days_after(trial.days + 1))
    assert found.change.mean == found.usual.mean == 2.0 and found.test is not None and found.test.p == 1
    assert "may be chance" in shown(result_section(found)) or "too few" in shown(result_section(found))


def test_a_trial_that_was_hardly_kept_to_says_little():
    trial, days = start("other_shoes"), told(days_after(-26), *[3] * 80)
    for worn, followed in ((("red", "blue", "blue"), False), (("red", "red", "blue"), True), (("", "", ""), None)):
        runs = [run(days_after(1 + i), shoe=shoe) for i, shoe in enumerate(worn)]
        found = result(trial, record(*runs), days, KNOWLEDGE, days_after(40))
        assert found.followed is followed
        assert ("kept to on too few of the runs" in shown(result_section(found))) == (followed is False)


def test_few_blocks_can_not_tell_and_say_so():
    trial, days = in_blocks(lambda day, arm: 2.0 if arm is Arm.CHANGE else 3.0, blocks=8)
    page = shown(result_section(result(trial, record(), days, KNOWLEDGE, days_after(60))))
    assert "8 blocks are too few to tell a change from chance. That needs 12 or more." in page and "Chance alone" not in page


def test_a_pair_without_told_mornings_is_left_out_and_told():
    trial, days = in_blocks(lambda day, arm: None if day < days_after(6) else 2.0 if arm is Arm.CHANGE else 3.0, blocks=14)
    found = result(trial, record(), days, KNOWLEDGE, days_after(trial.days + 1))
    assert found.test is not None and (found.test.pairs, found.test.pairs_dropped) == (6, 1)
    assert "1 pair of blocks had no told morning on one side" in shown(result_section(found))


@given(st.lists(st.one_of(st.none(), st.integers(0, 10)), min_size=60, max_size=60), st.integers(0, 2**31))
@settings(max_examples=50, deadline=None)
def test_the_result_is_that_of_the_randomisation_test_on_the_mornings_after(pains, seed):
    values = iter(pains)
    trial, days = in_blocks(lambda day, arm: next(values), seed=seed)
    found = result(trial, record(), days, KNOWLEDGE, days_after(trial.days + 1))
    blocks = [Block(begin, length, str(arm)) for begin, length, arm in trial.blocks]
    done = block_test(blocks, pains, skip_days=trial.settle_days, seed=seed)
    assert found.test is not None and (found.test.p, found.test.difference) == (done.p, done.difference)
    assert found.change.told + found.usual.told == sum(p is not None for i, p in enumerate(pains) if i % 5 >= trial.settle_days)
    shown(result_section(found))
    json.dumps(result_json(found))


@given(st.integers(-5, 70), st.integers(1, 8), st.integers(2, 10))
def test_every_day_of_a_trial_has_one_arm_and_no_other_has(offset, pairs, length):
    blocks = tuple(TrialBlock(i * length, length, (Arm.USUAL, Arm.CHANGE)[i % 2]) for i in range(2 * pairs))
    trial = replace(PLAIN_TRIAL, blocks=blocks, days=2 * pairs * length)
    assert (trial.arm_on(days_after(offset, trial.first_day)) is not None) == (0 <= offset < trial.days)


# -- the knowledge behind it


def test_nothing_that_evidence_contradicts_is_offered():
    for plan in KNOWLEDGE.trials.values():
        assert plan.grade in "ABCD" and plan.sources and plan.advice
        assert not any(KNOWLEDGE.advice[name].grade.startswith("against") for name in plan.advice)
        assert {c.id for c in KNOWLEDGE.conditions.values() if c.group == "bone_stress"} <= set(plan.not_for)
        words = f"{plan.name} {plan.change}".lower()
        assert not any(word in words for word in ("heel first", "forefoot", "land on", "minimal"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("advice: [cadence_up]", "advice: [no_strike_change]", "advises against something"),
        ("advice: [cadence_up]", "advice: []", "nothing speaks for it"),
        ("reads: cadence_ratio", "reads: pair", "limits that a pair can't have"),
        ("settle_days: 2", "settle_days: 7", "leaves nothing of a block"),
        ("foot_ankle_pain,", "foot_ankle_pian,", "not a known finding or factor"),
        ("femoral_neck_bsi", "femoral_neck", "not a known condition"),
        ("at_least: 1.05", "at_least: 1.2", "above at_most"),
        ("grade: C", "grade: X", "not one of its words"),
        ("days: 42", "days: 42.5", "not a whole number"),
        ("stop_above: 5", "stop_above: 9", "outside its range"),
        ("stop_above: 5", "stop_above: 4", "does not name the pain of stop_above"),
    ],
)
def test_a_file_that_should_not_be_is_refused(old, new, message, tmp_path):
    text = (SHIPPED / "trials" / "cadence_up.yaml").read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path = tmp_path / "mine" / "trials" / "cadence_up.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    errors = check((tmp_path / "mine",)).errors
    assert errors and message in str(errors[0])
