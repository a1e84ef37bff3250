"""Garmin: the account export with its nested archives, summaries in any units, gear, nights and days; the list of the web page."""

import json
import math
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstride.errors import RunFileError
from backstride.example.fit_writer import RunPlan
from backstride.example.garmin_writer import garmin_summary, garmin_zip
from backstride.importers.folder import read_runs
from backstride.importers.garmin import read_garmin_activities, read_garmin_gear
from backstride.importers.garmin_csv import read_garmin_list
from backstride.importers.garmin_days import read_garmin_days
from backstride.model.run import DayValue, StartKnown

HERE = Path("made-up.json")
PLANS = [
    RunPlan(datetime(2026, 5, 1 + at, 6, tzinfo=UTC), distance_m=8000.0 + 100 * at, duration_s=2700, every_s=60, utc_offset_s=7200)
    for at in range(4)
]
NUMBERS = [6750000100 + 4711 * at for at in range(4)]
HEADER = (
    "Activity Type,Date,Favorite,Title,Distance,Calories,Time,Avg HR,Max HR,Aerobic TE,Avg Run Cadence,Max Run Cadence,Avg Pace,"
    "Best Pace,Total Ascent,Total Descent,Avg Stride Length,Avg Vertical Oscillation,Avg Ground Contact Time,Avg GCT Balance,Avg Power,"
    "Steps,Min Temp,Max Temp,Moving Time,Elapsed Time"
)
ROW = (
    'Running,2026-05-10 07:35:22,false,"Perth Running","8.16","584","00:45:03","142","160","2.7","163","244","5:31","3:36","80","75",'
    '"1.11","9.5","281","49.2% L / 50.8% R","250","7,340","18.0","22.0","00:44:50","00:47:01"'
)


def summaries(*rows):
    return json.dumps([{"summarizedActivitiesExport": list(rows)}]).encode()


def summary(**more):
    return garmin_summary(NUMBERS[0], PLANS[0], **more)


def only(data):
    (run,) = read_garmin_activities(HERE, data).runs
    return run


def values(rows):
    return {(value.day.isoformat(), value.name): value.value for value in read_garmin_days(HERE, json.dumps(rows).encode()).days}


def truths_of(shared_data, path):
    files = json.loads((shared_data / "manifest.json").read_text())["files"]
    return next(file for file in files if file["path"] == path)["truth"]["activities"]


# The whole export


def test_an_export_gives_every_run_twice_and_says_who_wore_what(tmp_path):
    (tmp_path / "export.zip").write_bytes(garmin_zip(PLANS, ("Blue", "Red"), days=3, monitoring=4))
    found = list(read_runs([tmp_path / "export.zip"]))
    recorded = [run for o in found for run in o.runs if not o.table]
    listed = [run for o in found for run in o.runs if o.table]
    assert sorted(run.links for run in recorded) == sorted(run.links for run in listed) == sorted((f"garmin:{n}",) for n in NUMBERS)
    assert {run.links: run.distance_m for run in recorded} == pytest.approx({run.links: run.distance_m for run in listed})
    assert {run.start: run.utc_offset_s for run in recorded} == {run.start: run.utc_offset_s for run in listed}
    (gear,) = [o for o in found if o.shoes]
    assert gear.worn == {f"garmin:{n}": ("Blue", "Red")[at % 2] for at, n in enumerate(NUMBERS)}
    assert [(shoe.name, shoe.first_used) for shoe in gear.shoes] == [("Blue", date(2026, 4, 1)), ("Red", date(2026, 4, 1))]
    assert len({day.day for o in found for day in o.days if day.name == "sleep_h"}) == 3


def test_files_of_monitoring_are_skipped_by_what_they_are(tmp_path):
    (tmp_path / "export.zip").write_bytes(garmin_zip(PLANS[:1], monitoring=3))
    said = [o for o in read_runs([tmp_path / "export.zip"]) if "_77500" in o.path]
    assert [o.state for o in said] == ["skipped"] * 3
    assert all("not an activity (monitoring_b)" in o.detail for o in said)


def test_the_same_export_is_the_same_bytes():
    assert garmin_zip(PLANS, days=2, monitoring=1) == garmin_zip(PLANS, days=2, monitoring=1)


def test_a_real_layout_gives_the_truths_of_its_manifest(shared_data):
    truths = next(
        f for f in json.loads((shared_data / "manifest.json").read_text())["files"] if f["path"] == "archives/garmin_export_a.zip"
    )
    expected = {f"garmin:{a['id']}": a for a in truths["truth"]["activities"]}
    for table in (False, True):
        runs = {run.links[0]: run for o in read_runs([shared_data / "archives/garmin_export_a.zip"]) if o.table is table for run in o.runs}
        assert runs.keys() == expected.keys()
        for link, truth in expected.items():
            run = runs[link]
            assert run.start.isoformat(" ") == truth["start_utc"]
            assert (run.distance_m, run.timer_time_s) == pytest.approx((truth["distance_m"], truth["timer_s"]))
            assert run.stated.get("contact_time_ms") == truth["gct_ms"] or not table
            assert run.stated.get("vertical_oscillation_mm") == pytest.approx(truth["vo_mm"]) or not table


def test_the_real_list_gives_the_truths_of_its_manifest(shared_data):
    path = "archives/garmin_export_a_Activities.csv"
    truths = truths_of(shared_data, path)
    (outcome,) = read_runs([shared_data / path])
    assert outcome.table and len(outcome.runs) == len(truths)
    for run, truth in zip(outcome.runs, truths, strict=True):
        local = datetime.fromisoformat(truth["start_utc"]) + timedelta(hours=2)
        assert (run.start, run.start_known, run.utc_offset_s) == (local, StartKnown.LOCAL, None)
        assert run.distance_m == pytest.approx(truth["distance_m"], abs=5)
        assert run.timer_time_s == math.floor(truth["timer_s"])
        assert run.stated.get("contact_time_ms") == truth["gct_ms"]


# Summaries


@pytest.mark.parametrize(("metre", "second", "said"), [(100, 1000, "cm, times in ms"), (1, 1, "m, times in s"), (100, 1, "cm, times in s")])
def test_the_units_are_those_in_which_runs_have_a_runners_speed(metre, second, said):
    totals = {"distance": 8000.0 * metre, "duration": 2700.0 * second, "elapsedDuration": 2800.0 * second, "elevationGain": 120.0 * metre}
    ride = summary(activityType="cycling", distance=30_000.0 * metre, duration=3600.0 * second)
    outcome = read_garmin_activities(HERE, summaries(summary(**totals), ride, ride))
    run = outcome.runs[0]
    assert (run.distance_m, run.timer_time_s, run.elapsed_time_s, run.stated["ascent_m"]) == pytest.approx((8000, 2700, 2800, 120))
    assert outcome.runs[1].distance_m == pytest.approx(30_000)
    assert said in outcome.detail


def test_dynamics_come_in_our_units():
    run = only(
        summaries(
            summary(
                avgGroundContactTime=252.0,
                avgGroundContactBalance=49.2,
                avgVerticalOscillation=10.62,
                avgStrideLength=112.5,
                minTemperature=14.0,
                maxTemperature=20.0,
                avgPower=260.0,
                steps=7400,
                workoutRpe=70,
            )
        )
    )
    assert run.stated == pytest.approx(
        {
            "heart_rate_bpm": 145,
            "cadence_spm": 168,
            "contact_time_ms": 252,
            "contact_balance_left": 0.492,
            "vertical_oscillation_mm": 106.2,
            "step_length_mm": 1125,
            "power_w": 260,
            "temperature_c": 17,
            "steps": 7400,
        }
    )
    assert run.perceived_exertion == 7


def test_a_mean_of_zero_was_not_measured_but_a_flat_run_climbs_zero():
    run = only(summaries(summary(avgHr=0, avgDoubleCadence=0.0, avgRunCadence=0.0, avgPower=0, steps=0, elevationGain=0.0, distance=0.0)))
    assert (run.stated, run.distance_m) == ({"ascent_m": 0.0}, 0.0)


@pytest.mark.parametrize(
    ("cadences", "steps"),
    [({"avgRunCadence": 84.0}, 168), ({"avgRunCadence": 172.0}, 172), ({"avgRunCadence": 84, "avgDoubleCadence": 169.3}, 169.3)],
)
def test_cadence_is_of_both_legs(cadences, steps):
    assert only(summaries({**summary(), "avgDoubleCadence": None, **cadences})).stated["cadence_spm"] == steps


@pytest.mark.parametrize(("hours", "offset"), [(5.75, 20_700), (-9, -32_400), (14, 50_400), (15, None), (-400, None)])
def test_the_offset_is_what_zones_can_have(hours, offset):
    start = PLANS[0].start.timestamp() * 1000
    assert only(summaries(summary(startTimeLocal=start + hours * 3_600_000 + 4000))).utc_offset_s == offset


@pytest.mark.parametrize(
    ("kind", "sport", "sub_sport", "tags"),
    [
        ("treadmill_running", "running", "treadmill", ("treadmill",)),
        ("trail_running", "running", "trail", ()),
        ("hiking", "hiking", "", ()),
        ("road_biking", "cycling", "", ()),
        ("virtual_run", "running", "virtual_activity", ()),
        ("indoor_running", "running", "indoor_running", ("treadmill",)),
        ({"typeKey": "track_running"}, "running", "track", ()),
        (None, "running", "", ()),  # then the word of a second field counts
    ],
)
def test_sports(kind, sport, sub_sport, tags):
    run = only(summaries(summary(activityType=kind)))
    assert (run.sport, run.sub_sport, run.tags) == (sport, sub_sport, tags)


def test_a_multisport_event_is_left_to_its_parts():
    outcome = read_garmin_activities(HERE, summaries(summary(parent=True, activityType="multi_sport"), summary()))
    assert len(outcome.runs) == 1 and "1 multisport" in outcome.detail


@pytest.mark.parametrize(
    ("name", "place", "title"),
    [
        ("Running", None, ""),
        ("Berlin Running", "Berlin", ""),
        ("München Laufen", "München", ""),
        ("Berlin Marathon", "Berlin", "Berlin Marathon"),
        ("Back hurt again", None, "Back hurt again"),
    ],
)
def test_a_title_is_the_runners_own_or_none(name, place, title):
    run = only(summaries(summary(name=name, locationName=place, description="stiff after", eventTypeId=1)))
    assert (run.title, run.note, run.tags) == (title, "stiff after", ("race",))


def test_sweat_is_added_up_over_the_local_day():
    late = summary(startTimeGmt=datetime(2026, 5, 1, 22, 30, tzinfo=UTC).timestamp() * 1000, waterEstimated=400)
    late["startTimeLocal"] = late["startTimeGmt"] + 2 * 3_600_000
    days = read_garmin_activities(
        HERE, summaries(summary(waterEstimated=500), summary(waterEstimated=250), late, summary(waterEstimated=0))
    ).days
    assert days == (
        DayValue(date(2026, 5, 1), "sweat_loss_ml", 750.0, str(HERE)),
        DayValue(date(2026, 5, 2), "sweat_loss_ml", 400.0, str(HERE)),
    )


def test_older_exports_are_the_bare_list_and_times_may_be_text(tmp_path):
    row = summary(startTimeGmt="2026-05-01T06:00:00.0", beginTimestamp=None)
    (tmp_path / "a.json").write_text(json.dumps([row]))
    (outcome,) = read_runs([tmp_path / "a.json"])
    assert outcome.runs[0].start == PLANS[0].start


def test_what_stands_before_a_cut_is_kept():
    whole = summaries(summary(), summary(activityId=7))
    cut = read_garmin_activities(HERE, whole[: whole.rindex(b"activityId")])
    assert (cut.state, len(cut.runs)) == ("damaged", 1)
    assert "before the damage" in cut.detail
    with pytest.raises(RunFileError):
        read_garmin_activities(HERE, whole[:80])


def test_a_row_without_a_start_is_counted_not_guessed():
    for bad in (None, "soon", True, -1e18, 1e300, [], 10**400):
        row = summary(startTimeGmt=bad, beginTimestamp=bad)
        outcome = read_garmin_activities(HERE, summaries(row, summary()))
        assert len(outcome.runs) == 1 and "1 without a start" in outcome.detail


# Gear


def gear(**more):
    return {"gearPk": 5, "gearTypeName": "Shoes", "customMakeModel": "Nimbus 25", "dateBegin": "2024-09-04T22:00:00.0"} | more


@pytest.mark.parametrize(
    ("begin", "day"),
    [
        ("2024-09-04T22:00:00.0", date(2024, 9, 5)),
        ("2024-09-05T07:00:00.0", date(2024, 9, 5)),
        ("2024-09-05", date(2024, 9, 5)),
        (None, None),
    ],
)
def test_a_pair_is_first_used_on_the_runners_day(begin, day):
    (shoe,) = read_garmin_gear(HERE, json.dumps([{"gearDTOS": [gear(dateBegin=begin)]}]).encode()).shoes
    assert shoe.first_used == day


def test_pairs_of_one_name_stay_two_and_bikes_stay_out():
    rows = [gear(), gear(gearPk=6, dateBegin="2025-01-01", dateEnd="2026-01-01"), gear(gearPk=7, gearTypeName="Bike")]
    links = {"5": [{"activityId": 111}], "6": [{"activityId": 222}, {"activityId": 111}], "7": [{"activityId": 333}]}
    outcome = read_garmin_gear(HERE, json.dumps([{"gearDTOS": rows, "gearActivityDTOs": links}]).encode())
    assert [shoe.name for shoe in outcome.shoes] == ["Nimbus 25", "Nimbus 25 (2025-01-01)"]
    assert outcome.shoes[1].retired == date(2026, 1, 1)
    assert outcome.worn == {"garmin:111": "Nimbus 25", "garmin:222": "Nimbus 25 (2025-01-01)"}


def test_the_runners_name_for_a_pair_comes_first():
    row = gear(displayName="old faithful", gearMakeName="ASICS", gearModelName="Gel-Nimbus 25")
    (shoe,) = read_garmin_gear(HERE, json.dumps([{"gearDTOS": [row]}]).encode()).shoes
    assert (shoe.name, shoe.brand, shoe.model) == ("old faithful", "ASICS", "Gel-Nimbus 25")
    (shoe,) = read_garmin_gear(HERE, json.dumps([{"gearDTOS": [gear(gearMakeName="Other", gearModelName="Unknown Shoes")]}]).encode()).shoes
    assert (shoe.name, shoe.brand, shoe.model) == ("Nimbus 25", "", "Nimbus 25")


# Nights and days


def test_a_night_is_the_hours_asleep_on_the_day_it_ends():
    night = {"calendarDate": "2026-05-02", "deepSleepSeconds": 3600, "lightSleepSeconds": 18_000, "awakeSleepSeconds": 900}
    assert values([night]) == {("2026-05-02", "sleep_h"): 6.0}
    nap = {**night, "lightSleepSeconds": 0}
    assert values([{**night, "remSleepSeconds": 3600}, nap]) == {("2026-05-02", "sleep_h"): 7.0}


def test_a_zero_where_nobody_measured_is_no_value():
    off = {"calendarDate": "2026-05-02", "deepSleepSeconds": 0, "lightSleepSeconds": 0, "remSleepSeconds": 0}
    idle = {
        "calendarDate": "2026-05-03",
        "totalSteps": 0,
        "restingHeartRate": 0,
        "includesWellnessData": False,
        "hydration": {"valueInML": 0},
    }
    assert values([off, idle]) == {}
    worn = {"calendarDate": "2026-05-03", "totalSteps": 0, "includesWellnessData": True}
    assert values([worn]) == {("2026-05-03", "steps"): 0.0}


def test_drinks_and_sweat_of_a_day_are_added_up():
    log = [
        {"calendarDate": "2026-05-02", "hydrationSource": "USER", "valueInML": 500},
        {"calendarDate": "2026-05-02", "hydrationSource": "USER", "valueInML": 400},
        {"calendarDate": "2026-05-02", "hydrationSource": "USER", "valueInML": -100},
        {"calendarDate": "2026-05-02", "hydrationSource": "GARMIN_ACTIVITY", "valueInML": 0, "estimatedSweatLossInML": 700},
    ]
    assert values(log) == {("2026-05-02", "hydration_ml"): 800.0, ("2026-05-02", "sweat_loss_ml"): 700.0}


def test_days_of_older_exports_and_weights():
    rows = [
        {"calendarDate": {"date": "Mar 27, 2019 12:00:00 AM"}, "totalSteps": 9000, "restingHeartRate": 51},
        {"metaData": {"calendarDate": "2019-03-28T00:00:00.0"}, "weight": {"weight": 71_200.0}},
    ]
    assert values(rows) == {
        ("2019-03-27", "steps"): 9000.0,
        ("2019-03-27", "resting_heart_rate_bpm"): 51.0,
        ("2019-03-28", "body_weight_kg"): pytest.approx(71.2),
    }


def test_a_file_about_no_day_is_skipped(tmp_path):
    (tmp_path / "a.json").write_text('[{"calendarDate": "2026-05-02", "weight": 3}]')
    (tmp_path / "b.json").write_text('{"userName": "x"}')
    assert [o.state for o in read_runs([tmp_path])] == ["skipped", "skipped"]


# The list of the web page


def listed(*rows, header=HEADER):
    return read_garmin_list(Path("Activities.csv"), "\n".join([header, *rows]).encode("utf-8-sig"))


def test_a_row_of_the_list():
    outcome = listed(ROW)
    (run,) = outcome.runs
    assert outcome.table and "km" in outcome.detail
    assert (run.start, run.start_known) == (datetime(2026, 5, 10, 7, 35, 22, tzinfo=UTC), StartKnown.LOCAL)
    assert (run.sport, run.title, run.distance_m, run.timer_time_s, run.elapsed_time_s) == ("running", "", 8160, 2703, 2821)
    assert run.stated == pytest.approx(
        {
            "heart_rate_bpm": 142,
            "cadence_spm": 163,
            "contact_time_ms": 281,
            "contact_balance_left": 0.492,
            "vertical_oscillation_mm": 95,
            "step_length_mm": 1110,
            "power_w": 250,
            "temperature_c": 20,
            "ascent_m": 80,
            "descent_m": 75,
            "steps": 7340,
        }
    )


def test_miles_are_told_by_steps_and_then_heights_are_feet():
    (run,) = listed(ROW.replace('"8.16"', '"5.07"').replace('"18.0","22.0"', '"64.4","71.6"')).runs
    assert run.distance_m == pytest.approx(5.07 * 1609.344)
    assert (run.stated["ascent_m"], run.stated["temperature_c"]) == pytest.approx((80 * 0.3048, 20))


def test_where_nothing_tells_km_are_taken_and_that_is_said():
    outcome = listed(ROW.replace('"1.11"', "--").replace('"18.0","22.0"', "--,--"))
    assert "taken as km" in outcome.detail and outcome.runs[0].distance_m == 8160
    assert "miles" in listed(ROW.replace('"1.11"', "--").replace('"18.0"', '"68.0"')).detail.split(";")[1]


def test_dashes_are_missing():
    (run,) = listed("Running,2026-05-10 07:35:22,false,Running,--,--,--" + ",--" * 19).runs
    assert (run.distance_m, run.timer_time_s, run.elapsed_time_s, run.stated) == (None, None, None, {})


@pytest.mark.parametrize(
    ("header", "sport"),
    [
        ("Aktivitätstyp,Datum,Favorit,Titel,Distanz,Kalorien,Zeit,Ø HF,Max. HF,Aerober TE,Ø Schrittfrequenz (Laufen)", "Laufen"),
        (
            "Type d'activité,Date,Favori,Titre,Distance,Calories,Durée,Fréquence cardiaque moyenne,b,c,Cadence de course moyenne",
            "Course à pied",
        ),
        ("Tipo de atividade,Data,Favorito,Título,Distância,Calorias,Tempo total,FC Média,FC máxima,x,y", "Corrida"),
        ("アクティビティタイプ,日付,お気に入り,タイトル,距離,カロリー,タイム,a,b,c,d", "ランニング"),
    ],
)
def test_any_language_and_decimal_comma(tmp_path, header, sport):
    row = f'{sport},2026-05-12 21:33:50,false,"x y z w","5,81","411","00:33:08","129","139","2,5","175"'
    (tmp_path / "Activities.csv").write_text(f"{header}\n{row}\n", encoding="utf-8-sig")
    (outcome,) = read_runs([tmp_path / "Activities.csv"])
    (run,) = outcome.runs
    assert (run.sport, run.distance_m, run.timer_time_s, run.title) == ("running", pytest.approx(5810), 1988, "x y z w")


def test_a_swim_in_metres_has_no_distance_rather_than_a_wrong_one():
    swim = 'Pool Swim,2026-05-11 07:00:00,false,Pool Swim,"1,500","400","00:40:00"' + ",--" * 19
    run = listed(ROW, swim).runs[1]
    assert (run.sport, run.distance_m, run.timer_time_s) == ("swimming", None, 2400)


def test_a_row_without_a_date_costs_only_itself():
    outcome = listed(ROW, ROW.replace("2026-05-10 07:35:22", "someday"))
    assert len(outcome.runs) == 1 and "1 rows without a readable date" in outcome.detail
    with pytest.raises(RunFileError):
        listed(ROW.replace("2026-05-10 07:35:22", "someday"))


# Anything at all

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["2026-05-01", "running", 1541629826000]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("activityId", "startTimeGmt", "startTimeLocal", "distance", "duration", "activityType", "avgHr", "name", "parent"),
                    *(
                        "gearDTOS",
                        "gearActivityDTOs",
                        "gearPk",
                        "dateBegin",
                        "calendarDate",
                        "metaData",
                        "weight",
                        "hydration",
                        "valueInML",
                    ),
                    *("deepSleepSeconds", "totalSteps", "avgGroundContactBalance", "minTemperature", "maxTemperature", "eventTypeId"),
                    *("summarizedActivitiesExport", "waterEstimated", "workoutRpe", "deviceId", "displayName", "date"),
                ]
            ),
            inner,
            max_size=8,
        )
    ),
    max_leaves=30,
)


@given(JSON)
def test_no_json_crashes_a_reader(value):
    data = json.dumps(value).encode()
    for reader in (read_garmin_activities, read_garmin_gear, read_garmin_days):
        try:
            outcome = reader(HERE, data)
        except RunFileError:
            continue
        assert outcome.state in ("read", "damaged", "skipped")
        for run in outcome.runs:
            totals = (run.distance_m, run.timer_time_s, run.elapsed_time_s, *run.stated.values())
            assert all(total is None or math.isfinite(total) for total in totals)
            assert run.utc_offset_s is None or abs(run.utc_offset_s) <= 14 * 3600


@given(st.binary(max_size=300), st.integers(0, 400))
def test_no_bytes_crash_a_reader(noise, at):
    whole = summaries(summary())
    for data in (noise, whole[:at] + noise, whole[:at] + noise + whole[at:]):
        for reader in (read_garmin_activities, read_garmin_gear, read_garmin_days, read_garmin_list):
            try:
                reader(HERE, data)
            except RunFileError as error:
                assert error.message


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=12), max_size=12))
def test_no_row_crashes_the_list(cells):
    outcome = listed(ROW, ",".join(f'"{cell}"' for cell in cells))
    assert outcome.runs[0].distance_m is not None


@pytest.mark.parametrize(
    "data",
    [b"[" * 200_000, b'[{"summarizedActivitiesExport":' * 50_000, b'[{"activityId":1,"startTimeGmt":' + b"9" * 5000 + b"}]"],
)
def test_deep_and_absurd_documents_end_in_a_line(tmp_path, data):
    with pytest.raises(RunFileError):
        read_garmin_activities(HERE, data)
    (tmp_path / "a_summarizedActivities.json").write_bytes(data)
    (outcome,) = read_runs([tmp_path])
    assert outcome.state in ("unreadable", "skipped") and not outcome.runs


def test_one_damaged_inner_archive_costs_only_itself(tmp_path):
    (tmp_path / "whole.zip").write_bytes(garmin_zip(PLANS))
    with zipfile.ZipFile(tmp_path / "whole.zip") as whole, zipfile.ZipFile(tmp_path / "hurt.zip", "w") as hurt:
        for name in whole.namelist():
            data = whole.read(name)
            hurt.writestr(name, data[: len(data) // 3] if name.endswith("Part1.zip") else data)
    found = list(read_runs([tmp_path / "hurt.zip"]))
    assert len({run.links for o in found for run in o.runs if o.table}) == 4
    assert sum(len(o.runs) for o in found if not o.table) >= 2
