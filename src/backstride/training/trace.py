"""The samples of one run, set in order: gaps and pauses closed, impossible values out, speed and grade at every sample."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from backstride.model.run import Run, Samples

__all__ = ["Trace", "trace_of", "weighted_median"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

LONGEST_STEP_S = 20.0
"""A sample speaks for at most this long. Watches that save memory write every 1 to about 20 s; a longer gap is a pause..."""
LONGEST_MOVING_STEP_S = 120.0
"""...unless distance or positions went on through it: then at most this long. Beyond it a paused watch may have been carried to
another place, so positions prove nothing more; the device's own distance, which stands still in a pause, still proves movement..."""
_LONGEST_HELD_S = 60.0
"""A quantity with times of its own (`_interleaved`) is known between two of its values up to this far apart. Health exports of a phone
write speed and dynamics every 5 to 10 s, distance and steps every 30 s: twice that, so that one lost record makes no hole, and still
within the minute over which running counts as steady."""
_LONGEST_PROVEN_S = 3600.0
"""...for an hour: after more than that it is the clock that was set anew."""
FASTEST_MPS = 12.0
"""Faster than any sprint of a run; beyond it a position has jumped."""
EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""
_SPEED_WINDOW_S = 10.0
"""Speed is the way of 10 s: position noise of some metres would be 1 m/s from one second to the next."""
_GRADE_WINDOW_S, _NOISY_GRADE_WINDOW_S = 30.0, 60.0
"""Grade is taken over 30 s, some 80 m of running, on which a wrong metre of height is little more than 1 %; over twice as much
where the altitude is noisy."""
_GRADE_LEAST_M = 20.0
"""Over less way than this, no grade."""
ALTITUDE_STEP_S = 5.0
_ALTITUDE_POINTS, _NOISY_ALTITUDE_POINTS = 5, 13
_NOISY_M = 0.7
"""Roughness (`Trace.altitude_roughness_m`) from which an altitude is taken for that of satellites. The steps of the values do not
tell: nearly all files round to 0.2 m. tests/test_measures.py parts real recordings by it: barometers below, satellites above."""
_ROUGHNESS_SPAN_S = 40.0
"""Neighbours farther apart say more about the ground than about the sensor."""
_LONGEST_S = 7 * 86_400.0
"""Altitude of what is longer than a week is not looked at: no run is, and smoothing would fill the memory."""
_COVERED = 0.8
"""Altitude counts as known where it stands for this share of the time."""
RUNNING_SPM = 140.0
"""Steps a minute from which it is running (135 to 140: doi 10.1016/j.humov.2023.103117, 28 adults, 93 % right)."""
_RUNNING_MPS = 1.9
"""Speed from which it is running where no cadence is known (the same study: 1.9 to 2.0 m/s, 79 % right)."""
MOVING_MPS = 0.5

_DEGREE_M = EARTH_RADIUS_M * np.pi / 180
_FASTEST_CHANGE: Mapping[str, float] = {
    "distance_m": FASTEST_MPS,
    "latitude_deg": FASTEST_MPS / _DEGREE_M,
    "longitude_deg": FASTEST_MPS / _DEGREE_M,
}
"""What goes on evenly between two values, and how much of it a second at most."""

_POSSIBLE: Mapping[str, tuple[float, float]] = {
    "latitude_deg": (-90.0, 90.0),
    "longitude_deg": (-180.0, 180.0),
    "speed_mps": (0.0, FASTEST_MPS),
    "altitude_m": (-500.0, 9000.0),
    "heart_rate_bpm": (30.0, 230.0),
    "temperature_c": (-40.0, 60.0),
    "cadence_spm": (30.0, 300.0),
    "contact_time_ms": (80.0, 600.0),
    "contact_balance_left": (0.3, 0.7),
    "vertical_oscillation_mm": (10.0, 250.0),
    "step_length_mm": (200.0, 2500.0),
}
"""What a device can truthfully say of a person on foot; the rest are drop-outs and spikes."""


@dataclass(frozen=True)
class Trace:
    """The samples of one run in order.

    Attributes
    ----------
    time_s : ndarray, shape (samples,)
        Seconds from the run's start, rising.
    clock_s : ndarray, shape (samples,)
        Seconds from the first sample, with pauses closed to `LONGEST_STEP_S`; a gap through which movement is proven counts whole.
    weight_s : ndarray, shape (samples,)
        Seconds for which each sample speaks: half of the step before it and half of the step after it, a step counting for at
        most `LONGEST_MOVING_STEP_S`.
    columns : mapping of str to ndarray
        As in `Samples`, NaN where missing or impossible; only columns that have a value. Of columns with times of their own the
        samples in between are filled (altitude excepted: what lies between two heights has no roughness).
    interleaved : frozenset of str
        The columns with times of their own.
    """

    time_s: FloatArray
    clock_s: FloatArray
    weight_s: FloatArray
    columns: Mapping[str, FloatArray]
    interleaved: frozenset[str] = frozenset()

    @property
    def seconds(self) -> float:
        """Time covered, pauses closed."""
        return float(self.clock_s[-1])

    def mean(self, name: str) -> float | None:
        """Mean of a column over the time in which it has values; None when it has none."""
        values = self.columns.get(name)
        if values is None:
            return None
        known = np.isfinite(values)
        weight = self.weight_s[known]
        return float(values[known] @ weight / weight.sum()) if weight.sum() > 0 else None

    @cached_property
    def way_m(self) -> FloatArray | None:
        """Metres from the first sample; from the device's distance, else its speed, else its positions; None without any.

        What is told in every row comes first: a speed each second is finer than a distance every 30 s.
        Over a gap that was closed to `LONGEST_STEP_S` only that share of its way counts, so that speed is never a way over a time
        other than its own.
        """
        steps = self._steps_told(self.columns.keys() - self.interleaved)
        if steps is None:
            steps = self._steps_told(self.columns.keys())
        if steps is None:
            return None
        # A step back or faster than any runner is a jump of the position or a counter that began again: no way was made.
        gaps = np.diff(self.time_s)
        steps = np.where((steps < 0) | (steps > FASTEST_MPS * gaps), 0.0, steps * (np.diff(self.clock_s) / gaps))
        return np.concatenate(([0.0], np.cumsum(steps)))

    def _steps_told(self, names: Set[str]) -> FloatArray | None:
        """Metres of each step, of these columns only."""
        if (distance := self._filled("distance_m", names)) is not None:
            return np.diff(distance)
        if (speed := self._filled("speed_mps", names)) is not None:
            return (speed[1:] + speed[:-1]) / 2 * np.diff(self.time_s)
        latitude, longitude = (self._filled(name, names) for name in ("latitude_deg", "longitude_deg"))
        return None if latitude is None or longitude is None else _steps_on_earth(latitude, longitude)

    def _filled(self, name: str, names: Set[str]) -> FloatArray | None:
        """A column with its holes bridged; None where it is not among these names or covers less than half of the time."""
        if name not in names:
            return None
        values = self.columns[name]
        known = np.isfinite(values)
        if self.weight_s[known].sum() < self.weight_s.sum() / 2:
            return None
        bridged: FloatArray = values if known.all() else np.interp(self.time_s, self.time_s[known], values[known])
        return bridged

    @cached_property
    def speed_mps(self) -> FloatArray | None:
        """Speed at each sample over `_SPEED_WINDOW_S` around it; None where no way is known."""
        if self.way_m is None:
            return None
        early, late = self._around(_SPEED_WINDOW_S)
        return (np.interp(late, self.clock_s, self.way_m) - np.interp(early, self.clock_s, self.way_m)) / (late - early)

    def _around(self, window_s: float) -> tuple[FloatArray, FloatArray]:
        return np.maximum(self.clock_s - window_s / 2, 0.0), np.minimum(self.clock_s + window_s / 2, self.clock_s[-1])

    @cached_property
    def altitude_m(self) -> FloatArray | None:
        """Smoothed altitude every `ALTITUDE_STEP_S` of the clock; None where it is not known for most of the run.

        A running median of 25 s takes out spikes, a running mean of 25 s the steps of the sensor; of 65 s where the altitude is
        noisy.
        """
        if self._altitude_means is None:
            return None
        grid = np.arange(0.0, self.seconds + ALTITUDE_STEP_S, ALTITUDE_STEP_S)
        altitude: FloatArray = np.interp(grid, *self._altitude_means)
        wide = _NOISY_ALTITUDE_POINTS if self._altitude_is_noisy else _ALTITUDE_POINTS
        for smooth, points in ((np.median, _ALTITUDE_POINTS), (np.mean, wide)):
            padded = np.pad(altitude, points // 2, mode="edge")
            altitude = smooth(np.lib.stride_tricks.sliding_window_view(padded, points), axis=1)
        return altitude

    @cached_property
    def _altitude_means(self) -> tuple[FloatArray, FloatArray] | None:
        """Mean clock and mean altitude of every `ALTITUDE_STEP_S` that has samples; None where most of the run has none."""
        values = self.columns.get("altitude_m")
        if values is None:
            return None
        known = np.isfinite(values)
        covered = np.isfinite(_held(values, self.time_s)) if "altitude_m" in self.interleaved else known
        if self.weight_s[covered].sum() < _COVERED * self.weight_s.sum() or self.seconds > _LONGEST_S:
            return None
        place = np.rint(self.clock_s[known] / ALTITUDE_STEP_S).astype(np.intp)
        _, place = np.unique(place, return_inverse=True)
        count = np.bincount(place)
        return np.bincount(place, self.clock_s[known]) / count, np.bincount(place, values[known]) / count

    @cached_property
    def altitude_roughness_m(self) -> float:
        """How far the altitude jumps about within seconds, faster than ground that is run on; 0 where it is not known.

        Standard deviation, from the median, of the second differences of means of `ALTITUDE_STEP_S`. Noise of the sensor that
        changes slowly (over a minute and more) is not in it: by the altitude alone it can't be told from hills.
        """
        if self._altitude_means is None:
            return 0.0
        when, height = self._altitude_means
        span = when[2:] - when[:-2]
        near = span <= _ROUGHNESS_SPAN_S
        if not near.any():
            return 0.0
        line = height[:-2] + (height[2:] - height[:-2]) * (when[1:-1] - when[:-2]) / span
        # 1.4826: from the median of absolute values to the standard deviation of a normal distribution.
        return float(1.4826 * np.median(2 * np.abs(height[1:-1] - line)[near]))

    @property
    def _altitude_is_noisy(self) -> bool:
        return self.altitude_roughness_m > _NOISY_M

    @cached_property
    def grade(self) -> FloatArray | None:
        """Rise over way at each sample, NaN where hardly any way was made; None where altitude or way is not known."""
        if self.altitude_m is None or self.way_m is None:
            return None
        early, late = self._around(_NOISY_GRADE_WINDOW_S if self._altitude_is_noisy else _GRADE_WINDOW_S)
        grid = ALTITUDE_STEP_S * np.arange(self.altitude_m.size)
        rise = np.interp(late, grid, self.altitude_m) - np.interp(early, grid, self.altitude_m)
        way = np.interp(late, self.clock_s, self.way_m) - np.interp(early, self.clock_s, self.way_m)
        return np.where(way >= _GRADE_LEAST_M, rise / np.maximum(way, _GRADE_LEAST_M), np.nan)

    @cached_property
    def running(self) -> BoolArray:
        """Whether each sample is running: by its cadence where that is known, else by its speed; walking and standing are not."""
        speed, cadence = self.speed_mps, self.columns.get("cadence_spm")
        if speed is None and cadence is None:
            return np.zeros(self.clock_s.size, dtype=bool)
        if cadence is None:
            assert speed is not None
            return speed >= _RUNNING_MPS
        by_speed = np.zeros(cadence.size, dtype=bool) if speed is None else speed >= _RUNNING_MPS
        by_cadence = cadence >= RUNNING_SPM
        if speed is not None:
            by_cadence &= speed >= MOVING_MPS
        return np.where(np.isfinite(cadence), by_cadence, by_speed)

    @cached_property
    def moving_time_s(self) -> float | None:
        """Time on the move, on foot at any speed; None where no way is known."""
        if self.speed_mps is None:
            return None
        return float(_halves(np.diff(self.clock_s))[self.speed_mps >= MOVING_MPS].sum())


def trace_of(run: Run) -> Trace | None:
    """The samples of a run, set in order; None when it has no two of different times."""
    samples: Samples = run.load_samples()
    time = samples.get("time_s")
    if time is None or time.size < 2:
        return None
    # Sorted, so that a clock set back or one absurd time costs a few samples and not all that follow it.
    order = np.argsort(time, kind="stable")
    order = order[np.isfinite(time[order])]
    time = time[order]
    if not time.size:
        return None
    first = np.concatenate(([True], np.diff(time) > 0))
    time, order = time[first], order[first]
    if time.size < 2:
        return None
    columns, interleaved = {}, set()
    for name, values in samples.items():
        if name == "time_s" or values.size != samples["time_s"].size:
            continue
        column = values[order]
        low, high = _POSSIBLE.get(name, (-np.inf, np.inf))
        column = np.where(np.isfinite(column) & (column >= low) & (column <= high), column, np.nan)
        known = np.isfinite(column)
        if not known.any():
            continue
        if _interleaved(known):
            interleaved.add(name)
            if name in _FASTEST_CHANGE:
                column = _gone_on(name, column, time)
            elif name != "altitude_m":
                column = _held(column, time)
        columns[name] = column
    gaps = np.diff(time)
    moved = _moved(columns, time)
    steps = np.where(moved, gaps, np.minimum(gaps, LONGEST_STEP_S))
    clock = np.concatenate(([0.0], np.cumsum(steps)))
    return Trace(time, clock, _halves(np.minimum(steps, LONGEST_MOVING_STEP_S)), columns, frozenset(interleaved))


def _halves(steps: FloatArray) -> FloatArray:
    """For each sample half of the step before it and half of the step after it."""
    halves: FloatArray = (np.concatenate(([0.0], steps)) + np.concatenate((steps, [0.0]))) / 2
    return halves


def _interleaved(known: BoolArray) -> bool:
    """Whether a column has times of its own: most of its values have none in the next row.

    So it is where every quantity is written at its own times, in one table. Where rows are whole, a hole is a drop-out and stays one.
    """
    rows = np.flatnonzero(known)
    return rows.size > 1 and 2 * int(np.count_nonzero(np.diff(rows) == 1)) < rows.size - 1


def _held(values: FloatArray, time: FloatArray) -> FloatArray:
    """An interleaved column in which each value stands for the time since the one before, which it sums up.

    Never for more than `_LONGEST_HELD_S`, and not for what lies before a pause (a gap in all rows longer than `LONGEST_STEP_S`). The
    first value, and one after a longer hole, stands for as long as is usual in the column.
    """
    known = np.isfinite(values)
    when = time[known]
    gaps = np.diff(when)
    usual = np.sort(gaps)[gaps.size // 2]
    otherwise = usual if usual <= _LONGEST_HELD_S else 0.0
    longest = np.concatenate(([otherwise], np.where(gaps <= _LONGEST_HELD_S, gaps, otherwise)))
    stretches = time[np.concatenate(([True], np.diff(time) > LONGEST_STEP_S))]
    begins = np.maximum(when - longest, stretches[np.searchsorted(stretches, when, "right") - 1])
    # By the number of values before a row; after the last value there is none to tell it.
    told = np.cumsum(known) - known
    begins, following = np.append(begins, np.inf), np.append(values[known], np.nan)
    return np.where(time >= begins[told], following[told], np.nan)


def _gone_on(name: str, values: FloatArray, time: FloatArray) -> FloatArray:
    """An interleaved distance or position, even between two values up to `_LONGEST_HELD_S` apart, pauses not counted.

    In a pause (a gap in all rows longer than `LONGEST_STEP_S`) it stands still, unless what was left of the time would be too short for
    the change. A distance counts from 0 at the start of the run, where that is possible.
    """
    fastest = _FASTEST_CHANGE[name]
    known = np.isfinite(values)
    told = np.cumsum(known) - known
    gaps = np.diff(time)
    awake = np.where(gaps > LONGEST_STEP_S, 0.0, gaps)
    # Stretches between values by the number of values up to their rows; the first and the last one lie before and after all.
    stretch = told[1:]
    value = values[known]
    seconds = np.bincount(stretch, awake, value.size + 1)[1:-1]
    too_fast = np.concatenate(([False], np.abs(np.diff(value)) > fastest * seconds, [False]))
    clock = time[0] + np.concatenate(([0.0], np.cumsum(np.where(too_fast[stretch], gaps, awake))))
    at = clock[known]
    from_start = name == "distance_m" and 0 < at[0] <= _LONGEST_HELD_S and 0 <= value[0] <= fastest * at[0]
    near = np.concatenate(([from_start], np.diff(at) <= _LONGEST_HELD_S, [False]))
    if from_start:
        at, value = np.append(0.0, at), np.append(0.0, value)
    return np.where(known | ~near[told], values, np.interp(clock, at, value))


def _moved(columns: Mapping[str, FloatArray], time: FloatArray) -> BoolArray:
    """For each gap whether movement is proven through it: by the device's distance; by positions where that is not known.

    Both on the mean over the whole gap, from `MOVING_MPS` to `FASTEST_MPS`.
    """
    gaps = np.diff(time)
    steps = np.full(gaps.size, np.nan)
    with np.errstate(invalid="ignore", over="ignore"):
        if "distance_m" in columns:
            steps = np.diff(_between(columns["distance_m"], time))
        if "latitude_deg" in columns and "longitude_deg" in columns:
            by_position = _steps_on_earth(*(_between(columns[name], time) for name in ("latitude_deg", "longitude_deg")))
            steps = np.where(np.isnan(steps) & (gaps <= LONGEST_MOVING_STEP_S), by_position, steps)
        moved: BoolArray = (steps >= MOVING_MPS * gaps) & (steps <= FASTEST_MPS * gaps) & (gaps <= _LONGEST_PROVEN_S)
    return moved


def _between(values: FloatArray, time: FloatArray) -> FloatArray:
    """A column with the holes between its values bridged; NaN before the first and after the last."""
    known = np.isfinite(values)
    bridged: FloatArray = np.interp(time, time[known], values[known], left=np.nan, right=np.nan)
    return bridged


def _steps_on_earth(latitude_deg: FloatArray, longitude_deg: FloatArray) -> FloatArray:
    """Metres from each position to the next."""
    latitude, longitude = np.radians(latitude_deg), np.radians(longitude_deg)
    half = np.sin(np.diff(latitude) / 2) ** 2 + np.cos(latitude[:-1]) * np.cos(latitude[1:]) * np.sin(np.diff(longitude) / 2) ** 2
    steps: FloatArray = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return steps


def weighted_median(values: FloatArray, weights: FloatArray) -> float:
    """The value below and above which lies half of the weight; both shape (n,), n at least 1, weights not all zero."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])
