"""Runs as columns, windows against the days before, and how unusual one is: small truths by hand, and what broken files hold."""

import math
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstride.model.evidence import Measure
from backstride.model.run import Run
from backstride.model.run_measures import RunMeasures, SpeedBin
from backstride.training import MEASURE_VERSION
from backstride.training.events import events_before
from backstride.training.history import usable
from backstride.training.run_table import RUN_COLUMNS, run_table
from backstride.training.surprise import LEAST_WEEKS, rarity, surprise
from backstride.training.windows import WindowSpec, windows

FIRST = date(2024, 1, 1)
BROKEN = [math.nan, math.inf, -math.inf, 1e300, -1e300, 1e20, -5.0, 0.0]


def run(day, km=8.0, *, device="one/watch", hour=17, profile=(), offset=0, tags=(), **values):
    told = {"distance_km": km, **values}
    measured = RunMeasures(MEASURE_VERSION, tuple(Measure(name, value, "") for name, value in told.items()), tuple(profile))
    start = datetime(FIRST.year, FIRST.month, FIRST.day, hour, tzinfo=UTC) + timedelta(days=day)
    return Run(
        start, "running", km * 1000, km * 360.0, utc_offset_s=offset, device=device, origin=f"{day} {hour}", measured=measured, tags=tags
    )


def table(runs, until=None):
    days = usable(runs)
    return run_table(days, [entry.run.measured for entry in days], days[-1].day if until is None else FIRST + timedelta(days=until))


def compared(runs, until=None, daily=None, **spec):
    given = {"of": "distance_km", "per": "run", "take": "longest", "compare": "ratio", "window_days": 7, "before_days": 30, **spec}
    return windows(table(runs, until), daily or {}, WindowSpec(**given))


def each(days, km=8.0, **fields):
    return [run(day, km, **fields) for day in days]


# ---- windows by hand ------------------------------------------------------------------------------------------------


def test_the_longest_run_of_the_week_against_the_longest_of_the_month_before():
    runs = [*each(range(0, 34, 3)), run(20, 12.0), run(38, 18.0), run(40, 5.0)]
    found = compared(runs)
    assert (found.now[40], found.before[40]) == (18.0, 12.0)
    assert found.change[40] == pytest.approx(math.log(1.5))
    assert (found.runs[40], found.known[40], found.known_before[40]) == (2, 2, 11)


def test_a_week_begins_six_days_before_its_last():
    runs = [*each(range(0, 41, 4)), run(34, 20.0)]
    found = compared(runs, until=41)
    assert (found.now[40], found.now[41]) == (20.0, 8.0), "day 34 is in the week up to day 40, and before that up to day 41"
    assert found.before[41] == 20.0


def test_distance_is_told_a_week_whatever_the_window():
    runs = [*each(range(0, 30, 2), 7.0), *each(range(30, 44, 2), 14.0)]
    found = compared(runs, until=43, take="sum", window_days=14)
    assert found.now[43] == pytest.approx(7 * 14 / 2)
    assert found.before[43] == pytest.approx(15 * 7 * 7 / 30)


def test_days_of_running_count_once_each_and_only_over_days_that_are_known():
    """Over the 90 days before, but 31 of them are known at day 37: two days a week is two, not two thirds of one."""
    runs = [*each(range(0, 120, 7)), *each(range(3, 120, 7)), *each(range(0, 120, 7), hour=8)]
    found = compared(runs, take="days", compare="difference", before_days=90)
    assert found.now[110] == 2
    assert found.before[110] == pytest.approx(2, abs=0.1)
    assert found.before[40] == pytest.approx(2, abs=0.3)
    assert np.nanmax(np.abs(found.change)) < 0.5


def test_a_mean_is_of_the_runs_and_can_be_weighed_by_their_length():
    old = each(range(0, 40, 2), trail_share=0.0)
    runs = [*old, run(41, 30.0, trail_share=1.0), run(43, 10.0, trail_share=0.0)]
    plain = compared(runs, of="trail_share", take="mean", compare="difference")
    weighed = compared(runs, of="trail_share", take="mean_by_distance", compare="difference")
    assert plain.now[43] == pytest.approx(1 / 3), "with the run of day 38 there are three"
    assert weighed.now[43] == pytest.approx(30 / 48)
    assert plain.spread[43] == pytest.approx(math.sqrt(1 / 3 + 1 / plain.known_before[43] + 0.1))


def test_a_ratio_of_means_is_one_of_geometric_means_with_its_floor():
    runs = [*each(range(0, 36, 2), ascent_m_per_km=5.0), run(38, ascent_m_per_km=15.0), run(40, ascent_m_per_km=75.0)]
    found = compared(runs, of="ascent_m_per_km", take="mean", floor=5.0, window_days=5)
    assert found.now[40] == pytest.approx(math.sqrt(20 * 80) - 5)
    assert found.change[40] == pytest.approx(math.log(40 / 10))


def test_a_mean_of_days_needs_half_of_its_window():
    sleep = np.full(60, 8.0)
    sleep[53:] = [6.0, 6.0, 6.0, 6.0, np.nan, np.nan, np.nan]
    fewer = sleep.copy()
    fewer[53] = np.nan
    spec = {"of": "sleep_h", "per": "day", "take": "mean", "compare": "difference", "least_now": 3}
    assert compared([run(0)], 59, {"sleep_h": sleep}, **spec).change[59] == pytest.approx(-2)
    assert np.isnan(compared([run(0)], 59, {"sleep_h": fewer}, **spec).change[59])
    assert np.isnan(compared([run(0)], 59, {}, **spec).change).all()


def test_before_a_month_is_known_nothing_is_compared():
    assert np.isnan(compared(each(range(30))).change).all()
    found = compared(each(range(60)))
    assert np.flatnonzero(np.isfinite(found.change))[0] == 36, "day 0 to 29 are the month, 30 to 36 the week"


# ---- devices --------------------------------------------------------------------------------------------------------


def bins(cadence, speed=2.75, seconds=1800.0, **values):
    return (SpeedBin(speed, seconds, True, cadence, **values),)


def test_a_new_watch_is_silent_and_then_speaks_of_itself_only():
    runs = [run(day, device="one/watch" if day < 100 else "two/watch", profile=bins(170 if day < 100 else 190)) for day in range(0, 200, 2)]
    found = compared(runs, of="cadence_at_speed", take="mean", window_days=21, before_days=180, least_now=3, one_device=True)
    new = found.change[100:]
    assert np.isnan(found.change[100:125]).all(), "within three weeks there is no window before that is its own"
    assert np.isfinite(new).any()
    assert np.allclose(new[np.isfinite(new)], 0, atol=1e-12)
    assert np.allclose(found.change[60:100], 0, atol=1e-12)
    assert set(found.device[100:].tolist()) == {1}


def test_a_watch_without_a_name_and_one_that_hardly_ran_are_not_compared():
    spec = {"of": "cadence_at_speed", "take": "mean", "window_days": 21, "before_days": 180, "one_device": True}
    nameless = [run(day, device="", profile=bins(170)) for day in range(0, 200, 2)]
    assert np.isnan(compared(nameless, **spec).change).all()
    both = [run(day, device="two/watch" if day >= 187 else "one/watch", profile=bins(170)) for day in range(0, 200, 2)]
    assert np.isnan(compared(both, **spec).change[188:]).all()


def test_cadence_is_set_against_the_same_speed():
    """Faster running alone is no change of cadence; four per cent fewer steps at each speed is one of four per cent."""
    quick = [(2.5, 166.0), (3.5, 175.0)]
    runs = [run(day, profile=bins(quick[day % 2][1], quick[day % 2][0])) for day in range(100)]
    runs += [run(day, profile=bins(quick[1][1] * 0.96, quick[1][0])) for day in range(100, 110)]
    told = table(runs).columns["cadence_at_speed"]
    assert np.allclose(told[:100], 1.0)
    assert np.allclose(told[100:], 0.96)


def test_without_speeds_the_watch_s_usual_stands_in():
    runs = [run(day, cadence_spm=170.0 if day < 50 else 153.0) for day in range(60)]
    told = table(runs).columns["cadence_at_speed"]
    assert np.allclose(told[:50], 1.0)
    assert np.allclose(told[50:], 0.9)


def test_fast_running_is_the_fastest_fifth_of_the_months_before():
    def mixed(fast):
        return tuple(SpeedBin(speed, 3600 * share, True) for speed, share in ((2.5, 1 - fast), (3.5, fast)))

    runs = [run(day, profile=mixed(0.2)) for day in range(0, 60, 2)] + [run(60, profile=mixed(0.7))]
    told = table(runs).columns["hard_share"]
    assert np.isnan(told[:2]).all(), "two hours must lie before"
    assert np.allclose(told[5:-1], 0.2)
    assert told[-1] == pytest.approx(0.7)
    even = table([run(day, profile=bins(170)) for day in range(0, 60, 2)]).columns["hard_share"]
    assert np.isnan(even).all(), "who runs at one speed has no fast running"


def test_air_is_the_weather_s_where_half_of_the_runs_tell_it():
    told = table([run(day, weather_temperature_c=10.0 if day % 2 else None, temperature_c=25.0) for day in range(10)])
    assert not told.air_by_device
    assert np.nanmax(told.columns["air_c"]) == 10
    fewer = table([run(day, weather_temperature_c=10.0 if day % 3 == 0 else None, temperature_c=25.0) for day in range(10)])
    assert fewer.air_by_device
    assert np.nanmin(fewer.columns["air_c"]) == 25


# ---- what files and clocks hold -------------------------------------------------------------------------------------


def test_days_are_in_order_though_the_moments_are_not():
    """At 00:30 on Kiritimati (UTC+14) and at 23:30 on the day before in Honolulu (UTC-10), ten hours later by the sun."""
    kiritimati = run(1, hour=10, offset=14 * 3600)
    honolulu = run(1, hour=20, offset=-10 * 3600)
    unknown = run(1, hour=9, offset=None)
    days = usable([kiritimati, honolulu, unknown, run(3)])
    assert [(entry.day - FIRST).days for entry in days] == [1, 1, 2, 3]
    made = table([kiritimati, honolulu, unknown, run(3)])
    assert made.day.tolist() == [0, 0, 1, 2]
    assert made.first == FIRST + timedelta(days=1)


@pytest.mark.parametrize("broken", BROKEN)
def test_one_broken_number_costs_its_own_run_only(broken):
    """Windows are differences of running sums: one huge number would take all that follows with it."""
    names = [name for name in RUN_COLUMNS if not name.endswith("_at_speed") and name not in ("hard_share", "air_c", "distance_km")]
    profile = bins(170.0, contact_time_ms=250.0, contact_balance_left=0.5, vertical_oscillation_mm=90.0)
    clean = [run(day, profile=profile, **dict.fromkeys(names, 0.5 + day % 7 / 10)) for day in range(0, 200, 2)]
    bad_bins = (
        SpeedBin(broken, broken, True, broken, broken, broken, broken),
        SpeedBin(2.75, broken, True, broken, broken, broken, broken),
        SpeedBin(2.5, 1800.0, True, broken, broken, broken, broken),
    )
    dirty = [*clean[:20], run(40, profile=bad_bins, **dict.fromkeys(names, broken)), *clean[21:]]
    usual, got = table(clean), table(dirty)
    for name in RUN_COLUMNS:
        rest = np.r_[0:20, 21:100]
        assert np.array_equal(got.columns[name][rest], usual.columns[name][rest], equal_nan=True), name
        for take in ("mean", "mean_by_distance"):
            for compare in ("ratio", "difference"):
                spec = WindowSpec(name, "run", take, compare, 7, 30, floor=5.0, one_device=name.endswith("_at_speed"))
                last = windows(got, {}, spec).change[198]
                assert np.isclose(last, windows(usual, {}, spec).change[198], atol=1e-9, equal_nan=True), (name, take)


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_distance_is_replaced_by_the_stated_one(broken):
    runs = [run(day) for day in range(20)]
    measured = RunMeasures(MEASURE_VERSION, (Measure("distance_km", broken, "km"),))
    days = usable(runs)
    made = run_table(days, [measured if (d.day - FIRST).days == 10 else d.run.measured for d in days], days[-1].day)
    assert made.columns["distance_km"].tolist() == [8.0] * 20


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf, 1e300, -1.0, None])
@pytest.mark.parametrize("field", ["speed_mps", "seconds"])
def test_a_profile_that_no_run_has_is_not_read_back(field, broken):
    """What comes out of somebody's export: a speed of 1e300 would be that many bins."""
    told = RunMeasures(MEASURE_VERSION, (), bins(170.0)).as_plain()
    assert RunMeasures.from_plain(told).profile == bins(170.0)
    told["profile"][0][field] = broken
    with pytest.raises((TypeError, ValueError)):
        RunMeasures.from_plain(told)


def test_runs_that_were_not_measured_tell_their_distance():
    days = usable([run(day) for day in range(40)])
    made = run_table(days, [RunMeasures(MEASURE_VERSION)] * 40, days[-1].day)
    assert np.allclose(made.columns["distance_km"], 8.0)
    assert all(np.isnan(made.columns[name]).all() for name in RUN_COLUMNS if name != "distance_km")


@given(
    st.lists(
        st.tuples(st.integers(0, 150), st.floats(0.001, 300), st.floats(), st.sampled_from(["", "a", "b"])),
        min_size=1, max_size=40,
    ),
    st.integers(0, 40),
)  # fmt: skip
def test_any_record_is_compared_without_a_warning(rows, after):
    runs = [
        run(day, km, device=device, ascent_m_per_km=value, temperature_c=value, cadence_spm=value, profile=bins(value, seconds=1800.0))
        for day, km, value, device in rows
    ]
    made = table(runs, until=max(day for day, *_ in rows) + after)
    for take, of, one in (("longest", "distance_km", False), ("sum", "distance_km", False), ("days", "distance_km", False),
                          ("mean", "cadence_at_speed", True), ("mean_by_distance", "ascent_m_per_km", False)):  # fmt: skip
        for compare in ("ratio", "difference"):
            found = windows(made, {}, WindowSpec(of, "run", take, compare, 7, 30, floor=0.0, one_device=one))
            assert found.change.shape == (made.n_days,)
            assert not np.isinf(found.change).any()
            assert np.isnan(found.change[:36]).all()


# ---- events ---------------------------------------------------------------------------------------------------------


def events(runs, onset, shoes=()):
    return {(one.kind, (one.day - FIRST).days): one for one in events_before(usable(runs), shoes, FIRST + timedelta(days=onset))}


def test_a_race_counts_within_the_week_and_those_before_are_counted():
    runs = [*each(range(0, 100, 2)), run(41, 21.1, tags=("race",)), run(93, 10.0, tags=("race",)), run(99, 42.2, tags=("race",))]
    found = events(runs, 99)
    assert set(found) == {("race", 93), ("race", 99)}
    assert found["race", 99].detail == "42.2 km"
    assert (found["race", 99].times_before, found["race", 99].over_days) == (1, 93)


def test_a_break_is_told_on_the_day_of_the_return():
    found = events([*each(range(0, 60, 2)), *each(range(87, 100, 2))], 99)
    assert set(found) == {("return", 87)}
    assert found["return", 87].detail == "after 28 days without a run"
    assert not events([*each(range(0, 60, 2)), *each(range(86, 100, 2))], 99), "27 days are no break"


def test_a_change_of_watch_and_rotating_ones():
    swapped = [run(day, device="one/watch" if day < 90 else "two/watch") for day in range(0, 100, 2)]
    assert set(events(swapped, 99)) == {("new_watch", 90)}
    turns = [run(day, device="one/watch" if day % 4 else "two/watch") for day in range(0, 100, 2)]
    assert not events(turns, 99)


def test_nothing_ran_nothing_happened():
    assert events([], 10) == {}


# ---- how unusual ----------------------------------------------------------------------------------------------------


def weeks_of(change, spread=None, width=7, seasonal=False):
    change = np.asarray(change, dtype=float)
    at = 7 * np.arange(len(change))[::-1]
    return surprise(change, np.ones(len(change)) if spread is None else np.asarray(spread), at, width, seasonal=seasonal)


def test_what_nobody_can_tell_is_none():
    assert weeks_of(np.zeros(LEAST_WEEKS)) is None
    assert weeks_of(np.zeros(LEAST_WEEKS + 1)) is not None
    assert weeks_of([np.nan, *np.zeros(50)]) is None
    assert weeks_of([1.0, *np.full(50, np.nan)]) is None
    assert weeks_of([1.0]) is None


def test_by_hand():
    """Twenty-one others, -10 to 10: middle 0, absolute deviations 0 to 10 twice each, their middle 5."""
    found = weeks_of([20.0, *range(-10, 11)])
    scale = max(1.4826 * 5, -10 + 0.8413 * 20, (-10 + 0.95 * 20) / 1.645)
    assert found.up[0] == pytest.approx(20 / scale)
    assert found.down[0] == pytest.approx(-20 / scale)
    assert found.usual == (pytest.approx(-1.645 * scale), pytest.approx(1.645 * scale))
    assert found.others == 21


def test_windows_that_overlap_are_no_comparison():
    assert weeks_of(np.arange(30.0), width=21).others == 27
    assert weeks_of(np.arange(30.0), width=7).others == 29


@pytest.mark.parametrize("seasonal", [False, True])
def test_what_never_varied_is_not_surprising_and_what_then_does_is(seasonal):
    still = weeks_of(np.zeros(80), seasonal=seasonal)
    assert np.allclose(still.up, 0)
    noise = weeks_of(1e-13 * np.arange(80), seasonal=seasonal)
    assert np.all(np.abs(noise.up) < 0.1), "what is left of adding up numbers is no change"
    moved = weeks_of([1.0, *np.zeros(79)], seasonal=seasonal)
    assert moved.up[0] > 10
    assert np.all(moved.up[1:] < 1)


def test_a_long_tail_on_one_side_counts_on_that_side_only():
    values = np.concatenate([[0.0], np.random.default_rng(1).exponential(1, 400)])
    found = weeks_of(values - np.median(values))
    extremes = weeks_of([6.0, *(values - np.median(values))]), weeks_of([-6.0, *(values - np.median(values))])
    assert extremes[0].up[0] < extremes[1].down[0]
    assert found.usual[1] > -found.usual[0]


def test_a_yearly_wave_is_usual():
    day = 7 * np.arange(104)[::-1]
    wave = 4 * np.sin(2 * np.pi * day / 365.25 + 1.0)
    wave -= wave[0] - 4  # the onset stands on the crest
    noise = np.random.default_rng(5).normal(0, 0.5, 104)
    noise[0] = 0.0
    assert abs(weeks_of(wave + noise, seasonal=True).up[0]) < 1
    assert weeks_of(wave + noise + 4 * (np.arange(104) == 0), seasonal=True).up[0] > 4


@pytest.mark.parametrize(("seasonal", "width"), [(False, 7), (False, 21), (True, 7)])
def test_any_week_is_as_likely_to_be_the_first(seasonal, width):
    """Ranks of the first of independent weeks are uniform (4,000 draws of 50 weeks; chi-square of 10 classes, limit of one in 10,000)."""
    rng, weeks, draws = np.random.default_rng(20), 50, 4000
    ranks = np.empty(draws, dtype=int)
    for i in range(draws):
        found = weeks_of(rng.standard_t(4, weeks), width=width, seasonal=seasonal)
        ranks[i] = (found.up >= found.up[0]).sum()
    counts = np.bincount((ranks - 1) * 10 // weeks, minlength=10)
    chi_square = ((counts - draws / 10) ** 2 / (draws / 10)).sum()
    assert chi_square < 33.7, counts
    assert (ranks <= 2).mean() == pytest.approx(0.04, abs=0.0125)


@given(st.integers(0, 10_000), st.floats(0, 50), st.floats(0, 50), st.booleans())
def test_more_is_never_less_surprising(seed, size, more, seasonal):
    values = np.random.default_rng(seed).normal(0, 1, 60)
    smaller, larger = values.copy(), values.copy()
    smaller[0], larger[0] = size, size + more
    assert weeks_of(larger, seasonal=seasonal).up[0] >= weeks_of(smaller, seasonal=seasonal).up[0] - 1e-6


def test_rarity_is_the_tail_of_student_s_t():
    """Tables: with five degrees of freedom 2.5 % lie above 2.571, half of one per cent above 4.032."""
    assert np.exp(-rarity(np.array([0.0, 2.571, 4.032]))) == pytest.approx([0.5, 0.025, 0.005], rel=1e-3)
    steps = rarity(np.array([*np.linspace(-10, 62, 500), 1e3, 1e9, 1e12]))
    assert np.all(np.diff(steps) > 0)
    assert rarity(np.array([60.001]))[0] == pytest.approx(rarity(np.array([59.999]))[0], abs=1e-3)
    assert rarity(np.array([-np.inf]))[0] == pytest.approx(0, abs=1e-3)
