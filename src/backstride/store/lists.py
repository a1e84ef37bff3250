"""Runs as lists show them: a few of many, and what they sum up to, without reading them all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, Max, Min, Sum
from django.db.models.functions import ExtractYear

from backstride.store.models import RunRow, SourceRow

__all__ = ["Wanted", "Worn", "Year", "gear_names", "run_rows", "worn", "years"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which runs are looked for; what is None is open, and bounds are included.

    Attributes
    ----------
    sport : str
        Only this sport; all when empty.
    first_day, last_day : date or None
        The runner's local days.
    least_m, most_m : float or None
        Distance. A run of which it is not known is none of those.
    least_s, most_s : float or None
        Time without pauses. A run of which it is not known is none of those.
    """

    sport: str = ""
    first_day: date | None = None
    last_day: date | None = None
    least_m: float | None = None
    most_m: float | None = None
    least_s: float | None = None
    most_s: float | None = None


@dataclass(frozen=True, slots=True)
class Year:
    """How many runs a year of local days holds, and how far they went in all (m)."""

    year: int
    runs: int
    distance_m: float


@dataclass(frozen=True, slots=True)
class Worn:
    """What was run in a pair: how far in all (m), and the first and the last day."""

    distance_m: float
    first: date
    last: date


def run_rows(runner_id: int, wanted: Wanted, first: int, most: int) -> tuple[list[RunRow], int]:
    """At most so many of the rows that are wanted, latest first, without their measures; and how many are wanted in all."""
    bounds = {
        "local_day__gte": wanted.first_day,
        "local_day__lte": wanted.last_day,
        # An index knows the starts; a local day begins and ends within a day of the same in UTC.
        "start__gte": _noon(wanted.first_day, -2),
        "start__lte": _noon(wanted.last_day, 2),
        "distance_m__gte": wanted.least_m,
        "distance_m__lte": wanted.most_m,
        "timer_time_s__gte": wanted.least_s,
        "timer_time_s__lte": wanted.most_s,
        "sport": wanted.sport or None,
    }
    rows = RunRow.objects.filter(runner_id=runner_id, **{name: value for name, value in bounds.items() if value is not None})
    # Sorted by number first: whole rows are long.
    order = ("-local_day", "-start", "-key")
    some = list(rows.order_by(*order).values_list("pk", flat=True)[first : first + most])
    return list(RunRow.objects.filter(pk__in=some).defer("measured").order_by(*order)), rows.count()


def _noon(day: date | None, days_later: int) -> datetime | None:
    """Noon of a day so many days later; None where that is beyond all days."""
    try:
        return None if day is None else datetime.combine(day, time(12), UTC) + timedelta(days=days_later)
    except OverflowError:
        return None


def years(runner_id: int, sport: str) -> tuple[Year, ...]:
    """What each year holds, the latest first."""
    rows = RunRow.objects.filter(runner_id=runner_id, **({"sport": sport} if sport else {}))
    sums = rows.values(year=ExtractYear("local_day")).annotate(runs=Count("pk"), distance_m=Sum("distance_m")).order_by("-year")
    return tuple(Year(row["year"], row["runs"], row["distance_m"] or 0.0) for row in sums)


def worn(runner_id: int) -> dict[str, Worn]:
    """What was run in each pair, by its name; runs that name none are left out."""
    rows = RunRow.objects.filter(runner_id=runner_id, sport="running").exclude(shoe="").values("shoe").order_by("shoe")
    sums = rows.annotate(distance_m=Sum("distance_m"), first=Min("local_day"), last=Max("local_day"))
    return {row["shoe"]: Worn(row["distance_m"] or 0.0, row["first"], row["last"]) for row in sums}


def gear_names(runner_id: int) -> frozenset[str]:
    """The names that files have for the pairs worn, as they write them."""
    names = SourceRow.objects.filter(runner_id=runner_id, content__has_key="shoe").values_list("content__shoe", flat=True)
    return frozenset(names.distinct())
