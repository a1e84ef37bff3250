"""Patterns: what goes with the pain from day to day."""

from __future__ import annotations

from collections.abc import Hashable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from backstride.reports.charts import Chart
from backstride.reports.pattern import pattern_sections
from backstride.web.here import here
from backstride.web.looking_back import first_of_all, mark_of, pattern, pattern_charts_of
from backstride.web.pictures import drawn, pictures, scripts, spec
from backstride.web.told_sections import told_sections
from backstride.web.worked_out import wait

__all__ = ["urlpatterns"]


@require_safe
def patterns(request: HttpRequest) -> HttpResponse:
    """What goes with the pain on the mornings after."""
    at = here(request)
    known = pattern(at)
    if known is None:
        return wait(request)
    working = request.GET.get("working") == "1"
    shown = {
        "sections": told_sections(pattern_sections(known.found, known.words, working=working)),
        "first": told_sections(first_of_all(at)),
        "working": working,
        "weighed": bool(known.found.associations),
        "reported": bool(known.found.reported),
        "scripts": scripts(),
    }
    return render(request, "patterns.html", shown)


def _charts(request: HttpRequest, patience_s: float | None) -> tuple[Hashable, tuple[Chart, ...] | None]:
    at = here(request)
    return ("patterns", mark_of(at)), pattern_charts_of(at, patience_s)


@require_safe
def charts(request: HttpRequest) -> HttpResponse:
    """Every thing that was weighed, with its range."""
    _, made = _charts(request, 0.0)
    if made is None:
        return wait(request)
    return pictures(request, made, gettext("What goes with your pain, in a picture"), "", "/patterns")


@require_safe
def chart(request: HttpRequest, number: int, width: int) -> HttpResponse:
    """It as a picture."""
    key, made = _charts(request, None)
    return drawn(made or (), key, number, width)


@require_safe
def chart_spec(request: HttpRequest, number: int) -> HttpResponse:
    """It for the scripts that draw."""
    return spec(_charts(request, None)[1] or (), number)


urlpatterns = [
    path("patterns", patterns, name="patterns"),
    path("patterns/charts", charts, name="patterns-charts"),
    path("patterns/charts/<int:number>-<int:width>.svg", chart, name="patterns-chart"),
    path("patterns/charts/<int:number>.json", chart_spec, name="patterns-chart-spec"),
]
