"""Shoes: kilometres on each pair, how new the newest is, when the pair was last changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from backstride.model.evidence import Measure
from backstride.model.run import Shoe
from backstride.training.history import RECENT_DAYS, Day, History

__all__ = ["history_pairs", "history_shoes"]


@dataclass(frozen=True, slots=True)
class _Worn:
    """Which pair ran when.

    ``distance_km`` by pair, with what it had before; ``on`` the pair of each run that could be given to one, oldest first;
    ``unknown`` why some could not, or empty; ``untold`` a pair that runs name and nobody told of, or empty.
    """

    distance_km: dict[str, float]
    on: list[tuple[date, str]]
    unknown: str
    untold: str = ""

    @property
    def maybe_more(self) -> str:
        return f"; {self.unknown}, so it may be more" if self.unknown else ""


def history_shoes(history: History, shoes: tuple[Shoe, ...]) -> list[Measure]:
    """Kilometres on the pair in use that has most, age of the newest, and how many pairs were used; none where no pair is known.

    A run belongs to the pair it names, else to the only pair in use that day. What a pair had on it on its first day holds the
    runs before that day, so these are not added again.
    """
    if not shoes:
        return []
    days, onset = history.days, history.onset
    active, worn = [s for s in shoes if _in_use(s, onset)], _worn(days, shoes)
    result = []
    if not active:
        result.append(Measure("shoe_distance_km", None, "km", "", "no pair in use on the day of onset"))
    else:
        most = max(active, key=lambda s: (worn.distance_km[s.name], s.name))
        words = f"pair '{most.name}'{worn.maybe_more}"
        result.append(Measure("shoe_distance_km", worn.distance_km[most.name], "km", words, lower_bound=bool(worn.unknown)))
    dated = [s for s in active if s.first_used is not None]
    if dated and worn.untold:
        why = f"runs were in '{worn.untold}', of which nothing is told"
        result.append(Measure("newest_pair_age_weeks", None, "weeks", missing_because=why))
    elif dated:
        newest = max(dated, key=lambda s: (s.first_used or onset, s.name))
        weeks = (onset - (newest.first_used or onset)).days / 7
        result.append(Measure("newest_pair_age_weeks", weeks, "weeks", f"pair '{newest.name}', first used {newest.first_used}"))
    if days and history.silence:
        result.append(Measure("pairs_in_use_4_weeks", None, "pairs", missing_because=history.silence))
    elif days and not worn.unknown:
        used = {name for day, name in worn.on if day > onset - timedelta(days=RECENT_DAYS)}
        result.append(Measure("pairs_in_use_4_weeks", float(len(used)), "pairs", ", ".join(sorted(used))))
    return result


def history_pairs(history: History, shoes: tuple[Shoe, ...]) -> list[Measure]:
    """Days since a new pair and since the last change of pair, and ``pair_distance_km`` once for each pair in use."""
    if not shoes:
        return []
    days, onset = history.days, history.onset
    active, worn = [s for s in shoes if _in_use(s, onset)], _worn(days, shoes)
    each = [Measure("pair_distance_km", worn.distance_km[s.name], "km", f"pair '{s.name}'{worn.maybe_more}") for s in active]
    return [*each, _first_use(active, worn, onset), _switch(worn, onset)]


def _worn(days: list[Day], shoes: tuple[Shoe, ...]) -> _Worn:
    distance = {s.name: s.start_km for s in shoes}
    counted_from = {s.name: s.first_used for s in shoes if s.first_used is not None and s.start_km > 0}
    on: list[tuple[date, str]] = []
    for entry in days:
        name = entry.run.shoe or _only_pair(shoes, entry.day)
        if name in distance:
            if entry.day >= counted_from.get(name, entry.day):
                distance[name] += entry.distance_m / 1000
            on.append((entry.day, name))
    unknown = len(days) - len(on)
    untold = next((entry.run.shoe for entry in days if entry.run.shoe and entry.run.shoe not in distance), "")
    return _Worn(distance, on, f"{unknown} of {len(days)} runs could not be given to a pair" if unknown else "", untold)


def _first_use(active: list[Shoe], worn: _Worn, onset: date) -> Measure:
    """Days since the newest pair in use was first worn: as told, else its first run here, where it had no kilometres before."""
    first: dict[str, date] = {}
    for day, name in worn.on:
        first.setdefault(name, day)
    known = [(when, s.name) for s in active if (when := s.first_used or (first.get(s.name) if s.start_km == 0 else None)) is not None]
    if not known:
        return Measure("first_use_days_ago", None, "days", missing_because="no pair in use has a first day")
    when, name = max(known)
    return Measure("first_use_days_ago", float((onset - when).days), "days", f"pair '{name}', first used {when}")


def _switch(worn: _Worn, onset: date) -> Measure:
    """Days since the pair of the latest run replaced another one: the start of its unbroken series."""
    name = "shoe_switch_days_ago"
    if not worn.on or worn.unknown:
        return Measure(name, None, "days", missing_because=worn.unknown or "no run before the onset")
    since, latest = worn.on[-1]
    for day, pair in reversed(worn.on):
        if pair != latest:
            return Measure(name, float((onset - since).days), "days", f"from '{pair}' to '{latest}' on {since}")
        since = day
    return Measure(name, None, "days", missing_because="every run was in the same pair")


def _in_use(shoe: Shoe, day: date) -> bool:
    return (shoe.first_used is None or shoe.first_used <= day) and (shoe.retired is None or shoe.retired >= day)


def _only_pair(shoes: tuple[Shoe, ...], day: date) -> str:
    """The pair of a run that names none, when only one pair was in use that day; of a pair without a first day nobody knows since when."""
    active = [s for s in shoes if _in_use(s, day)]
    return active[0].name if len(active) == 1 and active[0].first_used is not None else ""
