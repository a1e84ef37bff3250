"""All runs of a runner as columns, from what was measured when they came in: what changes over months is computed on these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from backstride.model.run_measures import RunMeasures, SpeedBin
from backstride.training.history import Day
from backstride.training.speed_profile import BIN_MPS

__all__ = ["RUN_COLUMNS", "BoolArray", "FloatArray", "IntArray", "RunTable", "run_table"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]

_MEASURES = (
    "distance_km", "moving_time_s", "mean_speed_mps", "ascent_m_per_km", "descent_m_per_km", "treadmill_share", "trail_share",
    "track_share", "temperature_c", "weather_temperature_c", "dew_point_c", "wet_bulb_c", "contact_time_drift_ms", "contact_balance_drift",
    "vertical_oscillation_drift_mm", "cadence_drift_spm",
)  # fmt: skip
_AT_SPEED = {
    "cadence_at_speed": "cadence_spm",
    "contact_time_at_speed": "contact_time_ms",
    "vertical_oscillation_at_speed": "vertical_oscillation_mm",
    "contact_balance_at_speed": "contact_balance_left",
}
RUN_COLUMNS = (*_MEASURES, *_AT_SPEED, "hard_share", "air_c")
"""Every column of a `RunTable`."""

_BINS = 33
_HARD_SHARE = 0.2
"""Hard running is the fastest fifth of the time before, as in `intensity`: few runners know a threshold pace."""
_HARD_DAYS = 90
_HARD_LEAST_S = 7200.0
_WEATHER_SHARE = 0.5
_MOST = 1e6
"""No quantity of a run is larger, in any of the units here: what is comes of a broken file, and running sums would never get rid of it."""
_LEAST_BIN_RUNS = 3
"""A speed that was run less often than this by one watch has no usual."""


@dataclass(frozen=True, slots=True)
class RunTable:
    """Usable runs as columns, oldest first.

    Attributes
    ----------
    first : date
        Day 0: the local day of the first run.
    n_days : int
        Days from the first to the last that is looked at, both included.
    day : ndarray of int, shape (runs,)
        Days since `first`.
    device : ndarray of int, shape (runs,)
        Index into `devices`.
    devices : tuple of str
        Empty text for runs whose file does not name one.
    pair : tuple of str
        Name of the pair worn, empty when unknown.
    race : ndarray of bool, shape (runs,)
    columns : mapping of str to ndarray, shape (runs,)
        Every one of `RUN_COLUMNS`, NaN where missing. Besides the measures of a run (docs/measures.md):

        ``cadence_at_speed``, ``contact_time_at_speed``, ``vertical_oscillation_at_speed`` : ratio to what the same watch usually told
        at the same speeds; ``contact_balance_at_speed`` : the left share, less what is due to speed. Runs without a profile are set
        against the watch's usual at any speed.
        ``hard_share`` : share of the level running at the speed of the fastest fifth of the 90 days before the run.
        ``air_c`` : by the weather where at least half of the runs tell it, else at the device.
    air_by_device : bool
        Whether ``air_c`` is the device's: then it may be compared within one device only.
    """

    first: date
    n_days: int
    day: IntArray
    device: IntArray
    devices: tuple[str, ...]
    pair: tuple[str, ...]
    race: BoolArray
    columns: Mapping[str, FloatArray]
    air_by_device: bool

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return len(self.day)

    def date_of(self, index: int) -> date:
        """The date of a day of the table."""
        return self.first + timedelta(days=int(index))


def run_table(days: Sequence[Day], measures: Iterable[RunMeasures], until: date) -> RunTable:
    """Columns of usable runs.

    Parameters
    ----------
    days : sequence of Day
        As `usable` gives them, none after `until`; at least one.
    measures : iterable of RunMeasures
        Of the same runs, in the same order.
    until : date
        Last day that is looked at.
    """
    measured = list(measures)
    first = days[0].day
    day = np.array([(entry.day - first).days for entry in days], dtype=np.intp)
    names = {name: i for i, name in enumerate(dict.fromkeys(entry.run.device for entry in days))}
    device = np.array([names[entry.run.device] for entry in days], dtype=np.intp)
    columns = _measure_columns(measured)
    stated_km = np.array([entry.distance_m / 1000 for entry in days])
    columns["distance_km"] = np.where(columns["distance_km"] > 0, columns["distance_km"], stated_km)
    profile = _Profile(measured)
    for name, of in _AT_SPEED.items():
        columns[name] = profile.at_speed(of, columns.pop(of), device, ratio=name != "contact_balance_at_speed")
    columns["hard_share"] = profile.hard_share(day)
    told = np.isfinite(columns["weather_temperature_c"])
    by_device = bool(told.mean() < _WEATHER_SHARE)
    columns["air_c"] = columns["temperature_c" if by_device else "weather_temperature_c"]
    return RunTable(
        first, (until - first).days + 1, day, device, tuple(names), tuple(entry.run.shoe for entry in days),
        np.array(["race" in entry.run.tags for entry in days]), columns, by_device,
    )  # fmt: skip


def _measure_columns(measured: Sequence[RunMeasures]) -> dict[str, FloatArray]:
    wanted = {name: i for i, name in enumerate((*_MEASURES, *_AT_SPEED.values()))}
    table = np.full((len(measured), len(wanted)), np.nan)
    for row, of_run in enumerate(measured):
        for measure in of_run.values:
            place = wanted.get(measure.id)
            if place is not None and measure.value is not None and abs(measure.value) <= _MOST:
                table[row, place] = measure.value
    return {name: table[:, i].copy() for name, i in wanted.items()}


class _Profile:
    """Level running of all runs by speed: seconds, and what the watch told there; arrays of shape (runs, bins)."""

    def __init__(self, measured: Sequence[RunMeasures]) -> None:
        self._runs = len(measured)
        flat: list[tuple[int, SpeedBin]] = [
            (row, speed)
            for row, of_run in enumerate(measured)
            for speed in of_run.profile
            if 0 <= speed.speed_mps <= _MOST and 0 < speed.seconds <= _MOST
        ]
        self._row = np.array([row for row, _ in flat], dtype=np.intp)
        self._bin = np.array([min(round(speed.speed_mps / BIN_MPS), _BINS - 1) for _, speed in flat], dtype=np.intp)
        self._flat = [speed for _, speed in flat]
        self._seconds = self._table(np.array([speed.seconds for speed in self._flat]), 0.0)

    def _table(self, values: FloatArray, empty: float) -> FloatArray:
        table = np.full((self._runs, _BINS), empty)
        if values.size:
            table[self._row, self._bin] = values
        return table

    def at_speed(self, name: str, whole: FloatArray, device: IntArray, *, ratio: bool) -> FloatArray:
        """A quantity of each run against the middle of the same watch's runs at the same speeds; as ratio, or less its effect of speed."""
        told_values = [v if (v := getattr(speed, name)) is not None and 0 < v <= _MOST else np.nan for speed in self._flat]
        values = self._table(np.array(told_values, dtype=np.float64), np.nan)
        result = np.full(self._runs, np.nan)
        for one in np.unique(device):
            rows = np.flatnonzero(device == one)
            told = np.isfinite(whole[rows])
            usual = float(np.median(whole[rows][told])) if told.any() else np.nan
            some = values[rows]
            counts = np.isfinite(some).sum(axis=0)
            curve = np.full(_BINS, np.nan)
            often = np.flatnonzero(counts >= _LEAST_BIN_RUNS)
            if often.size:
                curve[often] = np.nanmedian(some[:, often], axis=0)
            weight = np.where(np.isfinite(some) & np.isfinite(curve), self._seconds[rows], 0.0)
            total = weight.sum(axis=1)
            with np.errstate(invalid="ignore", divide="ignore"):
                if ratio:
                    shift = np.nansum(weight * (some / curve), axis=1) / total
                    plain = whole[rows] / usual
                else:
                    middle = np.median(curve[often]) if often.size else np.nan
                    shift = np.nansum(weight * (some - curve), axis=1) / total + middle
                    plain = whole[rows]
                result[rows] = np.where(total > 0, shift, plain)
        return result

    def hard_share(self, day: IntArray) -> FloatArray:
        """Share of each run at the speed of the fastest fifth of the 90 days before it; NaN where these are too few or too even."""
        cumulated = np.vstack([np.zeros(_BINS), np.cumsum(self._seconds, axis=0)])
        start, stop = np.searchsorted(day, day - _HARD_DAYS), np.searchsorted(day, day)
        before = cumulated[stop] - cumulated[start]
        total = before.sum(axis=1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            faster = np.cumsum(before[:, ::-1], axis=1)[:, ::-1] / total
            edge = np.abs(faster - _HARD_SHARE).argmin(axis=1)
            rows = np.arange(self._runs)
            own = np.cumsum(self._seconds[:, ::-1], axis=1)[:, ::-1]
            share = own[rows, edge] / own[:, 0]
        # Where no edge parts the fastest twentieth from the fastest two fifths, all was run at one speed.
        told = faster[rows, edge]
        known = (total[:, 0] >= _HARD_LEAST_S) & (told >= 0.05) & (told <= 0.4) & (own[:, 0] > 0)
        return np.where(known, share, np.nan)
