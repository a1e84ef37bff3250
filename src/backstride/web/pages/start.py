"""The first page: what to do now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from backstride.web.here import here

__all__ = ["urlpatterns"]


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What one can do here, with what was begun first."""
    at = here(request)
    person = at.person()
    interviews = at.store.interviews(person) if person else ()
    last = interviews[-1] if interviews else None
    runs = at.store.count(person)[0] if person else 0
    return render(request, "start.html", {"last": last, "runs": runs, "person": person})


urlpatterns = [path("", start, name="start")]
