"""Runs typed in by hand: what people write is understood, what can mean two things is refused, nothing is guessed."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstride.errors import RunFileError
from backstride.importers.typed import read_typed
from backstride.model.run import StartKnown

TODAY = date(2026, 11, 24)  # a Tuesday
NOW = datetime(2026, 11, 24, 20, 0)


def read(words):
    return read_typed(words, today=TODAY, clock=NOW)


def refused(words):
    with pytest.raises(RunFileError) as caught:
        read(words)
    assert caught.value.remedy, "every refusal says what to write instead"
    return str(caught.value)


def test_the_example_of_the_manual():
    run = read("5 km, 35 min, pain 4")
    assert (run.distance_m, run.timer_time_s, run.pain) == (5000, 2100, 4)
    assert (run.sport, run.by_hand, run.origin, run.record_count) == ("running", True, "typed in", 0)
    assert run.start == datetime(2026, 11, 24, 12, tzinfo=UTC) and run.start_known is StartKnown.DAY


def test_what_is_not_typed_is_missing():
    run = read("5 km")
    assert (run.timer_time_s, run.elapsed_time_s, run.pain, run.perceived_exertion, run.utc_offset_s) == (None,) * 5
    assert (run.shoe, run.note, run.sub_sport, run.title, run.device, run.tags, run.links) == ("", "", "", "", "", (), ())
    assert read("35 min").distance_m is None


@pytest.mark.parametrize(
    ("words", "metres"),
    [
        ("5 km", 5000), ("5km", 5000), ("5k", 5000), ("5K", 5000), ("5,2 km", 5200), ("5.2k", 5200), ("10 Kilometer", 10_000),
        ("3 mi", 3 * 1609.344), ("3.1 miles", 3.1 * 1609.344), ("1 mile", 1609.344), ("2 Meilen", 2 * 1609.344), ("800 m", 800),
        ("1500 metres", 1500), ("200 metres", 200), ("half marathon", 21097.5), ("half-marathon", 21097.5), ("marathon", 42195),
        ("Halbmarathon", 21097.5),
    ],
)  # fmt: skip
def test_distances(words, metres):
    assert read(words).distance_m == pytest.approx(metres)


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("35 min", 2100), ("35min", 2100), ("35'", 2100), ("35,5 min", 2130), ("90 minutes", 5400), ("1h05", 3900), ("1h", 3600),
        ("1 h 5 min 20 s", 3920), ("1h05m20s", 3920), ("45m20s", 2720), ("1:05:00", 3900), ("35:20", 2120), ("1.5 h", 5400),
        ("1:05 h", 3900), ("half an hour", 1800), ("1 Std 5 min", 3900), ("1,5 Std", 5400), ("45 Minuten", 2700), ("1 h 30, pain 2", 5400),
        ("2 hours and 5 minutes", 7500),
    ],
)  # fmt: skip
def test_durations(words, seconds):
    assert read(words).timer_time_s == seconds


@pytest.mark.parametrize("words", ["5 km 35 min pain 4", "5 km / 35 min / pain 4.", "pain 4;5 km;35 min", "5km35min,pain 4/10",
                                   "I ran 5 km in 35 minutes with back pain 4", "5 km - 35 min - 4/10 pain",
                                   "5 km in 35 min gelaufen, Schmerz 4"])  # fmt: skip
def test_order_and_commas_do_not_matter(words):
    run = read(words)
    assert (run.distance_m, run.timer_time_s, run.pain) == (5000, 2100, 4)


def test_a_pace_fills_in_what_is_missing_and_says_so():
    by_km, by_mile, by_time, by_speed = map(read, ("10 km at 5:30/km", "5 miles, 8:50 min/mile", "33 min at 5:30/km", "5 km 10 km/h"))
    assert by_km.timer_time_s == pytest.approx(3300) and "time worked out" in by_km.origin
    assert by_mile.timer_time_s == pytest.approx(2650)
    assert by_time.distance_m == pytest.approx(6000) and "distance worked out" in by_time.origin
    assert by_speed.timer_time_s == pytest.approx(1800)


def test_three_that_agree_are_taken_as_typed_and_three_that_do_not_are_refused_with_the_numbers():
    run = read("5 km, 27:30, 5:30/km")
    assert (run.distance_m, run.timer_time_s, run.origin) == (5000, 1650, "typed in")
    message = refused("5 km, 35 min, 5:30/km")
    assert "27:30" in message and "35:00" in message


def test_no_pain_is_zero_and_pain_stays_between_zero_and_ten():
    assert [read(f"5 km, {words}").pain for words in ("no pain", "pain-free", "pain 0", "keine Schmerzen", "schmerzfrei", "pain none")] == [
        0
    ] * 6
    assert read("5 km, pain 10").pain == 10 and read("5 km, pain 4,5").pain == 4.5
    assert "11" in refused("5 km, pain 11") and "-1" in refused("5 km, pain -1") and "'lots'" in refused("5 km, pain lots")
    assert "4/5" in refused("5 km, pain 4/5")


def test_effort():
    assert [read(f"5 km, {words}").perceived_exertion for words in ("effort 6", "RPE 6", "rpe6", "effort: 6/10", "Anstrengung 6")] == [
        6
    ] * 5
    assert "Borg" in refused("5 km, rpe 13")


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("today", "2026-11-24"), ("yesterday", "2026-11-23"), ("gestern", "2026-11-23"), ("vorgestern", "2026-11-22"),
        ("on Monday", "2026-11-23"), ("on friday", "2026-11-20"), ("am Mittwoch", "2026-11-18"), ("last Tuesday", "2026-11-17"),
        ("on sat", "2026-11-21"), ("3 days ago", "2026-11-21"), ("vor 3 Tagen", "2026-11-21"), ("2026-11-02", "2026-11-02"),
        ("2 Nov", "2026-11-02"), ("Nov 2nd, 2026", "2026-11-02"), ("2. November", "2026-11-02"), ("02.11.", "2026-11-02"),
        ("02.11.2025", "2025-11-02"), ("2.11.26", "2026-11-02"), ("13/11", "2026-11-13"), ("11/13", "2026-11-13"), ("11/11", "2026-11-11"),
        ("03-03-2026", "2026-03-03"), ("1 März 2026", "2026-03-01"),
    ],
)  # fmt: skip
def test_days(words, day):
    for sentence in (f"5 km, {words}, 35 min", f"{words} 5 km 35 min"):
        run = read(sentence)
        assert (str(run.local_day), run.distance_m, run.timer_time_s) == (day, 5000, 2100)


def test_a_day_without_a_year_is_the_last_one_also_across_new_year():
    run = read_typed("5 km on 30 Dec", today=date(2027, 1, 2))
    assert run.local_day == date(2026, 12, 30)


@pytest.mark.parametrize(
    ("words", "clock"),
    [("at 18:30", "18:30"), ("7am", "07:00"), ("at 7:15 pm", "19:15"), ("12am", "00:00"), ("12 pm", "12:00"), ("um 18:30", "18:30"),
     ("um 18 Uhr", "18:00"), ("at 07:00", "07:00"), ("at 9:00", "09:00"), ("at 18:30 keine Schmerzen", "18:30")],
)  # fmt: skip
def test_times_of_day_are_readings_of_the_clock(words, clock):
    run = read(f"5 km 35 min {words}")
    assert f"{run.start:%H:%M}" == clock and run.start_known is StartKnown.LOCAL and run.utc_offset_s is None
    assert run.local_day == TODAY


def test_shoes():
    for words, name in (
        ("in blue", "blue"),
        ("in my black", "black"),
        ("in Rot", "Rot"),
        ("in my blue shoes", "blue"),
        ("in my old Pegasus shoes", "old Pegasus"),
        ("in den blauen Schuhen", "blauen"),
        ('in "Pegasus 40"', "Pegasus 40"),
        ("shoe: Hamburg", "Hamburg"),
        ("shoe Pegasus 40", "Pegasus 40"),
        ("shoes: Blue One", "Blue One"),
        ("Schuh blau", "blau"),
        ('shoe "Speedgoat Trail 5"', "Speedgoat Trail 5"),
        ('in my "Speedgoat Trail 5"', "Speedgoat Trail 5"),
    ):
        for sentence in (f"5 km, {words}, 35 min", f"5 km {words} 35 min"):
            run = read(sentence)
            assert (run.shoe, run.distance_m, run.timer_time_s, run.note, run.sub_sport) == (name, 5000, 2100, "", "")


@pytest.mark.parametrize("words", ["Hamburg", "Pegasus 40", "the rain", "Central Park", "den Bergen", "Hamburg with blue shoes", "zone 2"])
def test_what_follows_in_is_never_guessed_to_be_a_shoe(words):
    message = refused(f"5 km in {words}, 35 min")
    assert "Write 'shoe: " in message and words.split()[-1] in message
    assert read(f'5 km, shoe: "{words}", 35 min').shoe == words


def test_surface_and_kind():
    assert read("5 km on the treadmill").sub_sport == "treadmill" and read("5 km Laufband").tags == ("treadmill",)
    assert read("5 km trail").sub_sport == "trail" and read("5 km on the track").sub_sport == "track" and read("5 km trail").tags == ()
    assert read("10k race").tags == ("race",) and read("10k in a race in blue").shoe == "blue"
    assert read("18 km long run, commute").tags == ("long_run", "commute")
    assert "trail and track" in refused("5 km trail track")


def test_notes_keep_their_words():
    assert read('5 km "Felt GOOD, 10 km next" pain 1').note == "Felt GOOD, 10 km next"
    assert read("5 km, note: Knee sore, pain 9 at the end").note == "Knee sore, pain 9 at the end"
    assert read("5 km, note: Knee sore, pain 9 at the end").pain is None
    assert read("5 km „Rücken müde“ 35 min").note == "Rücken müde"
    assert "not closed" in refused('5 km "felt good')


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("5 km 03/04", {"3 Apr 2026": "5 km {}", "4 Mar 2026": "5 km {}"}),
        ("5 km 03/04/2025", {"3 Apr 2025": "5 km {}", "4 Mar 2025": "5 km {}"}),
        ("5 km 12/10", {"12 Oct 2026": "5 km {}", "10 Dec 2025": "5 km {}"}),
        ("5 km 4/10", {"4 Oct 2026": "5 km {}", "pain 4/10": "5 km {}"}),
        ("5 km pace 5:30", {"5:30/km": "5 km {}", "5:30/mi": "5 km {}"}),
        ("5 km 5:30 pace", {"5:30/km": "5 km {}", "5:30/mi": "5 km {}"}),
        ("5 km at 5:30", {"at 5:30 am": "5 km {}", "at 5:30 pm": "5 km {}", "5:30/km": "5 km {}", "5:30/mi": "5 km {}"}),
        ("5 km, 35 min, at 7:00", {"at 7:00 am": "5 km, 35 min, {}", "7:00/km": "5 km, 35 min, {}"}),
        ("35 m", {"35 metres": "{}", "35 min": "{}"}),
        ("1,500 m", {"1500 metres": "{}"}),
        ("1.30 h", {"1:30:00": "{}", "1:18:00": "{}"}),
        ("10 km, 5.30 min/km", {"5:30/km": "10 km {}", "5:18/km": "10 km {}"}),
        ("1:05", {"1 min 5 s": "{}", "1 h 5 min": "{}"}),
        ("18:30, pain 3", {"18 min 30 s": "{}", "18 h 30 min": "{}", "at 18:30": "5 km {}"}),
        ("5 km on tuesday", {"today": "5 km {}", "2026-11-17": "5 km {}"}),
        ("5 km, 2 Dec", {"2025-12-02": "5 km {}"}),
        ("5 km, 31.12.", {"2025-12-31": "5 km {}"}),
    ],
)
def test_what_can_mean_two_things_is_refused_and_what_is_offered_instead_is_taken(words, offered):
    message = refused(words)
    for reading, sentence in offered.items():
        assert f"{reading}" in message
        read(sentence.format(reading))


@pytest.mark.parametrize(
    ("words", "named"),
    [("5 km foo", "foo"), ("5 km, 35", "35"), ("knee pain 4, 5 km", "knee"), ("5 km in the rain", "rain"), ("tomorrow 5 km", "tomorrow"),
     ("5-6 km", "5-6"), ("~5 km", "~5"), ("5 km in 5 days", "5"), ("5 km 35 min in blue felt rather good", "blue felt rather good"),
     ("shoe Speedgoat trail, 5 km", "trail"), ("5 kmx", "5"), ("painful 5 km", "painful")],
)  # fmt: skip
def test_a_word_that_is_not_understood_is_named(words, named):
    assert f"'{named}'" in refused(words)


@pytest.mark.parametrize("words", ["5 km 6 km", "35 min 36 min", "5 km pain 3 pain 4", "5 km today yesterday", "5 km at 18:00 at 19:00",
                                   "5 km no pain, pain 4", "5 km shoe red, shoe blue", "5 km 5:30/km 6:00/km"])  # fmt: skip
def test_the_same_twice_is_refused(words):
    assert "two" in refused(words)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("5 km, 12 min", "faster than anyone"),
        ("100 metres 9 s", "faster than anyone"),
        ("marathon 1:55:00", "faster than anyone"),
        ("10 km at 2:20/km", "faster than anyone"),
        ("300 km 20 h", "faster than anyone"),
        ("10 km 1:05", "1:05:00"),
        ("401 km", "further than anyone"),
        ("73 h", "hours"),
        ("5 km, 35 h", "slower"),
        ("0 km, 35 min", "nothing"),
        ("5 km, 0 min", "nothing"),
        ("5 km, 0:00/km", "nothing"),
        ("pain 4", "neither a distance nor a time"),
        ("", "neither"),
        ("5 km, 2026-12-01", "still to come"),
        ("5 km, 21:00 Uhr", "still to come"),
        ("5 km, 31.02.2026", "no day"),
        ("5 km, 2026-13-01", "no day"),
        ("5 km, at 25:00", "no time of day"),
        ("5 km, 13 pm", "no time of day"),
        ("5 km, 35:70", "no time"),
        ("5 km, 1 h 75 min", "60 or more"),
        ("5 km, 1930-01-01", "before 1950"),
        ("5 km \x00", "cannot be stored"),
        ("5 km note: \ud800", "cannot be stored"),
        ("5 km note: " + "x" * 3000, "letters long"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(words, reason):
    assert reason in refused(words)


@pytest.mark.parametrize("words", ["100 metres 9.58 s", "5 km 12:36", "10 km 26:11", "marathon 2:00:35", "half marathon 56:42",
                                   "319 km 24 h", "800 m 1:41"])  # fmt: skip
def test_the_records_themselves_are_possible(words):
    assert read(words).distance_m


def test_a_time_of_day_still_to_come_is_only_refused_for_today_and_with_a_clock():
    assert read("5 km yesterday at 21:00").start.hour == 21
    assert read_typed("5 km at 21:00", today=TODAY).start.hour == 21


pieces = st.sampled_from(
    ["5", "km", "k", "m", "35", "min", "h", ":", "1:05", "5:30", "/km", "/", "pain", "no", "4", "10", "at", "18:30", "in", "blue", "shoe",
     "on", "monday", "Nov", "02.11.", "03/04", "2026-11-02", "note:", '"', "„", "“", ",", ".", "-", " ", "race", "trail", "am", "half",
     "marathon", "rpe", "999999999", "0", "ſ", "İ", "K", "٣", "\n", "\x00", "\ud800", "an hour", "days ago", "'", "@"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(pieces, max_size=12).map("".join), st.lists(pieces, max_size=12).map(" ".join)))
def test_any_text_gives_a_possible_run_or_a_refusal(words):
    try:
        run = read(words)
    except RunFileError as error:
        assert error.message and error.remedy and str(error).isprintable()
        return
    assert run.distance_m or run.timer_time_s
    assert run.pain is None or 0 <= run.pain <= 10
    assert run.perceived_exertion is None or 0 <= run.perceived_exertion <= 10
    assert run.local_day <= TODAY and run.by_hand
    (run.note + run.shoe).encode()


WAYS = {
    "distance": [lambda km: f"{km} km", lambda km: f"{km}k", lambda km: f"{km}km".replace(".", ","), lambda km: f"{km} Kilometer"],
    "duration": [
        lambda s: f"{s // 3600}:{s // 60 % 60:02d}:{s % 60:02d}",
        lambda s: f"{s // 3600} h {s // 60 % 60} min {s % 60} s" if s >= 3600 else f"{s // 60} min {s % 60} s",
        lambda s: f"{s // 3600}h{s // 60 % 60:02d}m{s % 60:02d}s" if s >= 3600 else f"{s // 60}:{s % 60:02d}",
    ],
    "pain": [lambda p: f"pain {p}", lambda p: f"pain: {p}/10", lambda p: f"Schmerz {p}", lambda p: f"{p}/10 pain"],
    "effort": [lambda e: f"effort {e}", lambda e: f"rpe {e}", lambda e: f"Anstrengung {e}/10"],
    "day": [lambda d: f"{d}", lambda d: f"{d:%d.%m.%Y}", lambda d: f"on {d.day} {d:%b} {d.year}", lambda d: f"{d:%B} {d.day}, {d.year}"],
    "time": [lambda t: f"at {t:%H:%M}" if t.hour not in range(10, 13) else f"{t:%H:%M} Uhr", lambda t: f"um {t:%H:%M} Uhr",
             lambda t: f"{(t.hour - 1) % 12 + 1}:{t.minute:02d} {'pm' if t.hour > 11 else 'am'}"],
    "shoe": [lambda s: f"shoe {s}", lambda s: f"in {s} shoes", lambda s: f'shoes: "{s}"', lambda s: f"Schuh: {s}"],
    "note": [lambda n: f'"{n}"', lambda n: f"“{n}”"],
    "surface": [lambda s: s, lambda s: f"on the {s}"],
}  # fmt: skip


@st.composite
def plans(draw):
    """What a runner may want to say: a distance, a time a runner can take for it, and any of the rest."""
    km = draw(st.integers(40, 5000)) / 100
    plan = {"distance": f"{km:g}", "duration": round(km * draw(st.integers(200, 900)))}
    rest = {
        "pain": st.integers(0, 10),
        "effort": st.integers(0, 10),
        "day": st.dates(date(2024, 1, 1), TODAY - timedelta(days=1)),
        "time": st.times().map(lambda t: time(t.hour, t.minute)),
        "shoe": st.sampled_from(["blue", "Pegasus 40", "Gel Nimbus 26", "v12", "Brooks"]),
        "note": st.text(st.characters(exclude_characters='"“”„«»', exclude_categories=("C", "Z"))).filter(str.strip),
        "surface": st.sampled_from(["treadmill", "trail", "track"]),
    }
    for name in draw(st.lists(st.sampled_from(sorted(rest)), unique=True)):
        plan[name] = draw(rest[name])
    order = draw(st.permutations(sorted(plan)))
    return plan, ", ".join(draw(st.sampled_from(WAYS[name]))(plan[name]) for name in order)


@given(plans())
def test_a_plan_written_any_way_is_read_back(plan_and_words):
    plan, words = plan_and_words
    run = read_typed(words, today=TODAY)
    assert run.distance_m == pytest.approx(float(plan["distance"]) * 1000)
    assert run.timer_time_s == plan["duration"]
    assert (run.pain, run.perceived_exertion) == (plan.get("pain"), plan.get("effort"))
    assert run.local_day == plan.get("day", TODAY)
    assert (run.start_known is StartKnown.LOCAL) == ("time" in plan) and run.start.time() == plan.get("time", time(12))
    assert (run.shoe, run.note, run.sub_sport) == (plan.get("shoe", ""), plan.get("note", ""), plan.get("surface", ""))
