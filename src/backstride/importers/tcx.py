"""TCX files into runs: one run an activity, totals as its laps state them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from backstride.errors import DamagedRunFileError, RunFileError
from backstride.importers.sport_words import sport_of
from backstride.importers.track import MAX_WORDS, Point, Track, number, outcome_of, parse_time
from backstride.importers.unpacked import read_unpacked
from backstride.importers.xml_events import stream
from backstride.model.run import FileOutcome, Run

__all__ = ["read_tcx"]

_COLUMNS = {
    ("Trackpoint", "AltitudeMeters"): "altitude_m",
    ("Trackpoint", "DistanceMeters"): "distance_m",
    ("Trackpoint", "Cadence"): "cadence",
    ("Position", "LatitudeDegrees"): "latitude_deg",
    ("Position", "LongitudeDegrees"): "longitude_deg",
    ("HeartRateBpm", "Value"): "heart_rate_bpm",
    ("TPX", "Speed"): "speed_mps",
    ("TPX", "RunCadence"): "cadence",
    ("TPX", "Watts"): "power_w",
}
_BEGINS = frozenset(("Activity", "Lap", "Track", "Trackpoint"))
_ENDS = frozenset(("Trackpoint", "Time", "TotalTimeSeconds", "Name", "Notes", *(name for _, name in _COLUMNS)))


@dataclass(slots=True)
class _Activity:
    sport: str
    start_s: float = math.nan
    device: str = ""
    note: str = ""
    lap_time_s: list[float] = field(default_factory=list)
    lap_distance_m: list[float] = field(default_factory=list)
    track: Track = field(default_factory=Track)


def read_tcx(path: Path, data: bytes | None = None) -> FileOutcome:
    """Read one TCX file (also gzipped).

    Parameters
    ----------
    path : Path
    data : bytes, optional
        Its unpacked content, where that was read already.

    Returns
    -------
    FileOutcome
        One `Run` an activity. Where the laps state neither time nor distance, both come from the points, and the origin
        says so. ``RunCadence`` is of one leg and doubled.

    Raises
    ------
    RunFileError
        When it holds no activity: a course or a workout is a plan, not a run.
    DamagedRunFileError
        When it breaks before the first activity.
    """
    document = _Document()
    data = read_unpacked(path)[0] if data is None else data
    damage = stream(data, document.begin, document.end, begins=_BEGINS, ends=_ENDS)
    runs = tuple(run for activity in document.activities if (run := _run(activity, path, damaged=bool(damage))) is not None)
    if not runs:
        if damage:
            raise DamagedRunFileError(f"is broken before its first point ({damage}).", place=str(path))
        raise RunFileError("holds no activity.", place=str(path), remedy="Export the activity, not a course or a workout.")
    return outcome_of(runs, path, damage)


class _Document:
    """What was read of a TCX document so far."""

    def __init__(self) -> None:
        self.activities: list[_Activity] = []
        self._segment = 0
        self._point: Point | None = None

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "Activity":
            self.activities.append(_Activity(attributes.get("Sport", "")))
        elif name == "Lap" and self.activities:
            started, _ = parse_time(attributes.get("StartTime", ""))
            if not math.isfinite(self.activities[-1].start_s):
                self.activities[-1].start_s = started
        elif name == "Track":
            self._segment += 1
        elif name == "Trackpoint":
            self._point = Point(segment=self._segment)

    def end(self, parent: str, name: str, text: str) -> None:
        if not self.activities:
            return
        activity, point = self.activities[-1], self._point
        if point is not None:
            if name == "Trackpoint":
                activity.track.points.append(point)
                self._point = None
            elif name == "Time":
                point.time_s, offset = parse_time(text)
                activity.track.offset_s = activity.track.offset_s or offset
            elif (column := _COLUMNS.get((parent, name))) and math.isfinite(value := number(text)):
                point.columns.setdefault(column, value)
        elif (parent, name) == ("Lap", "TotalTimeSeconds"):
            activity.lap_time_s.append(number(text))
        elif (parent, name) == ("Lap", "DistanceMeters"):
            activity.lap_distance_m.append(number(text))
        elif (parent, name) == ("Creator", "Name"):
            activity.device = text[:80]
        elif (parent, name) == ("Activity", "Notes"):
            activity.note = text[:MAX_WORDS]


def _run(activity: _Activity, path: Path, *, damaged: bool) -> Run | None:
    track = activity.track
    times = track.times()
    known = np.isfinite(times)
    if not known.any() and not activity.lap_time_s:
        return None
    start = activity.start_s if math.isfinite(activity.start_s) else float(np.nanmin(times)) if known.any() else math.nan
    if not math.isfinite(start):
        return None
    elapsed = float(np.nanmax(times)) - start if known.any() else None
    time_s, distance_m = _total(activity.lap_time_s), _total(activity.lap_distance_m)
    # Some programs write laps of zero; a file cut off inside a lap lost that lap's totals.
    unstated = not time_s and not distance_m and elapsed is not None and elapsed > 0
    sport, sub_sport, tags = sport_of(activity.sport)
    origin = str(path)
    if unstated and known.any():
        # The start of an empty lap is not that of the run.
        start, elapsed = float(np.nanmin(times)), float(np.nanmax(times) - np.nanmin(times))
    if unstated or damaged:
        origin = f"{path} (totals from its points)"
        time_s = float(np.nanmax(times) - np.nanmin(times)) if known.any() else None
        distance_m = track.last_distance_m() or track.length_m()
    return Run(
        start=datetime.fromtimestamp(start, UTC),
        sport=sport,
        distance_m=distance_m,
        timer_time_s=time_s,
        elapsed_time_s=elapsed,
        record_count=len(track.points),
        sub_sport=sub_sport,
        utc_offset_s=track.offset_s,
        device=activity.device,
        note=activity.note,
        origin=origin,
        tags=tags,
        load_samples=track.samples(start, sport == "running"),
    )


def _total(values: list[float]) -> float | None:
    stated = [value for value in values if math.isfinite(value)]
    return math.fsum(stated) if stated else None
