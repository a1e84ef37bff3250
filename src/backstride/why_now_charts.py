"""The verb that draws a look back and patterns: from a record to charts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from backstride.knowledge.concepts import Knowledge
from backstride.model.diary import Episode
from backstride.model.pattern import Association, Patterns
from backstride.model.record import Record
from backstride.model.why_now import Looked, WhyNow
from backstride.reports.charts import Band, Chart, Effect, Event, Pair, Usual, baseline, pattern, shoes, timeline
from backstride.reports.pattern import PatternWords, when_in_words
from backstride.reports.sections import day_in_words
from backstride.training.history import Day, usable
from backstride.why_now import day_values, table_of

__all__ = ["change_charts", "pattern_charts"]

_BEFORE_DAYS = 182
"""Half a year before a pain shows what was usual; more makes a week a hair's breadth."""
_BEHIND_DAYS = 28
_MOST_BASELINES = 3
_WORDS = {
    "race": "race",
    "new_pair": "new pair",
    "other_pair": "other pair",
    "return": "back to running",
    "new_watch": "new watch",
}


def change_charts(found: WhyNow, record: Record, knowledge: Knowledge, episodes: Iterable[Episode] = ()) -> tuple[Chart, ...]:
    """The time around an onset, what was unusual (else what came nearest to it), and the pairs worn.

    Returns
    -------
    tuple of Chart
        The first is the whole in one picture; empty without a run.
    """
    runs = [d for d in usable(record.runs) if d.day <= found.onset + timedelta(days=_BEHIND_DAYS)]
    if not runs:
        return ()
    first, last = found.onset - timedelta(days=_BEFORE_DAYS), min(runs[-1].day, found.onset + timedelta(days=_BEHIND_DAYS))
    last = max(last, found.onset)
    bands = [Band(one.begin, one.end, "pain") for one in episodes]
    if not any(band.begin <= found.onset <= (band.end or found.onset) for band in bands):
        # A day that was asked for and that the diary tells nothing of: without a spell its pain has no known end.
        bands.append(Band(found.onset, found.onset if bands else None, "pain"))
    events = [Event(one.day, _WORDS[one.kind]) for one in found.events]
    told = [(day.day, day.worst_pain) for day in record.diary if day.worst_pain is not None]
    whole = timeline(
        _days(d.day for d in runs),
        [d.distance_m / 1000 for d in runs],
        _days(day for day, _ in told),
        [pain for _, pain in told],
        first=first,
        last=last,
        episodes=bands,
        events=events,
        title=f"Your runs around {day_in_words(found.onset)}",
    )
    before = [d for d in runs if d.day <= found.onset]
    chosen = (found.unusual or found.looked[:1])[:_MOST_BASELINES]
    lines = [_baseline(one, found, record, knowledge, before, first) for one in chosen] if before else []
    worn = [_pair(name, record, runs) for name in sorted({d.run.shoe for d in runs if d.run.shoe})]
    return (whole, *lines, *([shoes(worn, episodes=bands)] if worn else []))


def _baseline(one: Looked, found: WhyNow, record: Record, knowledge: Knowledge, runs: list[Day], first: date) -> Chart:
    exposure = knowledge.exposures[one.exposure]
    table = table_of(runs, found.onset)
    if exposure.per == "run":
        days = [table.date_of(index) for index in table.day]
        values = table.columns[exposure.of]
        devices = [table.devices[index] for index in table.device] if one.device else []
    else:
        told = day_values(record, table.first, table.n_days).get(exposure.of, np.empty(0))
        days, values, devices = [table.date_of(index) for index in range(len(told))], told, []
    # The usual range is that of a window: of a week's sum or its longest run it says nothing about a single one.
    single = exposure.take in ("mean", "mean_by_distance")
    low, high = one.usual_low, one.usual_high
    usual = () if not single or low is None or high is None else (Usual(low * exposure.scale, high * exposure.scale, device=one.device),)
    return baseline(
        _days(days),
        values * exposure.scale,
        name=exposure.name[:1].upper() + exposure.name[1:],
        unit=exposure.unit if single else "km",
        first=first,
        last=found.onset,
        usual=usual,
        window=Band(found.onset - timedelta(days=one.window_days - 1), found.onset, "compared"),
        events=(Event(found.onset, "pain"),),
        devices=devices,
        compared=None if exposure.take in ("sum", "days") else one.now * exposure.scale,
    )


def _days(days: Iterable[date]) -> npt.NDArray[np.datetime64]:
    return np.array(list(days), dtype="datetime64[D]")


def _pair(name: str, record: Record, runs: list[Day]) -> Pair:
    days = [d for d in runs if d.run.shoe == name]
    told = next((shoe for shoe in record.shoes if shoe.name == name), None)
    first = told.first_used if told is not None and told.first_used is not None else days[0].day
    counted = [d for d in days if told is None or not told.start_km or d.day >= first]
    km = (told.start_km if told is not None else 0.0) + sum(d.distance_m for d in counted) / 1000
    return Pair(name, min(first, days[-1].day), days[-1].day, km)


def pattern_charts(found: Patterns, words: PatternWords) -> tuple[Chart, ...]:
    """The effect of every exposure that was weighed, at the lag at which it is surest; those that are told first."""
    best: dict[str, Association] = {}
    for one in sorted(found.associations, key=lambda one: (not one.reported, one.p_corrected, -abs(one.effect_points))):
        best.setdefault(one.exposure, one)
    if not best:
        return ()
    effects = [Effect(when_in_words(one, words), one.effect_points, one.low, one.high, one.reported) for one in best.values()]
    return (pattern(effects),)
