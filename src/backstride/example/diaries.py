"""Diaries of made-up runners with known effects, for the tests and the figures of `backstride.n_of_1`.

Three to five run days a week. Exposures remember (AR(1), 0 to 0.8 a day) and share a common part; the first follows the season, the
second is skewed like distances, the third is a yes or no. The second and each other one from the first apply to run days only. Up to
15 % of an exposure is missing, at random. Pain: a level of 2 to 5, a slow healing or worsening of up to 2 points, a season, the effects,
and noise of 0.7 to 1.5 points with a memory of 0.2 to 0.7. It is told as a whole number, kept in 0 to 10, on 70 % of the mornings;
missing ones come singly and in runs. All of these numbers are assumptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from backstride.model.pattern import LAGS, DailyExposure

__all__ = ["SimulatedDiary", "remembering_noise", "simulated_diary"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_WARM_UP = 200


@dataclass(frozen=True, slots=True)
class SimulatedDiary:
    """A made-up diary, and what is true of it.

    Attributes
    ----------
    exposures, pain, ran
        As `backstride.n_of_1.patterns` takes them.
    truth : array, shape (exposures, lags)
        Points of pain for one SD of the exposure, before pain is rounded and cut.
    kept : float
        Share of told mornings that were not cut to 0 or 10.
    """

    exposures: tuple[DailyExposure, ...]
    pain: Array
    ran: Flags
    truth: Array
    kept: float


def simulated_diary(
    rng: np.random.Generator,
    *,
    days: int = 180,
    exposures: int = 8,
    prior: tuple[float, float] | None = None,
    planted: Sequence[tuple[int, int, float]] = (),
    missing: float = 0.3,
    level: tuple[float, float] = (2, 5),
    rests_when_sore: float = 0.0,
    flares: bool = False,
) -> SimulatedDiary:
    """One runner.

    Parameters
    ----------
    rng : Generator
    days, exposures : int
    prior : (float, float), optional
        All effects are drawn: SD in points for one SD of the exposure at lag 0, and the share of it left with each further day.
        None: all are zero.
    planted : sequence of (exposure, lag, points)
        Added to the effects.
    missing : float
        Share of untold mornings, 0 to 0.6.
    level : (float, float)
        Usual pain is drawn between these.
    rests_when_sore : float
        Above 0, distances (exposure 1) shrink after sore mornings: pain moves an exposure.
    flares : bool
        In two spells of two weeks the noise is three times as large.
    """
    ran = _runs(rng, days)
    noise = remembering_noise(rng, days, rng.uniform(0.2, 0.7)) * rng.uniform(0.7, 1.5)
    for begin in rng.integers(0, days, 2) if flares else ():
        noise[begin : begin + 14] *= 3
    slow = rng.uniform(-2, 2) * np.exp(-np.arange(days) / rng.uniform(60, 200))
    slow += rng.uniform(0, 0.7) * np.cos(2 * np.pi * (np.arange(days) / 365.25 + rng.random()))
    whole = _exposures(rng, days, exposures, ran)
    if rests_when_sore:
        whole[1].values[1:] *= np.exp(-rests_when_sore * noise[:-1])
    truth = np.zeros((exposures, LAGS))
    if prior is not None:
        truth = rng.normal(size=truth.shape) * prior[0] * prior[1] ** np.arange(LAGS)
    for exposure, lag, points in planted:
        truth[exposure, lag] += points
    pain = rng.uniform(*level) + slow + noise
    shown = []
    for item, effects in zip(whole, truth, strict=True):
        known = item.applies & (rng.random(days) > rng.uniform(0, 0.15))
        shown.append(DailyExposure(item.id, item.unit, np.where(known, item.values, np.nan), item.applies, item.step))
        own = item.values[known]
        scaled = np.where(item.applies, (item.values - own.mean()) / (own.std() or 1.0), 0.0)
        for lag, effect in enumerate(effects):
            pain[lag:] += effect * scaled[: days - lag]
    told = _told(rng, days, missing)
    kept = float(np.mean((pain[told] > -0.5) & (pain[told] < 10.5))) if told.any() else 1.0
    return SimulatedDiary(tuple(shown), np.where(told, np.clip(np.round(pain), 0, 10), np.nan), ran, truth, kept)


def remembering_noise(rng: np.random.Generator, days: int, memory: float) -> Array:
    """Stationary noise with SD 1; each day keeps this share (0 to 1) of the day before."""
    steps = rng.normal(size=days + _WARM_UP) * np.sqrt(1 - memory**2)
    for i in range(1, len(steps)):
        steps[i] += memory * steps[i - 1]
    return cast(Array, steps[_WARM_UP:])


def _runs(rng: np.random.Generator, days: int) -> Flags:
    """The same three to five weekdays, moved by a day now and then."""
    weekdays = rng.choice(7, rng.integers(3, 6), replace=False)
    ran = np.isin(np.arange(days) % 7, weekdays)
    return np.where(rng.random(days) < 0.1, np.roll(ran, 1), ran)


def _exposures(rng: np.random.Generator, days: int, count: int, ran: Flags) -> list[DailyExposure]:
    """Exposures with all their values."""
    common = remembering_noise(rng, days, 0.5)
    season = np.cos(2 * np.pi * (np.arange(days) / 365.25 + rng.random()))
    result = []
    for i in range(count):
        share = rng.uniform(0, 0.7)
        latent = np.sqrt(1 - share**2) * remembering_noise(rng, days, rng.uniform(0, 0.8)) + share * common
        values, unit, step = latent, "h", 0.5
        if i == 0:
            values, unit, step = 15 + 6 * season + 4 * latent, "C", 1.0
        elif i == 1:
            values, unit, step = 8 * np.exp(0.4 * latent), "km", 1.0
        elif i == 2:
            values, unit, step = (latent > 0.5).astype(float), "", 0.0
        applies = ran.copy() if i % 2 == 0 or i == 1 else np.ones(days, bool)
        result.append(DailyExposure(f"exposure_{i}", unit, values, applies, step))
    return result


def _told(rng: np.random.Generator, days: int, missing: float) -> Flags:
    """Which mornings are told; a run of untold ones lasts two days on average."""
    told = np.empty(days, bool)
    state = rng.random() > missing
    for i in range(days):
        state = rng.random() > missing / (1 - missing) / 2 if state else rng.random() < 0.5
        told[i] = state
    return told
