"""One run from many sources is one run; two runs close in time stay two."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstride.merge import groups, merged
from backstride.model.ledger import SourceRun
from backstride.model.run import Run, StartKnown

START = datetime(2026, 9, 1, 16, 30, 7, tzinfo=UTC)


def source(
    key, *, start=START, distance=10_000.0, timer=3003.0, elapsed=None, columns=("time_s",), path="", number=1, damaged=False, **run
):
    values = {"record_count": 3000 if columns else 0, "origin": path or f"{key}.fit", **run}
    made = Run(start, values.pop("sport", "running"), distance, timer, elapsed or timer, **values)
    return SourceRun(key, made, columns, None, damaged, ((number, int(key, 36), path or f"{key}.fit"),))


def keys(sources):
    return sorted(sorted(s.key for s in group) for group in groups(sources))


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"path": "b.gpx", "timer": None, "elapsed": 3001.0}, "the same run in another format"),
        ({"start": START + timedelta(seconds=4), "distance": 10_080.0, "timer": 2995.0}, "on another wrist"),
        ({"start": START.replace(second=0), "timer": 3000.0, "distance": 10_010.0, "columns": ()}, "rounded by a service"),
        ({"start": START + timedelta(hours=2)}, "in another zone"),
        ({"start": START - timedelta(hours=7, minutes=30)}, "in another zone with a half hour"),
        ({"timer": 1800.0, "distance": 6000.0, "damaged": True}, "cut off"),
        ({"start": START - timedelta(minutes=10), "timer": 4500.0, "distance": 13_000.0}, "with its warm-up"),
        (
            {"start": START + timedelta(hours=2), "start_known": StartKnown.LOCAL, "utc_offset_s": None, "columns": ()},
            "told by the local clock",
        ),
    ],
)
def test_the_same_run_from_two_sources_is_one(other, why):
    assert keys([source("a"), source("b", **other)]) == [["a", "b"]], why


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"start": START + timedelta(seconds=3010), "timer": 600.0, "distance": 2000.0}, "a cool-down right after"),
        ({"start": START + timedelta(seconds=2990), "timer": 600.0, "distance": 2000.0}, "clocks that touch"),
        ({"sport": "cycling"}, "another sport at the same time"),
        ({"start": START + timedelta(hours=10), "distance": 10_300.0}, "another run that day"),
        ({"start": START + timedelta(hours=10), "timer": 3100.0}, "the same way again, slower"),
        ({"start": START + timedelta(days=1)}, "the same again tomorrow"),
        ({"start": START + timedelta(hours=9), "columns": (), "record_count": 0, "by_hand": True}, "typed in twice"),
    ],
)
def test_two_runs_stay_two(other, why):
    assert keys([source("a"), source("b", **other)]) == [["a"], ["b"]], why


def test_a_name_that_both_know_joins_what_a_wrong_clock_parts():
    lost = source("a", start=datetime(1989, 12, 31, tzinfo=UTC), links=("strava-file:9",))
    row = source("b", columns=(), links=("strava:1", "strava-file:9"), path="activities.csv")
    assert keys([lost, row]) == [["a", "b"]]


def test_a_day_joins_the_only_run_it_can_be():
    day = {"start": datetime(2026, 9, 1, 12, tzinfo=UTC), "start_known": StartKnown.DAY, "by_hand": True, "columns": (), "record_count": 0}
    typed = source("t", distance=10_000.0, timer=3000.0, pain=4.0, **day)
    morning = source("m", start=START - timedelta(hours=9), distance=5000.0, timer=1500.0)
    assert keys([typed, source("a"), morning]) == [["a", "t"], ["m"]]
    again = source("b", start=START - timedelta(hours=9, seconds=7))
    assert keys([typed, source("a"), again]) == [["a"], ["b"], ["t"]], "two runs of that day fit: it is neither's"
    joined = merged(next(g for g in groups([typed, source("a"), morning]) if len(g) == 2))
    assert joined.run.pain == 4.0
    assert joined.origin_of["pain"] == "t"
    assert joined.run.start == START


def test_each_field_comes_from_the_source_that_knows_it_best():
    fit = source("a", path="1.fit.gz", columns=("time_s", "heart_rate_bpm"), device="garmin/fr255", utc_offset_s=7200, title="Run")
    gpx = source("b", path="1.gpx", timer=None, elapsed=3001.0, distance=10_123.0, device="Some App")
    row = source(
        "c", path="activities.csv", columns=(), distance=10_000.4, title="With Jo", note="back stiff", stated={"dew_point_c": 14.0}
    )
    joined = merged([gpx, row, fit])
    assert (joined.run.distance_m, joined.run.device, joined.run.utc_offset_s) == (10_000.0, "garmin/fr255", 7200)
    assert (joined.run.title, joined.run.note, joined.run.stated) == ("With Jo", "back stiff", {"dew_point_c": 14.0})
    assert joined.stream == "a"
    assert joined.origin_of["distance_m"] == "a"
    assert joined.origin_of["note"] == joined.origin_of["stated.dew_point_c"] == "c"


def test_an_undamaged_recording_goes_before_a_damaged_one_that_is_as_long():
    joined = merged([source("a", damaged=True), source("b", path="b.gpx")])
    assert joined.stream == "b"


@pytest.mark.parametrize(
    ("sources", "offset"),
    [
        ([source("a", utc_offset_s=-14400)], -14400),
        ([replace(source("a"), offset_by_position_s=3600)], 3600),
        ([source("a")], 7200),
        ([source("a", start=datetime(2026, 12, 1, 16, tzinfo=UTC))], 3600),
        ([source("a"), source("b", start=START + timedelta(hours=5), start_known=StartKnown.LOCAL, columns=())], 18000),
    ],
)
def test_local_time_is_as_stated_else_of_the_place_else_of_home(sources, offset):
    assert merged(sources, "Europe/Berlin").run.utc_offset_s == offset


@given(st.permutations(range(6)), st.integers(0, 3), st.integers(0, 5000))
def test_the_order_of_the_sources_changes_nothing(order, step, apart):
    some = [source("abcdef"[i], start=START + timedelta(seconds=i * apart * step), timer=1000.0 + 500 * i) for i in range(6)]
    assert keys(some) == keys([some[i] for i in order])
    for group in groups(some):
        assert merged(group) == merged(group[::-1])


@given(st.lists(st.tuples(st.integers(0, 200_000), st.integers(60, 7200)), max_size=25))
def test_every_source_is_in_one_group_and_no_two_groups_overlap(spans):
    some = [
        source(f"k{i:02d}", start=START + timedelta(seconds=begin), timer=float(length), distance=length * 3.1 + i)
        for i, (begin, length) in enumerate(spans)
    ]
    found = groups(some)
    assert sorted(s.key for group in found for s in group) == sorted(s.key for s in some)
    again = groups([s for group in found for s in group])
    assert sorted(map(len, again)) == sorted(map(len, found))
