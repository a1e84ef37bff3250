"""A day of the diary as a person types it: what is understood, what is refused, and the commands around it."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_record_commands import backstride  # noqa: F401 - a fixture
from test_terminal import Session

from backstride import intake
from backstride.diary_log import day_here, needs_check, offers, replaced_by, take, take_back, tell, tell_words
from backstride.errors import BackstrideError, StoreError
from backstride.importers.diary_words import read_diary_words
from backstride.importers.typed import read_typed
from backstride.knowledge.loader import load
from backstride.model.diary import DiaryEntry, diary_days
from backstride.own_data import spells

TODAY = date(2026, 10, 31)
"""A Saturday."""
NOW = datetime(2026, 10, 31, 20, 0, tzinfo=UTC)
REGIONS = tuple(load().regions)


def read(words):
    return read_diary_words(words, today=TODAY, regions=REGIONS)


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("morning 3 during 2 after 4", {"pain_morning": 3, "pain_during": 2, "pain_after": 4}),
        ("3 in the morning, 2/10 while running, 4 after the run", {"pain_morning": 3, "pain_during": 2, "pain_after": 4}),
        ("pain in the morning: 3.5", {"pain_morning": 3.5}),
        ("Back pain 4 during the run", {"pain_during": 4}),
        ("no pain in the morning, during none, after: 0", {"pain_morning": 0, "pain_during": 0, "pain_after": 0}),
        ("low back left", {"regions": ["low_back_left"]}),
        ("left low back right buttock", {"regions": ["low_back_left", "buttock_right"]}),
        ("lower back both sides, calf on the left", {"regions": ["low_back_left", "low_back_right", "calf_left"]}),
        ("both calves", {"regions": ["calf_left", "calf_right"]}),
        ("low back middle, tailbone", {"regions": ["low_back_midline", "sacrum"]}),
        ("left back of the lower thigh", {"regions": ["lower_back_thigh_left"]}),
        ("spreading", {"spreading": True}),
        ("spreading no", {"spreading": False}),
        ("doesn’t spread", {"spreading": False}),
        ("pain began at 6 km", {"began_km": 6}),
        ("started after 20 min", {"began_min": 20}),
        ("began at km 6,5", {"began_km": 6.5}),
        ("began at 2 miles", {"began_km": 3.219}),
        ("stiff 2", {"stiffness": 2}),
        ("not stiff", {"stiffness": 0}),
        ("morning stiffness 4, morning 1", {"stiffness": 4, "pain_morning": 1}),
        ("sleep 7", {"sleep_h": 7}),
        ("slept 7h30 last night", {"sleep_h": 7.5}),
        ("6:45", None),
        ("slept 6:45", {"sleep_h": 6.75}),
        ("7 h 15 min of sleep, 8 hours sitting", {"sleep_h": 7.25, "sitting_h": 8}),
        ("stress level 5 sat for 8 h", {"stress": 5, "sitting_h": 8}),
        ("drank 500 ml", {"fluid_ml": 500}),
        ("drank 1,5 l", {"fluid_ml": 1500}),
        ("drank nothing", {"fluid_ml": 0}),
        ("weighed 70.2 before 69.4 after", {"weight_before_kg": 70.2, "weight_after_kg": 69.4}),
        ("weight before 155 lb after 153", {"weight_before_kg": 70.31, "weight_after_kg": 69.4}),
        ("took ibuprofen 400 mg, after 4", {"medicine": "ibuprofen 400 mg", "pain_after": 4}),
        ("took Ibuprofen after 4", {"medicine": "Ibuprofen", "pain_after": 4}),
        ("cycle day 3", {"cycle_day": 3}),
        ('note "Felt FINE after 4 km" morning 1', {"note": "Felt FINE after 4 km", "pain_morning": 1}),
        ("morning 1 note: felt fine", {"note": "felt fine", "pain_morning": 1}),
        ("yesterday", None),
    ],
)
def test_what_is_understood(words, fields):
    if fields is None:
        with pytest.raises(BackstrideError):
            read(words)
        return
    assert read(words) == (TODAY, fields)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("yesterday", 1),
        ("today", 0),
        ("3 days ago", 3),
        ("2 weeks ago", 14),
        ("on Monday", 5),
        ("last friday", 1),
        ("2026-10-01", 30),
        ("24 October", 7),
        ("on Oct 24th", 7),
        ("30 Oct 2025", 366),
    ],
)
def test_the_day_is_said_in_words(words, day):
    assert read(f"morning 3 {words}")[0] == TODAY - timedelta(days=day)
    assert read(f"{words}, morning 3")[0] == TODAY - timedelta(days=day)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("pain 4", "doesn't say when"),
        ("no pain", "doesn't say when"),
        ("morning 3 4", "'4' is a number that doesn't say what of"),
        ("after 4 km", "'km' is not understood"),
        ("after 11", "goes from 0 to 10"),
        ("morning three", "not understood"),
        ("morning 3, morning 4", "tell the same thing twice"),
        ("the morning after 3", "is of another day"),
        ("next morning 3", "is of another day"),
        ("low back", "Write 'low back left' or 'low back middle' or 'low back right'"),
        ("buttock middle", "has no middle"),
        ("lower back left buttock", "'buttock' doesn't say on which side"),
        ("knee left", "can be two places"),
        ("hamstring left", "can be two places"),
        ("headache 3", "'headache' is not understood"),
        ("began at 6", "Write 'began at 6 km' or 'began at 6 min'"),
        ("began at 0 km", "more than 0"),
        ("sleep 23:30", "can be a time of day"),
        ("slept 25 h", "goes from 0 to 24 h"),
        ("drank 500", "has no unit"),
        ("drank 1.500 ml", "two ways"),
        ("weighed 70", "before or after"),
        ("weighed 90 before 70 after", "too far apart"),
        ("weight after 4", "goes from 20 to 300 kg"),
        ("cycle day 0", "goes from 1 to 60"),
        ("stress", "has no number"),
        ("took", "which medicine"),
        ("took " + "x" * 201, "201 letters"),
        ("note felt fine after 4 km", "where the note ends"),
        ('note "open', "opened and not closed"),
        ("morning 3 on Saturday", "today or a week ago"),
        ("morning 3 2026-11-01", "still to come"),
        ("morning 3 1994-12-31", "too long ago"),
        ("morning 3 2026-02-30", "not a day"),
        ("morning 3 30 Feb", "not a day"),
        ("morning 3 2 November", "which year"),
        ("morning 3 2 Nov 2026", "still to come"),
        ("morning 3 10/11/2026", "two ways"),
        ("morning 3 yesterday, after 4 today", "two days"),
        ("", "tells nothing"),
        ("the", "tells nothing"),
        ("note \x1b[31m", "letter that can't be kept"),
        ("morning 3 " * 400, "letters long"),
    ],
)
def test_what_is_refused_and_what_is_said_about_it(words, told):
    with pytest.raises(BackstrideError, match=re.escape(told)) as caught:
        read(words)
    assert caught.value.remedy


def test_a_clock_set_to_1989_is_told_unless_the_day_is_named():
    with pytest.raises(BackstrideError, match="clock of this machine says 1989-06-01"):
        read_diary_words("morning 3", today=date(1989, 6, 1), regions=REGIONS)


PIECES = re.findall(
    r"\S+",
    "morning during after pain no 3 7.5 11 / 10 low back left right both calf buttock sleep h min sitting stress stiff spreading began at "
    'km 6 drank ml l weighed before kg lb took cycle day note " yesterday ago days monday 2026-10-01 , : x',
)


@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join), st.text(max_size=60)))
def test_any_words_become_an_entry_or_a_sentence(words):
    try:
        day, fields = read(words)
    except BackstrideError as error:
        assert error.remedy
        return
    assert diary_days([DiaryEntry(NOW, day, fields)]), "something is told, and it can be kept"
    assert day <= TODAY


ONE_OF_EACH = {
    "pain_morning": ("morning {}", st.integers(0, 10)),
    "pain_after": ("after {}", st.integers(0, 10)),
    "sleep_h": ("sleep {}", st.integers(0, 24)),
    "stress": ("stress {}", st.integers(0, 10)),
    "sitting_h": ("sitting {}", st.integers(0, 24)),
    "stiffness": ("stiff {}", st.integers(0, 10)),
    "began_km": ("began at {} km", st.integers(1, 50)),
    "fluid_ml": ("drank {} ml", st.integers(0, 3000)),
    "cycle_day": ("cycle day {}", st.integers(1, 60)),
}


@given(st.fixed_dictionaries({}, optional={name: values for name, (_, values) in ONE_OF_EACH.items()}).filter(bool), st.randoms())
def test_the_order_of_the_words_says_nothing(fields, random):
    parts = [ONE_OF_EACH[name][0].format(value) for name, value in fields.items()]
    random.shuffle(parts)
    assert read(" ".join(parts))[1] == fields


# -- keeping it


def test_the_day_is_that_of_the_runner(store, me):
    late = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    assert day_here(me, late) == date(2026, 11, 1), "half past midnight in Berlin"
    assert day_here(store.set_zone(me, "America/New_York"), late) == TODAY


def test_telling_again_replaces_and_undo_goes_back_one_telling_at_a_time(store, me):
    knowledge = load()
    tell_words(store, me, "morning 3 stress 2", knowledge, NOW)
    second = tell_words(store, me, "morning 5", knowledge, NOW + timedelta(minutes=1))
    assert replaced_by(store, me, second) == {"pain_morning": 3}
    assert take_back(store, me, NOW + timedelta(minutes=2)) == (second,)
    (day,) = diary_days(store.diary(me))
    assert (day.pain_morning, day.stress) == (3, 2)
    take_back(store, me, NOW + timedelta(minutes=3))
    assert diary_days(store.diary(me)) == ()
    assert len(store.diary(me)) == 4, "nothing is lost"
    with pytest.raises(StoreError, match="nothing in the diary"):
        take_back(store, me, NOW + timedelta(minutes=4))


def test_what_came_with_runs_is_offered_and_taken_only_when_asked(store, me):
    for words in (
        "5 km, 35 min, pain 4, yesterday at 7:00 am, note: stiff",
        "6 km, 40 min, pain 6, yesterday at 18:00",
        "3 km, 20 min, 9 days ago",
    ):
        intake.add_run(store, me, read_typed(words, today=TODAY), words)
    found = offers(store, me, NOW)
    assert [(offer.day.day, offer.fields.get("pain_during"), offer.fields.get("note")) for offer in found] == [
        (30, 4, "stiff"),
        (30, 6, None),
    ]
    assert store.diary(me) == (), "never by itself"
    with pytest.raises(StoreError, match="not the key of one run"):
        take(store, me, "", NOW)
    (taken,) = take(store, me, "all", NOW)
    assert (taken.day.day, taken.fields["pain_during"], taken.fields["note"]) == (30, 6, "stiff")
    assert set(taken.fields["run_key"].split()) == {offer.fields["run_key"] for offer in found}
    assert offers(store, me, NOW) == ()
    with pytest.raises(StoreError, match="no run has pain or a note"):
        take(store, me, "all", NOW)
    take_back(store, me, NOW + timedelta(minutes=1))
    assert offers(store, me, NOW) == found


def test_a_run_offers_only_what_the_diary_does_not_tell(store, me):
    words = "5 km, 35 min, pain 4, yesterday, note: stiff"
    intake.add_run(store, me, read_typed(words, today=TODAY), words)
    tell(store, me, TODAY - timedelta(days=1), {"pain_during": 1.0}, NOW)
    (offer,) = offers(store, me, NOW)
    assert set(offer.fields) == {"note", "run_key"}
    (taken,) = take(store, me, offer.key[:8], NOW + timedelta(minutes=1))
    (day,) = diary_days(store.diary(me))
    assert (day.pain_during, day.note, day.run_key) == (1, "stiff", taken.fields["run_key"])


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"pain_after": 8}, True),
        ({"pain_after": 7}, False),
        ({"spreading": True}, True),
        ({"regions": ["low_back_left", "saddle"]}, True),
        ({"regions": ["low_back_left", "mars"]}, False),
        ({}, False),
    ],
)
def test_strong_or_spreading_pain_points_to_the_safety_questions(fields, wanted):
    assert needs_check(DiaryEntry(NOW, TODAY, fields), load()) is wanted


def test_spells_are_found_by_the_limits_of_knowledge(store, me):
    for back in range(20):
        tell(store, me, TODAY - timedelta(days=back), {"pain_morning": 4.0 if 10 <= back < 14 else 1.0}, NOW + timedelta(seconds=back))
    (spell,) = spells(diary_days(store.diary(me)), load(), TODAY)
    assert (spell.begin, spell.end) == (TODAY - timedelta(days=13), TODAY - timedelta(days=10))


# -- the commands


def test_a_telling_after_one_by_a_clock_that_was_ahead_still_counts(store, me):
    tell(store, me, TODAY, {"pain_morning": 5.0}, NOW + timedelta(days=900))
    later = tell(store, me, TODAY, {"pain_morning": 3.0}, NOW)
    assert diary_days(store.diary(me))[0].pain_morning == 3
    assert replaced_by(store, me, later) == {"pain_morning": 5.0}
    assert take_back(store, me, NOW) == (later,)
    assert diary_days(store.diary(me))[0].pain_morning == 5


def test_a_note_is_told_to_be_read_by_nobody(backstride):  # noqa: F811
    assert "is not read for warning signs" in backstride("log", "note", "numb between my legs")
    assert "is not read for warning signs" not in backstride("log", "morning", "3")


def test_a_week_of_the_diary(backstride):  # noqa: F811
    said = backstride("log", "morning", "3", "during", "2", "low", "back", "left", "note", "ok after 4 km", "yesterday")
    assert "pain on waking 3 of 10; pain on the run 2 of 10; where: left low back; note: ok after 4 km." in said
    assert "log undo" in said
    assert "worth a check" not in said
    assert "It takes the place of: pain on waking 3 of 10." in backstride("log", "morning 9 yesterday")
    said = backstride("log", "spreading", "yes")
    assert said.splitlines()[-1].startswith("Pain that is this strong, that spreads")
    shown = backstride("log", "show", "--days", 3).splitlines()
    assert [line[4:26].split("  ")[1] for line in shown[:3]] == ["not told", "pain on wa", "it spreads"]
    assert shown[-1] == "Told: 2 of 3 days."
    days = [json.loads(line) for line in backstride("log", "show", "--json").splitlines()]
    assert [day["told"] for day in days[:12]] == [None] * 12
    assert days[-2]["told"]["pain_morning"] == days[-2]["worst_pain"] == 9
    told = [json.loads(line) for line in backstride("episodes", "--json").splitlines()]
    assert [(one["begin"], one["end"], one["worst"]) for one in told] == [(days[-2]["day"], None, 9)]
    assert "at worst 9 of 10" in backstride("episodes")
    assert "Taken back" in backstride("log", "undo")


def test_runs_stand_beside_their_day_and_are_offered(backstride):  # noqa: F811
    backstride("run", "add", "5 km, 35 min, pain 8, note: stiff")
    assert "run " in backstride("log", "show", "--days", 1)
    (line,) = backstride("log", "offers", "--json").splitlines()
    key = json.loads(line)["key"]
    assert key[:8] in backstride("log", "offers")
    said = backstride("log", "take", key[:8])
    assert "taken from run" in said
    assert said.splitlines()[-1].startswith("Pain that is this strong")
    assert "No run has" in backstride("log", "offers")


def test_pain_in_a_note_is_not_read_and_an_offer_says_so(backstride):  # noqa: F811
    backstride("run", "add", "5 km, 35 min, note: pain 4/10")
    assert "Pain in it counts once you tell it" in backstride("log", "offers")


def test_mistakes_are_told_and_leave_nothing(backstride):  # noqa: F811
    assert "doesn't say when" in backstride("log", "pain", "4", code=2)
    assert backstride("runners") == "", "and no runner was made"
    assert "nothing is told" in backstride("log", code=2)
    assert "no more words" in backstride("log", "show", "all", code=2)
    assert "log take KEY" in backstride("log", "take", code=2)
    assert "there is no runner" in backstride("log", "show", code=2)
    assert "\x1b" not in backstride("log", "note", "\x1b[31m", code=2)


def test_three_short_questions_at_a_terminal(tmp_path):
    home = tmp_path / "home"
    talk = Session(home, "log").child
    talk.expect("Pain when you woke up")
    talk.sendline("eleven")
    talk.expect("not understood")
    talk.expect("Pain when you woke up")
    talk.sendline("3")
    talk.expect("Anything else")
    talk.sendline("sleep 7")
    talk.expect(r"pain on waking 3 of 10; slept 7 h\.")
    talk.expect("log undo")
    talk.wait()
    assert talk.exitstatus == 0
    again = Session(home, "log").child
    again.expect("Pain when you woke up")
    again.sendline("")
    again.expect("Anything else")
    again.sendline("")
    again.expect("nothing is kept")
    again.wait()
