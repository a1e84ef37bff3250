"""What changed since the last time, and an old answer as it was told then."""

from __future__ import annotations

from collections.abc import Iterator

from backstride.model.assessment import Level
from backstride.model.past import AnswerChange, CauseChange, Changes, Past
from backstride.reports.plain import Names
from backstride.reports.sections import Line, Mark, Part, Section, day_in_words

__all__ = ["changes_section", "past_section"]

_SHOWN = 6


def changes_section(changes: Changes, names: Names) -> Section:
    """What changed since the earlier of two assessments: the level and why first, then signs, answers and causes.

    While someone should be seen the same day or at once no cause is spoken of.
    """
    day = day_in_words(changes.before.at.date())
    lines = [*_level(changes), *_signs(changes), *_answers(changes, names)]
    quiet = changes.after.level.rank >= Level.URGENT_SAME_DAY.rank or changes.after.out_of_scope
    lines += [] if quiet else [Line(_cause(cause, names), Mark.ITEM) for cause in changes.causes if cause.condition not in names.miss_costs]
    if changes.other_knowledge:
        before, after = changes.before.knowledge_version, changes.after.knowledge_version
        words = f"The answer of {day} was made with knowledge {before}, this one with {after}: part of a change may come from that."
        lines.append(Line(words))
    if changes.nothing:
        lines.insert(0, Line("Nothing that you said has changed, and the answer is the same."))
    return Section(Part.CHANGES, f"What changed since {day}", tuple(lines))


def _level(changes: Changes) -> Iterator[Line]:
    before, after = changes.before, changes.after
    if changes.level_moved or before.words != after.words:
        lead = (
            "It is more urgent now."
            if changes.level_moved > 0
            else "It is less urgent now."
            if changes.level_moved
            else "Who should see it has changed."
        )
        yield Line(f"{lead} Then: {before.words} Now: {after.words}")
        if changes.level_moved < 0 and before.provisional is False and after.provisional:
            yield Line("Some questions about emergencies are open now, so this is not the all-clear.")
    elif before.provisional and not after.provisional:
        yield Line("The questions about emergencies are answered now; they were open then.")
    elif after.provisional and not before.provisional:
        yield Line("Some questions about emergencies are open now; they were answered then.")


def _new(changes: Changes) -> list[str]:
    return list(dict.fromkeys(changes.after.red_flags[flag] for flag in changes.new_red_flags))


def _gone(changes: Changes) -> list[str]:
    return list(dict.fromkeys(changes.before.red_flags[flag] for flag in changes.gone_red_flags))


def _signs(changes: Changes) -> Iterator[Line]:
    for lead, words in (("New", _new(changes)), ("No longer", _gone(changes))):
        for sign in words:
            yield Line(f"{lead}: {sign}", Mark.ITEM)


def _answers(changes: Changes, names: Names) -> Iterator[Line]:
    # An answer that made or ended a sign was told with it.
    signs = " ".join((*_new(changes), *_gone(changes)))
    rest = [c for c in changes.answers if not any(_words(c.item, value, names) in signs for value in (c.before, c.after))]
    for change in rest[:_SHOWN]:
        yield Line(_answer(change, names), Mark.ITEM)
    more = len(rest) - _SHOWN
    if more > 0:
        yield Line(f"And {more} more answers that changed.", Mark.ITEM)
    new = len(changes.newly_answered)
    if new:
        yield Line(f"{new} {'question was' if new == 1 else 'questions were'} answered for the first time.", Mark.ITEM)


def _answer(change: AnswerChange, names: Names) -> str:
    before, after = (_words(change.item, value, names) for value in (change.before, change.after))
    return f"Then you said {before}; now you say {after}."


def _words(item: str, value: str | float, names: Names) -> str:
    if value == "unsure":
        return f"that you are not sure ({names.observations.get(item, item).lower()})"
    known = names.said.get(item, {}).get(str(value))
    if known:
        return known
    shown = value if isinstance(value, str) else f"{value:g}"
    return f'"{shown}" ({names.observations.get(item, item).lower()})'


def _cause(cause: CauseChange, names: Names) -> str:
    return f"{names.conditions.get(cause.condition, cause.condition)}: fits {'better' if cause.after > cause.before else 'less well'} now."


def past_section(past: Past) -> Section:
    """An old answer in the words in which it was told, with the knowledge that it used."""
    lines = [Line(past.words, Mark.ACTION), *([Line(f"Can I run? {past.running}")] if past.running else [])]
    if past.provisional:
        lines.append(Line("It was not the all-clear: some questions about emergencies were open."))
    if past.out_of_scope:
        lines.append(Line(past.out_of_scope))
    elif past.level.rank < Level.URGENT_SAME_DAY.rank:
        lines.append(Line(past.conclusion))
        lines += [Line(f"{cause.words}: {cause.fit}.", Mark.ITEM) for cause in past.told]
    lines.append(Line(f"Made with knowledge {past.knowledge_version}."))
    return Section(Part.CHANGES, f"The answer of {day_in_words(past.at.date())}", tuple(lines))
