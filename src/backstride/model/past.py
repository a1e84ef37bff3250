"""An assessment as it is kept, small and with the words in which it was told, and what changed between two of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backstride.model.assessment import Level, Who

__all__ = ["AnswerChange", "CauseChange", "Changes", "Past", "PastCause"]


@dataclass(frozen=True, slots=True)
class PastCause:
    """A cause as it was told: its name and how well it fitted, in words."""

    condition: str
    words: str
    fit: str


@dataclass(frozen=True, slots=True)
class Past:
    """One assessment, kept so that it can be shown as it was, whatever knowledge says later.

    Attributes
    ----------
    at : datetime
        When it was made, zone-aware.
    knowledge_version : str
        Of the knowledge that it was made with.
    level, who : Level, Who
    words, running : str
        What was said to do, and why not to run; the latter empty when nothing spoke against it.
    provisional : bool
    conclusion : str
        The sentence on what the ranking says.
    told : tuple of PastCause
        The causes that were named, at most three.
    red_flags : mapping of id to words
        Rules that fired, each with its reason as it was told.
    probabilities : mapping of condition id to float
    answers : mapping of id to value
        Everything that runner and clinician had said.
    out_of_scope : str
    """

    at: datetime
    knowledge_version: str
    level: Level
    who: Who
    words: str
    provisional: bool
    conclusion: str
    told: tuple[PastCause, ...] = ()
    red_flags: Mapping[str, str] = field(default_factory=dict)
    probabilities: Mapping[str, float] = field(default_factory=dict)
    answers: Mapping[str, str | float] = field(default_factory=dict)
    running: str = ""
    out_of_scope: str = ""

    def as_plain(self) -> dict[str, Any]:
        """Numbers, texts, lists and dictionaries only."""
        return {
            "at": self.at.isoformat(),
            "knowledge_version": self.knowledge_version,
            "level": str(self.level),
            "who": str(self.who),
            "words": self.words,
            "provisional": self.provisional,
            "conclusion": self.conclusion,
            "told": [[cause.condition, cause.words, cause.fit] for cause in self.told],
            "red_flags": dict(self.red_flags),
            "probabilities": dict(self.probabilities),
            "answers": dict(self.answers),
            "running": self.running,
            "out_of_scope": self.out_of_scope,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Past:
        """Back from what `as_plain` gave.

        Raises
        ------
        KeyError, TypeError, ValueError
            For anything else.
        """
        return cls(
            at=datetime.fromisoformat(plain["at"]),
            knowledge_version=str(plain["knowledge_version"]),
            level=Level(plain["level"]),
            who=Who(plain["who"]),
            words=str(plain["words"]),
            provisional=bool(plain["provisional"]),
            conclusion=str(plain["conclusion"]),
            told=tuple(PastCause(str(condition), str(words), str(fit)) for condition, words, fit in plain["told"]),
            red_flags={str(key): str(words) for key, words in plain["red_flags"].items()},
            probabilities={str(key): float(value) for key, value in plain["probabilities"].items()},
            answers={str(key): value if isinstance(value, str) else float(value) for key, value in plain["answers"].items()},
            running=str(plain["running"]),
            out_of_scope=str(plain["out_of_scope"]),
        )


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """An answer that was given both times, and differently."""

    item: str
    before: str | float
    after: str | float


@dataclass(frozen=True, slots=True)
class CauseChange:
    """A cause that moved by much: its probability before and after."""

    condition: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed between two assessments.

    Attributes
    ----------
    before, after : Past
    answers : tuple of AnswerChange
        By id.
    newly_answered, no_longer_answered : tuple of str
        Items that only one of the two knows.
    new_red_flags, gone_red_flags : tuple of str
        Ids of rules, by id.
    causes : tuple of CauseChange
        Those that moved by ``change_worth_telling`` at least, the largest move first.
    """

    before: Past
    after: Past
    answers: tuple[AnswerChange, ...] = ()
    newly_answered: tuple[str, ...] = ()
    no_longer_answered: tuple[str, ...] = ()
    new_red_flags: tuple[str, ...] = ()
    gone_red_flags: tuple[str, ...] = ()
    causes: tuple[CauseChange, ...] = ()

    @property
    def level_moved(self) -> int:
        """By how many steps the level rose (positive) or fell."""
        return self.after.level.rank - self.before.level.rank

    @property
    def other_knowledge(self) -> bool:
        """The two were made with different knowledge: part of a difference may come from that alone."""
        return self.before.knowledge_version != self.after.knowledge_version

    @property
    def nothing(self) -> bool:
        """Neither an answer nor anything that is told of it changed."""
        same = self.level_moved == 0 and self.before.who is self.after.who and self.before.provisional == self.after.provisional
        lists = (self.answers, self.newly_answered, self.no_longer_answered, self.new_red_flags, self.gone_red_flags, self.causes)
        return same and not any(lists)
