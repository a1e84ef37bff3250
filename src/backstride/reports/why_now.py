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
_YEAR = 365.25
_FEW_DAYS = 180
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
        lead = Line("These changed too, but no more than something does in other weeks of yours:")
        told = [line for one in known for line in _beside(one, words)]
        sections.append(Section(Part.WHY_NOW, "Changed, but usual for you", (lead, *told)))
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
    yield Line(f"{_NO_CAUSE} In about {often:.0%} of ordinary weeks something would be called unusual by chance.")


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


def _beside(one: Looked, words: ChangeWords) -> Iterator[Line]:
    yield Line(words.sentences[one.exposure], Mark.ITEM)
    yield Line(f"Something changes as much in {one.chance:.0%} of your weeks.", Mark.UNDER)
    yield _evidence(one, words)


def _events(found: WhyNow) -> Iterator[Line]:
    yield Line("These are no reasons by themselves; each stands with how often you have it anyway.")
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
        return f"There was none in the {event.over_days / _YEAR:.1f} years before."
    times = f"{event.times_before} times" if event.times_before > 1 else "once"
    return f"That happened {times} in the {event.over_days / _YEAR:.1f} years before."


def _looked_at(found: WhyNow, words: ChangeWords, working: bool) -> Iterator[Line]:
    plain = [one for one in found.looked if not one.unusual and not one.worth_telling]
    if working:
        for one in found.looked:
            yield Line(f"{words.names[one.exposure]}: {words.sentences[one.exposure]}", Mark.ITEM)
            if one.surprise is None:
                continue
            yield Line(
                f"{one.surprise:+.1f} standard deviations of {one.weeks} other weeks; nine of ten {words.usual[one.exposure]}; "
                f"chance {one.chance:.2f}; {one.known} of {one.runs} {words.what[one.exposure]} of {one.window_days} days{_by(one)}",
                Mark.UNDER,
            )
    elif plain:
        yield Line(f"As always, or nearly: {', '.join(words.names[one.exposure] for one in plain)}.")
    reasons: dict[str, list[str]] = {}
    for gone in found.not_judged:
        reasons.setdefault(gone.why, []).append(words.names[gone.exposure])
    if working or len(reasons) == 1:
        yield from (Line(f"Not known: {', '.join(names)}. {why}") for why, names in reasons.items())
    elif reasons:
        names = [name for some in reasons.values() for name in some]
        yield Line(f"Not known from your data: {', '.join(names)}. --working says why.")
    if found.first_day is not None:
        yield Line(f"The record holds {found.runs} runs from {day_in_words(found.first_day)} to that day.")


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
