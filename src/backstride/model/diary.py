"""A diary of pain: what was told of each day, as it was told, and what it comes to a day."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

__all__ = [
    "EARLIEST_DAY",
    "NUMBERS",
    "PAIN_FIELDS",
    "WORDS",
    "DiaryDay",
    "DiaryEntry",
    "Episode",
    "Number",
    "diary_days",
    "entries_that_count",
]

PAIN_FIELDS = ("pain_morning", "pain_during", "pain_after")

EARLIEST_DAY = date(1995, 1, 1)
"""No watch told of a run before; a day before it is a slip of the hand or of a clock."""


@dataclass(frozen=True, slots=True)
class Number:
    """What a number of the diary may be: least and most, both included (but `least` where it is `above` it), and its unit."""

    least: float
    most: float
    unit: str = ""
    whole: bool = False
    above: bool = False

    def holds(self, value: object) -> bool:
        """Whether a value is such a number."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return False
        return self.least <= value <= self.most and not (self.above and value == self.least) and not (self.whole and value != int(value))


NUMBERS: Mapping[str, Number] = {
    "pain_morning": Number(0, 10),
    "pain_during": Number(0, 10),
    "pain_after": Number(0, 10),
    "began_km": Number(0, 1000, "km", above=True),
    "began_min": Number(0, 6000, "min", above=True),
    "stiffness": Number(0, 10),
    "sleep_h": Number(0, 24, "h"),
    "stress": Number(0, 10),
    "sitting_h": Number(0, 24, "h"),
    "fluid_ml": Number(0, 20_000, "ml"),
    "weight_before_kg": Number(20, 300, "kg"),
    "weight_after_kg": Number(20, 300, "kg"),
    "cycle_day": Number(1, 60, whole=True),
}
"""Every field that is a number."""

WORDS: Mapping[str, int] = {"medicine": 200, "note": 2000, "run_key": 200}
"""Every field that is text, with how many letters it may have."""

_MOST_REGIONS = 60
_LONGEST_REGION = 60
_YES_NO = ("spreading",)
_LISTS = ("regions",)
_TAKES_BACK = "takes_back"


@dataclass(frozen=True, slots=True)
class DiaryEntry:
    """One telling about one day, as it was told; never changed afterwards.

    Attributes
    ----------
    told_at : datetime
        Zone-aware. What was told at one moment is taken back together.
    day : date
        The runner's local day that it is about, from `EARLIEST_DAY` on.
    fields : mapping of str to object
        Any of these; a value of None takes back what was told of that field before.
        ``pain_morning`` (0 to 10, on waking that day, so the pain of the morning after a run stands with the next day), ``pain_during``
        and ``pain_after`` (0 to 10), ``regions`` (ids of knowledge/regions), ``spreading`` (bool), ``began_km`` and ``began_min`` (into
        the run), ``stiffness`` (0 to 10, on waking), ``sleep_h`` (the night that ends that day), ``stress`` (0 to 10), ``sitting_h``,
        ``fluid_ml`` (drunk during the run), ``weight_before_kg``, ``weight_after_kg`` (the run), ``medicine``, ``cycle_day``
        (1 is the first), ``note``, ``run_key`` (of the run from which an offered note was taken), and ``takes_back``: the moment, in ISO
        form, at which the entries were told that this one takes back whole.

    Raises
    ------
    ValueError
        For a moment without a zone, a day that is none of a diary, an unknown field, or a value that its field can't have.
    """

    told_at: datetime
    day: date
    fields: Mapping[str, Any]

    def __post_init__(self) -> None:
        if self.told_at.tzinfo is None:
            raise ValueError("the moment of an entry has no time zone")
        # A zone is at most 14 hours before UTC.
        if not EARLIEST_DAY <= self.day <= self.told_at.astimezone(UTC).date() + timedelta(days=1):
            raise ValueError(f"{self.day} is not a day of a diary that was told on {self.told_at.date()}")
        for name, value in self.fields.items():
            if name not in _FIELDS:
                raise ValueError(f"a diary has no field {str(name)[:40]!r}")
            if value is not None and not _is_right(name, value):
                raise ValueError(f"{str(value)[:40]!r} can't be {name!r} of a diary")

    @property
    def takes_back(self) -> datetime | None:
        """The moment whose entries this one takes back; None for an entry of its own."""
        moment = self.fields.get(_TAKES_BACK)
        return None if moment is None else datetime.fromisoformat(moment)

    @classmethod
    def taking_back(cls, told_at: datetime, entry: DiaryEntry) -> DiaryEntry:
        """An entry that takes back all that was told at the moment of another."""
        return cls(told_at, entry.day, {_TAKES_BACK: entry.told_at.astimezone(UTC).isoformat()})

    def as_plain(self) -> dict[str, Any]:
        """Its fields as numbers, texts, lists and yes or no only."""
        return {name: list(value) if name in _LISTS and value is not None else value for name, value in self.fields.items()}


@dataclass(frozen=True, slots=True)
class DiaryDay:
    """What the diary says of one day; None means not told. Fields and units as in `DiaryEntry`."""

    day: date
    pain_morning: float | None = None
    pain_during: float | None = None
    pain_after: float | None = None
    regions: tuple[str, ...] | None = None
    spreading: bool | None = None
    began_km: float | None = None
    began_min: float | None = None
    stiffness: float | None = None
    sleep_h: float | None = None
    stress: float | None = None
    sitting_h: float | None = None
    fluid_ml: float | None = None
    weight_before_kg: float | None = None
    weight_after_kg: float | None = None
    medicine: str | None = None
    cycle_day: int | None = None
    note: str | None = None
    run_key: str | None = None

    @property
    def worst_pain(self) -> float | None:
        """The most of morning, during and after, 0 to 10; None when none of them was told."""
        return max((value for name in PAIN_FIELDS if (value := getattr(self, name)) is not None), default=None)

    def told(self) -> dict[str, Any]:
        """Every field that was told, by name."""
        return {name: value for name in _DAY_FIELDS if (value := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True)
class Episode:
    """A spell of pain.

    Attributes
    ----------
    begin : date
        The runner's local day.
    end : date or None
        The last day of it that was told; None when it goes on, or when the diary stops before it was seen to end.
    worst : float or None
        The worst pain told of it, 0 to 10; None when no pain was told.
    days_told : int
        Of how many of its days the diary tells pain.
    basis : str
        ``"told"`` (a day of onset was named) or ``"diary"``.
    sure : str
        How sure begin and end are, in words.
    """

    begin: date
    end: date | None = None
    worst: float | None = None
    days_told: int = 0
    basis: str = "diary"
    sure: str = field(default="", compare=False)


_DAY_FIELDS = tuple(name for name in DiaryDay.__dataclass_fields__ if name != "day")
_FIELDS = frozenset((*_DAY_FIELDS, _TAKES_BACK))


def entries_that_count(entries: Iterable[DiaryEntry]) -> tuple[DiaryEntry, ...]:
    """Entries that tell something and were not taken back, by the moment at which they were told."""
    ordered = sorted(entries, key=lambda entry: entry.told_at)
    gone = {moment for entry in ordered if (moment := entry.takes_back) is not None}
    return tuple(entry for entry in ordered if entry.takes_back is None and entry.told_at not in gone)


def diary_days(entries: Iterable[DiaryEntry]) -> tuple[DiaryDay, ...]:
    """Every day of which something is told, earliest first.

    Field by field the latest telling counts. A day of which nothing is told, or all was taken back, is absent: missing, never zero.
    """
    days: dict[date, dict[str, Any]] = {}
    for entry in entries_that_count(entries):
        day = days.setdefault(entry.day, {})
        for name, value in entry.fields.items():
            day[name] = tuple(value) if name in _LISTS and value is not None else value
    merged = (DiaryDay(day, **fields) for day, fields in sorted(days.items()) if any(value is not None for value in fields.values()))
    return tuple(merged)


def _is_right(name: str, value: object) -> bool:
    """Whether a field may have this value."""
    if name in NUMBERS:
        return NUMBERS[name].holds(value)
    if name in WORDS:
        return isinstance(value, str) and 0 < len(value) <= WORDS[name]
    if name in _YES_NO:
        return isinstance(value, bool)
    if name in _LISTS:
        known = isinstance(value, list | tuple) and 0 < len(value) <= _MOST_REGIONS
        return known and all(isinstance(one, str) and 0 < len(one) <= _LONGEST_REGION for one in value)  # type: ignore[attr-defined]
    try:  # what is left is a moment
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
