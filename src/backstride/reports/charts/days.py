"""Days as a chart needs them: put together to weeks or months when there are many, and as marks of an axis."""

from __future__ import annotations

import math
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

__all__ = ["Days", "Step", "as_days", "as_text", "middle", "milliseconds", "spans", "step_of", "ticks"]

Days = NDArray[np.datetime64]
"""Of unit D, shape (n,)."""

_DAILY, _WEEKLY = 400, 1500
"""The longest spans, in days, of which each day and each week has its own mark."""


class Step(StrEnum):
    """What one mark of a chart stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def begin(self, days: Days) -> Days:
        """The first day of the day, week (Monday) or month in which each day lies."""
        if self is Step.DAY:
            return days
        if self is Step.WEEK:
            # 1 January 1970 was a Thursday.
            since_monday: NDArray[np.timedelta64] = ((days.astype(np.int64) + 3) % 7).astype("timedelta64[D]")
            return days - since_monday
        return days.astype("datetime64[M]").astype("datetime64[D]")

    def end(self, begins: Days) -> Days:
        """The day after the last of the step that begins on each day."""
        if self is Step.MONTH:
            return (begins.astype("datetime64[M]") + 1).astype("datetime64[D]")
        return begins + np.timedelta64(1 if self is Step.DAY else 7, "D")

    def all(self, first: date, last: date) -> Days:
        """Begins of all steps that hold a day from `first` to `last`, in order."""
        return np.unique(self.begin(np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)))


def step_of(first: date, last: date) -> Step:
    """The finest step with which a chart of these days stays small and can be read."""
    span = (last - first).days + 1
    return Step.DAY if span <= _DAILY else Step.WEEK if span <= _WEEKLY else Step.MONTH


def as_days(days: object) -> Days:
    """Dates, or an array of them, as an array of unit D."""
    return np.asarray(days, dtype="datetime64[D]").reshape(-1)


def as_text(day: date | np.datetime64) -> str:
    """As in 2026-03-09, which a chart takes for midnight UTC; the axis speaks UTC too, so that no time zone moves a day."""
    return str(np.datetime64(str(day), "D"))


def middle(begin: date | np.datetime64, end: date | np.datetime64 | None = None) -> str:
    """The middle of the days from `begin` to before `end`; of one day, noon."""
    start = np.datetime64(as_text(begin), "D")
    stop = np.datetime64(as_text(end), "D") if end is not None else start + np.timedelta64(1, "D")
    return f"{start.astype('datetime64[m]') + (stop - start).astype('timedelta64[m]') // 2}Z"


def milliseconds(moment: str | date) -> int:
    """From the begin of 1970 to a day or a moment as `as_text` and `middle` write it, in UTC; negative before."""
    return int(np.datetime64(str(moment).rstrip("Z"), "ms").astype(np.int64))


def spans(first: date, last: date, known: Days, step: Step) -> list[tuple[np.datetime64, np.datetime64]]:
    """Spans of steps in which no day is known, as (begin, day after the end), cut to the days from `first` to `last`."""
    begins = step.all(first, last)
    blank = ~np.isin(begins, step.begin(known))
    edges = np.flatnonzero(np.diff(np.concatenate(([False], blank, [False])).astype(np.int8)))
    low, high = np.datetime64(first, "D"), np.datetime64(last, "D") + 1
    ends = step.end(begins)
    return [(max(begins[a], low), min(ends[b - 1], high)) for a, b in edges.reshape(-1, 2)]


def ticks(first: date, last: date) -> tuple[list[int], str]:
    """Marks of an axis in milliseconds, at most about eight, and the Vega expression of their words."""
    span = (last - first).days + 1
    form = "%-d %b" if span <= 120 else "%b"
    if span <= 10:
        marks = [first + timedelta(days=n) for n in range(span)]
    elif span <= 56:
        marks = [day for n in range(span) if (day := first + timedelta(days=n)).weekday() == 0]
    elif span <= 120:
        marks = [day for n in range(span) if (day := first + timedelta(days=n)).day in (1, 15)]
    else:
        months = [date(y, m, 1) for y in range(first.year, last.year + 1) for m in range(1, 13) if first <= date(y, m, 1) <= last]
        every = next((n for n in (1, 2, 3, 6, 12) if len(months) <= 8 * n), 0)
        if every in (0, 12):
            years = math.ceil(len(months) / 12 / 8)
            return [milliseconds(day) for day in months if day.month == 1 and day.year % years == 0], "utcFormat(datum.value, '%Y')"
        marks = [day for day in months if (day.month - 1) % every == 0]
    with_year = [milliseconds(day) for n, day in enumerate(marks) if n == 0 or day.year != marks[n - 1].year]
    year = f"indexof({with_year}, time(datum.value)) >= 0 ? utcFormat(datum.value, '%Y') : ''"
    return [milliseconds(day) for day in marks], f"[utcFormat(datum.value, '{form}'), {year}]"
