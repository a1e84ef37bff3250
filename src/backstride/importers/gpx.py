"""GPX files into runs: one run a track. GPX states no totals, so distance is measured along the positions."""

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
    "Temperature": "temperature_c",
    "speed": "speed_mps",
    "distance": "distance_m",
}
_BEGINS = frozenset(("gpx", "trk", "trkseg", "trkpt"))
_ENDS = frozenset(("trk", "trkseg", "trkpt", "time", "type", "name", "desc", *_COLUMNS))
_NUMBERS = {"9": "running"}
"""One service's number for it, in the type of a track."""


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
        One `Run` a track that has times. A track without a type counts as running when its speed is a runner's, and is marked as guessed.
        Cadence below 120 is of one leg and doubled. GPX states no timer time: where the track is in several segments, the recording
        was paused between them, and timer time is the time within them; of one segment it stays None, as pauses may hide in it.

    Raises
    ------
    RunFileError
        When it holds no track with times: a route is a plan, not a run.
    DamagedRunFileError
        When it breaks before the first point.
    """
    document = _Document()
    data = read_unpacked(path)[0] if data is None else data
    damage = stream(data, document.begin, document.end, begins=_BEGINS, ends=_ENDS)
    runs = tuple(run for titled in document.tracks if (run := _run(titled, document.creator, path)) is not None)
    if not runs:
        if damage and not any(titled.track.points for titled in document.tracks):
            raise DamagedRunFileError(f"is broken before its first point ({damage}).", place=str(path))
        what = "its points have no times: a planned route, not a run" if document.tracks else "it holds no track"
        raise RunFileError(f"holds no run ({what}).", place=str(path), remedy="Export the activity, not the route.")
    return outcome_of(runs, path, damage)


@dataclass(slots=True)
class _Titled:
    """A track and what stands about it."""

    track: Track = field(default_factory=Track)
    kind: str = ""
    title: str = ""
    note: str = ""


class _Document:
    """What was read of a GPX document so far."""

    def __init__(self) -> None:
        self.creator = ""
        self.tracks: list[_Titled] = []
        self._segment = 0
        self._point: Point | None = None

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "trkpt":
            columns = {"latitude_deg": number(attributes.get("lat", "")), "longitude_deg": number(attributes.get("lon", ""))}
            self._point = Point(segment=self._segment, columns=columns)
        elif name == "trkseg":
            self._segment += 1
        elif name == "trk":
            self.tracks.append(_Titled())
        else:
            self.creator = attributes.get("creator", "")[:80]

    def end(self, parent: str, name: str, text: str) -> None:
        if not self.tracks:
            return
        last, point = self.tracks[-1], self._point
        if point is not None:
            if name == "trkpt":
                last.track.points.append(point)
                self._point = None
            elif name == "time":
                point.time_s, offset = parse_time(text)
                last.track.offset_s = last.track.offset_s or offset
            elif name in _COLUMNS and math.isfinite(value := number(text)):
                point.columns.setdefault(_COLUMNS[name], value)
        elif parent == "trk" and name == "type":
            last.kind = text
        elif parent == "trk" and name == "name":
            last.title = text[:MAX_WORDS]
        elif parent == "trk" and name == "desc":
            last.note = text[:MAX_WORDS]


def _run(titled: _Titled, creator: str, path: Path) -> Run | None:
    track = titled.track
    times = track.times()
    if not np.isfinite(times).any():
        return None
    start = float(np.nanmin(times))
    guessed = not titled.kind and track.at_running_speed()
    sport, sub_sport, tags = sport_of("running" if guessed else _NUMBERS.get(titled.kind, titled.kind))
    return Run(
        start=datetime.fromtimestamp(start, UTC),
        sport=sport,
        distance_m=track.length_m(),
        timer_time_s=track.time_in_segments_s(),
        elapsed_time_s=float(np.nanmax(times)) - start,
        record_count=len(track.points),
        utc_offset_s=track.offset_s,
        sub_sport=sub_sport,
        device=creator,
        title=titled.title,
        note=titled.note,
        tags=tags,
        origin=str(path),
        sport_guessed=guessed,
        load_samples=track.samples(start, sport == "running"),
    )
