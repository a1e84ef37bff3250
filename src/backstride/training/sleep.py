"""Sleep of the last week against the runner's own month before it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from backstride.model.evidence import Measure
from backstride.model.run import DayValue
from backstride.training.history import MONTH_DAYS, WEEK_DAYS

__all__ = ["history_sleep"]

_LEAST_SHARE = 0.5
"""Nights that must be known of each window; fewer are the nights on which the watch happened to be worn."""
_LONGEST_H = 24.0


def history_sleep(days: Iterable[DayValue], onset: date) -> list[Measure]:
    """Mean hours of sleep of the 7 nights up to the onset, and those less the mean of the 30 nights before.

    A night belongs to the day on which it ends; two values for a night (naps, two sources) give the longer one. Nothing where
    no night is known.
    """
    nights: dict[date, float] = {}
    for value in days:
        if value.name == "sleep_h" and 0 < value.value <= _LONGEST_H:
            nights[value.day] = max(value.value, nights.get(value.day, 0.0))
    if not nights:
        return []
    start = onset - timedelta(days=WEEK_DAYS - 1)
    week = [hours for day, hours in nights.items() if start <= day <= onset]
    before = [hours for day, hours in nights.items() if start - timedelta(days=MONTH_DAYS) <= day < start]
    if len(week) < _LEAST_SHARE * WEEK_DAYS:
        why = f"only {len(week)} of the last {WEEK_DAYS} nights are known"
        return [Measure("sleep_h_last_week", None, "h", missing_because=why), Measure("sleep_change_h", None, "h", missing_because=why)]
    mean = sum(week) / len(week)
    now = Measure("sleep_h_last_week", mean, "h", f"mean of {len(week)} nights up to {onset}")
    if len(before) < _LEAST_SHARE * MONTH_DAYS:
        why = f"only {len(before)} of the {MONTH_DAYS} nights before the last week are known"
        return [now, Measure("sleep_change_h", None, "h", missing_because=why)]
    usual = sum(before) / len(before)
    words = f"{mean:.1f} h in the last week against {usual:.1f} h in the {MONTH_DAYS} nights before"
    return [now, Measure("sleep_change_h", mean - usual, "h", words)]
