"""What was measured on one run, ready to be stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from backstride.model.evidence import Measure

__all__ = ["RunMeasures", "SpeedBin"]

_FASTEST_MPS = 100.0
_LONGEST_S = 1e7


@dataclass(frozen=True, slots=True)
class SpeedBin:
    """The running of one run on level ground at one speed.

    Attributes
    ----------
    speed_mps : float
        Lower edge of the bin; the bin width stands with the code that makes them.
    seconds : float
        Running time in the bin.
    grade_known : bool
        False where the run has no usable altitude: the ground is taken for level, which it may not be.
    cadence_spm, contact_time_ms, contact_balance_left, vertical_oscillation_mm : float or None
        Mean over the bin's time; None where the device told it for less than half of that time.
    """

    speed_mps: float
    seconds: float
    grade_known: bool
    cadence_spm: float | None = None
    contact_time_ms: float | None = None
    contact_balance_left: float | None = None
    vertical_oscillation_mm: float | None = None


@dataclass(frozen=True, slots=True)
class RunMeasures:
    """All measures of one run.

    Attributes
    ----------
    version : int
        Of the code that measured; another one means measure again.
    values : tuple of Measure
        Every measure of a run, each with its value or the reason why there is none.
    profile : tuple of SpeedBin
        Slowest first; empty when the speed is not known.
    """

    version: int
    values: tuple[Measure, ...] = ()
    profile: tuple[SpeedBin, ...] = ()

    def value(self, name: str) -> float | None:
        """The value of a measure by its id; None when missing or not known here."""
        return next((measure.value for measure in self.values if measure.id == name), None)

    def as_plain(self) -> dict[str, Any]:
        """Numbers, texts, lists and dictionaries only, for JSON; empty fields are left out."""
        return {
            "version": self.version,
            "values": [_without_empty(asdict(measure)) for measure in self.values],
            "profile": [_without_empty(asdict(speed)) for speed in self.profile],
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> RunMeasures:
        """Back from what `as_plain` gave.

        Raises
        ------
        KeyError, TypeError, ValueError
            For anything else, and for a profile at a speed or over a time that no run has.
        """
        profile = tuple(SpeedBin(**speed) for speed in plain["profile"])
        if not all(0 <= speed.speed_mps <= _FASTEST_MPS and 0 <= speed.seconds <= _LONGEST_S for speed in profile):
            raise ValueError("a profile holds a speed or a time that no run has")
        measures: Iterable[dict[str, Any]] = plain["values"]
        return cls(plain["version"], tuple(_measure(measure) for measure in measures), profile)


def _measure(fields: dict[str, Any]) -> Measure:
    """A measure from its fields; of those that are missing for the same reason in thousands of runs there is one."""
    if "value" in fields:
        return Measure(**fields if "unit" in fields else {"unit": "", **fields})
    return _missing(tuple(fields.items()))


@lru_cache(maxsize=4096)
def _missing(fields: tuple[tuple[str, Any], ...]) -> Measure:
    return Measure(**{"value": None, "unit": "", **dict(fields)})


def _without_empty(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None and value != ""}
