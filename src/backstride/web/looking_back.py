"""What the pages of looking back share: why now and patterns of one visit, found once for a record."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date

from backstride import warned
from backstride.model.diary import Episode
from backstride.model.pattern import Patterns
from backstride.model.why_now import WhyNow
from backstride.own_data import spells
from backstride.patterns import pattern_words, patterns_of
from backstride.reports.charts import Chart
from backstride.reports.pattern import PatternWords
from backstride.reports.sections import Section
from backstride.reports.why_now import ChangeWords
from backstride.web.answered import alarm_of
from backstride.web.here import Here
from backstride.web.worked_out import PATIENCE_S, worked_out
from backstride.why_now import why_now
from backstride.why_now_words import change_words

__all__ = ["Look", "Pattern", "first_of_all", "look", "look_charts", "mark_of", "pattern", "pattern_charts_of"]


@dataclass(frozen=True, slots=True)
class Look:
    """A look back from a day; without one neither a day was told nor does the diary know of a spell."""

    onset: date | None
    episodes: tuple[Episode, ...]
    found: WhyNow | None
    words: ChangeWords | None


@dataclass(frozen=True, slots=True)
class Pattern:
    """What goes with the pain, and its words."""

    found: Patterns
    words: PatternWords


def mark_of(at: Here) -> Hashable:
    """Another one whenever something is known of the runner that was not, and on another day."""
    person = at.person()
    return (at.name, at.today, at.store.mark(person) if person else "")


def first_of_all(at: Here) -> tuple[Section, ...]:
    """What the runner's answers say to do, where they speak against running."""
    person = at.person()
    kept = at.store.interviews(person) if person else ()
    return warned.told(kept, alarm_of(at, kept[-1] if kept else None))


def look(at: Here, told: date | None, patience_s: float | None = PATIENCE_S) -> Look | None:
    """Look back from a day, or where none is told from the begin of the diary's last spell; None while it is looked for."""

    def find() -> Look:
        record = at.record()
        episodes = spells(record.diary, at.knowledge, at.today)
        onset = told or (episodes[-1].begin if episodes else None)
        if onset is None:
            return Look(None, episodes, None, None)
        found = why_now(record, at.knowledge, onset, episodes)
        return Look(onset, episodes, found, change_words(found, at.knowledge))

    return worked_out(("why now", told, mark_of(at)), find, patience_s)


def look_charts(at: Here, told: date, patience_s: float | None = PATIENCE_S) -> tuple[Chart, ...] | None:
    """The charts of a look back; None while they are made."""
    if (known := look(at, told, patience_s)) is None or known.found is None:
        return None
    found, episodes = known.found, known.episodes

    def draw() -> tuple[Chart, ...]:
        from backstride.why_now_charts import change_charts

        return change_charts(found, at.record(), at.knowledge, episodes)

    return worked_out(("charts of why now", told, mark_of(at)), draw, patience_s)


def pattern(at: Here, patience_s: float | None = PATIENCE_S) -> Pattern | None:
    """What goes with the pain; None while it is looked for."""

    def find() -> Pattern:
        found = patterns_of(at.record(), at.knowledge, at.today)
        return Pattern(found, pattern_words(found, at.knowledge))

    return worked_out(("patterns", mark_of(at)), find, patience_s)


def pattern_charts_of(at: Here, patience_s: float | None = PATIENCE_S) -> tuple[Chart, ...] | None:
    """The charts of what goes with the pain; None while they are made."""
    if (known := pattern(at, patience_s)) is None:
        return None

    def draw() -> tuple[Chart, ...]:
        from backstride.why_now_charts import pattern_charts

        return pattern_charts(known.found, known.words)

    return worked_out(("charts of patterns", mark_of(at)), draw, patience_s)
