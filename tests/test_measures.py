"""Measures of a run and of a history: against hand-made runs, real recordings and published formulas; and why one is missing."""

import json
import math
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from backstride.assess import assess
from backstride.diary import measures_of_diary
from backstride.errors import RunFileError
from backstride.importers.fit import read_fit
from backstride.importers.folder import read_runs
from backstride.importers.gpx import read_gpx
from backstride.importers.tcx import read_tcx
from backstride.knowledge.loader import load
from backstride.model.diary import DiaryDay
from backstride.model.evidence import Measure
from backstride.model.record import Record
from backstride.model.run import DayValue, Run, Shoe
from backstride.model.run_measures import RunMeasures
from backstride.training import MEASURE_VERSION, measure_run, measures_of
from backstride.training.air import dew_point_c, wet_bulb_c
from backstride.training.trace import trace_of

ONSET = date(2026, 10, 4)
WATCH = "garmin/3113"


def samples(minutes=30.0, speed=2.8, every=1.0, **columns):
    """Even running; a column is a number, an array, or a function of the seconds."""
    time = np.arange(0, 60 * minutes + every, every)
    speed = speed(time) if callable(speed) else np.broadcast_to(speed, time.shape)
    steps = np.diff(time) * (speed[1:] + speed[:-1]) / 2
    filled = {name: np.array(v(time) if callable(v) else np.broadcast_to(v, time.shape), dtype=float) for name, v in columns.items()}
    return {"time_s": time, "distance_m": np.concatenate(([0.0], np.cumsum(steps))), **filled}


def run(columns=None, day=ONSET, device=WATCH, **fields):
    columns = samples(cadence_spm=170) if columns is None else columns
    start = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    totals = {"distance_m": "distance_m", "timer_time_s": "time_s"}
    stated = {total: float(np.nanmax(columns[name])) for total, name in totals.items() if total not in fields and name in columns}
    given = {"distance_m": None, "timer_time_s": None, **stated, **fields}
    return Run(start, "running", device=device, load_samples=lambda: columns, **given)


def of_run(columns=None, **fields):
    return {m.id: m for m in measure_run(run(columns, **fields)).values}


def of_history(runs, onset=ONSET, **fields):
    return {m.id: m for m in measures_of(Record("case", onset=onset, runs=tuple(runs), **fields))}


def before(days):
    return ONSET - timedelta(days=days)


def season(recent, earlier, every=3, **fields):
    """Runs of 40 minutes: `recent` samples in the last 4 weeks, `earlier` ones in the 90 days before."""
    return [run(recent if d < 28 else earlier, before(d), **fields) for d in range(0, 117, every)]


# ---- one run -------------------------------------------------------------------------------------------------------


def test_means_of_a_real_recording_are_the_devices_own(shared_data):
    """Within 0.2 %: the device averages over strides, we over seconds; rounding of its totals alone is 0.03 %."""
    path = shared_data / "fit" / "goldencheetah__4077461142.fit"
    trace = trace_of(read_fit(path).runs[0])
    manifest = json.loads((shared_data / "manifest.json").read_text())
    files = manifest["files"]
    session = next(f for f in files if f["path"].endswith(path.name))["truth"]["sessions"][0]
    assert trace.mean("contact_time_ms") == pytest.approx(session["avg_stance_time"], rel=0.002)
    assert 100 * trace.mean("contact_balance_left") == pytest.approx(session["avg_stance_time_balance"], rel=0.002)
    assert trace.mean("vertical_oscillation_mm") == pytest.approx(session["avg_vertical_oscillation"], rel=0.002)
    assert trace.mean("step_length_mm") == pytest.approx(session["avg_step_length"], rel=0.002)
    assert trace.mean("heart_rate_bpm") == pytest.approx(session["avg_heart_rate"], abs=1)


def test_ascent_of_a_real_recording_is_near_the_devices_own(shared_data):
    """Within 15 %: both sum what they take for real, and nobody says from which height on."""
    outcome = read_fit(shared_data / "fit" / "goldencheetah__4077461142.fit")
    measures = {m.id: m for m in measure_run(outcome.runs[0]).values}
    assert measures["ascent_m_per_km"].value * 12.167 == pytest.approx(346, rel=0.15)
    assert measures["descent_m_per_km"].value * 12.167 == pytest.approx(351, rel=0.15)
    assert measures["trail_share"].value == 1
    assert 0.1 < measures["steep_down_share"].value < 0.4


def test_every_real_recording_is_measured_and_every_measure_has_a_value_or_a_reason(shared_data):
    count = 0
    for path in sorted((shared_data / "fit").glob("*.fit")):
        try:
            runs = read_fit(path).runs
        except Exception:  # what a reader refuses is its own test's business
            continue
        for entry in runs:
            measured = measure_run(entry)
            assert all((m.value is None) == bool(m.missing_because) for m in measured.values), path
            count += bool(measured.profile)
    assert count > 15


def test_noise_of_the_barometer_is_no_descent_and_a_hill_is():
    rng = np.random.default_rng(7)
    flat = of_run(samples(60, altitude_m=lambda t: 100 + rng.normal(0, 0.5, t.size)))
    assert flat["descent_m_per_km"].value < 0.5
    hill = of_run(samples(60, altitude_m=lambda t: 100 + 30 * np.sin(2 * np.pi * t / 1200) + rng.normal(0, 0.5, t.size)))
    assert hill["descent_m_per_km"].value == pytest.approx(3 * 60 / (3.6 * 2.8), rel=0.1)


def slow_noise(time, sd, memory, seed):
    """Noise that forgets by `memory` each second; 0 is white."""
    steps = np.random.default_rng(seed).normal(0, sd, time.size)
    for i in range(1, time.size):
        steps[i] = memory * steps[i - 1] + steps[i] * math.sqrt(1 - memory * memory)
    return steps


@pytest.mark.parametrize(("sd", "memory", "descent", "lost"), [(2, 0, 0.1, 0.01), (3, 0, 0.1, 0.01), (2, 0.9, 0.5, 0.02),
                                                               (2, 0.98, 1.5, 0.04), (3, 0.98, 2.5, 0.15)])  # fmt: skip
def test_noise_of_satellites_is_hardly_a_descent_and_costs_hardly_any_level_running(sd, memory, descent, lost):
    """Bounds are the mean of six made-up runs of an hour on flat ground, as docs/measures.md states them."""
    found = [measure_run(run(samples(60, 3.0, altitude_m=lambda t, s=s: 100 + slow_noise(t, sd, memory, s)))) for s in range(6)]
    assert np.mean([m.value("descent_m_per_km") for m in found]) <= descent
    assert 1 - np.mean([sum(b.seconds for b in m.profile) for m in found]) / 3600 <= lost


@pytest.mark.parametrize(("sd", "memory"), [(0, 0), (0.3, 0), (2, 0), (3, 0), (2, 0.98), (3, 0.98)])
@pytest.mark.parametrize("period", [300, 600])
def test_hills_of_twenty_metres_are_kept_through_noise(sd, memory, period):
    found = [
        of_run(samples(60, 3.0, altitude_m=lambda t, s=s: 100 + 10 * np.sin(2 * np.pi * t / period) + slow_noise(t, sd, memory, s)))
        for s in range(3)
    ]
    assert np.mean([m["descent_m_per_km"].value for m in found]) == pytest.approx(20 * 3600 / period / 10.8, rel=0.1)


def test_barometers_and_satellites_of_real_recordings_are_told_apart(shared_data):
    def roughness(reader, name):
        return trace_of(reader(shared_data / name, (shared_data / name).read_bytes()).runs[0]).altitude_roughness_m

    barometers = ("goldencheetah__4077461142", "elevate__kaiteriteri", "goldencheetah__Garmin920_withFirstbeat", "sports-lib__6910052863")
    assert all(0 < trace_of(read_fit(shared_data / "fit" / f"{n}.fit").runs[0]).altitude_roughness_m < 0.5 for n in barometers)
    assert roughness(read_gpx, "gpx/testfilesforfitnessapps__run_01_iphone.gpx") > 1
    assert roughness(read_gpx, "gpx/testfilesforfitnessapps__run_03_iphone_4s.gpx") > 1
    assert roughness(read_tcx, "tcx/testfilesforfitnessapps__20120611_run_garmin_fr405cx.tcx") > 1


def test_climb_of_real_recordings_has_the_devices_own_total_in_the_middle(shared_data):
    """Median of ours over the device's total, runs with more than 20 m of it."""
    shares = []
    for path in sorted((shared_data / "fit").glob("*.fit")):
        try:
            runs = [entry for entry in read_fit(path).runs if entry.sport == "running"]
        except RunFileError:
            continue
        for entry in runs:
            measures = {m.id: m for m in measure_run(entry).values}
            for name in ("ascent", "descent"):
                ours, way = measures[f"{name}_m_per_km"], trace_of(entry) and trace_of(entry).way_m
                if entry.stated.get(f"{name}_m", 0) > 20 and way is not None and ours.origin.startswith("smoothed"):
                    shares.append(ours.value * way[-1] / 1000 / entry.stated[f"{name}_m"])
    assert len(shares) >= 20
    assert 0.9 <= np.median(shares) <= 1.0


def test_share_of_time_steeper_than_five_percent_down():
    def altitude(time):
        return 500 - 0.08 * 2.8 * np.clip(time - 600, 0, 600)

    measures = of_run(samples(30, altitude_m=altitude, cadence_spm=170))
    assert measures["steep_down_share"].value == pytest.approx(1 / 3, abs=0.03)


def test_medians_are_of_level_steady_running_only():
    def contact(time):
        return np.select([time < 600, time < 1200, time < 1800], [240.0, 400.0, 300.0], 240.0)

    columns = samples(
        40,
        speed=lambda t: np.where((t >= 600) & (t < 1200), 1.2, 2.8),
        cadence_spm=lambda t: np.where((t >= 600) & (t < 1200), 110.0, 170.0),
        altitude_m=lambda t: 100 + 0.06 * 2.8 * np.clip(t - 1200, 0, 600),
        contact_time_ms=contact,
    )
    measures = of_run(columns)
    assert measures["contact_time_ms"].value == 240
    assert measures["contact_time_ms"].device == WATCH
    assert "level" in measures["contact_time_ms"].origin
    assert measures["cadence_spm"].value == 170


def test_a_pause_adds_no_time_and_no_walking():
    whole = samples(40, cadence_spm=170, heart_rate_bpm=150)
    keep = (whole["time_s"] < 600) | (whole["time_s"] > 600 + 900)
    paused = {name: values[keep] for name, values in whole.items()}
    paused["distance_m"] = np.where(paused["time_s"] > 600, paused["distance_m"] - 900 * 2.8, paused["distance_m"])
    assert of_run(paused)["moving_time_s"].value == pytest.approx(1500, abs=20)


def test_a_watch_that_writes_rarely_did_not_pause():
    whole = samples(40, cadence_spm=170)
    rare = {name: values[::50] for name, values in whole.items()}
    assert of_run(rare)["moving_time_s"].value == pytest.approx(2400, abs=1)


def positions(every, speed=3.0, minutes=60):
    time = np.arange(0, 60.0 * minutes + 1, every)
    return {"time_s": time, "latitude_deg": 50 + speed * time / 111_195, "longitude_deg": np.full(time.size, 8.0)}


@pytest.mark.parametrize("every", [1, 25, 60, 120])
def test_positions_prove_movement_as_a_distance_does(every):
    entry = run(positions(every), distance_m=10_800.0)
    measured = measure_run(entry)
    assert measured.value("moving_time_s") == pytest.approx(3600)
    assert measured.value("mean_speed_mps") == pytest.approx(3.0, rel=0.001)
    assert sum(b.seconds for b in measured.profile if b.speed_mps == 3.0) == pytest.approx(3600)


def test_over_a_gap_speed_is_the_mean_of_the_true_gap():
    time = np.concatenate([np.arange(0, 1800.0), np.arange(2100, 3600.0)])
    measured = measure_run(run({"time_s": time, "distance_m": 3 * time}, distance_m=10_800.0, timer_time_s=3600.0))
    assert measured.value("moving_time_s") == pytest.approx(3599)
    assert measured.value("mean_speed_mps") == pytest.approx(3.0)
    assert [b.speed_mps for b in measured.profile] == [3.0]
    slow = {"time_s": time, "distance_m": np.where(time < 2000, 3 * time, 3 * time - 900 + 100)}
    crept = measure_run(run(slow, timer_time_s=3300.0))
    assert max(b.speed_mps for b in crept.profile) == 3.0
    keep = (positions(1)["time_s"] < 1800) | (positions(1)["time_s"] >= 2100)
    paused = measure_run(run({name: values[keep] for name, values in positions(1).items()}, distance_m=10_800.0, timer_time_s=3300.0))
    assert max(b.speed_mps for b in paused.profile) == 3.0
    assert paused.value("moving_time_s") == pytest.approx(3300, abs=25)
    assert paused.value("mean_speed_mps") == pytest.approx(3.0, rel=0.001)


def test_a_clock_that_was_set_anew_makes_no_running_time():
    time = np.concatenate([np.arange(0, 1800.0), np.arange(1e9, 1e9 + 1800)])
    columns = {"time_s": time, "distance_m": time, "altitude_m": np.full(time.size, 100.0)}
    assert of_run(columns, distance_m=5400.0, timer_time_s=3600.0)["moving_time_s"].value < 3700


def test_altitude_of_more_than_a_week_is_not_looked_at():
    time = 3600.0 * np.arange(200)
    measures = of_run({"time_s": time, "distance_m": time, "altitude_m": 100 + time % 7200}, timer_time_s=3600.0 * 199)
    assert measures["descent_m_per_km"].value is None


def test_way_and_time_of_one_source_make_the_mean_speed():
    time = np.arange(0, 1800.0)
    part = of_run({"time_s": time, "distance_m": time * 10 / 3}, distance_m=10_000.0, timer_time_s=3000.0)
    assert part["mean_speed_mps"].value == pytest.approx(10 / 3)
    assert part["moving_time_s"].value == 3000
    assert "only 60%" in part["moving_time_s"].origin
    corrected = of_run({"time_s": time, "distance_m": time * 3.0}, distance_m=5900.0, timer_time_s=1800.0)
    assert corrected["mean_speed_mps"].value == pytest.approx(3.0)
    assert corrected["distance_km"].value == 5.9


def test_a_ride_has_no_profile_of_running():
    ride = run(samples(30, 7.0))
    assert measure_run(replace(ride, sport="cycling")).profile == ()
    assert measure_run(ride).profile != ()


def test_drift_in_a_long_run_compares_each_speed_with_itself():
    columns = samples(
        100,
        speed=lambda t: np.where((t // 300) % 2 == 0, 2.6, 3.1),
        cadence_spm=lambda t: np.where((t // 300) % 2 == 0, 166.0, 172.0) - 3 * (t > 4000),
        contact_time_ms=lambda t: 250 + 12 * (t > 4000),
    )
    measures = of_run(columns)
    assert measures["cadence_drift_spm"].value == pytest.approx(-3, abs=0.3)
    assert measures["contact_time_drift_ms"].value == pytest.approx(12, abs=0.5)
    assert "recorded no vertical oscillation" in measures["vertical_oscillation_drift_mm"].missing_because


def test_a_faster_finish_is_no_drift():
    columns = samples(90, speed=lambda t: np.where(t > 3600, 3.3, 2.7), cadence_spm=lambda t: np.where(t > 3600, 176.0, 168.0))
    measures = of_run(columns)
    assert measures["cadence_drift_spm"].value is None
    assert "like speed" in measures["cadence_drift_spm"].missing_because


def test_short_runs_have_no_drift():
    assert "more than 60" in of_run()["cadence_drift_spm"].missing_because


def test_a_run_without_samples_keeps_what_its_device_stated():
    measures = of_run({}, distance_m=10_000.0, timer_time_s=3600.0, stated={"contact_time_ms": 251.0, "heart_rate_bpm": 150.0})
    assert measures["contact_time_ms"].value == 251
    assert "whole run" in measures["contact_time_ms"].origin
    assert measures["mean_heart_rate_bpm"].value == 150
    assert measures["mean_speed_mps"].value == pytest.approx(10 / 3.6)
    assert measures["cadence_spm"].missing_because
    assert measures["descent_m_per_km"].missing_because


def test_a_treadmill_has_no_hills_and_no_positions():
    columns = samples(30, cadence_spm=168, altitude_m=lambda t: 100 + 10 * np.sin(t / 60))
    measures = of_run(columns, sub_sport="treadmill")
    assert measures["treadmill_share"].value == 1
    assert measures["trail_share"].value == 0
    assert "indoors" in measures["descent_m_per_km"].missing_because
    plain = of_run({"time_s": np.arange(600.0), "cadence_spm": np.full(600, 168.0)}, distance_m=None)
    assert plain["distance_km"].value is None
    assert plain["cadence_spm"].value == 168


def test_the_weather_is_kept_apart_from_the_watch_on_the_wrist():
    measures = of_run(samples(30, temperature_c=31), stated={"weather_temperature_c": 22.0, "humidity": 0.6})
    assert measures["temperature_c"].value == 31
    assert "warm" in measures["temperature_c"].origin
    assert measures["weather_temperature_c"].value == 22
    assert measures["dew_point_c"].value == pytest.approx(13.9, abs=0.1)
    assert of_run(stated={"weather_temperature_c": 22.0})["dew_point_c"].missing_because == "no humidity was recorded"
    assert of_run(stated={"dew_point_c": 9.0})["dew_point_c"].value == 9


@pytest.mark.parametrize(("temperature", "humidity", "dew"), [(20, 0.5, 9.3), (30, 0.8, 26.2), (0, 1.0, 0.0), (35, 0.2, 8.7)])
def test_dew_point_agrees_with_tables(temperature, humidity, dew):
    assert dew_point_c(temperature, humidity) == pytest.approx(dew, abs=0.1)


def test_wet_bulb_is_that_of_the_papers_own_example():
    """Stull 2011: 20 degrees and 50 % give 13.7 degrees."""
    assert wet_bulb_c(20, 0.5) == pytest.approx(13.7, abs=0.05)


@given(st.floats(-5, 45), st.floats(0.1, 0.99))
def test_dew_point_wet_bulb_and_air_stand_in_order(temperature, humidity):
    assert dew_point_c(temperature, humidity) <= temperature
    assert wet_bulb_c(temperature, humidity) <= temperature + 0.7


def test_sampling_does_not_change_what_is_measured():
    def wave(time):
        return 2.8 + 0.3 * np.sin(time / 200)

    def cadence(time):
        return 170 + 5 * np.sin(time / 200)

    fine, coarse = (samples(50, wave, every, cadence_spm=cadence, heart_rate_bpm=lambda t: 140 + t / 300) for every in (1.0, 5.0))
    rows = np.cumsum(np.random.default_rng(3).integers(1, 20, 400))
    smart = {name: values[rows[rows < values.size]] for name, values in fine.items()}
    one, five, some = (of_run(columns) for columns in (fine, coarse, smart))
    for name, tolerance in (("mean_speed_mps", 0.01), ("cadence_spm", 0.01), ("mean_heart_rate_bpm", 0.01), ("moving_time_s", 0.02)):
        assert five[name].value == pytest.approx(one[name].value, rel=tolerance), name
        assert some[name].value == pytest.approx(one[name].value, rel=tolerance), name


APPLE_S = {"heart_rate_bpm": 5, "speed_mps": 10, "contact_time_ms": 10, "distance_m": 30, "cadence_spm": 30}
"""How often a phone's health export writes each quantity..."""
APPLE_FIRST_S = {"heart_rate_bpm": 5, "speed_mps": 6, "contact_time_ms": 8, "distance_m": 29, "cadence_spm": 29}
"""...and from when: hardly any two in one row."""


def interleaved(whole, every=APPLE_S, lost=()):
    """Rows of seconds as an export of records has them: one for each time at which anything was written, each value told at its time.

    `lost` holds from and to of stretches without any record.
    """
    time = whole["time_s"]
    kept = {name: (time >= APPLE_FIRST_S[name]) & ((time - APPLE_FIRST_S[name]) % seconds == 0) for name, seconds in every.items()}
    for start, end in lost:
        kept = {name: rows & ~((time > start) & (time < end)) for name, rows in kept.items()}
    rows = np.any(list(kept.values()), axis=0)
    return {"time_s": time[rows], **{name: np.where(kept[name], whole[name], math.nan)[rows] for name in every}}


def test_quantities_written_each_at_its_own_times_are_measured_as_in_whole_rows():
    def pace(time):
        return np.where(time % 900 < 600, 2.9, 1.2)

    whole = samples(
        120,
        speed=pace,
        speed_mps=pace,
        cadence_spm=lambda t: np.where(pace(t) > 2, 170.0, 110.0) - 2 * (t > 4800),
        contact_time_ms=lambda t: np.where(pace(t) > 2, 240.0, 400.0) + 10 * (t > 4800),
        heart_rate_bpm=lambda t: 140 + t / 600,
    )
    fine, told = (measure_run(run(columns, distance_m=16_800.0, timer_time_s=7200.0)) for columns in (whole, interleaved(whole)))
    assert told.value("contact_time_ms") == fine.value("contact_time_ms") == 240
    assert told.value("cadence_spm") == fine.value("cadence_spm") == 170
    assert told.value("contact_time_drift_ms") == pytest.approx(10, abs=1)
    assert told.value("cadence_drift_spm") == pytest.approx(-2, abs=0.5)
    assert told.value("moving_time_s") == pytest.approx(7200, abs=31)
    assert told.value("mean_speed_mps") == pytest.approx(fine.value("mean_speed_mps"), rel=0.01)
    assert told.value("mean_heart_rate_bpm") == pytest.approx(fine.value("mean_heart_rate_bpm"), abs=0.1)
    (mine,), (true,) = ([b for b in m.profile if b.speed_mps == 2.75] for m in (told, fine))
    assert mine.seconds == pytest.approx(true.seconds, rel=0.07)
    assert (mine.cadence_spm, mine.contact_time_ms) == (pytest.approx(true.cadence_spm, abs=1), pytest.approx(true.contact_time_ms, abs=3))


@pytest.mark.parametrize("every", [{"speed_mps": 10, "contact_time_ms": 10}, {"cadence_spm": 10, "contact_time_ms": 10}])
def test_running_is_known_by_speed_alone_and_by_steps_alone(every):
    columns = interleaved(samples(40, speed_mps=2.8, cadence_spm=170, contact_time_ms=240), every)
    measures = of_run(columns, distance_m=None, timer_time_s=2400.0)
    assert measures["contact_time_ms"].value == 240
    assert "of 40 min" in measures["contact_time_ms"].origin


def test_a_value_speaks_for_the_time_since_the_one_before_it():
    """600 s of 300 ms, told every 30 s, against 1,200 s of 200 ms, told every 60 s; 10 values a minute of another quantity."""
    time = np.arange(0, 1801.0, 6)
    contact = np.full(time.size, math.nan)
    contact[(time > 0) & (time <= 600) & (time % 30 == 0)] = 300
    contact[(time > 600) & (time % 60 == 0)] = 200
    trace = trace_of(run({"time_s": time, "speed_mps": np.full(time.size, 2.8), "contact_time_ms": contact}))
    assert trace.mean("contact_time_ms") == pytest.approx((600 * 300 + 1200 * 200) / 1800, rel=0.005)
    assert of_run({"time_s": time, "speed_mps": np.full(time.size, 2.8), "contact_time_ms": contact})["contact_time_ms"].value == 200


def test_nothing_is_carried_over_a_pause_or_a_long_hole():
    time = np.concatenate([np.arange(0, 601.0, 5), np.arange(645, 1201.0, 5)])
    contact = np.where(time % 20 == 10, 240.0, math.nan)
    contact[(time > 800) & (time < 900)] = math.nan
    trace = trace_of(run({"time_s": time, "heart_rate_bpm": np.full(time.size, 150.0), "contact_time_ms": contact}))
    known = dict(zip(time.tolist(), np.isfinite(trace.columns["contact_time_ms"]).tolist(), strict=True))
    assert [known[t] for t in (0.0, 585.0, 590.0, 595.0, 600.0)] == [True, True, True, False, False]
    assert [known[t] for t in (645.0, 650.0, 655.0)] == [True, True, True]
    assert [known[t] for t in (790.0, 795.0, 885.0, 890.0, 910.0)] == [True, False, False, True, True]


def test_a_pause_between_two_distances_is_no_running_and_costs_none():
    whole = samples(40, speed=lambda t: np.where((t > 1208) & (t < 1253), 0.0, 3.0), cadence_spm=170, contact_time_ms=240)
    columns = interleaved(whole, {"contact_time_ms": 5, "distance_m": 30, "cadence_spm": 30}, lost=[(1208, 1253)])
    trace = trace_of(run(columns))
    awake = (trace.time_s <= 1203) | (trace.time_s >= 1258)
    assert np.abs(trace.speed_mps[awake & (trace.time_s < 2350)] - 3).max() < 0.3
    assert trace.seconds == pytest.approx(2400 - 45 + 20, abs=10)
    assert trace.way_m[-1] == pytest.approx(whole["distance_m"][-1], abs=31 * 3)


def test_a_hole_in_all_rows_through_which_one_ran_is_no_pause():
    whole = samples(40, 3.0, cadence_spm=170, contact_time_ms=240)
    columns = interleaved(whole, {"contact_time_ms": 10, "distance_m": 30}, lost=[(1200, 1500)])
    assert of_run(columns)["moving_time_s"].value == pytest.approx(2400, abs=31)


def test_a_hole_in_whole_rows_stays_one():
    rng = np.random.default_rng(5)
    columns = samples(40, cadence_spm=170, contact_time_ms=240, heart_rate_bpm=150, speed_mps=2.8)
    for name in ("cadence_spm", "contact_time_ms", "heart_rate_bpm", "distance_m"):
        columns[name][rng.random(columns[name].size) < 0.3] = math.nan
        columns[name][700:760] = math.nan
    trace = trace_of(run(columns))
    assert not trace.interleaved
    for name, values in trace.columns.items():
        np.testing.assert_array_equal(values, columns[name])


def test_a_speed_in_every_row_goes_before_a_distance_now_and_then():
    def pace(time):
        return np.where(time % 20 < 10, 2.0, 4.0)

    columns = samples(40, pace, speed_mps=pace, cadence_spm=170)
    columns["distance_m"][np.arange(2401) % 20 != 0] = math.nan
    speed = trace_of(run(columns, distance_m=7200.0)).speed_mps
    assert (speed[105], speed[115]) == (pytest.approx(2, abs=0.15), pytest.approx(4, abs=0.15))


def test_a_health_export_is_measured_near_the_recording_it_was_made_of(shared_data):
    """Median of level running is known of the recording alone: the export's rows have no altitude, and 30 s to tell steady by."""
    exported = read_runs([shared_data / "archives" / "apple_health_a.zip"])
    runs = [entry for file in exported for entry in file.runs if entry.device == "apple/Watch6,1"]
    manifest = json.loads((shared_data / "manifest.json").read_text())
    truths = next(f["truth"]["running_workouts"] for f in manifest["files"] if f["path"] == "archives/apple_health_a.zip")
    for truth in truths:
        (entry,) = (r for r in runs if r.start.isoformat(" ") == truth["start_utc"])
        (true,) = read_fit(shared_data / truth["from"]).runs
        ours, whole = measure_run(entry), measure_run(true)
        assert ours.value("cadence_spm") == pytest.approx(whole.value("cadence_spm"), abs=2.5)
        assert ours.value("mean_heart_rate_bpm") == pytest.approx(truth["record_means"]["HeartRate"], abs=0.5)
        assert ours.value("mean_speed_mps") == pytest.approx(whole.value("mean_speed_mps"), rel=0.01)
        assert ours.value("moving_time_s") == pytest.approx(whole.value("moving_time_s"), rel=0.01)
        if "RunningGroundContactTime" in truth["record_means"]:
            assert ours.value("contact_time_ms") == pytest.approx(whole.value("contact_time_ms"), abs=4)
            assert ours.value("vertical_oscillation_mm") == pytest.approx(whole.value("vertical_oscillation_mm"), abs=2)
            assert trace_of(entry).mean("contact_time_ms") == pytest.approx(truth["record_means"]["RunningGroundContactTime"], rel=0.02)
            assert trace_of(entry).mean("vertical_oscillation_mm") == pytest.approx(106.2, rel=0.01)
        if "RunningStrideLength" in truth["record_means"]:
            assert trace_of(entry).mean("step_length_mm") == pytest.approx(1310, rel=0.01)
            assert trace_of(entry).mean("power_w") == pytest.approx(truth["record_means"]["RunningPower"], rel=0.01)


def test_disorder_spikes_and_jumps_cost_only_themselves():
    clean = samples(30, cadence_spm=170, contact_time_ms=250, heart_rate_bpm=150)
    broken = {name: values.copy() for name, values in clean.items()}
    broken["time_s"][100:110] = broken["time_s"][99]
    broken["time_s"][500] = -50
    broken["time_s"][900] = 1e7
    broken["time_s"][901] = math.nan
    broken["distance_m"][700] += 5000
    broken["contact_time_ms"][300:320] = 65535
    broken["heart_rate_bpm"][40:60] = 0
    broken["cadence_spm"][50:60] = math.nan
    good, bad = of_run(clean), of_run(broken)
    for name in ("contact_time_ms", "cadence_spm", "mean_heart_rate_bpm"):
        assert bad[name].value == good[name].value, name
    assert bad["moving_time_s"].value == pytest.approx(good["moving_time_s"].value, abs=60)


def test_positions_stand_in_for_a_missing_distance_and_their_jumps_are_no_way():
    time = np.arange(0, 1801.0)
    latitude = 50 + 2.8 * time / 111_195
    latitude[900] += 0.05
    columns = {"time_s": time, "latitude_deg": latitude, "longitude_deg": np.full(time.size, 8.0)}
    measures = of_run(columns, distance_m=None)
    assert measures["distance_km"].value == pytest.approx(2.8 * 1.8, rel=0.01)
    assert measures["treadmill_share"].value == 0


VALUES = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.floats(-10, 400), st.just(math.nan))


@given(
    st.integers(0, 60).flatmap(
        lambda n: st.dictionaries(
            st.sampled_from(
                ["time_s", "distance_m", "speed_mps", "altitude_m", "cadence_spm", "contact_time_ms", "latitude_deg", "longitude_deg"]
            ),
            arrays.arrays(np.float64, n, elements=VALUES),
        )
    ),
    st.sampled_from(["", "treadmill", "trail", "generic"]),
)
def test_nothing_a_file_can_hold_breaks_it_and_it_comes_back_from_json(columns, sub_sport):
    measured = measure_run(run(dict(columns), distance_m=5000.0, timer_time_s=1800.0, sub_sport=sub_sport))
    assert measured.version == MEASURE_VERSION
    assert all((m.value is None) == bool(m.missing_because) for m in measured.values)
    assert all(m.value is None or math.isfinite(m.value) for m in measured.values)
    assert RunMeasures.from_plain(json.loads(json.dumps(measured.as_plain(), allow_nan=False))) == measured


def test_the_profile_parts_running_by_speed():
    columns = samples(40, speed=lambda t: np.where(t < 1200, 2.6, 3.3), cadence_spm=lambda t: np.where(t < 1200, 166.0, 176.0))
    profile = measure_run(run(columns)).profile
    slow, fast = max(profile, key=lambda b: b.seconds * (b.speed_mps < 3)), max(profile, key=lambda b: b.seconds * (b.speed_mps > 3))
    assert (slow.speed_mps, fast.speed_mps) == (2.5, 3.25)
    assert (slow.cadence_spm, fast.cadence_spm) == (pytest.approx(166, abs=0.2), pytest.approx(176, abs=0.2))
    assert slow.contact_time_ms is None
    assert not slow.grade_known
    level = measure_run(run(samples(40, altitude_m=100, cadence_spm=170))).profile
    assert [b.grade_known for b in level] == [True]


# ---- history -------------------------------------------------------------------------------------------------------


def test_cadence_against_the_runners_own_baseline_at_like_speed():
    faster_but_lower = samples(40, speed=lambda t: np.where(t < 1200, 2.6, 3.1), cadence_spm=lambda t: np.where(t < 1200, 160.0, 170.0))
    usual = samples(40, speed=lambda t: np.where(t < 2000, 2.6, 3.1), cadence_spm=lambda t: np.where(t < 2000, 168.0, 178.0))
    result = of_history(season(faster_but_lower, usual))
    assert result["cadence_change_spm"].value == pytest.approx(-8, abs=0.3)
    assert result["cadence_change_spm"].device == WATCH
    assert result["cadence_ratio"].value == pytest.approx(162 / 170, abs=0.01)


def test_a_new_watch_is_no_change_of_the_runner():
    old, new = samples(40, cadence_spm=168, contact_time_ms=250), samples(40, cadence_spm=168, contact_time_ms=280)
    runs = [*season(old, old, device="garmin/1765")[3:], *(run(new, before(d), device=WATCH) for d in (0, 2, 5))]
    change = of_history(runs)["contact_time_change_ms"]
    assert change.value is None
    assert change.missing_because == f"the watch changed on {before(5)}, and two watches can't be compared"


def test_runs_of_another_watch_stay_out_of_a_trend():
    usual, other = samples(40, contact_time_ms=250, cadence_spm=168), samples(40, contact_time_ms=300, cadence_spm=168)
    runs = [*season(usual, usual), *(run(other, before(d), device="coros/1") for d in (1, 4, 31, 34, 37))]
    assert of_history(runs)["contact_time_change_ms"].value == pytest.approx(0, abs=1e-9)


def test_no_watch_named_no_trend():
    assert "do not name the watch" in of_history(season(None, None, device=""))["cadence_change_spm"].missing_because


def test_balance_is_shown_as_left_share_and_as_the_greater_side():
    result = of_history(season(samples(40, cadence_spm=168, contact_balance_left=0.47), samples(40, cadence_spm=168)))
    assert result["contact_balance_left_4_weeks"].value == pytest.approx(0.47)
    assert result["contact_imbalance_4_weeks"].value == pytest.approx(0.53)
    assert "90 days before" in result["contact_balance_change"].missing_because


def test_the_share_of_the_week_faster_than_nearly_all_of_the_month():
    easy = samples(60, 2.6, cadence_spm=168)
    month = [run(easy, before(d)) for d in range(7, 37, 3)]
    fast_half = samples(60, speed=lambda t: np.where(t < 1800, 2.6, 3.6), cadence_spm=172)
    assert of_history([*month, run(fast_half)])["pace_above_trained_share"].value == pytest.approx(0.5, abs=0.02)
    assert of_history([*month, run(easy)])["pace_above_trained_share"].value == 0
    assert "2 are needed" in of_history([month[0], run(easy)])["pace_above_trained_share"].missing_because


def test_more_hard_running_than_in_the_month_before():
    def mixed(share):
        return samples(60, speed=lambda t: np.where(t < 3600 * (1 - share), 2.6, 3.4), cadence_spm=172)

    month = [run(mixed(0.2), before(d)) for d in range(7, 37, 3)]
    assert of_history([*month, run(mixed(0.4))])["hard_time_ratio"].value == pytest.approx(2, rel=0.05)
    assert of_history([*month, run(mixed(0.2))])["hard_time_ratio"].value == pytest.approx(1, rel=0.05)
    alike = [run(mixed(0.0), before(d)) for d in range(7, 37, 3)]
    assert "one speed" in of_history([*alike, run(mixed(0.4))])["hard_time_ratio"].missing_because


def test_hills_of_the_week_against_the_month_and_level_ground_is_no_divisor():
    def hilly(height):
        return samples(60, altitude_m=lambda t: 300 + height * np.sin(2 * np.pi * t / 1200), cadence_spm=170)

    month = [run(hilly(30), before(d)) for d in range(7, 37, 3)]
    result = of_history([*month, run(hilly(60))])
    assert result["ascent_ratio"].value == pytest.approx(2, rel=0.05)
    assert result["descent_ratio"].value == pytest.approx(2, rel=0.05)
    assert result["intensity_jump_ratio"].value == pytest.approx(2, rel=0.05)
    assert result["week_descent_m_per_km"].value == pytest.approx(6 * 60 / 10.08, rel=0.05)
    flat = [run(hilly(0), before(d)) for d in range(7, 37, 3)]
    assert of_history([*flat, run(hilly(10))])["ascent_ratio"].value < 1
    assert "altitude" in of_history([*flat, run()])["ascent_ratio"].missing_because


def test_a_race_against_its_training():
    month = [run(samples(60, 2.5, cadence_spm=168), before(d)) for d in range(7, 43, 3)]
    race = run(samples(90, 3.0, cadence_spm=175), tags=("race",))
    result = of_history([*month, race])
    assert result["race_pace_ratio"].value == pytest.approx(1.2, rel=0.01)
    assert result["race_distance_ratio"].value == pytest.approx(1.8, rel=0.01)
    assert "marked as a race" in of_history([*month, run()])["race_pace_ratio"].missing_because


def test_a_race_is_held_against_the_true_speed_of_runs_whose_samples_are_a_part():
    half = samples(30, 2.5, cadence_spm=168)
    month = [run(half, before(d), distance_m=9000.0, timer_time_s=3600.0) for d in range(7, 43, 3)]
    race = run(samples(90, 3.0, cadence_spm=175), tags=("race",))
    assert of_history([*month, race])["race_pace_ratio"].value == pytest.approx(1.2, rel=0.01)


def test_days_in_a_row_end_at_the_onset_or_the_day_before():
    row = [run(day=before(d)) for d in (1, 2, 3, 5)]
    assert of_history(row)["days_in_a_row"].value == 3
    assert of_history([run(day=before(2))])["days_in_a_row"].value == 0


def test_heat_of_the_week_by_weather_else_by_the_same_watch():
    def weather(celsius):
        return {"stated": {"weather_temperature_c": celsius, "humidity": 0.5}}

    month = [run(day=before(d), **weather(15.0)) for d in range(7, 37, 3)]
    hot = of_history([*month, run(**weather(29.0)), run(day=before(2), **weather(25.0))])
    assert hot["hottest_run_c"].value == 29
    assert hot["heat_exposure_c"].value == pytest.approx(12)
    assert hot["dew_point_change_c"].value == pytest.approx(27 - 15, abs=2)

    def worn(celsius, day, device):
        return run(samples(30, temperature_c=celsius, cadence_spm=170), day, device)

    wrist = [worn(22, before(d), WATCH) for d in range(7, 37, 3)]
    by_watch = of_history([*wrist, worn(31, ONSET, WATCH)])
    assert by_watch["heat_exposure_c"].value == pytest.approx(9)
    assert by_watch["heat_exposure_c"].device == WATCH
    assert "wrist" in by_watch["hottest_run_c"].missing_because
    assert of_history([*wrist, worn(31, ONSET, "coros/1")])["heat_exposure_c"].value is None


def test_more_of_it_on_a_treadmill():
    outside = samples(40, cadence_spm=170, latitude_deg=50, longitude_deg=8)
    inside = samples(40, cadence_spm=170)
    runs = [run(outside, before(d)) for d in range(28, 117, 4)]
    runs += [run(inside, before(d), sub_sport="treadmill") for d in (0, 8, 16)] + [run(outside, before(4))]
    assert of_history(runs)["treadmill_share_change"].value == pytest.approx(0.75)


def test_pairs_at_the_onset_when_first_worn_and_when_changed():
    shoes = (Shoe("old", date(2026, 1, 1), start_km=300), Shoe("new"))
    runs = [run(day=before(d), shoe="old", distance_m=5000.0) for d in (20, 15)]
    runs += [run(day=before(d), shoe="new", distance_m=5000.0) for d in (10, 4, 0)]
    measures = measures_of(Record("case", onset=ONSET, runs=tuple(runs), shoes=shoes))
    pairs = {m.origin: m.value for m in measures if m.id == "pair_distance_km"}
    assert pairs == {"pair 'old'": pytest.approx(310), "pair 'new'": pytest.approx(15)}
    by_id = {m.id: m for m in measures}
    assert by_id["first_use_days_ago"].value == 10
    assert by_id["shoe_switch_days_ago"].value == 10
    assert "from 'old' to 'new'" in by_id["shoe_switch_days_ago"].origin


def test_sleep_of_the_week_against_the_runners_month():
    nights = [DayValue(before(d), "sleep_h", 6.0 if d < 7 else 7.5) for d in range(37)]
    result = of_history([run()], days=tuple(nights))
    assert result["sleep_h_last_week"].value == 6
    assert result["sleep_change_h"].value == pytest.approx(-1.5)
    few = of_history([run()], days=tuple(nights[:2]))
    assert "2 of the last 7 nights" in few["sleep_h_last_week"].missing_because
    assert "sleep_h_last_week" not in of_history([run()])


def test_stored_measures_are_used_and_samples_not_read_again():
    def unread():
        raise AssertionError("the samples were read again")

    def stored(day):
        entry = run(samples(40, cadence_spm=168), day)
        return Run(
            entry.start, "running", entry.distance_m, entry.timer_time_s, device=WATCH, measured=measure_run(entry), load_samples=unread
        )

    kept = [stored(before(d)) for d in range(0, 117, 3)]
    fresh = [run(samples(40, cadence_spm=168), before(d)) for d in range(0, 117, 3)]
    assert of_history(kept) == of_history(fresh)


def test_runs_outside_every_window_are_not_read():
    def unread():
        raise AssertionError("a run of last year was read")

    old = Run(datetime(2025, 10, 4, 8, tzinfo=UTC), "running", 9000.0, 3000.0, device=WATCH, load_samples=unread)
    assert of_history([old, run()])["days_in_a_row"].value == 1


def test_knowledge_reads_the_measures():
    low = samples(40, cadence_spm=155, vertical_oscillation_mm=115, altitude_m=lambda t: 300 + 60 * np.sin(2 * np.pi * t / 1200))
    usual = samples(40, cadence_spm=170, altitude_m=lambda t: 300 + 60 * np.sin(2 * np.pi * t / 1200))
    runs = season(low, usual, stated={"weather_temperature_c": 30.0})
    answer = assess(Record("case", onset=ONSET, runs=tuple(runs)), load())
    factors = {c.factor for c in answer.contributors}
    assert {"cadence_low", "vertical_oscillation_high", "downhill_running", "heat"} <= factors
    calm = assess(Record("case", onset=ONSET, runs=tuple(season(None, None))), load())
    assert not {"cadence_low", "vertical_oscillation_high", "downhill_running", "heat"} & {c.factor for c in calm.contributors}


def test_what_evidence_contradicts_keeps_its_stance():
    uneven = samples(40, cadence_spm=170, contact_balance_left=0.46)
    answer = assess(Record("case", onset=ONSET, runs=tuple(season(uneven, uneven))), load())
    assert {c.factor: c.stance for c in answer.contributors}["gct_imbalance"] == "not_supported"


def everything():
    """A record with which every measure of the history comes, with a value or a reason."""
    nights = tuple(DayValue(before(d), "sleep_h", 7.0) for d in range(37))
    shoes = (Shoe("blue", date(2026, 1, 1)),)
    return measures_of(Record("case", onset=ONSET, runs=tuple(season(None, None, shoe="blue")), shoes=shoes, days=nights))


def of_a_diary():
    return measures_of_diary([DiaryDay(ONSET, stress=3.0)], ONSET)


@pytest.mark.parametrize(
    ("title", "emitted"),
    [("Of one run", lambda: measure_run(run()).values), ("Of the history", everything), ("Of the diary", of_a_diary)],
)
def test_the_page_of_measures_is_that_of_the_code(title, emitted):
    page = (Path(__file__).parent.parent / "docs" / "measures.md").read_text(encoding="utf-8")
    part = page.split(f"## {title}\n")[1].split("\n## ")[0]
    told = {(name, unit) for name, unit in re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", part, re.MULTILINE)}
    assert told == {(m.id, m.unit) for m in emitted()}
    assert f"**version {MEASURE_VERSION}**" in page


def test_every_measure_named_by_a_factor_is_computed():
    known = {m.id for m in (*everything(), *of_a_diary())} | {"age_years"}
    known |= {f"{kind}_{id}" for id in load().exposures for kind in ("unusual", "pattern")}
    assert {limit.measure for factor in load().factors.values() for limit in factor.measured_by} <= known


def test_measures_come_back_from_json():
    measured = RunMeasures(1, (Measure("a", 0.0, "km", "x", "", "w"), Measure("b", None, "ms", missing_because="why")), ())
    assert RunMeasures.from_plain(json.loads(json.dumps(measured.as_plain()))) == measured
    assert measured.value("a") == 0
    assert measured.value("b") is None
