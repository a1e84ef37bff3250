"""Running on level ground by speed: what lets runs of different speeds be compared."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from backstride.model.run_measures import SpeedBin
from backstride.training.trace import BoolArray, Trace

__all__ = ["BIN_MPS", "DYNAMICS", "change_at_like_speed", "level_running", "profile_of"]

BIN_MPS = 0.25
"""Width of a bin: cadence rises by some 10 steps a minute for each m/s, so within a bin speed moves it by 2 or 3."""
DYNAMICS = ("cadence_spm", "contact_time_ms", "contact_balance_left", "vertical_oscillation_mm")
_LEVEL = 0.02
"""Steeper than 2 % the ground itself changes step and contact time."""
_BINS = 32
_SHORTEST_BIN_S = 10.0
"""Less than this at one speed is passing through."""


def level_running(trace: Trace) -> BoolArray:
    """Samples that are running on level ground; all running counts where the run has no grade at all."""
    grade = trace.grade
    if grade is None:
        return trace.running
    with np.errstate(invalid="ignore"):
        return trace.running & (np.abs(grade) < _LEVEL)


def profile_of(trace: Trace, chosen: BoolArray | None = None) -> tuple[SpeedBin, ...]:
    """Seconds and mean running dynamics by speed, of all level running or of the samples chosen from it.

    Parameters
    ----------
    trace : Trace
    chosen : ndarray of bool, shape (samples,), optional

    Returns
    -------
    tuple of SpeedBin
        Slowest first, bins of `BIN_MPS`; empty where the speed is not known.
    """
    if trace.speed_mps is None:
        return ()
    mask = level_running(trace)
    if chosen is not None:
        mask = mask & chosen
    place = np.minimum((trace.speed_mps[mask] / BIN_MPS).astype(np.intp), _BINS - 1)
    weight = trace.weight_s[mask]
    seconds = np.bincount(place, weight, _BINS)
    means: dict[str, list[float | None]] = {}
    for name in DYNAMICS:
        if name not in trace.columns:
            continue
        values = trace.columns[name][mask]
        known = np.isfinite(values)
        told = np.bincount(place[known], weight[known], _BINS)
        total = np.bincount(place[known], weight[known] * values[known], _BINS)
        enough = (told > 0) & (told >= seconds / 2)
        means[name] = [float(total[i] / told[i]) if enough[i] else None for i in range(_BINS)]
    return tuple(
        SpeedBin(BIN_MPS * i, float(seconds[i]), trace.grade is not None, **{name: column[i] for name, column in means.items()})
        for i in np.flatnonzero(seconds >= _SHORTEST_BIN_S).tolist()
    )


def change_at_like_speed(name: str, before: Iterable[SpeedBin], after: Iterable[SpeedBin]) -> tuple[float, float, float]:
    """Difference of a dynamic between two sets of running, each speed compared with itself.

    Each bin's difference of means counts by the lesser of its times before and after (a speed that only one side ran says
    nothing about change).

    Returns
    -------
    before, after, seconds : float
        Mean before and after, and the time in common on which they rest; NaN, NaN, 0 when no speed is shared.
    """
    old, new = _by_speed(name, before), _by_speed(name, after)
    shared = sorted(old.keys() & new.keys())
    common = np.array([min(old[key][0], new[key][0]) for key in shared])
    if not common.sum() > 0:
        return float("nan"), float("nan"), 0.0
    means = np.array([(old[key][1], new[key][1]) for key in shared])
    first, second = common @ means / common.sum()
    return float(first), float(second), float(common.sum())


def _by_speed(name: str, bins: Iterable[SpeedBin]) -> dict[float, tuple[float, float]]:
    """Speed to seconds and mean, over all bins that tell it."""
    sums: dict[float, tuple[float, float]] = {}
    for entry in bins:
        value: float | None = getattr(entry, name)
        if value is not None:
            seconds, total = sums.get(entry.speed_mps, (0.0, 0.0))
            sums[entry.speed_mps] = (seconds + entry.seconds, total + entry.seconds * value)
    return {speed: (seconds, total / seconds) for speed, (seconds, total) in sums.items() if seconds > 0}
