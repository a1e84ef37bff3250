"""Apple Health: workouts with what was recorded in them, in any units and zone, days, and everything that is wrong with real exports."""

import io
import json
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstride.errors import RunFileError
from backstride.example.apple_writer import AppleExport, apple_route, apple_xml, write_apple_export
from backstride.example.fit_writer import RunPlan
from backstride.importers.apple_health import read_apple_health
from backstride.importers.content import Content
from backstride.importers.formats import links_of, read_item
from backstride.importers.items import items

START = datetime(2026, 5, 1, 16, 0, tzinfo=UTC)
PLAN = RunPlan(
    START,
    distance_m=6000,
    duration_s=1800,
    heart_rate_bpm=150,
    cadence_spm=170,
    utc_offset_s=7200,
    contact_time_ms=250.0,
    vertical_oscillation_mm=90.0,
    step_length_mm=1176.0,
    power_w=230.0,
    temperature_c=18.0,
)
SECOND = RunPlan(START + timedelta(days=2), distance_m=3000, duration_s=900, utc_offset_s=7200, treadmill=True)
EXPORT = AppleExport([PLAN, SECOND])
WORKOUT = '<Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="10" durationUnit="min" sourceName="{source}" {when}>'
WHEN = 'startDate="2026-05-01 18:00:00 +0200" endDate="2026-05-01 18:10:00 +0200"'


def xml_of(export):
    return b"".join(apple_xml(export))


def read(data, name="export.xml"):
    return read_apple_health(Path(name), lambda: Content(io.BytesIO(data)))


def document(*elements):
    return ('<?xml version="1.0"?>\n<HealthData locale="en_US">\n' + "\n".join(elements) + "\n</HealthData>\n").encode()


def record(kind, value, unit, first="18:01:00", last="18:01:00", source="Watch", more=""):
    return (
        f'<Record type="HKQuantityTypeIdentifier{kind}" sourceName="{source}" unit="{unit}" startDate="2026-05-01 {first} +0200"'
        f' endDate="2026-05-01 {last} +0200" value="{value}"{more}/>'
    )


def workout(*children, source="Watch", when=WHEN, more=""):
    return WORKOUT.format(source=source, when=when + more) + "".join(children) + "</Workout>"


def entry(key, value):
    return f'<MetadataEntry key="{key}" value="{value}"/>'


def mean(samples, name):
    return float(np.nanmean(samples[name]))


@pytest.mark.parametrize("miles", [False, True])
@pytest.mark.parametrize("statistics", [False, True])
def test_a_run_is_read_with_all_that_was_recorded_in_it(miles, statistics):
    outcome = read(xml_of(AppleExport([PLAN], miles=miles, statistics=statistics, background=60)))
    assert outcome.state == "read"
    assert outcome.table
    run, other = outcome.runs
    assert (run.start, run.sport, run.device, run.utc_offset_s) == (START, "running", "apple/Watch6,1", 7200)
    assert run.distance_m == pytest.approx(6000)
    assert (run.timer_time_s, run.elapsed_time_s) == (pytest.approx(1800), 1800)
    assert run.links == ("apple-route:route_2026-05-01_6.00pm.gpx",)
    assert run.stated["weather_temperature_c"] == pytest.approx(18)
    assert run.stated["humidity"] == pytest.approx(0.76)
    samples = run.load_samples()
    assert len(samples["time_s"]) == run.record_count == 181
    for name, value in {
        "heart_rate_bpm": 150,
        "speed_mps": 6000 / 1800,
        "power_w": 230,
        "step_length_mm": 1176,
        "contact_time_ms": 250,
        "vertical_oscillation_mm": 90,
        "cadence_spm": 170,
    }.items():
        assert mean(samples, name) == pytest.approx(value, rel=1e-6), name
        if statistics and name not in ("speed_mps", "cadence_spm"):
            assert run.stated[name] == pytest.approx(value, rel=1e-6), name
    assert samples["distance_m"][-1] == pytest.approx(6000, rel=1e-6)
    assert (np.diff(samples["distance_m"][1:]) > 0).all()
    assert (other.sport, other.record_count, dict(other.load_samples())) == ("cycling", 0, {})
    assert "1 running workout, 1 other," in outcome.detail


def test_what_lies_outside_of_runs_is_counted_and_passed_over():
    without, with_background = (read(xml_of(AppleExport([PLAN], background=count))) for count in (0, 600))
    kept = re.compile(r"([\d,]+) records kept, ([\d,]+) passed over")
    before, after = (kept.search(outcome.detail).groups() for outcome in (without, with_background))
    assert after[0] == before[0]
    assert int(after[1]) == int(before[1]) + 600


def test_duration_leaves_pauses_out_and_elapsed_time_has_them():
    run = read(xml_of(AppleExport([RunPlan(START, 6000, 1800, pauses=((600, 90), (1200, 30)))]))).runs[0]
    assert (run.timer_time_s, run.elapsed_time_s) == (pytest.approx(1800), 1920)


def test_without_a_duration_the_pauses_are_taken_off():
    pause = '<WorkoutEvent type="HKWorkoutEventType{}" date="2026-05-01 18:{}:00 +0200"/>'
    text = workout(pause.format("Pause", "03"), pause.format("Resume", "05")).replace('duration="10" durationUnit="min" ', "")
    assert read(document(text)).runs[0].timer_time_s == 480


def test_indoors_is_a_treadmill():
    run = read(xml_of(EXPORT)).runs[-1]
    assert (run.sub_sport, run.tags, run.links) == ("treadmill", ("treadmill",), ())


@pytest.mark.parametrize(("zone", "offset_s"), [("Asia/Tokyo", 9 * 3600), ("Nowhere/Atall", None), ("../etc/passwd", None), ("", None)])
def test_only_the_zone_of_the_run_tells_its_offset_and_never_how_times_are_written(zone, offset_s):
    run = read(document(workout(entry("HKTimeZone", zone)))).runs[0]
    assert (run.utc_offset_s, run.start) == (offset_s, START)


def test_a_late_run_exported_further_east_is_not_put_on_the_next_day():
    when = 'startDate="2026-01-11 00:30:00 +0200" endDate="2026-01-11 01:00:00 +0200"'
    untold, told = read(document(workout(when=when), workout(entry("HKTimeZone", "Europe/Berlin"), when=when))).runs
    assert (untold.utc_offset_s, untold.start) == (None, datetime(2026, 1, 10, 22, 30, tzinfo=UTC))
    assert (told.utc_offset_s, told.local_day) == (3600, date(2026, 1, 10))


def test_an_export_written_in_another_offset_than_it_was_recorded_in_keeps_its_samples():
    abroad = read(xml_of(AppleExport([PLAN], written_offset_s=-8 * 3600)))
    home = read(xml_of(AppleExport([PLAN])))
    assert (abroad.runs[0].start, abroad.runs[0].utc_offset_s) == (START, 7200)
    assert abroad.runs[0].record_count == home.runs[0].record_count > 0
    assert [(row.name, row.value) for row in abroad.days if row.name == "sleep_h"] == [("sleep_h", 7.5)]


def test_records_in_an_offset_that_no_workout_has_are_found_too():
    elsewhere = record("HeartRate", 140, "count/min").replace("18:01:00 +0200", "16:01:00 +0000")
    assert list(read(document(elsewhere, workout())).runs[0].load_samples()["heart_rate_bpm"]) == [140]


def test_records_of_two_sources_are_never_mixed():
    rows = [record("HeartRate", bpm, "count/min", f"18:0{m}:00", f"18:0{m}:00", source) for m, bpm, source in
            [(1, 140, "Strap"), (2, 141, "Strap"), (3, 142, "Strap"), (1, 150, "My Watch"), (1, 160, "App")]]  # fmt: skip

    def heart_rates(source, chosen=rows):
        return list(read(document(*chosen, workout(source=source))).runs[0].load_samples()["heart_rate_bpm"])

    assert heart_rates("App") == [160]
    assert heart_rates("Strap") == [140, 141, 142]
    assert heart_rates("Other") == [150]
    assert heart_rates("Other", rows[:3]) == [140, 141, 142]


def workouts_every(seconds, count, minutes, *, source="Watch"):
    first = datetime(2026, 5, 1, 18, 0)
    for n in range(count):
        start = first + timedelta(seconds=seconds * n)
        when = f'startDate="{start} +0200" endDate="{start + timedelta(minutes=minutes)} +0200"'
        yield workout(source=source, when=when)


def heart_rates_of_an_hour(count):
    return [record("HeartRate", 120 + n % 60, "count/min", at, at) for n in range(count)
            for at in [f"18:{n * 3600 // count // 60:02d}:{n * 3600 // count % 60:02d}"]]  # fmt: skip


def test_intervals_recorded_by_two_programs_all_get_their_records():
    twice = [*workouts_every(180, 20, 2), *workouts_every(180, 20, 2, source="App")]
    outcome = read(document(*heart_rates_of_an_hour(3600), *twice))
    assert [run.record_count for run in outcome.runs] == [121] * 40
    assert "without what was recorded" not in outcome.detail


def test_thousands_of_workouts_over_the_same_records_are_not_given_them_all():
    outcome = read(document(*heart_rates_of_an_hour(20_000), *workouts_every(1, 2000, 25)))
    assert (outcome.state, len(outcome.runs)) == ("read", 2000)
    assert sum(run.record_count > 0 for run in outcome.runs) == 40
    assert "1,960 workouts without what was recorded in them" in outcome.detail


def test_workouts_of_another_hour_do_not_count_as_crowded():
    late = workout(when='startDate="2026-05-01 23:00:00 +0200" endDate="2026-05-01 23:10:00 +0200"')
    outcome = read(document(record("HeartRate", 140, "count/min", "23:05:00", "23:05:00"), *workouts_every(1, 50, 25), late))
    assert outcome.runs[-1].record_count == 1


def test_steps_of_phone_and_watch_are_not_added():
    assert mean(read(xml_of(EXPORT)).runs[0].load_samples(), "cadence_spm") == pytest.approx(170)


def test_steps_counted_every_few_seconds_make_no_jumpy_cadence():
    # 2.5 s at 170 steps a minute, written in whole seconds: every single one would read as 140 or 210.
    seconds = [round(2.5 * n) for n in range(60)]
    rows = [record("StepCount", 7.0833, "count", f"18:{1 + a // 60:02d}:{a % 60:02d}", f"18:{1 + b // 60:02d}:{b % 60:02d}")
            for a, b in pairwise(seconds)]  # fmt: skip
    cadence = read(document(*rows, workout())).runs[0].load_samples()["cadence_spm"]
    assert np.abs(cadence - 170).max() < 0.06 * 170


def test_a_workout_without_totals_takes_its_distance_from_its_records_and_says_so():
    rows = [record("DistanceWalkingRunning", 0.5, "km", f"18:0{m}:00", f"18:0{m + 1}:00") for m in range(4)]
    run = read(document(*rows, workout())).runs[0]
    assert run.distance_m == pytest.approx(2000)
    assert "distance from its records" in run.origin
    assert read(document(workout())).runs[0].distance_m is None
    assert read(document(workout(more=' totalDistance="0" totalDistanceUnit="km"'))).runs[0].distance_m == 0


def test_parts_of_a_workout_are_not_taken_for_the_whole():
    def statistic(km):
        return f'<WorkoutStatistics type="HKQuantityTypeIdentifierDistanceWalkingRunning" sum="{km}" unit="km"/>'

    def part(km, ascent):
        return f'<WorkoutActivity uuid="x" {WHEN}>{statistic(km)}{entry("HKElevationAscended", ascent)}</WorkoutActivity>'

    one = read(document(workout(part(9, "4512 cm"), statistic(5)))).runs[0]
    assert (one.distance_m, one.stated["ascent_m"]) == (5000, pytest.approx(45.12))
    alone = read(document(workout(part(9, "4512 cm")))).runs[0]
    assert alone.distance_m == 9000
    several = read(document(workout(part(1, "100 cm"), part(2, "200 cm")))).runs[0]
    assert (several.distance_m, dict(several.stated)) == (None, {})


@pytest.mark.parametrize(
    ("entry_", "name", "value"),
    [
        (("HKWeatherTemperature", "64 degF"), "weather_temperature_c", (64 - 32) / 1.8),
        (("HKWeatherTemperature", "18 degC"), "weather_temperature_c", 18),
        (("HKWeatherHumidity", "7600 %"), "humidity", 0.76),
        (("HKWeatherHumidity", "76 %"), "humidity", 0.76),
        (("HKWeatherHumidity", "10000 %"), "humidity", 1),
        (("HKElevationAscended", "418 cm"), "ascent_m", 4.18),
        (("HKElevationAscended", "0 cm"), "ascent_m", 0),
        (("HKElevationAscended", "418 furlong"), "ascent_m", None),
        (("HKElevationAscended", ""), "ascent_m", None),
        (("HKWeatherHumidity", "much %"), "humidity", None),
        (("HKWeatherTemperature", "nan degC"), "weather_temperature_c", None),
    ],
)
def test_values_with_their_unit_inside(entry_, name, value):
    stated = read(document(workout(entry(*entry_)))).runs[0].stated
    assert (stated.get(name)) == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    ("kind", "value", "unit", "column", "expected"),
    [
        ("RunningSpeed", 12, "km/hr", "speed_mps", 12 / 3.6),
        ("RunningSpeed", 7.5, "mi/hr", "speed_mps", 7.5 * 0.44704),
        ("RunningSpeed", 3, "m/s", "speed_mps", 3),
        ("RunningSpeed", 8, "min/mi", "speed_mps", 1609.344 / 480),
        ("RunningSpeed", 5, "min/km", "speed_mps", 1000 / 300),
        ("RunningVerticalOscillation", 9, "cm", "vertical_oscillation_mm", 90),
        ("RunningVerticalOscillation", 3.5, "in", "vertical_oscillation_mm", 88.9),
        ("RunningGroundContactTime", 0.25, "s", "contact_time_ms", 250),
        ("RunningStrideLength", 45, "in", "step_length_mm", 1143),
        ("HeartRate", 2.5, "count/s", "heart_rate_bpm", 150),
        ("DistanceWalkingRunning", 100, "yd", "distance_m", 91.44),
    ],
)
def test_units_of_every_region(kind, value, unit, column, expected):
    samples = read(document(record(kind, value, unit), workout())).runs[0].load_samples()
    assert list(samples[column]) == pytest.approx([expected])


def test_an_unknown_unit_is_missing_and_counted():
    outcome = read(document(record("RunningSpeed", 3, "knots"), workout()))
    assert dict(outcome.runs[0].load_samples()) == {}
    assert "1 values in no known unit left out" in outcome.detail


def test_effort_is_the_runners_own_word_not_an_estimate():
    told, estimated = ("WorkoutEffortScore", "EstimatedWorkoutEffortScore")

    def efforts(*elements):
        return [run.perceived_exertion for run in read(document(*elements)).runs]

    at = ("18:00:00", "18:10:00")
    assert efforts(record(told, 7, "appleEffortScore", *at), workout()) == [7]
    assert efforts(workout(record(told, 6, "appleEffortScore", *at))) == [6]
    assert efforts(record(estimated, 7, "appleEffortScore", *at), workout(record(estimated, 6, "appleEffortScore", *at))) == [None]
    assert efforts(record(told, 11, "appleEffortScore", *at), workout()) == [None]
    assert efforts(record(told, 7, "appleEffortScore", "12:00:00", "12:30:00"), workout()) == [None]


def test_a_workout_typed_in_says_so():
    assert read(document(workout(entry("HKWasUserEntered", 1)))).runs[0].by_hand
    assert not read(document(workout(entry("HKWasUserEntered", 0)))).runs[0].by_hand


def test_sleep_is_counted_once_and_belongs_to_the_day_on_which_it_ends():
    days = {(row.name, row.day): row.value for row in read(xml_of(AppleExport([PLAN]))).days}
    # Both sources together: 23:00 to 02:00 and 02:30 to 07:00; in bed is not asleep.
    assert days == {
        ("sleep_h", date(2026, 5, 1)): 7.5,
        ("hydration_ml", date(2026, 5, 1)): pytest.approx(750),
        ("body_weight_kg", date(2026, 5, 1)): pytest.approx(70),
        ("resting_heart_rate_bpm", date(2026, 5, 1)): 52,
    }


def asleep(first, last, stage="Asleep"):
    return (
        f'<Record type="HKCategoryTypeIdentifierSleepAnalysis" sourceName="W" startDate="{first} +0000" endDate="{last} +0000"'
        f' value="HKCategoryValueSleepAnalysis{stage}"/>'
    )


def test_a_night_broken_before_midnight_is_one_night_and_a_nap_is_added():
    rows = [asleep("2026-05-01 22:00:00", "2026-05-01 23:50:00"), asleep("2026-05-02 00:20:00", "2026-05-02 06:00:00"),
            asleep("2026-05-02 13:00:00", "2026-05-02 13:30:00"), asleep("2026-05-01 10:00:00", "2026-05-01 09:00:00"),
            asleep("2026-05-03 10:00:00", "2026-05-03 09:00:00", "Awake")]  # fmt: skip
    assert [(row.day, row.value) for row in read(document(*rows)).days] == [(date(2026, 5, 2), pytest.approx(8))]


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 300)), min_size=1, max_size=12))
def test_sleep_is_the_union_of_what_any_source_says(pieces):
    begin = datetime(2026, 5, 1, 20, 0)
    rows = [asleep(begin + timedelta(minutes=a), begin + timedelta(minutes=a + n)) for a, n in pieces]
    minutes = {minute for a, n in pieces for minute in range(a, a + n)}
    days = read(document(*rows)).days
    assert sum(row.value for row in days) * 60 == pytest.approx(len(minutes))


def test_a_drink_inside_a_meal_is_not_drunk_twice():
    drink = record("DietaryWater", 250, "mL")
    meal = f'<Correlation type="HKCorrelationTypeIdentifierFood" {WHEN}>{drink}</Correlation>'
    outcome = read(document(drink, meal, record("DietaryWater", 250, "mL", "19:00:00", "19:00:00")))
    assert [row.value for row in outcome.days] == [500]


def test_the_document_type_of_ios_16_does_no_harm():
    sound, broken = (read(xml_of(AppleExport([PLAN], broken_type=broken))) for broken in (False, True))
    assert broken.state == "read"
    assert (broken.runs, broken.days, broken.detail) == (sound.runs, sound.days, sound.detail)


@pytest.mark.parametrize("bad", [b"\x0b", b"\x00", b"\x1f", b"&#11;", b"&#x0B;", b"&#0;", b"&#xFFFF;", b"\xff", b"\xc3", b"\xed\xa0\x80"])
def test_characters_that_xml_forbids_cost_nothing(bad):
    data = xml_of(EXPORT)
    spoilt = data.replace(b'sourceVersion="9.4"', b'sourceVersion="9' + bad + b'4"')
    outcome = read(spoilt)
    assert outcome.state == "read"
    assert (outcome.runs, outcome.detail) == (read(data).runs, read(data).detail)
    assert all(run.load_samples() for run in outcome.runs if run.sport == "running")


def test_names_with_other_letters_stay():
    data = document(record("HeartRate", 140, "count/min", source="Läufer 走る 🏃"), workout(source="Läufer 走る 🏃"))
    assert read(data).runs[0].device == "Läufer 走る 🏃"


def test_a_place_that_cannot_be_read_costs_its_record_only():
    rows = [record("HeartRate", 140 + n, "count/min", f"18:0{n}:00", f"18:0{n}:00") for n in range(1, 6)]
    rows[2] = rows[2].replace('sourceName="Watch"', 'sourceName="Wat"ch"')
    outcome = read(document(*rows, workout()))
    assert outcome.state == "damaged"
    assert list(outcome.runs[0].load_samples()["heart_rate_bpm"]) == [141, 142, 144, 145]
    assert "broken in a place, near byte" in outcome.detail


def test_an_element_without_end_does_not_swallow_the_rest():
    data = document(record("HeartRate", 140, "count/min"), '<Record type="' + ">" * 2_500_000, workout(), workout())
    outcome = read(data)
    assert (outcome.state, len(outcome.runs)) == ("damaged", 2)


SMALL = xml_of(AppleExport([RunPlan(START + timedelta(days=day), 3000, 600, every_s=60, utc_offset_s=7200) for day in range(3)]))


@given(st.integers(0, len(SMALL) - len("</HealthData>\n")))
def test_every_workout_before_a_cut_is_kept(cut):
    whole = read(SMALL).runs
    ends = [found.end() for found in re.finditer(rb"</Workout>|Cycling[^>]*/>", SMALL)]
    complete = sum(end <= cut for end in ends)
    try:
        outcome = read(SMALL[:cut])
    except RunFileError:
        assert complete == 0
        return
    assert outcome.state == "damaged"
    by_start = {run.start: run for run in whole}
    kept = {run.start for run in outcome.runs}
    assert len(kept) >= complete
    assert kept <= by_start.keys()
    assert sum(run == by_start[run.start] for run in outcome.runs) >= complete


@given(st.binary(max_size=400), st.integers(0, len(SMALL)), st.integers(0, 400))
def test_nothing_a_file_holds_makes_it_fail(junk, at, over):
    for data in (junk, b"<HealthData>" + junk, SMALL[:at] + junk + SMALL[at + over :]):
        try:
            outcome = read(data)
        except RunFileError as error:
            assert str(error)
        else:
            assert outcome.detail
            for run in outcome.runs:
                run.load_samples()


@given(
    st.dictionaries(st.sampled_from(["type", "startDate", "endDate", "value", "unit", "sourceName"]), st.text(max_size=30)), st.booleans()
)
def test_any_attributes_are_survived(attributes, inside):
    kinds = ("HKQuantityTypeIdentifierHeartRate", "HKCategoryTypeIdentifierSleepAnalysis", "HKQuantityTypeIdentifierDietaryWater")
    for kind in kinds:
        said = " ".join(f"{key}={quoteattr(value)}" for key, value in {"type": kind, **attributes}.items())
        odd = f"<Record {said}/>"
        outcome = read(document(workout(odd) if inside else odd, f"<Workout {said}/>", f"<MetadataEntry {said}/>", workout()))
        assert any(run.start == START for run in outcome.runs)


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE HealthData [<!ENTITY a "b">]><HealthData>&a;</HealthData>',
        b"<HealthData>" + b"<a>" * 100 + b"</a>" * 100 + b"</HealthData>",
        b"<!DOCTYPE HealthData [",
        b"",
    ],
)
def test_hostile_and_empty_documents_are_refused(data):
    with pytest.raises(RunFileError, match=r"export\.xml: "):
        read(data)


def outcomes(path):
    return {outcome.path.rpartition("!")[2].rpartition("/")[2]: outcome for outcome in map(read_item, items([path]))}


def test_an_archive_with_routes(tmp_path):
    write_apple_export(tmp_path / "export.zip", EXPORT)
    read_ = outcomes(tmp_path / "export.zip")
    assert {name: outcome.state for name, outcome in read_.items()} == {
        "export.xml": "read",
        "export_cda.xml": "skipped",
        "route_2026-05-01_6.00pm.gpx": "read",
    }
    assert read_["export_cda.xml"].detail.endswith("skipped, a clinical document")
    (route,) = read_["route_2026-05-01_6.00pm.gpx"].runs
    assert route.links == read_["export.xml"].runs[0].links


@pytest.mark.parametrize("name", ["export.xml", "Export.xml", "exportación.xml", "导出.xml", "any.XML"])
def test_an_export_is_known_by_its_content(tmp_path, name):
    write_apple_export(tmp_path / name, EXPORT)
    (outcome,) = (read_item(item) for item in items([tmp_path]))
    assert (outcome.state, len(outcome.runs)) == ("read", 3)


def test_other_xml_files(tmp_path):
    (tmp_path / "renamed.xml").write_bytes(apple_route(PLAN))
    (tmp_path / "feed.xml").write_bytes(b"<rss/>")
    (tmp_path / "empty.xml").write_bytes(b"")
    read_ = outcomes(tmp_path)
    assert [read_[name].state for name in ("renamed.xml", "feed.xml", "empty.xml")] == ["read", "skipped", "unreadable"]
    assert read_["renamed.xml"].runs[0].distance_m == pytest.approx(6000, rel=1e-3)


def test_a_broken_archive_keeps_the_workouts_before_the_break(tmp_path):
    export = xml_of(AppleExport([PLAN]))
    behind = np.random.default_rng(1).integers(32, 60, 3_000_000, dtype=np.uint8).tobytes()
    with zipfile.ZipFile(tmp_path / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("apple_health_export/export.xml", export.replace(b"</HealthData>", behind.replace(b"<", b" ").replace(b"&", b" ")))
    packed = bytearray((tmp_path / "export.zip").read_bytes())
    middle = len(packed) * 3 // 4
    packed[middle : middle + 4000] = b"\xff" * 4000
    (tmp_path / "export.zip").write_bytes(packed)
    outcome = outcomes(tmp_path / "export.zip")["export.xml"]
    assert (outcome.state, len(outcome.runs)) == ("damaged", 2)
    assert outcome.runs[0].record_count == read(export).runs[0].record_count


def test_links_are_told_by_the_folder_of_routes():
    assert links_of("x.zip!apple_health_export/workout-routes/route_a.gpx") == ("apple-route:route_a.gpx",)
    assert links_of("elsewhere/route_a.gpx") == ()


def test_the_shared_export_has_its_truths(shared_data):
    manifest = json.loads((shared_data / "manifest.json").read_text())
    (truth,) = [row["truth"]["running_workouts"] for row in manifest["files"] if row["path"] == "archives/apple_health_a.zip"]
    read_ = outcomes(shared_data / "archives" / "apple_health_a.zip")
    export = read_["export.xml"]
    assert "3 running workouts, 1 other, 3,496 records kept, 0 passed over" in export.detail
    runs = {run.start.isoformat(" "): run for run in export.runs}
    columns = {
        "HeartRate": ("heart_rate_bpm", 1),
        "RunningSpeed": ("speed_mps", 3.6),
        "RunningStrideLength": ("step_length_mm", 0.001),
        "RunningPower": ("power_w", 1),
        "RunningGroundContactTime": ("contact_time_ms", 1),
        "RunningVerticalOscillation": ("vertical_oscillation_mm", 0.1),
    }
    for row in truth:
        run = runs[row["start_utc"]]
        assert run.distance_m == pytest.approx(row["distance_m"], abs=0.01)
        assert run.timer_time_s == pytest.approx(row["duration_s"], abs=0.01)
        assert run.elapsed_time_s == pytest.approx(row["elapsed_s"], abs=1)  # written in whole seconds
        assert run.utc_offset_s == 7200
        samples = run.load_samples()
        for kind, count in row["record_counts"].items():
            name, scale = columns[kind]
            assert np.isfinite(samples[name]).sum() == count, kind
            assert mean(samples, name) * scale == pytest.approx(
                row["record_means"][kind], abs=1e-3 if kind != "RunningStrideLength" else 5e-3
            )
        route = read_[run.links[0].partition(":")[2]]
        assert route.runs[0].links == run.links
