"""The numbers of a chart as tables, for those who can't see it or want to read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from backstride.reports.charts.chart import Chart
from backstride.reports.sections import day_in_words

__all__ = ["Table", "tables"]

_POINTS = {"pain": "pain_heading", "runs": "runs_heading", "values": "heading"}
"""Rows of which each says when it is and what was then, and the rows that head them."""


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers under their heads; a caption says what they are."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(chart: Chart) -> tuple[Table, ...]:
    """What a chart shows, as tables; empty for one that shows nothing."""
    return tuple(_tables(chart.spec["datasets"]))


def _tables(data: dict[str, list[dict[str, Any]]]) -> Iterator[Table]:
    for name, heading in _POINTS.items():
        if data.get(name):
            yield Table(data[heading][0]["words"], ("When", "How much"), tuple(_said(row["said"]) for row in data[name]))
    if data.get("pairs"):
        pairs = tuple((row["name"], _day(row["begin"]), _before(row["end"]), row["km"]) for row in data["pairs"])
        yield Table("Pairs of shoes", ("Pair", "From", "To", "On it"), pairs)
    if data.get("effects"):
        effects = tuple((" ".join(row["words"]), row["found"], "yes" if row["reported"] else "may be chance") for row in data["effects"])
        yield Table("By how many points of 10 pain differs", ("When", "Points and their range", "Clear"), effects)
    if data.get("events"):
        yield Table("What happened", ("When", "What"), tuple(_said(row["said"]) for row in data["events"]))
    if data.get("bands"):
        spans = tuple((row["words"], _day(row["begin"]), _before(row["end"])) for row in data["bands"])
        yield Table("Spans of days", ("What", "From", "To"), spans)


def _said(text: str) -> tuple[str, str]:
    """When, and what was then."""
    when, _, what = text.partition(": ")
    return _when(when), what


def _when(text: str) -> str:
    """As in "week of 9 March 2026" out of "week of 2026-03-09"; a month out of "2026-03"."""
    before, _, day = text.rpartition(" ")
    if day.count("-") == 1:
        return f"{date.fromisoformat(f'{day}-01'):%B %Y}"
    return f"{before} {_day(day)}".strip()


def _day(text: str) -> str:
    return day_in_words(date.fromisoformat(text))


def _before(text: str) -> str:
    """The last day of a span by the day after it."""
    return day_in_words(date.fromisoformat(text) - timedelta(days=1))
