"""A day of the diary in the runner's own words into its fields. What could mean two things is refused with both, never guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any, NoReturn

from backstride.errors import BackstrideError
from backstride.importers.typed_letters import as_number, plain_letter, quoted
from backstride.model.diary import EARLIEST_DAY, NUMBERS, WORDS

__all__ = ["read_diary_words"]

_EXAMPLE = "Write for example: morning 3 during 2 after 4 low back left sleep 7 stress 5."
_WHEN = "Write 'morning 3' (on waking), 'during 3' (on the run) or 'after 3' (after it)."
_LONGEST_TEXT = 3000
_MILE_KM = 1.609344
_POUND_KG = 0.45359237
_MOST_LOSS = 0.1
"""Of the body's weight in one run; a larger difference is a slip."""
_LONGEST_NIGHT_H = 14
"""From then on "23:30" is when rather than how long."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MOST_WITHOUT_YEAR = 183
"""Days back: a day and month that lie longer ago are more likely a slip."""
_SIDES = {"left": "left", "right": "right", "middle": "midline", "midline": "midline", "centre": "midline", "center": "midline"}
_PLACES = {
    "lower back": "low_back",
    "middle and upper back": "mid_back",
    "middle back": "mid_back",
    "upper back": "mid_back",
    "butt": "buttock",
    "calves": "calf",
    "bum": "buttock",
    "glute": "buttock",
    "outside hip": "outer_hip",
    "outside of the hip": "outer_hip",
    "top of the foot": "foot_top",
    "back of the knee": "knee_back",
    "front of the knee": "knee_front",
    "front of the thigh": "front_thigh",
    "back of the upper thigh": "upper_back_thigh",
    "back of the lower thigh": "lower_back_thigh",
    "back of the thigh": "upper_back_thigh|lower_back_thigh",
    "hamstring": "upper_back_thigh|lower_back_thigh",
    "knee": "knee_front|knee_back",
    "tummy": "lower_tummy",
    "belly": "lower_tummy",
    "tailbone": "sacrum",
    "between the legs": "saddle",
    "sitting bone": "sit_bone",
}
"""Other words for a region, without its side; with a bar where it may be either."""


def read_diary_words(words: str, *, today: date, regions: Iterable[str]) -> tuple[date, dict[str, Any]]:
    """Read what a runner tells of a day: ``"morning 3 during 2 low back left sleep 7 yesterday"``.

    Parameters
    ----------
    words : str
        Any of pain (``morning``, ``during``, ``after``, each 0 to 10), where (``low back left``), ``spreading``, ``began at 6 km`` or
        ``min``, ``stiff 2``, ``sleep 7``, ``stress 5``, ``sitting 8``, ``drank 500 ml``, ``weighed 70.2 before 69.4 after``, ``took`` a
        medicine, ``cycle day 3``, a note in quotes or after ``note``, and the day; in any order, commas optional.
    today : date
        The runner's local day; the one that is told about where none is named.
    regions : iterable of str
        Ids of the regions that there are, as ``low_back_left``.

    Returns
    -------
    tuple of date and dict
        The day, and the fields of a `DiaryEntry`. What was not told is not among them.

    Raises
    ------
    BackstrideError
        For a word that is not understood, something that can mean two things, a number that can't be, and a day to come; with what
        to write.
    """
    return _Told(words, today, frozenset(regions)).read()


class _Told:
    """What was understood so far."""

    def __init__(self, words: str, today: date, regions: frozenset[str]) -> None:
        self._words = words
        # Matched against, letter for letter in the same places; the words themselves keep their case for notes.
        self._plain = "".join(plain_letter(letter) for letter in words)
        self._today = today
        self._regions = regions
        self._places = _place_names(regions)
        self._place = _place_pattern(self._places)
        self._day: date | None = None
        self._fields: dict[str, Any] = {}
        self._said: dict[str, str] = {}

    def read(self) -> tuple[date, dict[str, Any]]:
        if len(self._words) > _LONGEST_TEXT:
            self._refuse(f"this is {len(self._words)} letters long.", f"Write at most {_LONGEST_TEXT}.")
        if any(unicodedata.category(letter) in ("Cc", "Cs") and not letter.isspace() for letter in self._words):
            self._refuse("it holds a letter that can't be kept.", "Type it again.")
        at = self._next(0)
        while at < len(self._plain):
            at = self._next(self._thing(at))
        if not self._fields:
            self._refuse("this tells nothing of a day.", _EXAMPLE)
        self._check_weights()
        if self._day is None and self._today < EARLIEST_DAY:
            self._refuse(f"the clock of this machine says {self._today}.", "Set the clock, or name the day as 2026-10-04.")
        return self._day or self._today, self._fields

    # Walking through the words

    def _next(self, at: int) -> int:
        return _end(_BETWEEN, self._plain, at)

    def _thing(self, at: int) -> int:
        for pattern, take in _THINGS:
            if match := pattern.match(self._plain, at):
                return take(self, match)
        if match := self._place.match(self._plain, at):
            return self.place(match)
        if match := _FILLER.match(self._plain, at):
            return match.end()
        word = self._words[at : _end(_WORD, self._plain, at)]
        if word[0].isdigit():
            self._refuse(f"{quoted(word)} is a number that doesn't say what of.", _EXAMPLE)
        self._refuse(f"{quoted(word)} is not understood.", f'Put your own words in quotes after note: note "...". {_EXAMPLE}')

    def _is_thing(self, at: int) -> bool:
        return any(pattern.match(self._plain, at) for pattern, _ in _THINGS) or self._place.match(self._plain, at) is not None

    def _refuse(self, problem: str, remedy: str) -> NoReturn:
        raise BackstrideError(problem, place=quoted(self._words, 60), remedy=remedy)

    def _said_by(self, match: re.Match[str]) -> str:
        return self._words[match.start() : match.end()].strip()

    def _put(self, name: str, value: Any, match: re.Match[str]) -> int:
        said = self._said_by(match)
        if name in self._fields and name != "regions":
            self._refuse(f"{quoted(self._said[name])} and {quoted(said)} tell the same thing twice.", "Leave one out.")
        if (number := NUMBERS.get(name)) is not None and not number.holds(value):
            unit = f" {number.unit}" if number.unit else ""
            what = "more than" if number.above else "from"
            self._refuse(
                f"{quoted(said)} can't be.", f"It goes {what} {number.least:g} to {number.most:g}{unit}{', whole' * number.whole}."
            )
        if name in WORDS and len(value) > WORDS[name]:
            self._refuse(f"it is {len(value)} letters long.", f"Write at most {WORDS[name]}.")
        self._fields[name], self._said[name] = value, said
        return match.end()

    # One method a kind of thing: takes a match, gives where it ends

    def note(self, match: re.Match[str]) -> int:
        quote = _QUOTE.match(self._plain, match.end())
        if quote is not None:
            return self.quote(quote)
        starts = [word.start() for word in _WORD.finditer(self._plain, match.end())]
        if any(self._is_thing(start) for start in starts):
            self._refuse("it isn't clear where the note ends.", 'Put the note last and in quotes: note "stiff after 4 km".')
        if note := " ".join(self._words[match.end() :].split()):
            self._put("note", note, match)
        return len(self._words)

    def quote(self, match: re.Match[str]) -> int:
        if not match["inside"]:
            self._refuse("a quote is opened and not closed.", 'Write the note as "felt easy", with a quote mark at both ends.')
        note = " ".join(self._words[match.start("inside") + 1 : match.end("inside") - 1].split())
        return self._put("note", note, match) if note else match.end()

    def pain(self, match: re.Match[str]) -> int:
        name = next(field for field, when in _TIMES.items() if re.fullmatch(when, match["when"]))
        return self._put(name, as_number(match["number"]) if match["number"] else 0.0, match)

    def next_morning(self, match: re.Match[str]) -> int:
        self._refuse(
            f"{quoted(self._said_by(match))} is of another day.",
            "Tell it with the day of that morning: 'morning 3' for today, 'morning 3 yesterday'.",
        )

    def pain_without_when(self, match: re.Match[str]) -> int:
        self._refuse(f"{quoted(self._said_by(match))} doesn't say when.", _WHEN)

    def zero_stiffness(self, match: re.Match[str]) -> int:
        return self._put("stiffness", 0.0, match)

    def stiffness(self, match: re.Match[str]) -> int:
        return self._put("stiffness", as_number(match["number"]), match)

    def stress(self, match: re.Match[str]) -> int:
        return self._put("stress", as_number(match["number"]), match)

    def score_without_number(self, match: re.Match[str]) -> int:
        self._refuse(f"{quoted(self._said_by(match))} has no number.", f"Write a number from 0 to 10. {_EXAMPLE}")

    def hours(self, match: re.Match[str]) -> int:
        name = "sitting_h" if match["sit"] else "sleep_h"
        hours = as_number(match["h1"] or match["h2"] or match["h3"])
        if match["h1"] and hours > _LONGEST_NIGHT_H:
            self._refuse(f"{quoted(self._said_by(match))} can be a time of day.", "Write how long, as '7 h 30 min'.")
        return self._put(name, hours + as_number(match["m1"] or match["m2"] or match["m3"] or "0") / 60, match)

    def spreads(self, match: re.Match[str]) -> int:
        return self._put("spreading", match["no"] is None, match)

    def began(self, match: re.Match[str]) -> int:
        unit, value = match["unit"] or ("km" if match["km"] else ""), as_number(match["number"])
        if not unit:
            number = match["number"]
            self._refuse(f"{quoted(self._said_by(match))} has no unit.", f"Write 'began at {number} km' or 'began at {number} min'.")
        if unit.startswith("min"):
            return self._put("began_min", value, match)
        return self._put("began_km", round(value * (1.0 if unit.startswith("k") else _MILE_KM), 3), match)

    def drank(self, match: re.Match[str]) -> int:
        if match["nothing"]:
            return self._put("fluid_ml", 0.0, match)
        number, unit = match["number"], match["unit"]
        if not unit:
            self._refuse(f"{quoted(self._said_by(match))} has no unit.", f"Write 'drank {number} ml' or 'drank {number} l'.")
        if re.fullmatch(r"[0-9]{1,3}[.,][0-9]{3}", number) and unit == "ml":
            self._refuse(f"{quoted(number)} can be read in two ways.", "Write it without a point or comma.")
        return self._put("fluid_ml", as_number(number) * (1.0 if unit == "ml" else 1000.0), match)

    def weighed(self, match: re.Match[str]) -> int:
        at, unit, found, pattern = match.end(), "", 0, None
        while found < 2:
            one = next((m for p in ([pattern] if pattern else _WEIGHTS) if (m := p.match(self._plain, at))), None)
            if one is None:
                break
            pattern, unit = one.re, one["unit"] or unit
            value = as_number(one["number"]) * (_POUND_KG if unit.startswith(("lb", "pound")) else 1.0)
            at, found = self._put(f"weight_{one['when']}_kg", round(value, 2), one), found + 1
        if not found:
            self._refuse("a weight doesn't say whether it is from before or after the run.", "Write 'weighed 70.2 before 69.4 after'.")
        return at

    def took(self, match: re.Match[str]) -> int:
        stop = _end(_NAME, self._plain, match.end())
        starts = [word.start() for word in _WORD.finditer(self._plain, match.end(), stop)]
        stop = next((start for start in starts if self._is_thing(start)), stop)
        name = " ".join(self._words[match.end() : stop].split()).rstrip(".")
        if not name:
            self._refuse(f"{quoted(self._said_by(match))} doesn't say which medicine.", "Write for example: took ibuprofen.")
        self._put("medicine", name, match)
        return stop

    def cycle(self, match: re.Match[str]) -> int:
        return self._put("cycle_day", int(match["day"] or match["day2"]), match)

    def day_word(self, match: re.Match[str]) -> int:
        return self._put_day(self._today - timedelta(days=match["word"] == "yesterday"), match)

    def days_ago(self, match: re.Match[str]) -> int:
        return self._put_day(self._today - timedelta(days=int(match["ago"]) * (7 if match["unit"].startswith("week") else 1)), match)

    def weekday(self, match: re.Match[str]) -> int:
        back = (self._today.weekday() - _WEEKDAYS.index(match["name"])) % 7
        if not back:
            self._refuse(f"{quoted(self._said_by(match))} can be today or a week ago.", "Write 'today' or the day as 2026-10-04.")
        return self._put_day(self._today - timedelta(days=back), match)

    def iso_day(self, match: re.Match[str]) -> int:
        try:
            return self._put_day(date(int(match["year"]), int(match["month"]), int(match["dom"])), match)
        except ValueError:
            self._refuse(f"{quoted(self._said_by(match))} is not a day.", "Write the day as 2026-10-04.")

    def named_day(self, match: re.Match[str]) -> int:
        month, dom = _MONTHS.index((match["month"] or match["month2"])[:3]) + 1, int(match["dom"] or match["dom2"])
        try:
            day = date(int(match["year"] or self._today.year), month, dom)
            if day > self._today and not match["year"]:
                day = day.replace(year=day.year - 1)
        except ValueError:
            self._refuse(f"{quoted(self._said_by(match))} is not a day.", "Write the day as 2026-10-04.")
        if not match["year"] and (self._today - day).days > _MOST_WITHOUT_YEAR:
            self._refuse(f"{quoted(self._said_by(match))} doesn't say which year.", "Write the day as 2026-10-04.")
        return self._put_day(day, match)

    def other_day(self, match: re.Match[str]) -> int:
        self._refuse(f"{quoted(self._said_by(match))} can be read in two ways.", "Write the day as 2026-10-04.")

    def _put_day(self, day: date, match: re.Match[str]) -> int:
        if self._day is not None:
            self._refuse(f"there are two days, and {quoted(self._said_by(match))} is one.", "Tell each day by itself.")
        if day > self._today:
            self._refuse(f"{day} is still to come.", "Check the day.")
        if day < EARLIEST_DAY:
            self._refuse(f"{day} is too long ago.", f"A diary begins with {EARLIEST_DAY} at the earliest.")
        self._day = day
        return match.end()

    def place(self, match: re.Match[str]) -> int:
        side, said = match["side"], " ".join(match["place"].split())
        at = match.end()
        if side is None and (after := _SIDE_AFTER.match(self._plain, at)):
            side, at = after["side"], after.end()
        bases = self._places[said if said in self._places else said.removesuffix("s")].split("|")
        if len(bases) > 1:
            names = " or ".join(f"'{base.replace('_', ' ')}'" for base in bases)
            self._refuse(f"{quoted(said)} can be two places.", f"Write {names}.")
        found = self._sided(bases[0], side)
        if not found:
            sides = [name for name in ("left", "middle", "right") if f"{bases[0]}_{_SIDES[name]}" in self._regions]
            what = "doesn't say on which side" if side is None else f"has no {side}"
            self._refuse(f"{quoted(said)} {what}.", "Write " + " or ".join(f"'{said} {name}'" for name in sides or [""]).strip() + ".")
        self._put("regions", list(dict.fromkeys((*self._fields.get("regions", ()), *found))), match)
        return at

    def _sided(self, base: str, side: str | None) -> list[str]:
        """Ids of the regions of this name on this side; none where the side is open or there is no such side."""
        if side is None:
            return [base] if base in self._regions else []
        names = ("left", "right") if side not in _SIDES else (_SIDES[side],)
        ids = [f"{base}_{name}" for name in names]
        return ids if self._regions.issuperset(ids) else []

    def _check_weights(self) -> None:
        before, after = self._fields.get("weight_before_kg"), self._fields.get("weight_after_kg")
        if before is not None and after is not None and abs(before - after) > _MOST_LOSS * before:
            self._refuse(f"{before:g} kg before and {after:g} kg after are too far apart for one run.", "Check the two weights.")


def _place_names(regions: Iterable[str]) -> dict[str, str]:
    """Words for a place to its id without the side."""
    bases = {re.sub("_(left|right|midline)$", "", region) for region in regions}
    own = {base.replace("_", " "): base for base in bases}
    others = {words: ids for words, ids in _PLACES.items() if bases.issuperset(ids.split("|"))}
    return own | others


def _place_pattern(places: Iterable[str]) -> re.Pattern[str]:
    names = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in sorted(places, key=len, reverse=True))
    return re.compile(rf"(?:{_SIDE}\s+)?(?P<place>(?:{names or '(?!)'})s?)\b")


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


_MONTH = (
    r"(?P<{}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?)\b"
)
_N = r"[0-9]{1,5}(?:[.,][0-9]{1,3})?"
_END = r"(?![\w/:%-]|[.,][0-9])"
_SCORE = rf"(?P<number>{_N})(?:\s*(?:/|out\s+of|of)\s*10)?{_END}"
_IS = r"(?:\s+(?:was|is|at|of|level|score)|\s*[:=])*\s*"
_TIMES = {
    "pain_morning": r"(?:(?:in\s+the|this)\s+)?morning|on\s+waking|waking",
    "pain_during": r"during(?:\s+(?:the|my)\s+run)?|while\s+running|on\s+the\s+run",
    "pain_after": r"after(?:wards)?(?:\s+(?:the|my)\s+run)?",
}
_TIME = "(?P<when>" + "|".join(_TIMES.values()) + ")"
_PAIN = r"(?:(?:low(?:er)?\s+)?back\s+)?pain"
_HOUR = r"(?:h|hrs?|hours?)\b"
_MINUTE = r"(?:m|min|mins|minutes?)\b"
_LONG = (
    rf"(?:(?P<h1>[0-9]{{1,2}}):(?P<m1>[0-5][0-9]){_END}"
    rf"|(?P<h2>{_N})\s*(?:h|hrs?|hours?)(?:\s*(?P<m2>[0-5]?[0-9])\s*{_MINUTE}|(?P<m3>[0-5][0-9])(?!\w)|(?!\w))"
    rf"|(?P<h3>{_N}){_END})"
)
_SIDE = r"(?P<side>left\s+(?:and|&)\s+right|right\s+(?:and|&)\s+left|both|left|right|middle|midline|centre|center)"

_BETWEEN = re.compile(r"(?:[\s,;+&|•!]|\.(?=\s|$)|[-/](?=\s|$))*")
_WORD = re.compile(r"[^\s,;]+")
_NAME = re.compile(r"[^,;\"“”„«»]*")
_QUOTE = re.compile(r"(?P<inside>\"[^\"]*\"|“[^”]*”|„[^“”]*[“”]|«[^»]*»)|[\"“”„«»]")
_SIDE_AFTER = re.compile(rf"\s+(?:on\s+(?:the|my)\s+)?{_SIDE}(?:\s+sides?)?\b")
_WEIGHTS = (
    re.compile(
        rf"[\s,:]*(?:and\s+)?(?P<when>before|after)(?:\s+(?:the|my)\s+run)?[\s:]*(?P<number>{_N})\s*(?P<unit>kgs?|lbs?|pounds)?{_END}"
    ),
    re.compile(
        rf"[\s,:]*(?:and\s+)?(?P<number>{_N})\s*(?P<unit>kgs?|lbs?|pounds)?\s+(?P<when>before|after)(?:\s+(?:the|my)\s+run)?(?!\s*[:=])\b"
    ),
)
_FILLER = re.compile(rf"(?:i|my|the|a|an|and|with|was|is|had|of|in|at|on|for|it|hurts?|{_PAIN})\b\s*:?")

_Take = Callable[[_Told, re.Match[str]], int]
_THINGS: tuple[tuple[re.Pattern[str], _Take], ...] = tuple(
    (re.compile(pattern) if isinstance(pattern, str) else pattern, take)
    for pattern, take in (
        (r"notes?\b\s*:?\s*", _Told.note),
        (_QUOTE, _Told.quote),
        (r"(?:body\s*)?weigh(?:ed|t)?\b", _Told.weighed),
        (
            rf"(?:drank|drunk|drink|fluids?)\b(?:\s+(?:about|of))*\s*[:=]?\s*(?:(?P<nothing>nothing|none)\b|(?P<number>{_N})\s*(?P<unit>ml|l|litres?|liters?)?{_END})",
            _Told.drank,
        ),
        (
            rf"(?:(?P<sit>sat|sitting|sit)|slept|sleep)(?:\s+(?:for|about|was)|\s*[:=])*\s*{_LONG}(?:\s+last\s+night)?",
            _Told.hours,
        ),
        (
            rf"(?P<h1>(?!))?(?P<m1>(?!))?(?P<h2>{_N})\s*{_HOUR}(?:\s*(?P<m2>[0-5]?[0-9])\s*{_MINUTE})?(?P<h3>(?!))?(?P<m3>(?!))?"
            r"\s*(?:of\s+)?(?:(?P<sit>sat|sitting)|slept|sleep)\b(?:\s+last\s+night)?",
            _Told.hours,
        ),
        (rf"stress(?:ed)?\b{_IS}{_SCORE}", _Told.stress),
        (r"(?:no|not|without)\s+stiff(?:ness)?\b|(?:morning\s+)?stiff(?:ness)?\s*[:=]?\s*(?:no|none|zero)\b", _Told.zero_stiffness),
        (rf"(?:morning\s+)?stiff(?:ness)?\b{_IS}{_SCORE}", _Told.stiffness),
        (r"(?:stress(?:ed)?|(?:morning\s+)?stiff(?:ness)?)\b", _Told.score_without_number),
        (
            r"(?P<no>(?:no|not|doesn't|does\s+not|didn't|without)\s+spread(?:ing|s)?\b|spread(?:ing|s)?\b\s*[:=]?\s*(?:no|none|n)\b)"
            r"|spread(?:ing|s)?\b(?:\s*[:=]?\s*(?:yes|y)\b)?",
            _Told.spreads,
        ),
        (
            rf"(?:{_PAIN}\s+)?(?:began|begun|begins?|started|starts?|came(?:\s+on)?)\b(?:\s+(?:at|after|in|from|about))*\s*(?P<km>km\s+)?"
            rf"(?P<number>{_N})\s*(?P<unit>kms?|k|miles?|mi|mins?|minutes?)?{_END}",
            _Told.began,
        ),
        (r"(?:took|taken|medicine|meds?)\b\s*:?\s*", _Told.took),
        (
            r"(?:cycle|period)(?:\s+day)?\s*:?\s*(?P<day>[0-9]{1,3})(?!\w)|day\s+(?P<day2>[0-9]{1,3})\s+of\s+(?:my\s+|the\s+)?(?:cycle|period)\b",
            _Told.cycle,
        ),
        (r"(?P<word>today|yesterday)\b", _Told.day_word),
        (r"(?P<ago>[0-9]{1,4})\s+(?P<unit>days?|weeks?)\s+ago\b", _Told.days_ago),
        (
            rf"(?:on\s+)?(?:(?P<dom>[0-9]{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH.format('month')}|{_MONTH.format('month2')}\s+(?P<dom2>[0-9]{{1,2}})"
            r"(?:st|nd|rd|th)?)(?:,?\s+(?P<year>[0-9]{4}))?(?![\w/:-])",
            _Told.named_day,
        ),
        (rf"(?:on\s+|last\s+)?(?P<name>{'|'.join(_WEEKDAYS)})\b", _Told.weekday),
        (r"(?:on\s+)?(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<dom>[0-9]{1,2})(?!\w)", _Told.iso_day),
        (r"(?:on\s+)?[0-9]{1,2}([./-])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2})?(?!\w)", _Told.other_day),
        (r"(?:the\s+)?(?:next\s+morning|morning\s+after)\b", _Told.next_morning),
        (rf"(?:no|without)\s+{_PAIN}\s+{_TIME}\b(?P<number>(?!))?", _Told.pain),
        (rf"(?:{_PAIN}\s+)?{_TIME}\b(?:\s+{_PAIN})?{_IS}(?:(?:no\s+pain|none|nothing|zero)\b(?P<number>(?!))?)", _Told.pain),
        (rf"(?:{_PAIN}\s+)?{_TIME}\b(?:\s+{_PAIN})?{_IS}{_SCORE}", _Told.pain),
        (rf"(?:{_PAIN}{_IS})?{_SCORE}\s+{_TIME}\b", _Told.pain),
        (rf"(?:no|without)\s+{_PAIN}\b|pain[\s-]?free\b|{_PAIN}{_IS}{_SCORE}", _Told.pain_without_when),
    )
)
