"""What was unusual before a pain began: in words, and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from backstride.model.why_now import Event, Looked, Verdict, WhyNow
from backstride.reports.sections import Line, Mark, Part, Section, day_in_words
from backstride.reports.visible import visible

__all__ = ["ChangeWords", "why_now_json", "why_now_sections"]

_BACK = {"yes": "from people with back pain", "partly": "in part about backs", "no": "not about backs"}
_MONTH = 365.25 / 12
_FEW_DAYS = 180
_LEGEND = (
    "SD: how far it lies from what you usually do, in your own usual swings up and down.",
    "Usual range: where it would lie in nine of ten of your weeks.",
    "As much in: weeks in which something stands out at least as much, whatever it is. Few of many is unusual.",
)
_NO_CAUSE = "What was unusual before a pain need not be its cause. Many pains begin after ordinary weeks."


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """What knowledge says of the exposures of one look back, each by its id.

    Attributes
    ----------
    sentences, usual : mapping of str to str
        The change with its numbers; between what it lies in nine of ten weeks.
    names, grades, back_specific, notes, what : mapping of str to str
        ``what`` is ``"runs"`` or ``"days"``.
    sources : mapping of str to tuple of str
        By first author and year.
    contested, standing : tuple of str
        Sentences with their figures.
    """

    sentences: Mapping[str, str]
    usual: Mapping[str, str]
    names: Mapping[str, str]
    grades: Mapping[str, str]
    back_specific: Mapping[str, str]
    sources: Mapping[str, tuple[str, ...]]
    notes: Mapping[str, str]
    what: Mapping[str, str]
    contested: tuple[str, ...]
    standing: tuple[str, ...]


def why_now_sections(found: WhyNow, words: ChangeWords, *, working: bool = False) -> tuple[Section, ...]:
    """The look back in sections: what was unusual, what happened, what else was looked at.

    Parameters
    ----------
    working : bool
        Also the numbers of all that was looked at.
    """
    day = day_in_words(found.onset)
    sections = [Section(Part.WHY_NOW, f"What changed before {day}", tuple(_answer(found, words)))]
    if found.events:
        sections.append(Section(Part.WHY_NOW, "What happened", tuple(_events(found))))
    compared = found.verdict is not Verdict.TOO_LITTLE
    changed = [one for one in found.looked if not one.unusual and one.worth_telling]
    if known := [one for one in changed if compared and one.surprise is not None]:
        lead = Line("These changed too. But in your other weeks something stands out as much too often to call it unusual:")
        told = [line for one in known for line in _beside(one, found, words)]
        sections.append(Section(Part.WHY_NOW, "Changed, but not clearly unusual", (lead, *told)))
    if alone := [one for one in changed if one not in known]:
        lead = Line("These changed. How often they do so in your weeks can't be told yet:")
        told = [line for one in alone for line in (Line(words.sentences[one.exposure], Mark.ITEM), _evidence(one, words))]
        sections.append(Section(Part.WHY_NOW, "Changed", (lead, *told)))
    sections.append(Section(Part.WHY_NOW, "Looked at", tuple(_looked_at(found, words, working))))
    if found.standing:
        sections.append(Section(Part.WHY_NOW, "Your shoes", tuple(Line(text, Mark.ITEM) for text in words.standing)))
    if words.contested:
        lead = Line("These figures are popular. They are shown, but never taken for a reason:")
        lines = tuple(Line(text, Mark.ITEM) for text in words.contested)
        sections.append(Section(Part.WHY_NOW, "Popular, but not supported", (lead, *lines)))
    return tuple(section for section in sections if section.lines)


def _answer(found: WhyNow, words: ChangeWords) -> Iterator[Line]:
    if found.verdict is Verdict.TOO_LITTLE:
        yield Line("It can't be said what was unusual for you.", Mark.ACTION)
        yield Line(found.reason)
        return
    if found.verdict is Verdict.NOTHING_UNUSUAL:
        yield Line("Nothing was unusual for you before that day.", Mark.ACTION)
        yield Line(
            f"It was compared with {found.weeks} other weeks of yours. This is a common answer: many pains begin after ordinary weeks."
        )
        return
    count = len(found.unusual)
    yield Line("One thing was unusual for you." if count == 1 else f"{count} things were unusual for you.", Mark.ACTION)
    for one in found.unusual:
        yield Line(words.sentences[one.exposure], Mark.ITEM)
        yield from _basis(one, words)
    often = found.false_alarm
    yield Line(f"{_NO_CAUSE} By chance alone, something stands out like this in about {often:.0%} of weeks.")


def _basis(one: Looked, words: ChangeWords) -> Iterator[Line]:
    yield Line(f"In nine of ten weeks it would have been {words.usual[one.exposure]}.", Mark.UNDER)
    told = f"{one.known} of {one.runs} {words.what[one.exposure]}" if one.runs else f"{one.known} {words.what[one.exposure]}"
    span = f"the last {one.window_days} days" if one.window_days != 7 else "the last week"
    yield Line(f"From your own data: {told} of {span}{_by(one)}.", Mark.UNDER)
    yield _evidence(one, words)


def _evidence(one: Looked, words: ChangeWords) -> Line:
    grade, back = words.grades[one.exposure], _BACK[words.back_specific[one.exposure]]
    from_whom = "; ".join(words.sources[one.exposure]) or "no study found"
    return Line(f"Evidence that it matters: grade {grade}, {back} ({from_whom}).", Mark.UNDER)


def _by(one: Looked) -> str:
    return f", all by {visible(one.device)}" if one.device else ""


def _beside(one: Looked, found: WhyNow, words: ChangeWords) -> Iterator[Line]:
    yield Line(words.sentences[one.exposure], Mark.ITEM)
    yield Line(f"Something or other stands out as much in {_weeks(one, found)}.", Mark.UNDER)
    yield _evidence(one, words)


def _events(found: WhyNow) -> Iterator[Line]:
    yield Line("These are no reasons by themselves; each stands with how often it happens anyway.")
    for event in found.events:
        yield Line(f"{day_in_words(event.day)}: {_event(event)}. {_before(event)}", Mark.ITEM)


def _event(event: Event) -> str:
    detail = visible(event.detail)
    return {
        "race": f"a race of {detail}",
        "new_pair": f"a new pair of shoes, {detail}",
        "other_pair": f"a change of shoes {detail}",
        "return": f"back to running {detail}",
        "new_watch": f"another watch, {detail}: figures of form start anew with it",
    }[event.kind]


def _before(event: Event) -> str:
    if event.over_days < _FEW_DAYS:
        return f"Before that the record is only {event.over_days} days long."
    if not event.times_before:
        return f"There was none in the {_span(event.over_days)} before."
    times = f"{event.times_before} times" if event.times_before > 1 else "once"
    return f"That happened {times} in the {_span(event.over_days)} before."


def _span(days: int) -> str:
    months = round(days / _MONTH)
    return f"{months // 12} years" if months >= 24 and months % 12 == 0 else f"{months} months"


def _looked_at(found: WhyNow, words: ChangeWords, working: bool) -> Iterator[Line]:
    plain = [one for one in found.looked if not one.unusual and not one.worth_telling]
    if working:
        if any(one.surprise is not None for one in found.looked):
            yield from (Line(text) for text in _LEGEND)
        for one in found.looked:
            yield Line(f"{words.names[one.exposure]}: {words.sentences[one.exposure]}", Mark.ITEM)
            yield Line(_numbers(one, found, words), Mark.UNDER)
    elif plain:
        yield Line(f"No large change: {', '.join(words.names[one.exposure] for one in plain)}.")
    reasons: dict[str, list[str]] = {}
    for gone in found.not_judged:
        reasons.setdefault(gone.why, []).append(words.names[gone.exposure])
    if working or len(reasons) == 1:
        yield from (Line(f"Not known: {', '.join(names)}. {why}") for why, names in reasons.items())
    elif reasons:
        names = [name for some in reasons.values() for name in some]
        yield Line(f"Not known from your data: {', '.join(names)}.")
        yield Line("--working says why.", Mark.COMMAND)
    if found.first_day is not None:
        yield Line(f"The record holds {found.runs} runs from {day_in_words(found.first_day)} to that day.")


def _numbers(one: Looked, found: WhyNow, words: ChangeWords) -> str:
    of = f"{one.known} of {one.runs}" if one.runs else f"{one.known}"
    told = f"{of} {words.what[one.exposure]} of {one.window_days} days{_by(one)}"
    if one.surprise is None:
        return f"too few other weeks to compare with; {told}"
    rank = f"as much in {_weeks(one, found)}" if one.worth_telling else "too small a change to count"
    return f"{one.surprise:+.1f} SD from {one.weeks} other weeks; usual range {words.usual[one.exposure]}; {rank}; {told}"


def _weeks(one: Looked, found: WhyNow) -> str:
    """The chance as what it is, a count: a share of 4.3 % beside a limit of 4 % would look like a slip."""
    return f"{round(one.chance * (found.weeks + 1))} of {found.weeks + 1} weeks of yours, this one counted"


def why_now_json(found: WhyNow, words: ChangeWords) -> dict[str, Any]:
    """The look back as numbers, texts, lists and dictionaries."""
    return {
        "onset": found.onset.isoformat(),
        "verdict": str(found.verdict),
        "reason": found.reason,
        "weeks": found.weeks,
        "false_alarm": found.false_alarm,
        "first_day": found.first_day.isoformat() if found.first_day else None,
        "runs": found.runs,
        "unusual": [one.exposure for one in found.unusual],
        "looked": [_looked_json(one, words) for one in found.looked],
        "events": [{**asdict(event), "day": event.day.isoformat()} for event in found.events],
        "contested": [{"id": m.id, "value": m.value, "unit": m.unit, "origin": m.origin} for m in found.contested],
        "standing": [{"id": m.id, "value": m.value, "unit": m.unit, "origin": m.origin} for m in found.standing],
        "not_judged": [asdict(one) for one in found.not_judged],
    }


def _looked_json(one: Looked, words: ChangeWords) -> dict[str, Any]:
    return {
        **asdict(one),
        "text": words.sentences[one.exposure],
        "grade": words.grades[one.exposure],
        "back_specific": words.back_specific[one.exposure],
        "sources": list(words.sources[one.exposure]),
    }
