"""Which exposure goes with this runner's pain: a model of the diary for the size, and shifts of the exposures for whether to tell.

The model: pain on waking = slow trend + (for exposures of run days) whether there was a run + effects of all exposures at lags 0 to 3
+ noise that remembers (first-order autoregressive over the days between told mornings). An exposure counts in its own standard
deviations (SD) from its own mean on days where it applies; where it does not apply or is missing it counts 0. Effects have a normal
prior. Memory and size of the noise and the effects get one joint posterior, on a grid of the first two, so the intervals hold what is
unsure in all of them.

Whether to tell: how strongly each exposure and lag goes with what the model without exposures leaves over, against the same when the
whole table of exposures is moved around the diary as on a ring, by each number of days, forwards and with time turned round. All
exposures and lags of a move count together, so that looking at many things raises the bar. This needs no normal noise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from backstride.model.pattern import LAGS, Association, DailyExposure, NotJudged, Patterns

__all__ = ["DailyExposure", "PatternLimits", "patterns"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_MEMORIES = np.arange(0.0, 0.96, 0.025)
_SAME = 1e-9
_LEAST_WEIGHT = 1e-6
_REPEATED = 1e-10
_LONG_RING_DAYS = 1000
_FINEST_POINTS = 0.01
_FEWEST_ABOVE, _MOST_ABOVE = 0.2, 0.5


@dataclass(frozen=True, slots=True)
class PatternLimits:
    """The limits that stand in knowledge under the same names with ``pattern_`` before.

    Attributes
    ----------
    prior_points : float
        SD of an effect on the next morning before any diary, in points of pain for one SD of the exposure.
    prior_lag_decay : float
        Share of that SD left with each further day.
    mornings_needed : float
        Told mornings below which nothing is weighed.
    days_each_side : float
        Told mornings that an exposure needs above its cut, and at or below it.
    known_share : float
        Share of the days where it applies on which an exposure must be known.
    trend_days : float
        Waves of this many days and slower count as trend.
    alike : float
        Correlation from which two exposures are named as alike.
    report_p : float
        Largest corrected p that is told.
    interval_share : float
    """

    prior_points: float
    prior_lag_decay: float
    mornings_needed: float
    days_each_side: float
    known_share: float
    trend_days: float
    alike: float
    report_p: float
    interval_share: float

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> PatternLimits:
        """From limits by id, other ids left alone.

        Raises
        ------
        KeyError
            When one of them is not there.
        """
        return cls(**{f.name: float(values[f"pattern_{f.name}"]) for f in fields(cls)})


def patterns(exposures: Sequence[DailyExposure], pain: Array, ran: Flags, first_day: date, limits: PatternLimits) -> Patterns:
    """Weigh which exposures go with pain on the mornings after.

    Parameters
    ----------
    exposures : sequence of DailyExposure
    pain : array, shape (days,)
        Pain, 0 to 10, on waking of the day after each day; NaN where it was not told.
    ran : array of bool, shape (days,)
        Whether there was a run that day.
    first_day : date
        Of all arrays. Start three days before the first told morning where these days are known: mornings without them are left out.
    limits : PatternLimits

    Returns
    -------
    Patterns
        An association is no proof of a cause: something that is not among the exposures may move both.

    Raises
    ------
    ValueError
        When the arrays differ in length.

    Notes
    -----
    Days before and after the told mornings are left out. Growth is linear in days but for the trend, which holds a wave for each
    ``trend_days / 2`` days (at most one for ten told mornings).
    """
    pain, ran = np.asarray(pain, dtype=float), np.asarray(ran, dtype=bool)
    if {pain.shape, ran.shape, *(e.values.shape for e in exposures), *(e.applies.shape for e in exposures)} != {(len(pain),)}:
        raise ValueError("pain, ran and each exposure need one value a day")
    told = np.isfinite(pain)
    told[: LAGS - 1] = False
    mornings = np.flatnonzero(told)
    span = slice(mornings[0] - LAGS + 1, mornings[-1] + 1) if mornings.size else slice(0, 0)
    diary = _Diary(pain[span], told[span], ran[span])
    why = _why_not(diary, limits)
    columns, not_judged = [], []
    for exposure in () if why else exposures:
        column = _column(exposure, span, diary.told, limits)
        if isinstance(column, NotJudged):
            not_judged.append(column)
        else:
            columns.append(column)
    if not why and not columns:
        why = "None of the things that may go with pain could be weighed."
    begin = first_day + timedelta(days=int(span.start))
    return Patterns(
        first_day=begin if mornings.size else None,
        last_day=begin + timedelta(days=len(diary.pain) - 1) if mornings.size else None,
        days=diary.mornings,
        mornings=mornings.size,
        mornings_needed=int(limits.mornings_needed),
        associations=() if why else _weigh(diary, columns, limits),
        not_judged=tuple(not_judged),
        why_not=why,
        interval_share=limits.interval_share,
        prior_points=limits.prior_points,
        prior_lag_decay=limits.prior_lag_decay,
    )


@dataclass(frozen=True, slots=True)
class _Diary:
    """The days from three before the first told morning to the last; on the first three no morning counts as told."""

    pain: Array
    told: Flags
    ran: Flags
    days: Array = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "days", np.flatnonzero(self.told).astype(float))

    @property
    def mornings(self) -> int:
        """From the first told one to the last, told or not."""
        return max(0, len(self.told) - LAGS + 1)


@dataclass(frozen=True, slots=True)
class _Column:
    """An exposure ready to be weighed: in own SDs from its own mean, 0 where it does not apply or is missing."""

    exposure: DailyExposure
    scaled: Array
    sd: float
    cut: float
    above: Flags
    below: Flags
    mean_above: float
    mean_below: float
    always: bool


def _why_not(diary: _Diary, limits: PatternLimits) -> str:
    told, needed = int(diary.told.sum()), int(limits.mornings_needed)
    if told < needed:
        return f"{told} of {diary.mornings} mornings told; {needed} are needed." if told else f"No morning told; {needed} are needed."
    if np.ptp(diary.pain[diary.told]) == 0:
        return f"Pain was the same on all {told} told mornings."
    return ""


def _column(exposure: DailyExposure, span: slice, told: Flags, limits: PatternLimits) -> _Column | NotJudged:
    values, applies = exposure.values[span], exposure.applies[span]
    known = applies & np.isfinite(values)
    if not applies.any():
        return NotJudged(exposure.id, "There was no such day.")
    if not known.any() or known.sum() < limits.known_share * applies.sum():
        return NotJudged(exposure.id, f"Known on {known.sum()} of {applies.sum()} days; at least {limits.known_share:.0%} are needed.")
    cut = _cut(values[known], exposure.step)
    above, below = known & (np.nan_to_num(values) > cut), known & (np.nan_to_num(values) <= cut)
    fewest, side = min(((above & told).sum(), "above"), ((below & told).sum(), "at or below"))
    if fewest < limits.days_each_side:
        what = f"only {fewest} told mornings after days {side} {cut:.4g}{' ' * bool(exposure.unit)}{exposure.unit}"
        return NotJudged(exposure.id, f"It hardly changed: {what}; {limits.days_each_side:.0f} are needed.")
    sd = float(values[known].std())
    scaled = np.where(known, (values - values[known].mean()) / sd, 0.0)
    means = float(values[above].mean()), float(values[below].mean())
    return _Column(exposure, scaled, sd, cut, above, below, *means, always=bool(applies.all()))


def _cut(values: Array, step: float) -> float:
    """Where the upper third begins, rounded to `step` where that leaves about a third above; a yes or no is cut at no."""
    cut = float(np.quantile(values, 2 / 3))
    rounded = round(cut / step) * step if step else cut
    if _FEWEST_ABOVE <= (values > rounded).mean() <= _MOST_ABOVE:
        return rounded
    lower = values[values < values.max()]
    return min(cut, float(lower.max())) if lower.size else cut


def _weigh(diary: _Diary, columns: list[_Column], limits: PatternLimits) -> tuple[Association, ...]:
    model = _Model(diary, columns, limits)
    effect, low, high = _effects(model, limits)
    p = _corrected_p(diary, columns, model)
    together = np.corrcoef(np.array([c.scaled for c in columns])) if len(columns) > 1 else np.eye(1)
    result = []
    for k, column in enumerate(columns):
        contrast = (column.mean_above - column.mean_below) / column.sd
        alike = tuple(c.exposure.id for c, r in zip(columns, together[k], strict=True) if c is not column and abs(r) >= limits.alike)
        for lag in range(LAGS):
            i = k * LAGS + lag
            told = diary.told[lag:]
            days = len(diary.told) - lag
            result.append(
                Association(
                    exposure=column.exposure.id,
                    lag_days=lag,
                    unit=column.exposure.unit,
                    cut=column.cut,
                    effect_points=float(contrast * effect[i]),
                    low=float(contrast * low[i]),
                    high=float(contrast * high[i]),
                    points_per_unit=float(effect[i] / column.sd),
                    mean_above=column.mean_above,
                    mean_below=column.mean_below,
                    mornings_above=int((column.above[:days] & told).sum()),
                    mornings_below=int((column.below[:days] & told).sum()),
                    p_corrected=float(p[i]),
                    reported=bool(p[i] <= limits.report_p and (low[i] > 0 or high[i] < 0)),
                    alike=alike,
                )
            )
    return tuple(result)


class _Model:
    """Sums of products of pain, exposures and trend over told mornings, weighted by the inverse of the noise's correlation.

    The inverse is tridiagonal: a morning is tied only to the told morning before it, by memory to the power of the days between. So
    for each memory the sums are those of a few matrices, one triple for each number of days between, made once.
    """

    def __init__(self, diary: _Diary, columns: list[_Column], limits: PatternLimits) -> None:
        rows = np.flatnonzero(diary.told)
        lagged = [c.scaled[rows - lag] for c in columns for lag in range(LAGS)]
        self.trend = _trend(diary, any(not c.always for c in columns), limits.trend_days)
        self.exposures = len(lagged)
        self.mornings = len(rows)
        self.free = self.mornings - self.trend.shape[1]
        table = np.column_stack([diary.pain[rows], *lagged, self.trend])
        self.between = np.diff(diary.days)
        self.first = np.outer(table[0], table[0])
        self.sums = []
        for days in np.unique(self.between):
            now, before = table[1:][self.between == days], table[:-1][self.between == days]
            crossed = now.T @ before
            self.sums.append((days, now.T @ now, crossed + crossed.T, before.T @ before))

    def products(self, memory: float) -> tuple[Array, float]:
        """Sums of products of pain (first) and exposures, free of the trend, and what memory and trend add to -2 log likelihood."""
        total = self.first.copy()
        for days, now, crossed, before in self.sums:
            tie = memory**days
            total += (now - tie * crossed + tie * tie * before) / (1 - tie * tie)
        n = 1 + self.exposures
        root = np.linalg.cholesky(total[n:, n:])
        on_trend = np.linalg.solve(root, total[n:, :n])
        known = np.log1p(-(memory ** (2 * self.between))).sum() + 2 * np.log(np.diag(root)).sum()
        left = total[:n, :n] - on_trend.T @ on_trend
        # Pain that trend and runs foretell to the digit leaves nothing; nobody tells it finer than this.
        left[0, 0] = max(left[0, 0], self.free * _FINEST_POINTS**2)
        return left, float(known)


def _trend(diary: _Diary, of_run_days: bool, trend_days: float) -> Array:
    """Intercept, line, waves of `trend_days` and slower, and for exposures of run days a run or none at each lag; orthonormal."""
    rows, days = np.flatnonzero(diary.told), len(diary.told)
    waves = min(int(2 * days / trend_days), len(rows) // 10)
    phase = (rows + 0.5) / days
    parts = [np.ones(len(rows)), 2 * phase - 1, *(np.cos(np.pi * k * phase) for k in range(1, waves + 1))]
    if of_run_days:
        parts += [diary.ran[rows - lag].astype(float) for lag in range(LAGS)]
    columns = np.column_stack(parts)
    columns /= np.sqrt((columns**2).sum(axis=0)) + 1e-300
    # By the products of the columns: they are a hundred where days are thousands. What repeats others leaves nothing.
    size, turn = np.linalg.eigh(columns.T @ columns)
    kept = size > size[-1] * _REPEATED
    return cast(Array, columns @ (turn[:, kept] / np.sqrt(size[kept])))


def _effects(model: _Model, limits: PatternLimits) -> tuple[Array, Array, Array]:
    """Mean and interval of each effect, in points for one SD, under the joint posterior of effects, memory and noise.

    Memory has a flat prior on its grid, the noise one that is flat in its logarithm. For each pair of them the effects are normal.
    """
    spread = np.tile(limits.prior_points * limits.prior_lag_decay ** np.arange(LAGS), model.exposures // LAGS)
    log_weight, means, variances = [], [], []
    for memory in _MEMORIES:
        products, known = model.products(float(memory))
        pain_squares = products[0, 0]
        size, turn = np.linalg.eigh(spread[:, None] * products[1:, 1:] * spread)
        size = np.maximum(size, 0.0)
        along = turn.T @ (spread * products[1:, 0])
        noise, step = _noise_grid(model, size, along, pain_squares)
        log_weight.append(_log_likelihood(model, size, along, pain_squares, noise) - known / 2 + math.log(step))
        shrunk = 1 / (size + noise[:, None])
        basis = spread[:, None] * turn
        means.append((shrunk * along) @ basis.T)
        variances.append((noise[:, None] * shrunk) @ (basis**2).T)
    flat = np.concatenate(log_weight)
    weight = np.exp(flat - flat.max())
    kept = weight > _LEAST_WEIGHT
    weight = weight[kept] / weight[kept].sum()
    mean, sd = np.concatenate(means)[kept], np.sqrt(np.concatenate(variances)[kept])
    outside = (1 - limits.interval_share) / 2
    low, high = (_mixture_quantile(weight, mean, sd, q) for q in (outside, 1 - outside))
    return weight @ mean, low, high


def _log_likelihood(model: _Model, size: Array, along: Array, pain_squares: float, noise: Array) -> Array:
    """Of each variance of the noise, effects integrated out; shape as `noise`."""
    v = noise[:, None]
    explained = (along**2 / (size + v)).sum(axis=1)
    return cast(Array, -0.5 * (model.free * np.log(noise) + np.log1p(size / v).sum(axis=1) + (pain_squares - explained) / noise))


def _noise_grid(model: _Model, size: Array, along: Array, pain_squares: float) -> tuple[Array, float]:
    """Variances that hold nearly all of the posterior, evenly spaced in their logarithm, and that spacing."""
    middle, width = math.log(pain_squares / model.free), 4.0
    for _ in range(3):
        grid = middle + np.linspace(-width, width, 25)
        density = _log_likelihood(model, size, along, pain_squares, np.exp(grid))
        weight = np.exp(density - density.max())
        weight /= weight.sum()
        middle = float(weight @ grid)
        width = max(5 * math.sqrt(float(weight @ (grid - middle) ** 2)), grid[1] - grid[0])
    grid = middle + np.linspace(-width, width, 25)
    return np.exp(grid), float(grid[1] - grid[0])


def _normal_share(z: Array) -> Array:
    """Share of a standard normal below z, within 1e-7 (Abramowitz and Stegun 26.2.17)."""
    t = 1 / (1 + 0.2316419 * np.abs(z))
    series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * series
    return cast(Array, np.where(z > 0, 1 - tail, tail))


def _mixture_quantile(weight: Array, mean: Array, sd: Array, q: float) -> Array:
    """Quantile of mixtures of normals; `mean` and `sd` have a row for each part and a column for each mixture."""
    low, high = (mean - 7 * sd).min(axis=0), (mean + 7 * sd).max(axis=0)
    for _ in range(30):
        middle = (low + high) / 2
        under = weight @ _normal_share((middle - mean) / sd) < q
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return cast(Array, (low + high) / 2)


def _corrected_p(diary: _Diary, columns: list[_Column], model: _Model) -> Array:
    """For each exposure and lag: share of all moves of the exposures whose strongest association is at least as strong as this one.

    A move by as many days as a lag shares three lags with the diary as it is, and counts as a move all the same: only the whole ring makes
    the test exact when neither the noise nor the exposures have a beginning.
    """
    ring = _ring_days(len(diary.told))
    strengths = _strengths(diary, np.array([np.pad(c.scaled, (0, ring - len(c.scaled))) for c in columns]), model)
    lagged = np.stack([np.roll(strengths, -lag, axis=-1) for lag in range(LAGS)])
    strongest = np.sort(lagged.max(axis=(0, 2)).ravel())
    own = strengths[0, :, :LAGS].ravel()
    return (len(strongest) - np.searchsorted(strongest, own * (1 - _SAME))) / len(strongest)


def _ring_days(days: int) -> int:
    """Days of the ring: those of the diary; with many, so many untold days more that it has no prime factor above 11, which is slow."""
    if days < _LONG_RING_DAYS:
        return days
    while True:
        left = days
        for factor in (2, 3, 5, 7, 11):
            while left % factor == 0:
                left //= factor
        if left == 1:
            return days
        days += 1


def _strengths(diary: _Diary, scaled: Array, model: _Model) -> Array:
    """Score of each exposure against what trend and memory leave of the pain, for each move.

    Returns
    -------
    array, shape (2, exposures, days)
        Forwards and with time turned round; place j is the move by j days, so the lag j of a diary that is not moved.
    """
    days = scaled.shape[1]
    residual, precision, ties, on_trend = _whitened(diary, model, days)
    weights = np.fft.rfft(residual)
    trend_weights = np.fft.rfft(on_trend, axis=1)
    result = np.empty((2, *scaled.shape))
    for way, table in enumerate((scaled, scaled[:, ::-1])):
        for k, x in enumerate(table):
            turned = np.conj(np.fft.rfft(x))
            size = _ring(np.fft.rfft(precision), np.conj(np.fft.rfft(x * x)), days)
            for between, tie in ties:
                size = size + 2 * _ring(np.fft.rfft(tie), np.conj(np.fft.rfft(x * np.roll(x, between))), days)
            size = size - (_ring(trend_weights, turned, days) ** 2).sum(axis=0)
            usable = size > 1e-6 * size.max()
            result[way, k] = np.where(usable, np.abs(_ring(weights, turned, days)) / np.sqrt(np.where(usable, size, 1.0)), 0.0)
    return result


def _ring(weights: NDArray[np.complex128], turned: NDArray[np.complex128], days: int) -> Array:
    """Sum over days t of weight[t] * x[t - move], for each move around the ring."""
    return np.fft.irfft(weights * turned, days)


def _whitened(diary: _Diary, model: _Model, days: int) -> tuple[Array, Array, list[tuple[int, Array]], Array]:
    """Pain without its trend, times the inverse of the noise's correlation, at the likeliest memory without any exposure.

    Returns
    -------
    residual, precision : array, shape (days,)
        `days` of the ring; 0 where no morning was told; the second is the diagonal of the inverse.
    ties : list of (int, array of shape (days,))
        For each number of days between two told mornings, the entry of the inverse between them, at the later one.
    on_trend : array, shape (trend, days)
        Trend times the inverse, scaled so that its squares are what the trend takes of an exposure's square.
    """
    likelihood = []
    for memory in _MEMORIES:
        products, known = model.products(float(memory))
        likelihood.append(-0.5 * (known + model.free * math.log(products[0, 0])))
    memory = float(_MEMORIES[int(np.argmax(likelihood))])
    rows = np.flatnonzero(diary.told)
    tie = memory**model.between
    added = 1 / (1 - tie * tie)
    diagonal = np.ones(len(rows))
    diagonal[1:] = added
    diagonal[:-1] += tie * tie * added
    beside = -tie * added

    def inverse_times(table: Array) -> Array:
        result = diagonal[:, None] * table
        result[1:] += beside[:, None] * table[:-1]
        result[:-1] += beside[:, None] * table[1:]
        return result

    weighted = inverse_times(model.trend)
    root = np.linalg.cholesky(model.trend.T @ weighted)
    scaled_trend = np.linalg.solve(root, weighted.T)
    pain = diary.pain[rows]
    left = inverse_times(pain[:, None])[:, 0] - scaled_trend.T @ (scaled_trend @ pain)
    residual, precision, on_trend = np.zeros(days), np.zeros(days), np.zeros((len(root), days))
    residual[rows], precision[rows], on_trend[:, rows] = left, diagonal, scaled_trend
    ties = []
    for between in np.unique(model.between).astype(int) if memory else ():
        entry = np.zeros(days)
        chosen = model.between == between
        entry[rows[1:][chosen]] = beside[chosen]
        ties.append((int(between), entry))
    return residual, precision, ties, on_trend
