"""Load and shoes before the pain: the single-run spike, breaks, kilometres on a pair, and why something is missing."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstride.assess import assess
from backstride.knowledge.loader import load
from backstride.model.record import Record
from backstride.model.run import Run, Shoe, StartKnown
from backstride.training import measures_of

ONSET = date(2026, 10, 4)


def run(day, km, *, seconds=None, sport="running", hour=8, offset=None, shoe="", origin="a.fit"):
    start = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return Run(start, sport, km * 1000, km * 360 if seconds is None else seconds, utc_offset_s=offset, origin=origin, shoe=shoe)


def weeks(count, km=10.0, until=ONSET):
    """A run every third day, back from the day before the last week."""
    first = until - timedelta(days=7 * count)
    return [run(first + timedelta(days=i), km) for i in range(0, 7 * count - 7, 3)]


def measured(runs=(), shoes=(), onset=ONSET):
    return {m.id: m for m in measures_of(Record("case", onset=onset, runs=tuple(runs), shoes=tuple(shoes)))}


def test_the_longest_run_of_the_week_against_the_longest_of_the_thirty_days_before():
    spike = measured([*weeks(10), run(ONSET, 21)])["single_run_spike_ratio"]
    assert spike.value == pytest.approx(2.1)
    assert "21.0 km on 2026-10-04 against 10.0 km" in spike.origin


def test_a_run_of_the_week_itself_does_not_count_as_before_and_an_old_one_neither():
    runs = [*weeks(12), run(ONSET - timedelta(days=6), 15), run(ONSET - timedelta(days=37), 30), run(ONSET, 12)]
    assert measured(runs)["single_run_spike_ratio"].value == pytest.approx(1.5)
    runs.append(run(ONSET - timedelta(days=36), 30))
    assert measured(runs)["single_run_spike_ratio"].value == pytest.approx(0.5)


def test_runs_after_the_onset_are_not_a_cause_of_it():
    runs = [*weeks(10), run(ONSET, 10), run(ONSET + timedelta(days=1), 42)]
    assert measured(runs)["single_run_spike_ratio"].value == pytest.approx(1.0)


def test_short_history_is_missing_with_a_reason():
    few = measured([run(ONSET - timedelta(days=5), 10), run(ONSET, 20)])
    assert few["single_run_spike_ratio"].value is None
    assert "37 are needed" in few["single_run_spike_ratio"].missing_because
    assert few["weekly_distance_km"].value is None


def test_weekly_volume_and_its_contested_ratios():
    days = [ONSET - timedelta(days=d) for d in range(28)]
    result = measured([*weeks(9, km=5.0, until=ONSET - timedelta(days=28)), *(run(day, 3 if i < 7 else 2) for i, day in enumerate(days))])
    assert result["weekly_distance_km"].value == pytest.approx((21 + 42) / 4)
    assert result["week_to_week_ratio"].value == pytest.approx(21 / 14)
    assert result["acwr_ratio"].value == pytest.approx(21 / 14)


def test_a_break_counts_only_with_a_return():
    runs = [run(ONSET - timedelta(days=d), 8) for d in (100, 97, 60, 57, 1)]
    broken = measured(runs)["longest_break_days"]
    assert broken.value == 55
    assert "then running again" in broken.origin


def test_a_break_that_began_before_the_half_year_counts_whole():
    runs = [run(ONSET - timedelta(days=d), 8) for d in (*range(190, 260, 2), *range(0, 20, 2))]
    assert measured(runs)["longest_break_days"].value == 190 - 18 - 1
    assert measured(runs[:-10])["longest_break_days"].value is None


LATELY = ("weekly_distance_km", "week_to_week_ratio", "acwr_ratio", "days_in_a_row", "pairs_in_use_4_weeks")


@pytest.mark.parametrize("quiet", [15, 60])
def test_a_record_that_ends_before_the_onset_tells_nothing_of_the_days_after(quiet):
    result = measured([run(ONSET - timedelta(days=d), 8) for d in range(quiet, 200, 2)], [Shoe("blue")])
    for name in LATELY:
        assert result[name].value is None, name
        assert result[name].missing_because == f"last run {quiet} days before the onset; the record may end there"


def test_rest_is_zero_when_it_is_short_or_a_later_run_shows_that_the_record_goes_on():
    rested = [run(ONSET - timedelta(days=d), 8) for d in range(14, 200, 2)]
    result = measured(rested, [Shoe("blue", ONSET - timedelta(days=300))])
    assert result["days_in_a_row"].value == 0
    assert result["week_to_week_ratio"].missing_because == "no run in the week before"
    assert result["acwr_ratio"].value == 0
    assert result["weekly_distance_km"].value == pytest.approx(7 * 8 / 4)
    assert result["pairs_in_use_4_weeks"].value == 1
    goes_on = measured(
        [*(run(ONSET - timedelta(days=d), 8) for d in range(60, 200, 2)), run(ONSET + timedelta(days=9), 4)],
        [Shoe("blue", ONSET - timedelta(days=300))],
    )
    assert [goes_on[name].value for name in ("weekly_distance_km", "days_in_a_row", "pairs_in_use_4_weeks")] == [0, 0, 0]


def test_two_runs_typed_in_for_one_day_are_two():
    typed = [
        Run(datetime(2026, 10, 3, 12, tzinfo=UTC), "running", 5000.0, 1800.0, title=title, start_known=StartKnown.DAY, by_hand=True)
        for title in ("morning", "evening")
    ]
    assert measured([*weeks(10), *typed])["weekly_distance_km"].value == measured(weeks(10))["weekly_distance_km"].value + 10 / 4


@pytest.mark.parametrize(
    "odd",
    [
        run(ONSET, 20, sport="cycling"),
        run(ONSET, 20, seconds=600),
        run(ONSET, 500),
        run(date(1990, 1, 1), 20),
        Run(datetime(2026, 10, 4, tzinfo=UTC), "running", None, 100.0),
    ],
    ids=["not running", "faster than anyone", "longer than anyone", "before such devices", "no distance"],
)
def test_what_cannot_be_true_does_not_count(odd):
    runs = [*weeks(10), run(ONSET, 10)]
    assert measured([*runs, odd])["weekly_distance_km"].value == measured(runs)["weekly_distance_km"].value


def test_days_are_the_runners_own():
    late = run(ONSET - timedelta(days=1), 20, hour=23, offset=7200)
    early = run(ONSET - timedelta(days=1), 20, hour=23, offset=0)
    assert "on 2026-10-04" in measured([*weeks(10), late])["single_run_spike_ratio"].origin
    assert "on 2026-10-03" in measured([*weeks(10), early])["single_run_spike_ratio"].origin


def test_kilometres_add_up_on_the_pair_that_was_worn():
    shoes = [Shoe("old", date(2026, 1, 1), start_km=300), Shoe("new", date(2026, 9, 20))]
    runs = [run(ONSET - timedelta(days=40), 10), run(ONSET - timedelta(days=3), 12, shoe="new"), run(ONSET, 8, shoe="old")]
    result = measured(runs, shoes)
    assert result["shoe_distance_km"].value == pytest.approx(318)
    assert "pair 'old'" in result["shoe_distance_km"].origin
    assert result["newest_pair_age_weeks"].value == pytest.approx(2.0)
    assert result["pairs_in_use_4_weeks"].value == 2


def test_what_a_pair_had_on_its_first_day_holds_the_runs_before_it():
    runs = [run(ONSET - timedelta(days=d), 8, shoe="blue") for d in range(0, 100, 2)]
    told = measured(runs, [Shoe("blue", ONSET - timedelta(days=20), start_km=300)])
    assert told["shoe_distance_km"].value == told["pair_distance_km"].value == 300 + 11 * 8
    undated = measured(runs, [Shoe("blue", start_km=300)])
    assert undated["pair_distance_km"].value == 300 + 50 * 8
    new = measured(runs, [Shoe("blue", ONSET - timedelta(days=20))])
    assert new["pair_distance_km"].value == 50 * 8


def test_a_run_that_could_be_of_either_pair_is_not_given_to_one():
    shoes = [Shoe("old", date(2026, 1, 1)), Shoe("new", date(2026, 9, 1))]
    result = measured([run(ONSET, 10)], shoes)
    assert "1 of 1 runs could not be given to a pair" in result["shoe_distance_km"].origin
    assert "pairs_in_use_4_weeks" not in result


def test_a_retired_pair_is_not_the_pair_of_the_day():
    result = measured([run(ONSET, 10)], [Shoe("gone", date(2026, 1, 1), 900, retired=date(2026, 9, 1))])
    assert result["shoe_distance_km"].value is None
    assert result["shoe_distance_km"].missing_because


def test_nothing_to_measure_is_nothing():
    assert measures_of(Record("case")) == ()
    assert measures_of(Record("case", shoes=(Shoe("blue"),))) == ()


RUNS = st.lists(
    st.builds(lambda days, km: run(ONSET - timedelta(days=days), km), st.integers(-20, 200), st.floats(0.1, 60)),
    max_size=40,
)


@given(RUNS, st.randoms())
def test_the_order_of_runs_changes_no_measure(runs, random):
    mixed = list(runs)
    random.shuffle(mixed)
    a, b = measured(runs), measured(mixed)
    assert {k: m.missing_because or pytest.approx(m.value) for k, m in a.items()} == {k: m.missing_because or m.value for k, m in b.items()}


@given(RUNS)
def test_a_measure_has_a_value_or_a_reason(runs):
    for measure in measured(runs).values():
        assert (measure.value is None) == bool(measure.missing_because)
        assert measure.origin or measure.missing_because


@pytest.mark.parametrize(("km", "factor"), [(10.9, None), (11.2, "single_session_spike_small"), (14, "single_session_spike_moderate"),
                                            (21, "single_session_spike_large")])  # fmt: skip
def test_limits_in_knowledge_files_turn_a_spike_into_its_factor(km, factor):
    answer = assess(Record("case", onset=ONSET, runs=(*weeks(10), run(ONSET, km))), load())
    spikes = [c.factor for c in answer.contributors if c.factor.startswith("single_session_spike")]
    assert spikes == ([factor] if factor else [])
