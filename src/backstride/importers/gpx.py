"""GPX files into runs: one run a track. GPX states no totals, so distance is measured along the positions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from backstride.errors import DamagedRunFileError, RunFileError
from backstride.importers.track import Point, Track, number, outcome_of, parse_time
from backstride.importers.unpacked import read_unpacked
from backstride.importers.xml_events import stream
from backstride.model.run import FileOutcome, Run

__all__ = ["read_gpx"]

_COLUMNS = {
    "ele": "altitude_m",
    "hr": "heart_rate_bpm",
    "heartrate": "heart_rate_bpm",
    "cad": "cadence",
    "cadence": "cadence",
    "power": "power_w",
    "PowerInWatts": "power_w",
    "atemp": "temperature_c",
    "speed": "speed_mps",
}
_RUNNING = ("running", "run", "9", "trail_running", "trail running", "treadmill_running", "jogging", "track_running")
"""Words for running in the type of a track; "9" is one service's number for it."""


def read_gpx(path: Path, data: bytes | None = None) -> FileOutcome:
    """Read one GPX file (also gzipped).

    Parameters
    ----------
    path : Path
    data : bytes, optional
        Its unpacked content, where that was read already.

    Returns
    -------
    FileOutcome
        One `Run` a track that has times. A track without a type counts as running when its speed is a runner's, and says so.
        Cadence below 120 is of one leg and doubled.

    Raises
    ------
    RunFileError
        When it holds no track with times: a route is a plan, not a run.
    DamagedRunFileError
        When it breaks before the first point.
    """
    document = _Document()
    damage = stream(read_unpacked(path)[0] if data is None else data, document.begin, document.end)
    runs = tuple(run for track, kind in document.tracks if (run := _run(track, kind, document.creator, path)) is not None)
    if not runs:
        if damage and not any(track.points for track, _ in document.tracks):
            raise DamagedRunFileError(f"is broken before its first point ({damage}).", place=str(path))
        what = "its points have no times: a planned route, not a run" if document.tracks else "it holds no track"
        raise RunFileError(f"holds no run ({what}).", place=str(path), remedy="Export the activity, not the route.")
    return outcome_of(runs, path, damage)


class _Document:
    """What was read of a GPX document so far."""

    def __init__(self) -> None:
        self.creator = ""
        self.tracks: list[tuple[Track, str]] = []
        self._segment = 0
        self._point: Point | None = None

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "gpx":
            self.creator = attributes.get("creator", "")[:80]
        elif name == "trk":
            self.tracks.append((Track(), ""))
        elif name == "trkseg":
            self._segment += 1
        elif name == "trkpt":
            columns = {"latitude_deg": number(attributes.get("lat", "")), "longitude_deg": number(attributes.get("lon", ""))}
            self._point = Point(segment=self._segment, columns=columns)

    def end(self, parent: str, name: str, text: str) -> None:
        if name == "trkpt" and self._point is not None and self.tracks:
            self.tracks[-1][0].points.append(self._point)
            self._point = None
        elif name == "type" and parent == "trk" and self.tracks:
            self.tracks[-1] = (self.tracks[-1][0], text)
        elif self._point is not None and name == "time" and self.tracks:
            self._point.time_s, offset = parse_time(text)
            self.tracks[-1][0].offset_s = self.tracks[-1][0].offset_s or offset
        elif self._point is not None and name in _COLUMNS and math.isfinite(value := number(text)):
            self._point.columns.setdefault(_COLUMNS[name], value)


def _run(track: Track, kind: str, creator: str, path: Path) -> Run | None:
    times = track.times()
    if not np.isfinite(times).any():
        return None
    start = float(np.nanmin(times))
    stated = kind.strip().lower()
    guessed = not stated and track.at_running_speed()
    sport = "running" if stated in _RUNNING or guessed else stated or "unknown"
    return Run(
        start=datetime.fromtimestamp(start, UTC),
        sport=sport,
        distance_m=track.length_m(),
        timer_time_s=None,
        elapsed_time_s=float(np.nanmax(times)) - start,
        record_count=len(track.points),
        utc_offset_s=track.offset_s,
        device=creator,
        origin=f"{path} (taken as running by its speed)" if guessed else str(path),
        load_samples=track.samples(start, sport == "running"),
    )
