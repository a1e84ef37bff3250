"""Health exports of an iPhone, of any size in bounded memory: workouts as runs, what was recorded in them, and days.

The records of a run stand in the file before the workout that they belong to. So the file is read twice: quickly, by
the bytes, for when there were running workouts; then by its elements, keeping the records of those times only.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from heapq import heappop, heappush
from itertools import islice
from pathlib import Path

from backstride.errors import DamagedRunFileError, RunFileError
from backstride.importers.apple_days import Days
from backstride.importers.apple_records import Records, named
from backstride.importers.apple_time import LONGEST_S, Clock, Windows
from backstride.importers.apple_units import EFFORT, quantity
from backstride.importers.apple_workout import MAX_WORKOUT_S, Workout
from backstride.importers.apple_xml import CHUNK, hear
from backstride.importers.content import Content
from backstride.model.run import FileOutcome, Run

__all__ = ["read_apple_health"]

_MAX_WORKOUTS = 50_000
"""Ten a day for over thirteen years."""
_MOST_AT_ONCE = 40
"""Running workouts that may lie within an hour of each other and still get what was recorded: twenty intervals in two programs. With all
of a crafted export's workouts over all of its records, the work would grow with their product."""
_MAX_DEPTH = 60
_WORKOUT = b"<Workout"
_WORKOUT_BYTES = 4096
"""Within these a workout has told its type, start and end."""
_RUNNING = re.compile(rb"""\bworkoutActivityType\s*=\s*["']HKWorkoutActivityTypeRunning["']""")
_START = re.compile(rb"""\bstartDate\s*=\s*["']([0-9: +-]{25})["']""")
_END = re.compile(rb"""\bendDate\s*=\s*["']([0-9: +-]{25})["']""")
_OFFSETS = 3
_EFFORT = "HKQuantityTypeIdentifierWorkoutEffortScore"
_SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"
_NEAR_S = 60


def read_apple_health(path: Path, opened: Callable[[], Content]) -> FileOutcome:
    """Read the ``export.xml`` of an Apple Health export, whatever it is called.

    Parameters
    ----------
    path : Path
        For messages and origins.
    opened : callable
        Gives the content from its start, each time it is called; it is called twice.

    Returns
    -------
    FileOutcome
        A `Run` for every workout of any sport; running ones with the samples recorded during them, from one source a
        quantity: the workout's own, else a watch, else the one with most. The offset from UTC is None where a workout names no zone:
        times are written in the phone's offset at export. Days with sleep (asleep, not in bed; a night
        belongs to the day on which it ends), water, body weight and resting heart rate. ``state`` is "damaged" when
        something could not be read; everything else was kept.

    Raises
    ------
    RunFileError
        When it holds no health data at all, or declares entities.
    """
    clock = Clock()
    first = opened()
    try:
        windows = _running_times(first, clock)
    finally:
        first.close()
    export = _Export(windows, clock)
    content = opened()
    try:
        damage = hear(content, export)
    except RunFileError as error:
        raise RunFileError(error.message, place=str(path), remedy=error.remedy) from None
    finally:
        content.close()
    return export.outcome(path, damage)


def _running_times(content: Content, clock: Clock) -> Windows:
    """When there were running workouts, found without parsing."""
    stretches: list[tuple[int, int]] = []
    offsets: Counter[str] = Counter()
    for element in islice(_workout_bytes(content), _MAX_WORKOUTS):
        started, ended = _START.search(element), _END.search(element)
        if started is None or not _RUNNING.search(element):
            continue
        try:
            start = clock.unix(started[1].decode())
            end = clock.unix(ended[1].decode()) if ended else start
        except ValueError:
            continue
        stretches.append((start, max(start, min(end, start + MAX_WORKOUT_S))))
        offsets[started[1][20:].decode()] += 1
    return Windows(stretches, [offset for offset, _ in offsets.most_common(_OFFSETS)])


def _workout_bytes(content: Content) -> Iterator[bytes]:
    rest = b""
    while True:
        data = content.read(CHUNK)
        block = rest + data
        # What begins too near to the end of a block is looked at with the next one.
        limit = max(len(block) - _WORKOUT_BYTES, 0) if data else len(block)
        at = block.find(_WORKOUT)
        while 0 <= at < limit:
            if block[at + len(_WORKOUT) : at + len(_WORKOUT) + 1].isspace():
                yield block[at : at + _WORKOUT_BYTES]
            at = block.find(_WORKOUT, at + 1)
        if not data:
            return
        rest = block[limit:]


class _Export:
    """Hears the elements of an export; see `apple_xml.Listener`."""

    def __init__(self, windows: Windows, clock: Clock) -> None:
        self.heard = 0
        self._depth = 0
        self._records = Records(windows, clock)
        self._days = Days(clock)
        self._clock = clock
        self._keepers: dict[str, Callable[[list[str]], None]] = {
            **self._records.keepers(),
            **self._days.keepers(),
            _SLEEP: self._keep_sleep,
            _EFFORT: self._keep_effort,
        }
        self._record_count = 0
        self._around = ""
        """The workout or correlation that is open: what stands in it is no record of its own."""
        self._workout: Workout | None = None
        self._workouts: list[Workout] = []
        self._left_out = 0
        self._efforts = array("d")
        self._slept = -1

    def begin(self, name: str, attributes: list[str]) -> None:
        self.heard += 1
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise RunFileError(f"is nested more than {_MAX_DEPTH} deep.")
        if self._around:
            if self._workout is not None:
                self._workout.begin(name, attributes)
        elif name == "Record":
            self._record_count += 1
            # The type stands first in every export seen.
            kind = attributes[1] if attributes and attributes[0] == "type" else named(attributes).get("type", "")
            keep = self._keepers.get(kind)
            if keep is not None:
                keep(attributes)
        elif name == "MetadataEntry":
            if attributes[1:2] == ["HKTimeZone"] and len(attributes) == 4:
                self._zone(attributes[3])
        elif name == "Workout":
            self._around = name
            if len(self._workouts) < _MAX_WORKOUTS:
                self._workout = Workout(attributes)
                self._workouts.append(self._workout)
            else:
                self._left_out += 1
        elif name == "Correlation":
            # "Any Records that appear as children of a correlation also appear as top-level records in this document."
            self._around = name

    def end(self, name: str) -> None:
        self._depth -= 1
        if self._around:
            if name == self._around:
                self._around, self._workout = "", None
            elif self._workout is not None:
                self._workout.end(name)

    def lost(self) -> None:
        self._around, self._workout = "", None
        self._depth = 1

    def _keep_effort(self, attributes: list[str]) -> None:
        record = named(attributes)
        try:
            told = self._clock.unix(record["startDate"]), quantity(record["value"], record.get("unit", ""), EFFORT)
        except (KeyError, ValueError):
            return
        self._efforts.extend(told)

    def _keep_sleep(self, attributes: list[str]) -> None:
        if self._days.sleep(attributes):
            self._slept = self._record_count

    def _zone(self, zone: str) -> None:
        """Metadata stand inside their record: the one counted last."""
        if self._slept == self._record_count:
            self._days.sleep_in_zone(zone)

    def outcome(self, path: Path, damage: str) -> FileOutcome:
        """What was heard of the file; `damage` says what was not."""
        read = [(*row, workout) for workout in self._workouts if (row := workout.run(self._clock, str(path))) is not None]
        rows, crowded = self._with_samples(sorted(read, key=lambda row: row[1]))
        runs = self._with_efforts(rows)
        days = self._days.rows(str(path))
        if damage and not runs and not days:
            raise DamagedRunFileError(f"is broken before its first workout ({damage}).", place=str(path), remedy="Export it again.")
        kept = self._records.kept + self._days.kept + len(self._efforts) // 2
        running = sum(run.sport == "running" for run in runs)
        said = [
            f"{running:,} running {'workout' if running == 1 else 'workouts'}",
            f"{len(runs) - running:,} other",
            f"{kept:,} records kept",
            f"{self._record_count - kept:,} passed over",
        ]
        if unknown := self._records.unknown_units + self._days.unknown_units + sum(workout.unknown_units for workout in self._workouts):
            said.append(f"{unknown:,} values in no known unit left out")
        if timeless := len(self._workouts) - len(runs):
            said.append(f"{timeless:,} workouts without a time left out")
        if self._left_out:
            said.append(f"{self._left_out:,} workouts beyond {_MAX_WORKOUTS:,} left out")
        if crowded:
            said.append(f"{crowded:,} workouts without what was recorded in them: {_MOST_AT_ONCE} others lie within an hour of each")
        detail = f"{path}: {', '.join(said)}"
        if not damage:
            return FileOutcome(str(path), "read", detail, runs, days=days, table=True)
        detail += f"; damaged: {damage}; everything that could be read was kept"
        return FileOutcome(str(path), "damaged", detail, runs, days=days, table=True)

    def _with_samples(self, rows: list[tuple[Run, int, int, Workout]]) -> tuple[list[tuple[Run, int, int]], int]:
        """The rows (by their start) with what was recorded in running ones, and in how many too many lie at once for that."""
        near: list[int] = []
        given, crowded = [], 0
        for run_without, start, last, workout in rows:
            run = run_without
            if run.sport == "running":
                while near and near[0] < start - LONGEST_S:
                    heappop(near)
                if len(near) < _MOST_AT_ONCE:
                    heappush(near, last)
                    run = workout.with_samples(run, self._records, start, last)
                else:
                    crowded += 1
            given.append((run, start, last))
        return given, crowded

    def _with_efforts(self, rows: list[tuple[Run, int, int]]) -> tuple[Run, ...]:
        """Older exports tell an effort as a record of its own, at the time of its workout."""
        runs = [run for run, _, _ in rows]
        starts = [start for _, start, _ in rows]
        for at, score in zip(self._efforts[::2], self._efforts[1::2], strict=True):
            place = bisect_right(starts, at + _NEAR_S) - 1
            if place >= 0 and at <= rows[place][2] + _NEAR_S and 1 <= score <= 10 and runs[place].perceived_exertion is None:
                runs[place] = replace(runs[place], perceived_exertion=score)
        return tuple(runs)
