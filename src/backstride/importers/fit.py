"""FIT files into runs: fast where the file is sound, patient where it is damaged.

A file whose sizes and checksums hold is read by fitfast. Any other is read by fitdecode, message by message,
and every record before the damage is kept. Units are converted here, once: cadence is doubled to steps per minute,
semicircles become degrees, balance becomes the left share (0 to 1).
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from backstride.errors import DamagedRunFileError, RunFileError
from backstride.importers.unpacked import read_unpacked
from backstride.model.run import FileOutcome, Run, Samples

__all__ = ["read_fit"]

FloatArray = npt.NDArray[np.float64]

_MAX_MESSAGES = 1_000_000
"""Ten times a day and night at one record a second; a crafted file of two-byte messages would fill the memory instead."""
_FIT_EPOCH_S = 631065600
"""1989-12-31T00:00:00Z as Unix time, the zero of FIT times (FIT protocol, type date_time)."""
_SYSTEM_TIME_S = 0x10000000
"""Smaller date_times count from the device's start, not from the epoch (FIT profile, type date_time)."""

_COLUMNS: Mapping[str, tuple[tuple[str, ...], float]] = {
    "distance_m": (("distance",), 1.0),
    "speed_mps": (("enhanced_speed", "speed"), 1.0),
    "altitude_m": (("enhanced_altitude", "altitude"), 1.0),
    "heart_rate_bpm": (("heart_rate",), 1.0),
    "power_w": (("power",), 1.0),
    "temperature_c": (("temperature",), 1.0),
    "contact_time_ms": (("stance_time",), 1.0),
    "contact_balance_left": (("stance_time_balance",), 0.01),
    "vertical_oscillation_mm": (("vertical_oscillation",), 1.0),
    "step_length_mm": (("step_length",), 1.0),
    "latitude_deg": (("position_lat",), 180 / 2**31),
    "longitude_deg": (("position_long",), 180 / 2**31),
}


@dataclass(slots=True)
class _Messages:
    """What was decoded: native fields only, by kind, in the order of the file."""

    records: list[dict[str, Any]] = field(default_factory=list)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    activities: list[dict[str, Any]] = field(default_factory=list)
    file_ids: list[dict[str, Any]] = field(default_factory=list)
    damage: str = ""


def read_fit(path: Path, data: bytes | None = None) -> FileOutcome:
    """Read one FIT file (also gzipped, whatever its name).

    Parameters
    ----------
    path : Path
    data : bytes, optional
        Its unpacked content, where that was read already.

    Returns
    -------
    FileOutcome
        One `Run` a session. ``state`` is "damaged" when the file was broken and something could be kept;
        a file without a session message gives one run made from its records. Other activities keep their sport.

    Raises
    ------
    RunFileError
        When there is nothing to read: missing, empty, another format, a plan instead of an activity.
    DamagedRunFileError
        When the file is broken before its first record.
    """
    data = read_unpacked(path)[0] if data is None else data
    if len(data) < 12 or data[8:12] != b".FIT":
        raise RunFileError(_what_instead(data), place=str(path), remedy="Export the activity again as FIT.")
    messages = _fast(data) or _patient(data)
    if not messages.records and not messages.sessions:
        if messages.damage:
            raise DamagedRunFileError(f"is broken before its first record ({messages.damage}).", place=str(path))
        kind = messages.file_ids[0].get("type") if messages.file_ids else None
        raise RunFileError(f"holds no activity (it is a {kind or 'FIT file'} without records).", place=str(path))
    runs = tuple(_runs(messages, path))
    count = len(messages.records)
    detail = f"{path}: {count} records, {', '.join(_one_line(run) for run in runs)}"
    if not messages.damage:
        return FileOutcome(str(path), "read", detail, runs)
    return FileOutcome(str(path), "damaged", f"{detail}; damaged: {messages.damage}; every record before the damage was kept", runs)


def _what_instead(data: bytes) -> str:
    start = data[:200].lstrip().lower()
    if not data:
        return "is empty (0 bytes)."
    if start.startswith((b"<!doctype html", b"<html")):
        return "is a web page, not a FIT file: the download may have met a sign-in page."
    if b"<gpx" in start or b"<trainingcenter" in start or start.startswith(b"<?xml"):
        return "is an XML file, not FIT."
    if data[:2] == b"PK":
        return "is a zip archive, not FIT."
    return "is cut off inside its header." if len(data) < 12 else "is not a FIT file."


def _fast(data: bytes) -> _Messages | None:
    """The quick reader; None for anything it does not read whole."""
    if not _is_sound(data) or not _is_walkable(data):
        return None
    import fitfast

    try:
        decoded: dict[str, Any] = fitfast.parse(data)
    except BaseException as error:  # a panic of its Rust code is no Exception; the patient reader gets its turn
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            return None
        raise
    records = decoded.get("record", [])
    if any("compressed_speed_distance" in record for record in records[:3]):
        return None
    return _Messages(records, decoded.get("session", []), decoded.get("event", []), decoded.get("activity", []), decoded.get("file_id", []))


def _is_sound(data: bytes) -> bool:
    """Whether every chained file has the size its header says and the checksum it ends with (FIT protocol, CRC-16/ARC)."""
    from fastcrc import crc16

    at = 0
    while at < len(data):
        header, size = data[at], int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + header + size + 2
        if header < 12 or size == 0 or end > len(data) or crc16.arc(data[at : end - 2]) != int.from_bytes(data[end - 2 : end], "little"):
            return False
        at = end
    return True


def _is_walkable(data: bytes) -> bool:
    """Whether the messages of every chained file follow each other to its end, and are not more than a run can have."""
    at = count = 0
    while at < len(data):
        header, size = data[at], int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + header + size
        at += header
        sizes: dict[int, int] = {}
        while at < end:
            count += 1
            kind = data[at]
            if kind & 0x80:  # a compressed timestamp: the local message type stands in bits 5 and 6
                step = sizes.get(kind >> 5 & 3, 0)
            elif kind & 0x40:
                if at + 6 > end:
                    return False
                fields = data[at + 5]
                step = 6 + 3 * fields
                length = sum(data[at + 7 : at + step : 3])
                if kind & 0x20 and at + step < end:
                    developer = data[at + step]
                    length += sum(data[at + step + 2 : at + step + 1 + 3 * developer : 3])
                    step += 1 + 3 * developer
                sizes[kind & 15] = 1 + length
            else:
                step = sizes.get(kind & 15, 0)
            at += step
            if step == 0 or at > end or count > _MAX_MESSAGES:
                return False
        at = end + 2
    return True


def _patient(data: bytes) -> _Messages:
    """The patient reader: message by message, keeping all that came before the damage."""
    import fitdecode

    messages = _Messages()
    targets = {
        "record": messages.records,
        "session": messages.sessions,
        "event": messages.events,
        "activity": messages.activities,
        "file_id": messages.file_ids,
    }
    try:
        with fitdecode.FitReader(
            io.BytesIO(_with_size(data, messages)),
            check_crc=fitdecode.CrcCheck.WARN,
            error_handling=fitdecode.ErrorHandling.IGNORE,
            processor=fitdecode.DefaultDataProcessor(),
        ) as reader:
            for count, frame in enumerate(_without_warnings(reader, messages)):
                if count > _MAX_MESSAGES:
                    messages.damage = f"it has more than {_MAX_MESSAGES:,} messages"
                    break
                if frame.frame_type == fitdecode.FIT_FRAME_DATA and frame.name in targets:
                    targets[frame.name].append(_native(frame))
    except Exception as error:  # a broken file may break the reader anywhere; what came before stays
        messages.damage = messages.damage or _reason(error)
    return messages


def _without_warnings(reader: Any, messages: _Messages) -> Any:
    import warnings

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield from reader
    if caught and not messages.damage:
        messages.damage = _reason(caught[0].message)


def _reason(error: object) -> str:
    return (str(error).split("\n")[0] or type(error).__name__)[:160]


def _with_size(data: bytes, messages: _Messages) -> bytes:
    """Give a header that was never closed (data size 0) the size the file really has."""
    header, size = data[0], int.from_bytes(data[4:8], "little")
    if size != 0 or len(data) <= header + 2 or header < 12:
        return data
    messages.damage = "the file was never closed (its header says 0 bytes)"
    return data[:4] + (len(data) - header - 2).to_bytes(4, "little") + data[8:12] + b"\0\0" + data[14:]


def _native(frame: Any) -> dict[str, Any]:
    """Native fields by name; developer fields never stand in for them. Times as Unix seconds."""
    result: dict[str, Any] = {}
    for item in frame.fields:
        if getattr(item, "field", None) is None and getattr(item, "is_dev", False):
            continue
        if type(getattr(item, "field_def", None)).__name__ == "DevFieldDefinition" or item.name in result:
            continue
        value = item.value
        if isinstance(value, datetime):
            value = value.replace(tzinfo=value.tzinfo or UTC).timestamp()
        elif item.name in ("timestamp", "start_time", "local_timestamp") and isinstance(value, int | float):
            value = value + _FIT_EPOCH_S
        if value is not None:
            result[item.name] = value
    return result


def _runs(messages: _Messages, path: Path) -> list[Run]:
    times = np.array([_float(record.get("timestamp")) for record in messages.records])
    sessions = messages.sessions
    complete = [s for s in sessions if _float(s.get("start_time")) == _float(s.get("start_time"))]
    left_over = messages.damage and not _covers(complete, times)
    if not sessions:
        return [_from_records(messages, times, path)]
    ranges = _ranges(sessions, times)
    runs = [_from_session(s, messages, rows, path) for s, rows in zip(sessions, ranges, strict=True)]
    if left_over:
        rest = np.setdiff1d(np.arange(len(times)), np.concatenate(ranges) if ranges else [])
        if rest.size > 1:
            part = _Messages([messages.records[i] for i in rest], [], messages.events, messages.activities, messages.file_ids)
            runs.append(_from_records(part, times[rest], path))
    return runs


def _covers(sessions: list[dict[str, Any]], times: FloatArray) -> bool:
    if not sessions or not times.size:
        return True
    last = max(_float(s.get("timestamp")) for s in sessions)
    return bool(np.nanmax(times) <= last + 60) if np.isfinite(times).any() else True


def _ranges(sessions: list[dict[str, Any]], times: FloatArray) -> list[npt.NDArray[np.intp]]:
    """The records of each session: all of them for a single session, else by time."""
    if len(sessions) == 1:
        return [np.arange(len(times))]
    starts = np.array([_float(s.get("start_time")) for s in sessions])
    order = np.argsort(starts, kind="stable")
    place = np.searchsorted(starts[order], times, side="right") - 1
    return [np.flatnonzero(np.clip(place, 0, None) == int(np.flatnonzero(order == i)[0])) for i in range(len(sessions))]


def _from_session(session: Mapping[str, Any], messages: _Messages, rows: npt.NDArray[np.intp], path: Path) -> Run:
    start = _float(session.get("start_time"))
    if not math.isfinite(start):
        start = _float(messages.records[rows[0]].get("timestamp")) if rows.size else _float(session.get("timestamp"))
    return Run(
        start=_moment(start),
        sport=_word(session.get("sport")) or "unknown",
        distance_m=_optional(session.get("total_distance")),
        timer_time_s=_optional(session.get("total_timer_time")),
        elapsed_time_s=_optional(session.get("total_elapsed_time")),
        record_count=int(rows.size),
        sub_sport=_word(session.get("sub_sport")),
        utc_offset_s=_offset(messages),
        device=_device(messages),
        origin=str(path),
        load_samples=_samples([messages.records[i] for i in rows], start),
    )


def _from_records(messages: _Messages, times: FloatArray, path: Path) -> Run:
    """A run whose totals come from its records because the session message was lost."""
    distance = np.array([_float(record.get("distance")) for record in messages.records])
    start = float(np.nanmin(times)) if np.isfinite(times).any() else math.nan
    elapsed = float(np.nanmax(times)) - start if np.isfinite(times).any() else None
    sports = [_word(r.get("activity_type")) for r in messages.records if r.get("activity_type")]
    known = distance[np.isfinite(distance)]
    return Run(
        start=_moment(start),
        sport=sports[0] if sports else "running",
        distance_m=float(known[-1] - min(known[0], 0.0)) if known.size else None,
        timer_time_s=None if elapsed is None else max(elapsed - _paused_s(messages.events), 0.0),
        elapsed_time_s=elapsed,
        record_count=len(messages.records),
        utc_offset_s=_offset(messages),
        device=_device(messages),
        origin=f"{path} (totals from its records)",
        load_samples=_samples(messages.records, start),
    )


def _paused_s(events: list[dict[str, Any]]) -> float:
    paused, stopped = 0.0, None
    for event in events:
        if _word(event.get("event")) != "timer":
            continue
        at, kind = _float(event.get("timestamp")), _word(event.get("event_type"))
        if kind.startswith("stop"):
            stopped = at
        elif kind == "start" and stopped is not None:
            paused += max(at - stopped, 0.0)
            stopped = None
    return paused


def _samples(records: list[dict[str, Any]], start: float) -> Callable[[], Samples]:
    def load() -> Samples:
        columns: dict[str, FloatArray] = {"time_s": _column(records, ("timestamp",)) - start}
        for name, (fields, scale) in _COLUMNS.items():
            values = _column(records, fields) * scale
            if np.isfinite(values).any():
                columns[name] = values
        cadence = _column(records, ("cadence",))
        if np.isfinite(cadence).any():
            # FIT counts strides of one leg a minute, with the fraction in a field of its own.
            columns["cadence_spm"] = 2 * (cadence + np.nan_to_num(_column(records, ("fractional_cadence",))))
        return columns

    return load


def _column(records: list[dict[str, Any]], names: tuple[str, ...]) -> FloatArray:
    return np.array([next((v for n in names if math.isfinite(v := _float(r.get(n)))), math.nan) for r in records], dtype=np.float64)


def _float(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def _optional(value: Any) -> float | None:
    number = _float(value)
    return number if math.isfinite(number) else None


def _word(value: Any) -> str:
    return "" if value is None else str(value)


def _moment(seconds: float) -> datetime:
    """UTC moment; the FIT epoch when the file tells none or the clock was never set."""
    if not math.isfinite(seconds) or seconds < _FIT_EPOCH_S + _SYSTEM_TIME_S or seconds > 4102444800:
        seconds = _FIT_EPOCH_S
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)


def _offset(messages: _Messages) -> int | None:
    for activity in messages.activities:
        local, utc = _float(activity.get("local_timestamp")), _float(activity.get("timestamp"))
        if math.isfinite(local) and math.isfinite(utc) and abs(local - utc) <= 15 * 3600:
            return round((local - utc) / 900) * 900
    return None


def _device(messages: _Messages) -> str:
    if not messages.file_ids:
        return ""
    first = messages.file_ids[0]
    product = first.get("garmin_product", first.get("product", ""))
    return f"{_word(first.get('manufacturer'))}/{_word(product)}".strip("/")


def _one_line(run: Run) -> str:
    distance = "no distance" if run.distance_m is None else f"{run.distance_m / 1000:.2f} km"
    return f"{run.sport} {distance}"
