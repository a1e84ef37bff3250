"""The working: every number behind an answer, in tables."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from backstride.names import reference_lines
from backstride.reports.working import sources_named, working
from backstride.web.answered import Stage, answered
from backstride.web.here import here
from backstride.web.worked_out import wait

__all__ = ["urlpatterns"]

_OPEN = ("rules", "ranking", "contributors")
"""What is seen at once; the other tables open when they are wanted."""


@require_safe
def show_working(request: HttpRequest) -> HttpResponse:
    """Probabilities with intervals, weights, rules, measures, and the sources of all of them."""
    at = here(request)
    known = answered(at)
    if known.stage is Stage.WAIT:
        return wait(request)
    if known.stage is not Stage.TOLD:
        return HttpResponseRedirect("/answer")
    assert known.assessment is not None and known.names is not None
    tables = working(known.assessment, known.names)
    shown = {
        "open": [table for table in tables if table.id in _OPEN],
        "causes": [table for table in tables if table.condition],
        "others": [table for table in tables if not table.condition and table.id not in _OPEN],
        "sources": reference_lines(sources_named(known.assessment), at.knowledge),
        "version": known.assessment.knowledge_version,
        "reviewed": known.assessment.reviewed,
    }
    return render(request, "working.html", shown)


urlpatterns = [path("answer/working", show_working, name="answer_working")]
