"""The answer: first what to do, then what fits, then why now; with the card to keep, and a race to come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from backstride.country_of_zone import country_of_zone, zone_here
from backstride.model.assessment import Level
from backstride.names import names_of_past
from backstride.reports.as_case import as_case
from backstride.reports.changes import changes_section, past_section
from backstride.reports.conversation import conversation
from backstride.reports.sections import Part, Section
from backstride.reports.watch_card import watch_card
from backstride.since import since
from backstride.web.answered import Answered, Stage, answered, earlier
from backstride.web.here import Here, here
from backstride.web.looking_back import first_of_all
from backstride.web.told_sections import Block, told_sections
from backstride.web.worked_out import wait

__all__ = ["country_here", "urlpatterns"]

_COUNTRY, _RACES = "country", "races"
_OTHER = "other"
_LATEST_RACE = timedelta(days=730)
_ON_A_PAGE = 10


@dataclass(frozen=True, slots=True)
class _Told:
    """A section with its lines put together."""

    part: Part
    title: str
    blocks: tuple[Block, ...]


@require_safe
def answer(request: HttpRequest) -> HttpResponse:
    """What to do, and what fits; or why there is no answer yet."""
    at = here(request)
    return _page(request, at, answered(at))


def _page(request: HttpRequest, at: Here, known: Answered, status: int = 200, **more: str) -> HttpResponse:
    if known.stage is Stage.WAIT:
        return wait(request)
    if known.stage in (Stage.NOTHING, Stage.UNFINISHED, Stage.OLD):
        return render(request, "answer_none.html", _without(at, known), status=status)
    if known.urgent:
        return render(request, "answer_emergency.html", _emergency(request, at, known), status=status)
    assert known.assessment is not None and known.names is not None and known.past is not None
    race_day = _race_day(request, at)
    sections = conversation(known.assessment, known.names, country=country_here(request, at), race_day=race_day, today=at.today)
    if known.before is not None:
        changes = changes_section(since(known.before, known.past, at.knowledge), known.names)
        sections = (*sections[:-1], changes, sections[-1])
    telephone = known.names.telephones.get(country_here(request, at))
    loud = known.assessment.triage.level is Level.URGENT_SAME_DAY
    shown = {
        "sections": _told(sections),
        "parts": {section.part for section in sections},
        **_moment(known.past.at, at),
        "race_day": race_day,
        "latest_race": at.today + _LATEST_RACE,
        "loud": loud,
        "call": telephone.urgent_care if telephone and loud else "",
        "out_of_scope": bool(known.assessment.out_of_scope),
        **_countries(request, at),
        **more,
    }
    return render(request, "answer.html", shown, status=status)


def _without(at: Here, known: Answered) -> dict[str, Any]:
    """Why there is no answer of today, with that of another day where there is one."""
    past = known.past if known.stage is Stage.OLD else None
    return {
        "stage": known.stage.name.lower(),
        "past": _told((past_section(past),))[0] if past else None,
        "loud": past is not None and past.level is Level.EMERGENCY,
        "earlier": bool(known.kept) and bool(earlier(at)),
        "hours": at.knowledge.limits["emergency_answer_hours"].value,
    }


def _emergency(request: HttpRequest, at: Here, known: Answered) -> dict[str, Any]:
    assert known.assessment is not None and known.names is not None
    country = country_here(request, at)
    sections = conversation(known.assessment, known.names, country=country, race_day=None, today=at.today)
    telephone = known.names.telephones.get(country) or known.names.telephones.get(_OTHER)
    return {
        "sections": _told(sections),
        "numbers": telephone.emergency if telephone else (),
        "to_confirm": known.to_confirm,
        **_countries(request, at),
    }


def _moment(moment: datetime, at: Here) -> dict[str, Any]:
    """A moment by the runner's clock, as a page shows it."""
    local = moment.astimezone(at.now.tzinfo)
    return {"day": local.date(), "clock": f"{local:%H:%M}"}


def _told(sections: tuple[Section, ...]) -> list[_Told]:
    shown = told_sections(sections)
    return [_Told(section.part, one.title, one.blocks) for section, one in zip(sections, shown, strict=True)]


# -- what only an answer has


def _with_answer(view: Callable[[HttpRequest, Here, Answered], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A page that needs an answer; without one the answer's own page says why there is none."""

    @wraps(view)
    def look(request: HttpRequest) -> HttpResponse:
        at = here(request)
        known = answered(at)
        if known.stage is Stage.WAIT:
            return wait(request)
        if known.stage is not Stage.TOLD:
            return HttpResponseRedirect("/answer")
        return view(request, at, known)

    return look


@require_safe
@_with_answer
def card(request: HttpRequest, at: Here, known: Answered) -> HttpResponse:
    """What to watch for, on one page to print."""
    assert known.assessment is not None and known.names is not None
    section = watch_card(known.assessment, known.names, country=country_here(request, at), today=at.today)
    if section is None:
        return HttpResponseRedirect("/answer")
    return render(request, "answer_card.html", {"card": _told((section,))[0], "made": at.today, **_countries(request, at)})


@require_safe
@_with_answer
def case(request: HttpRequest, at: Here, known: Answered) -> HttpResponse:
    """The answers as a case file, to take along."""
    assert known.record is not None
    headers = {"Content-Disposition": 'attachment; filename="my-back.yaml"'}
    return HttpResponse(as_case(known.record), content_type="application/yaml; charset=utf-8", headers=headers)


@require_safe
def answers_of_earlier(request: HttpRequest) -> HttpResponse:
    """Every answer as it was told, and what changed from one to the next."""
    at = here(request)
    found = earlier(at)
    shown: list[dict[str, Any]] = []
    for one in found[:_ON_A_PAGE]:
        names = names_of_past(one.past, at.knowledge)
        sections = [past_section(one.past)]
        if one.before is not None:
            sections.append(changes_section(since(one.before, one.past, at.knowledge), names))
        shown.append({**_moment(one.past.at, at), "sections": _told(tuple(sections))})
    first = told_sections(first_of_all(at))
    return render(request, "answer_earlier.html", {"answers": shown, "more": len(found) - len(shown), "first": first})


# -- what the runner tells beside the interview


@require_POST
def race(request: HttpRequest) -> HttpResponse:
    """Take the day of a race, or take it away."""
    at = here(request)
    wrong = ""
    races = dict(request.session.get(_RACES, {}))
    typed = str(request.POST.get("day", "")).strip()
    if request.POST.get("none") or not typed:
        races.pop(at.name, None)
    else:
        try:
            day = date.fromisoformat(typed)
        except ValueError:
            wrong = gettext("That is no day. Write it as 2026-10-04.")
        else:
            races[at.name] = day.isoformat()
            if not at.today <= day <= at.today + _LATEST_RACE:
                wrong = gettext("Choose a day from today on, within two years.")
    if wrong:
        known = answered(at)
        # What is still being worked out, or is no answer, has nothing to say of a race.
        return _page(request, at, known, 400, race_wrong=wrong) if known.stage is Stage.TOLD else _to_answer()
    request.session[_RACES] = races
    return _to_answer("#race")


@require_POST
def country(request: HttpRequest) -> HttpResponse:
    """Take the country whose numbers are to be told."""
    at = here(request)
    chosen = str(request.POST.get("country", ""))
    if chosen not in at.knowledge.emergency_numbers:
        chosen = _OTHER
    request.session[_COUNTRY] = chosen
    return _to_answer("/card" if request.POST.get("then") == "card" else "")


def _to_answer(part: str = "") -> HttpResponse:
    """After something was told: loading the page that comes sends nothing again."""
    response = HttpResponseRedirect(f"/answer{part}")
    response.status_code = 303
    return response


def _race_day(request: HttpRequest, at: Here) -> date | None:
    told = request.session.get(_RACES, {})
    try:
        day = date.fromisoformat(str(told.get(at.name, "")))
    except (ValueError, AttributeError):
        return None
    return day if day >= at.today else None


def country_here(request: HttpRequest, at: Here) -> str:
    """The country that the runner chose, else that of their zone; empty where neither is known."""
    chosen = str(request.session.get(_COUNTRY, ""))
    person = at.person()
    zones = (zone_here(), person.zone if person else "")
    return chosen or next(filter(None, map(country_of_zone, zones)), "")


def _countries(request: HttpRequest, at: Here) -> dict[str, Any]:
    known = at.knowledge.emergency_numbers
    now = country_here(request, at)
    listed = sorted(((code, entry.country) for code, entry in known.items() if code != _OTHER), key=lambda one: one[1])
    return {"countries": listed, "country": now if now in known else _OTHER}


urlpatterns = [
    path("answer", answer, name="answer"),
    path("answer/card", card, name="answer_card"),
    path("answer/my-back.yaml", case, name="answer_case"),
    path("answer/earlier", answers_of_earlier, name="answer_earlier"),
    path("answer/race", race, name="answer_race"),
    path("answer/country", country, name="answer_country"),
]
