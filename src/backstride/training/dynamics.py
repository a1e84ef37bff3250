"""How the feet met the ground, as a device told it: of one run, its drift in a long run, and against the runner's own baseline."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from backstride.model.evidence import Measure
from backstride.model.run import Run
from backstride.model.run_measures import SpeedBin
from backstride.training.history import BASELINE_DAYS, Day, History
from backstride.training.speed_profile import change_at_like_speed, level_running, profile_of
from backstride.training.trace import BoolArray, Trace, weighted_median

__all__ = ["history_dynamics", "run_dynamics"]

_UNITS: Mapping[str, str] = {
    "contact_time_ms": "ms",
    "contact_balance_left": "share",
    "vertical_oscillation_mm": "mm",
    "cadence_spm": "steps/min",
}
_WORDS: Mapping[str, str] = {
    "contact_time_ms": "contact time",
    "contact_balance_left": "left share of contact",
    "vertical_oscillation_mm": "vertical oscillation",
    "cadence_spm": "cadence",
}
_STEADY_SHARE = 0.1
"""Speed within 10 % of that of the minute around it: while speed changes, a device's smoothed values lag behind it."""
_STEADY_WINDOW_S = 60.0
_SHORTEST_S = 120.0
"""Two minutes are some 300 steps, enough for a median to stand still."""
_LONG_RUN_S = 3600.0
"""Drift shows from an hour on; in shorter runs first and last third are warming up and running home."""
_COMMON_S = 300.0
"""Five minutes at shared speeds on either side."""
_TREND_COMMON_S = 1200.0
"""A trend over months rests on 20 minutes at shared speeds at least: three or four easy runs."""


def run_dynamics(run: Run, trace: Trace | None) -> tuple[Measure, ...]:
    """Medians over level, steady running, and their drift in runs of over an hour.

    Median: weighted by time, over samples that are running, within 2 % of level (where the grade is known) and within 10 % of
    the speed of the minute around. Drift: mean of the last third of the running time less that of the first third, each bin of
    speed compared with itself. Without samples the device's own mean over the whole run stands in for the median.
    """
    if trace is None:
        return (*(_stated(run, name, unit) for name, unit in _UNITS.items()), *(_no_drift(run, n, "no samples") for n in _UNITS))
    calm = level_running(trace) & _steady(trace)
    return (*(_median(run, trace, name, calm) for name in _UNITS), *_drifts(run, trace))


def _steady(trace: Trace) -> BoolArray:
    if trace.way_m is None or trace.speed_mps is None:
        return np.ones(trace.clock_s.size, dtype=bool)
    late = np.minimum(trace.clock_s + _STEADY_WINDOW_S / 2, trace.clock_s[-1])
    early = np.maximum(trace.clock_s - _STEADY_WINDOW_S / 2, 0.0)
    minute = (np.interp(late, trace.clock_s, trace.way_m) - np.interp(early, trace.clock_s, trace.way_m)) / (late - early)
    steady: BoolArray = np.abs(trace.speed_mps - minute) <= _STEADY_SHARE * minute
    return steady


def _median(run: Run, trace: Trace, name: str, calm: BoolArray) -> Measure:
    values = trace.columns.get(name)
    if values is None:
        return _stated(run, name, _UNITS[name])
    chosen = calm & np.isfinite(values)
    seconds = float(trace.weight_s[chosen].sum())
    if seconds < _SHORTEST_S:
        why = f"only {seconds:.0f} s of level, steady running with it; {_SHORTEST_S:g} are needed"
        return Measure(name, None, _UNITS[name], missing_because=why, device=run.device)
    ground = "level" if trace.grade is not None else "grade unknown"
    origin = f"median of {seconds / 60:.0f} min of steady running, {ground}"
    return Measure(name, weighted_median(values[chosen], trace.weight_s[chosen]), _UNITS[name], origin, device=run.device)


def _stated(run: Run, name: str, unit: str) -> Measure:
    if name in run.stated:
        return Measure(name, run.stated[name], unit, "the device's mean over the whole run", device=run.device)
    return Measure(name, None, unit, missing_because=f"the device recorded no {_WORDS[name]}", device=run.device)


def _drift_id(name: str) -> str:
    if name == "contact_balance_left":
        return "contact_balance_drift"
    quantity, _, unit = name.rpartition("_")
    return f"{quantity}_drift_{unit}"


def _no_drift(run: Run, name: str, why: str) -> Measure:
    return Measure(_drift_id(name), None, _UNITS[name], missing_because=why, device=run.device)


def _drifts(run: Run, trace: Trace) -> list[Measure]:
    ran = np.cumsum(np.where(trace.running, trace.weight_s, 0.0))
    if ran[-1] <= _LONG_RUN_S:
        return [_no_drift(run, name, f"{ran[-1] / 60:.0f} min of running; drift is for more than 60") for name in _UNITS]
    first, last = (profile_of(trace, chosen) for chosen in (ran <= ran[-1] / 3, ran > ran[-1] * 2 / 3))
    measures = []
    for name, unit in _UNITS.items():
        if name not in trace.columns:
            measures.append(_no_drift(run, name, f"the device recorded no {_WORDS[name]}"))
            continue
        before, after, seconds = change_at_like_speed(name, first, last)
        if seconds < _COMMON_S:
            why = f"first and last third share only {seconds / 60:.0f} min of level running at like speed with it"
            measures.append(_no_drift(run, name, why))
        else:
            words = f"{_number(after, name)} in the last third against {_number(before, name)} in the first, at like speed"
            measures.append(Measure(_drift_id(name), after - before, unit, words, device=run.device))
    return measures


def _number(value: float, name: str) -> str:
    return f"{value:.1%}" if name == "contact_balance_left" else f"{value:.1f}"


def history_dynamics(history: History) -> list[Measure]:
    """The last 4 weeks against the 90 days before them, at like speed, and where they stand; always of one device.

    The device is that of the latest run that tells the quantity. Where the 90 days before were run with another, the change is
    missing: devices differ from each other by more than runners change.
    """
    measures = []
    for name, change in (
        ("cadence_spm", "cadence_change_spm"),
        ("contact_time_ms", "contact_time_change_ms"),
        ("vertical_oscillation_mm", "vertical_oscillation_change_mm"),
        ("contact_balance_left", "contact_balance_change"),
    ):
        before, after, device, origin, why = _trend(history, name)
        value = None if why else after - before
        measures.append(Measure(change, value, _UNITS[name], origin, why, device))
        if name == "cadence_spm":
            measures.append(Measure("cadence_ratio", None if why else after / before, "ratio", origin, why, device))
    return [*_standing(history), *measures]


def _trend(history: History, name: str) -> tuple[float, float, str, str, str]:
    """Before, after, device, origin, and why it is missing."""
    nan = float("nan")
    recent, base = history.recent(), history.baseline()
    telling = [d for d in recent if _tells(history, d, name)]
    if not telling:
        return nan, nan, "", "", f"no run of the last 4 weeks tells {_WORDS[name]}" if recent else "no run in the last 4 weeks"
    device = telling[-1].run.device
    if not device:
        return nan, nan, "", "", "the files do not name the watch, and two watches can't be compared"
    earlier = [d for d in base if _tells(history, d, name)]
    same = [d for d in earlier if d.run.device == device]
    if not same:
        if not earlier:
            return nan, nan, device, "", f"no run of the {BASELINE_DAYS} days before tells {_WORDS[name]}"
        since = min(d.day for d in history.days if d.run.device == device)
        return nan, nan, device, "", f"the watch changed on {since}, and two watches can't be compared"
    now = [d for d in telling if d.run.device == device]
    before, after, seconds = change_at_like_speed(name, _bins(history, same), _bins(history, now))
    if seconds < _TREND_COMMON_S:
        why = f"only {seconds / 60:.0f} min at shared speeds on level ground; {_TREND_COMMON_S / 60:g} are needed"
        return nan, nan, device, "", why
    words = f"{_number(after, name)} in the last 4 weeks against {_number(before, name)} in the {BASELINE_DAYS} days before, at like speed"
    return before, after, device, f"{words}, {device}", ""


def _tells(history: History, entry: Day, name: str) -> bool:
    return any(getattr(speed, name) is not None for speed in history.measured(entry).profile)


def _bins(history: History, days: list[Day]) -> list[SpeedBin]:
    return [speed for d in days for speed in history.measured(d).profile]


def _standing(history: History) -> list[Measure]:
    """Means of the last 4 weeks over level running, by the device of the latest run that tells them."""
    oscillation, balance = "vertical_oscillation_mm", "contact_balance_left"
    bounce, bounce_device, bounce_from, no_bounce = _mean(history, oscillation)
    share, share_device, share_from, no_share = _mean(history, balance)
    uneven = None if share is None else max(share, 1 - share)
    return [
        Measure("vertical_oscillation_4_weeks_mm", bounce, "mm", bounce_from, no_bounce, bounce_device),
        Measure("contact_balance_left_4_weeks", share, "share", share_from, no_share, share_device),
        Measure("contact_imbalance_4_weeks", uneven, "share", share_from, no_share, share_device),
    ]


def _mean(history: History, name: str) -> tuple[float | None, str, str, str]:
    recent = history.recent()
    telling = [d for d in recent if _tells(history, d, name)]
    if not telling:
        return None, "", "", f"no run of the last 4 weeks tells {_WORDS[name]}" if recent else "no run in the last 4 weeks"
    device = telling[-1].run.device
    now = [d for d in telling if d.run.device == device]
    told = [(speed.seconds, value) for speed in _bins(history, now) if (value := getattr(speed, name)) is not None]
    seconds = sum(s for s, _ in told)
    if seconds < _TREND_COMMON_S:
        return None, device, "", f"only {seconds / 60:.0f} min of level running with it in the last 4 weeks"
    mean = sum(s * v for s, v in told) / seconds
    return (
        mean,
        device,
        f"mean {_WORDS[name]} {_number(mean, name)} over {len(now)} runs of the last 4 weeks, {device or 'watch not named'}",
        "",
    )
