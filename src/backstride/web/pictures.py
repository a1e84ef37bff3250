"""Charts on pages: as still pictures first, with their numbers; scripts, where they run, make them answer to a finger."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from backstride.reports.charts import Chart, Table, javascript, tables, to_svg
from backstride.web.worked_out import worked_out

__all__ = ["drawn", "pictures", "scripts", "spec"]

_WIDTHS = (360, 640)
"""Of a phone, and of all else."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One chart on a page: where its drawing and its spec are, what it says, and its numbers."""

    path: str
    chart: Chart
    tables: tuple[Table, ...]


def pictures(request: HttpRequest, charts: tuple[Chart, ...], title: str, query: str, back: str) -> HttpResponse:
    """The page of some charts, whose pictures lie below its own address.

    Parameters
    ----------
    query : str
        With its "?", as all addresses of the page have it; may be empty.
    back : str
        Address of the page that they belong to.
    """
    # The scripts take seconds to be put together: most of that is over when the page asks for them.
    worked_out("javascript", javascript, 0)
    shown = [Picture(f"{request.path}/{n}", chart, tables(chart)) for n, chart in enumerate(charts)]
    return render(request, "pictures.html", {"shown": shown, "title": title, "query": query, "back": back, "scripts": scripts()})


@cache
def scripts() -> str:
    """Where the scripts that draw are: another address for another version, so that a browser may keep them."""
    return f"/charts.js?v={version('vl-convert-python')}"


def drawn(charts: tuple[Chart, ...], key: Hashable, number: int, width: int) -> HttpResponse:
    """One of some charts as SVG; `key` stands for all of them."""
    if number >= len(charts) or width not in _WIDTHS:
        raise Http404
    return HttpResponse(worked_out((key, number, width), lambda: to_svg(charts[number], width), None), content_type="image/svg+xml")


def spec(charts: tuple[Chart, ...], number: int) -> HttpResponse:
    """One of some charts as Vega-Lite."""
    if number >= len(charts):
        raise Http404
    return JsonResponse(charts[number].spec)
