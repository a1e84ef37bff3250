"""The diary: how it hurts today, in ten seconds with one thumb, and what was told of the last two weeks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Lock
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from backstride.diary_log import needs_check, offers, replaced_by, take, take_back, tell, tell_words
from backstride.errors import BackstrideError
from backstride.model.diary import EARLIEST_DAY, DiaryDay, DiaryEntry, diary_days, entries_that_count
from backstride.reports.diary import WORTH_A_CHECK, told_in_words
from backstride.store.store import StoredRunner
from backstride.web.diary_form import MORE, SCORES, Sent, form_of, parts_of_body
from backstride.web.here import Here, here
from backstride.web.units import unit_of

__all__ = ["urlpatterns"]

_DAYS = 14
_JUST_NOW = timedelta(minutes=10)
_OFFERS_SHOWN = 5
_OFFERS_ON_A_PAGE = 50
_one_at_a_time = Lock()
"""Two clicks at once take an offer, or something back, once."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A telling as the page shows it.

    Attributes
    ----------
    moment : str
        By which it is taken back.
    day : date
    words, replaced : str
        What was told, and what of that day it takes the place of.
    check : bool
        Whether it is a reason to answer the safety questions.
    just_now : bool
    """

    moment: str
    day: date
    words: str
    replaced: str
    check: bool
    just_now: bool


@require_http_methods(["GET", "HEAD", "POST"])
def diary(request: HttpRequest) -> HttpResponse:
    """Show the diary; keep what is told of a day."""
    at = here(request)
    day = _day(request.POST.get("day") or request.GET.get("day", ""), at.today)
    if request.method == "POST":
        sent = Sent(request.POST, unit_of(request), at.knowledge.regions)
        if not sent.wrong:
            _keep(at, day, sent.fields)
            return _back_to(day, at.today)
        return _page(request, at, day, sent, status=400)
    return _page(request, at, day)


@require_POST
def words(request: HttpRequest) -> HttpResponse:
    """Keep what is told in words, as ``backstride log`` does."""
    at = here(request)
    said = request.POST.get("words", "").strip()
    if not said:
        return _back_to(at.today, at.today)
    person = at.person_or_new()
    try:
        entry = tell_words(at.store, person, said, at.knowledge, at.now)
    except BackstrideError as error:
        wrong = f"{error.message} {error.remedy}".strip()
        return _page(request, at, at.today, said=said, wrong=wrong[:1].upper() + wrong[1:], status=400)
    finally:
        at.store.forget_if_new(person)
    return _back_to(entry.day, at.today)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what was told last, once: sent again, or from an older page, nothing more is taken back."""
    at = here(request)
    person = at.person()
    try:
        moment = datetime.fromisoformat(request.POST.get("moment", ""))
    except ValueError:
        raise Http404 from None
    with _one_at_a_time:
        if person is not None and moment.tzinfo is not None and entries_that_count(at.store.diary(person)):
            take_back(at.store, person, at.now, told_at=moment)
    return HttpResponseRedirect("/diary", status=303)


@require_http_methods(["GET", "HEAD"])
def offered(request: HttpRequest) -> HttpResponse:
    """Everything that came with runs and the diary doesn't tell."""
    at = here(request)
    person = at.person()
    found = offers(at.store, person, at.now) if person else ()
    page = {
        "offers": _offers_in_words(at, found[-_OFFERS_ON_A_PAGE:]),
        "count": len(found),
        "more": max(0, len(found) - _OFFERS_ON_A_PAGE),
    }
    return render(request, "diary_offers.html", page)


@require_POST
def take_offer(request: HttpRequest) -> HttpResponse:
    """Tell the diary what came with a run, or with all of them; what is told already is left."""
    at = here(request)
    person = at.person()
    key = request.POST.get("key", "")
    with _one_at_a_time:
        if person is not None and (keys := {offer.key for offer in offers(at.store, person, at.now)}) and (key == "all" or key in keys):
            take(at.store, person, key, at.now)
    return HttpResponseRedirect("/diary", status=303)


def _keep(at: Here, day: date, fields: Mapping[str, Any]) -> None:
    """Tell what is new of a day: sent twice, it is told once."""
    person = at.person()
    known = _told_of(at, person, day)
    new = {name: value for name, value in fields.items() if known.get(name) != (tuple(value) if isinstance(value, list) else value)}
    if new:
        tell(at.store, person or at.person_or_new(), day, new, at.now)


def _told_of(at: Here, person: StoredRunner | None, day: date) -> dict[str, Any]:
    days = diary_days(at.store.diary(person)) if person else ()
    return next((one.told() for one in days if one.day == day), {})


def _page(
    request: HttpRequest, at: Here, day: date, sent: Sent | None = None, *, said: str = "", wrong: str = "", status: int = 200
) -> HttpResponse:
    person = at.person()
    entries = at.store.diary(person) if person else ()
    days = {one.day: one for one in diary_days(entries)}
    first = at.today - timedelta(days=_DAYS - 1)
    runs: dict[date, list[Any]] = {}
    for stored in at.store.runs(person, sport="running", since=min(first, day)) if person else ():
        runs.setdefault(stored.run.local_day, []).append(stored)
    unit = unit_of(request)
    form = form_of(days.get(day, DiaryDay(day)), unit, at.knowledge.regions, sent)
    found = offers(at.store, person, at.now, first) if person else ()
    recent = [region for one in reversed(list(days.values())) for region in one.regions or ()]
    page = {
        "day": day,
        "today": at.today,
        "yesterday": at.today - timedelta(days=1),
        "earliest": EARLIEST_DAY,
        "runs_of_day": runs.get(day, ()),
        "unit": unit,
        "form": form,
        "scores": [form[name] for name in SCORES],
        "more": [form[name] for name in MORE],
        "parts": parts_of_body(at.knowledge.regions, form["regions"].value, recent),
        "more_open": any(form[name].value for name in (*MORE, "spreading")),
        "wrong": list(sent.wrong.values()) if sent else [],
        "last": _last(at, person, entries) if person else None,
        "days": [_line(at, one, days, runs) for one in (at.today - timedelta(days=back) for back in range(_DAYS))],
        "offers": _offers_in_words(at, found)[:_OFFERS_SHOWN],
        "worth_a_check": WORTH_A_CHECK,
        "check_at": "/questions" if _is_asking(at, person) else "/questions/anew",
        "said": said,
        "said_wrong": wrong,
    }
    return render(request, "diary.html", page, status=status)


def _is_asking(at: Here, person: StoredRunner | None) -> bool:
    """Whether an interview is under way, or none was ever."""
    some = at.store.interviews(person) if person else ()
    return not (some and some[-1].finished)


def _line(at: Here, day: date, days: Mapping[date, DiaryDay], runs: Mapping[date, list[Any]]) -> dict[str, Any]:
    told = told_in_words(days[day].told(), _names(at)) if day in days else ""
    return {"day": day, "words": told, "runs": runs.get(day, ())}


def _last(at: Here, person: StoredRunner, entries: tuple[DiaryEntry, ...]) -> list[_Told]:
    """What was told last, all of that moment."""
    counted = entries_that_count(entries)
    some = [entry for entry in counted if entry.told_at == counted[-1].told_at]
    names = _names(at)
    return [
        _Told(
            entry.told_at.astimezone(UTC).isoformat(),
            entry.day,
            told_in_words(entry.fields, names) or gettext("taken away from what was told"),
            told_in_words(replaced_by(at.store, person, entry), names),
            needs_check(entry, at.knowledge),
            at.now - entry.told_at < _JUST_NOW,
        )
        for entry in some
    ]


def _offers_in_words(at: Here, found: tuple[Any, ...]) -> list[dict[str, Any]]:
    names = _names(at)
    return [
        {
            "key": offer.key,
            "day": offer.day,
            "words": told_in_words({name: value for name, value in offer.fields.items() if name != "run_key"}, names),
        }
        for offer in reversed(found)
    ]


def _names(at: Here) -> dict[str, str]:
    return {region.id: region.name for region in at.knowledge.regions.values()}


def _day(text: str, today: date) -> date:
    """The day that is told about; today where none is named."""
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        raise Http404 from None
    if not EARLIEST_DAY <= day <= today:
        raise Http404
    return day


def _back_to(day: date, today: date) -> HttpResponse:
    return HttpResponseRedirect("/diary" if day == today else f"/diary?day={day.isoformat()}", status=303)


urlpatterns = [
    path("diary", diary, name="diary"),
    path("diary/words", words, name="diary_words"),
    path("diary/undo", undo, name="diary_undo"),
    path("diary/offers", offered, name="diary_offers"),
    path("diary/take", take_offer, name="diary_take"),
]
