"""What was unusual before a pain began, against the runner's own normal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from backstride.model.evidence import Measure

__all__ = ["Event", "Looked", "NotJudged", "Verdict", "WhyNow"]


class Verdict(StrEnum):
    """What the look back came to."""

    UNUSUAL = "unusual"
    """Something changed more than it does in nearly all other weeks of this runner."""
    NOTHING_UNUSUAL = "nothing_unusual"
    """All that could be judged was within this runner's own normal."""
    TOO_LITTLE = "too_little"
    """The record is too short, or holds nothing that could be compared."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One exposure whose change is known.

    Attributes
    ----------
    exposure : str
        Id in knowledge.
    window_days : int
        Days up to and including the onset that were compared.
    direction : str
        ``"more"`` or ``"less"``.
    now, before : float
        The exposure in the window and in the time before it, in its unit.
    surprise : float or None
        How far the change lies from this runner's usual weeks, in standard deviations of them; negative when it went the other way. None
        where there are too few other weeks to tell: then nothing is called unusual.
    usual_low, usual_high : float or None
        Between these lies the exposure in nine of ten weeks, given what was before; None as `surprise`.
    weeks : int
        Other weeks of this runner that it was compared with.
    chance : float
        Share of all weeks (this one counted) in which something, whatever it was, stood out at least this much; at most
        `WhyNow.false_alarm` when `unusual`.
    unusual : bool
    worth_telling : bool
        Whether the change itself is large enough to mean anything, however steady the runner is otherwise.
    runs, known : int
        Runs (or days) in the window, and how many of these tell the exposure.
    device : str
        Where it depends on that: all of it was recorded by this one.
    """

    exposure: str
    window_days: int
    direction: str
    now: float
    before: float
    surprise: float | None
    usual_low: float | None
    usual_high: float | None
    weeks: int
    chance: float
    unusual: bool
    worth_telling: bool
    runs: int
    known: int
    device: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that either happened or not: it has no usual amount, only a usual frequency.

    Attributes
    ----------
    kind : str
        ``"race"``, ``"new_pair"``, ``"other_pair"``, ``"return"`` (after a break) or ``"new_watch"``.
    day : date
    detail : str
        What exactly: the pair, the distance, the length of the break.
    times_before : int
        How often it happened in the time before.
    over_days : int
        How long that time was.
    """

    kind: str
    day: date
    detail: str
    times_before: int
    over_days: int


@dataclass(frozen=True, slots=True)
class NotJudged:
    """An exposure of which nothing can be said, and why."""

    exposure: str
    why: str


@dataclass(frozen=True, slots=True)
class WhyNow:
    """The answer to "why now".

    Attributes
    ----------
    onset : date
    verdict : Verdict
    reason : str
        Why nothing could be judged; empty otherwise.
    looked : tuple of Looked
        Every exposure whose change is known, most surprising first; those without a surprise last.
    events : tuple of Event
    contested : tuple of Measure
        Figures that are popular and that evidence does not support; never a reason.
    standing : tuple of Measure
        What was no change but was so: kilometres on the pair, pairs in use.
    not_judged : tuple of NotJudged
    weeks : int
        Weeks of this runner without pain that were compared with.
    false_alarm : float
        Share of ordinary weeks in which something would be called unusual.
    first_day : date or None
        First day of the record that was looked at.
    runs : int
        Runs up to the onset.
    """

    onset: date
    verdict: Verdict
    reason: str = ""
    looked: tuple[Looked, ...] = ()
    events: tuple[Event, ...] = ()
    contested: tuple[Measure, ...] = ()
    standing: tuple[Measure, ...] = ()
    not_judged: tuple[NotJudged, ...] = ()
    weeks: int = 0
    false_alarm: float = 0.0
    first_day: date | None = None
    runs: int = 0

    @property
    def unusual(self) -> tuple[Looked, ...]:
        """What was unusual, most surprising first."""
        return tuple(one for one in self.looked if one.unusual)
