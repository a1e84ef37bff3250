"""A run as it was recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
import numpy.typing as npt

__all__ = ["FileOutcome", "Run", "Samples", "Shoe"]

FloatArray = npt.NDArray[np.float64]
Samples = Mapping[str, FloatArray]
"""Column name (unit as suffix) to one value a record, NaN where missing; ``time_s`` counts from the run's start."""


def _no_samples() -> Samples:
    return {}


@dataclass(frozen=True, slots=True)
class Run:
    """One session of one sport, as its source recorded it. Immutable.

    Attributes
    ----------
    start : datetime
        Zone-aware start. UTC where the source does not tell the local offset.
    sport : str
        ``"running"``, ``"walking"``, ``"cycling"``... in the source's word.
    distance_m, timer_time_s, elapsed_time_s : float or None
        Totals as the source states them; None when it states none. Timer time excludes pauses.
    record_count : int
        Number of records (samples) read.
    utc_offset_s : int or None
        Local time minus UTC; None when the source does not tell.
    device : str
        ``"garmin/fr110"``; empty when unknown.
    origin : str
        File it came from.
    shoe : str
        Name of the pair worn; empty when unknown.
    load_samples : callable
        Gives the per-record columns; read only when asked for.
    """

    start: datetime
    sport: str
    distance_m: float | None
    timer_time_s: float | None
    elapsed_time_s: float | None = None
    record_count: int = 0
    sub_sport: str = ""
    utc_offset_s: int | None = None
    device: str = ""
    origin: str = ""
    shoe: str = ""
    load_samples: Callable[[], Samples] = field(default=_no_samples, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file.

    Attributes
    ----------
    path : str
        The file.
    state : str
        ``"read"``, ``"damaged"`` (something was kept), ``"unreadable"`` (nothing was) or ``"skipped"``.
    detail : str
        One line for a person: what was read, what was lost and where, or why it was skipped.
    runs : tuple of Run
        What was kept.
    """

    path: str
    state: str
    detail: str
    runs: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class Shoe:
    """A pair of shoes.

    Attributes
    ----------
    name : str
        The runner's name for it.
    first_used : date or None
        First day of use.
    start_km : float
        Distance already on it on that day.
    retired : date or None
        Last day of use.
    """

    name: str
    first_used: date | None = None
    start_km: float = 0.0
    retired: date | None = None
