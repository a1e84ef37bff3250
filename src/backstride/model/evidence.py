"""Measures and observations: what is known, from what, and why something is not known."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

__all__ = ["DIARY", "OWN_DATA", "Answer", "Measure", "Observation", "Source"]

DIARY = "diary"
"""The `Measure.device` of what the runner's diary tells."""

OWN_DATA = "own data"
"""The `Measure.unit` of what was found by comparing a runner with themselves: its number alone tells nothing, its origin does."""


class Source(StrEnum):
    """Who or what an observation comes from; a later name takes precedence over an earlier one."""

    RUNNER = "runner"
    DIARY = "diary"
    RUNS = "runs"
    CLINICIAN = "clinician"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it was given.

    Attributes
    ----------
    value : str or float
        ``"yes"``, ``"no"``, ``"unsure"``, one of the item's choices, or a number in the item's unit.
    source : Source
        The runner or a clinician.
    answered_at : datetime or None
        When it was given, zone-aware; None when not known.
    place : str
        Where it stands (``case.yaml:7``), for messages.
    """

    value: str | float
    source: Source = Source.RUNNER
    answered_at: datetime | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number computed from the record, or the reason why there is none.

    Attributes
    ----------
    id : str
        Name of the measure, its unit as suffix where it has one (``weekly_distance_km``).
    value : float or None
        None means missing; `missing_because` then says why. Zero is a value.
    unit : str
        ``"km"``, ``"ratio"``, ``"days"``...
    origin : str
        From what it was computed, in words for a person (``"16 runs, 2026-08-01 to 2026-10-04"``).
    missing_because : str
        Empty when there is a value.
    device : str
        What recorded it, as in `Run.device`, where the value depends on that, or `DIARY`; a trend never mixes two.
    lower_bound : bool
        The true value may be higher: it can prove "more than", never "at most".
    """

    id: str
    value: float | None
    unit: str
    origin: str = ""
    missing_because: str = ""
    device: str = ""
    lower_bound: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """A finding or factor that is taken as observed.

    Attributes
    ----------
    id : str
        Finding or factor id.
    value : str or float
        As in `Answer`; factors are ``"yes"`` or ``"no"``.
    source : Source
        Whose word it is.
    origin : str
        What it rests on, in words (``"runs: longest run 21.1 km against 14.0 km"``); empty for a plain answer.
    """

    id: str
    value: str | float
    source: Source = Source.RUNNER
    origin: str = ""
    measures: tuple[Measure, ...] = field(default=())
