"""How fast it was run: the last week against the 30 days before, and a race against its training."""

from __future__ import annotations

from datetime import timedelta

from backstride.model.evidence import Measure
from backstride.training.history import MONTH_DAYS, Day, History
from backstride.training.speed_profile import BIN_MPS
from backstride.training.terrain import hill_jump

__all__ = ["history_intensity"]

_NEARLY_ALL = 0.95
"""Speed below which 95 % of a month's running lies: with 2 hours of it at least 6 minutes were faster, so it is no single surge."""
_HARD_SHARE = 0.2
"""Hard running is taken to be the fastest fifth of a runner's own month (the usual 80:20 of easy to hard): few runners know a
threshold pace. The bin edge nearest to it is used."""
_HARD_LEAST, _HARD_MOST = 0.05, 0.4
"""Where no edge parts off between 5 and 40 %, the month was run at one speed and the question has no answer."""
_LEAST_S = 7200.0
_LEAST_WEEK_S = 1200.0
"""Twenty minutes: one short run."""
_RACE_TRAINING_DAYS = 42
"""Six weeks, as `how_measured` of pace_above_trained says."""


def history_intensity(history: History) -> list[Measure]:
    """Share of the week faster than trained, hard running and climbing against before, and races against training.

    Speeds are those of running on level ground, or of all running where a run has no altitude (`RunMeasures.profile`).
    """
    hard = _hard_ratio(history)
    return [_jump(hard, hill_jump(history, "ascent_ratio")), *_races(history), _above_trained(history), hard]


def _seconds(history: History, days: list[Day]) -> dict[int, float]:
    """Bin number to seconds of level running."""
    total: dict[int, float] = {}
    for entry in days:
        for speed in history.measured(entry).profile:
            place = round(speed.speed_mps / BIN_MPS)
            total[place] = total.get(place, 0.0) + speed.seconds
    return total


def _share_from(seconds: dict[int, float], edge: int) -> float:
    return sum(s for place, s in seconds.items() if place >= edge) / sum(seconds.values())


def _too_little(week: dict[int, float], before: dict[int, float]) -> str:
    if sum(week.values()) < _LEAST_WEEK_S:
        return f"only {sum(week.values()) / 60:.0f} min of level running with known speed in the last week; 20 are needed"
    if sum(before.values()) < _LEAST_S:
        return f"only {sum(before.values()) / 3600:.1f} h of level running with known speed in the 30 days before; 2 are needed"
    return ""


def _above_trained(history: History) -> Measure:
    """Share of the last week's running faster than 95 % of the running of the 30 days before."""
    name = "pace_above_trained_share"
    week, before = _seconds(history, history.week), _seconds(history, history.before(MONTH_DAYS))
    if why := _too_little(week, before):
        return Measure(name, None, "share", missing_because=why)
    edge = next(place for place in range(max(before) + 2) if _share_from(before, place) <= 1 - _NEARLY_ALL)
    words = f"of the last week's running was faster than {_pace(edge)}, as was at most 5 % of the 30 days before"
    share = _share_from(week, edge)
    return Measure(name, share, "share", f"{share:.0%} {words}")


def _hard_ratio(history: History) -> Measure:
    """Share of hard running in the last week over that of the 30 days before."""
    name = "hard_time_ratio"
    week, before = _seconds(history, history.week), _seconds(history, history.before(MONTH_DAYS))
    if why := _too_little(week, before):
        return Measure(name, None, "ratio", missing_because=why)
    edge = min(range(max(before) + 1), key=lambda place: abs(_share_from(before, place) - _HARD_SHARE))
    usual = _share_from(before, edge)
    if not _HARD_LEAST <= usual <= _HARD_MOST:
        return Measure(name, None, "ratio", missing_because="the 30 days before were run at one speed, so hard can't be told from easy")
    now = _share_from(week, edge)
    words = f"{now:.0%} of the last week's running faster than {_pace(edge)} against {usual:.0%} in the 30 days before"
    return Measure(name, now / usual, "ratio", words)


def _jump(hard: Measure, climb: Measure) -> Measure:
    """The greater of the jumps in hard running and in ascent; either alone where the other is not known."""
    known = [m for m in (hard, climb) if m.value is not None]
    if not known:
        why = "neither the speeds nor the altitudes of these runs tell hard from easy"
        return Measure("intensity_jump_ratio", None, "ratio", missing_because=why)
    greater = max(known, key=lambda m: m.value or 0.0)
    return Measure("intensity_jump_ratio", greater.value, "ratio", greater.origin)


def _races(history: History) -> list[Measure]:
    """Speed and distance of the last week's race over what was trained in the six weeks before it.

    Only a run that its source calls a race: an interval session is faster than the mean of training in every week.
    """
    raced = [d for d in history.week if "race" in d.run.tags and history.measured(d).value("mean_speed_mps") is not None]
    names = ("race_pace_ratio", "race_distance_ratio")
    if not raced:
        why = "no run of the last week is marked as a race"
        return [Measure(name, None, "ratio", missing_because=why) for name in names]
    race = max(raced, key=lambda d: (d.distance_m, d.day))
    trained = [d for d in history.between(race.day - timedelta(days=_RACE_TRAINING_DAYS), race.day - timedelta(days=1)) if d not in raced]
    timed = [(d.distance_m, d.distance_m / v) for d in trained if (v := history.measured(d).value("mean_speed_mps"))]
    if not timed:
        why = "no run with distance and time in the six weeks before the race"
        return [Measure(name, None, "ratio", missing_because=why) for name in names]
    speed = history.measured(race).value("mean_speed_mps") or 0.0
    usual = sum(m for m, _ in timed) / sum(s for _, s in timed)
    longest = max(d.distance_m for d in trained)
    pace_words = f"race of {race.day} at {_pace_of(speed)} against {_pace_of(usual)}, the mean of the six weeks before"
    words = f"race of {race.distance_m / 1000:.1f} km on {race.day} against {longest / 1000:.1f} km, the longest of the six weeks before"
    return [Measure(names[0], speed / usual, "ratio", pace_words), Measure(names[1], race.distance_m / longest, "ratio", words)]


def _pace(edge: int) -> str:
    return _pace_of(edge * BIN_MPS)


def _pace_of(speed_mps: float) -> str:
    seconds = round(1000 / speed_mps)
    return f"{seconds // 60}:{seconds % 60:02d} min/km"
