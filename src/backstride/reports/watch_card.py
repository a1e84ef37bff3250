"""The card to keep: signs for which to go at once or be seen today, the number to call, and when to have it looked at again."""

from __future__ import annotations

from datetime import date, timedelta

from backstride.model.assessment import Assessment
from backstride.reports.plain import Names
from backstride.reports.sections import Line, Mark, Part, Section, as_text, day_in_words

__all__ = ["card_text", "numbers_to_call", "urgent_care_line", "watch_card"]

_WIDTH = 80


def watch_card(answer: Assessment, names: Names, *, country: str, today: date) -> Section | None:
    """What to watch for from now on.

    Parameters
    ----------
    answer : Assessment
    names : Names
    country : str
        ISO 3166 code of two letters; empty when not known.
    today : date
        The runner's day.

    Returns
    -------
    Section or None
        None at an emergency: then there is nothing to watch and wait for.
    """
    if not answer.watch:
        return None
    now = [Line(sign.words, Mark.ITEM) for sign in answer.watch if sign.now]
    same_day = [Line(sign.words, Mark.ITEM) for sign in answer.watch if not sign.now]
    lines = [Line("Go to an emergency department now if any of this starts or gets worse:"), *now]
    if same_day:
        lines += [Line("See a doctor today if any of this starts:"), *same_day]
    lines += [*numbers_to_call(names, country), *urgent_care_line(names, country)]
    if names.look_again:
        lines.append(Line(names.look_again.format(day=day_in_words(today + timedelta(days=names.look_again_days)))))
    return Section(Part.WATCH, "What to watch for", tuple(lines))


def numbers_to_call(names: Names, country: str) -> list[Line]:
    """The emergency number of a country; where the country is not known, the one that works in most."""
    code = country.upper() if country.upper() in names.telephones else "other"
    if code not in names.telephones:
        return []
    known = names.telephones[code]
    place = f" in {known.country}" if code != "other" else ""
    return [Line(_with_note(f"Emergency number{place}: {' or '.join(known.emergency)}.", known.note), Mark.CALL)]


def urgent_care_line(names: Names, country: str) -> list[Line]:
    """The country's line for what cannot wait but is no emergency; nothing where none is known."""
    known = names.telephones.get(country.upper())
    if known is None or not known.urgent_care:
        return []
    words = f"Doctor's advice by telephone in {known.country}: {known.urgent_care}."
    return [Line(_with_note(words, known.urgent_care_note), Mark.CALL)]


def _with_note(words: str, note: str) -> str:
    return f"{words} {note}".rstrip()


def card_text(card: Section, *, made: date, plain: bool = False) -> str:
    """The card by itself, to print and keep: 80 columns, with the day on which it was made."""
    dated = Section(card.part, f"{card.title} (made on {day_in_words(made)})", card.lines)
    text = as_text((dated,), plain=plain, width=_WIDTH if plain else _WIDTH - 2)
    if plain:
        return text
    rule = "+" + "-" * (_WIDTH - 2) + "+"
    return "\n".join([rule, *(f"|{row:<{_WIDTH - 2}}|" for row in text.splitlines()), rule]) + "\n"
