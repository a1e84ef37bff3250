"""How much was run before the pain began: distances, jumps, breaks and days in a row."""

from __future__ import annotations

import itertools
from datetime import timedelta

from backstride.model.evidence import Measure
from backstride.training.history import MONTH_DAYS, RECENT_DAYS, WEEK_DAYS, Day, History

__all__ = ["history_load"]

_HALF_YEAR_DAYS = 182


def history_load(history: History, origin: str) -> list[Measure]:
    """Distances of the last week against those before, the longest break and the days in a row.

    Notes
    -----
    Where the record may end before the onset (`History.silence`), distances and days in a row are missing, not zero.
    ``single_run_spike_ratio``: longest run of the week divided by the longest of the 30 days before it
    (Frandsen 2025, doi 10.1136/bjsports-2024-109380). ``weekly_distance_km``: mean over the 28 days up to onset.
    ``week_to_week_ratio`` and ``acwr_ratio``: contested; computed so that they can be shown as such
    (acute:chronic is the last 7 days over the weekly mean of the 21 days before).
    """
    return [_spike(history, origin), *_volume(history, origin), _break(history, origin), _in_a_row(history)]


def _km(days: list[Day]) -> float:
    return sum(d.distance_m for d in days) / 1000


def _spike(history: History, origin: str) -> Measure:
    name, needed = "single_run_spike_ratio", WEEK_DAYS + MONTH_DAYS
    week, before = history.week, history.before(MONTH_DAYS)
    if history.known_days < needed:
        why = f"only {history.known_days} days of runs before the onset; {needed} are needed"
        return Measure(name, None, "ratio", origin, why)
    if not week or not before:
        why = "no run in the week before the onset" if not week else "no run in the 30 days before that week"
        return Measure(name, None, "ratio", origin, why)
    longest, usual = max(week, key=lambda d: d.distance_m), max(before, key=lambda d: d.distance_m)
    before_words = f"{usual.distance_m / 1000:.1f} km, the longest of the 30 days before"
    words = f"{longest.distance_m / 1000:.1f} km on {longest.day} against {before_words}"
    return Measure(name, longest.distance_m / usual.distance_m, "ratio", words)


def _volume(history: History, origin: str) -> list[Measure]:
    why = history.silence
    if history.known_days < RECENT_DAYS:
        why = f"only {history.known_days} days of runs; {RECENT_DAYS} are needed"
    if why:
        names = (("weekly_distance_km", "km"), ("week_to_week_ratio", "ratio"), ("acwr_ratio", "ratio"))
        return [Measure(name, None, unit, origin, why) for name, unit in names]
    last7, prior7, prior21 = _km(history.week), _km(history.before(7)), _km(history.before(21))
    result = [Measure("weekly_distance_km", (last7 + prior21) / 4, "km", origin)]
    for name, base, words in (("week_to_week_ratio", prior7, "the week before"), ("acwr_ratio", prior21 / 3, "the three weeks before")):
        if base:
            result.append(Measure(name, last7 / base, "ratio", f"{last7:.1f} km in the last week against {base:.1f} km, {words}"))
        else:
            result.append(Measure(name, None, "ratio", origin, f"no run in {words}"))
    return result


def _break(history: History, origin: str) -> Measure:
    """Longest stretch without a run from which a return came in the half year before onset, from its first day on."""
    start = history.onset - timedelta(days=_HALF_YEAR_DAYS)
    recent = history.between(start, history.onset)
    earlier = [d for d in history.days if d.day < start]
    if len(earlier[-1:] + recent) < 2 or not recent:
        why = f"no two runs with the later one in the half year before onset ({history.known_days} days known)"
        return Measure("longest_break_days", None, "days", origin, why)
    gaps = [((b.day - a.day).days - 1, a.day) for a, b in itertools.pairwise(earlier[-1:] + recent)]
    longest, since = max(gaps)
    return Measure("longest_break_days", float(longest), "days", f"after {since}, then running again")


def _in_a_row(history: History) -> Measure:
    """Days of running without a day off, up to the onset or the day before it; 0 where neither was run."""
    ran = {d.day for d in history.days}
    last = next((day for day in (history.onset, history.onset - timedelta(days=1)) if day in ran), None)
    if history.silence:
        return Measure("days_in_a_row", None, "days", missing_because=history.silence)
    if last is None:
        return Measure("days_in_a_row", 0.0, "days", "no run on the day of onset or the day before")
    first = last
    while first - timedelta(days=1) in ran:
        first -= timedelta(days=1)
    return Measure("days_in_a_row", float((last - first).days + 1), "days", f"{first} to {last}")
