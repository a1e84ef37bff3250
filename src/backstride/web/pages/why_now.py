"""Why now: what was unusual before a pain began."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from backstride.model.why_now import Verdict
from backstride.reports.charts import Chart
from backstride.reports.sections import day_in_words
from backstride.reports.why_now import why_now_sections
from backstride.web.here import Here, here
from backstride.web.looking_back import first_of_all, look, look_charts, mark_of
from backstride.web.pictures import drawn, pictures, scripts, spec
from backstride.web.told_sections import told_sections
from backstride.web.worked_out import wait

__all__ = ["urlpatterns"]

_LATEST_SPELLS = 5


@require_safe
def why_now(request: HttpRequest) -> HttpResponse:
    """Look back from the day that was told, or from the diary's last spell."""
    at = here(request)
    told, wrong = _day(request, at)
    known = look(at, told)
    if known is None:
        return wait(request)
    working = request.GET.get("working") == "1"
    shown: dict[str, object] = {
        "onset": None if wrong else known.onset,
        "typed": request.GET.get("onset", "") if wrong else "",
        "wrong": wrong,
        "spells": [one.begin for one in reversed(known.episodes)][:_LATEST_SPELLS],
        "working": working,
        "today": at.today,
        "first": told_sections(first_of_all(at)),
        "scripts": scripts(),
    }
    if not wrong and known.found is not None and known.words is not None:
        shown["sections"] = told_sections(why_now_sections(known.found, known.words, working=working))
        shown["runs"] = known.found.runs
        shown["too_little"] = known.found.verdict is Verdict.TOO_LITTLE
    return render(request, "why_now.html", shown, status=400 if wrong else 200)


def _day(request: HttpRequest, at: Here) -> tuple[date | None, str]:
    """The day that is told, None where none is; and what is wrong with it."""
    text = request.GET.get("onset", "").strip()
    if not text:
        return None, ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None, gettext("Write the day as 2026-10-04.")
    return (None, gettext("That day is still to come.")) if day > at.today else (day, "")


def _charts(request: HttpRequest, patience_s: float | None) -> tuple[date, Hashable, tuple[Chart, ...] | None]:
    at = here(request)
    told, wrong = _day(request, at)
    if told is None or wrong:
        raise Http404
    return told, ("why now", told, mark_of(at)), look_charts(at, told, patience_s)


@require_safe
def charts(request: HttpRequest) -> HttpResponse:
    """The time around the day, what was unusual, and the pairs worn."""
    told, _, made = _charts(request, 0.0)
    if made is None:
        return wait(request)
    query = f"?onset={told}"
    return pictures(request, made, gettext("Before %(day)s, in pictures") % {"day": day_in_words(told)}, query, f"/why-now{query}")


@require_safe
def chart(request: HttpRequest, number: int, width: int) -> HttpResponse:
    """One of them as a picture."""
    _, key, made = _charts(request, None)
    return drawn(made or (), key, number, width)


@require_safe
def chart_spec(request: HttpRequest, number: int) -> HttpResponse:
    """One of them for the scripts that draw."""
    return spec(_charts(request, None)[2] or (), number)


urlpatterns = [
    path("why-now", why_now, name="why-now"),
    path("why-now/charts", charts, name="why-now-charts"),
    path("why-now/charts/<int:number>-<int:width>.svg", chart, name="why-now-chart"),
    path("why-now/charts/<int:number>.json", chart_spec, name="why-now-chart-spec"),
]
