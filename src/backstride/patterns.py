"""The verb from a record to its patterns: which exposures go with the pain of the mornings after."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from backstride.knowledge.concepts import Exposure, Knowledge
from backstride.model.evidence import OWN_DATA, Measure
from backstride.model.pattern import LAGS, Association, DailyExposure, Patterns
from backstride.model.record import Record
from backstride.n_of_1 import PatternLimits, patterns
from backstride.reports.pattern import PatternWords, association_in_words
from backstride.training.history import usable
from backstride.training.run_table import BoolArray, FloatArray, RunTable
from backstride.why_now import day_values, table_of

__all__ = ["measures_of_patterns", "pattern_words", "patterns_of"]

_BEFORE_DAYS = 120
"""Runs so long before the diary still tell what was usual: fast running is told by the 90 days before."""


def patterns_of(record: Record, knowledge: Knowledge, today: date) -> Patterns:
    """Weigh every exposure that has a `step` against the pain told on the mornings after.

    Parameters
    ----------
    record : Record
        Runs, days and diary.
    knowledge : Knowledge
    today : date
        The runner's local day; what lies after it does not count.

    Returns
    -------
    Patterns
        With units as they are told (`Exposure.scale`). Of what depends on the device only that which recorded most of the runs counts.
    """
    limits = PatternLimits.of({name: limit.value for name, limit in knowledge.limits.items()})
    told = [day for day in record.diary if day.pain_morning is not None and day.day <= today]
    if not told:
        return patterns((), np.empty(0), np.empty(0, dtype=bool), today, limits)
    first, last = told[0].day - timedelta(days=LAGS), told[-1].day - timedelta(days=1)
    n_days = (last - first).days + 1
    pain = np.full(n_days, np.nan)
    for day in told:
        pain[(day.day - first).days - 1] = day.pain_morning
    weighed = [one for one in knowledge.exposures.values() if one.step is not None]
    daily = day_values(record, first, n_days)
    nothing = np.full(n_days, np.nan)
    exposures = [
        DailyExposure(one.id, one.unit, daily.get(one.of, nothing) * one.scale, np.ones(n_days, dtype=bool), _step(one))
        for one in weighed
        if one.per == "day"
    ]
    ran = np.zeros(n_days, dtype=bool)
    runs = [d for d in usable(record.runs) if first - timedelta(days=_BEFORE_DAYS) <= d.day <= last]
    if runs:
        table = table_of(runs, last)
        offset = (first - table.first).days
        ran = _shown(np.bincount(table.day, minlength=table.n_days).astype(np.float64), offset, n_days, 0.0) > 0
        exposures += [_of_runs(one, table, ran, offset) for one in weighed if one.per == "run"]
    return patterns(exposures, pain, ran, first, limits)


def _step(one: Exposure) -> float:
    return (one.step or 0.0) * one.scale


def _shown(column: FloatArray, offset: int, n_days: int, empty: float) -> FloatArray:
    """The days of the diary out of those of a table, which begins `offset` days before them."""
    result = np.full(n_days, empty)
    skipped = max(0, -offset)
    some = column[max(0, offset) :][: n_days - skipped]
    result[skipped : skipped + len(some)] = some
    return result


def _of_runs(one: Exposure, table: RunTable, ran: BoolArray, offset: int) -> DailyExposure:
    """A value for each day: the sum of its runs, 0 without one; or their mean, which only a day of running has."""
    value = table.columns[one.of]
    if one.one_device or (one.of == "air_c" and table.air_by_device):
        value = np.where(table.device == np.bincount(table.device).argmax(), value, np.nan)
    if one.take == "sum":
        total = np.bincount(table.day, value, table.n_days).astype(np.float64)
        shown = _shown(total, offset, len(ran), 0.0)
        return DailyExposure(one.id, one.unit.removesuffix(" a week"), shown * one.scale, np.ones(len(ran), dtype=bool), _step(one))
    known = np.isfinite(value)
    weight = np.where(known, table.columns["distance_km"] if one.take == "mean_by_distance" else 1.0, 0.0)
    top = np.bincount(table.day, np.where(known, value, 0.0) * weight, table.n_days)
    bottom = np.bincount(table.day, weight, table.n_days)
    mean = np.divide(top, bottom, out=np.full(table.n_days, np.nan), where=bottom > 0)
    return DailyExposure(one.id, one.unit, _shown(mean, offset, len(ran), np.nan) * one.scale, ran, _step(one))


def pattern_words(found: Patterns, knowledge: Knowledge) -> PatternWords:
    """What the days above each cut are called, names and grades."""
    return PatternWords(
        days={one.exposure: _days(one, knowledge.exposures[one.exposure]) for one in found.associations},
        names={id: one.name for id, one in knowledge.exposures.items()},
        grades={id: one.grade for id, one in knowledge.exposures.items()},
    )


def _days(one: Association, exposure: Exposure) -> str:
    return exposure.said["pattern"].format(cut=f"{one.cut:.{exposure.decimals}f}".removesuffix(".0"))


def measures_of_patterns(found: Patterns, knowledge: Knowledge) -> tuple[Measure, ...]:
    """What patterns say to knowledge: ``pattern_<exposure>``, the points of pain at the lag at which it is surest; 0 where none is told.

    A factor that names such a measure (``measured_by``) is present where the runner's pain goes with it.
    """
    words = pattern_words(found, knowledge)
    told: dict[str, Association] = {}
    for one in found.reported:
        told.setdefault(one.exposure, one)
    weighed = dict.fromkeys(one.exposure for one in found.associations)
    return tuple(
        Measure(
            f"pattern_{name}",
            told[name].effect_points if name in told else 0.0,
            OWN_DATA,
            f"your own data, {found.mornings} mornings" + (f": {association_in_words(told[name], words)}" if name in told else ""),
        )
        for name in weighed
    )
