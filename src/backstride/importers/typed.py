"""A run in the runner's own words, English or German, into a `Run`. What could mean two things is refused with both, never guessed."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import NoReturn

import numpy as np

from backstride.errors import RunFileError
from backstride.importers.typed_letters import as_number, plain_letter, quoted
from backstride.model.run import Run, StartKnown

__all__ = ["read_typed"]

_EXAMPLE = 'Write for example "5 km, 35 min, pain 4" or "10 km at 5:30/km, yesterday, note: felt easy".'
_LONGEST_TEXT = 2000
_EARLIEST = date(1950, 1, 1)
_MOST_WITHOUT_YEAR = timedelta(days=183)
"""A day without a year is one of the last half year; further back the next one is as near."""

_MILE_M = 1609.344
_MARATHON_M = 42195.0
_MOST_M = 400_000.0
"""Further than anyone has run in 24 hours (319.6 km, 2022)."""
_MOST_S = 72 * 3600.0
_SLOWEST_MPS = 1 / 3.6
_FASTEST = (
    (1, 0.0958), (100, 9.58), (200, 19.19), (400, 43.03), (800, 100.91), (1500, 206.00), (3000, 437.55), (5000, 755.36),
    (10_000, 1571.00), (21_097.5, 3402.0), (42_195, 7235.0), (100_000, 21_935.0), (319_614, 86_400.0), (400_000, 108_130.0),
)  # fmt: skip
"""Metres and seconds of the fastest runs by early 2025 (World Athletics, IAU); beyond both ends the same speed."""
_BETTER_RECORD = 0.97
"""What later records may take off."""
_AGREES = 0.03
"""Distance times pace may miss the time by this share: people round all three."""
_PACE_MINUTES = range(2, 13)
"""Minutes of a pace that read like a time of day as well."""
_LEAST_PLAIN_M = 400
"""Below it "m" may be minutes."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner", "february feb februar", "march mar märz mär mrz", "april apr", "may mai", "june jun juni",
            "july jul juli", "august aug", "september sep sept", "october oct oktober okt", "november nov", "december dec dezember dez",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("monday montag", "tuesday dienstag", "wednesday mittwoch", "thursday donnerstag", "friday freitag",
         "saturday samstag sonnabend", "sunday sonntag")
    )
    for name in names.split()
}  # fmt: skip
_SHORT_WEEKDAYS = {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6}
_SURFACES = {
    "treadmill": "treadmill", "laufband": "treadmill", "trail": "trail", "trails": "trail", "gelände": "trail", "track": "track",
    "bahn": "track", "laufbahn": "track",
}  # fmt: skip
_TAGS = {
    "race": "race", "raced": "race", "wettkampf": "race", "rennen": "race", "long run": "long_run", "langer lauf": "long_run",
    "commute": "commute", "arbeitsweg": "commute",
}  # fmt: skip
_FILLERS = tuple(
    word
    for words in (
        "i ran run running jog jogged jogging a an the my and with for on in at of distance duration date day",
        "ich bin lief gelaufen gejoggt lauf und mit für in im am auf dem der den ein eine um distanz strecke dauer datum",
    )
    for word in words.split()
)
_COLOURS = frozenset(
    word
    for words in (
        "black white grey gray blue navy red green yellow orange purple pink brown turquoise silver gold",
        "schwarz weiß weiss grau blau rot grün gelb lila rosa braun türkis silber",
    )
    for word in words.split()
)
"""After "in" these alone are a pair of shoes; any other word may be a place, or weather."""


def read_typed(words: str, *, today: date, clock: datetime | None = None) -> Run:
    """Read a run typed in by hand: ``"5 km, 35 min, pain 4"``.

    Parameters
    ----------
    words : str
        Any of distance, duration, pace or speed, pain (0 to 10), effort (0 to 10), day, time of day, shoe (``shoe NAME``, ``in blue``,
        ``in NAME shoes``), surface, race, and a note in quotes or after ``note:``; in any order, commas optional.
    today : date
        The runner's local day; the run's where none is named.
    clock : datetime, optional
        The runner's clock now, so that a time of day still to come is refused.

    Returns
    -------
    Run
        By hand. Its start is known to the day, or as a reading of the runner's clock where a time is named. With a pace the
        missing one of distance and time is worked out, and `Run.origin` says so. What was not typed is None or empty.

    Raises
    ------
    RunFileError
        For a word that is not understood, something that can mean two things, numbers that contradict each other, and what
        nobody can run; with an example of how to write it.
    """
    return _Typed(words, today, clock).run()


class _Typed:
    """What was understood so far."""

    def __init__(self, words: str, today: date, clock: datetime | None) -> None:
        self._words = words
        # Matched against, letter for letter in the same places; the words themselves keep their case for names and notes.
        self._plain = "".join(plain_letter(letter) for letter in words)
        self._today = today
        self._clock = clock
        self._numbers: dict[str, float] = {}
        self._said: dict[str, str] = {}
        self._day: date | None = None
        self._time: time | None = None
        self._surface = ""
        self._shoe = ""
        self._tags: list[str] = []
        self._notes: list[str] = []

    def run(self) -> Run:
        if len(self._words) > _LONGEST_TEXT:
            self._refuse(f"this is {len(self._words)} letters long.", f"Write at most {_LONGEST_TEXT}.")
        if any(unicodedata.category(letter) in ("Cc", "Cs") and not letter.isspace() for letter in self._words):
            self._refuse("it holds a letter that cannot be stored.", "Type it again.")
        at = self._next(0)
        while at < len(self._plain):
            at = self._next(self._thing(at))
        distance_m, timer_time_s, origin = self._distance_and_time()
        self._check_possible(distance_m, timer_time_s)
        if self._time is not None:
            self._check_clock(self._time, distance_m, timer_time_s)
        return Run(
            start=datetime.combine(self._day or self._today, self._time or time(12), UTC),
            sport="running",
            distance_m=distance_m,
            timer_time_s=timer_time_s,
            sub_sport=self._surface,
            origin=origin,
            shoe=self._shoe,
            note=" ".join(self._notes),
            perceived_exertion=self._numbers.get("effort"),
            pain=self._numbers.get("pain"),
            tags=tuple(self._tags),
            start_known=StartKnown.DAY if self._time is None else StartKnown.LOCAL,
            by_hand=True,
        )

    # Walking through the words

    def _next(self, at: int) -> int:
        return _end(_BETWEEN, self._plain, at)

    def _thing(self, at: int) -> int:
        for pattern, take in _THINGS:
            if (match := pattern.match(self._plain, at)) and (end := take(self, match)) is not None:
                return end
        word = self._words[at : _end(_WORD, self._plain, at)] or self._words[at]
        if word[0].isdigit():
            self._refuse(f"{quoted(word)} is not understood: a number without a unit, or an unknown one.", _EXAMPLE)
        self._refuse(f"{quoted(word)} is not understood.", f"Put your own words after 'note:' or in quotes. {_EXAMPLE}")

    def _is_thing(self, at: int) -> bool:
        return any(pattern.match(self._plain, at) for pattern, take in _THINGS if take not in _NO_END_OF_A_NAME)

    def _refuse(self, problem: str, remedy: str) -> NoReturn:
        raise RunFileError(problem, place=quoted(self._words, 60), remedy=remedy)

    def _put(self, name: str, value: float, match: re.Match[str]) -> int:
        said = self._said_by(match)
        if name in self._numbers:
            what = {"distance": "distances", "duration": "times", "pace": "paces", "pain": "values of pain", "effort": "efforts"}[name]
            hint = {
                "distance": "Minutes are 'min', metres 'm'.",
                "duration": "A time of day is 'at 18:30', a pace '5:30/km'.",
            }.get(name, "Leave one out.")
            self._refuse(f"there are two {what}: {quoted(self._said[name])} and {quoted(said)}.", hint)
        self._numbers[name], self._said[name] = value, said
        return match.end()

    def _said_by(self, match: re.Match[str]) -> str:
        return self._words[match.start() : match.end()].strip()

    def _refuse_two_readings(self, match: re.Match[str], first: str, second: str) -> NoReturn:
        said = quoted(self._said_by(match))
        self._refuse(f"{said} can mean {first} or {second}.", f"Write '{first}' or '{second}'.")

    # One method a kind of thing: takes a match, gives where it ends, or None when it is not that after all

    def note(self, match: re.Match[str]) -> int:
        self._add_note(self._words[match.end() :])
        return len(self._words)

    def quote(self, match: re.Match[str]) -> int:
        if not match["inside"]:
            if len(match.group()) < 2:
                self._refuse("a quote is opened and not closed.", 'Write the note as "felt easy", with a quote mark at both ends.')
            return match.end()
        self._add_note(self._words[match.start("inside") + 1 : match.end("inside") - 1])
        return match.end()

    def _add_note(self, text: str) -> None:
        if note := " ".join(text.split()):
            self._notes.append(note)

    def pace(self, match: re.Match[str]) -> int:
        minutes, seconds = match["minutes"], match["seconds"]
        if minutes is None:
            pace_s = self._decimal_time(match, match["decimal"], 60.0, "min/km")
        elif int(seconds) > 59:
            self._refuse(f"{quoted(self._said_by(match))} has {seconds} seconds.", "A pace is written '5:30/km'.")
        else:
            pace_s = int(minutes) * 60.0 + int(seconds)
        return self._put("pace", self._at_least_some(pace_s, match) / (_MILE_M if match["per"].startswith("m") else 1000.0), match)

    def pace_of_what(self, match: re.Match[str]) -> int:
        shown = f"{match['minutes'] or match['minutes2']}:{match['seconds'] or match['seconds2']}"
        self._refuse_two_readings(match, f"{shown}/km", f"{shown}/mi")

    def speed(self, match: re.Match[str]) -> int:
        metres_an_hour = as_number(match["number"]) * (_MILE_M if match["unit"] == "mph" else 1000.0)
        return self._put("pace", 3600.0 / self._at_least_some(metres_an_hour, match), match)

    def _at_least_some(self, value: float, match: re.Match[str]) -> float:
        if value > 0:
            return value
        self._refuse(f"{quoted(self._said_by(match))} is nothing.", "Leave out what you don't know.")

    def clock_time(self, match: re.Match[str]) -> int:
        hour, minute, half = int(match["hour"]), int(match["minute"] or 0), (match["half"] or "")[:1]
        if half in ("a", "p"):
            hour = hour % 12 + (12 if half == "p" else 0) if 1 <= hour <= 12 else 99
        if hour > 23 or minute > 59:
            self._refuse(f"{quoted(self._said_by(match))} is no time of day.", "Write 'at 18:30' or '7am'.")
        if self._time is not None:
            self._refuse(f"there are two times of day, and {quoted(self._said_by(match))} is one.", "Leave one out.")
        self._time = time(hour, minute)
        if not half and not match["hour"].startswith("0") and hour in _PACE_MINUTES:
            self._said["perhaps pace"] = self._said_by(match)
        return match.end()

    def duration_hms(self, match: re.Match[str]) -> int:
        hours, minutes, seconds = int(match["h"]), int(match["m"]), int(match["s"])
        if minutes > 59 or seconds > 59:
            self._refuse(f"{quoted(self._said_by(match))} is no time.", "Write '1:05:20' or '1 h 5 min 20 s'.")
        return self._duration(hours * 3600.0 + minutes * 60.0 + seconds, match)

    def duration_two(self, match: re.Match[str]) -> int:
        first, second, unit = int(match["first"]), int(match["second"]), match["unit"] or ""
        if second > 59:
            self._refuse(f"{quoted(self._said_by(match))} is no time.", "Write '35:20' or '1:05:20'.")
        if not unit:
            self._said["perhaps hours"] = f"{first}:{second:02d}"
        return self._duration((first * 60.0 + second) * (60.0 if unit.startswith(("h", "s")) else 1.0), match)

    def duration_units(self, match: re.Match[str]) -> int:
        minutes = match["m1"] or match["m2"] or match["m3"] or match["m4"]
        seconds = match["s1"] or match["s2"] or match["s3"]
        parts = ((match["h"], 3600.0, "h"), (minutes, 60.0, "min"), (seconds, 1.0, "s"))
        given = [(number, seconds, unit) for number, seconds, unit in parts if number is not None]
        if not given:
            return self._duration(1800.0 if match["half"] else 3600.0, match)
        if any(as_number(number) >= 60 for number, _, _ in given[1:]):
            self._refuse(f"{quoted(self._said_by(match))} has 60 or more of a part.", "Write '1 h 5 min 20 s'.")
        return self._duration(sum(self._decimal_time(match, *part) for part in given), match)

    def _duration(self, seconds: float, match: re.Match[str]) -> int:
        return self._put("duration", self._at_least_some(seconds, match), match)

    def _decimal_time(self, match: re.Match[str], number: str, unit_s: float, unit: str) -> float:
        """Seconds of a number; "1.30 h" is written by some for an hour and a half, by others for 78 minutes."""
        whole, _, part = number.replace(",", ".").partition(".")
        if len(part) == 2 and 0 < int(part) < 60 and unit != "s":
            decimal = _as_clock(as_number(number) * unit_s)
            as_read = _as_clock(int(whole) * unit_s + int(part) * unit_s / 60.0)
            if unit == "min/km":
                unit_of_pace = "/mi" if (match["per"] or "").startswith("m") else "/km"
                self._refuse_two_readings(match, as_read + unit_of_pace, decimal + unit_of_pace)
            self._refuse_two_readings(match, as_read, decimal)
        return as_number(number) * unit_s

    def distance(self, match: re.Match[str]) -> int:
        number, unit = match["number"], match["unit"]
        unit_m = 1000.0 if unit.startswith("k") else _MILE_M if unit.startswith(("mi", "mei")) else 1.0
        if unit_m == 1.0 and re.fullmatch(r"[0-9]{1,3}[.,][0-9]{3}", number):
            whole = re.sub("[.,]", "", number)
            self._refuse_two_readings(match, f"{int(whole)} metres", f"{int(whole) / 1000:g} metres")
        if unit == "m" and as_number(number) < _LEAST_PLAIN_M:
            self._refuse_two_readings(match, f"{number} metres", f"{number} min")
        return self._put("distance", self._at_least_some(as_number(number) * unit_m, match), match)

    def marathon(self, match: re.Match[str]) -> int:
        return self._put("distance", _MARATHON_M / (2.0 if match["half"] else 1.0), match)

    def pain(self, match: re.Match[str]) -> int:
        return self._score("pain", match)

    def no_pain(self, match: re.Match[str]) -> int:
        return self._put("pain", 0.0, match)

    def effort(self, match: re.Match[str]) -> int:
        return self._score("effort", match)

    def _score(self, name: str, match: re.Match[str]) -> int:
        value = as_number(match["number"])
        if not 0 <= value <= 10:
            hint = " Of Borg's scale from 6 to 20, write what is nearest on 0 to 10." if name == "effort" and value <= 20 else ""
            self._refuse(f"{name} {match['number']} is outside 0 to 10.", f"0 is none, 10 the most there can be.{hint}")
        return self._put(name, value, match)

    def score_without_number(self, match: re.Match[str]) -> int:
        what = quoted(self._words[match.start("what") : match.end("what")]) if match["what"] else "nothing"
        said = quoted(self._words[match.start("name") : match.end("name")])
        self._refuse(f"after {said} stands {what}, not a number from 0 to 10.", "Write 'pain 4', 'no pain' or 'effort 6'.")

    def day_word(self, match: re.Match[str]) -> int:
        said = match.group()
        back = 2 if said.startswith(("day", "the", "vor")) else 1 if said.startswith(("yesterday", "gestern", "last")) else 0
        return self._put_day(self._today - timedelta(days=back), match)

    def days_ago(self, match: re.Match[str]) -> int:
        return self._put_day(self._today - timedelta(days=int(match["ago"] or match["vor"])), match)

    def weekday(self, match: re.Match[str]) -> int:
        wanted = _SHORT_WEEKDAYS[match["short"]] if match["short"] else _WEEKDAYS[match["long"]]
        back = (self._today.weekday() - wanted) % 7
        if back == 0 and not (match["before"] or "").startswith(("last", "letz")):
            last_week = self._today - timedelta(days=7)
            self._refuse_two_readings(match, "today", f"{last_week}")
        return self._put_day(self._today - timedelta(days=back or 7), match)

    def day_iso(self, match: re.Match[str]) -> int:
        return self._put_day(self._date(int(match["year"]), int(match["month"]), int(match["day"]), match), match)

    def day_first(self, match: re.Match[str]) -> int:
        """Dots are written where the day comes first."""
        return self._put_day(self._dated(int(match["day"]), int(match["month"]), match["year"] or match["year4"], match), match)

    def day_named(self, match: re.Match[str]) -> int:
        number, name = (match["day"], match["name"]) if match["day"] else (match["day2"], match["name2"])
        return self._put_day(self._dated(int(number), _MONTHS[name], match["year"] or match["year2"], match), match)

    def day_either(self, match: re.Match[str]) -> int:
        first, second = int(match["first"]), int(match["second"] or match["second2"])
        year = match["year"] or match["year4"]
        if not year and second == 10 and first <= 10:
            self._refuse_two_readings(match, self._shown_day(first, second, year), f"pain {first}/10")
        if first != second and 1 <= first <= 12 and 1 <= second <= 12:
            self._refuse_two_readings(match, self._shown_day(first, second, year), self._shown_day(second, first, year))
        day, month = (second, first) if second > 12 else (first, second)
        return self._put_day(self._dated(day, month, year, match), match)

    def _shown_day(self, day: int, month: int, year: str | None) -> str:
        """A day in letters; without a year the last one."""
        return f"{day} {_month_name(month)} {year or self._last_year_with(day, month)}"

    def _last_year_with(self, day: int, month: int) -> int:
        return self._today.year - ((month, day) > (self._today.month, self._today.day))

    def _dated(self, day: int, month: int, year: str | None, match: re.Match[str]) -> date:
        if year:
            return self._date(int(year) + (2000 if len(year) == 2 else 0), month, day, match)
        this_year = self._today.year
        if not 1 <= month <= 12 or not 1 <= day <= 31:
            self._date(this_year, month, day, match)
        for past in (this_year, this_year - 1):
            if _exists(past, month, day) and timedelta() <= self._today - date(past, month, day) <= _MOST_WITHOUT_YEAR:
                return date(past, month, day)
        last = self._last_year_with(day, month)
        self._refuse(
            f"{quoted(self._said_by(match))} is not in the last half year.", f"Write the year too: '{last}-{month:02d}-{day:02d}'."
        )

    def _date(self, year: int, month: int, day: int, match: re.Match[str]) -> date:
        if not _exists(year, month, day):
            self._refuse(f"{quoted(self._said_by(match))} is no day of the calendar.", "Write it as '2026-11-02'.")
        return date(year, month, day)

    def _put_day(self, day: date, match: re.Match[str]) -> int:
        said = quoted(self._said_by(match))
        if self._day is not None:
            self._refuse(f"there are two days, and {said} is one.", "Leave one out.")
        if day > self._today:
            self._refuse(f"{said} ({day}) is still to come.", "Only runs that were run can be added.")
        if day < _EARLIEST:
            self._refuse(f"{said} ({day}) is before {_EARLIEST.year}.", "Check the year.")
        self._day = day
        return match.end()

    def surface(self, match: re.Match[str]) -> int:
        kind = _SURFACES[match["kind"]]
        if self._surface not in ("", kind):
            self._refuse(f"it says {self._surface} and {kind}.", "Leave one out.")
        self._surface = kind
        if kind == "treadmill":
            self._add_tag(kind)
        return match.end()

    def tag(self, match: re.Match[str]) -> int:
        self._add_tag(_TAGS[" ".join(match["kind"].split())])
        return match.end()

    def _add_tag(self, tag: str) -> None:
        if tag not in self._tags:
            self._tags.append(tag)

    def shoe(self, match: re.Match[str]) -> int:
        if (quote := _QUOTE.match(self._plain, match.end())) and quote["inside"]:
            return self._put_shoe(self._words[quote.start("inside") + 1 : quote.end("inside") - 1], quote.end())
        name, end = self._name(match.end())
        return self._put_shoe(name, end)

    def worn(self, match: re.Match[str]) -> int | None:
        """``in blue``, ``in my old shoes``; None where no word follows ("in 35 min"). Any other word is refused."""
        if _QUOTE.match(self._plain, match.end()):
            return self.shoe(match)
        if not match["first"] or self._is_thing(match.start("first")):
            return None
        name, end = self._name(match.start("first"))
        words = set(name.lower().split())
        says_shoes = _SHOES.search(self._plain, match.start("first"), end) and words.isdisjoint(_FILLERS)
        if not words or not (says_shoes or words <= _COLOURS):
            what = name or self._words[match.start("first") : end].strip()
            self._refuse(
                f"{quoted(what)} is not understood: a pair of shoes, a place, the weather?",
                f"Write {quoted(f'shoe: {what}')} if it is a pair of shoes, else put your own words after 'note:' or in quotes.",
            )
        return self._put_shoe(name, end)

    def _name(self, at: int) -> tuple[str, int]:
        """The words of a name, to a comma, a quote or the next thing that means something, and where they end."""
        stop = _end(_NAME, self._plain, at)
        starts = [word.start() for word in _WORDS.finditer(self._plain, at, stop)]
        for before, start in pairwise(starts):
            if (_SURFACE.match(self._plain, start) or _TAG.match(self._plain, start)) and self._plain[before:start].strip() not in _FILLERS:
                self._refuse(
                    f"is {quoted(self._words[start:stop].split()[0])} part of the shoe's name?",
                    "Put a comma before it, or the whole name in quotes.",
                )
            if self._is_thing(start):
                stop = start
                break
        words = self._words[at:stop].split()
        while words and words[-1].lower() in (*_FILLERS, *_SHOE_WORDS, "-"):
            words.pop()
        return " ".join(words).strip("."), stop

    def _put_shoe(self, name: str, end: int) -> int:
        name = " ".join(name.split())
        if not name:
            self._refuse("the shoe has no name.", "Write for example 'shoe: Pegasus 40'.")
        if self._shoe:
            self._refuse(f"there are two shoes: {quoted(self._shoe)} and {quoted(name)}.", "Leave one out.")
        self._shoe = name
        return end

    def filler(self, match: re.Match[str]) -> int:
        return match.end()

    # What it comes to

    def _distance_and_time(self) -> tuple[float | None, float | None, str]:
        """Metres, seconds and origin, the missing one worked out where there is a pace."""
        distance_m, duration_s, pace = (self._numbers.get(name) for name in ("distance", "duration", "pace"))
        if distance_m is None:
            self._check_hours()
            if duration_s is None:
                self._refuse("there is neither a distance nor a time.", _EXAMPLE)
            if pace is not None:
                return duration_s / pace, duration_s, "typed in; distance worked out from time and pace"
        elif pace is not None:
            if duration_s is None:
                return distance_m, distance_m * pace, "typed in; time worked out from distance and pace"
            if abs(distance_m * pace - duration_s) > _AGREES * duration_s:
                self._refuse(
                    f"{quoted(self._said['distance'])} and {quoted(self._said['pace'])} make {_as_clock(distance_m * pace)}, "
                    f"but the time typed is {_as_clock(duration_s)}.",
                    "Correct one of the three, or leave one out.",
                )
        return distance_m, duration_s, "typed in"

    def _check_hours(self) -> None:
        """``1:05`` is plain only beside a distance, which one of its readings fits."""
        said = self._said.get("perhaps hours")
        first, _, second = (int(part) if part.isdigit() else 0 for part in (said or "24:0").partition(":"))
        if first < 24:
            as_minutes, as_hours = f"{first} min {second} s", f"{first} h {second} min"
            self._refuse(
                f"'{said}' can mean {as_minutes}, {as_hours}, or a time of day.",
                f"Write '{as_minutes}', '{as_hours}' or 'at {said}'.",
            )

    def _check_possible(self, distance_m: float | None, duration_s: float | None) -> None:
        remedy = "Type the run of each day on its own."
        if distance_m is not None and distance_m > _MOST_M:
            self._refuse(f"{distance_m / 1000:.6g} km is further than anyone has run in a day.", f"Check the unit. {remedy}")
        if duration_s is not None and duration_s > _MOST_S:
            self._refuse(f"{duration_s / 3600:.4g} hours is more than {_MOST_S / 3600:.0f}.", f"Check the unit. {remedy}")
        if distance_m is None or duration_s is None:
            return
        shown = f"{distance_m / 1000:.4g} km in {_as_clock(duration_s)}"
        if duration_s < _BETTER_RECORD * _record_s(distance_m):
            hours = self._said.get("perhaps hours", "")
            meant = f" If '{hours}' is hours and minutes, write '{hours}:00'; if it is a time of day, 'at {hours}'." if hours else ""
            self._refuse(f"{shown} is faster than anyone has run that far.", f"Check distance and time.{meant}")
        if distance_m / duration_s < _SLOWEST_MPS:
            self._refuse(f"{shown} is slower than 1 km an hour.", "Check distance and time.")

    def _check_clock(self, typed: time, distance_m: float | None, duration_s: float | None) -> None:
        said = self._said.get("perhaps pace")
        if said and "pace" not in self._numbers and _fits_as_pace(typed, distance_m, duration_s):
            shown = f"{typed.hour}:{typed.minute:02d}"
            self._refuse(
                f"{quoted(said)} can be a time of day or a pace.",
                f"Write 'at {shown} am', 'at {shown} pm', '{shown}/km' or '{shown}/mi'.",
            )
        day = self._day or self._today
        if self._clock is not None and day == self._clock.date() and typed > self._clock.time():
            self._refuse(f"{typed:%H:%M} is still to come: it is {self._clock:%H:%M} now.", "Name the day, for example 'yesterday'.")


def _fits_as_pace(typed: time, distance_m: float | None, duration_s: float | None) -> bool:
    """Whether "at 7:00" may be minutes and seconds for a kilometre or a mile."""
    if distance_m is None or duration_s is None:
        return True
    pace_s = typed.hour * 60 + typed.minute
    return any(abs(distance_m / unit_m * pace_s - duration_s) <= _AGREES * duration_s for unit_m in (1000.0, _MILE_M))


def _record_s(distance_m: float) -> float:
    metres, seconds = (np.log([row[column] for row in _FASTEST]) for column in (0, 1))
    return math.exp(float(np.interp(math.log(max(distance_m, 1e-9)), metres, seconds)))


def _as_clock(seconds: float) -> str:
    """``35:20`` or ``1:05:20``."""
    whole = round(seconds)
    minutes = f"{whole // 60 % 60:02d}:{whole % 60:02d}" if whole >= 3600 else f"{whole // 60}:{whole % 60:02d}"
    return f"{whole // 3600}:{minutes}" if whole >= 3600 else minutes


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _month_name(month: int) -> str:
    return next(name for name, number in _MONTHS.items() if number == month).capitalize()[:3]


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _any_of(words: Iterable[str]) -> str:
    """A pattern of any of the words, the longest first."""
    return "|".join(sorted((re.escape(word).replace(r"\ ", r"\s+") for word in words), key=len, reverse=True))


_N = r"[0-9]{1,9}(?:[.,][0-9]{1,9})?"
_NO_LETTER = r"(?![^\W\d_])"
_KM = r"(?:km|kms|k|kilomet(?:er|re)[ns]?)"
_MILE = r"(?:mi|miles?|meilen?)"
_HOUR = rf"(?:h|hrs?|hours?|std\.?|stunden?){_NO_LETTER}"
_MINUTE = rf"(?:(?:min|mins|minutes?|minuten){_NO_LETTER}\.?|['′])"
_SECOND = rf"(?:(?:s|secs?|seconds?|sek|sekunden?){_NO_LETTER}\.?|[\"″]|'')"
_PAIN = r"(?:(?:low(?:er)?\s+)?back\s*)?pain|(?:rücken)?schmerz(?:en)?"
_EFFORT = r"(?:perceived\s+)?(?:effort|exertion)|rpe|anstrengung|belastung"
_SCORE = (
    rf"(?:\s+(?:level|score|was|is|war))*\s*(?:[:=]\s*)?(?P<number>-?{_N})(?:\s*(?:/|out\s+of|of|von)\s*10(?![0-9]))?(?![\w/:%-]|[.,][0-9])"
)
_PER = rf"\s*(?:/|per\b|a\b|je\b|pro\b)\s*(?P<per>{_KM}|{_MILE}){_NO_LETTER}"
_PACE_WORD = r"(?:(?:at|in|um|pace|tempo|of)\b(?:\s*:)?\s*|@\s*){0,3}"
_MONTH = rf"(?:{_any_of(_MONTHS)})"
_YEAR_APART = r"(?:,?\s*(?P<{}>(?:19|20)[0-9]{{2}})(?![0-9]|[.,:][0-9]|\s*(?:m|met\w+|k|km|s|min)\b))?"

_AM = rf"am(?!\s+(?:{_any_of(_WEEKDAYS)}|[0-9]{{1,2}}\.))"  # "am Montag" is "on Monday"
_BETWEEN = re.compile(r"(?:[\s,;+&|•]|\.(?=\s|$)|[-/](?=\s|$))*")
_WORD = re.compile(r"[^\s,;]+")
_WORDS = re.compile(r"\S+")
_SHOE_WORDS = ("shoes", "shoe", "schuhe", "schuhen", "ones")
_SHOES = re.compile(rf"\b(?:{_any_of(_SHOE_WORDS)})\b")
_NAME = re.compile(r"[^,;\"“”„«»]*")
_QUOTE = re.compile(
    r"(?P<inside>\"[^\"]*\"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|»[^«]*«|”[^”]*”)|[\"“”„«»]",
)
_SURFACE = re.compile(rf"(?P<kind>{_any_of(_SURFACES)})\b")
_TAG = re.compile(rf"(?P<kind>{_any_of(_TAGS)})\b")

_Take = Callable[[_Typed, re.Match[str]], int | None]
_THINGS: tuple[tuple[re.Pattern[str], _Take], ...] = tuple(
    (re.compile(pattern) if isinstance(pattern, str) else pattern, take)
    for pattern, take in (
        (r"(?:notes?|notiz(?:en)?)\s*:", _Typed.note),
        (_QUOTE, _Typed.quote),
        (
            rf"{_PACE_WORD}(?:(?P<minutes>[0-9]{{1,2}})[:'](?P<seconds>[0-9]{{2}})\"?(?:\s*min\b)?|(?P<decimal>{_N})\s*min(?:utes?|uten)?){_PER}",
            _Typed.pace,
        ),
        (rf"{_PACE_WORD}(?P<number>{_N})\s*(?P<unit>km/h|kmh|kph|mph){_NO_LETTER}", _Typed.speed),
        (
            r"(?:(?:pace|tempo)\s*:?\s*|@\s*)(?P<minutes>[0-9]{1,2}):(?P<seconds>[0-9]{2})(?![0-9:])"
            r"|(?:at\s+)?(?P<minutes2>[0-9]{1,2}):(?P<seconds2>[0-9]{2})\s+pace\b",
            _Typed.pace_of_what,
        ),
        (rf"(?P<number>{_N})\s*(?:/|out\s+of|von)\s*10\s+(?:{_PAIN})\b", _Typed.pain),
        (r"(?:on\s+|am\s+)?(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})(?![0-9])", _Typed.day_iso),
        (
            r"(?:on\s+|am\s+)?(?P<day>[0-9]{1,2})\.\s?(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4}|[0-9]{2}(?![0-9]|[.,:][0-9]))?"
            + _YEAR_APART.format("year4"),
            _Typed.day_first,
        ),
        (
            rf"(?:on\s+|am\s+)?(?:the\s+)?(?:(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th|\.)?\s*(?:of\s+)?(?P<name>{_MONTH})\b\.?{_YEAR_APART.format('year')}"
            rf"|(?P<name2>{_MONTH})\b\.?\s*(?P<day2>[0-9]{{1,2}})(?:st|nd|rd|th)?(?![0-9:]|[.,][0-9]){_YEAR_APART.format('year2')})",
            _Typed.day_named,
        ),
        (
            r"(?:on\s+|am\s+)?(?P<first>[0-9]{1,2})(?:/(?P<second>[0-9]{1,2})(?:/(?P<year>[0-9]{4}|[0-9]{2}))?"
            r"|-(?P<second2>[0-9]{1,2})-(?P<year4>[0-9]{4}))(?![0-9/])",
            _Typed.day_either,
        ),
        (
            rf"(?:(?:at|um)\s+)?(?P<hour>[0-9]{{1,2}})(?:[:.](?P<minute>[0-9]{{2}}))?\s*(?P<half>{_AM}|pm|a\.m\.|p\.m\.|uhr)(?!\w)",
            _Typed.clock_time,
        ),
        (
            r"(?:at|um)\s+(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-9]{2})(?![0-9:])(?!\s*(?:/|(?:per|km?|kmh|kph|mph|mi|miles?|min)\b))(?P<half>)",
            _Typed.clock_time,
        ),
        (rf"(?P<h>[0-9]{{1,3}}):(?P<m>[0-9]{{2}}):(?P<s>[0-9]{{2}})(?![0-9:])(?:\s*{_HOUR})?", _Typed.duration_hms),
        (rf"(?P<first>[0-9]{{1,3}}):(?P<second>[0-9]{{2}})(?![0-9:])(?:\s*(?P<unit>{_HOUR}|{_MINUTE}))?", _Typed.duration_two),
        (
            rf"(?P<h>{_N})\s*{_HOUR}(?:\s*(?:and\s+|und\s+)?(?P<m1>{_N})\s*(?:{_MINUTE}|m{_NO_LETTER})|(?P<m2>[0-9]{{2}})(?!\w)|\s+(?P<m3>[0-9]{{1,2}})(?=\s*(?:[,;]|$)))?"
            rf"(?:\s*(?:and\s+|und\s+)?(?P<s1>{_N})\s*{_SECOND})?"
            rf"|(?P<m4>{_N})\s*(?:{_MINUTE}|m(?=\s*[0-9]{{1,2}}\s*{_SECOND}))(?:\s*(?:and\s+|und\s+)?(?P<s2>{_N})\s*{_SECOND})?"
            rf"|(?P<s3>{_N})\s*{_SECOND}"
            r"|(?P<half>half\s+an\s+hour|eine\s+halbe\s+stunde)\b|(?:an|one)\s+hour\b|eine\s+stunde\b",
            _Typed.duration_units,
        ),
        (rf"(?P<number>{_N})\s*(?P<unit>{_KM}|{_MILE}|m|met(?:er|re)s?|metern){_NO_LETTER}(?!\s*/\s*(?:h|std)\b)", _Typed.distance),
        (r"(?P<half>half[\s-]?|halb)?marathon\b", _Typed.marathon),
        (
            rf"(?:no|without|zero|keinen?|keine|ohne)\s+(?:{_PAIN})\b|pain[\s-]?free\b|schmerzfrei\b|(?:{_PAIN})\s*[:=]?\s*(?:none|keine)\b",
            _Typed.no_pain,
        ),
        (rf"(?:{_PAIN}){_SCORE}", _Typed.pain),
        (rf"(?:{_EFFORT}){_SCORE}", _Typed.effort),
        (rf"(?P<name>{_PAIN}|{_EFFORT})\b\s*[:=]?\s*(?P<what>[^\s,;]*)", _Typed.score_without_number),
        (
            r"(?:(?:the\s+)?day\s+before\s+yesterday|vorgestern|yesterday(?:\s+(?:morning|afternoon|evening))?|last\s+night"
            r"|today|tonight|this\s+(?:morning|afternoon|evening)"
            r"|(?:heute|gestern)(?:\s+(?:früh|morgen|vormittag|mittag|nachmittag|abend))?)\b",
            _Typed.day_word,
        ),
        (r"(?P<ago>[0-9]{1,3})\s+days?\s+ago\b|vor\s+(?P<vor>[0-9]{1,3})\s+tage?n?\b", _Typed.days_ago),
        (
            rf"(?P<before>(?:on|last|am|letzten?)\s+)?(?P<long>{_any_of(_WEEKDAYS)})\b"
            rf"|(?:on|last)\s+(?P<short>{_any_of(_SHORT_WEEKDAYS)})\b\.?",
            _Typed.weekday,
        ),
        (_TAG, _Typed.tag),
        (_SURFACE, _Typed.surface),
        (r"(?:in\s+)?(?:shoes?|schuhe?n?)\b\s*[:=]?\s*", _Typed.shoe),
        (r"in\s+(?:(?:my|the|a|an|meinen?|den|dem)\s+)*(?P<first>[^\W\d_])?", _Typed.worn),
        (rf"(?:{_any_of(_FILLERS)})\b\s*:?", _Typed.filler),
    )
)
_NO_END_OF_A_NAME = (_Typed.shoe, _Typed.worn, _Typed.filler)
