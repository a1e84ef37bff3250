"""Which reader reads what: one line a format. The content decides, never the name alone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from backstride.errors import RunFileError
from backstride.importers.apple_health import read_apple_health
from backstride.importers.content import Content
from backstride.importers.fit import read_fit
from backstride.importers.garmin import holds_garmin_activities, holds_garmin_gear, read_garmin_activities, read_garmin_gear
from backstride.importers.garmin_csv import holds_garmin_list, read_garmin_list
from backstride.importers.garmin_days import holds_garmin_days, read_garmin_days
from backstride.importers.gpx import read_gpx
from backstride.importers.items import Item
from backstride.importers.strava import strava_reader
from backstride.importers.suunto import holds_suunto_log, read_suunto
from backstride.importers.tcx import read_tcx
from backstride.importers.unpacked import read_unpacked, unpack
from backstride.model.run import FileOutcome, Run

__all__ = ["links_of", "read_item"]

Reader = Callable[[Path, bytes], FileOutcome]

_SNIFFED = 4000
_HEALTH_EXPORT = re.compile(rb"<(?:!DOCTYPE\s+)?HealthData\b")
_RUN_ROOTS = (b"<gpx", b"<trainingcenterdatabase")
_GZIP = b"\x1f\x8b"
_PIECE = 1 << 16
_MAX_RENAMED = 64_000_000
"""A larger XML file holds no single run."""
_FARTHEST_M = 5_000_000.0
_LONGEST_S = 60 * 86_400.0
_ABSURD = 1e9
_LINKS = (
    (re.compile(r"(?:^|[/\\!])activities[/\\](\d+)\.(?:fit|gpx|tcx)(?:\.gz)?\Z", re.IGNORECASE), "strava-file"),
    (re.compile(r"(?:^|[/\\!])workout-routes[/\\]([^/\\!]+\.gpx)(?:\.gz)?\Z", re.IGNORECASE), "apple-route"),
    (re.compile(r"[^/\\!]@[^/\\!]*_(\d{6,18})\.(?:fit|gpx|tcx)\Z", re.IGNORECASE), "garmin"),
)
"""Where a service writes the number of an activity into the path of its file, and what that number is of."""


def read_item(item: Item) -> FileOutcome:
    """Read one item, whatever it is.

    Returns
    -------
    FileOutcome
        Always one, with a line for a person; nothing that a file holds raises.
    """
    path = Path(item.path)
    if item.name.rpartition("/")[2] == "backstride.json":
        words = "belongs to an export of backstride that was unpacked or cut off; give the whole zip as it is"
        return FileOutcome(item.path, "unreadable", f"{item.path}: {words}")
    if item.skipped:
        return FileOutcome(item.path, "skipped", f"{item.path}: {item.skipped}")
    if item.refused:
        return FileOutcome(item.path, "unreadable", f"{item.path}: refused, it {item.refused}")
    try:
        if item.opened is not None:
            streamed = _streamed(path, item.opened)
            if isinstance(streamed, FileOutcome):
                return streamed
            packed, broken = streamed
            data, damage = unpack(packed, path)
            damage = damage or broken
        else:
            data, damage = read_unpacked(item.file) if item.file is not None else unpack(item.data, path)
        damage = f"in the archive: {item.damaged}" if item.damaged else damage
        outcome = replace(_reader(path, data)(path, data), digest=hashlib.sha256(data).hexdigest())
    except RunFileError as error:
        return FileOutcome(item.path, "unreadable", str(error) if error.place else f"{item.path}: {error}")
    except Exception as error:  # a fault of ours in one file must not cost the others; fuzzing looks for these
        words = f"{item.path}: its reader failed ({type(error).__name__}: {str(error)[:80]}). Please report it."
        return FileOutcome(item.path, "unreadable", words)
    outcome = replace(outcome, runs=tuple(_believable(run) for run in outcome.runs))
    # A list speaks of a file with several sessions by one name; which of them it means, their times tell.
    if (links := links_of(item.path)) and len(outcome.runs) == 1:
        run = outcome.runs[0]
        # A route is called "Route"; what the run is called, the workout says.
        title = "" if any(link.startswith("apple-route:") for link in links) else run.title
        outcome = replace(outcome, runs=(replace(run, title=title, links=(*run.links, *links)),))
    return replace(outcome, state="damaged", detail=f"{outcome.detail}; {damage}") if damage else outcome


def links_of(path: str) -> tuple[str, ...]:
    """Names under which a service's lists speak of the activity in this file, as far as its path tells."""
    return tuple(f"{kind}:{found[1]}" for pattern, kind in _LINKS if (found := pattern.search(path)))


def _believable(run: Run) -> Run:
    """Without totals that no activity has: the field stays unknown, the rest of the run is kept."""

    def known(value: float | None, largest: float) -> float | None:
        return value if value is not None and 0 <= value <= largest else None

    return replace(
        run,
        distance_m=known(run.distance_m, _FARTHEST_M),
        timer_time_s=known(run.timer_time_s, _LONGEST_S),
        elapsed_time_s=known(run.elapsed_time_s, _LONGEST_S),
        stated={name: value for name, value in run.stated.items() if abs(value) < _ABSURD},
    )


def _streamed(path: Path, opened: Callable[[], Content]) -> FileOutcome | tuple[bytes, str]:
    """What became of what may be larger than the memory; of a small run file under such a name its bytes and their damage."""
    content = opened()
    try:
        start = content.read(_SNIFFED)
        if _HEALTH_EXPORT.search(start):
            return read_apple_health(path, opened)
        lower = start.replace(b"\0", b"").lower()
        if start[:2] == _GZIP or any(root in lower for root in _RUN_ROOTS) or holds_suunto_log(lower):
            data = bytearray(start)
            while len(data) <= _MAX_RENAMED and (more := content.read(_PIECE)):
                data += more
            if len(data) <= _MAX_RENAMED:
                return bytes(data), content.damage
    finally:
        content.close()
    if not start:
        return FileOutcome(str(path), "unreadable", f"{path}: {content.damage or 'is empty (0 bytes).'}")
    what = "a clinical document" if b"<clinicaldocument" in lower else "neither a health export nor a run"
    return FileOutcome(str(path), "skipped", f"{path}: skipped, {what}")


def _reader(path: Path, data: bytes) -> Reader:
    """The reader of what the content is; FIT's says what else it may be."""
    start = data[:_SNIFFED].replace(b"\0", b"").lower()  # UTF-16 has a zero beside every letter
    if data[8:12] == b".FIT":
        return read_fit
    if b"<gpx" in start:
        return read_gpx
    if b"<trainingcenterdatabase" in start:
        return read_tcx
    if holds_suunto_log(start):
        return read_suunto
    if holds_garmin_list(start):
        return read_garmin_list
    if (reader := strava_reader(path, data)) is not None:
        return reader
    if holds_garmin_activities(start):
        return read_garmin_activities
    if holds_garmin_gear(start):
        return read_garmin_gear
    if holds_garmin_days(start):
        return read_garmin_days
    if path.suffix.lower() in (".csv", ".json"):
        return _no_table
    return read_fit if path.name.lower().removesuffix(".gz").endswith(".fit") else _nothing_known


def _nothing_known(path: Path, data: bytes) -> FileOutcome:
    if not data:
        raise RunFileError("is empty (0 bytes).", place=str(path))
    case = path.suffix.lower() in (".yaml", ".yml")
    remedy = (
        "A case file is for 'backstride assess'."
        if case
        else "It reads FIT, GPX, TCX and Suunto files, and the archives that services send."
    )
    raise RunFileError("is none of the files that backstride reads.", place=str(path), remedy=remedy)


def _no_table(path: Path, data: bytes) -> FileOutcome:
    return FileOutcome(str(path), "skipped", f"{path}: skipped, holds nothing about runs, shoes or days")
