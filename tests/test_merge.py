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
        ({"start": START + timedelta(hours=2), "path": "b.gpx"}, "in another zone"),
        ({"sport": "unknown", "path": "b.gpx"}, "a track that tells no sport"),
        ({"sport": "unknown", "timer": 1200.0, "damaged": True}, "a track that tells no sport and was cut off"),
        ({"timer": 2000.0, "elapsed": 3200.0, "distance": 9700.0}, "on a watch that paused at lights"),
        ({"distance": 0.0, "timer": None, "columns": ()}, "a treadmill that measured nothing, in a list without times"),
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
        ({"start": START - timedelta(hours=1), "timer": 4000.0, "elapsed": 30_000.0, "distance": 25_000.0}, "in somebody's long pause"),
        ({"sport": "unknown", "timer": 12_000.0}, "a track of a whole triathlon without a sport"),
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


def test_a_track_without_a_sport_and_its_cut_off_copy_are_one():
    whole = source("a", sport="running", sport_guessed=True, path="whole.gpx")
    cut = source("b", sport="running", sport_guessed=True, path="cut.gpx", timer=1400.0, distance=4600.0, damaged=True)
    assert keys([whole, cut]) == [["a", "b"]]


def test_equal_pieces_of_a_training_one_after_the_other_stay_apart():
    pieces = [source(key, start=START + timedelta(seconds=1800 * i), distance=5000.0, timer=1800.0) for i, key in enumerate("ab")]
    assert keys(pieces) == [["a"], ["b"]]


def test_a_forgotten_watch_brings_no_two_runs_together():
    morning, evening = source("a"), source("b", start=START + timedelta(hours=7), distance=12_000.0, timer=3600.0)
    watch = source("w", start=START - timedelta(minutes=5), distance=30_000.0, timer=36_000.0)
    assert keys([morning, evening, watch]) == [["a"], ["b", "w"]]
    kept = merged(next(g for g in groups([morning, evening, watch]) if len(g) == 2))
    assert (kept.run.distance_m, kept.stream) == (12_000.0, "b")


def test_a_pause_told_twice_is_one_run_and_the_run_within_it_another():
    paused = {"timer": 4000.0, "elapsed": 30_000.0, "distance": 12_000.0}
    watch, row = source("o", **paused), source("w", columns=(), path="activities.csv", **paused)
    other = source("r", start=START + timedelta(hours=4), distance=5000.0, timer=1500.0)
    assert keys([watch, row, other]) == [["o", "w"], ["r"]]


def test_totals_are_of_one_whole_source():
    cut = source("a", damaged=True, timer=1000.0, distance=3930.0)
    row = source("b", columns=(), path="activities.csv", timer=1660.0, distance=6540.0)
    joined = merged([cut, row])
    assert (joined.run.distance_m, joined.run.timer_time_s, joined.stream) == (6540.0, 1660.0, "a")
    zero = merged([source("a", distance=0.0), source("b", columns=(), distance=5000.0, path="activities.csv")])
    assert zero.run.distance_m == 5000.0


def test_each_measure_comes_from_whoever_has_it():
    def with_measures(one, **values):
        plain = [{"id": name, "value": value, "unit": ""} for name, value in values.items()]
        return replace(one, measured={"version": 1, "values": plain, "profile": []})

    watch = with_measures(source("a", columns=("time_s", "heart_rate_bpm")), contact_time_ms=250.0, dew_point_c=None)
    row = with_measures(source("b", columns=(), path="activities.csv"), contact_time_ms=None, dew_point_c=14.0)
    joined = merged([watch, row])
    assert {m["id"]: m["value"] for m in joined.measured["values"]} == {"contact_time_ms": 250.0, "dew_point_c": 14.0}
    assert joined.measured["origin_of"] == {"dew_point_c": "b"}


def test_the_richest_recording_gives_the_samples_and_its_device():
    route = source("a", path="workout-routes/r.gpx", columns=("time_s", "latitude_deg"), device="Some Export", links=("apple-route:r.gpx",))
    workout = source("b", path="export.xml", columns=("time_s", "heart_rate_bpm"), device="", links=("apple-route:r.gpx",))
    joined = merged([route, workout])
    assert (joined.stream, joined.run.device) == ("b", "")


def test_two_typed_runs_of_a_day_do_not_share_one_recording():
    day = {"start": datetime(2026, 9, 1, 12, tzinfo=UTC), "start_known": StartKnown.DAY, "by_hand": True, "columns": (), "record_count": 0}
    typed = [source(key, distance=10_000.0, timer=3000.0, **day) for key in "st"]
    assert keys([*typed, source("a")]) == [["a"], ["s"], ["t"]]


def test_a_clock_without_offset_is_read_as_that_of_home():
    local = source("a", start=START + timedelta(hours=2), start_known=StartKnown.LOCAL, columns=(), path="list.csv", timer=3010.0)
    found = groups([local, source("b", path="b.tcx")], "Europe/Berlin")
    assert [len(group) for group in found] == [2]


def test_many_tracks_of_one_hour_take_no_time():
    some = [source(f"k{i:04d}", start=START + timedelta(seconds=i), sport="unknown") for i in range(400)]
    assert len(groups(some)) == 1
