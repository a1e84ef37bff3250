"""What a watch or a phone recorded during runs, kept in few bytes and given as the columns of a run."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from backstride.importers.apple_time import LONGEST_S, Clock, Windows
from backstride.importers.apple_units import (
    COUNT,
    METRES,
    METRES_PER_SECOND,
    MILLIMETRES,
    MILLISECONDS,
    PER_MINUTE,
    WATTS,
    Units,
)
from backstride.model.run import Samples

__all__ = ["MAX_SOURCE", "QUANTITIES", "Records", "named"]

FloatArray = npt.NDArray[np.float64]

_MAX_SOURCES = 200
MAX_SOURCE = 200
"""Characters kept of a source's name."""
_SHORT_S = 30
_CADENCE_OVER_S = 20
"""Times are whole seconds and a watch counts steps every two or three of them: over this long, rounding is within 5 %."""

QUANTITIES: Mapping[str, tuple[str, Units]] = {
    "HeartRate": ("heart_rate_bpm", PER_MINUTE),
    "RunningSpeed": ("speed_mps", METRES_PER_SECOND),
    "RunningPower": ("power_w", WATTS),
    # Named stride, but "the distance covered by a single step" (Apple, HealthKit, runningStrideLength), as its values say too.
    "RunningStrideLength": ("step_length_mm", MILLIMETRES),
    "RunningGroundContactTime": ("contact_time_ms", MILLISECONDS),
    "RunningVerticalOscillation": ("vertical_oscillation_mm", MILLIMETRES),
    "DistanceWalkingRunning": ("distance_m", METRES),
    "StepCount": ("cadence_spm", COUNT),
}
"""Column and units by the type without its prefix. Of distance and steps the records hold increments."""


def named(attributes: list[str]) -> dict[str, str]:
    """Attributes by name, from name, value, name, value..."""
    return dict(zip(attributes[::2], attributes[1::2], strict=False))


@dataclass(slots=True)
class _Series:
    """All records of one quantity, 17 bytes each.

    Attributes
    ----------
    numbers : dict of str to int
        The number of each source, by its name.
    watches : list of bool
        Whether it is a watch, by its number.
    """

    numbers: dict[str, int] = field(default_factory=dict)
    watches: list[bool] = field(default_factory=list)
    sources: array[int] = field(default_factory=lambda: array("B"))
    starts: array[int] = field(default_factory=lambda: array("I"))
    ends: array[int] = field(default_factory=lambda: array("I"))
    values: array[float] = field(default_factory=lambda: array("d"))
    order: npt.NDArray[np.intp] | None = None
    sorted_starts: npt.NDArray[np.uint32] = field(default_factory=lambda: np.empty(0, np.uint32))

    def within(self, source: str, start_s: int, end_s: int) -> tuple[FloatArray, FloatArray, FloatArray] | None:
        """First and last second and value of the records of a stretch, in the order of time; None where there is none.

        They are of one source only: this one, else a watch, else the one with most.
        A short record belongs to every stretch it touches, a long one (a phone's) to the one in which its middle lies.
        """
        starts = np.frombuffer(self.starts, np.uint32)
        ends = np.frombuffer(self.ends, np.uint32)
        if self.order is None:
            self.order = np.argsort(starts, kind="stable")
            self.sorted_starts = starts[self.order]
        near = np.searchsorted(self.sorted_starts, [max(start_s - LONGEST_S, 0), end_s + 1])
        rows = self.order[near[0] : near[1]]
        first, last = starts[rows].astype(np.float64), ends[rows].astype(np.float64)
        middle = (first + last) / 2
        inside = np.where(last - first <= _SHORT_S, last >= start_s, (middle >= start_s) & (middle <= end_s))
        if not inside.any():
            return None
        sources = np.frombuffer(self.sources, np.uint8)[rows]
        counts = np.bincount(sources[inside], minlength=len(self.watches)).tolist()
        own = self.numbers.get(source, -1)
        chosen = max((number for number, count in enumerate(counts) if count), key=lambda n: (n == own, self.watches[n], counts[n]))
        inside &= sources == chosen
        return first[inside], last[inside], np.frombuffer(self.values, np.float64)[rows][inside]


class Records:
    """The records that lie in the given stretches of time.

    Attributes
    ----------
    kept : int
        Records kept.
    unknown_units : int
        Records of a wanted quantity in a unit that is not known: missing.
    """

    def __init__(self, windows: Windows, clock: Clock) -> None:
        self.kept = 0
        self.unknown_units = 0
        self._windows = windows
        self._clock = clock
        self._series = {column: _Series() for column, _ in QUANTITIES.values()}

    def keepers(self) -> Mapping[str, Callable[[list[str]], None]]:
        """What keeps one record, if it is wanted, by its attributes; by the record's type."""
        return {f"HKQuantityTypeIdentifier{name}": self._keeper(*row) for name, row in QUANTITIES.items()} if self._windows else {}

    def _keeper(self, column: str, units: Units) -> Callable[[list[str]], None]:
        # Called for millions of records, so it looks up nothing twice: the attributes of a type keep their places.
        series = self._series[column]
        numbers = series.numbers
        may_hold, holds, unix = self._windows.may_hold, self._windows.holds, self._clock.unix
        layout: list[str] = []
        at_start = at_end = at_value = at_unit = at_source = at_device = 0

        def place(names: list[str]) -> None:
            nonlocal layout, at_start, at_end, at_value, at_unit, at_source, at_device
            places = {name: 2 * number + 1 for number, name in enumerate(names)}
            # What is not there reads as the empty text behind the last attribute.
            wanted = ("startDate", "endDate", "value", "unit", "sourceName", "device")
            at_start, at_end, at_value, at_unit, at_source, at_device = (places.get(name, 2 * len(names)) for name in wanted)
            layout = names

        def keep(attributes: list[str]) -> None:
            names = attributes[::2]
            if names != layout:
                place(names)
            attributes.append("")
            start, end = attributes[at_start], attributes[at_end]
            if not may_hold(start):
                return
            try:
                first = unix(start)
                last = first if end == start else unix(end)
            except ValueError:
                return
            if not 0 <= last - first <= LONGEST_S or not (holds(first) or holds(last) or holds((first + last) / 2)):
                return
            convert = units.get(attributes[at_unit])
            if convert is None:
                self.unknown_units += 1
                return
            try:
                number = convert(float(attributes[at_value]))
            except ValueError:
                return
            if not math.isfinite(number):
                return
            source = attributes[at_source][:MAX_SOURCE]
            source_number = numbers.get(source)
            if source_number is None:
                if len(numbers) >= _MAX_SOURCES:
                    return
                source_number = numbers[source] = len(numbers)
                series.watches.append("watch" in source.lower() or "hardware:Watch" in attributes[at_device])
            series.sources.append(source_number)
            series.starts.append(first)
            series.ends.append(last)
            series.values.append(number)
            self.kept += 1

        return keep

    def _columns(self, source: str, start_s: int, end_s: int) -> Iterator[tuple[str, FloatArray, FloatArray]]:
        """Each column with the seconds from the start at which it has values."""
        for column, series in self._series.items():
            chosen = series.within(source, start_s, end_s)
            if chosen is None:
                continue
            starts, ends, values = chosen
            if column == "distance_m":
                values = np.cumsum(values)
            elif column == "cadence_spm":
                ends, values = _cadence(starts, ends, values)
            # What a record says of a stretch is known at its end, as in the recordings of other watches.
            yield column, ends - start_s, values

    def samples(self, source: str, start_s: int, end_s: int) -> Callable[[], Samples]:
        """The columns of a workout of this source, one row for each second at which any has a value.

        Its work grows with the records from an hour before the start to the end.
        """

        def load() -> Samples:
            columns = [column for column in self._columns(source, start_s, end_s) if column[1].size]
            if not columns:
                return {}
            times = np.unique(np.concatenate([seconds for _, seconds, _ in columns]))
            samples = {"time_s": times}
            for name, seconds, values in columns:
                samples[name] = np.full(times.size, np.nan)
                samples[name][np.searchsorted(times, seconds)] = values
            return samples

        return load


def _cadence(starts: FloatArray, ends: FloatArray, steps: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Steps a minute over stretches without a gap, each long enough for whole seconds; and their ends."""
    at: list[float] = []
    cadence: list[float] = []
    counted, since, until = 0.0, math.nan, math.nan
    for start, end, count in zip(starts.tolist(), ends.tolist(), steps.tolist(), strict=True):
        if not start <= until + 1:
            counted, since = 0.0, start
        counted, until = counted + count, end
        if until - since >= _CADENCE_OVER_S:
            at.append(until)
            cadence.append(60 * counted / (until - since))
            counted, since = 0.0, until
    return np.array(at), np.array(cadence)
