"""Suunto logs: SML (XML) as its programs wrote it, and the JSON of its app, which holds the same under the same names.

Both count in SI units: heart rate and cadence in Hz (cadence of one leg), positions in radians, temperatures in kelvin.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from backstride.errors import DamagedRunFileError, RunFileError
from backstride.importers.json_rows import JsonRows, instant, real, words
from backstride.importers.sport_words import Sport, sport_of
from backstride.importers.track import Point, Track, outcome_of
from backstride.importers.xml_events import stream
from backstride.model.run import FileOutcome, Run, StartKnown

__all__ = ["holds_suunto_log", "read_suunto"]

_ZERO_C_K = 273.15
_COLUMNS = {
    "HR": ("heart_rate_bpm", 60.0),
    "Cadence": ("cadence", 60.0),
    "Latitude": ("latitude_deg", 180 / math.pi),
    "Longitude": ("longitude_deg", 180 / math.pi),
    "Altitude": ("altitude_m", 1.0),
    "GPSAltitude": ("satellite_altitude_m", 1.0),
    "Speed": ("speed_mps", 1.0),
    "Distance": ("distance_m", 1.0),
    "Power": ("power_w", 1.0),
}
_TIMES = ("Time", "UTC", "TimeISO8601")
_RUNNING = {"3": "running", "82": "trail running"}
"""The vendor's numbers for running."""
_ONE_LEG_SPM = 120.0
"""A runner's mean steps a minute lie above this, strides of one leg below it."""
_MOST_SAMPLES = 400_000
"""Two a second for more than two days."""
_LONGEST_S = 40 * 86_400.0
_FURTHEST_OFFSET_S = 14 * 3600
_CLOCKS_APART_S = 120
"""The watch's clock and the satellites' may differ by this much, and still tell the offset."""


@dataclass(slots=True)
class _Sample:
    """What was recorded at one moment."""

    values: dict[str, Any] = field(default_factory=dict)
    paused: bool | None = None
    """Whether a pause begins (True) or ends (False) here."""


@dataclass(slots=True)
class _Log:
    """A log as far as it could be read; ``header`` has nested values under ``"HR.Avg"``."""

    header: dict[str, Any] = field(default_factory=dict)
    device: str = ""
    samples: list[_Sample] = field(default_factory=list)
    damage: str = ""


def holds_suunto_log(start: bytes) -> bool:
    """Whether a document that begins like this (in lower case) is a log."""
    return b"<sml" in start or b'"devicelog"' in start


def read_suunto(path: Path, data: bytes) -> FileOutcome:
    """Read one SML or JSON log.

    Returns
    -------
    FileOutcome
        One `Run` with the totals that the header states; without a header, those of its samples. Samples less than a second
        apart that hold different things (a position, a heart rate) are one record.

    Raises
    ------
    RunFileError
        When it has neither times nor totals: a setting or a route.
    DamagedRunFileError
        When it breaks before its first sample.
    """
    log = _from_json(data) if data[:400].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"{") else _from_xml(data, path)
    run = _run(log, path)
    if run is None and log.damage:
        raise DamagedRunFileError(f"is broken before its first sample ({log.damage}).", place=str(path))
    if run is None:
        raise RunFileError("holds no activity (it has no time of a start).", place=str(path), remedy="Export the activity again.")
    return outcome_of((run,), path, log.damage)


def _from_json(data: bytes) -> _Log:
    document = JsonRows(data)
    header, device = document.member("Header"), document.member("Device")
    log = _Log()
    for key, value in header.items() if isinstance(header, dict) else []:
        first = value[0] if isinstance(value, list) and value else value
        for inner, nested in first.items() if isinstance(first, dict) else []:
            log.header[f"{key}.{inner}"] = nested
        log.header[key] = first
    log.device = words(device.get("Name")) if isinstance(device, dict) else ""
    for row in document.rows("Samples", _MOST_SAMPLES):
        events = row.get("Events")
        sample = _Sample({name: row[name] for name in (*_COLUMNS, *_TIMES, "Temperature") if name in row})
        for event in events if isinstance(events, list) else [events]:
            if isinstance(event, dict) and isinstance(pause := event.get("Pause"), dict) and isinstance(state := pause.get("State"), bool):
                sample.paused = state
        log.samples.append(sample)
    log.damage = document.damage
    return log


def _from_xml(data: bytes, path: Path) -> _Log:
    log = _Log()
    above: list[str] = []

    def begin(name: str, _: Mapping[str, str]) -> None:
        above.append(name)
        if name == "Sample":
            log.samples.append(_Sample())
            if len(log.samples) > _MOST_SAMPLES:
                raise RunFileError(f"holds more than {_MOST_SAMPLES:,} samples, which no run has.", place=str(path))

    def end(parent: str, name: str, text: str) -> None:
        above.pop()
        if parent == "Header":
            log.header[name] = text
        elif "Header" in above:
            log.header[f"{parent}.{name}"] = text
        elif parent == "Device" and name == "Name":
            log.device = text
        elif log.samples and parent == "Sample" and (name in _COLUMNS or name in _TIMES or name == "Temperature"):
            log.samples[-1].values[name] = text
        elif log.samples and parent == "Pause" and name == "State":
            log.samples[-1].paused = text.lower() == "true"

    log.damage = stream(data, begin, end)
    return log


def _run(log: _Log, path: Path) -> Run | None:
    header = log.header
    stated_start = instant(header.get("DateTime"))
    zoned = stated_start is not None and _has_offset(words(header.get("DateTime")))
    start = stated_start if zoned else _recorded_start(log.samples)
    known = StartKnown.INSTANT if start else StartKnown.LOCAL
    offset: int | None = None
    if stated_start is not None and zoned:
        offset = round((stated_start.utcoffset() or timedelta()).total_seconds())
    elif stated_start is not None and start is not None:
        offset = _offset(stated_start, start)
    start = start or stated_start
    if start is None:
        return None
    track, paused_s, last_s = _records(log.samples, start.timestamp())
    timer, distance = _total(header.get("Duration")), _total(header.get("Distance"))
    elapsed = last_s if track.points else None
    if timer is None and elapsed is not None:
        timer = elapsed - paused_s
    if not track.points and timer is None:
        return None
    sport = _sport(header)
    running = sport.sport == "running"
    return Run(
        start=start.astimezone(UTC),
        sport=sport.sport,
        distance_m=track.last_distance_m() if distance is None else distance,
        timer_time_s=timer,
        elapsed_time_s=max(elapsed, timer or 0.0) if elapsed is not None else None,
        record_count=len(track.points),
        sub_sport=sport.sub_sport,
        utc_offset_s=offset,
        device=f"suunto/{log.device.lower().removeprefix('suunto').strip()}" if log.device else "suunto",
        origin=str(path),
        stated=_stated(header, running),
        tags=sport.tags,
        start_known=known,
        load_samples=track.samples(start.timestamp(), running),
    )


def _recorded_start(samples: list[_Sample]) -> datetime | None:
    """The moment at which the samples' own time is zero; only the first few are asked, the rest follow the same clock."""
    for sample in samples[:100]:
        moment = instant(sample.values.get("UTC")) or instant(sample.values.get("TimeISO8601"))
        if moment is not None:
            since = real(sample.values.get("Time")) or 0.0
            return moment - timedelta(seconds=since) if abs(since) <= _LONGEST_S else moment
    return None


def _records(samples: list[_Sample], start_s: float) -> tuple[Track, float, float]:
    """The records, the seconds of pause between them, and those from the start to the last sample."""
    timed = sorted(((at, n) for n, sample in enumerate(samples) if (at := _seconds(sample, start_s)) is not None), key=lambda pair: pair[0])
    track, segment, paused_s, last_s = Track(), 0, 0.0, 0.0
    paused_at: float | None = None
    for at, n in timed:
        sample, last_s = samples[n], at
        if sample.paused is not None:
            segment += 1
            if not sample.paused and paused_at is not None:
                paused_s += at - paused_at
            paused_at = at if sample.paused else None
        columns = _columns(sample.values)
        row = track.points[-1] if track.points else None
        if row is not None and row.segment == segment and at + start_s - row.time_s < 1 and row.columns.keys().isdisjoint(columns):
            row.columns.update(columns)
        elif columns:
            track.points.append(Point(at + start_s, segment, columns))
    # Heights of the barometer and of the satellites lie metres apart: one column has those of one only.
    barometer = any("altitude_m" in point.columns for point in track.points)
    for point in track.points:
        height = point.columns.pop("satellite_altitude_m", None)
        if height is not None and not barometer:
            point.columns["altitude_m"] = height
    return track, paused_s, last_s


def _seconds(sample: _Sample, start_s: float) -> float | None:
    at = real(sample.values.get("Time"))
    if at is None and (moment := instant(sample.values.get("TimeISO8601")) or instant(sample.values.get("UTC"))) is not None:
        at = moment.timestamp() - start_s
    return at if at is not None and 0 <= at <= _LONGEST_S else None


def _columns(values: Mapping[str, Any]) -> dict[str, float]:
    columns: dict[str, float] = {}
    for name, (column, scale) in _COLUMNS.items():
        if (value := real(values.get(name))) is not None:
            columns[column] = value * scale
    if (kelvin := real(values.get("Temperature"))) is not None:
        columns["temperature_c"] = kelvin - _ZERO_C_K
    return columns


def _has_offset(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _offset(local: datetime, start: datetime) -> int | None:
    apart = (local - start).total_seconds()
    offset = round(apart / 900) * 900
    return offset if abs(offset) <= _FURTHEST_OFFSET_S and abs(apart - offset) <= _CLOCKS_APART_S else None


def _sport(header: Mapping[str, Any]) -> Sport:
    kind = real(header.get("ActivityType"))
    number = "" if kind is None else f"{kind:.0f}"
    return sport_of(_RUNNING.get(number) or words(header.get("Activity")) or (number and f"activity {number}"))


def _stated(header: Mapping[str, Any], running: bool) -> dict[str, float]:
    cadence = _times(header.get("Cadence.Avg"), 60)
    if cadence is not None and running and cadence < _ONE_LEG_SPM:
        cadence *= 2
    kelvin = _times(header.get("Temperature.Avg"), 1)
    stated = {
        "heart_rate_bpm": _times(header.get("HR.Avg"), 60),
        "cadence_spm": cadence,
        "power_w": _times(header.get("Power.Avg"), 1),
        "temperature_c": kelvin - _ZERO_C_K if kelvin is not None else None,
        "ascent_m": _total(header.get("Ascent")),
        "descent_m": _total(header.get("Descent")),
        "steps": _times(header.get("StepCount"), 1),
    }
    return {name: value for name, value in stated.items() if value is not None}


def _times(value: object, scale: float) -> float | None:
    """A measured mean, which cannot be zero, in other units."""
    number = real(value)
    return number * scale if number is not None and number > 0 else None


def _total(value: object) -> float | None:
    number = real(value)
    return number if number is not None and number >= 0 else None
