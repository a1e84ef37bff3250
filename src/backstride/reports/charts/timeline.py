"""Runs and pain over time, one above the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backstride.reports.charts.chart import STRIP, TONES, Band, Chart, Event, Frame, Sketch, number
from backstride.reports.charts.days import Days, Step, as_days, as_text, middle, spans, step_of
from backstride.reports.sections import day_in_words

__all__ = ["timeline"]

_HEADING, _PANEL, _GAP = 26, 84, 10
_FEW = 100
"""Up to so many points they are drawn larger."""
_DAILY_BARS = 21
"""Of fewer days than that a bar is a day's."""
_WORST = 10
"""The scale of pain."""


def timeline(
    run_days: ArrayLike,
    run_km: ArrayLike,
    pain_days: ArrayLike,
    pain: ArrayLike,
    *,
    first: date,
    last: date,
    episodes: Sequence[Band] = (),
    events: Sequence[Event] = (),
    title: str = "Your runs and your pain",
) -> Chart:
    """Bars of kilometres a week and points of the worst pain of each day that was told, with the spells of pain and what happened.

    Parameters
    ----------
    run_days : array_like of dates, shape (n,)
        One for each run, in any order. Runs of the weeks in which `first` and `last` lie count whole.
    run_km : array_like of float, shape (n,)
        At least 0; NaN where the distance isn't known. Such runs are left out and counted in the alt text.
    pain_days : array_like of dates, shape (m,)
        Days that were told, each once. A day that isn't among them was not told, and is shown so: never as zero.
    pain : array_like of float, shape (m,)
        Worst of the day, 0 to 10; NaN where pain wasn't told of that day.
    first, last : date
        Of the days to show, both included; an earlier `last` than `first` shows `first` alone.
    episodes : sequence of Band
        Spells of pain.
    events : sequence of Event
    title : str

    Notes
    -----
    Of up to three weeks a bar is a day's. Beyond some 400 days a point is the worst of a week; beyond four years it is
    the worst of a month and a bar is a month's.
    Without any day told there is no panel of pain.
    """
    last = max(first, last)
    frame = Frame(first, last, tuple(episodes), tuple(events))
    step = step_of(first, last)
    bars = Step.DAY if (last - first).days < _DAILY_BARS else Step.MONTH if step is Step.MONTH else Step.WEEK
    days, km, without = _runs(as_days(run_days), np.asarray(run_km, dtype=float).reshape(-1), frame, bars)
    told, worst = _told(as_days(pain_days), np.asarray(pain, dtype=float).reshape(-1), frame)
    sketch, top = Sketch(), frame.top
    below = top + (_HEADING + _PANEL + _GAP + STRIP + _GAP if len(told) else 0)
    height = below + _HEADING + _PANEL
    headings = {"pain_heading": (f"Worst pain of each {step}, 0 to {_WORST}", top + 10)} if len(told) else {}
    headings["runs_heading"] = (f"Kilometres a {bars}" + ("" if len(km) else ": none are known"), below + 10)
    frame.draw(sketch, height, headings)
    if len(told):
        _draw_pain(sketch, frame, step, told, worst, top)
    _draw_runs(sketch, frame, bars, days, km, below)
    alt_text = " ".join((_runs_in_words(frame, bars, days, km, without), _pain_in_words(frame, told, worst)))
    return sketch.finished(title=title, alt_text=alt_text, height=height)


def _runs(days: Days, km: NDArray[np.float64], frame: Frame, bars: Step) -> tuple[Days, NDArray[np.float64], int]:
    """Days and distances of the runs in the bars that are shown, and how many more have no distance."""
    inside = np.isin(bars.begin(days), bars.all(frame.first, frame.last))
    known = inside & np.isfinite(km)
    return days[known], km[known], int(np.sum(inside & ~known))


def _told(days: Days, pain: NDArray[np.float64], frame: Frame) -> tuple[Days, NDArray[np.float64]]:
    known = np.isfinite(pain) & (days >= np.datetime64(frame.first, "D")) & (days <= np.datetime64(frame.last, "D"))
    order = np.argsort(days[known], kind="stable")
    return days[known][order], pain[known][order]


def _draw_pain(sketch: Sketch, frame: Frame, step: Step, told: Days, worst: NDArray[np.float64], top: int) -> None:
    import altair as alt

    begins, at = np.unique(step.begin(told), return_inverse=True)
    highest = np.full(len(begins), -np.inf)
    np.maximum.at(highest, at, worst)
    low, high = frame.ends
    rows = [
        {"at": middle(max(begin, low), min(end, high)), "pain": float(value), "said": f"{_span(begin, step)}: pain {number(value)}"}
        for begin, end, value in zip(begins, step.end(begins), highest, strict=True)
    ]
    scale = alt.Scale(domain=[0, _WORST], range=[top + _HEADING + _PANEL, top + _HEADING], nice=False)
    y = alt.Y("pain:Q", scale=scale, axis=alt.Axis(values=[0, 5, 10], title=None, orient="left"))
    size = 36 if len(step.all(frame.first, frame.last)) <= _FEW else 20
    mark = sketch.rows("pain", rows).mark_circle(color=TONES["pain"], opacity=1, size=size, stroke="#ffffff", strokeWidth=0.5)
    sketch.add(mark.encode(x=frame.axis("at"), y=y, tooltip="said:N"))
    sketch.strip("untold", spans(frame.first, frame.last, told, step), frame, "not told", top + _HEADING + _PANEL + _GAP)


def _draw_runs(sketch: Sketch, frame: Frame, bars: Step, days: Days, km: NDArray[np.float64], top: int) -> None:
    import altair as alt

    begins, at = np.unique(bars.begin(days), return_inverse=True)
    sums = np.bincount(at, weights=km, minlength=len(begins))
    low, high = frame.ends
    rows = [
        {
            "begin": as_text(max(begin, low)),
            "end": as_text(min(end, high)),
            "km": round(float(total), 1),
            "said": f"{_span(begin, bars)}: {number(total)} km",
        }
        for begin, end, total in zip(begins, bars.end(begins), sums, strict=True)
    ]
    scale = alt.Scale(domain=[0, max([1.0, *sums])], range=[top + _HEADING + _PANEL, top + _HEADING], nice=3)
    y = alt.Y("km:Q", scale=scale, axis=alt.Axis(tickCount=3 if rows else 0, title=None, orient="left"))
    mark = sketch.rows("runs", rows).mark_bar(color=TONES["run"], xOffset=0.5, x2Offset=-0.5)
    sketch.add(mark.encode(x=frame.axis("begin"), x2=alt.X2("end"), y=y, y2=alt.Y2(datum=0), tooltip="said:N"))


def _span(begin: np.datetime64, step: Step) -> str:
    return str(begin.astype("datetime64[M]")) if step is Step.MONTH else f"{'week of ' if step is Step.WEEK else ''}{as_text(begin)}"


def _runs_in_words(frame: Frame, bars: Step, days: Days, km: NDArray[np.float64], without: int) -> str:
    """What was run, in one sentence."""
    when = f"From {day_in_words(frame.first)} to {day_in_words(frame.last)}"
    unknown = f" ({without} with no known distance)" if without else ""
    if not len(km):
        return f"{when} " + (f"the distance of none of {without} runs is known." if without else "no run is known.")
    begins, at = np.unique(bars.begin(days), return_inverse=True)
    sums = np.bincount(at, weights=km)
    most = begins[int(np.argmax(sums))].astype(date)
    where = {
        Step.DAY: f"on {day_in_words(most)}",
        Step.WEEK: f"in the week of {day_in_words(most)}",
        Step.MONTH: f"in {most:%B} {most.year}",
    }[bars]
    if len(km) + without == 1:
        return f"{when} you ran once, {number(km[0])} km on {day_in_words(days[0].astype(date))}."
    runs = f"{number(km.sum())} km in {len(km) + without:,} runs{unknown}"
    return f"{when} you ran {runs}; the most was {number(sums.max())} km {where}."


def _pain_in_words(frame: Frame, told: Days, worst: NDArray[np.float64]) -> str:
    """What was told of pain, in one sentence."""
    bands, _ = frame.seen()
    spells = f"; {len(bands)} {'spell' if len(bands) == 1 else 'spells'} of pain" if bands else ""
    if not len(told):
        return f"No day of these was told in the diary{spells}."
    at = int(np.argmax(worst))
    all_days = (frame.last - frame.first).days + 1
    height = f"at worst {number(worst[at])} of {_WORST} on {day_in_words(told[at].astype(date))}" if worst[at] > 0 else "and none hurt"
    return f"{len(told):,} of {all_days:,} days {'was' if len(told) == 1 else 'were'} told, {height}{spells}."
