"""What happened or not before a day: races, pairs, breaks, watches. Each with how often it happened before."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from backstride.model.run import Shoe
from backstride.model.why_now import Event
from backstride.training.history import RECENT_DAYS, WEEK_DAYS, Day

__all__ = ["events_before"]

_BREAK_DAYS = 28
"""Four weeks, as `how_measured` of novice_or_return says."""
_LOOK_BACK_DAYS = 730
"""How often something happens is counted over two years at most: who ran otherwise long ago is no measure."""


def events_before(days: Sequence[Day], shoes: Iterable[Shoe], onset: date) -> tuple[Event, ...]:
    """Events before an onset, the latest first.

    Parameters
    ----------
    days : sequence of Day
        Usable runs up to the onset, oldest first.
    shoes : iterable of Shoe
    onset : date

    Returns
    -------
    tuple of Event
        A race counts within the week, all others within four weeks up to the onset. `Event.times_before` counts the same kind in the time
        before that, over at most two years.
    """
    if not days:
        return ()
    new_pairs = _new_pairs(days, shoes)
    found = {
        "race": _races(days),
        "new_pair": new_pairs,
        "other_pair": [
            one for one in _switches(days) if not any(one[0] == day and one[1].endswith(f" to {new}") for day, new in new_pairs)
        ],
        "return": _returns(days),
        "new_watch": _watches(days),
    }
    result = []
    for kind, all_of_kind in found.items():
        reach = WEEK_DAYS if kind == "race" else RECENT_DAYS
        start = onset - timedelta(days=reach - 1)
        earliest = max(days[0].day, start - timedelta(days=_LOOK_BACK_DAYS))
        before = sum(earliest <= day < start for day, _ in all_of_kind)
        span = max((start - earliest).days, 0)
        recent = [(day, detail) for day, detail in all_of_kind if start <= day <= onset]
        result += [Event(kind, day, detail, before, span) for day, detail in recent]
    return tuple(sorted(result, key=lambda event: (-event.day.toordinal(), event.kind, event.detail)))


def _races(days: Sequence[Day]) -> list[tuple[date, str]]:
    return [(d.day, f"{d.distance_m / 1000:.1f} km") for d in days if "race" in d.run.tags]


def _new_pairs(days: Sequence[Day], shoes: Iterable[Shoe]) -> list[tuple[date, str]]:
    """First day of each pair: as told, else its first run, where it had no kilometres before; the first pair of a record is not new."""
    first: dict[str, date] = {}
    for entry in days:
        if entry.run.shoe:
            first.setdefault(entry.run.shoe, entry.day)
    told = {shoe.name: shoe for shoe in shoes}
    result = []
    for name in first.keys() | told.keys():
        shoe = told.get(name)
        if shoe is not None and shoe.first_used is not None:
            result.append((shoe.first_used, name))
        elif name in first and (shoe is None or shoe.start_km == 0) and first[name] > days[0].day + timedelta(days=RECENT_DAYS):
            result.append((first[name], name))
    return sorted(result)


def _switches(days: Sequence[Day]) -> list[tuple[date, str]]:
    """A run in another pair than the one before, after at least three runs in a row in that one: rotating pairs is no switch."""
    worn = [(d.day, d.run.shoe) for d in days if d.run.shoe]
    return _after_a_series(worn, lambda old, new: f"from {old} to {new}")


def _watches(days: Sequence[Day]) -> list[tuple[date, str]]:
    return _after_a_series([(d.day, d.run.device) for d in days if d.run.device], lambda old, new: f"from {old} to {new}")


def _after_a_series(values: Sequence[tuple[date, str]], words: Callable[[str, str], str], least: int = 3) -> list[tuple[date, str]]:
    result, series = [], 0
    for i, (day, value) in enumerate(values):
        if i and value != values[i - 1][1]:
            if series >= least:
                result.append((day, words(values[i - 1][1], value)))
            series = 0
        series += 1
    return result


def _returns(days: Sequence[Day]) -> list[tuple[date, str]]:
    return [
        (later.day, f"after {gap} days without a run")
        for earlier, later in itertools.pairwise(days)
        if (gap := (later.day - earlier.day).days - 1) >= _BREAK_DAYS
    ]
