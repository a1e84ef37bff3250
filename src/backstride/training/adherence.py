"""Whether a run kept to a change that the runner is trying, against how they ran before."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from backstride.model.evidence import Measure
from backstride.model.run import Shoe
from backstride.training.history import BASELINE_DAYS, Day, History
from backstride.training.speed_profile import change_at_like_speed

__all__ = ["READINGS", "other_pairs", "usual_way", "way_of_run"]

READINGS = ("cadence_ratio", "descent_m_per_km", "mean_speed_ratio", "pair")
"""What can be read from a run."""
_COMMON_S = 300.0
"""Five minutes at speeds that were run before, as for the drift within a run."""
_UNITS = {"cadence_spm": "steps/min", "descent_m_per_km": "m/km", "mean_speed_mps": "m/s"}
_OF = {"cadence_ratio": "cadence_spm", "descent_m_per_km": "descent_m_per_km", "mean_speed_ratio": "mean_speed_mps"}
_NO_VALUE = {
    "cadence_spm": "the watch did not tell the steps",
    "descent_m_per_km": "the height was not known",
    "mean_speed_mps": "the speed was not known",
}


def usual_way(reads: str, before: History) -> Measure:
    """How the runner ran in the `BASELINE_DAYS` days up to ``before.onset``, without the change.

    Parameters
    ----------
    reads : str
        One of `READINGS` but ``"pair"``.
    before : History

    Returns
    -------
    Measure
        ``usual_cadence_spm`` (mean over level running), ``usual_descent_m_per_km`` (mean by distance) or ``usual_mean_speed_mps``
        (the middle one of the runs); missing where no run tells it.
    """
    name = _OF[reads]
    days = _baseline(before)
    if name == "cadence_spm":
        told = [(s.seconds, s.cadence_spm) for d in days for s in before.measured(d).profile if s.cadence_spm is not None]
    elif name == "descent_m_per_km":
        told = [(d.distance_m, value) for d in days if (value := _descent(before, d).value) is not None]
    else:
        told = [(1.0, value) for d in days if (value := before.measured(d).value(name)) is not None]
    if not told:
        why = f"no run of the {BASELINE_DAYS} days before tells it" if days else f"no run in the {BASELINE_DAYS} days before"
        return Measure(f"usual_{name}", None, _UNITS[name], missing_because=why)
    weight, value = np.array(told).T
    usual = float(np.median(value)) if name == "mean_speed_mps" else float(weight @ value / weight.sum())
    return Measure(f"usual_{name}", usual, _UNITS[name], f"{len(days)} runs of the {BASELINE_DAYS} days before")


def way_of_run(reads: str, entry: Day, before: History, pair: str = "") -> Measure:
    """What a run shows of the change.

    Parameters
    ----------
    reads : str
        One of `READINGS`.
    entry : Day
        A run of the trial.
    before : History
        Up to the day before the trial.
    pair : str
        The pair that is tried; only for ``"pair"``.

    Returns
    -------
    Measure
        ``cadence_ratio`` (at like speed, by the same watch), ``descent_m_per_km``, ``mean_speed_ratio`` (over the middle one of the
        runs before), or ``pair``: 1 where the run was in it, 0 where in another. Missing with a reason that can be counted.
    """
    if reads == "pair":
        if not entry.run.shoe:
            return Measure(reads, None, "", missing_because="no pair is told")
        return Measure(reads, float(entry.run.shoe == pair), "", f"in '{entry.run.shoe}'")
    if reads == "cadence_ratio":
        return _cadence_ratio(entry, before)
    if reads == "descent_m_per_km":
        return _descent(before, entry)
    name = _OF[reads]
    value, usual = before.measured(entry).value(name), usual_way(reads, before)
    if value is None or usual.value is None:
        return Measure(reads, None, "ratio", missing_because=_NO_VALUE[name] if value is None else usual.missing_because)
    return Measure(reads, value / usual.value, "ratio", f"{value:.2f} against {usual.value:.2f} m/s before")


def other_pairs(history: History, shoes: tuple[Shoe, ...], window: int) -> tuple[str, dict[str, float]]:
    """The pair that is worn most, and the others that are in use.

    Parameters
    ----------
    history : History
        Up to today.
    shoes : tuple of Shoe
    window : int
        Days up to today in which most kilometres make a pair the usual one.

    Returns
    -------
    usual : str
        Empty where no run of that time tells its pair.
    others : dict of name to kilometres
        What a pair had on it and what was run in it, most first; without pairs that are put away.
    """
    recent = history.between(history.onset - timedelta(days=window - 1), history.onset)
    lately = _distance(recent)
    usual = max(lately, key=lambda name: (lately[name], name)) if lately else ""
    away = {shoe.name for shoe in shoes if shoe.retired is not None and shoe.retired < history.onset}
    km = _distance(history.days)
    for shoe in shoes:
        after = [d for d in history.days if shoe.first_used is None or d.day >= shoe.first_used]
        km[shoe.name] = shoe.start_km + (_distance(after) if shoe.start_km else km).get(shoe.name, 0.0)
    others = {name: km[name] for name in sorted(km, key=lambda name: (-km[name], name)) if name != usual and name not in away}
    return usual, others


def _distance(days: list[Day]) -> dict[str, float]:
    km: dict[str, float] = {}
    for entry in days:
        if entry.run.shoe:
            km[entry.run.shoe] = km.get(entry.run.shoe, 0.0) + entry.distance_m / 1000
    return km


def _baseline(before: History) -> list[Day]:
    return before.between(before.onset - timedelta(days=BASELINE_DAYS - 1), before.onset)


def _descent(history: History, entry: Day) -> Measure:
    """On a treadmill nobody runs downhill."""
    measured = history.measured(entry)
    if measured.value("treadmill_share") == 1.0:
        return Measure("descent_m_per_km", 0.0, "m/km", "on a treadmill")
    value = measured.value("descent_m_per_km")
    return Measure("descent_m_per_km", value, "m/km", missing_because="" if value is not None else _NO_VALUE["descent_m_per_km"])


def _cadence_ratio(entry: Day, before: History) -> Measure:
    name, profile = "cadence_ratio", before.measured(entry).profile
    if not any(speed.cadence_spm is not None for speed in profile):
        return Measure(name, None, "ratio", missing_because=_NO_VALUE["cadence_spm"])
    device = entry.run.device
    same = [d for d in _baseline(before) if device and d.run.device == device]
    if not same:
        why = "another watch than before" if device else "the file does not name the watch"
        return Measure(name, None, "ratio", missing_because=why, device=device)
    bins = [speed for d in same for speed in before.measured(d).profile]
    usual, now, seconds = change_at_like_speed("cadence_spm", bins, profile)
    if seconds < _COMMON_S:
        why = f"under {_COMMON_S / 60:.0f} minutes of level running at a speed that was run before"
        return Measure(name, None, "ratio", missing_because=why, device=device)
    return Measure(name, now / usual, "ratio", f"{now:.0f} against {usual:.0f} steps/min at like speed", device=device)
