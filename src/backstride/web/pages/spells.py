"""Spells of pain, as the diary tells of them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from backstride.model.diary import diary_days
from backstride.own_data import spells
from backstride.web.here import here

__all__ = ["urlpatterns"]


@require_safe
def diary_spells(request: HttpRequest) -> HttpResponse:
    """When each spell began and ended, and how sure that is; the latest first."""
    at = here(request)
    person = at.person()
    found = spells(diary_days(at.store.diary(person)), at.knowledge, at.today) if person else ()
    return render(request, "spells.html", {"spells": found[::-1]})


urlpatterns = [path("diary/spells", diary_spells, name="spells")]
