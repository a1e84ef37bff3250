"""A window of days against the days before it, for every day of a record at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backstride.training.run_table import FloatArray, IntArray, RunTable

__all__ = ["WindowSpec", "Windows", "windows"]

_WANDER = 0.1
"""Runs near each other resemble each other, so that a mean of many is never as sure as their number says: a tenth of a run's variance
stays. Assumption."""
_LEAST_DEVICE_RUNS = 8


@dataclass(frozen=True, slots=True)
class WindowSpec:
    """What is compared, as a knowledge file says.

    Attributes
    ----------
    of : str
        A column of the runs or the name of a day value.
    per : str
        ``"run"`` or ``"day"``.
    take : str
        ``"longest"``, ``"sum"`` (a week), ``"mean"``, ``"mean_by_distance"`` or ``"days"`` (a week).
    compare : str
        ``"ratio"`` or ``"difference"``.
    window_days, before_days : int
    least_now, least_before : int
        Runs or days that must tell it.
    floor : float
        Added to both sides of a ratio.
    one_device : bool
        Compare within one device only.
    """

    of: str
    per: str
    take: str
    compare: str
    window_days: int
    before_days: int
    least_now: int = 2
    least_before: int = 4
    floor: float = 0.0
    one_device: bool = False


@dataclass(frozen=True, slots=True)
class Windows:
    """For every day of a table, the window that ends with it; all arrays of shape (days,), NaN where it can't be compared.

    Attributes
    ----------
    change : ndarray
        Natural logarithm of the ratio, or the difference, of `now` and `before`.
    spread : ndarray
        In proportion to the standard error of `change` by the number of runs or days on both sides; 1 for what is no mean.
    now, before : ndarray
        Of means that are compared by ratio, the geometric mean.
    runs, known : ndarray
        Runs (days) in the window, and how many tell it.
    known_before : ndarray
        How many before it tell it.
    device : ndarray of int
        Device within which was compared; -1 where it makes no difference.
    """

    change: FloatArray
    spread: FloatArray
    now: FloatArray
    before: FloatArray
    runs: FloatArray
    known: FloatArray
    known_before: FloatArray
    device: IntArray


def windows(table: RunTable, days: Mapping[str, FloatArray], spec: WindowSpec) -> Windows:
    """Compare each window of `spec.window_days` with the `spec.before_days` before it.

    Parameters
    ----------
    table : RunTable
    days : mapping of str to ndarray, shape (table.n_days,)
        Day values, NaN where not told.
    spec : WindowSpec
    """
    if spec.per == "day":
        value = days.get(spec.of, np.full(table.n_days, np.nan))
        index = np.arange(table.n_days)
        return _means(table, index, value, np.ones(table.n_days), spec, np.full(table.n_days, -1), all_index=index)
    value = table.columns["distance_km" if spec.take == "days" else spec.of]
    if spec.take == "longest":
        return _longest(table, value, spec)
    if spec.take in ("sum", "days"):
        return _totals(table, value, spec)
    weight = table.columns["distance_km"] if spec.take == "mean_by_distance" else np.ones(table.runs)
    nobody = np.full(table.n_days, -1)
    if not spec.one_device:
        return _means(table, table.day, value, weight, spec, nobody, all_index=table.day)
    return _by_device(table, value, weight, spec)


def _rolling(daily: FloatArray, width: int, back: int = 0) -> FloatArray:
    """Sum over the `width` days that end `back` days before each day."""
    total: FloatArray = np.concatenate([[0.0], np.cumsum(daily)])
    day = np.arange(len(daily))
    inside: FloatArray = total[np.clip(day - back + 1, 0, None)] - total[np.clip(day - back - width + 1, 0, None)]
    return inside


def _highest(daily: FloatArray, width: int, back: int = 0) -> FloatArray:
    padded = np.concatenate([np.full(width - 1 + back, -np.inf), daily])
    highest: FloatArray = np.lib.stride_tricks.sliding_window_view(padded, width).max(axis=1)[: len(daily)]
    return highest


def _compared(
    now: FloatArray, before: FloatArray, spec: WindowSpec, spread: FloatArray, counts: tuple[FloatArray, FloatArray, FloatArray],
    device: IntArray,
) -> Windows:  # fmt: skip
    runs, known, known_before = counts
    with np.errstate(invalid="ignore", divide="ignore"):
        change = np.log((now + spec.floor) / (before + spec.floor)) if spec.compare == "ratio" else now - before
    bad = (known < spec.least_now) | (known_before < spec.least_before) | ~np.isfinite(change)
    # Before day 0 nothing is known: a window whose time before would begin there has less to stand on.
    bad[: spec.window_days + min(spec.before_days, 30) - 1] = True
    return Windows(np.where(bad, np.nan, change), spread, now, before, runs, known, known_before, device)


def _longest(table: RunTable, value: FloatArray, spec: WindowSpec) -> Windows:
    daily = np.full(table.n_days, -np.inf)
    np.maximum.at(daily, table.day, value)
    count = np.bincount(table.day, minlength=table.n_days).astype(np.float64)
    runs = _rolling(count, spec.window_days)
    counts = runs, runs, _rolling(count, spec.before_days, spec.window_days)
    now, before = _highest(daily, spec.window_days), _highest(daily, spec.before_days, spec.window_days)
    nobody = np.full(table.n_days, -1)
    return _compared(now, np.maximum(before, -1.0), spec, np.ones(table.n_days), counts, nobody)


def _totals(table: RunTable, value: FloatArray, spec: WindowSpec) -> Windows:
    count = np.bincount(table.day, minlength=table.n_days).astype(np.float64)
    daily: FloatArray = np.minimum(count, 1.0) if spec.take == "days" else np.bincount(table.day, value, table.n_days).astype(np.float64)
    week = 7.0
    now = _rolling(daily, spec.window_days) * week / spec.window_days
    # A record that is younger than the time before tells of its own days only: days before it are not days without a run.
    known_days = np.clip(np.arange(table.n_days) - spec.window_days + 1, 1, spec.before_days)
    before = _rolling(daily, spec.before_days, spec.window_days) * week / known_days
    runs = _rolling(count, spec.window_days)
    counts = runs, runs, _rolling(count, spec.before_days, spec.window_days)
    return _compared(now, before, spec, np.ones(table.n_days), counts, np.full(table.n_days, -1))


def _means(
    table: RunTable, index: IntArray, value: FloatArray, weight: FloatArray, spec: WindowSpec, device: IntArray, *, all_index: IntArray
) -> Windows:
    n = table.n_days
    if spec.compare == "ratio":
        # The mean of logarithms: one hilly run among level ones does not speak for all of them.
        with np.errstate(invalid="ignore", divide="ignore"):
            value = np.log(value + spec.floor)
    told = np.isfinite(value) & np.isfinite(weight)
    top: FloatArray = np.bincount(index[told], value[told] * weight[told], n).astype(np.float64)
    bottom: FloatArray = np.bincount(index[told], weight[told], n).astype(np.float64)
    count = np.bincount(index[told], minlength=n).astype(np.float64)
    every = np.bincount(all_index, minlength=n).astype(np.float64)
    runs = _rolling(every, spec.window_days)
    known, known_before = _rolling(count, spec.window_days), _rolling(count, spec.before_days, spec.window_days)
    with np.errstate(invalid="ignore", divide="ignore"):
        now = _rolling(top, spec.window_days) / _rolling(bottom, spec.window_days)
        before = _rolling(top, spec.before_days, spec.window_days) / _rolling(bottom, spec.before_days, spec.window_days)
        spread = np.sqrt(1 / known + 1 / known_before + _WANDER)
    # Told for less than half of the window it tells of the half that is not this.
    now = np.where(known * 2 >= runs, now, np.nan)
    if spec.compare == "ratio":
        now, before = np.exp(now) - spec.floor, np.exp(before) - spec.floor
    return _compared(now, before, spec, spread, (runs, known, known_before), device)


def _by_device(table: RunTable, value: FloatArray, weight: FloatArray, spec: WindowSpec) -> Windows:
    """Within the device of the latest run of each day; another device's runs are as if nothing was told."""
    latest = np.full(table.n_days, -1)
    latest[table.day] = table.device
    place = np.maximum.accumulate(np.where(latest >= 0, np.arange(table.n_days), 0))
    latest = latest[place]
    named = np.array([bool(name) for name in table.devices])
    often = np.bincount(table.device, minlength=len(table.devices))
    names = ("change", "spread", "now", "before", "runs", "known", "known_before")
    found = {name: np.full(table.n_days, np.nan) for name in names}
    for one in np.flatnonzero(named & (often >= _LEAST_DEVICE_RUNS)):
        own = np.where(table.device == one, value, np.nan)
        part = _means(table, table.day, own, weight, spec, latest, all_index=table.day)
        chosen = latest == one
        for name in names:
            found[name][chosen] = getattr(part, name)[chosen]
    return Windows(**found, device=latest)
