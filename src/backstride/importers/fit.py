"""FIT files into runs: one run a session, and of a damaged file everything that can still be read.

What bytes are which messages says `fit_messages`, what their fields mean `fit_columns`; here sessions get their records,
and what no session speaks for becomes a run of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from backstride.errors import DamagedRunFileError, RunFileError
from backstride.importers.fit_columns import (
    ACTIVITY,
    DEVICE_INFO,
    DEVICE_SETTINGS,
    EVENT,
    FILE_ID,
    RECORD,
    SESSION,
    SPORT,
    TIMESTAMP,
    distances,
    name_of,
    number_of,
    samples,
    stated,
)
from backstride.importers.fit_messages import FIT_EPOCH_S, FitPart, Value, fit_parts
from backstride.importers.sport_words import tags_of
from backstride.importers.track import RUNNING_MPS, line_of
from backstride.importers.unpacked import read_unpacked
from backstride.model.run import FileOutcome, Run, StartKnown

__all__ = ["read_fit"]

FloatArray = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

_MAX_MESSAGES = 1_200_000
"""Fourteen times a day and night at one record a second; a crafted file of two-byte messages would fill the memory instead."""
_FIRST_S = FIT_EPOCH_S + 0x10000000
"""Smaller times count from the device's start, not from the epoch (FIT profile, type date_time)."""
_LAST_S = 4102444800
"""The year 2100."""
_APART_S = 10 * 86400
"""A record further than this from the middle of its file has no time: no activity is longer."""
_MAX_OFFSET_S = 14 * 3600

_TYPE_ACTIVITY, _PLANS = 4, {5: "workout", 6: "course", 7: "schedules"}
_OTHER_FILES = {44: "metrics", 49: "sleep", 68: "hrv_status"}
"""Kinds of file that the public profile does not name."""
_GARMIN = (1, 13, 15)
"""Manufacturers whose products the profile names."""
_COROS = 294
"""Writes UTC as its local time: beside another watch on the same run it is off by the offset."""
_SPORT_EVENT_RACE = 4
_TIMER, _START, _STOPS = 0, 0, (1, 4, 8, 9)
"""Event "timer" and its event types start, stop, stop_all, stop_disable and stop_disable_all."""


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
        One `Run` a session; other activities keep their sport. ``state`` is "damaged" when the file was broken and something could
        be kept: all that stands before the damage, and what can be found behind it. Records without a session message give a run
        made from them. "skipped" for a FIT file that is no activity. Records keep the order of the file; one that lies more than ten
        days from the middle of its file has no time (NaN), and ``time_s`` may step back where the device's clock did.

    Raises
    ------
    RunFileError
        When there is nothing to read: missing, empty, another format, an activity without anything in it.
    DamagedRunFileError
        When the file is broken before its first record.
    """
    data = read_unpacked(path)[0] if data is None else data
    if len(data) < 12 or data[8:12] != b".FIT":
        raise RunFileError(_what_instead(data), place=str(path), remedy="Export the activity again as FIT.")
    parts = fit_parts(data, _MAX_MESSAGES)
    runs = tuple(run for part in parts for run in _runs(part, path))
    damage = [words for part in parts for words in part.damage]
    if not runs:
        return _no_runs(parts, damage, path)
    count = sum(run.record_count for run in runs)
    detail = f"{path}: {count} records, {', '.join(line_of(run) for run in runs)}"
    if not damage:
        return FileOutcome(str(path), "read", detail, runs)
    more = f" and {len(damage) - 2} more places" if len(damage) > 2 else ""
    kept = "every record before the damage was kept" + (", and those found behind it" if any("passed over" in d for d in damage) else "")
    return FileOutcome(str(path), "damaged", f"{detail}; damaged: {'; '.join(damage[:2])}{more}; {kept}", runs)


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


def _no_runs(parts: list[FitPart], damage: list[str], path: Path) -> FileOutcome:
    kind = next((kind for part in parts if (kind := _file_type(part)) is not None), None)
    if kind in _PLANS:
        return FileOutcome(str(path), "skipped", f"{path}: skipped, a plan, not a run ({_PLANS[kind]})")
    if kind is not None and kind != _TYPE_ACTIVITY:
        name = name_of("file", kind)
        name = _OTHER_FILES.get(kind, f"type {kind}") if name == str(kind) else name
        return FileOutcome(str(path), "skipped", f"{path}: skipped, not an activity ({name})")
    if damage or not parts:
        reason = damage[0] if damage else "its header makes no sense"
        raise DamagedRunFileError(f"is broken before its first record ({reason}).", place=str(path))
    raise RunFileError("holds no activity (it is a FIT file without records).", place=str(path))


def _file_type(part: FitPart) -> int | None:
    return next((int(kind) for row in part.rows(FILE_ID) if math.isfinite(kind := number_of(row.get(0)))), None)


def _runs(part: FitPart, path: Path) -> list[Run]:
    sessions = part.rows(SESSION)
    if not part.count(RECORD) and not sessions:
        return []
    kind = _file_type(part)
    if not sessions and kind is not None and kind != _TYPE_ACTIVITY:
        return []  # the points of a course or of a segment
    times = _times(part)
    whole = _Whole(part, times, path)
    if not sessions:
        return [whole.from_records(np.arange(times.size))]
    runs = [whole.from_session(session, rows) for session, rows in zip(sessions, _rows(sessions, times), strict=True)]
    behind = _behind(sessions, times) if part.damage else np.array([], dtype=np.intp)
    return [*runs, whole.from_records(behind)] if behind.size > 1 else runs


def _times(part: FitPart) -> FloatArray:
    """Unix seconds of every record, NaN where it has none that can be true."""
    times = part.times(RECORD)
    known = np.isfinite(times)
    if known.any():
        times[known & (np.abs(times - np.median(times[known])) > _APART_S)] = np.nan
    return times


def _rows(sessions: list[dict[int, Value]], times: FloatArray) -> list[Rows]:
    """The records of each session: all of them for a single session, else by time; without a time as the record before."""
    if len(sessions) == 1:
        return [np.arange(times.size)]
    starts = np.array([number_of(session.get(2)) + FIT_EPOCH_S for session in sessions])
    order = np.argsort(starts, kind="stable")
    place = np.clip(np.searchsorted(starts[order], times, side="right") - 1, 0, None)
    known = np.isfinite(times)
    place = place[np.maximum.accumulate(np.where(known, np.arange(times.size), 0))] if times.size else place
    return [np.flatnonzero(order[place] == index) for index in range(len(sessions))]


def _behind(sessions: list[dict[int, Value]], times: FloatArray) -> Rows:
    """Records later than every session: a sport whose session message was lost."""
    ends = [number_of(s.get(2)) + FIT_EPOCH_S + number_of(s.get(7)) / 1000 for s in sessions]
    if not all(math.isfinite(end) for end in ends):
        return np.array([], dtype=np.intp)
    return np.flatnonzero(times > max(ends) + 60)


class _Whole:
    """One file: what all its sessions share."""

    def __init__(self, part: FitPart, times: FloatArray, path: Path) -> None:
        self._part, self._times, self._path = part, times, path
        self._device = _device(part)
        self._utc_offset_s, self._clock_s = _local(part)

    def from_session(self, session: Mapping[int, Value], rows: Rows) -> Run:
        sport = name_of("sport", session.get(5)) or "unknown"
        sub_sport = name_of("sub_sport", session.get(6))
        zero = number_of(session.get(2)) + FIT_EPOCH_S
        first = self._first(rows)
        if math.isfinite(first) and not abs(zero - first) <= _APART_S:
            zero = first
        zero = zero if math.isfinite(zero) else number_of(session.get(TIMESTAMP)) + FIT_EPOCH_S
        start, known = self._start(zero)
        effort = number_of(session.get(193))
        return Run(
            start=start,
            sport=sport,
            distance_m=_optional(number_of(session.get(9)) / 100),
            timer_time_s=_optional(number_of(session.get(8)) / 1000),
            elapsed_time_s=_optional(number_of(session.get(7)) / 1000),
            record_count=int(rows.size),
            sub_sport=sub_sport,
            utc_offset_s=self._utc_offset_s,
            device=self._device,
            origin=str(self._path),
            perceived_exertion=effort / 10 if 0 <= effort <= 100 else None,
            stated=stated(session, sport),
            tags=_tags(session, sub_sport),
            start_known=known,
            load_samples=samples(self._part, rows, self._times, zero, sport),
        )

    def from_records(self, rows: Rows) -> Run:
        """A run whose totals come from its records because the session message was lost."""
        times = self._times[rows]
        known = np.isfinite(times)
        zero = self._first(rows)
        elapsed = float(np.nanmax(times)) - zero if known.any() else None
        timer = None if elapsed is None else max(elapsed - self._paused_s(zero, zero + elapsed), 0.0)
        distance = distances(self._part)[rows][known] if known.any() else distances(self._part)[rows]
        distance = distance[np.isfinite(distance)]
        whole = rows.size == self._times.size
        length = float(distance[-1] - (min(distance[0], 0.0) if whole else distance[0])) if distance.size else None
        sport, sub_sport, guessed = self._sport(rows, length, timer)
        start, start_known = self._start(zero)
        return Run(
            start=start,
            sport=sport,
            distance_m=length,
            timer_time_s=timer,
            elapsed_time_s=elapsed,
            record_count=int(rows.size),
            sub_sport=sub_sport,
            utc_offset_s=self._utc_offset_s,
            device=self._device,
            origin=f"{self._path} (totals from its records)",
            sport_guessed=guessed,
            tags=_tags({}, sub_sport),
            start_known=start_known,
            load_samples=samples(self._part, rows, self._times, zero, sport),
        )

    def _sport(self, rows: Rows, distance_m: float | None, timer_s: float | None) -> tuple[str, str, bool]:
        """What the records or a message of its own say; else running, where the speed is a runner's or not known."""
        kinds = self._part.column(RECORD, 42)[rows]
        kinds = kinds[np.isfinite(kinds)]
        if kinds.size:
            return name_of("activity_type", int(np.median(kinds))), "", False
        row = next((row for row in self._part.rows(SPORT) if 0 in row), None)
        if row is not None:
            return name_of("sport", row.get(0)), name_of("sub_sport", row.get(1)), False
        slow_or_fast = bool(distance_m) and bool(timer_s) and not RUNNING_MPS[0] <= (distance_m or 0) / (timer_s or 1) <= RUNNING_MPS[1]
        return ("unknown", "", False) if slow_or_fast else ("running", "", True)

    def _first(self, rows: Rows) -> float:
        times = self._times[rows]
        known = times[np.isfinite(times)]
        return float(known.min()) if known.size else math.nan

    def _start(self, seconds: float) -> tuple[datetime, StartKnown]:
        """UTC moment; the runner's clock where the device knew only that; the FIT epoch when nothing tells, or nothing that can be."""
        known = StartKnown.INSTANT
        if math.isfinite(self._clock_s) and seconds < _FIRST_S:
            seconds, known = seconds + self._clock_s, StartKnown.LOCAL
        if not _FIRST_S <= seconds <= _LAST_S:
            seconds, known = FIT_EPOCH_S, StartKnown.INSTANT
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds), known

    def _paused_s(self, first: float, last: float) -> float:
        """Time between stop and start of the timer, as the events tell, within these moments."""
        part = self._part
        paused, stopped = 0.0, math.nan
        if not part.count(EVENT):
            return paused
        events = zip(part.column(EVENT, 0), part.column(EVENT, 1), part.times(EVENT), strict=True)
        for event, kind, at in events:
            if event != _TIMER or not math.isfinite(at):
                continue
            if kind in _STOPS and not math.isfinite(stopped):
                stopped = at
            elif kind == _START and math.isfinite(stopped):
                paused += max(min(at, last) - max(stopped, first), 0.0)
                stopped = math.nan
        return paused


def _tags(session: Mapping[int, Value], sub_sport: str) -> tuple[str, ...]:
    race = number_of(session.get(28)) == _SPORT_EVENT_RACE
    return (("race",) if race else ()) + tags_of(sub_sport)


def _local(part: FitPart) -> tuple[int | None, float]:
    """The offset from UTC, and what to add to times of a device that never knew UTC to get the runner's clock (NaN: not known).

    From the activity message; without one from the device's settings.
    """
    clock = math.nan
    for activity in part.rows(ACTIVITY):
        local, utc = number_of(activity.get(5)), number_of(activity.get(TIMESTAMP))
        if local == utc and any(row.get(1) == _COROS for row in part.rows(FILE_ID)):
            continue
        if abs(local - utc) <= _MAX_OFFSET_S:
            return round((local - utc) / 900) * 900, math.nan
        if utc < 0x10000000 <= local:
            clock = local - utc
    for settings in part.rows(DEVICE_SETTINGS):
        offsets, active = settings.get(2), number_of(settings.get(0))
        of_zone = offsets if isinstance(offsets, tuple) else (number_of(offsets),)
        seconds = of_zone[int(active)] if 0 <= active < len(of_zone) else None
        # Seconds in an unsigned field: west of Greenwich they are written as their complement.
        seconds = None if seconds is None or not math.isfinite(seconds) else seconds - 2**32 if seconds >= 2**31 else seconds
        if seconds is not None and abs(seconds) <= _MAX_OFFSET_S:
            return round(seconds / 900) * 900, clock
    return None, clock


def _device(part: FitPart) -> str:
    first = next(iter(part.rows(FILE_ID)), {})
    manufacturer, product = first.get(1), first.get(2)
    named = first.get(8) or next((row[27] for row in part.rows(DEVICE_INFO) if row.get(0) == 0 and isinstance(row.get(27), str)), "")
    if manufacturer in _GARMIN and isinstance(product, int | float):
        model = name_of("garmin_product", product)
        model = str(named).strip()[:40] if model.isdigit() and named else model
    else:
        model = str(named).strip()[:40] or _digits(product)
    return f"{name_of('manufacturer', manufacturer)}/{model}".strip("/")


def _digits(value: Value | None) -> str:
    return str(int(value)) if isinstance(value, int | float) else ""


def _optional(value: float) -> float | None:
    return value if math.isfinite(value) else None
