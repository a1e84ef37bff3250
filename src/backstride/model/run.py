"""A run as it was recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from backstride.model.run_measures import RunMeasures

__all__ = ["DayValue", "FileOutcome", "Run", "Samples", "Shoe", "StartKnown"]

FloatArray = npt.NDArray[np.float64]
Samples = Mapping[str, FloatArray]
"""Column name (unit as suffix) to one value a record, NaN where missing; ``time_s`` counts from the run's start."""


def _no_samples() -> Samples:
    return {}


class StartKnown(StrEnum):
    """How well the moment of a run's start is known, best first."""

    INSTANT = "instant"
    """A moment on Earth."""
    LOCAL = "local"
    """A reading of the runner's clock without its offset; `Run.start` holds that reading, labelled UTC."""
    DAY = "day"
    """A local day without a time; `Run.start` holds its noon, labelled UTC."""


@dataclass(frozen=True, slots=True)
class Run:
    """One session of one sport, as its source recorded it. Immutable.

    Attributes
    ----------
    start : datetime
        Zone-aware start. UTC where the source does not tell the local offset.
    sport : str
        ``"running"``, ``"walking"``, ``"cycling"``... in the source's word; ``"unknown"`` when it has none.
    distance_m, timer_time_s, elapsed_time_s : float or None
        Totals as the source states them; None when it states none. Timer time excludes pauses.
    record_count : int
        Number of records (samples) read.
    sub_sport : str
        ``"treadmill"``, ``"trail"``, ``"track"``...; empty when unknown.
    utc_offset_s : int or None
        Local time minus UTC; None when the source does not tell.
    device : str
        ``"garmin/fr110"``; empty when unknown.
    origin : str
        File it came from.
    shoe : str
        Name of the pair worn, as the source writes it; empty when unknown.
    title, note : str
        The runner's own words about it; empty when there are none.
    perceived_exertion : float or None
        0 (nothing at all) to 10 (maximal).
    pain : float or None
        0 to 10, as told with the run.
    stated : mapping of str to float
        What the source states about the run as a whole, by column name with its unit: ``heart_rate_bpm`` (mean),
        ``contact_time_ms``, ``contact_balance_left``, ``vertical_oscillation_mm``, ``step_length_mm``, ``cadence_spm``,
        ``power_w``, ``temperature_c``, ``ascent_m``, ``descent_m``, ``steps``; of the weather ``weather_temperature_c``,
        ``apparent_temperature_c``, ``dew_point_c``, ``humidity`` (0 to 1), ``wind_mps``.
    tags : tuple of str
        Of ``"race"``, ``"long_run"``, ``"commute"``, ``"treadmill"``; only what the source says.
    links : tuple of str
        Names under which other files speak of the same activity (``"strava:9100000001"``).
    start_known : StartKnown
        Whether `start` is a moment, a clock reading without offset, or a day.
    by_hand : bool
        Typed in, not recorded.
    sport_guessed : bool
        The source tells no sport; it is taken from the speed.
    measured : RunMeasures or None
        What was measured on it when it came in; None when it was not yet.
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
    title: str = ""
    note: str = ""
    perceived_exertion: float | None = None
    pain: float | None = None
    stated: Mapping[str, float] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    start_known: StartKnown = StartKnown.INSTANT
    by_hand: bool = False
    sport_guessed: bool = False
    measured: RunMeasures | None = field(default=None, compare=False)
    load_samples: Callable[[], Samples] = field(default=_no_samples, compare=False, repr=False)

    @property
    def local_day(self) -> date:
        """The runner's own day; the UTC day where the offset is not known."""
        return (self.start + timedelta(seconds=self.utc_offset_s or 0)).date()


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
    brand, model : str
        As the source writes them; empty when unknown.
    """

    name: str
    first_used: date | None = None
    start_km: float = 0.0
    retired: date | None = None
    brand: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class DayValue:
    """Something known about one of the runner's days.

    Attributes
    ----------
    day : date
        The runner's local day; a night belongs to the day on which it ends.
    name : str
        ``"sleep_h"``, ``"hydration_ml"``, ``"sweat_loss_ml"``, ``"body_weight_kg"``, ``"resting_heart_rate_bpm"``, ``"steps"``.
    value : float
        In the unit of the name. A day without a value has no row: never zero for missing.
    origin : str
        File it came from.
    """

    day: date
    name: str
    value: float
    origin: str = ""


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
    shoes : tuple of Shoe
    days : tuple of DayValue
    table : bool
        Whether the runs are rows of a growing list (a table, a health export): the next file that a service gives holds them
        again under another content, so each is known by what it says and not by the file it stands in.
    worn : mapping of str to str
        Which pair was worn in runs that stand in other files: a name as in `Run.links` to the name of a `Shoe`.
    digest : str
        SHA-256 of the unpacked content, in hexadecimal digits; empty where it was not read whole.
    """

    path: str
    state: str
    detail: str
    runs: tuple[Run, ...] = ()
    shoes: tuple[Shoe, ...] = ()
    days: tuple[DayValue, ...] = ()
    table: bool = False
    worn: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
