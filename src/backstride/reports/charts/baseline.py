"""One thing over time against what is usual for this runner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backstride.reports.charts.chart import STRIP, TONES, Band, Chart, Event, Frame, Sketch, number, short
from backstride.reports.charts.days import Days, Step, as_days, as_text, middle, spans, step_of
from backstride.reports.sections import day_in_words

__all__ = ["Usual", "baseline"]

_HEADING, _PANEL, _GAP = 26, 150, 16
_DEVICE_TONES = ("#1f4e79", "#d98a2b", "#6b4c9a", "#4d9e8f")
_DEVICE_SHAPES = ("circle", "triangle-up", "square", "diamond")
_OTHER = "others"
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Usual:
    """The range that is usual for this runner, both ends included, and its middle where it is known. ``device`` empty: whichever."""

    low: float
    high: float
    middle: float | None = None
    device: str = ""


def baseline(
    days: ArrayLike,
    values: ArrayLike,
    *,
    name: str,
    unit: str,
    first: date,
    last: date,
    usual: Sequence[Usual] = (),
    window: Band | None = None,
    events: Sequence[Event] = (),
    devices: Sequence[str] = (),
    compared: float | None = None,
    gap_days: int = 10,
    title: str = "",
) -> Chart:
    """Points of one thing over time, a band for what is usual, and the window before it hurt.

    Parameters
    ----------
    days : array_like of dates, shape (n,)
    values : array_like of float, shape (n,)
        In `unit`; NaN where it isn't known.
    name, unit : str
        As in "Cadence" and "steps a minute". The unit may be empty.
    first, last : date
        Of the days to show, both included.
    usual : sequence of Usual
        At most one for each device; none where it isn't known.
    window : Band, optional
        The days that were compared with the usual range.
    events : sequence of Event
        As the day on which it began to hurt.
    devices : sequence of str, shape (n,)
        What measured each value; empty when it was one, or doesn't matter. The first four by name have their own marks, others share one.
    compared : float, optional
        What was found for the window, for the alt text; the median of its values when not given.
    gap_days : int
        Values that are further apart are not joined by a line, and the days between are marked as not known.
    title : str
        The name when empty.

    Notes
    -----
    A line never crosses a NaN, a gap, or from one device to another.
    Beyond some 400 days a point is the mean of a week, beyond four years that of a month, for each device.
    """
    last = max(first, last)
    frame = Frame(first, last, (window,) if window else (), tuple(events))
    at, value = as_days(days), np.asarray(values, dtype=float).reshape(-1)
    names = np.array([short(d) for d in devices] if len(devices) else [""] * len(at), dtype=object)
    inside = (at >= np.datetime64(first, "D")) & (at <= np.datetime64(last, "D"))
    order = np.argsort(at[inside], kind="stable")
    at, value, names = at[inside][order], value[inside][order], names[inside][order]
    known = np.isfinite(value)
    sketch, top = Sketch(), frame.top
    bottom = top + _HEADING + _PANEL
    scale = {"domain": _reach(value[known], usual), "range": [bottom, top + _HEADING], "nice": 4, "zero": False}
    words = f"In {short(unit, 18)}" if unit else short(name)
    words += ": nothing is known" if not known.any() else "; the band is usual for you" if usual else ""
    _draw_usual(sketch, frame, scale, usual, at[known], names[known])
    frame.draw(sketch, bottom, {"heading": (words, top + 10)})
    _draw_marks(sketch, frame, scale, _marks(frame, at, value, names, gap_days))
    blank = [span for span in spans(first, last, at[known], step_of(first, last)) if (span[1] - span[0]).astype(int) >= gap_days]
    sketch.strip("unknown", blank, frame, "not known", bottom + _GAP)
    alt_text = _in_words(frame, name, unit, at[known], value[known], names[known], usual, compared)
    return sketch.finished(title=title or name, alt_text=alt_text, height=bottom + (_GAP + STRIP if blank else 0))


def _reach(values: NDArray[np.float64], usual: Sequence[Usual]) -> list[float]:
    """Ends of the axis."""
    all_values = [*values, *(v for u in usual for v in (u.low, u.high) if np.isfinite(v))]
    low, high = (float(min(all_values)), float(max(all_values))) if all_values else (0.0, 1.0)
    margin = (high - low) * 0.06 or abs(high) * 0.05 or 1.0
    return [low - margin if low < 0 or low >= margin else 0.0, high + margin]


def _marks(frame: Frame, days: Days, values: NDArray[np.float64], names: NDArray[np.object_], gap_days: int) -> list[dict[str, Any]]:
    """A row for each point, with the device and the piece of line that it lies on."""
    step = step_of(frame.first, frame.last)
    far = max(gap_days, int((step.end(step.begin(days[:1])) - step.begin(days[:1])).astype(int).sum()) + 3 if step is not Step.DAY else 0)
    low, high = frame.ends
    rows: list[dict[str, Any]] = []
    piece = 0
    for device in sorted(set(names)):
        own = names == device
        begins, own_values = days[own], values[own]
        if step is not Step.DAY:
            known = np.isfinite(own_values)
            begins, at = np.unique(step.begin(begins[known]), return_inverse=True)
            counts = np.bincount(at, minlength=len(begins))
            own_values = np.bincount(at, weights=own_values[known], minlength=len(begins)) / np.maximum(counts, 1)
        before: np.datetime64 | None = None
        for begin, end, value in zip(begins, step.end(begins), own_values, strict=True):
            if not np.isfinite(value):
                before = None
                continue
            if before is None or (begin - before).astype(int) > far:
                piece += 1
            before = begin
            row = {"at": middle(max(begin, low), min(end, high)), "value": float(f"{value:.5g}"), "piece": piece}
            rows.append({**row, "device": device, "said": f"{as_text(begin)}: {number(value)}{f', {device}' if device else ''}"})
    return rows


def _draw_usual(
    sketch: Sketch, frame: Frame, scale: dict[str, Any], usual: Sequence[Usual], days: Days, names: NDArray[np.object_]
) -> None:
    """A band for each device along the days that it measured; along all days where it holds for any."""
    import altair as alt

    low, high = np.datetime64(frame.first, "D"), np.datetime64(frame.last, "D")
    rows = []
    for one in usual:
        own = days[names == short(one.device)] if one.device else np.array([low, high])
        if len(own):
            place = {"begin": as_text(own[0]), "end": as_text(own[-1] + 1)}
            rows.append({**place, "low": one.low, "high": one.high, "middle": one.middle})
    if not rows:
        return
    band, axis = sketch.rows("usual", rows), frame.axis("begin")
    y: dict[str, Any] = {"scale": alt.Scale(**scale), "axis": None}
    sketch.add(
        band.mark_rect(color=TONES["usual"], opacity=0.75).encode(x=axis, x2=alt.X2("end"), y=alt.Y("low:Q", **y), y2=alt.Y2("high")),
    )
    if any(row["middle"] is not None for row in rows):
        sketch.add(band.mark_rule(color=TONES["past"], strokeWidth=1.5).encode(x=axis, x2=alt.X2("end"), y=alt.Y("middle:Q", **y)))


def _draw_marks(sketch: Sketch, frame: Frame, scale: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    import altair as alt

    known = sorted({row["device"] for row in rows})
    if len(known) > len(_DEVICE_TONES):
        first = known[: len(_DEVICE_TONES) - 1]
        rows = [{**row, "device": row["device"] if row["device"] in first else _OTHER} for row in rows]
        known = [*first, _OTHER]
    marks = sketch.rows("values", rows)
    y = alt.Y("value:Q", scale=alt.Scale(**scale), axis=alt.Axis(tickCount=4 if rows else 0, title=None, orient="left", grid=True))
    hidden = alt.Y("value:Q", scale=alt.Scale(**scale), axis=None)
    legend = alt.Legend(title=None) if len(known) > 1 else None
    tone = alt.Color("device:N", scale=alt.Scale(domain=known, range=list(_DEVICE_TONES[: len(known)])), legend=legend)
    shape = alt.Shape("device:N", scale=alt.Scale(domain=known, range=list(_DEVICE_SHAPES[: len(known)])), legend=legend)
    line = marks.mark_line(strokeWidth=1, opacity=0.4).encode(x=frame.axis("at"), y=hidden, color=tone, detail="piece:N")
    size = 34 if len(rows) <= 60 else 20
    points = marks.mark_point(filled=True, size=size, opacity=1).encode(x=frame.axis("at"), y=y, color=tone, shape=shape, tooltip="said:N")
    sketch.add(line, points)


def _in_words(
    frame: Frame,
    name: str,
    unit: str,
    days: Days,
    values: NDArray[np.float64],
    names: NDArray[np.object_],
    usual: Sequence[Usual],
    compared: float | None,
) -> str:
    """What was found, in one or two sentences."""
    what, of = short(name, _LONGEST_NAME), f" {short(unit)}" if unit else ""
    if not len(values):
        return f"{what}: nothing is known from {day_in_words(frame.first)} to {day_in_words(frame.last)}."
    reach = (
        f"{len(values):,} values, {number(values.min())} to {number(values.max())}"
        if len(values) > 1
        else f"one value, {number(values[0])}"
    )
    span = f"{what}: {reach}{of}, from {day_in_words(frame.first)} to {day_in_words(frame.last)}."
    bands, _ = frame.seen()
    if not bands:
        return span
    begin, end = bands[0].begin, bands[0].end or frame.last
    own = (days >= np.datetime64(begin, "D")) & (days <= np.datetime64(end, "D"))
    when = f"From {day_in_words(begin)} to {day_in_words(end)}"
    if compared is None and not own.any():
        return f"{span} {when} nothing is known."
    found = float(np.median(values[own])) if compared is None else compared
    used = set(names[own])
    range_ = next((u for u in usual if not u.device or used == {short(u.device)}), None)
    if range_ is None:
        return f"{span} {when} it was {number(found)}{of}."
    stand = "below" if found < range_.low else "above" if found > range_.high else "within"
    return f"{span} {when} it was {number(found)}{of}, {stand} your usual {number(range_.low)} to {number(range_.high)}."
