"""Which exposures go with the pain of the mornings after: in words, and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from backstride.model.pattern import Association, Patterns
from backstride.reports.sections import Line, Mark, Part, Section, day_in_words

__all__ = ["PatternWords", "association_in_words", "pattern_json", "pattern_sections", "when_in_words"]

_LATER = ("the morning after", "two mornings after", "three mornings after", "four mornings after")


@dataclass(frozen=True, slots=True)
class PatternWords:
    """What knowledge says of the exposures that were weighed, each by its id; ``days`` is what the days above the cut are called."""

    days: Mapping[str, str]
    names: Mapping[str, str]
    grades: Mapping[str, str]


def association_in_words(one: Association, words: PatternWords) -> str:
    """One association as a sentence."""
    low, high = (one.low, one.high) if one.effect_points >= 0 else (-one.high, -one.low)
    points = f"{abs(one.effect_points):.1f}"
    size = "the same" if points == "0.0" else f"{points} {one.direction}"
    return (
        f"Pain was on average {size} ({_plain(low)} to {_plain(high)}) {_LATER[one.lag_days]} "
        f"{words.days[one.exposure]}; {one.mornings_above} mornings."
    )


def _plain(value: float) -> str:
    return f"{value:.1f}".replace("-0.0", "0.0")


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("+0.0", "0.0").replace("-0.0", "0.0")


def when_in_words(one: Association, words: PatternWords) -> str:
    """The mornings that an association is about."""
    later = _LATER[one.lag_days]
    return f"{later[:1].upper()}{later[1:]} {words.days[one.exposure]}"


def pattern_sections(found: Patterns, words: PatternWords, *, working: bool = False) -> tuple[Section, ...]:
    """The patterns in sections: what goes with the pain, and what was weighed.

    Parameters
    ----------
    working : bool
        Also the numbers of all that was weighed.
    """
    sections = [Section(Part.WHY_NOW, "What goes with your pain", tuple(_answer(found, words)))]
    beside = tuple(_beside(found, words, working))
    if beside:
        sections.append(Section(Part.WHY_NOW, "Looked at", beside))
    return tuple(sections)


def _answer(found: Patterns, words: PatternWords) -> Iterator[Line]:
    if found.why_not:
        yield Line("It can't be said yet what goes with your pain.", Mark.ACTION)
        yield Line(found.why_not)
        yield Line("Tell your pain each morning, on days without a run too: backstride log morning 3", Mark.COMMAND)
        return
    if not found.reported:
        yield Line("Nothing that was looked at clearly goes with your pain.", Mark.ACTION)
        yield Line(f"{found.mornings} of {found.days} mornings were told. With that number, small effects can't be seen.")
        return
    for one in found.reported:
        yield Line(association_in_words(one, words), Mark.ITEM)
        if one.alike:
            also = ", ".join(words.names[name] for name in one.alike)
            yield Line(f"It rose and fell with this too, so the two are hard to tell apart: {also}.", Mark.UNDER)
    yield Line(
        f"The range holds the true size in {found.interval_share:.0%} of cases, if small effects are usual. "
        "Things that go together need not cause each other."
    )
    yield Line("To find out, change one thing at a time: backstride try", Mark.COMMAND)


def _beside(found: Patterns, words: PatternWords, working: bool) -> Iterator[Line]:
    if working:
        yield from _numbers(found, words)
    else:
        told = {one.exposure for one in found.reported}
        rest = dict.fromkeys(one.exposure for one in found.associations if one.exposure not in told)
        if rest:
            yield Line(f"Not clearly with your pain: {', '.join(words.names[name] for name in rest)}.")
    reasons: dict[str, list[str]] = {}
    for gone in found.not_judged:
        reasons.setdefault(gone.why, []).append(words.names[gone.exposure])
    for why, names in reasons.items():
        yield Line(f"Not known: {', '.join(names)}. {why}")
    if found.first_day is not None and found.last_day is not None:
        first, last = day_in_words(found.first_day), day_in_words(found.last_day)
        yield Line(f"Your diary tells {found.mornings} of {found.days} mornings; days from {first} to {last} were weighed.")


def _numbers(found: Patterns, words: PatternWords) -> Iterator[Line]:
    """A line for each exposure, and under it one for each lag."""
    if found.associations:
        yield Line(f"First: by how many points of 10 pain was higher (+) or lower (-), with its range of {found.interval_share:.0%}.")
        yield Line("Then: told mornings after such days, and after the others.")
        yield Line("Last, p: how often chance alone would make anything here look as strong.")
    for one in found.associations:
        if one.lag_days == 0:
            yield Line(f"{words.names[one.exposure]}: {words.days[one.exposure]} (grade {words.grades[one.exposure]})", Mark.ITEM)
        yield Line(
            f"{_LATER[one.lag_days]}: {_signed(one.effect_points)} ({_signed(one.low)} to {_signed(one.high)}); "
            f"{one.mornings_above} and {one.mornings_below} mornings; p {one.p_corrected:.2f}",
            Mark.UNDER,
        )


def pattern_json(found: Patterns, words: PatternWords) -> dict[str, Any]:
    """The patterns as numbers, texts, lists and dictionaries."""
    return {
        "first_day": found.first_day.isoformat() if found.first_day else None,
        "last_day": found.last_day.isoformat() if found.last_day else None,
        "days": found.days,
        "mornings": found.mornings,
        "mornings_needed": found.mornings_needed,
        "why_not": found.why_not,
        "interval": found.interval_share,
        "prior": {"points": found.prior_points, "lag_decay": found.prior_lag_decay, "basis": "assumption"},
        "reported": [{"exposure": one.exposure, "lag_days": one.lag_days} for one in found.reported],
        "associations": [
            {**asdict(one), "direction": one.direction, "text": association_in_words(one, words), "grade": words.grades[one.exposure]}
            for one in found.associations
        ],
        "not_judged": [asdict(one) for one in found.not_judged],
    }
