"""Dates and times as tables write them, in many languages: ``Aug 13, 2020, 10:04:53 PM``, ``09.12.2022, 15:24:49``."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

__all__ = ["DateOrder", "Written", "order_of", "read_written"]

_MONTHS = (
    "january januar janvier janv enero ene gennaio gen janeiro jan januari stycznia styczeń sty ledna leden января январь янв"
    " ocak oca janeiro tammikuuta tammi ianuarie ian január január gener ιαν",
    "february februar februari février févr fevr fév febrero feb febbraio fevereiro fev lutego luty lut února únor"
    " февраля февраль фев февр şubat şub helmikuuta helmi februarie február febr febrer φεβ",
    "march märz mär marz mars marzo março maart mrt mar marts marca marzec března březen марта март мар mart maaliskuuta maalis"
    " martie március márc maret març μαρ",
    "april avril avr abril abr aprile apr kwietnia kwiecień kwi dubna duben апреля апрель апр nisan nis huhtikuuta huhti aprilie"
    " április ápr απρ",
    "may mai mayo maggio mag maio mei maj maja května květen мая май mayıs toukokuuta touko május máj maig μαΐ μαι",
    "june juni juin junio giugno giu junho jun czerwca czerwiec cze června červen июня июнь июн haziran haz kesäkuuta kesä iunie"
    " iun június jún juny ιουν",
    "july juli juillet juil julio luglio lug julho jul lipca lipiec lip července červenec июля июль июл temmuz tem heinäkuuta"
    " heinä iulie iul július júl juliol ιουλ",
    "august août aout agosto ago aug augustus augusti sierpnia sierpień sie srpna srpen августа август авг ağustos ağu elokuuta"
    " elo augusztus agustus agu agt agost αυγ",
    "september septembre sept septiembre sep settembre set setembro setem września wrzesień wrz září сентября сентябрь сен сент"
    " eylül eyl syyskuuta syys septembrie szeptember szept setembre σεπ",
    "october oktober okt octobre oct octubre ottobre ott outubro out października październik paź října říjen октября октябрь окт"
    " ekim eki lokakuuta loka octombrie október οκτ",
    "november novembre nov noviembre novembro listopada listopad lis listopadu ноября ноябрь ноя нояб kasım kas marraskuuta marras"
    " noiembrie noi νοε",
    "december dezember dez décembre déc dec diciembre dic dicembre dezembro des desember grudnia grudzień gru prosince prosinec"
    " декабря декабрь дек aralık ara joulukuuta joulu decembrie desembre δεκ",
)
"""The words for each month, whole (also as declined in dates) and as shortened, without the point."""


def _plain(text: str) -> str:
    # U+202F before AM and full-width digits become ordinary; the dot that a Turkish capital I leaves is dropped.
    return unicodedata.normalize("NFKC", text).casefold().replace("\u0307", "")


_MONTH_OF = {_plain(word): number for number, words in enumerate(_MONTHS, 1) for word in words.split()}
_AFTERNOON = ("pm", "p.m.", "p. m.", "p.m", "午後", "下午", "晚上", "오후", "μ.μ.", "μμ", "ös", "م")
_MORNING = ("am", "a.m.", "a. m.", "a.m", "午前", "上午", "凌晨", "早上", "오전", "π.μ.", "πμ", "öö", "ص")
_HALF = "|".join(sorted(map(re.escape, (*_AFTERNOON, *_MORNING)), key=len, reverse=True))
_CLOCK = re.compile(
    rf"(?:(?P<before>{_HALF})\s*)?(?<![\d.:])(?P<hour>\d{{1,2}})(?::|\s*h\s*|時|时|시\s*|點|点)(?P<minute>\d{{2}})"
    rf"(?:(?::|分|분\s*)(?P<second>\d{{2}})(?:[.,]\d+)?)?(?:\s*[秒초])?\s*(?P<after>{_HALF})?(?![^\Wz])"
    r"\s*(?P<zone>z\b|utc|gmt|[+-]\d{2}:?\d{2})?"
)
_CLOCK_WITH_POINTS = re.compile(
    r"(?:(?P<before>\0)\s*)?(?<![\d.])(?P<hour>\d{1,2})\.(?P<minute>\d{2})(?:\.(?P<second>\d{2}))?(?P<after>\0)?(?P<zone>\0)?\s*\Z"
)
_PARTS = re.compile(r"\d+|[^\W\d_]+")


class DateOrder(StrEnum):
    """Which number of ``03/04/2021`` is the day."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


@dataclass(frozen=True, slots=True)
class Written:
    """What a written moment says, as far as it says it.

    Attributes
    ----------
    year, first, second : int
        `first` and `second` are month and day where `known`; else the two numbers as written, day and month in either order.
    known : bool
        Whether the text alone tells month from day: the year stands first, the month is a word, or points part the numbers.
    hour, minute, second_of_minute : int
        0 where no time is written.
    timed : bool
        Whether a time is written.
    offset_s : int
        Stated offset from UTC; 0 where none is.
    """

    year: int
    first: int
    second: int
    known: bool
    hour: int = 0
    minute: int = 0
    second_of_minute: int = 0
    offset_s: int = 0
    timed: bool = False

    def moment(self, order: DateOrder) -> datetime | None:
        """The moment in UTC; None for what no calendar has. A number above 12 is a day whatever `order` says."""
        day_leads = not self.known and (self.first > 12 or (order is DateOrder.DAY_FIRST and self.second <= 12))
        day, month = (self.first, self.second) if day_leads else (self.second, self.first)
        try:
            zone = timezone(timedelta(seconds=self.offset_s))
            return datetime(self.year, month, day, self.hour, self.minute, self.second_of_minute, tzinfo=zone).astimezone(UTC)
        except (ValueError, OverflowError):
            return None


def read_written(text: str) -> Written | None:
    """Take a written date apart, with or without a time; None for what is none."""
    plain = _plain(text[:80]).strip()
    clock = _CLOCK.search(plain) or _CLOCK_WITH_POINTS.search(plain, plain.find(" ") + 1)
    time = _time(clock) if clock is not None else (0, 0, 0, 0, False)
    if clock is not None:
        plain = f"{plain[: clock.start()]} {plain[clock.end() :]}"
    parts = _PARTS.findall(plain)
    numbers = [part for part in parts if part.isdecimal() and len(part) <= 4]
    month = next((_MONTH_OF[part] for part in parts if part in _MONTH_OF), None)
    if month is not None and len(numbers) == 2:
        day, year = sorted(int(number) for number in numbers)
        return Written(year, month, day, True, *time)
    if len(numbers) != 3:
        return None
    a, b, c = map(int, numbers)
    if len(numbers[0]) == 4:
        return Written(a, b, c, True, *time)
    year = c + 2000 if len(numbers[2]) <= 2 else c
    if re.search(r"\d\s*\.\s*\d{1,2}\s*\.", plain):  # whoever writes points writes the day first
        return Written(year, b, a, True, *time)
    return Written(year, a, b, False, *time)


def _time(clock: re.Match[str]) -> tuple[int, int, int, int, bool]:
    """Hour, minute, second, offset in seconds, and that there is a time."""
    hour, half = int(clock["hour"]), clock["before"] or clock["after"]
    if half and hour <= 12:  # else a clock of 24 hours, beside which the half of the day still stands
        hour = hour % 12 + (12 if half in _AFTERNOON else 0)
    return hour, int(clock["minute"]), int(clock["second"] or 0), _offset_s(clock["zone"] or ""), True


def order_of(written: Iterable[Written], fallback: DateOrder) -> tuple[DateOrder, str]:
    """Which order a whole table uses.

    Returns
    -------
    order, how
        Decided by numbers that can only be a day; where there are none, by which order keeps the rows in the sequence of a list
        (ascending or descending); where that does not tell, `fallback`. `how` is empty when the numbers told, else a few words
        for a person.
    """
    open_ones = [one for one in written if not one.known]
    day_first = sum(one.first > 12 for one in open_ones)
    month_first = sum(one.second > 12 for one in open_ones)
    if not open_ones:
        return fallback, ""
    if day_first != month_first:
        order = DateOrder.DAY_FIRST if day_first > month_first else DateOrder.MONTH_FIRST
        return order, "most dates" if day_first and month_first else ""
    turns = {order: _turns([one.moment(order) for one in open_ones]) for order in DateOrder}
    if turns[DateOrder.DAY_FIRST] != turns[DateOrder.MONTH_FIRST]:
        return min(turns, key=lambda order: turns[order]), "the sequence of the rows"
    return fallback, "the language of the header"


def _turns(moments: Sequence[datetime | None]) -> int:
    """How often a list goes back in time, or forward where it mostly goes back."""
    known = [moment for moment in moments if moment is not None]
    back = sum(b < a for a, b in itertools.pairwise(known))
    forward = sum(b > a for a, b in itertools.pairwise(known))
    return min(back, forward)


def _offset_s(zone: str) -> int:
    digits = zone.lstrip("+-").replace(":", "")
    if not digits.isdecimal():
        return 0
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return 0 if seconds >= 86_400 else -seconds if zone.startswith("-") else seconds
