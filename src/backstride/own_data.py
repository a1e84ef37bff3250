"""The verb of a runner compared with themselves: spells of pain, what was unusual before the latest, what goes with it from day to day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from backstride.diary import episodes_of
from backstride.knowledge.concepts import Knowledge
from backstride.model.diary import DiaryDay, Episode
from backstride.model.evidence import Measure
from backstride.model.record import Record
from backstride.patterns import measures_of_patterns, patterns_of
from backstride.why_now import measures_of_changes, why_now

__all__ = ["measures_of_own_data", "spells"]


def spells(days: Iterable[DiaryDay], knowledge: Knowledge, today: date) -> tuple[Episode, ...]:
    """Spells of pain by the limits of knowledge, earliest first."""

    def limit(name: str) -> float:
        value = knowledge.limits[name].value
        assert not isinstance(value, tuple)
        return float(value)

    return episodes_of(
        days,
        begins=limit("diary_pain_begins"),
        quiet_days=int(limit("diary_quiet_days")),
        gap_days=int(limit("diary_gap_days")),
        today=today,
    )


def measures_of_own_data(record: Record, knowledge: Knowledge, known: Iterable[Measure]) -> tuple[Measure, ...]:
    """What a record tells by comparing the runner with themselves; see `measures_of_changes` and `measures_of_patterns`.

    Parameters
    ----------
    record : Record
        Without an onset the begin of the diary's latest spell stands in. With neither, nothing is looked back from.
    knowledge : Knowledge
    known : iterable of Measure
        The other measures of the record.
    """
    found: tuple[Measure, ...] = ()
    last = record.diary[-1].day if record.diary else None
    episodes = spells(record.diary, knowledge, last) if last is not None else ()
    onset = record.onset or (episodes[-1].begin if episodes else None)
    if onset is not None and record.runs:
        found += measures_of_changes(why_now(record, knowledge, onset, episodes, tuple(known)), knowledge)
    if last is not None:
        found += measures_of_patterns(patterns_of(record, knowledge, last), knowledge)
    return found
