"""All runs: by year, a page at a time, and those that are looked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from backstride.store.lists import Wanted
from backstride.web.here import here
from backstride.web.units import metres_from, unit_of

__all__ = ["urlpatterns"]

_ON_A_PAGE = 50
_LONGEST_NUMBER = 12
_AS_SHOWN = 0.05
_HALF_A_MINUTE = 30
"""What is shown as 10.0 km is found with 10, and 46:20 with 46."""
_FIELDS = ("from", "to", "least", "most", "short", "long")


@dataclass
class _Search:
    """What was typed into the search, what it comes to, and what of it can't be read (by field)."""

    typed: dict[str, str]
    wanted: Wanted = field(default_factory=Wanted)
    wrong: dict[str, str] = field(default_factory=dict)


@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """Runs of a year or of a search, latest first."""
    at = here(request)
    person = at.person()
    unit = unit_of(request)
    sport = "" if request.GET.get("all") else "running"
    asked = _search(request.GET, sport, unit)
    page: dict[str, Any] = {"fields": _fields(asked, unit), "all": not sport, "unit": unit, "searching": bool(asked.typed)}
    page |= {"wrong": bool(asked.wrong)}
    if person is None:
        return render(request, "runs.html", page)
    years = at.store.years(person, sport)
    year = None if asked.typed else _year(request.GET.get("year", ""), [one.year for one in years])
    wanted = asked.wanted if year is None else Wanted(sport, date(year, 1, 1), date(year, 12, 31))
    number = _page(request.GET.get("page", "1"))
    found, count = ((), 0) if asked.wrong else at.store.search(person, wanted, (number - 1) * _ON_A_PAGE, _ON_A_PAGE)
    last = max(1, -(-count // _ON_A_PAGE))
    if number > last:
        raise Http404
    kept = asked.typed | ({"year": str(year)} if year else {}) | ({} if sport else {"all": "1"})
    months = [(month, list(some)) for month, some in groupby(found, key=lambda stored: stored.run.local_day.replace(day=1))]
    page |= {
        "years": years,
        "year": next((one for one in years if one.year == year), None),
        "months": months,
        "count": count,
        "number": number,
        "last": last,
        "earlier": _address(kept, number + 1) if number < last else "",
        "later": _address(kept, number - 1) if number > 1 else "",
    }
    return render(request, "runs.html", page)


def _address(kept: dict[str, str], number: int) -> str:
    """Of another page of the same list."""
    query = QueryDict(mutable=True)
    query.update(kept | {"page": str(number)})
    return f"?{query.urlencode()}"


def _year(text: str, known: list[int]) -> int | None:
    """The year that is asked for, the latest where none is; None without any run."""
    if not text:
        return known[0] if known else None
    if text not in {str(year) for year in known}:
        raise Http404
    return int(text)


def _page(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER and int(text) > 0):
        raise Http404
    return int(text)


def _search(sent: QueryDict, sport: str, unit: str) -> _Search:
    typed = {name: told for name in _FIELDS if (told := sent.get(name, "").strip())}
    asked = _Search(typed)
    days: dict[str, date | None] = {}
    numbers: dict[str, float | None] = {}
    for name in _FIELDS:
        told = typed.get(name, "")
        try:
            if name in ("from", "to"):
                days[name] = date.fromisoformat(told) if told else None
            else:
                numbers[name] = _number(told) if told else None
        except ValueError:
            asked.wrong[name] = gettext("Choose a day.") if name in ("from", "to") else gettext("Write a number, as 10 or 7.5.")
    if asked.wrong:
        return asked
    least, most, short, long = (numbers[name] for name in ("least", "most", "short", "long"))
    asked.wanted = Wanted(
        sport,
        days["from"],
        days["to"],
        None if least is None else metres_from(least - _AS_SHOWN, unit),
        None if most is None else metres_from(most + _AS_SHOWN, unit),
        None if short is None else short * 60 - _HALF_A_MINUTE,
        None if long is None else long * 60 + _HALF_A_MINUTE,
    )
    return asked


def _fields(asked: _Search, unit: str) -> list[dict[str, Any]]:
    """The search as the page shows it: a line for days, distance and time, each with its two bounds."""
    lines = (
        (gettext("Day"), "date", ("from", "to")),
        (gettext("Distance (%(unit)s)") % {"unit": unit}, "text", ("least", "most")),
        (gettext("Time (min)"), "text", ("short", "long")),
    )
    ends = (gettext("from"), gettext("to"))
    return [
        {
            "legend": legend,
            "type": kind,
            "ends": [(name, end, asked.typed.get(name, ""), asked.wrong.get(name, "")) for name, end in zip(names, ends, strict=True)],
        }
        for legend, kind, names in lines
    ]


def _number(text: str) -> float:
    number = float(text.replace(",", ".")) if len(text) <= _LONGEST_NUMBER else -1.0
    if not 0 <= number < 1e9:
        raise ValueError
    return number


urlpatterns = [path("runs", runs, name="runs")]
