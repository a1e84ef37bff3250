"""The first page: what to do now, and what was begun first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from backstride.diary_log import day_here
from backstride.interview_kept import is_to_go_on_with
from backstride.model.assessment import Level
from backstride.model.interview import KeptInterview
from backstride.model.trial import Trial
from backstride.store.store import StoredRunner
from backstride.trial import running
from backstride.web.answered import alarm_of, past_of
from backstride.web.here import Here, here

__all__ = ["urlpatterns"]


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What one can do here, with what was begun first."""
    at = here(request)
    person = at.person()
    interviews = at.store.interviews(person) if person else ()
    last = interviews[-1] if interviews else None
    shown = {**_stood(at, last), **(_begun(at, person) if person else {"runs": 0})}
    return render(request, "start.html", shown)


def _stood(at: Here, last: KeptInterview | None) -> dict[str, Any]:
    """How far the questions have come; of an answer what it said to do, as it was told."""
    if last is None or not is_to_go_on_with(last, at.knowledge, at.now):
        return {"stage": "nothing", "again": last is not None and bool(last.interview.seen)}
    when = last.updated_at.astimezone(at.now.tzinfo)
    moment = {"day": when.date(), "clock": f"{when:%H:%M}"}
    if not last.finished:
        return {"stage": "unfinished", **moment, "alarm": alarm_of(at, last)}
    past = past_of(last)
    return {"stage": "told", **moment, "past": past, "urgent": past is not None and past.level is Level.EMERGENCY}


def _begun(at: Here, person: StoredRunner) -> dict[str, Any]:
    """What else was begun: runs, a diary, a change that is tried."""
    days = {entry.day for entry in at.store.diary(person)}
    return {
        "runs": at.store.count(person)[0],
        "diary": bool(days),
        "told_today": day_here(person, at.now) in days,
        "trial": running(_trials(at, person), at.today),
    }


def _trials(at: Here, person: StoredRunner) -> Iterator[Trial]:
    for state in at.store.trials(person):
        try:
            yield Trial.from_plain(state)
        except (AttributeError, KeyError, TypeError, ValueError):  # brought in by an import, and none
            continue


urlpatterns = [path("", start, name="start")]
