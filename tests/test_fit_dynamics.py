"""What a FIT file says beside distance and time: running dynamics, developer fields, pauses, several sports, clocks, kinds of file."""

import json
import math
import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from fastcrc import crc16
from hypothesis import given
from hypothesis import strategies as st

from backstride.example.fit_writer import DeveloperField, RunPlan, fit_bytes
from backstride.importers.fit import read_fit
from backstride.model.run import StartKnown

START = datetime(2026, 9, 1, 4, 30, tzinfo=UTC)
PLAN = RunPlan(START, 5000.0, 1800, utc_offset_s=7200)
RICH = replace(
    PLAN,
    contact_time_ms=248.0,
    contact_balance_left=0.487,
    vertical_oscillation_mm=88.5,
    step_length_mm=1130.0,
    power_w=262.0,
    temperature_c=-3.0,
    altitude_m=(100.0, 180.0, 120.0),
    path=((50.0, 8.0), (50.04, 8.02)),
)


@pytest.fixture
def read(tmp_path):
    def of(data):
        path = tmp_path / "run.fit"
        path.write_bytes(data)
        return read_fit(path)

    return of


def sealed(body):
    """A body under a header and checksums that hold."""
    header = struct.pack("<BBHI4s", 12, 0x10, 2100, len(body), b".FIT")
    return header + body + struct.pack("<H", crc16.arc(header + body))


def message(kind, fields, local=0):
    """One definition and one message of it; fields as (number, base type, bytes)."""
    definition = struct.pack("<BBBHB", 0x40 | local, 0, 0, kind, len(fields))
    definition += b"".join(bytes([number, len(raw), base]) for number, base, raw in fields)
    return definition + bytes([local]) + b"".join(raw for _, _, raw in fields)


def u32(value):
    return struct.pack("<I", value)


def test_running_dynamics_come_in_their_units(read):
    samples = read(fit_bytes(RICH)).runs[0].load_samples()
    expected = {
        "contact_time_ms": 248.0,
        "contact_balance_left": 0.487,
        "vertical_oscillation_mm": 88.5,
        "step_length_mm": 1130.0,
        "power_w": 262.0,
        "temperature_c": -3.0,
        "cadence_spm": 168.0,
        "heart_rate_bpm": 145.0,
    }
    for name, value in expected.items():
        assert samples[name] == pytest.approx(np.full(181, value)), name
    assert samples["altitude_m"].max() == pytest.approx(180, abs=0.2)
    assert (samples["latitude_deg"][-1], samples["longitude_deg"][-1]) == pytest.approx((50.04, 8.02), abs=1e-6)


def test_the_session_states_the_means(read):
    stated = read(fit_bytes(RICH)).runs[0].stated
    assert stated == pytest.approx(
        {
            "heart_rate_bpm": 145,
            "cadence_spm": 168,
            "contact_time_ms": 248.0,
            "contact_balance_left": 0.487,
            "vertical_oscillation_mm": 88.5,
            "step_length_mm": 1130.0,
            "power_w": 262,
            "temperature_c": -3,
            "ascent_m": 80,
            "descent_m": 60,
        }
    )


def test_what_the_session_does_not_state_stays_missing(read):
    (run,) = read(fit_bytes(replace(PLAN, states_timer=False))).runs
    assert run.timer_time_s is None
    assert run.elapsed_time_s == 1800
    assert set(run.stated) == {"heart_rate_bpm", "cadence_spm"}


def test_zeros_of_a_sensor_that_was_not_there_are_missing(read):
    (run,) = read(fit_bytes(replace(RICH, contact_time_ms=0.0, vertical_oscillation_mm=0.0, temperature_c=0.0, power_w=0.0))).runs
    samples = run.load_samples()
    assert not {"contact_time_ms", "vertical_oscillation_mm"} & {*samples, *run.stated}
    assert samples["power_w"][0] == samples["temperature_c"][0] == run.stated["power_w"] == run.stated["temperature_c"] == 0


def test_a_developer_field_never_replaces_a_native_one(read):
    fields = (
        DeveloperField("heart_rate", "bpm", 77),
        DeveloperField("Form Power", "Watts", 68),
        DeveloperField("power_w", "W", 301),
        DeveloperField("Leg Spring Stiffness", "kN/m", 9.5),
        DeveloperField("Impact GS", "furlongs", 4),
    )
    samples = read(fit_bytes(replace(RICH, developer_fields=fields))).runs[0].load_samples()
    assert (samples["heart_rate_bpm"][0], samples["power_w"][0]) == (145, 262)
    own = {name: values[0] for name, values in samples.items() if name.startswith("dev_")}
    assert own == {
        "dev_heart_rate_bpm": 77,
        "dev_form_power_w": 68,
        "dev_power_w": 301,
        "dev_leg_spring_stiffness_kn_per_m": 9.5,
        "dev_impact_gs": 4,
    }


def test_two_developer_fields_of_one_name_are_two_columns(read):
    fields = (DeveloperField("Power", "W", 300), DeveloperField("power", "watts", 310))
    samples = read(fit_bytes(replace(PLAN, developer_fields=fields))).runs[0].load_samples()
    assert (samples["dev_power_w"][0], samples["dev_power_w_2"][0]) == (300, 310)


def test_a_pause_is_in_the_elapsed_time_only(read):
    paused = replace(PLAN, pauses=((600, 300), (1200, 45)))
    (run,) = read(fit_bytes(paused)).runs
    assert (run.timer_time_s, run.elapsed_time_s) == (1800, 2145)
    times = run.load_samples()["time_s"]
    assert np.diff(times).max() == 310
    (lost,) = read(fit_bytes(replace(paused, states_session=False))).runs
    assert (lost.timer_time_s, lost.elapsed_time_s) == (1800 - 20, 2145 - 0) or lost.timer_time_s == pytest.approx(
        1800, abs=2 * PLAN.every_s
    )
    assert lost.distance_m == pytest.approx(5000)
    assert "totals from its records" in lost.origin


@given(every=st.integers(1, 31), pause=st.integers(1, 4000))
def test_compressed_timestamps_tell_the_same_times(tmp_path_factory, every, pause):
    path = tmp_path_factory.mktemp("compressed") / "a.fit"
    plan = replace(PLAN, every_s=every, pauses=((900, pause),))
    columns = []
    for compressed in (False, True):
        path.write_bytes(fit_bytes(replace(plan, compressed_timestamps=compressed)))
        columns.append(read_fit(path).runs[0].load_samples())
    plain, small = columns
    assert plain.keys() == small.keys()
    for name in plain:
        assert np.array_equal(plain[name], small[name]), name


@pytest.mark.parametrize("summary_first", [False, True])
def test_each_sport_of_a_multisport_file_gets_its_records(read, summary_first):
    bike = RunPlan(START, 20_000.0, 2400, cadence_spm=180, sport="cycling")
    change = RunPlan(START + timedelta(seconds=2410), 50.0, 60, sport="transition")
    run = RunPlan(START + timedelta(seconds=2480), 5000.0, 1500)
    data = fit_bytes(bike, change, run)
    if summary_first:
        sessions = data.index(struct.pack("<BBBH", 0x43, 0, 0, 18))
        activity = data.index(struct.pack("<BBBH", 0x44, 0, 0, 34))
        records = data.index(struct.pack("<BBBH", 0x41, 0, 0, 21))
        data = sealed(data[14:records] + data[sessions:activity] + data[records:sessions] + data[activity:-2])
    outcome = read(data)
    assert outcome.state == "read"
    assert [(r.sport, r.distance_m, r.record_count) for r in outcome.runs] == [
        ("cycling", 20_000, 241),
        ("transition", 50, 7),
        ("running", 5000, 151),
    ]
    first, _, last = outcome.runs
    assert first.load_samples()["cadence_rpm"][0] == 90
    assert "steps" not in first.stated and "cadence_spm" not in first.stated
    assert last.load_samples()["time_s"][0] == 0


def test_treadmill_and_race_are_tags(read):
    assert read(fit_bytes(replace(PLAN, treadmill=True, race=True))).runs[0].tags == ("race", "treadmill")
    assert read(fit_bytes(PLAN)).runs[0].tags == ()


def test_the_device_is_named_as_well_as_the_file_can(read):
    for manufacturer, product, name, device in (
        (1, 1124, "", "garmin/fr110"),
        (1, 65000, "Watch X", "garmin/Watch X"),
        (23, 34, "", "suunto/34"),
        (294, 802, "COROS PACE 2", "coros/COROS PACE 2"),
        (60001, 7, "", "60001/7"),
    ):
        plan = replace(PLAN, manufacturer=manufacturer, product=product, product_name=name)
        assert read(fit_bytes(plan)).runs[0].device == device


@pytest.mark.parametrize(("offset_s", "known"), [(20_700, 20_700), (-34_200, -34_200), (50_400, 50_400), (0, 0), (15 * 3600, None)])
def test_the_offset_is_what_the_activity_says_within_what_there_is(read, offset_s, known):
    assert read(fit_bytes(replace(PLAN, utc_offset_s=offset_s))).runs[0].utc_offset_s == known


def test_the_offset_of_the_settings_stands_in_where_the_activity_says_none(read):
    settings = message(2, [(0, 2, b"\1"), (2, 0x86, u32(0) + struct.pack("<i", -14_400))])
    data = fit_bytes(replace(PLAN, utc_offset_s=20 * 3600))
    assert read(sealed(settings + data[14:-2])).runs[0].utc_offset_s == -14_400


def test_a_maker_that_writes_utc_as_local_time_tells_no_offset(read):
    assert read(fit_bytes(replace(PLAN, manufacturer=294, utc_offset_s=0))).runs[0].utc_offset_s is None


def test_a_clock_never_set_leaves_the_runners_clock(read):
    (run,) = read(fit_bytes(replace(PLAN, clock_never_set=True))).runs
    assert run.start_known is StartKnown.LOCAL
    assert run.start == START + timedelta(seconds=7200)
    assert run.utc_offset_s is None
    assert run.load_samples()["time_s"][-1] == 1800


def test_without_any_true_clock_the_start_is_the_marker(read):
    data = fit_bytes(replace(PLAN, clock_never_set=True))
    activity = data.index(struct.pack("<BBBH", 0x44, 0, 0, 34))
    (run,) = read(sealed(data[14:activity])).runs
    assert run.start == datetime(1989, 12, 31, tzinfo=UTC)
    assert run.load_samples()["time_s"][-1] == 1800


@pytest.mark.parametrize("raw", [5, 0xFFFFFFFE, 0xFFFFFFFF])
def test_a_record_at_an_absurd_time_has_none(read, raw):
    data = bytearray(fit_bytes(PLAN))
    second = data.index(bytes([0x42])) + 21 + 13  # behind the definition and the first record
    assert data[second] == 2
    data[second + 1 : second + 5] = u32(raw)
    (run,) = read(sealed(bytes(data[14:-2]))).runs
    times = run.load_samples()["time_s"]
    assert np.flatnonzero(np.isnan(times)).tolist() == [1]
    assert (run.start, run.record_count, times[-1]) == (START, 181, 1800)


def test_a_session_at_an_absurd_time_starts_with_its_records(read):
    data = fit_bytes(PLAN)
    at = data.index(struct.pack("<BBBH", 0x43, 0, 0, 18)) + 6 + 3 * 11 + 1 + 4
    (run,) = read(sealed(data[14:at] + u32(17) + data[at + 4 : -2])).runs
    assert run.start == START


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (32, "not an activity (monitoring_b)"),
        (2, "(settings)"),
        (49, "(sleep)"),
        (68, "(hrv_status)"),
        (201, "(type 201)"),
        (5, "a plan, not a run (workout)"),
    ],
)
def test_what_is_no_activity_is_skipped_by_name(read, kind, words):
    outcome = read(sealed(message(0, [(0, 0, bytes([kind]))]) + message(103, [(0, 0, b"\1")])))
    assert (outcome.state, outcome.runs) == ("skipped", ())
    assert words in outcome.detail


def test_the_points_of_a_course_are_no_run(read):
    outcome = read(fit_bytes(replace(PLAN, file_type=6, states_session=False)))
    assert outcome.state == "skipped"
    assert "a plan, not a run (course)" in outcome.detail


def test_speed_and_distance_in_twelve_bits_each_are_unrolled(read):
    fields = [(253, 0x86, u32(1_000_000_000)), (8, 0x0D, b"\xff\xff\xff")]
    body = message(0, [(0, 0, b"\4")]) + message(20, fields, local=1)
    steps = (200, 200, 4000, 200, 200)
    total = 0
    for second, step in enumerate(steps, 1):
        total += step
        low = total & 4095
        body += bytes([1]) + u32(1_000_000_000 + second) + bytes([0x2C, 0x01 | (low & 15) << 4, low >> 4])
    samples = read(sealed(body)).runs[0].load_samples()
    assert math.isnan(samples["distance_m"][0]) and math.isnan(samples["speed_mps"][0])
    assert samples["distance_m"][1:].tolist() == (np.cumsum(steps) / 16).tolist()
    assert set(samples["speed_mps"][1:]) == {3.0}


def test_big_endian_and_enhanced_fields_are_read(read):
    fields = (253, 4, 0x86), (6, 2, 0x84), (73, 4, 0x86), (4, 1, 2), (53, 1, 2)
    body = message(0, [(0, 0, b"\4")])
    body += struct.pack(">BBBHB", 0x41, 0, 1, 20, len(fields)) + b"".join(bytes(f) for f in fields)
    for second, (plain, fine) in enumerate(((3000, 3100), (3000, 0xFFFFFFFF), (0xFFFF, 0xFFFFFFFF))):
        body += struct.pack(">BIHIBB", 1, 1_000_000_000 + second, plain, fine, 84, 64)
    samples = read(sealed(body)).runs[0].load_samples()
    assert samples["speed_mps"] == pytest.approx([3.1, 3.0, math.nan], nan_ok=True)
    assert samples["cadence_spm"].tolist() == [169] * 3


def test_stated_totals_of_every_recording_equal_their_known_truth(shared_data):
    manifest = json.loads((shared_data / "manifest.json").read_text())
    names = {
        "heart_rate_bpm": ("avg_heart_rate", 1),
        "contact_time_ms": ("avg_stance_time", 1),
        "contact_balance_left": ("avg_stance_time_balance", 0.01),
        "vertical_oscillation_mm": ("avg_vertical_oscillation", 1),
        "vertical_ratio": ("avg_vertical_ratio", 0.01),
        "step_length_mm": ("avg_step_length", 1),
        "power_w": ("avg_power", 1),
        "temperature_c": ("avg_temperature", 1),
    }
    compared = 0
    for file in manifest["files"]:
        if not (file["path"].startswith("fit/") and file.get("truth", {}).get("sessions")):
            continue
        for run, truth in zip(read_fit(shared_data / file["path"]).runs, file["truth"]["sessions"], strict=True):
            for name, (field, scale) in names.items():
                if truth[field]:
                    assert run.stated[name] == pytest.approx(truth[field] * scale), (file["path"], name)
                    compared += 1
                else:
                    assert not run.stated.get(name), (file["path"], name)
    assert compared > 100
