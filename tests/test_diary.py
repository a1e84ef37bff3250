"""The diary: what was told of each day, spells of pain, and measures; missing is missing, never zero."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstride.assess import assess, measured
from backstride.diary import episodes_of, measures_of_diary, nights_of_diary, told_episode
from backstride.knowledge.loader import load
from backstride.model.diary import DiaryDay, DiaryEntry, diary_days, entries_that_count
from backstride.model.evidence import Answer
from backstride.model.record import Record
from backstride.model.run import DayValue, Run
from backstride.names import names_for
from backstride.record import with_stored
from backstride.reports.conversation import conversation

TODAY = date(2026, 10, 31)
AT = datetime(2026, 10, 31, 7, 0, tzinfo=UTC)
LIMITS = {"begins": 3, "quiet_days": 7, "gap_days": 21}


def ago(days):
    return TODAY - timedelta(days=days)


def told(minutes, day=TODAY, **fields):
    return DiaryEntry(AT + timedelta(minutes=minutes), day, fields)


def days_of(pains, last=TODAY):
    """One day a value, the last of them today; None for a day without a word."""
    first = last - timedelta(days=len(pains) - 1)
    return [DiaryDay(first + timedelta(days=i), pain_morning=float(p)) for i, p in enumerate(pains) if p is not None]


def run(day, minutes=60.0, sport="running"):
    start = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return Run(start, sport, 10_000.0, minutes * 60)


# -- what was told


def test_the_latest_telling_of_a_field_counts_and_a_day_without_a_word_is_absent():
    entries = [
        told(2, pain_morning=2.0, spreading=False),
        told(1, pain_morning=5.0, stress=4.0),
        told(3, ago(2), sleep_h=0.0),
        told(4, ago(1), note="x"),
        told(5, ago(1), note=None),
    ]
    two_ago, today = diary_days(entries)
    assert (today.day, today.pain_morning, today.stress, today.spreading) == (TODAY, 2.0, 4.0, False)
    assert (two_ago.day, two_ago.sleep_h, two_ago.worst_pain) == (ago(2), 0.0, None), "no sleep was told; no pain was not"
    assert today.told() == {"pain_morning": 2.0, "stress": 4.0, "spreading": False}


def test_worst_pain_is_of_what_is_known():
    assert DiaryDay(TODAY).worst_pain is None
    assert DiaryDay(TODAY, pain_during=0.0).worst_pain == 0
    assert DiaryDay(TODAY, pain_morning=2.0, pain_during=1.0, pain_after=4.0).worst_pain == 4


def test_what_was_told_at_one_moment_is_taken_back_together():
    first, second = told(0, pain_morning=1.0), told(1, pain_morning=6.0)
    third = told(1, ago(1), note="of the same moment")
    back = DiaryEntry.taking_back(AT + timedelta(minutes=2), second)
    assert entries_that_count([third, back, first, second]) == (first,)
    assert diary_days([first, second, third, back]) == (DiaryDay(TODAY, pain_morning=1.0),)


@pytest.mark.parametrize(
    ("told_at", "day", "fields"),
    [
        (datetime(2026, 10, 31, 7, 0), TODAY, {}),
        (AT, date(1994, 12, 31), {}),
        (AT, TODAY + timedelta(days=2), {}),
        (AT, TODAY, {"mood": 3}),
        (AT, TODAY, {"pain_morning": 10.5}),
        (AT, TODAY, {"pain_morning": float("nan")}),
        (AT, TODAY, {"pain_morning": "3"}),
        (AT, TODAY, {"spreading": 1}),
        (AT, TODAY, {"began_km": 0}),
        (AT, TODAY, {"weight_before_kg": 12}),
        (AT, TODAY, {"cycle_day": 2.5}),
        (AT, TODAY, {"regions": []}),
        (AT, TODAY, {"note": ""}),
        (AT, TODAY, {"takes_back": "now"}),
    ],
)
def test_an_entry_that_can_not_be_is_refused(told_at, day, fields):
    with pytest.raises(ValueError, match=r"diary|zone"):
        DiaryEntry(told_at, day, fields)


PAINS = st.sampled_from(["pain_morning", "pain_during", "pain_after"])
TOLD = st.lists(st.tuples(st.integers(0, 5), PAINS, st.one_of(st.none(), st.integers(0, 10))), max_size=30)


@given(TOLD, st.randoms())
def test_the_order_in_which_entries_come_says_nothing(tellings, random):
    entries = [DiaryEntry(AT + timedelta(minutes=i), ago(day), {field: value}) for i, (day, field, value) in enumerate(tellings)]
    expected = {(ago(day), field): value for day, field, value in tellings}
    mixed = list(entries)
    random.shuffle(mixed)
    days = diary_days(mixed)
    assert days == diary_days(entries)
    found = {(day.day, field): value for day in days for field, value in day.told().items()}
    assert found == {key: value for key, value in expected.items() if value is not None}
    assert [day.day for day in days] == sorted({day for (day, _), value in expected.items() if value is not None})


# -- spells


def test_a_spell_begins_at_three_and_ends_after_a_quiet_week():
    (spell,) = episodes_of(days_of([0, 1, 2, 3, 5, 2, 4, *[1] * 7, 2]), today=TODAY, **LIMITS)
    assert (spell.begin, spell.end) == (ago(11), ago(8))
    assert (spell.worst, spell.days_told, spell.basis) == (5, 4, "diary")
    assert spell.sure == "Pain is told on 4 of its 4 days."


def test_six_quiet_days_end_nothing():
    (spell,) = episodes_of(days_of([0, 4, *[0] * 6, 3]), today=TODAY, **LIMITS)
    assert (spell.begin, spell.end, spell.days_told) == (ago(7), None, 8)
    assert spell.sure.endswith("It goes on.")


def test_days_without_a_word_neither_end_nor_prolong():
    days = days_of([0, 4, *[None] * 10, 0, 0, 0, *[None] * 3, 0, 0, 0, 0, 1])
    (spell,) = episodes_of(days, today=TODAY, **LIMITS)
    assert spell.end == spell.begin, "ten days without a word are no days of pain"
    assert "may have ended up to" in spell.sure
    (open_spell,) = episodes_of(days[:7], today=TODAY, **LIMITS)
    assert open_spell.end is None, "and six quiet days do not end it, however long they took"


def test_a_long_silence_stops_the_diary_and_what_follows_begins_anew():
    first, second = episodes_of(days_of([0, 6, 5, *[None] * 22, 4, 3]), today=TODAY, **LIMITS)
    assert (first.begin, first.end, first.worst) == (ago(25), None, 6)
    assert f"The diary stops on {ago(24)}" in first.sure
    assert (second.begin, second.end) == (ago(1), None)
    assert f"No pain is told of the days after {ago(24)}" in second.sure
    (joined,) = episodes_of(days_of([0, 6, 5, *[None] * 21, 4, 3]), today=TODAY, **LIMITS)
    assert joined.begin == ago(24)


def test_a_diary_that_stopped_says_so():
    (spell,) = episodes_of(days_of([5], last=ago(200)), today=TODAY, **LIMITS)
    assert spell.end is None
    assert "It is one day. The diary begins with it: it may have begun before. The diary stops" in spell.sure


def test_nothing_told_and_nothing_bad_is_no_spell():
    assert episodes_of([], today=TODAY, **LIMITS) == ()
    assert episodes_of(days_of([0, 1, 2, 2.5, 0]), today=TODAY, **LIMITS) == ()
    assert episodes_of([DiaryDay(TODAY, sleep_h=3.0, note="bad")], today=TODAY, **LIMITS) == ()
    assert episodes_of(days_of([5], last=TODAY + timedelta(days=1)), today=TODAY, **LIMITS) == (), "a day to come"


@given(st.lists(st.one_of(st.none(), st.integers(0, 10)), max_size=90))
def test_spells_are_apart_and_hold_every_bad_day(pains):
    days = days_of(pains)
    spells = episodes_of(days, today=TODAY, **LIMITS)
    assert spells == episodes_of(reversed(days), today=TODAY, **LIMITS)
    for earlier, later in itertools.pairwise(spells):
        assert (earlier.end or earlier.begin) < later.begin
    worst = {day.day: day.worst_pain for day in days}
    for spell in spells:
        assert worst[spell.begin] >= 3
        assert spell.end is None or worst[spell.end] >= 3
        assert 1 <= spell.days_told <= ((spell.end or TODAY) - spell.begin).days + 1
    for day in (day for day, pain in worst.items() if pain >= 3):
        assert any(spell.begin <= day <= (spell.end or TODAY) for spell in spells)


def test_a_named_day_is_a_spell_of_which_nothing_else_is_known():
    spell = told_episode(TODAY)
    assert (spell.begin, spell.end, spell.worst, spell.days_told, spell.basis) == (TODAY, None, None, 0, "told")


# -- measures


def by_id(days, runs=()):
    return {m.id: m for m in measures_of_diary(days, TODAY, runs)}


def test_means_need_half_of_the_days():
    days = [DiaryDay(ago(d), sitting_h=6.0 + d % 2, stress=2.0) for d in range(14)]
    found = by_id(days)
    assert found["sitting_h_mean"].value == 6.5
    assert found["sitting_h_mean"].origin == "your diary, 14 of 28 days"
    assert found["stress_mean"].value == 2
    short = by_id(days[:13])["sitting_h_mean"]
    assert short.value is None
    assert "13 of the last 28 days" in short.missing_because
    outside = [DiaryDay(ago(d), sitting_h=12.0) for d in range(28, 60)]
    assert by_id([*outside, *days])["sitting_h_mean"].value == 6.5


def test_without_a_diary_there_is_nothing_to_miss():
    assert measures_of_diary([], TODAY) == ()
    assert measures_of_diary([DiaryDay(TODAY + timedelta(days=1), stress=1.0)], TODAY) == ()


def test_sweat_is_weight_lost_and_fluid_drunk_an_hour():
    weighed = DiaryDay(ago(1), weight_before_kg=70.2, weight_after_kg=69.4, fluid_ml=500.0)
    found = by_id([weighed], [run(ago(1))])
    assert found["sweat_rate_l_per_h"].value == pytest.approx(1.3)
    assert found["body_mass_loss_share"].value == pytest.approx(0.8 / 70.2)
    assert not found["body_mass_loss_share"].lower_bound
    assert "70.2 kg before, 69.4 kg after" in found["body_mass_loss_share"].origin


@pytest.mark.parametrize(
    ("day", "runs"),
    [
        (DiaryDay(ago(1), weight_before_kg=70.0, weight_after_kg=69.0), [run(ago(1))]),
        (DiaryDay(ago(1), weight_before_kg=70.0, weight_after_kg=69.0, fluid_ml=0.0), []),
        (DiaryDay(ago(1), weight_before_kg=70.0, weight_after_kg=69.0, fluid_ml=0.0), [run(ago(1)), run(ago(1))]),
        (DiaryDay(ago(1), weight_before_kg=70.0, weight_after_kg=69.0, fluid_ml=0.0), [run(ago(1), sport="cycling")]),
        (DiaryDay(ago(1), weight_after_kg=69.0, fluid_ml=0.0), [run(ago(1))]),
        (DiaryDay(ago(1), weight_before_kg=90.0, weight_after_kg=69.0, fluid_ml=0.0), [run(ago(1))]),
    ],
    ids=["drunk not told", "no run", "two runs", "no running", "one weight", "a slip"],
)
def test_sweat_that_is_not_known_is_missing(day, runs):
    found = by_id([day], runs)["sweat_rate_l_per_h"]
    assert found.value is None
    assert found.missing_because


def test_a_loss_is_at_least_the_largest_that_was_weighed():
    days = [
        DiaryDay(ago(2), weight_before_kg=70.0, weight_after_kg=68.0),
        DiaryDay(ago(1), weight_before_kg=70.0, weight_after_kg=70.5),
        DiaryDay(ago(8), weight_before_kg=70.0, weight_after_kg=65.0),
    ]
    found = by_id(days, [run(ago(1)), run(ago(2)), run(ago(3))])["body_mass_loss_share"]
    assert found.value == pytest.approx(2 / 70)
    assert found.lower_bound, "the run of three days ago was not weighed"
    assert by_id([days[2]], [run(ago(8))])["body_mass_loss_share"].missing_because


def test_a_night_comes_from_the_diary_only_where_no_device_tells_it():
    days = [DiaryDay(ago(1), sleep_h=5.0), DiaryDay(ago(0), sleep_h=6.0), DiaryDay(ago(2), stress=1.0)]
    known = [DayValue(ago(1), "sleep_h", 8.0, "watch"), DayValue(ago(0), "steps", 9000.0, "watch")]
    assert nights_of_diary(days, known) == (DayValue(ago(0), "sleep_h", 6.0, "diary"),)


# -- and in the answer


def contributors(diary, **more):
    return {c.factor: c for c in assess(Record("me", onset=TODAY, diary=tuple(diary), **more), load()).contributors}


def test_long_sitting_reaches_the_answer_with_its_source():
    found = contributors(DiaryDay(ago(d), sitting_h=8.0) for d in reversed(range(20)))
    assert "your diary, 20 of 28 days" in found["sitting_time_high"].observed
    assert "sitting_time_high" not in contributors(DiaryDay(ago(d), sitting_h=4.0) for d in reversed(range(20)))


def test_the_answer_in_words_says_that_the_diary_shows_it():
    knowledge = load()
    answers = {"pain_low_back": Answer("yes"), "pain_severity": Answer(3.0)}
    diary = tuple(DiaryDay(ago(d), sitting_h=8.0) for d in reversed(range(20)))
    answer = assess(Record("me", onset=TODAY, answers=answers, diary=diary), knowledge)
    sections = conversation(answer, names_for(answer, knowledge), country="DE", race_day=None, today=TODAY)
    told_lines = [line.text for section in sections for line in section.lines]
    assert "You sit for long. Your diary shows it." in told_lines


def test_a_loss_of_weight_reaches_the_answer_as_the_contested_claim_it_is():
    weighed = [DiaryDay(ago(1), weight_before_kg=70.0, weight_after_kg=68.0)]
    found = contributors(weighed, runs=(run(ago(1)),))["dehydration"]
    assert found.grade == "X"
    assert found.stance == "not_supported"


def test_without_an_onset_the_diary_is_read_to_its_last_day():
    days = tuple(DiaryDay(ago(400 + d), stress=2.0) for d in reversed(range(28)))
    assert {m.id: m.value for m in measured(Record("me", diary=days))}["stress_mean"] == 2


def test_sleep_of_the_diary_is_measured_as_nights():
    days = tuple(DiaryDay(ago(d), sleep_h=5.0) for d in reversed(range(37)))
    assert {m.id: m.value for m in measured(Record("me", onset=TODAY, diary=days))}["sleep_h_last_week"] == 5


def test_a_stored_diary_comes_with_the_record(store, me):
    store.tell_diary(me, told(0, pain_morning=4.0))
    assert with_stored(Record("me"), store, me).diary == (DiaryDay(TODAY, pain_morning=4.0),)
