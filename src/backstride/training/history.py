"""The runs that count, by the runner's days, in windows before the onset."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from backstride.model.run import Run
from backstride.model.run_measures import RunMeasures

__all__ = ["BASELINE_DAYS", "MONTH_DAYS", "RECENT_DAYS", "WEEK_DAYS", "Day", "History", "usable"]

WEEK_DAYS = 7
"""The last week, onset included: the window of Frandsen 2025 (doi 10.1136/bjsports-2024-109380)."""
MONTH_DAYS = 30
"""What the last week is compared with: the 30 days before it (the same study)."""
RECENT_DAYS = 28
"""How someone runs now: four weeks, as shoe and volume factors have it; one week of one kind of run would be no habit."""
BASELINE_DAYS = 90
"""A runner's own baseline: the 90 days before those four weeks, long enough for all speeds, short enough for one season."""
LONGEST_REST_DAYS = 14
"""Two weeks of rest are believed (a cold, a holiday); after that it is as likely that the archive was made before the pain."""

_FASTEST_MPS = 8.0
_LONGEST_M = 400_000.0
_EARLIEST = date(1995, 1, 1)


@dataclass(frozen=True, slots=True)
class Day:
    """A usable run on its local day."""

    day: date
    distance_m: float
    run: Run


@dataclass
class History:
    """Usable runs up to the onset, oldest first, and what was measured on them.

    Attributes
    ----------
    days : list of Day
    onset : date
    measure : callable
        Measures a run that comes without; called only for runs inside a window that needs it, once each.
    known_after : bool
        Whether a run is known after the onset: then the days up to it without a run were days of rest.
    """

    days: list[Day]
    onset: date
    measure: Callable[[Run], RunMeasures]
    known_after: bool = False
    _measured: dict[int, RunMeasures] = field(default_factory=dict)

    def between(self, first: date, last: date) -> list[Day]:
        """Runs of these days, both included."""
        return [d for d in self.days if first <= d.day <= last]

    @property
    def week_start(self) -> date:
        """First day of the last week."""
        return self.onset - timedelta(days=WEEK_DAYS - 1)

    @property
    def week(self) -> list[Day]:
        """Runs of the 7 days up to and including the onset."""
        return self.between(self.week_start, self.onset)

    def before(self, days: int) -> list[Day]:
        """Runs of so many days before the last week."""
        return self.between(self.week_start - timedelta(days=days), self.week_start - timedelta(days=1))

    def recent(self) -> list[Day]:
        """Runs of the 4 weeks up to and including the onset."""
        return self.between(self.onset - timedelta(days=RECENT_DAYS - 1), self.onset)

    def baseline(self) -> list[Day]:
        """Runs of the 90 days before those 4 weeks."""
        last = self.onset - timedelta(days=RECENT_DAYS)
        return self.between(last - timedelta(days=BASELINE_DAYS - 1), last)

    @property
    def known_days(self) -> int:
        """Days from the first run to the onset, both included; 0 without a run."""
        return (self.onset - self.days[0].day).days + 1 if self.days else 0

    @property
    def silence(self) -> str:
        """Why no run lately need not mean that none was run; empty where it does.

        A record may be older than the pain. So the days after its last run count as days without running only for
        `LONGEST_REST_DAYS`, or where a later run shows that the record goes on.
        """
        if not self.days:
            return "no run before the onset"
        quiet = (self.onset - self.days[-1].day).days
        if self.known_after or quiet <= LONGEST_REST_DAYS:
            return ""
        return f"last run {quiet} days before the onset; the record may end there"

    def measured(self, entry: Day) -> RunMeasures:
        """What was measured on a run; measured now where it was not before."""
        if entry.run.measured is not None:
            return entry.run.measured
        if id(entry) not in self._measured:
            self._measured[id(entry)] = self.measure(entry.run)
        return self._measured[id(entry)]


def usable(runs: Iterable[Run]) -> list[Day]:
    """Runs that can be true, by the runner's days, and on each day oldest first.

    A journey across zones, or a source without an offset, can put a later moment on an earlier day. Only running counts; runs whose
    date or speed cannot be true are left out. One run of many sources is one run here already.
    """
    kept: list[Day] = []
    for run in sorted(runs, key=lambda r: (r.start, r.distance_m or 0.0, r.origin)):
        if run.sport not in ("running", "run") or run.distance_m is None or not 0 < run.distance_m <= _LONGEST_M:
            continue
        seconds = run.timer_time_s or run.elapsed_time_s
        if seconds and run.distance_m / seconds > _FASTEST_MPS:
            continue
        if run.local_day >= _EARLIEST:
            kept.append(Day(run.local_day, run.distance_m, run))
    return sorted(kept, key=lambda entry: entry.day)
