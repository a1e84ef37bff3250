"""FIT files: what was recorded is what is read, and damage costs only what lies behind it."""

import gzip
import json
import math
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import fitdecode
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backstride.errors import RunFileError
from backstride.example.fit_writer import RunPlan, fit_bytes
from backstride.importers.fit import read_fit
from backstride.importers.folder import read_runs

PLAN = RunPlan(datetime(2026, 9, 1, 6, 30, tzinfo=timezone(timedelta(hours=2))), 5000.0, 1800, utc_offset_s=7200)
SOUND = fit_bytes(PLAN)
FIRST_RECORD = SOUND.index(bytes([2]), 60)


def written(folder, data, name="run.fit"):
    path = folder / name
    path.write_bytes(data)
    return path


def test_a_written_run_is_read_as_written(tmp_path):
    outcome = read_fit(written(tmp_path, SOUND))
    (run,) = outcome.runs
    assert outcome.state == "read"
    assert (run.sport, run.distance_m, run.timer_time_s, run.record_count) == ("running", 5000.0, 1800.0, 181)
    assert run.start == PLAN.start
    assert run.utc_offset_s == 7200


def test_a_sport_that_nothing_tells_is_marked_as_guessed(tmp_path):
    told, untold = (read_fit(written(tmp_path, fit_bytes(replace(PLAN, states_session=session)))) for session in (True, False))
    assert [(run.sport, run.sport_guessed) for run in (*told.runs, *untold.runs)] == [("running", False), ("running", True)]
    assert "a guess" in untold.detail and "a guess" not in told.detail


def test_cadence_counts_both_legs(tmp_path):
    (run,) = read_fit(written(tmp_path, SOUND)).runs
    samples = run.load_samples()
    assert samples["cadence_spm"][0] == 168
    assert samples["time_s"][-1] == 1800
    assert "power_w" not in samples


@given(cut=st.integers(0, len(SOUND)))
def test_a_file_cut_anywhere_keeps_every_record_before_the_cut(tmp_path_factory, cut):
    folder = tmp_path_factory.mktemp("cut")
    (outcome,) = read_runs([written(folder, SOUND[:cut])])
    size = 1 + 4 + 4 + 2 + 1 + 1
    body = SOUND.index(bytes([0x42]))
    definition = 6 + 3 * 5
    whole = max(0, (cut - body - definition) // size)
    kept = sum(run.record_count for run in outcome.runs)
    assert kept == min(whole, 181)


@given(at=st.integers(0, len(SOUND) - 1), bit=st.integers(0, 7), more=st.binary(max_size=40))
def test_hostile_bytes_never_raise(tmp_path_factory, at, bit, more):
    data = bytearray(SOUND)
    data[at] ^= 1 << bit
    data[at:at] = more
    (outcome,) = read_runs([written(tmp_path_factory.mktemp("hostile"), bytes(data))])
    assert outcome.state in ("read", "damaged", "unreadable")
    assert outcome.detail


@given(st.binary(max_size=300))
def test_any_bytes_called_fit_get_a_line(tmp_path_factory, data):
    path = written(tmp_path_factory.mktemp("any"), data)
    with pytest.raises(RunFileError, match=r"run\.fit"):
        read_fit(path)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html>sign in</html>", "web page"),
        (b"PK\3\4" + b"x" * 20, "zip"),
        (b"<?xml version='1.0'?><gpx/>", "XML"),
    ],
)
def test_what_is_not_fit_is_named(tmp_path, data, words):
    with pytest.raises(RunFileError, match=words):
        read_fit(written(tmp_path, data))


def test_gzip_is_seen_by_its_content(tmp_path):
    assert read_fit(written(tmp_path, gzip.compress(SOUND))).runs[0].distance_m == 5000.0


def test_a_file_never_closed_is_read_whole(tmp_path):
    data = bytearray(SOUND)
    data[4:8] = b"\0\0\0\0"
    outcome = read_fit(written(tmp_path, bytes(data)))
    assert outcome.state == "damaged"
    assert outcome.runs[0].distance_m == 5000.0


NO_MESSAGE = st.lists(st.sampled_from([b for b in range(0x40) if b & 15 > 4]), max_size=60).map(bytes)
"""Bytes that begin no message of this file."""


@given(at=st.integers(FIRST_RECORD + 40, len(SOUND) - 200), gone=st.integers(1, 60), more=st.binary(max_size=60))
@example(at=619, gone=22, more=b"\0\0")
@example(at=941, gone=30, more=b"\x03\xff\0\xa4\x03\x7f\x02\x88\0\x03\x03\x01\x01\xff")
def test_a_hole_inside_costs_no_record_before_it(tmp_path_factory, at, gone, more):
    data = SOUND[:at] + more + SOUND[at + gone :]
    runs = read_fit(written(tmp_path_factory.mktemp("hole"), data)).runs
    assert sum(run.record_count for run in runs) >= (at - FIRST_RECORD - 21) // 13 - 2


@given(at=st.integers(FIRST_RECORD + 40, len(SOUND) - 200), gone=st.integers(1, 60), more=NO_MESSAGE)
@example(at=619, gone=22, more=b"\0\0")
def test_a_hole_inside_costs_only_the_records_it_touches(tmp_path_factory, at, gone, more):
    data = SOUND[:at] + more + SOUND[at + gone :]
    (run,) = read_fit(written(tmp_path_factory.mktemp("hole"), data)).runs
    size = 13
    assert run.record_count >= 181 - (gone + size - 2) // size - 2
    assert run.distance_m == 5000.0


def test_many_holes_cost_only_what_they_touch(tmp_path):
    data = SOUND
    for record in (150, 120, 90, 60, 30):
        at = len(SOUND[:FIRST_RECORD]) + 13 * record + 21
        data = data[:at] + b"\xee" * 5 + data[at + 5 :]
    (run,) = read_fit(written(tmp_path, data)).runs
    assert run.record_count >= 181 - 2 * 5
    assert run.distance_m == 5000.0


def test_the_damage_is_told_with_its_place(tmp_path):
    outcome = read_fit(written(tmp_path, SOUND[:900] + b"\xee" * 30 + SOUND[930:]))
    assert outcome.state == "damaged"
    assert "at byte 90" in outcome.detail and "found behind it" in outcome.detail
    # The rows that were filled with the same byte are no records of this run.
    times = outcome.runs[0].load_samples()["time_s"]
    assert np.nanmin(np.diff(times)) > 0


def test_garbage_behind_and_zeros_between_cost_nothing(tmp_path):
    other = fit_bytes(RunPlan(PLAN.start + timedelta(days=1), 3000.0, 900))
    outcome = read_fit(written(tmp_path, SOUND + b"\0" * 64 + other + b"junk"))
    assert outcome.state == "damaged"
    assert [run.distance_m for run in outcome.runs] == [5000.0, 3000.0]


def test_a_cut_file_before_a_whole_one_costs_only_its_end(tmp_path):
    other = fit_bytes(RunPlan(PLAN.start + timedelta(days=1), 3000.0, 900))
    first, second = read_fit(written(tmp_path, SOUND[:1500] + other)).runs
    assert first.record_count == (1500 - SOUND.index(bytes([0x42])) - 21) // 13
    assert (second.distance_m, second.record_count) == (3000.0, 91)


@pytest.mark.parametrize("at", [12, len(SOUND) - 1])
def test_a_wrong_checksum_alone_costs_nothing(tmp_path, at):
    data = bytearray(SOUND)
    data[at] ^= 1
    outcome = read_fit(written(tmp_path, bytes(data)))
    assert outcome.state == "damaged" and "checksum" in outcome.detail
    assert (outcome.runs[0].distance_m, outcome.runs[0].record_count) == (5000.0, 181)


def test_a_million_records_are_read_whole(tmp_path):
    outcome = read_fit(written(tmp_path, fit_bytes(RunPlan(PLAN.start, 3_000_000.0, 999_999, every_s=1))))
    assert (outcome.state, outcome.runs[0].record_count) == ("read", 1_000_000)
    assert outcome.runs[0].load_samples()["time_s"][-1] == 999_999


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_every_column_of_every_recording_is_what_another_decoder_reads(shared_data):
    names = {
        "distance_m": (("distance",), 1),
        "speed_mps": (("enhanced_speed", "speed"), 1),
        "altitude_m": (("enhanced_altitude", "altitude"), 1),
        "heart_rate_bpm": (("heart_rate",), 1),
        "power_w": (("power",), 1),
        "temperature_c": (("temperature",), 1),
        "contact_time_ms": (("stance_time",), 1),
        "contact_balance_left": (("stance_time_balance",), 0.01),
        "vertical_oscillation_mm": (("vertical_oscillation",), 1),
        "step_length_mm": (("step_length",), 1),
        "latitude_deg": (("position_lat",), 180 / 2**31),
        "longitude_deg": (("position_long",), 180 / 2**31),
    }
    compared = 0
    for path in sorted((shared_data / "fit").glob("*.fit")):
        if path.stat().st_size > 130_000:  # the other decoder takes its time
            continue
        rows = decoded(path)
        runs = read_fit(path).runs if rows else ()
        if len(runs) != 1:
            continue
        samples = runs[0].load_samples()
        for name, (fields, scale) in names.items():
            truth = np.array([next((row[f] * scale for f in fields if f in row), math.nan) for row in rows], dtype=float)
            truth[truth == 0] = math.nan if name.endswith(("_mm", "_left", "_ms")) else 0
            got = samples.get(name, np.full(len(rows), math.nan))
            assert np.allclose(got, truth, rtol=1e-9, atol=1e-9, equal_nan=True), (path.name, name)
            compared += int(np.isfinite(truth).any())
    assert compared > 100


def decoded(path):
    """Native fields of the records as fitdecode reads them."""
    rows = []
    try:
        with fitdecode.FitReader(str(path), error_handling=fitdecode.ErrorHandling.IGNORE, check_crc=fitdecode.CrcCheck.WARN) as reader:
            for frame in reader:
                if frame.frame_type == fitdecode.FIT_FRAME_DATA and frame.name == "record":
                    native = [f for f in frame.fields if type(getattr(f, "field_def", None)).__name__ != "DevFieldDefinition"]
                    rows.append({f.name: f.value for f in reversed(native) if isinstance(f.value, int | float)})
    except fitdecode.FitError:
        pass
    return rows


def test_chained_files_are_two_runs(tmp_path):
    other = fit_bytes(RunPlan(PLAN.start + timedelta(days=1), 3000.0, 900))
    assert [run.distance_m for run in read_fit(written(tmp_path, SOUND + other)).runs] == [5000.0, 3000.0]


def test_one_bad_file_costs_one_file(tmp_path):
    written(tmp_path, SOUND, "a.fit")
    written(tmp_path, b"", "b.fit")
    written(tmp_path, b"notes", "c.txt")
    assert [o.state for o in read_runs([tmp_path])] == ["read", "unreadable", "skipped"]


def test_a_missing_path_is_an_error_with_a_remedy(tmp_path):
    with pytest.raises(RunFileError, match="Check the name"):
        read_runs([tmp_path / "nowhere"])


def test_every_recording_equals_its_known_truth(shared_data):
    manifest = json.loads((shared_data / "manifest.json").read_text())
    files = [f for f in manifest["files"] if f["path"].startswith("fit/") and f.get("truth", {}).get("sessions")]
    assert len(files) > 30
    for file in files:
        (outcome,) = read_runs([shared_data / file["path"]])
        truth = file["truth"]
        assert sum(run.record_count for run in outcome.runs) == truth["records"], file["path"]
        for run, session in zip(outcome.runs, truth["sessions"], strict=True):
            assert math.isclose(run.distance_m or 0, session["total_distance"] or 0, abs_tol=0.01), file["path"]
            assert math.isclose(run.timer_time_s or 0, session["total_timer_time"] or 0, abs_tol=0.01), file["path"]


def test_every_broken_recording_keeps_at_least_what_a_lenient_decoder_keeps(shared_data):
    manifest = json.loads((shared_data / "manifest.json").read_text())
    for file in manifest["files"]:
        if file["path"].startswith("corrupt/") and file["path"].endswith(".fit"):
            (outcome,) = read_runs([shared_data / file["path"]])
            assert sum(run.record_count for run in outcome.runs) >= file["truth"]["lenient_decoder_records"], file["path"]
