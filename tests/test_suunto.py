"""Suunto logs: SML and JSON give the same run; units, clocks, pauses, cuts, and anything at all."""

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstride.errors import RunFileError
from backstride.importers.folder import read_runs
from backstride.importers.suunto import read_suunto
from backstride.model.run import StartKnown

START = datetime(2026, 5, 1, 6, tzinfo=UTC)
SECONDS = 60
HEADER = {
    "DateTime": "2026-05-01T08:00:00",
    "ActivityType": 3,
    "Activity": "Running",
    "Duration": 59.5,
    "Distance": 180,
    "Ascent": 4,
    "Descent": 2,
    "HR": {"Avg": 2.5},
    "Cadence": {"Avg": 1.4},
    "Temperature": {"Avg": 290.15},
}


def samples(*, utc=True):
    """A heart rate every second, a position every third, 0.3 s later; a pause of 20 s at half time."""
    rows = []
    for at in range(SECONDS):
        second = at + (20 if at > SECONDS // 2 else 0)
        rows.append({"Time": second, "HR": 2.5, "Cadence": 1.4, "Distance": 3 * at, "Altitude": 100 + at, "Temperature": 290.15})
        if at % 3 == 0:
            rows.append({"Time": second + 0.3, "Latitude": math.radians(50 + at / 1e5), "Longitude": math.radians(8), "GPSAltitude": 7})
        if at == SECONDS // 2:
            rows += [
                {"Time": second + 0.5, "Events": {"Pause": {"State": True}}},
                {"Time": second + 20.5, "Events": {"Pause": {"State": False}}},
            ]
    for row in rows if utc else []:
        row["UTC"] = (START + timedelta(seconds=row["Time"])).isoformat().replace("+00:00", "Z")
    return rows


def _xml(value):
    if isinstance(value, dict):
        return "".join(f"<{key}>{_xml(inner)}</{key}>" for key, inner in value.items())
    return str(value)


def sml(header=HEADER, rows=None):
    body = "".join(f"<Sample>{_xml(row)}</Sample>\n" for row in (samples() if rows is None else rows))
    log = f"<Header>{_xml(header)}</Header><Device><Name>Suunto Ambit3</Name></Device><Samples>{body}</Samples>"
    return f'<?xml version="1.0"?>\n<sml xmlns="http://www.suunto.com/schemas/sml"><DeviceLog>{log}</DeviceLog></sml>'.encode()


def app_json(header=HEADER, rows=None, device="Suunto Race"):
    """The same as the app writes it: times with their offset, events as a list."""
    given_rows = []
    for row in samples() if rows is None else rows:
        moment = START + timedelta(seconds=row["Time"])
        rest = {key: value for key, value in row.items() if key not in ("Time", "UTC", "Events")}
        events = {"Events": [row["Events"]]} if "Events" in row else {}
        given_rows.append({"TimeISO8601": moment.astimezone().isoformat(), **rest, **events})
    header = {**header, "DateTime": "2026-05-01T08:00:00.000+02:00", "HR": [header["HR"]] if "HR" in header else None}
    return json.dumps({"DeviceLog": {"Device": {"Name": device}, "Header": header, "Samples": given_rows}}).encode()


def run_of(data, name="a.sml"):
    (run,) = read_suunto(Path(name), data).runs
    return run


@pytest.mark.parametrize("data", [sml(), app_json()], ids=["sml", "json"])
def test_both_forms_give_the_same_run(data):
    run = run_of(data)
    assert (run.start, run.utc_offset_s, run.start_known) == (START, 7200, StartKnown.INSTANT)
    assert (run.sport, run.distance_m, run.timer_time_s) == ("running", 180, 59.5)
    assert run.elapsed_time_s == pytest.approx(79)
    assert run.stated == pytest.approx({"heart_rate_bpm": 150, "cadence_spm": 168, "temperature_c": 17, "ascent_m": 4, "descent_m": 2})
    assert run.device in ("suunto/ambit3", "suunto/race")


@pytest.mark.parametrize("data", [sml(), app_json()], ids=["sml", "json"])
def test_a_position_joins_the_record_of_its_second(data):
    run = run_of(data)
    columns = run.load_samples()
    assert run.record_count == len(columns["time_s"]) == SECONDS
    assert np.all(columns["heart_rate_bpm"] == pytest.approx(150))
    assert np.all(columns["cadence_spm"] == pytest.approx(168))
    assert np.all(columns["temperature_c"] == pytest.approx(17))
    assert np.isfinite(columns["latitude_deg"]).sum() == SECONDS // 3
    assert np.nanmin(columns["latitude_deg"]) == pytest.approx(50)
    assert columns["altitude_m"][0] == 100  # the barometer's, not the satellites'
    assert np.all(np.diff(columns["time_s"]) > 0)


def test_without_a_barometer_heights_are_the_satellites():
    rows = [{key: value for key, value in row.items() if key != "Altitude"} for row in samples()]
    heights = run_of(sml(rows=rows)).load_samples()["altitude_m"]
    assert np.isfinite(heights).sum() == SECONDS // 3 and np.nanmax(heights) == 7


def test_without_a_header_the_samples_tell_and_pauses_do_not_count():
    run = run_of(sml({}))
    assert (run.start, run.utc_offset_s, run.sport) == (START, None, "unknown")
    assert run.distance_m == 3 * (SECONDS - 1)
    assert (run.elapsed_time_s, run.timer_time_s) == (79, 59)


def test_a_log_without_utc_starts_at_a_reading_of_the_runners_clock():
    run = run_of(sml(rows=samples(utc=False)))
    assert (run.start, run.start_known, run.utc_offset_s) == (datetime(2026, 5, 1, 8, tzinfo=UTC), StartKnown.LOCAL, None)
    assert run.load_samples()["time_s"][0] == 0


@pytest.mark.parametrize(
    ("local", "offset"),
    [("2026-05-01T08:00:50", 7200), ("2026-05-01T11:45:00", 20_700), ("2026-05-01T08:07:00", None), ("2026-05-04T08:00:00", None)],
)
def test_the_offset_is_told_only_by_clocks_that_agree(local, offset):
    assert run_of(sml({**HEADER, "DateTime": local})).utc_offset_s == offset


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"ActivityType": 82, "Activity": "Trail running"}, ("running", "trail", ())),
        ({"ActivityType": None, "Activity": "Treadmill"}, ("running", "treadmill", ("treadmill",))),
        ({"ActivityType": 4, "Activity": "Cycling"}, ("cycling", "", ())),
        ({"ActivityType": 97, "Activity": None}, ("activity_97", "", ())),
    ],
)
def test_sports(header, expected):
    run = run_of(app_json({**HEADER, **header}))
    assert (run.sport, run.sub_sport, run.tags) == expected
    if expected[0] == "cycling":
        assert run.stated["cadence_spm"] == pytest.approx(84)


def test_a_log_of_totals_alone_is_a_run():
    run = run_of(sml(rows=[]))
    assert (run.start_known, run.distance_m, run.timer_time_s, run.elapsed_time_s, run.record_count) == (
        StartKnown.LOCAL,
        180,
        59.5,
        None,
        0,
    )


@pytest.mark.parametrize("data", [b"<sml></sml>", b'{"DeviceLog": {}}', b'{"DeviceLog": {"Header": {"DateTime": "2026-05-01"}}}', b""])
def test_a_log_of_nothing_is_an_error(data):
    with pytest.raises(RunFileError):
        read_suunto(Path("a"), data)


def test_files_are_known_by_what_they_are(tmp_path):
    (tmp_path / "a.json").write_bytes(app_json())
    (tmp_path / "b.sml").write_bytes(sml())
    assert [o.state for o in read_runs([tmp_path])] == ["read", "read"]


def test_the_sample_log(shared_data):
    (outcome,) = read_runs([shared_data / "sml"])
    (run,) = outcome.runs
    assert (run.distance_m, run.timer_time_s, run.utc_offset_s) == (7280, 2273.7, -7 * 3600)
    assert run.start == datetime(2014, 10, 7, 12, 1, 40, 941000, tzinfo=UTC)
    assert run.stated == pytest.approx({"heart_rate_bpm": 118, "cadence_spm": 174, "ascent_m": 7, "descent_m": 7})
    columns = run.load_samples()
    assert np.isfinite(columns["latitude_deg"]).sum() == 710
    assert np.isfinite(columns["heart_rate_bpm"]).sum() == 2278
    assert np.nanmax(columns["distance_m"]) == 7280
    assert 170 < np.nanmedian(columns["cadence_spm"]) < 180


@given(st.integers(0, len(sml())))
def test_a_cut_anywhere_keeps_what_came_before(at):
    data = sml()
    try:
        outcome = read_suunto(Path("a.sml"), data[:at])
    except RunFileError:
        assert at < data.index(b"<Sample>")
        return
    assert outcome.state == ("damaged" if at < len(data) else "read")
    beats = data[:at].partition(b"<Samples>")[2].count(b"</HR>")
    assert np.isfinite(outcome.runs[0].load_samples().get("heart_rate_bpm", np.empty(0))).sum() == beats


@given(st.integers(0, len(app_json())), st.binary(max_size=30))
def test_noise_anywhere_in_json_is_no_crash(at, noise):
    data = app_json()
    for hurt in (data[:at], data[:at] + noise + data[at:]):
        try:
            run = run_of(hurt)
        except RunFileError:
            continue
        assert run.record_count <= SECONDS + 1


@given(
    st.recursive(
        st.one_of(
            st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=6), st.sampled_from(["2026-05-01T08:00:00", True])
        ),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    ["Header", "Samples", "Device", "Name", "DateTime", "Time", "UTC", "HR", "Events", "Pause", "State", "Duration"]
                ),
                inner,
                max_size=6,
            )
        ),
        max_leaves=25,
    )
)
def test_no_json_crashes_it(value):
    try:
        run = run_of(json.dumps({"DeviceLog": value}).encode())
    except RunFileError:
        return
    assert run.timer_time_s is None or math.isfinite(run.timer_time_s)
    run.load_samples()
