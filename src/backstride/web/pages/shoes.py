"""Shoes: every pair with its distance, and what the runner tells of one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from backstride.errors import BackstrideError
from backstride.pairs import pairs, tell_pair, use_again
from backstride.web.here import here
from backstride.web.units import metres_from, unit_of

__all__ = ["urlpatterns"]

_FIELDS = ("name", "first_used", "start", "retired", "brand", "model")
_MOST_KM = 20_000


@require_http_methods(["GET", "HEAD", "POST"])
def shoes(request: HttpRequest) -> HttpResponse:
    """List the pairs; keep what is told of one."""
    at = here(request)
    unit = unit_of(request)
    sent: dict[str, str] = {}
    wrong = ""
    if request.method == "POST":
        sent = {name: request.POST.get(name, "").strip() for name in _FIELDS}
        try:
            told = _told(sent, unit)
            person = at.person_or_new()
            try:
                tell_pair(at.store, person, sent["name"], told, at.today)
            finally:
                at.store.forget_if_new(person)
        except BackstrideError as error:
            wrong = f"{error.message} {error.remedy}".strip()
        else:
            return HttpResponseRedirect("/shoes", status=303)
    known = at.person()
    found = pairs(at.store, known) if known else ()
    page: dict[str, Any] = {
        "in_use": [pair for pair in found if pair.shoe.retired is None],
        "retired": [pair for pair in found if pair.shoe.retired is not None],
        "unit": unit,
        "today": at.today,
        "sent": sent,
        "wrong": wrong[:1].upper() + wrong[1:],
    }
    return render(request, "shoes.html", page, status=400 if wrong else 200)


@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """A pair is run in again."""
    at = here(request)
    person = at.person()
    if person is not None:
        use_again(at.store, person, request.POST.get("name", ""))
    return HttpResponseRedirect("/shoes", status=303)


def _told(sent: dict[str, str], unit: str) -> dict[str, Any]:
    return {
        "first_used": _day(sent["first_used"]),
        "start_km": _km(sent["start"], unit),
        "retired": _day(sent["retired"]),
        "brand": sent["brand"],
        "model": sent["model"],
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BackstrideError(gettext("That is no day."), remedy=gettext("Choose one.")) from None


def _km(text: str, unit: str) -> float | None:
    if not text:
        return None
    try:
        km = metres_from(float(text.replace(",", ".")), unit) / 1000
    except ValueError:
        km = -1.0
    if not 0 <= km <= _MOST_KM:
        raise BackstrideError(gettext("The distance before is no number that can be."), remedy=gettext("Write one, as 120."))
    return km


urlpatterns = [path("shoes", shoes, name="shoes"), path("shoes/again", again, name="shoes_again")]
