"""Why now: what was unusual before a pain, against the runner's own normal; right answers or honest silence."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstride.knowledge.schema import DAY_VALUES, RUN_VALUES
from backstride.model.diary import DiaryDay, Episode
from backstride.model.evidence import Measure
from backstride.model.record import Record
from backstride.model.run import DayValue, Run, Shoe
from backstride.model.run_measures import RunMeasures, SpeedBin
from backstride.model.why_now import Verdict
from backstride.training import MEASURE_VERSION
from backstride.training.run_table import RUN_COLUMNS
from backstride.why_now import change_in_words, day_values, measures_of_changes, why_now

FIRST = date(2023, 1, 2)
DAYS = 600
ONSET = FIRST + timedelta(days=DAYS - 1)


def day_of(index):
    return FIRST + timedelta(days=int(index))


def measured(km, told, form):
    seconds = km * 360.0
    profile = tuple(
        SpeedBin(speed, seconds * share, True, form["cadence"] + 8 * (speed - 2.75), form["contact"], form["balance"], form["bounce"])
        for speed, share in ((2.5, 0.2), (2.75, 0.6), (3.0, 0.2 - told.get("fast", 0.05)), (3.75, told.get("fast", 0.05)))
    )
    values = {"distance_km": km, "moving_time_s": seconds, **{name: value for name, value in told.items() if name != "fast"}}
    return RunMeasures(MEASURE_VERSION, tuple(Measure(name, value, "") for name, value in values.items()), profile)


def runner(seed=1, days=DAYS, every=(1, 2, 3), change=None, device="one/watch", weather=True, **fields):
    """Runs of a made-up runner, without any change but the one that `change(day, km, told, form)` makes."""
    rng = np.random.default_rng(seed)
    runs, day = [], 0
    air = np.zeros(days)
    for i in range(1, days):
        air[i] = 0.65 * air[i - 1] + rng.normal(0, 2)
    while day < days:
        km = float(np.exp(rng.normal(2.1, 0.25)))
        air_c = 11 - 8 * math.cos(2 * math.pi * day / 365.25) + air[day] + rng.normal(0, 1)
        hills = float(np.exp(rng.normal(2.2, 0.5)))
        told = {
            "ascent_m_per_km": hills, "descent_m_per_km": hills * float(np.exp(rng.normal(0, 0.1))), "treadmill_share": 0.0,
            "trail_share": float(rng.random() < 0.15), "fast": float(rng.uniform(0, 0.15)),
            **({"weather_temperature_c": air_c, "dew_point_c": air_c - 6 + rng.normal(0, 1)} if weather else {"temperature_c": air_c + 6}),
        }  # fmt: skip
        form = {
            "cadence": 168 + rng.normal(0, 1.5), "contact": 250 + rng.normal(0, 4), "balance": 0.5 + rng.normal(0, 0.005),
            "bounce": 90 + rng.normal(0, 2),
        }  # fmt: skip
        if change is not None:
            km = change(day, km, told, form) or km
        watch = device(day) if callable(device) else device
        runs.append(one_run(day, km, watch, measured(km, told, form), **fields))
        day += int(rng.choice(every))
    return runs


def one_run(day, km, device="one/watch", measures=None, *, hour=17, offset=0, first=FIRST, **fields):
    start = datetime(first.year, first.month, first.day, hour, tzinfo=UTC) + timedelta(days=int(day))
    measures = measures or RunMeasures(MEASURE_VERSION, (Measure("distance_km", km, "km"),))
    given = {"sport": "running", "origin": f"{day} {hour}", **fields}
    return Run(start, distance_m=km * 1000, timer_time_s=km * 360, utc_offset_s=offset, device=device, measured=measures, **given)


def nights(seed=1, days=DAYS, hours=7.5, last=None):
    rng = np.random.default_rng(seed)
    slept = np.clip(rng.normal(hours, 0.7, days), 1, 14)
    if last is not None:
        slept[-7:] = last
    return tuple(DayValue(day_of(day), "sleep_h", float(value)) for day, value in enumerate(slept))


def looked_back(knowledge, runs, onset=ONSET, episodes=(), **fields):
    return why_now(Record("case", runs=tuple(runs), **fields), knowledge, onset, episodes)


def by_id(found):
    return {one.exposure: one for one in found.looked}


def whys(found):
    return {one.exposure: one.why for one in found.not_judged}


def plain(found):
    """All that a look back says in numbers, without dates and devices."""
    return [
        (one.exposure, one.window_days, one.direction, one.now, one.before, one.surprise, one.usual_low, one.usual_high, one.chance)
        for one in found.looked
    ]  # fmt: skip


def same(found, other):
    for one, two in zip(plain(found), plain(other), strict=True):
        for value, twin in zip(one, two, strict=True):
            assert value == twin or value == pytest.approx(twin, rel=1e-6, abs=1e-6), (one, two)
    assert (found.verdict, found.reason, found.weeks, found.not_judged) == (other.verdict, other.reason, other.weeks, other.not_judged)


def silent(found):
    """Nothing is claimed, and why is said."""
    assert found.verdict is Verdict.TOO_LITTLE
    assert found.reason
    assert not found.unusual
    assert all(one.why for one in found.not_judged)
    return True


def test_knowledge_and_columns_speak_of_the_same_values():
    assert set(RUN_VALUES) == set(RUN_COLUMNS)
    assert set(DAY_VALUES) == {"sleep_h", "sitting_h", "stress"}


# ---- right answers --------------------------------------------------------------------------------------------------


def last_days(width, **changes):
    def change(day, km, told, form):
        if day >= DAYS - width:
            for name, by in changes.items():
                if name == "km":
                    return km * by
                of = told if name in told else form
                of[name] = by(of[name])
        return None

    return change


@pytest.mark.parametrize(
    ("exposure", "direction", "change"),
    [
        ("longest_run", "more", last_days(4, km=3.0)),
        ("air_temperature", "more", last_days(7, weather_temperature_c=lambda v: v + 12)),
        ("contact_balance", "less", last_days(21, balance=lambda v: v - 0.02)),
        ("cadence", "less", last_days(21, cadence=lambda v: v * 0.95)),
        ("descent", "more", last_days(14, descent_m_per_km=lambda v: v * 4)),
        ("treadmill", "more", last_days(14, treadmill_share=lambda v: 1.0)),
    ],
)
def test_what_changed_comes_first(knowledge, exposure, direction, change):
    found = looked_back(knowledge, runner(change=change))
    assert found.verdict is Verdict.UNUSUAL
    first = found.looked[0]
    assert (first.exposure, first.direction) == (exposure, direction)
    assert first.chance == pytest.approx(1 / (found.weeks + 1))
    assert first.surprise > 2
    assert not first.usual_low <= first.now <= first.usual_high
    assert not looked_back(knowledge, runner()).unusual


def test_a_week_of_short_nights(knowledge):
    found = looked_back(knowledge, runner(), days=nights(last=5.0))
    assert found.looked[0].exposure == "sleep"
    assert found.looked[0].unusual
    assert found.looked[0].now == pytest.approx(5.0)


def test_at_most_so_many_runners_without_a_change_are_given_a_reason(knowledge):
    """The share is held for any number of exposures; 150 runners, at 4 % in the mean 6, at most 13 in all but one of 200 times."""
    found = [looked_back(knowledge, runner(seed, days=400), day_of(399), days=nights(seed, 400)) for seed in range(500, 650)]
    assert all(one.weeks >= 24 for one in found)
    assert sum(bool(one.unusual) for one in found) <= 13


def test_spring_is_warmer_than_the_month_before_it_in_every_year(knowledge):
    """Two springs alike: the first was as it is every year, the second is not unusual, however fast it came."""
    for seed in range(20, 26):
        found = looked_back(knowledge, runner(seed, days=860), onset=day_of(845))
        assert not by_id(found)["air_temperature"].unusual
        assert not by_id(found)["dew_point"].unusual


def test_what_is_told_has_its_numbers(knowledge):
    found = looked_back(knowledge, runner(change=last_days(21, cadence=lambda v: v * 0.95)))
    first = found.looked[0]
    words = change_in_words(first, knowledge.exposures[first.exposure])
    assert f"{first.now * 100:.1f} %" in words
    told = {one.id: one for one in measures_of_changes(found, knowledge)}
    assert told["unusual_cadence"].value == -1.0
    assert told["unusual_longest_run"].value == 0.0
    assert set(told) == {f"unusual_{name}" for name in knowledge.exposures}
    assert told["unusual_sitting"].missing_because


# ---- honest silence -------------------------------------------------------------------------------------------------


def test_nothing_at_all(knowledge):
    assert silent(looked_back(knowledge, []))
    assert silent(looked_back(knowledge, [], shoes=(Shoe("pair", ONSET),)))


def test_a_single_run(knowledge):
    for day in (ONSET, ONSET - timedelta(days=20), ONSET - timedelta(days=370)):
        assert silent(looked_back(knowledge, [one_run((day - FIRST).days, 8.0)]))


def test_a_year_with_one_entry(knowledge):
    """One run a year ago and one night, one day of the diary: nobody knows what is usual."""
    diary = (DiaryDay(ONSET, sleep_h=3.0, sitting_h=14.0, stress=10.0),)
    found = looked_back(knowledge, [one_run(DAYS - 365, 8.0)], days=nights()[:1], diary=diary)
    assert silent(found)
    assert set(whys(found)) == set(knowledge.exposures)


def test_all_missing(knowledge):
    """Runs that tell nothing but their distance: load is judged, all else says that nothing tells it."""
    found = looked_back(knowledge, [one_run(day, 8.0 + day % 3) for day in range(0, DAYS, 2)])
    assert set(by_id(found)) == {"longest_run", "weekly_distance", "running_days"}
    assert found.verdict is Verdict.NOTHING_UNUSUAL
    assert set(whys(found)) == set(knowledge.exposures) - set(by_id(found))
    unmeasured = [replace(run, measured=RunMeasures(MEASURE_VERSION)) for run in runner()]
    assert set(by_id(looked_back(knowledge, unmeasured))) == {"longest_run", "weekly_distance", "running_days"}


def test_no_run_before_the_onset(knowledge):
    assert silent(looked_back(knowledge, runner(), onset=FIRST - timedelta(days=1)))
    assert silent(looked_back(knowledge, runner(), onset=FIRST))


def test_other_sports_are_no_running(knowledge):
    other = [one_run(day, 40.0, sport="cycling", hour=9) for day in range(DAYS - 10, DAYS)]
    same(looked_back(knowledge, [*runner(), *other]), looked_back(knowledge, runner()))
    assert silent(looked_back(knowledge, [replace(run, sport="cycling") for run in runner()]))


@pytest.mark.parametrize("onset", [date.min, date(1989, 1, 1), date(2099, 1, 1), date.max])
def test_an_onset_far_from_all_runs(knowledge, onset):
    assert silent(looked_back(knowledge, runner(), onset=onset, days=nights(), shoes=(Shoe("pair", FIRST),)))
    assert silent(looked_back(knowledge, [], onset=onset))


def test_an_onset_after_the_record_ends(knowledge):
    """Two months without a run may be two months without a record: of running nothing is said."""
    later = runner()[-1].local_day + timedelta(days=60)
    found = looked_back(knowledge, runner(), onset=later)
    assert silent(found)
    assert "60 days" in found.reason
    slept = tuple(DayValue(day_of(day), "sleep_h", 7.5 + 0.5 * math.sin(day)) for day in range(DAYS + 61))
    found = looked_back(knowledge, runner(), onset=later, days=slept)
    assert set(by_id(found)) == {"sleep"}
    assert {why for name, why in whys(found).items() if knowledge.exposures[name].per == "run"} == {
        "The last run was 60 days before that day; the record may end there."
    }


def test_a_run_after_the_onset_ends_the_silence(knowledge):
    runs = [*runner(), one_run(DAYS + 70, 5.0)]
    found = looked_back(knowledge, runs, onset=ONSET + timedelta(days=60))
    assert not any("may end there" in why for why in whys(found).values())


# ---- clocks, watches, zones -----------------------------------------------------------------------------------------


def test_a_clock_set_to_1989_and_one_to_2099(knowledge):
    usual = looked_back(knowledge, runner())
    old = [replace(run, start=run.start.replace(year=1989)) for run in runner(2)[:5]]
    same(looked_back(knowledge, [*old, *runner()]), usual)
    ahead = [replace(run, start=run.start.replace(year=2099)) for run in runner(2)[:5]]
    same(looked_back(knowledge, [*runner(), *ahead]), usual)
    assert silent(looked_back(knowledge, old))
    assert silent(looked_back(knowledge, ahead))


def test_a_clock_that_is_ahead_does_not_say_that_the_record_goes_on(knowledge):
    ahead = replace(runner()[0], start=datetime(2099, 1, 1, tzinfo=UTC))
    assert silent(looked_back(knowledge, [*runner(), ahead], onset=ONSET + timedelta(days=60)))


def test_of_a_pair_no_run_was_given_to_nothing_is_told(knowledge):
    runs = runner(days=90)
    assert looked_back(knowledge, runs, shoes=(Shoe("blue"),)).standing == ()
    told = looked_back(knowledge, runs, shoes=(Shoe("blue", start_km=300.0),)).standing
    assert [(one.id, one.value) for one in told] == [("shoe_distance_km", 300.0)]


def test_two_watches_swapped_in_mid_year(knowledge):
    """The second tells five steps a minute more and three parts of a hundred more balance: no change of the runner."""

    def swapped_at(changed, later=lambda value: value):
        def change(day, km, told, form):
            if day >= changed:
                form["cadence"] += 5
                form["balance"] += 0.03
            if day >= DAYS - 21:
                form["cadence"] = later(form["cadence"])

        return runner(7, change=change, device=lambda day: "one/watch" if day < changed else "two/watch")

    form = {name for name, one in knowledge.exposures.items() if one.one_device}
    new = looked_back(knowledge, swapped_at(DAYS - 10))
    assert not form & set(by_id(new))
    assert {whys(new)[name] for name in form - {"contact_time_drift"}} <= {
        "The watch is not named, is new, or does not tell it.",
        "Only 0 runs of the 180 days before tell it; 4 are needed.",
    }
    assert [event.detail for event in new.events if event.kind == "new_watch"] == ["from one/watch to two/watch"]
    settled = looked_back(knowledge, swapped_at(DAYS - 250))
    assert form & set(by_id(settled)) == form - {"contact_time_drift"}
    assert not settled.unusual
    assert {one.device for one in settled.looked if one.exposure in form} == {"two/watch"}
    found = looked_back(knowledge, swapped_at(DAYS - 250, lambda value: value * 0.95))
    assert (found.looked[0].exposure, found.looked[0].direction, found.looked[0].unusual) == ("cadence", "less", True)


def test_heat_by_the_watch_only(knowledge):
    """A watch reads warm on the wrist: its own runs are compared, those of another one are not."""
    hot = runner(3, weather=False, change=last_days(7, temperature_c=lambda v: v + 14))
    found = looked_back(knowledge, hot)
    assert by_id(found)["air_temperature"].unusual
    assert by_id(found)["air_temperature"].device == "one/watch"
    assert "dew_point" in whys(found)
    new = [replace(run, device="two/watch") if (run.local_day - FIRST).days >= DAYS - 7 else run for run in hot]
    assert "air_temperature" in whys(looked_back(knowledge, new))
    assert "air_temperature" in whys(looked_back(knowledge, [replace(run, device="") for run in hot]))


def test_travel_across_zones(knowledge):
    """Each run at 23:30 or at 00:30 of the runner's own day, wherever that is, is a run of that day."""
    zones = [0, 14, -11, 9, -8, 5.5, None]
    usual, away = [], []
    for i, run in enumerate(runner()):
        offset = zones[i // 20 % len(zones)]
        seconds = None if offset is None else int(offset * 3600)
        local = run.start.replace(hour=(0, 23)[i % 2], minute=30)
        usual.append(run)
        away.append(replace(run, start=local - timedelta(seconds=seconds or 0), utc_offset_s=seconds))
    same(looked_back(knowledge, away), looked_back(knowledge, usual))


def test_moments_out_of_the_order_of_their_days(knowledge):
    """The first runs of a record lie across the date line; and a source without an offset."""
    early = [one_run(0, 8.0, hour=10, offset=14 * 3600), one_run(0, 9.0, hour=20, offset=-10 * 3600), one_run(0, 7.0, hour=9, offset=None)]
    found = looked_back(knowledge, [*early, *runner()[3:]])
    assert found.first_day == FIRST
    assert found.verdict is Verdict.NOTHING_UNUSUAL
    assert silent(looked_back(knowledge, early, onset=day_of(1)))


def test_two_runs_a_day_are_one_day_of_running_and_two_distances(knowledge):
    runs = [one_run(day, 5.0, hour=hour) for day in range(0, DAYS, 2) for hour in (7, 18)]
    found = by_id(looked_back(knowledge, runs, onset=day_of(DAYS - 2)))
    assert found["longest_run"].now == 5.0
    assert found["running_days"].now in (3, 4)
    assert found["weekly_distance"].now == 10 * found["running_days"].now
    assert found["weekly_distance"].runs == 2 * found["running_days"].now


def test_years_on_a_treadmill_and_then_the_road(knowledge):
    """A value that never varied, and then does."""

    def indoors(day, km, told, form):
        if day < DAYS - 10:
            told["treadmill_share"] = 1.0
            for name in ("ascent_m_per_km", "descent_m_per_km", "weather_temperature_c", "dew_point_c"):
                told[name] = None

    found = looked_back(knowledge, runner(4, change=indoors))
    first = found.looked[0]
    assert (first.exposure, first.direction, first.unusual) == ("treadmill", "less", True)
    assert {"ascent", "descent", "air_temperature"} <= set(whys(found))
    assert {"ascent", "descent"} <= set(whys(looked_back(knowledge, runner(4, change=lambda *a: indoors(0, *a[1:])))))


def test_a_runner_like_a_clock(knowledge):
    """Every run the same: nothing is unusual; half as far again is."""
    values = {"ascent_m_per_km": 7.7, "descent_m_per_km": 7.7, "treadmill_share": 0.0, "trail_share": 0.1, "weather_temperature_c": 11.1}
    form = {"cadence": 171.3, "contact": 243.1, "balance": 0.4987, "bounce": 87.3}
    runs = [one_run(day, 8.1, measures=measured(8.1, values, form)) for day in range(0, DAYS, 2)]
    slept = tuple(DayValue(day_of(day), "sleep_h", 7.3) for day in range(DAYS))
    found = looked_back(knowledge, runs, days=slept)
    assert found.verdict is Verdict.NOTHING_UNUSUAL
    assert all(abs(one.surprise) < 1 and one.chance == 1 for one in found.looked)
    assert all(one.usual_low == pytest.approx(one.usual_high, abs=0.5) for one in found.looked if one.exposure != "running_days")
    further = looked_back(knowledge, [*runs[:-1], one_run(DAYS - 2, 12.15, measures=measured(12.15, values, form))], days=slept)
    assert [one.exposure for one in further.unusual] == ["longest_run"]


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf, 1e300, -1e300, -1.0])
def test_broken_numbers_in_stored_measures(knowledge, broken):
    """One run whose every number is broken changes nothing but itself; all runs so are silence beside their distance."""
    runs = runner()
    usual = looked_back(knowledge, runs)
    bins = (SpeedBin(2.75, 1800.0, True, broken, broken, broken, broken),)
    values = tuple(Measure(name, broken, "") for name in RUN_COLUMNS)

    def break_it(run):
        return replace(run, measured=RunMeasures(MEASURE_VERSION, values, bins))

    found = looked_back(knowledge, [*runs[:50], break_it(runs[50]), *runs[51:]])
    assert found.verdict is usual.verdict
    assert {one.exposure for one in found.looked} == {one.exposure for one in usual.looked}
    assert all(math.isfinite(number) for one in plain(found) for number in one if isinstance(number, float))
    bad_days = tuple(DayValue(day_of(day), name, broken) for day in range(DAYS) for name in ("sleep_h", "steps"))
    found = looked_back(knowledge, [break_it(run) for run in runs], days=bad_days)
    assert not found.unusual
    assert {"sleep", "cadence"} <= set(whys(found))
    assert {"longest_run", "weekly_distance"} <= set(by_id(found))


def test_a_night_that_a_device_got_wrong_leaves_the_diary_its_word():
    record = Record(
        "case", days=(DayValue(FIRST, "sleep_h", 0.0), DayValue(day_of(1), "sleep_h", 7.0)),
        diary=(DiaryDay(FIRST, sleep_h=6.0), DiaryDay(day_of(1), sleep_h=9.0)),
    )  # fmt: skip
    assert day_values(record, FIRST, 3)["sleep_h"] == pytest.approx([6.0, 7.0, np.nan], nan_ok=True)


# ---- spells of pain -------------------------------------------------------------------------------------------------


def spell(begin, end):
    return Episode(day_of(begin), None if end is None else day_of(end), 5.0, 10)


def test_weeks_of_pain_are_no_ordinary_weeks(knowledge):
    """A long run before each of two spells; without these weeks the third is alone."""
    usual = looked_back(knowledge, runner())
    found = looked_back(knowledge, runner(), episodes=[spell(200, 230), spell(400, 405), spell(DAYS - 1, None)])
    assert found.weeks < usual.weeks
    assert found.weeks >= usual.weeks - (230 + 28 + 7 - 199) // 7 - (405 + 28 + 7 - 399) // 7 - 2


def test_an_onset_inside_a_former_spell(knowledge):
    found = looked_back(knowledge, runner(), episodes=[spell(DAYS - 60, DAYS + 10)])
    assert found.verdict is Verdict.NOTHING_UNUSUAL
    assert found.weeks <= (DAYS - 60) // 7


def test_a_spell_that_goes_on_was_told_so_long_at_least(knowledge):
    """No end is known of it; its told days are days of pain nevertheless."""
    going_on = Episode(day_of(DAYS - 200), None, 5.0, days_told=199, sure="It goes on.")
    stopped = Episode(day_of(DAYS - 200), None, 5.0, days_told=5, sure="The diary stops.")
    assert looked_back(knowledge, runner(), episodes=[going_on]).weeks <= (DAYS - 200) // 7
    assert looked_back(knowledge, runner(), episodes=[stopped]).weeks > (DAYS - 200) // 7


def test_pain_all_the_time_leaves_nothing_to_compare_with(knowledge):
    found = looked_back(knowledge, runner(), episodes=[spell(0, DAYS - 2), spell(DAYS - 1, None)])
    assert silent(found)
    assert "pain" in found.reason
    fewer = looked_back(knowledge, runner(), episodes=[spell(150, DAYS - 2), spell(DAYS - 1, None)])
    assert silent(fewer)
    assert fewer.weeks < 24


# ---- long records ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("each_day", [1, 3])
def test_ten_years(knowledge, each_day):
    runs = [
        one_run(day, 4.0 + (day * 7 + hour) % 5, hour=hour, first=FIRST - timedelta(days=3650))
        for day in range(3650 + DAYS) for hour in (6, 12, 18)[:each_day]
    ]  # fmt: skip
    found = looked_back(knowledge, runs)
    assert found.verdict is Verdict.NOTHING_UNUSUAL
    assert 101 <= found.weeks <= 104, "two years, but for the weeks whose windows reach into this one"
    assert found.runs == 1460 * each_day, "of four years"


# ---- what holds for every record ------------------------------------------------------------------------------------


RUNS = runner(11, days=420)
END = day_of(419)
NIGHTS = nights(11, 420)


@given(st.integers(-900, 900))
@settings(max_examples=10)
def test_whole_weeks_make_no_difference(knowledge, weeks):
    by = timedelta(days=7 * weeks)
    moved = [replace(run, start=run.start + by) for run in RUNS]
    slept = [replace(night, day=night.day + by) for night in NIGHTS]
    same(looked_back(knowledge, moved, END + by, days=tuple(slept)), looked_back(knowledge, RUNS, END, days=NIGHTS))


@given(st.floats(0.2, 5.0))
@settings(max_examples=10)
def test_the_unit_of_distance_makes_no_difference_to_a_ratio(knowledge, factor):
    def scaled(run):
        km = run.distance_m / 1000 * factor
        told = {one.id: one for one in run.measured.values} | {"distance_km": Measure("distance_km", km, "km")}
        seconds = run.timer_time_s * factor
        return replace(run, distance_m=km * 1000, timer_time_s=seconds, measured=replace(run.measured, values=tuple(told.values())))

    usual, found = by_id(looked_back(knowledge, RUNS, END)), by_id(looked_back(knowledge, [scaled(run) for run in RUNS], END))
    assert set(usual) == set(found)
    for name, one in usual.items():
        if knowledge.exposures[name].of != "distance_km" or knowledge.exposures[name].floor == 0:
            assert found[name].surprise == pytest.approx(one.surprise, abs=1e-5), name
    for name in ("longest_run", "weekly_distance"):
        assert found[name].now == pytest.approx(usual[name].now * factor)


@given(st.randoms(use_true_random=False))
@settings(max_examples=10)
def test_the_order_of_runs_and_nights_makes_no_difference(knowledge, random):
    runs, slept = list(RUNS), list(NIGHTS)
    random.shuffle(runs)
    random.shuffle(slept)
    assert looked_back(knowledge, runs, END, days=tuple(slept)) == looked_back(knowledge, RUNS, END, days=NIGHTS)


@given(st.lists(st.tuples(st.integers(420, 600), st.floats(1, 80)), max_size=20))
@settings(max_examples=15)
def test_what_came_after_makes_no_difference(knowledge, later):
    after = [one_run(day, km) for day, km in later]
    slept = tuple(DayValue(day_of(day), "sleep_h", 3.0) for day, _ in later)
    told = tuple(DiaryDay(day_of(day), sitting_h=20.0) for day, _ in later)
    found = looked_back(knowledge, [*RUNS, *after], END, days=(*NIGHTS, *slept), diary=told)
    assert found == looked_back(knowledge, RUNS, END, days=NIGHTS)


@given(st.integers(0, 40), st.floats(1.0, 6.0), st.floats(1.0, 3.0))
@settings(max_examples=25)
def test_a_larger_change_is_never_less_surprising(knowledge, seed, size, more):
    def longest(factor):
        runs = runner(seed, days=300, every=(2,))
        last = runs[-1]
        told = tuple(replace(one, value=20 * factor) if one.id == "distance_km" else one for one in last.measured.values)
        runs[-1] = replace(
            last, distance_m=20_000 * factor, timer_time_s=20 * factor * 360, measured=replace(last.measured, values=told)
        )  # fmt: skip
        return by_id(looked_back(knowledge, runs, day_of(299)))["longest_run"]

    smaller, larger = longest(size), longest(size * more)
    assert larger.surprise >= smaller.surprise - 1e-9
    assert larger.chance <= smaller.chance


@given(st.integers(0, 10_000), st.integers(150, 500))
@settings(max_examples=15)
def test_a_chance_is_a_rank_among_all_weeks(knowledge, seed, days):
    found = looked_back(knowledge, runner(seed, days=days), day_of(days - 1))
    alarm = found.false_alarm
    for one in found.looked:
        if one.surprise is None:
            assert not one.unusual
            continue
        rank = one.chance * (found.weeks + 1)
        assert rank == pytest.approx(round(rank))
        assert 1 <= round(rank) <= found.weeks + 1
        assert one.unusual == (one.chance <= alarm)
        assert one.worth_telling or not one.unusual
        assert one.usual_low <= one.usual_high
    assert {one.exposure for one in found.looked} | set(whys(found)) == set(knowledge.exposures)
    told = [one.chance for one in found.looked if one.surprise is not None]
    assert told == sorted(told), "the most surprising first"
    assert not found.unusual or found.verdict is Verdict.UNUSUAL


@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.floats(1e-6, 400), st.sampled_from(["", "a", "b"]), st.sampled_from([None, 0, 50_400, -39_600])),
        max_size=60,
    ),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 60)), max_size=3),
    st.integers(-5, 500),
)  # fmt: skip
def test_any_record_has_an_answer(knowledge, rows, spells, onset):
    runs = [one_run(day, km, device, offset=offset) for day, km, device, offset in rows]
    found = looked_back(knowledge, runs, day_of(onset), [spell(begin, begin + long) for begin, long in spells], days=nights(3, 300))
    assert found.verdict is not Verdict.TOO_LITTLE or found.reason
    assert all(one.why for one in found.not_judged)
    assert not (found.verdict is Verdict.TOO_LITTLE and found.unusual)
