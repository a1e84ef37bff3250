"""One change that a runner tries on themselves: how it was begun, how well it was kept to, and what it showed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from backstride.model.evidence import Measure

__all__ = ["Arm", "Kept", "Mornings", "Offer", "StopMet", "Trial", "TrialBlock", "TrialResult", "TrialTest", "Way"]

_LONGEST_DAYS = 3660
_EARLIEST_YEAR, _LATEST_YEAR = 1990, 2200


class Arm(StrEnum):
    """What a block of days is for."""

    USUAL = "A"
    CHANGE = "B"


class TrialBlock(NamedTuple):
    """Days in a row with one arm; `begin_offset_days` counts from the first day of the trial (0)."""

    begin_offset_days: int
    days: int
    arm: Arm


@dataclass(frozen=True, slots=True)
class Way:
    """What of a run shows that the change was kept to.

    Attributes
    ----------
    reads : str
        ``"cadence_ratio"``, ``"descent_m_per_km"``, ``"mean_speed_ratio"`` or ``"pair"``.
    at_least, at_most : float or None
        Limits of the value, both included; None for open. Of ``"pair"`` both are None.
    pair : str
        Name of the pair to wear; empty where it is not about shoes.
    """

    reads: str
    at_least: float | None = None
    at_most: float | None = None
    pair: str = ""

    def fits(self, value: float) -> bool:
        """Whether a run with this value kept to the change."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial, judged by what it was begun with, whatever knowledge says later.

    Attributes
    ----------
    plan : str
        Id of the change in knowledge/trials.
    name, change, stop_rule : str
        As they were told at the start.
    begun_at : datetime
        Zone-aware; a trial of a runner is known by it.
    first_day : date
        The runner's day after that on which it was begun, so that the morning of that day still belongs to before.
    days : int
        Planned length, 1 or more.
    way : Way
    stop_above : float
        Pain, 0 to 10, above which the trial is to be stopped.
    blocks : tuple of TrialBlock
        Without gaps, as many days as `days`; empty where the change holds all the time.
    settle_days : int
        First days of each block that count for neither arm.
    seed : int
        Of the coin that ordered the blocks; 0 without blocks.
    knowledge_version : str
    ended_on : date or None
        Last day, where it was ended before its plan; None else.
    """

    plan: str
    name: str
    change: str
    stop_rule: str
    begun_at: datetime
    first_day: date
    days: int
    way: Way
    stop_above: float
    blocks: tuple[TrialBlock, ...] = ()
    settle_days: int = 0
    seed: int = 0
    knowledge_version: str = ""
    ended_on: date | None = None

    @property
    def planned_end(self) -> date:
        """Last day by plan."""
        return self.first_day + timedelta(days=self.days - 1)

    @property
    def last_day(self) -> date:
        """Last day that counts; before `first_day` where it was ended before it began."""
        return self.planned_end if self.ended_on is None else min(self.planned_end, self.ended_on)

    def runs_on(self, today: date) -> bool:
        """Whether it was begun and is not over, the days before its first one included."""
        return self.ended_on is None and today <= self.planned_end

    def arm_on(self, day: date) -> Arm | None:
        """What a day is for; None outside of the trial."""
        offset = (day - self.first_day).days
        if offset < 0 or day > self.last_day:
            return None
        if not self.blocks:
            return Arm.CHANGE
        return next((b.arm for b in self.blocks if b.begin_offset_days <= offset < b.begin_offset_days + b.days), None)

    def as_plain(self) -> dict[str, Any]:
        """Numbers, texts, lists and dictionaries only."""
        return {
            "plan": self.plan,
            "name": self.name,
            "change": self.change,
            "stop_rule": self.stop_rule,
            "begun_at": self.begun_at.isoformat(),
            "first_day": self.first_day.isoformat(),
            "days": self.days,
            "way": {"reads": self.way.reads, "at_least": self.way.at_least, "at_most": self.way.at_most, "pair": self.way.pair},
            "stop_above": self.stop_above,
            "blocks": [[b.begin_offset_days, b.days, str(b.arm)] for b in self.blocks],
            "settle_days": self.settle_days,
            "seed": self.seed,
            "knowledge_version": self.knowledge_version,
            "ended_on": None if self.ended_on is None else self.ended_on.isoformat(),
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Trial:
        """Back from what `as_plain` gave.

        Raises
        ------
        KeyError, TypeError, ValueError
            For anything else: what stands in an export is somebody's word.
        """
        way, ended = plain["way"], plain["ended_on"]
        trial = cls(
            plan=_text(plain["plan"]),
            name=_text(plain["name"]),
            change=_text(plain["change"]),
            stop_rule=_text(plain["stop_rule"]),
            begun_at=datetime.fromisoformat(plain["begun_at"]),
            first_day=date.fromisoformat(plain["first_day"]),
            days=_count(plain["days"], 1),
            way=Way(_text(way["reads"]), _limit(way["at_least"]), _limit(way["at_most"]), _text(way["pair"])),
            stop_above=_number(plain["stop_above"]),
            blocks=_blocks(plain["blocks"], plain["days"]),
            settle_days=_count(plain["settle_days"], 0),
            seed=_count(plain["seed"], 0, most=2**63),
            knowledge_version=_text(plain["knowledge_version"]),
            ended_on=None if ended is None else date.fromisoformat(ended),
        )
        if trial.begun_at.tzinfo is None:
            raise ValueError("the moment of its start has no zone")
        if not all(
            _EARLIEST_YEAR <= day.year <= _LATEST_YEAR for day in (trial.first_day, trial.begun_at, trial.ended_on or trial.first_day)
        ):
            raise ValueError("a day of the trial cannot be")
        if not 0 <= trial.stop_above <= 10:
            raise ValueError("pain goes from 0 to 10")
        return trial


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{str(value)[:40]} is not a text")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"{str(value)[:40]} is not a number")
    return float(value)


def _limit(value: object) -> float | None:
    return None if value is None else _number(value)


def _count(value: object, least: int, most: int = _LONGEST_DAYS) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{str(value)[:40]} is not a count from {least} to {most}")
    return value


def _blocks(plain: Sequence[Sequence[Any]], days: int) -> tuple[TrialBlock, ...]:
    blocks = tuple(TrialBlock(_count(begin, 0), _count(length, 1), Arm(arm)) for begin, length, arm in plain)
    ends = [block.begin_offset_days + block.days for block in blocks]
    if blocks and ([0, *ends[:-1]] != [block.begin_offset_days for block in blocks] or ends[-1] != days):
        raise ValueError("the blocks have gaps")
    if any({one.arm, other.arm} != set(Arm) for one, other in zip(blocks[::2], blocks[1::2], strict=True)):
        raise ValueError("two blocks that are a pair must hold both arms")
    return blocks


@dataclass(frozen=True, slots=True)
class Offer:
    """A change as it can be offered, or why it can't.

    Attributes
    ----------
    plan : str
        Id of the change in knowledge/trials.
    name, change, stop_rule, caution : str
    grade : str
        Of the evidence, A to D.
    back_specific : str
        ``"yes"``, ``"no"`` or ``"partly"``: whether that evidence is about backs.
    days : int
        How long it is tried.
    block_days : int
        How long a block is, where it is tried in blocks.
    against : tuple of str
        Why it is not offered now; empty when it is.
    usual : Measure
        How the runner runs without it; its value is missing with a reason where that is not known.
    pairs : tuple of str
        Pairs that could be tried, the most run first.
    sources : tuple of str
    """

    plan: str
    name: str
    change: str
    stop_rule: str
    caution: str
    grade: str
    back_specific: str
    days: int
    block_days: int
    against: tuple[str, ...]
    usual: Measure
    pairs: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it may be tried now."""
        return not self.against


@dataclass(frozen=True, slots=True)
class StopMet:
    """The stop rule is met: since which told day, and why. `pain` is None where it was spreading."""

    day: date
    pain: float | None
    above: float


@dataclass(frozen=True, slots=True)
class Kept:
    """How well the runs of one arm went with it.

    Attributes
    ----------
    arm : Arm
    runs : int
        Runs on days of this arm.
    known : int
        Those of which it can be told.
    kept : int
        Those that kept to it: with the change, ran so; as usual, did not.
    unknown_because : mapping of str to int
        Why it can't be told of the others, and of how many.
    """

    arm: Arm
    runs: int
    known: int
    kept: int
    unknown_because: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Mornings:
    """Pain on waking over some mornings.

    Attributes
    ----------
    mean : float or None
        0 to 10, over the told mornings; None without one.
    told, of : int
        Told mornings, and all that have come. A morning that was not told is missing, not free of pain.
    """

    mean: float | None
    told: int
    of: int


@dataclass(frozen=True, slots=True)
class TrialTest:
    """What the order of the blocks, given by a coin, lets be said. Differences are with the change less as usual, in points.

    Attributes
    ----------
    difference, low, high : float or None
        None with too few pairs.
    p : float
        Share of the coin's outcomes that would give a difference at least as large.
    smallest_p : float
        Smallest that the pairs could give.
    pairs, pairs_dropped : int
        Pairs that could be compared, and those that could not.
    """

    difference: float | None
    low: float | None
    high: float | None
    p: float
    smallest_p: float
    pairs: int
    pairs_dropped: int


@dataclass(frozen=True, slots=True)
class TrialResult:
    """How a trial stands on a day.

    Attributes
    ----------
    trial : Trial
    today : date
    over : bool
        It was ended, or its last day is past and so the morning after it has come.
    stop : StopMet or None
        First of all when it is there.
    unsafe : str
        Why the runner's latest answers speak against going on, in words; empty when they don't.
    kept : tuple of Kept
        One an arm.
    followed : bool or None
        Whether it was kept to on enough of the runs of each arm; None where the runs of an arm don't tell.
    before : Mornings
        Of the days before the trial.
    change, usual : Mornings
        Of the days with the change, and of those as usual, which only a trial in blocks has.
    enough : bool
        Whether enough mornings were told to compare.
    needed : int
        How many are, on each side.
    test : TrialTest or None
        Of a trial in blocks that is over.
    chance : float
        Up to this p the test's difference is called larger than chance gives.
    blocks_needed : int
        Fewest blocks in all that could show such a difference.
    """

    trial: Trial
    today: date
    over: bool
    stop: StopMet | None
    unsafe: str
    kept: tuple[Kept, ...]
    followed: bool | None
    before: Mornings
    change: Mornings
    usual: Mornings
    enough: bool
    needed: int
    test: TrialTest | None
    chance: float
    blocks_needed: int
