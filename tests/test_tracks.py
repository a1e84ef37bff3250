"""GPX and TCX: totals, cuts anywhere, words of other programs, and what is no run."""

import gzip
import json
import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstride.errors import DamagedRunFileError, RunFileError
from backstride.importers.folder import read_runs
from backstride.importers.gpx import read_gpx
from backstride.importers.tcx import read_tcx
from backstride.importers.xml_events import stream

POINTS = 60
STEP_DEG = 3 / 111_195.08  # 3 m along a meridian of a sphere of 6,371,008.8 m


def gpx(points=POINTS, kind="running", times=True, extra="", creator="made up"):
    rows = "".join(
        f'<trkpt lat="{50 + i * STEP_DEG:.9f}" lon="8"><ele>{100 + i}</ele>'
        + (f"<time>2026-05-01T06:{i // 60:02d}:{i % 60:02d}Z</time>" if times else "")
        + f"<extensions><gpxtpx:TrackPointExtension><gpxtpx:hr>{120 + i}</gpxtpx:hr><gpxtpx:cad>85</gpxtpx:cad>"
        "</gpxtpx:TrackPointExtension></extensions></trkpt>\n"
        for i in range(points)
    )
    word = f"<type>{kind}</type>" if kind is not None else ""
    return f'<?xml version="1.0"?>\n<gpx creator="{creator}"><trk>{word}<trkseg>{rows}</trkseg>{extra}</trk></gpx>'.encode()


def tcx(points=POINTS, laps=((60.0, 177.0),), sport="Running", device="Watch 9"):
    rows = "".join(
        f"<Trackpoint><Time>2026-05-01T08:{i // 60:02d}:{i % 60:02d}+02:00</Time><DistanceMeters>{3 * i}</DistanceMeters>"
        f"<HeartRateBpm><Value>{120 + i}</Value></HeartRateBpm><Extensions><ns3:TPX><ns3:RunCadence>85</ns3:RunCadence></ns3:TPX>"
        "</Extensions></Trackpoint>\n"
        for i in range(points)
    )
    bodies = "".join(
        f'<Lap StartTime="2026-05-01T06:00:00Z"><TotalTimeSeconds>{t}</TotalTimeSeconds><DistanceMeters>{d}</DistanceMeters>'
        f"{'<Track>' + rows + '</Track>' if n == 0 else ''}</Lap>"
        for n, (t, d) in enumerate(laps)
    )
    return (
        f'<?xml version="1.0"?>\n<TrainingCenterDatabase><Activities><Activity Sport="{sport}"><Id>2026-05-01T06:00:00Z</Id>{bodies}'
        f"<Creator><Name>{device}</Name></Creator></Activity></Activities></TrainingCenterDatabase>"
    ).encode()


def read(tmp_path, data, name):
    path = tmp_path / name
    path.write_bytes(data)
    return (read_gpx if ".gpx" in name else read_tcx)(path)


def test_a_gpx_track_is_measured_along_its_positions(tmp_path):
    (run,) = read(tmp_path, gpx(), "a.gpx").runs
    assert run.distance_m == pytest.approx(3 * (POINTS - 1), rel=1e-5)
    assert (run.sport, run.timer_time_s, run.elapsed_time_s, run.record_count) == ("running", None, POINTS - 1, POINTS)
    assert run.start.isoformat() == "2026-05-01T06:00:00+00:00"
    samples = run.load_samples()
    assert samples["cadence_spm"][0] == 170
    assert samples["heart_rate_bpm"][-1] == 120 + POINTS - 1
    assert samples["altitude_m"][0] == 100
    assert samples["time_s"][-1] == POINTS - 1


def test_a_pause_between_segments_is_not_run(tmp_path):
    two = gpx().replace(b"</trkseg>", b"</trkseg><trkseg><trkpt lat='51' lon='8'><time>2026-05-01T07:00:00Z</time></trkpt></trkseg>")
    (run,) = read(tmp_path, two, "a.gpx").runs
    assert run.distance_m == pytest.approx(3 * (POINTS - 1), rel=1e-5)


def test_the_time_within_segments_is_the_timer_time_only_where_there_are_several(tmp_path):
    again = "".join(f"<trkpt lat='51' lon='8'><time>2026-05-01T07:00:{i:02d}Z</time></trkpt>" for i in range(11))
    two = gpx().replace(b"</trkseg>", f"</trkseg><trkseg>{again}</trkseg>".encode())
    (run,) = read(tmp_path, two, "a.gpx").runs
    assert (run.timer_time_s, run.elapsed_time_s) == (POINTS - 1 + 10, 3610)


def test_the_words_of_the_runner_are_kept(tmp_path):
    named = gpx(extra="<name>Hills &amp; heat</name><desc>left calf tight</desc>")
    (run,) = read(tmp_path, named, "a.gpx").runs
    assert (run.title, run.note) == ("Hills & heat", "left calf tight")
    noted = tcx().replace(b"<Creator>", b"<Notes>last 2 km slow</Notes><Creator>")
    assert read(tmp_path, noted, "a.tcx").runs[0].note == "last 2 km slow"


def test_words_around_other_elements_are_kept(tmp_path):
    named = gpx(extra="<name>Hills <!-- why -->&amp; <b>heat</b></name><desc>left calf<br/>tight, <i>no</i> pain</desc>")
    (run,) = read(tmp_path, named, "a.gpx").runs
    assert (run.title, run.note) == ("Hills & heat", "left calf tight, no pain")
    noted = tcx().replace(b"<Creator>", b"<Notes>last <b>2 km</b> slow</Notes><Creator>")
    assert read(tmp_path, noted, "a.tcx").runs[0].note == "last 2 km slow"


def test_text_between_many_elements_is_not_hoarded():
    data = b"<gpx>" + b"xy<unknown/>" * 200_000 + b"<name>Hills</name></gpx>"
    heard = []
    tracemalloc.start()
    try:
        stream(data, lambda *_: None, lambda *told: heard.append(told), ends=("name",))
        assert tracemalloc.get_traced_memory()[1] < 2 * len(data)
    finally:
        tracemalloc.stop()
    assert heard == [("gpx", "name", "Hills")]


def test_text_between_elements_hurts_no_other(tmp_path):
    noise = "x<unknown>y</unknown>" * 3000
    data = gpx(extra=f"{noise}<name>Hills</name>").replace(b"<trkseg>", f"<trkseg>{noise}".encode())
    (run,) = read(tmp_path, data, "a.gpx").runs
    assert (run.title, run.record_count) == ("Hills", POINTS)


def test_a_waypoint_names_no_run(tmp_path):
    (run,) = read(tmp_path, gpx().replace(b"<trk>", b"<wpt lat='1' lon='1'><name>well</name></wpt><trk>"), "a.gpx").runs
    assert run.title == ""


@pytest.mark.parametrize(
    ("kind", "sub_sport"),
    [
        ("treadmill_running", "treadmill"), ("Treadmill", "treadmill"), ("trail_running", "trail"), ("Trail Run", "trail"),
        ("TrailRun", "trail"), ("running", ""), ("RUNNING", ""), ("Laufen", ""), ("Course à pied", ""), ("วิ่ง", ""),
        ("virtual_run", "virtual_activity"), ("VirtualRun", "virtual_activity"), ("street_running", "street"), ("ROAD_RUNNING", "street"),
        ("Straßenlauf", "street"), ("ultra_run", "ultra"), ("indoor_running", "indoor_running"), ("Indoor Run", "indoor_running"),
        ("obstacle_run", "obstacle"), ("track_running", "track"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("make", [gpx, tcx])
def test_every_spelling_of_running_is_running_of_its_kind(tmp_path, make, kind, sub_sport):
    data = gpx(kind=kind) if make is gpx else tcx(sport=kind)
    (run,) = read(tmp_path, data, f"a.{make.__name__}").runs
    indoors = sub_sport in ("treadmill", "indoor_running")
    assert (run.sport, run.sub_sport, run.tags) == ("running", sub_sport, ("treadmill",) if indoors else ())
    assert run.load_samples()["cadence_spm"][0] == 170


@pytest.mark.parametrize(
    ("kind", "sport"),
    [
        ("WheelchairRunPace", "wheelchair_run_pace"), ("Langlauf", "langlauf"), ("AlpineSki", "alpine_ski"), ("Swimrun", "swimrun"),
        ("SwimBikeRun", "swim_bike_run"), ("Aqua Jogging", "aqua_jogging"), ("motorcycling", "motorcycling"), ("Biking", "cycling"),
        ("indoor_cycling", "cycling"), ("open_water_swimming", "swimming"), ("casual_walking", "walking"), ("TrailHike", "hiking"),
        ("Other", "other"),
    ],
)  # fmt: skip
def test_what_only_sounds_like_running_is_not_running(tmp_path, kind, sport):
    for data, name in ((gpx(kind=kind), "a.gpx"), (tcx(sport=kind), "a.tcx")):
        (run,) = read(tmp_path, data, name).runs
        assert (run.sport, run.sport_guessed) == (sport, False)


@pytest.mark.parametrize(("kind", "sport"), [("Running", "running"), ("9", "running"), ("hiking", "hiking"), (None, "running")])
def test_sports_are_known_by_many_words_and_guessed_only_where_none_stands(tmp_path, kind, sport):
    (run,) = read(tmp_path, gpx(kind=kind), "a.gpx").runs
    assert (run.sport, run.sport_guessed) == (sport, kind is None)


def test_a_tcx_activity_has_the_totals_of_its_laps(tmp_path):
    (run,) = read(tmp_path, tcx(laps=((40.0, 120.0), (20.5, 60.25))), "a.tcx").runs
    assert (run.timer_time_s, run.distance_m, run.elapsed_time_s) == (60.5, 180.25, POINTS - 1)
    assert (run.sport, run.device, run.utc_offset_s, run.record_count) == ("running", "Watch 9", 7200, POINTS)
    assert run.load_samples()["cadence_spm"][0] == 170


def test_laps_of_zero_state_nothing(tmp_path):
    (run,) = read(tmp_path, tcx(laps=((0.0, 0.0),)), "a.tcx").runs
    assert (run.timer_time_s, run.distance_m) == (POINTS - 1, 3 * (POINTS - 1))
    assert "from its points" in run.origin
    (treadmill,) = read(tmp_path, tcx(points=0, laps=((1800.0, 0.0),)), "b.tcx").runs
    assert (treadmill.timer_time_s, treadmill.distance_m) == (1800.0, 0.0)


@pytest.mark.parametrize("make", [gpx, tcx])
@given(share=st.floats(0, 1))
def test_a_file_cut_anywhere_keeps_every_point_before_the_cut(tmp_path_factory, make, share):
    data = make()
    cut = data[: int(share * len(data))]
    closing = b"</trkpt>" if make is gpx else b"</Trackpoint>"
    kept = cut.count(closing)
    name = f"a.{make.__name__}"
    try:
        outcome = read(tmp_path_factory.mktemp("cut"), cut, name)
    except (DamagedRunFileError, RunFileError):
        assert kept == 0
        return
    assert sum(run.record_count for run in outcome.runs) == kept
    assert outcome.state == ("read" if len(cut) == len(data) else "damaged")


@given(data=st.binary(max_size=300) | st.text(alphabet="<>/gpxtrk lat='1' \n&;:!?-", max_size=120).map(str.encode))
def test_any_bytes_get_a_line(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("bytes")
    for name, head in (("a.gpx", b"<gpx>"), ("a.tcx", b"<TrainingCenterDatabase>")):
        (folder / name).write_bytes(head + data)
    for outcome in read_runs([folder]):
        assert outcome.detail and outcome.state in ("read", "damaged", "unreadable")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (gpx(times=False), "planned route"),
        (b"<gpx></gpx>", "no track"),
        (b"<TrainingCenterDatabase><Courses/></TrainingCenterDatabase>", "not a course"),
        (b'<!DOCTYPE gpx [<!ENTITY a "b">]><gpx>&a;</gpx>', "XML entities"),
        (b"<gpx>" + b"<a>" * 100, "nested"),
    ],
)
def test_what_is_no_run_says_what_it_is(tmp_path, data, words):
    path = tmp_path / ("a.gpx" if b"gpx" in data else "a.tcx")
    path.write_bytes(data)
    (outcome,) = read_runs([tmp_path])
    assert outcome.state == "unreadable"
    assert words in outcome.detail


def test_times_that_no_run_can_have_are_missing(tmp_path):
    odd = gpx().replace(b"2026-05-01T06:00:05Z", b"0001-01-01T00:00:00Z").replace(b"2026-05-01T06:00:06Z", b"yesterday")
    (run,) = read(tmp_path, odd, "a.gpx").runs
    assert np.isnan(run.load_samples()["time_s"][5:7]).all()
    assert run.elapsed_time_s == POINTS - 1


def test_a_file_is_read_by_what_it_is_not_by_its_name(tmp_path):
    (tmp_path / "a.fit").write_bytes(gpx())
    (tmp_path / "b.gpx").write_bytes(tcx())
    (tmp_path / "c.tcx.gz").write_bytes(gzip.compress(tcx()))
    (tmp_path / "d.gpx").write_bytes(b"\xef\xbb\xbf\xef\xbb\xbf  " + gpx())
    (tmp_path / "e.gpx").write_bytes(gpx().decode().replace('version="1.0"', 'version="1.0" encoding="utf-16"').encode("utf-16"))
    (tmp_path / "f.txt").write_text("not a run")
    outcomes = read_runs([tmp_path])
    assert [o.state for o in outcomes] == ["read"] * 5 + ["skipped"]
    assert all(run.record_count == POINTS for o in outcomes for run in o.runs)


def test_every_recorded_track_equals_its_known_truth(shared_data):
    manifest = json.loads((shared_data / "manifest.json").read_text())
    files = [f for f in manifest["files"] if f["path"].startswith(("gpx/", "tcx/")) and "trackpoints" in f["truth"]]
    assert len(files) > 15
    for file in files:
        (outcome,) = read_runs([shared_data / file["path"]])
        (run,), truth = outcome.runs, file["truth"]
        assert run.record_count == truth["trackpoints"], file["path"]
        if truth.get("lap_time_sum_s"):
            assert math.isclose(run.timer_time_s, truth["lap_time_sum_s"], abs_tol=0.01), file["path"]
            assert math.isclose(run.distance_m, truth["lap_distance_sum_m"], abs_tol=0.01), file["path"]
        elif "haversine_2d_m" in truth:
            # The truth is rounded to 0.1 m.
            assert math.isclose(run.distance_m, truth["haversine_2d_m"], rel_tol=1e-5, abs_tol=0.06), file["path"]
            assert math.isclose(run.timer_time_s or run.elapsed_time_s, truth["span_s"], abs_tol=0.01), file["path"]


@given(share=st.floats(0.6, 1))
def test_a_gzip_file_damaged_anywhere_keeps_what_came_before(tmp_path_factory, share):
    packed = bytearray(gzip.compress(gpx(), mtime=0))
    at = int(share * len(packed))
    packed[at:] = b"\xff" * (len(packed) - at)
    folder = tmp_path_factory.mktemp("gz")
    (folder / "a.gpx.gz").write_bytes(packed)
    (outcome,) = read_runs([folder])
    assert outcome.state == ("read" if at >= len(packed) else "damaged")
    assert sum(run.record_count for run in outcome.runs) > 0


def test_a_whole_file_under_a_wrong_gzip_checksum_is_said_to_be_damaged(tmp_path):
    packed = bytearray(gzip.compress(gpx(), mtime=0))
    packed[-6] ^= 1
    (tmp_path / "a.gpx.gz").write_bytes(packed)
    (outcome,) = read_runs([tmp_path])
    assert (outcome.state, outcome.runs[0].record_count) == ("damaged", POINTS)
