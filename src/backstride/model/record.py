"""All that is known about one runner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from backstride.model.diary import DiaryDay
from backstride.model.evidence import Answer
from backstride.model.run import DayValue, FileOutcome, Run, Shoe

__all__ = ["Record", "Runner"]


@dataclass(frozen=True, slots=True)
class Runner:
    """Who it is. None means not told.

    Attributes
    ----------
    age : int or None
        Years.
    sex : str or None
        ``"female"`` or ``"male"``.
    height_cm, weight_kg : float or None
    pregnant : bool or None
    """

    age: int | None = None
    sex: str | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    pregnant: bool | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """All that is known about one runner at one moment.

    Attributes
    ----------
    id : str
        Name of the case.
    runner : Runner
    onset : date or None
        Day on which the pain began.
    answers : mapping of str to Answer
        Finding or factor id to the runner's answer.
    exam : mapping of str to Answer
        Finding or factor id to what a clinician found.
    confirmations : mapping of str to Answer
        Red-flag id to the answer to its confirm question.
    runs : tuple of Run
    shoes : tuple of Shoe
    files : tuple of FileOutcome
        What became of every run file named by the case.
    assessed_at : datetime or None
        The moment for which the record is judged; None means the answers are current.
    days : tuple of DayValue
        What is known about single days: sleep, weight...
    diary : tuple of DiaryDay
        What the runner told of single days, earliest first; a day that is absent was not told.
    """

    id: str
    runner: Runner = field(default_factory=Runner)
    onset: date | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    exam: Mapping[str, Answer] = field(default_factory=dict)
    confirmations: Mapping[str, Answer] = field(default_factory=dict)
    runs: tuple[Run, ...] = ()
    shoes: tuple[Shoe, ...] = ()
    files: tuple[FileOutcome, ...] = ()
    assessed_at: datetime | None = None
    days: tuple[DayValue, ...] = ()
    diary: tuple[DiaryDay, ...] = ()
