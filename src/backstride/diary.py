"""What a diary says of the pain and the days around it: spells, and measures of sitting, stress, sleep and sweat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from backstride.model.diary import DiaryDay, Episode
from backstride.model.evidence import DIARY, Measure
from backstride.model.run import DayValue, Run

__all__ = ["episodes_of", "measures_of_diary", "nights_of_diary", "told_episode"]

_RECENT_DAYS = 28
"""How someone lives now: four weeks, as the measures of the runs have it."""
_WEEK_DAYS = 7
_LEAST_SHARE = 0.5
"""Of a window so many days must be told; fewer may be just the bad ones."""
_MOST_LOSS = 0.1
"""Of the body's mass in one run; more is a slip of the pen or another scale, and so is as much gained."""
_LONGEST_RUN_H = 30.0


def episodes_of(days: Iterable[DiaryDay], *, begins: float, quiet_days: int, gap_days: int, today: date) -> tuple[Episode, ...]:
    """Spells of pain, earliest first.

    A spell begins on the first day whose worst pain is told as `begins` or more. It ends with the last such day before `quiet_days`
    told days in a row below that. Days without pain told neither end it nor make it longer; after more than `gap_days` of them in a row
    the diary stops there, and what is told later begins anew.

    Parameters
    ----------
    days : iterable of DiaryDay
        In any order; those after `today` don't count.
    begins : float
        Pain, 0 to 10.
    quiet_days, gap_days : int
    today : date
        The runner's local day.

    Returns
    -------
    tuple of Episode
        Of basis ``"diary"``. `Episode.sure` says how many of its days were told, and what can't be known of begin and end.
    """
    found: list[Episode] = []
    spell: _Spell | None = None
    last: date | None = None
    told = sorted((day.day, pain) for day in days if (pain := day.worst_pain) is not None and day.day <= today)
    for day, pain in told:
        if spell is not None and spell.stops_before(day, gap_days):
            found.append(spell.stopped())
            spell = None
        if spell is None and pain >= begins:
            spell = _Spell(day, last)
        if spell is not None:
            spell.tell(day, pain, bad=pain >= begins)
            if spell.quiet >= quiet_days:
                found.append(spell.ended())
                spell = None
        last = day
    if spell is not None:
        found.append(spell.stopped() if spell.stops_before(today, gap_days) else spell.going_on())
    return tuple(found)


def told_episode(onset: date) -> Episode:
    """The spell that began on a day which the runner names; nothing else is known of it."""
    return Episode(onset, basis="told", sure="You named the day on which it began.")


class _Spell:
    """A spell of which the end is not seen yet."""

    def __init__(self, begin: date, before: date | None) -> None:
        self.begin, self.before = begin, before
        self.told: list[tuple[date, float]] = []
        self.last_bad = begin
        self.after_bad: date | None = None
        self.quiet = 0

    def tell(self, day: date, pain: float, *, bad: bool) -> None:
        self.told.append((day, pain))
        if bad:
            self.last_bad, self.after_bad, self.quiet = day, None, 0
        else:
            self.after_bad = self.after_bad or day
            self.quiet += 1

    def stops_before(self, day: date, gap_days: int) -> bool:
        return (day - self.told[-1][0]).days - 1 > gap_days

    def ended(self) -> Episode:
        after = self.after_bad
        words = f"It may have ended up to {after - timedelta(days=1)}." if after and (after - self.last_bad).days > 1 else ""
        return self._episode(self.last_bad, self.last_bad, words)

    def stopped(self) -> Episode:
        last = self.told[-1][0]
        return self._episode(None, last, f"The diary stops on {last}: when it ended is not known.")

    def going_on(self) -> Episode:
        return self._episode(None, self.told[-1][0], "It goes on.")

    def _episode(self, end: date | None, last: date, words: str) -> Episode:
        told = [(day, pain) for day, pain in self.told if day <= last]
        span = (last - self.begin).days + 1
        told_words = f"Pain is told on {len(told)} of its {span} days." if span > 1 else "It is one day."
        if self.before is None:
            begin = "The diary begins with it: it may have begun before."
        elif (self.begin - self.before).days > 1:
            begin = f"No pain is told of the days after {self.before}: it may have begun then."
        else:
            begin = ""
        sure = " ".join(part for part in (told_words, begin, words) if part)
        return Episode(self.begin, end, max(pain for _, pain in told), len(told), "diary", sure)


def nights_of_diary(days: Iterable[DiaryDay], known: Iterable[DayValue]) -> tuple[DayValue, ...]:
    """Hours of sleep from the diary, for those nights of which no device tells (`DayValue` of name ``sleep_h``)."""
    measured = {value.day for value in known if value.name == "sleep_h"}
    return tuple(DayValue(day.day, "sleep_h", day.sleep_h, "diary") for day in days if day.sleep_h is not None and day.day not in measured)


def measures_of_diary(days: Sequence[DiaryDay], onset: date, runs: Iterable[Run] = ()) -> tuple[Measure, ...]:
    """What the diary tells of the days up to the onset; see docs/measures.md for the list.

    Parameters
    ----------
    days : sequence of DiaryDay
        Those after `onset` don't count.
    onset : date
        The runner's local day.
    runs : iterable of Run
        For how long was run on the days on which the body was weighed.

    Returns
    -------
    tuple of Measure
        Empty without a diary; else every one, or why it is missing.
    """
    days = [day for day in days if day.day <= onset]
    if not days:
        return ()
    runs_of: dict[date, list[Run]] = {}
    for run in runs:
        if run.sport in ("running", "run"):
            runs_of.setdefault(run.local_day, []).append(run)
    recent = [day for day in days if day.day > onset - timedelta(days=_RECENT_DAYS)]
    found = (
        _mean("sitting_h_mean", "h", [day.sitting_h for day in recent]),
        _mean("stress_mean", "0 to 10", [day.stress for day in recent]),
        _sweat_rate(recent, runs_of),
        _mass_loss([day for day in recent if day.day > onset - timedelta(days=_WEEK_DAYS)], onset, runs_of),
    )
    return tuple(replace(measure, device=DIARY) for measure in found)


def _mean(id: str, unit: str, told: Iterable[float | None]) -> Measure:
    values = [value for value in told if value is not None]
    origin = f"your diary, {len(values)} of {_RECENT_DAYS} days"
    if len(values) < _LEAST_SHARE * _RECENT_DAYS:
        return Measure(id, None, unit, origin, f"told on {len(values)} of the last {_RECENT_DAYS} days; half of them are needed")
    return Measure(id, sum(values) / len(values), unit, origin)


def _lost_kg(day: DiaryDay) -> float | None:
    """What the scale lost over the run of a day; None without both weights, or where they can't be of one body on one scale."""
    if day.weight_before_kg is None or day.weight_after_kg is None:
        return None
    lost = day.weight_before_kg - day.weight_after_kg
    return lost if abs(lost) <= _MOST_LOSS * day.weight_before_kg else None


def _hours(runs: Sequence[Run]) -> float | None:
    """How long the one run of a day was; with two it isn't known between which the scale stood."""
    if len(runs) != 1:
        return None
    seconds = runs[0].timer_time_s or runs[0].elapsed_time_s
    return seconds / 3600 if seconds and 0 < seconds <= _LONGEST_RUN_H * 3600 else None


def _sweat_rate(days: Sequence[DiaryDay], runs_of: dict[date, list[Run]]) -> Measure:
    """Weight before less weight after, plus what was drunk (1 ml is 1 g), an hour of running; the mean of the runs that tell all of it."""
    id, unit = "sweat_rate_l_per_h", "l/h"
    weighed = [(day, lost) for day in days if (lost := _lost_kg(day)) is not None]
    rates = [
        (lost + day.fluid_ml / 1000) / hours
        for day, lost in weighed
        if day.fluid_ml is not None and (hours := _hours(runs_of.get(day.day, ())))
    ]
    rates = [rate for rate in rates if rate >= 0]
    if not rates:
        what = "no run with weight before and after" if not weighed else "no weighed run that tells what was drunk and how long it took"
        return Measure(id, None, unit, "your diary", f"{what} in the last {_RECENT_DAYS} days")
    return Measure(id, sum(rates) / len(rates), unit, f"your diary, mean of {len(rates)} weighed run{'s' * (len(rates) > 1)}")


def _mass_loss(days: Sequence[DiaryDay], onset: date, runs_of: dict[date, list[Run]]) -> Measure:
    id, unit = "body_mass_loss_share", "share"
    weighed = [(lost / day.weight_before_kg, day) for day in days if (lost := _lost_kg(day)) is not None and day.weight_before_kg]
    if not weighed:
        return Measure(id, None, unit, "your diary", f"no run of the last {_WEEK_DAYS} days with weight before and after")
    share, day = max(weighed, key=lambda one: one[0])
    week = [one for one, runs in runs_of.items() if runs and onset - timedelta(days=_WEEK_DAYS) < one <= onset]
    told = {one.day for _, one in weighed}
    origin = f"your diary, {len(weighed)} weighed run{'s' * (len(weighed) > 1)} in {_WEEK_DAYS} days; most on {day.day}: "
    origin += f"{day.weight_before_kg:g} kg before, {day.weight_after_kg:g} kg after"
    # A run that was not weighed may have cost more.
    return Measure(id, share, unit, origin, lower_bound=not (week and set(week) <= told))
