"""The points of a recorded track, from whatever XML format, and what can be computed from them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from backstride.model.run import FileOutcome, Run, Samples

__all__ = ["MAX_WORDS", "RUNNING_MPS", "Point", "Track", "line_of", "number", "outcome_of", "parse_time"]

FloatArray = npt.NDArray[np.float64]

_EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""
_ONE_LEG_SPM = 120.0
"""A runner's median steps a minute lie above this, strides of one leg below it."""
RUNNING_MPS = (1.6, 6.5)
"""Between these mean speeds an activity of unknown kind is taken as running."""
MAX_WORDS = 2000
"""Characters kept of a title or a note."""


@dataclass(slots=True)
class Point:
    """One recorded point; NaN is missing. ``segment`` counts the pieces between pauses."""

    time_s: float = math.nan
    segment: int = 0
    columns: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Track:
    """The points of one activity in the order of the file."""

    points: list[Point] = field(default_factory=list)
    offset_s: int | None = None

    def times(self) -> FloatArray:
        """Unix seconds of every point, NaN where it has none; shape (points,)."""
        return np.array([point.time_s for point in self.points], dtype=np.float64)

    def column(self, name: str) -> FloatArray:
        """One value a point, NaN where missing; shape (points,)."""
        return np.array([point.columns.get(name, math.nan) for point in self.points], dtype=np.float64)

    def last_distance_m(self) -> float | None:
        """The distance that the device counted up to its last point; None when it counted none."""
        distance = self.column("distance_m")
        known = distance[np.isfinite(distance)]
        return float(known.max()) if known.size else None

    def length_m(self) -> float | None:
        """Length along the positions within each segment, on a sphere (haversine formula); None without two positions."""
        latitude, longitude = np.radians(self.column("latitude_deg")), np.radians(self.column("longitude_deg"))
        segment = np.array([point.segment for point in self.points])
        known = np.isfinite(latitude) & np.isfinite(longitude)
        if known.sum() < 2:
            return None
        latitude, longitude, segment = latitude[known], longitude[known], segment[known]
        half = np.sin(np.diff(latitude) / 2) ** 2
        half += np.cos(latitude[:-1]) * np.cos(latitude[1:]) * np.sin(np.diff(longitude) / 2) ** 2
        steps = 2 * _EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
        return float(steps[np.diff(segment) == 0].sum())

    def time_in_segments_s(self) -> float | None:
        """Time within the segments, without the pauses between them; None for a single segment, which tells of no pause."""
        times = self.times()
        segment = np.array([point.segment for point in self.points])[np.isfinite(times)]
        if not segment.size or segment[0] == segment[-1]:
            return None
        steps = np.diff(times[np.isfinite(times)])
        return float(steps[(np.diff(segment) == 0) & (steps > 0)].sum())

    def samples(self, start_s: float, running: bool) -> Callable[[], Samples]:
        """The columns that have any value, with ``time_s`` from the start."""

        def load() -> Samples:
            names = sorted({name for point in self.points for name in point.columns})
            columns = {"time_s": self.times() - start_s, **{name: self.column(name) for name in names}}
            cadence = columns.pop("cadence", None)
            if cadence is not None and np.isfinite(cadence).any():
                one_leg = running and float(np.nanmedian(cadence)) < _ONE_LEG_SPM
                columns["cadence_spm"] = cadence * (2 if one_leg else 1)
            return columns

        return load

    def at_running_speed(self) -> bool:
        """Whether its mean speed over the moving time is a runner's; for files that do not tell their sport."""
        times, length = self.times(), self.length_m()
        if length is None or not np.isfinite(times).any():
            return False
        gaps = np.diff(times[np.isfinite(times)])
        moving = float(gaps[(gaps > 0) & (gaps <= 60)].sum())
        return moving > 0 and RUNNING_MPS[0] <= length / moving <= RUNNING_MPS[1]


def outcome_of(runs: tuple[Run, ...], path: Path, damage: str) -> FileOutcome:
    """What became of a file that gave these runs; `damage` says where and why it ends to be readable, or is empty."""
    count = sum(run.record_count for run in runs)
    detail = f"{path}: {count} points, {', '.join(line_of(run) for run in runs)}"
    if damage:
        return FileOutcome(str(path), "damaged", f"{detail}; damaged: {damage}; every point before the damage was kept", runs)
    return FileOutcome(str(path), "read", detail, runs)


def line_of(run: Run) -> str:
    """Sport and distance of a run, for the line of its file."""
    distance = "no distance" if run.distance_m is None else f"{run.distance_m / 1000:.2f} km"
    return f"{run.sport}{' (a guess)' if run.sport_guessed else ''} {distance}"


def number(text: str) -> float:
    """A number of the file, NaN when it is none; a decimal comma is read as a point."""
    try:
        value = float(text)
    except ValueError:
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            return math.nan
    return value if math.isfinite(value) else math.nan


def parse_time(text: str) -> tuple[float, int | None]:
    """Unix seconds and the stated offset from UTC in seconds (None for UTC or none); NaN for what is no time of a run."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return math.nan, None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if not 1990 <= moment.year <= 2100:
        return math.nan, None
    offset = moment.utcoffset()
    seconds = int(offset.total_seconds()) if offset is not None else 0
    return moment.timestamp(), seconds or None
