"""An interview: what is asked on one screen, and what was answered so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

__all__ = ["Choice", "Given", "Interview", "Item", "KeptInterview", "Kind", "Screen"]


class Kind(StrEnum):
    """What a screen is for."""

    WHERE = "where"
    """One tap of where it hurts: regions of the body map, any number of them."""
    SAFETY = "safety"
    """Any of these? None of these: emergency items together; what isn't marked is an explicit no."""
    CONFIRM = "confirm"
    """The confirm question of a rule that a yes has fired."""
    QUESTION = "question"
    """What tells the causes apart: one question, or a few that belong together."""
    SELF_TEST = "self_test"
    """Something to try, with its safety gate, steps and stop rule."""
    HABITS = "habits"
    """What may have contributed, for a runner without a watch, a video or a shoe log."""
    DONE = "done"
    """Nothing is left to ask."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that may be given: its value, and what the runner sees."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is asked.

    Attributes
    ----------
    id : str
        Finding or factor id; of a confirm screen the red flag's id; of the first screen a region's id; ``"age"`` or ``"sex"``.
    words : str
        The question, or on a safety screen the sign, in the runner's words.
    choices : tuple of Choice
        The answers in the order in which they are shown; empty for a number.
    minimum, maximum : float or None
        Of a number.
    unit : str
    why : str
        Why it is asked, in one sentence.
    """

    id: str
    words: str
    choices: tuple[Choice, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Screen:
    """What is asked at once.

    Attributes
    ----------
    id : str
        Stands for the screen in `Interview.seen`.
    kind : Kind
    title : str
    items : tuple of Item
    how : tuple of str
        Steps of a self-test, its safety gate first and its stop rule last; empty elsewhere.
    seconds : int
        How long a timer runs for a self-test; 0 for none.
    left : int
        About how many screens are still to come, this one not counted.
    knowledge_version : str
        By which knowledge it was made.
    """

    id: str
    kind: Kind
    title: str
    items: tuple[Item, ...] = ()
    how: tuple[str, ...] = ()
    seconds: int = 0
    left: int = 0
    knowledge_version: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """One answer with its moment. ``value`` is as in `model.evidence.Answer`; ``"skipped"`` for an item that was passed over."""

    item: str
    value: str | float
    at: datetime


@dataclass(frozen=True, slots=True)
class Interview:
    """How far an interview has come. Immutable: every answer gives another one.

    Attributes
    ----------
    given : tuple of Given
        In the order in which they were given; a later one of an item replaces an earlier one.
    seen : tuple of (str, int)
        Each screen that was answered or skipped, with how many answers were there before it: what `back` takes away.
    knowledge_version : str
        Of the last answer.
    """

    given: tuple[Given, ...] = ()
    seen: tuple[tuple[str, int], ...] = ()
    knowledge_version: str = ""

    def answers(self) -> dict[str, Given]:
        """The latest answer of every item. Passing over an item that is asked again takes no earlier answer away."""
        return {one.item: one for one in self.given if one.value != "skipped"}

    def latest(self) -> dict[str, Given]:
        """The same with what was passed over: the last that became of every item that was asked."""
        return {one.item: one for one in self.given}

    def as_plain(self) -> dict[str, Any]:
        """Numbers, texts, lists and dictionaries only."""
        return {
            "given": [[one.item, one.value, one.at.isoformat()] for one in self.given],
            "seen": [list(one) for one in self.seen],
            "knowledge_version": self.knowledge_version,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Interview:
        """Back from what `as_plain` gave.

        Raises
        ------
        KeyError, TypeError, ValueError
            For anything else.
        """
        given = tuple(Given(str(item), value, datetime.fromisoformat(at)) for item, value, at in plain["given"])
        seen = tuple((str(screen), int(count)) for screen, count in plain["seen"])
        return cls(given, seen, str(plain["knowledge_version"]))


@dataclass(frozen=True, slots=True)
class KeptInterview:
    """An interview of a runner; known by the moment at which it began.

    Attributes
    ----------
    begun_at, updated_at : datetime
        Zone-aware.
    interview : Interview
        How far it has come.
    finished : bool
        Whether an answer was shown; it may still be changed.
    assessment : mapping or None
        The answer as it was told, with the knowledge it used (`model.past.Past` in plain form); None before.
    """

    begun_at: datetime
    updated_at: datetime
    interview: Interview
    finished: bool = False
    assessment: Mapping[str, Any] | None = None
