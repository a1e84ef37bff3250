"""Pairs of shoes over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from backstride.reports.charts.chart import INK, TONES, Band, Chart, Event, Frame, Sketch, number, short
from backstride.reports.charts.days import as_text

__all__ = ["Pair", "shoes"]

_ROW, _BAR, _MOST = 40, 10, 14
_ROOM = 0.75
"""A bar that ends before this share of the width has room for its km beside it; the others have them above their end."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of shoes: the days of its first and last run, km on it (None: not known), and whether it is put away."""

    name: str
    first: date
    last: date
    km: float | None
    retired: bool = False


def shoes(
    pairs: Sequence[Pair],
    *,
    first: date | None = None,
    last: date | None = None,
    episodes: Sequence[Band] = (),
    events: Sequence[Event] = (),
    title: str = "Your shoes",
) -> Chart:
    """A bar for each pair from its first to its last run, the newest below, with the km on it at its end.

    Parameters
    ----------
    pairs : sequence of Pair
        In any order; the 14 that were worn last are shown.
    first, last : date, optional
        Of the days to show, both included; those of the pairs where not given. Pairs that weren't worn then are left out.
    episodes : sequence of Band
    events : sequence of Event
    title : str
    """
    worn = [p for p in pairs if (last is None or p.first <= last) and (first is None or p.last >= first)]
    shown = sorted(sorted(worn, key=lambda p: (p.last, p.first))[-_MOST:], key=lambda p: (p.first, p.last, p.name))
    alt_text = _in_words(shown, len(worn))
    if not shown:
        sketch = Sketch()
        sketch.nothing("No pair is known")
        return sketch.finished(title=title, alt_text=alt_text, height=24)
    begin = first or shown[0].first
    frame = Frame(begin, max(begin, last or max(p.last for p in shown)), tuple(episodes), tuple(events))
    sketch, height = _draw(frame, shown)
    return sketch.finished(title=title, alt_text=alt_text, height=height)


def _draw(frame: Frame, pairs: Sequence[Pair]) -> tuple[Sketch, int]:
    import altair as alt

    sketch, top = Sketch(), frame.top
    height = top + len(pairs) * _ROW + 2
    days = (frame.last - frame.first).days + 1
    rows: dict[str, list[dict[str, Any]]] = {"pairs": [], "km_beside": [], "km_above": []}
    for row, pair in enumerate(pairs):
        begin, end = max(pair.first, frame.first), min(pair.last, frame.last) + timedelta(days=1)
        y, y_above = top + row * _ROW + 28, top + row * _ROW + 12
        name = short(pair.name) + (", put away" if pair.retired else "")
        km = f"{number(pair.km)} km" if pair.km is not None else "km not known"
        rows["pairs"].append(
            {
                "name": name,
                "begin": as_text(begin),
                "end": as_text(end),
                "retired": pair.retired,
                "km": km,
                "y_bar": y - _BAR // 2,
                "y_end": y + _BAR // 2,
                "y_name": y_above,
            },
        )
        beside = (end - frame.first).days / days <= _ROOM
        rows["km_beside" if beside else "km_above"].append({"end": as_text(end), "km": km, "y": y if beside else y_above})
    frame.draw(sketch, height, {})
    y_of = {field: alt.Y(f"{field}:Q", scale=None, axis=None) for field in ("y", "y_bar", "y_name")}
    tone = alt.condition("datum.retired", alt.value(TONES["past"]), alt.value(TONES["run"]))
    drawn = sketch.rows("pairs", rows["pairs"])
    sketch.add(
        # A stroke, so that two days in many years are still to be seen.
        drawn.mark_rect(strokeWidth=1).encode(
            x=frame.axis("begin"), x2=alt.X2("end"), y=y_of["y_bar"], y2=alt.Y2("y_end"), color=tone, stroke=tone
        ),
        drawn.mark_text(align="left", color=INK, limit=240).encode(x=alt.value(0), y=y_of["y_name"], text="name:N"),
    )
    for name, side, gap in (("km_beside", "left", 6), ("km_above", "right", 0)):
        mark = sketch.rows(name, rows[name]).mark_text(align=side, dx=gap, color=INK, limit=90)  # type: ignore[arg-type]
        sketch.add(mark.encode(x=frame.axis("end"), y=y_of["y"], text="km:N"))
    return sketch, height


def _in_words(pairs: Sequence[Pair], worn: int) -> str:
    """What was found, in one or two sentences."""
    if not pairs:
        return "No pair of shoes is known in this time."

    def on(pair: Pair) -> str:
        return f"{number(pair.km)} km on it" if pair.km is not None else "an unknown distance on it"

    last = max(pairs, key=lambda p: (p.last, p.first))
    most = max(pairs, key=lambda p: p.km or 0.0)
    words = f"{worn} {'pair' if worn == 1 else 'pairs'}; {short(last.name)}, worn last, has {on(last)}"
    words += f", and {short(most.name)} the most, {number(most.km)} km" if most is not last and most.km is not None else ""
    return f"{words}."
