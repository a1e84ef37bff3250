"""What goes with this runner's pain: what was weighed over the days of a diary, and what could not be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LAGS", "Association", "DailyExposure", "NotJudged", "Patterns"]

LAGS = 4
"""An exposure is weighed against pain 0, 1, 2 and 3 days later."""


@dataclass(frozen=True, slots=True)
class DailyExposure:
    """One exposure over the days of a diary.

    Attributes
    ----------
    id, unit : str
    values : array, shape (days,)
        In `unit`; NaN where missing. A yes or no is 1 or 0.
    applies : array of bool, shape (days,)
        False on days where there is no such thing: no run, so no heat of a run.
    step : float
        The cut is rounded to a multiple of this, so that it reads well (1 C, 1 km); 0 leaves it as it is.
    """

    id: str
    unit: str
    values: NDArray[np.float64]
    applies: NDArray[np.bool_]
    step: float = 0.0


@dataclass(frozen=True, slots=True)
class Association:
    """How pain on waking went with one exposure, so many days before.

    Attributes
    ----------
    exposure : str
    lag_days : int
        0 is the morning after the day of the exposure, 3 is three mornings later.
    unit : str
        Of the exposure; empty for a yes or no (1 or 0).
    cut : float
        "Above" means above this value: the edge of the runner's own upper third, in `unit`.
    effect_points : float
        Points of pain (0 to 10) by which mornings after days above the cut differ from the others, all other exposures and lags,
        slow changes and running itself held alike; shrunk towards 0 by the prior.
    low, high : float
        The interval that goes with it; it holds the share of `Patterns.interval_share`.
    points_per_unit : float
        The same effect for one unit of the exposure.
    mean_above, mean_below : float
        Mean of the exposure on days above the cut, and at or below it.
    mornings_above, mornings_below : int
        Told mornings that follow, by `lag_days`, a day above the cut, and at or below it.
    p_corrected : float
        Corrected for all exposures and lags together: share of the ways to lay the exposures against the pain that give, for any of
        them, an association as strong.
    reported : bool
        True when `p_corrected` is at most the limit and the interval leaves out 0.
    alike : tuple of str
        Other exposures that rose and fell with this one, so that the two are hard to tell apart.
    """

    exposure: str
    lag_days: int
    unit: str
    cut: float
    effect_points: float
    low: float
    high: float
    points_per_unit: float
    mean_above: float
    mean_below: float
    mornings_above: int
    mornings_below: int
    p_corrected: float
    reported: bool
    alike: tuple[str, ...] = ()

    @property
    def direction(self) -> str:
        """``"higher"`` or ``"lower"``: the pain after days above the cut."""
        return "higher" if self.effect_points >= 0 else "lower"


@dataclass(frozen=True, slots=True)
class NotJudged:
    """An exposure that could not be weighed, and why, in words."""

    exposure: str
    why: str


@dataclass(frozen=True, slots=True)
class Patterns:
    """What of the exposures goes with the pain of a diary.

    Attributes
    ----------
    first_day, last_day : date or None
        The days that were weighed, from three before that of the first told morning; None when no morning was told.
    days, mornings : int
        Mornings from the first told one to the last, and how many of them were told.
    mornings_needed : int
        Fewer told mornings than this are not weighed.
    associations : tuple of Association
        All that were weighed, reported or not: by exposure as given, then by lag.
    not_judged : tuple of NotJudged
    why_not : str
        Why nothing was weighed at all, in words; empty when something was.
    interval_share : float
        Share that `Association.low` to `Association.high` holds, 0 to 1.
    prior_points, prior_lag_decay : float
        What was taken for likely before any diary: the usual size of an effect on the next morning, in points for one usual swing (SD)
        of the exposure, and the share of it that is left with each further day. Assumptions.
    """

    first_day: date | None
    last_day: date | None
    days: int
    mornings: int
    mornings_needed: int
    associations: tuple[Association, ...]
    not_judged: tuple[NotJudged, ...]
    why_not: str
    interval_share: float
    prior_points: float
    prior_lag_decay: float

    @property
    def reported(self) -> tuple[Association, ...]:
        """Those to tell, the surest first; of equally sure ones the largest."""
        return tuple(sorted((a for a in self.associations if a.reported), key=lambda a: (a.p_corrected, -abs(a.effect_points))))
