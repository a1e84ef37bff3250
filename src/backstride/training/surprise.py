"""How unusual a window is among the other windows of the same runner."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from backstride.training.run_table import FloatArray, IntArray

__all__ = ["LEAST_WEEKS", "Surprise", "rarity", "surprise"]

LEAST_WEEKS = 12
"""With fewer other windows nobody can tell what is usual."""
_YEAR_DAYS = 365.25
_SEASON_SPAN_DAYS = 330
_SEASON_WEEKS = 40
_TAIL = 5
"""Degrees of freedom of the tail beyond what was seen: changes in training have heavier tails than a normal distribution."""
_ROUNDS = 3
_LEAST_SCALE = 1e-9
"""What adding up numbers in another order leaves is less than this; changes that mean anything are far more."""


@dataclass(frozen=True, slots=True)
class Surprise:
    """For each window (the first is the one in question) how far it lies from all others, upwards; shape (windows,).

    Attributes
    ----------
    up, down : ndarray
        In standard deviations of the other windows; ``-inf`` where it can't be told.
    usual : tuple of float
        Change between whose limits nine of ten windows of this runner lie, for the window in question.
    others : int
        Windows with which the one in question was compared.
    """

    up: FloatArray
    down: FloatArray
    usual: tuple[float, float]
    others: int


def surprise(change: FloatArray, spread: FloatArray, at: IntArray, window_days: int, *, seasonal: bool) -> Surprise | None:
    """Compare every window with all others that don't overlap with it.

    Each is treated alike, the one in question too, so that the largest of them is as likely to be any: this is what makes `rarity` hold.
    Windows that overlap share runs; left in, they would hide what they share.

    Parameters
    ----------
    change, spread : ndarray, shape (windows,)
        As `Windows` has them, at the days `at`; NaN where missing.
    at : ndarray of int, shape (windows,)
        The last day of each window; the one in question first.
    window_days : int
    seasonal : bool
        Take a yearly wave out of the changes first, where nearly a year is known: spring is warmer than the month before it in every year.

    Returns
    -------
    Surprise or None
        None where the window in question can't be told, or there are fewer than `LEAST_WEEKS` others.

    Notes
    -----
    Location is the median; scale the greatest of 1.4826 times the median absolute deviation and of the 84th and 95th percentile of that
    side over their normal quantiles 1 and 1.645, so that a long tail on one side counts on that side only.
    """
    with np.errstate(invalid="ignore"):
        own = change / spread
    wave = _season(own, at) if seasonal else np.zeros(len(own))
    own = own - wave
    known = np.isfinite(own)
    far = (np.abs(at[:, None] - at[None, :]) >= window_days) & known[None, :]
    counts = far.sum(axis=1)
    if not known[0] or counts[0] < LEAST_WEEKS:
        return None
    values = np.where(far, own[None, :], np.inf)
    values.sort(axis=1)
    middle = _quantile(values, counts, 0.5)
    with np.errstate(invalid="ignore"):
        away = np.abs(values - middle[:, None])
    away[~np.isfinite(values)] = np.inf
    away.sort(axis=1)
    deviation = 1.4826 * _quantile(away, counts, 0.5)
    least = np.full(len(own), _LEAST_SCALE)
    with np.errstate(invalid="ignore"):
        above = np.maximum.reduce(
            [deviation, _quantile(values, counts, 0.8413) - middle, (_quantile(values, counts, 0.95) - middle) / 1.645, least]
        )
        below = np.maximum.reduce(
            [deviation, middle - _quantile(values, counts, 0.1587), (middle - _quantile(values, counts, 0.05)) / 1.645, least]
        )
        good = known & (counts >= LEAST_WEEKS)
        up = np.where(good, (own - middle) / above, -np.inf)
        down = np.where(good, (middle - own) / below, -np.inf)
    low, high = middle[0] + wave[0] - 1.645 * below[0], middle[0] + wave[0] + 1.645 * above[0]
    return Surprise(up, down, (float(low * spread[0]), float(high * spread[0])), int(counts[0]))


def _quantile(ordered: FloatArray, counts: IntArray, share: float) -> FloatArray:
    """Of the first `counts` values of each row; interpolated between neighbours; NaN without any."""
    place = share * (counts - 1)
    low = np.clip(np.floor(place).astype(np.intp), 0, None)
    high = np.clip(np.ceil(place).astype(np.intp), 0, None)
    rows = np.arange(len(ordered))
    with np.errstate(invalid="ignore"):
        value = ordered[rows, low] + (place - low) * (ordered[rows, high] - ordered[rows, low])
    return np.where(counts > 0, value, np.nan)


def _season(own: FloatArray, at: IntArray) -> FloatArray:
    """A yearly wave through the changes, by least squares that large residuals pull only weakly (Huber's weights, at 2 deviations)."""
    known = np.isfinite(own)
    if known.sum() < _SEASON_WEEKS or np.ptp(at[known]) < _SEASON_SPAN_DAYS:
        return np.zeros(len(own))
    phase = 2 * np.pi * at / _YEAR_DAYS
    basis = np.column_stack([np.ones(len(own)), np.sin(phase), np.cos(phase)])
    weight = np.ones(int(known.sum()))
    wave = np.zeros(len(own))
    for _ in range(_ROUNDS):
        fitted = np.linalg.lstsq(basis[known] * weight[:, None], own[known] * weight, rcond=None)[0]
        wave = basis[:, 1:] @ fitted[1:]
        rest = np.abs(own[known] - basis[known] @ fitted)
        scale = 1.4826 * np.median(rest)
        if scale <= 0:
            break
        weight = np.sqrt(np.minimum(1.0, 2 * scale / np.maximum(rest, 1e-12)))
    return wave


def rarity(deviations: FloatArray) -> FloatArray:
    """How rare so many standard deviations are, in nats: minus the logarithm of the upper tail of Student's t with five degrees of freedom.

    Notes
    -----
    Abramowitz & Stegun 26.7.3 (odd degrees of freedom), evaluated on a grid; beyond it by the power law that the tail comes to, so that of
    two changes in what never varied the larger one is rarer.
    """
    grid, nats = _grid()
    beyond = _TAIL * np.log(np.maximum(deviations, grid[-1]) / grid[-1])
    found: FloatArray = np.interp(deviations, grid, nats) + beyond
    return found


@cache
def _grid() -> tuple[FloatArray, FloatArray]:
    grid = np.linspace(-10, 60, 2801)
    theta = np.arctan(grid / math.sqrt(_TAIL))
    inside = 2 / math.pi * (theta + np.sin(theta) * (np.cos(theta) + 2 / 3 * np.cos(theta) ** 3))
    return grid, -np.log((1 - inside) / 2)
