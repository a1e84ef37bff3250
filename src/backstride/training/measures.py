"""Measures of load and shoes before the pain began.

Days are the runner's local days where the device told its offset, else UTC days.
"The week" is the 7 days up to and including the day of onset; "before" means before that week.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from backstride.model.evidence import Measure
from backstride.model.record import Record
from backstride.model.run import Run, Shoe

__all__ = ["measures_of"]

_FASTEST_MPS = 8.0
_LONGEST_M = 400_000.0
_EARLIEST = date(1995, 1, 1)


@dataclass(frozen=True, slots=True)
class _Day:
    """A usable run on its local day."""

    day: date
    distance_m: float
    run: Run


def measures_of(record: Record) -> tuple[Measure, ...]:
    """Every measure of load and shoes that the record allows; the others say why they are missing.

    Only running counts. The same run from two sources (start within 60 s, distance within 2 %) counts once; runs whose
    date or speed cannot be true are left out. Without an onset the day of the last run stands in.

    Returns
    -------
    tuple of Measure
        Empty when the record has neither runs nor shoes.

    Notes
    -----
    ``single_run_spike_ratio``: longest run of the week divided by the longest of the 30 days before it
    (Frandsen 2025, doi 10.1136/bjsports-2024-109380). ``weekly_distance_km``: mean over the 28 days up to onset.
    ``week_to_week_ratio`` and ``acwr_ratio``: contested; computed so that they can be shown as such
    (acute:chronic is the last 7 days over the weekly mean of the 21 days before).
    """
    if not record.runs and not record.shoes:
        return ()
    days = _usable(record.runs)
    onset = record.onset or (days[-1].day if days else None)
    if onset is None:
        return ()
    days = [d for d in days if d.day <= onset]
    origin = f"{len(days)} runs up to {onset}" + ("" if record.onset else " (the last run; no day of onset was given)")
    load = _load(days, onset, origin) if record.runs else ()
    return (*load, *_shoes(days, record.shoes, onset))


def _usable(runs: Iterable[Run]) -> list[_Day]:
    kept: list[_Day] = []
    for run in sorted(runs, key=lambda r: (r.start, r.distance_m or 0.0, r.origin)):
        if run.sport not in ("running", "run") or run.distance_m is None or not 0 < run.distance_m <= _LONGEST_M:
            continue
        seconds = run.timer_time_s or run.elapsed_time_s
        if seconds and run.distance_m / seconds > _FASTEST_MPS:
            continue
        day = (run.start + timedelta(seconds=run.utc_offset_s or 0)).date()
        if day < _EARLIEST or any(_same(run, other.run) for other in kept[-3:]):
            continue
        kept.append(_Day(day, run.distance_m, run))
    return kept


def _same(a: Run, b: Run) -> bool:
    close = abs((a.start - b.start).total_seconds()) <= 60
    return close and abs((a.distance_m or 0) - (b.distance_m or 0)) <= 0.02 * max(a.distance_m or 0, b.distance_m or 0)


def _between(days: list[_Day], first: date, last: date) -> list[_Day]:
    return [d for d in days if first <= d.day <= last]


def _km(days: list[_Day]) -> float:
    return sum(d.distance_m for d in days) / 1000


def _load(days: list[_Day], onset: date, origin: str) -> list[Measure]:
    week_start = onset - timedelta(days=6)
    week = _between(days, week_start, onset)
    before = _between(days, week_start - timedelta(days=30), week_start - timedelta(days=1))
    history = (onset - days[0].day).days + 1 if days else 0

    def missing(name: str, unit: str, why: str) -> Measure:
        return Measure(name, None, unit, origin, why)

    result = []
    if history < 37:
        why = f"only {history} days of runs before the onset; 37 are needed"
        result.append(missing("single_run_spike_ratio", "ratio", why))
    elif not week or not before:
        why = "no run in the week before the onset" if not week else "no run in the 30 days before that week"
        result.append(missing("single_run_spike_ratio", "ratio", why))
    else:
        longest, usual = max(week, key=lambda d: d.distance_m), max(before, key=lambda d: d.distance_m)
        before_words = f"{usual.distance_m / 1000:.1f} km, the longest of the 30 days before"
        words = f"{longest.distance_m / 1000:.1f} km on {longest.day} against {before_words}"
        result.append(Measure("single_run_spike_ratio", longest.distance_m / usual.distance_m, "ratio", words))
    if history < 28:
        why = f"only {history} days of runs; 28 are needed"
        result += [missing(n, u, why) for n, u in (("weekly_distance_km", "km"), ("week_to_week_ratio", "ratio"), ("acwr_ratio", "ratio"))]
    else:
        last7, prior7 = _km(week), _km(_between(days, week_start - timedelta(days=7), week_start - timedelta(days=1)))
        prior21 = _km(_between(days, week_start - timedelta(days=21), week_start - timedelta(days=1)))
        result.append(Measure("weekly_distance_km", (last7 + prior21) / 4, "km", origin))
        for name, base, words in (("week_to_week_ratio", prior7, "the week before"), ("acwr_ratio", prior21 / 3, "the three weeks before")):
            shown = f"{last7:.1f} km in the last week against {base:.1f} km, {words}"
            result.append(Measure(name, last7 / base, "ratio", shown) if base else missing(name, "ratio", f"no run in {words}"))
    result.append(_break(days, onset, origin, history))
    return result


def _break(days: list[_Day], onset: date, origin: str, history: int) -> Measure:
    """Longest stretch without a run in the half year before onset that was followed by a return."""
    recent = _between(days, onset - timedelta(days=182), onset)
    if len(recent) < 2:
        return Measure(
            "longest_break_days", None, "days", origin, f"fewer than two runs in the half year before onset ({history} days known)"
        )
    gaps = [((b.day - a.day).days - 1, a.day) for a, b in itertools.pairwise(recent)]
    longest, since = max(gaps)
    return Measure("longest_break_days", float(longest), "days", f"after {since}, then running again")


def _shoes(days: list[_Day], shoes: tuple[Shoe, ...], onset: date) -> list[Measure]:
    if not shoes:
        return []
    active = [s for s in shoes if (s.first_used is None or s.first_used <= onset) and (s.retired is None or s.retired >= onset)]
    distance = {s.name: s.start_km for s in shoes}
    unknown = 0
    used: set[str] = set()
    for entry in days:
        name = entry.run.shoe or _only_pair(shoes, entry.day)
        if name not in distance:
            unknown += 1
            continue
        distance[name] += entry.distance_m / 1000
        if entry.day > onset - timedelta(days=28):
            used.add(name)
    result = []
    if not active:
        result.append(Measure("shoe_distance_km", None, "km", "", "no pair in use on the day of onset"))
    else:
        worn = max(active, key=lambda s: (distance[s.name], s.name))
        why = f"{unknown} of {len(days)} runs could not be given to a pair" if unknown else ""
        words = f"pair '{worn.name}'" + (f"; {why}, so it may be more" if why else "")
        result.append(Measure("shoe_distance_km", distance[worn.name], "km", words))
    dated = [s for s in active if s.first_used is not None]
    if dated:
        newest = max(dated, key=lambda s: (s.first_used or onset, s.name))
        weeks = (onset - (newest.first_used or onset)).days / 7
        result.append(Measure("newest_pair_age_weeks", weeks, "weeks", f"pair '{newest.name}', first used {newest.first_used}"))
    if days and not unknown:
        result.append(Measure("pairs_in_use_4_weeks", float(len(used)), "pairs", ", ".join(sorted(used))))
    return result


def _only_pair(shoes: tuple[Shoe, ...], day: date) -> str:
    """The pair of a run that names none, when only one pair was in use that day."""
    active = [s.name for s in shoes if (s.first_used is None or s.first_used <= day) and (s.retired is None or s.retired >= day)]
    return active[0] if len(active) == 1 else ""
