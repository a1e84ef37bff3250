"""The ground: ascent, descent and steepness, treadmill, track and trail; of one run, and of a week against the weeks before."""

from __future__ import annotations

import itertools

import numpy as np

from backstride.model.evidence import Measure
from backstride.model.run import Run
from backstride.training.history import BASELINE_DAYS, MONTH_DAYS, RECENT_DAYS, WEEK_DAYS, Day, History
from backstride.training.trace import FloatArray, Trace

__all__ = ["hill_jump", "history_terrain", "run_surface", "run_terrain"]

_LEAST_HILL_M, _MOST_HILL_M = 2.0, 8.0
"""Smaller ups and downs of the smoothed altitude are not counted. 2 m: a barometer drifts by less, a kerb is less. 8 m: what the
slow part of satellites' noise still does after smoothing."""
_HILL_BY_ROUGHNESS = 6.0
"""Between the two, so many times the roughness: barometers of real recordings stand at 0.1 to 0.4 m, satellites from 0.7 on."""
_SHORTEST_M = 500.0
"""Metres a km of less way than this say little."""
_STEEP_DOWN = -0.05
"""The grade that knowledge/factors/downhill_running.yaml names."""
_ROLLING_M_PER_KM = 10.0
"""Up to here, a mean of 1 %, ground passes for level. Before is set to at least this, else the first bridge after weeks of
flat ground would be a jump of many times."""
_INDOORS = ("treadmill", "indoor_running", "virtual_activity", "indoor_track")
_OUTDOORS = ("street", "trail", "track", "cross_country", "road")


def run_terrain(run: Run, trace: Trace | None) -> tuple[Measure, ...]:
    """Ascent and descent per km and the share of running time steeper than -5 %.

    The altitude is smoothed (`Trace.altitude_m`); a rise or fall counts, from its lowest to its highest point, when it is 2 m or
    more, up to 8 m where the altitude is rough. Where the run has no usable altitude, the totals stated by the device stand in.
    """
    altitude = trace.altitude_m if trace is not None else None
    way = float(trace.way_m[-1]) if trace is not None and trace.way_m is not None else run.distance_m
    if run.sub_sport in _INDOORS or "treadmill" in run.tags:
        why = "indoors there is no altitude"
        return (*(Measure(n, None, "m/km", missing_because=why) for n in ("ascent_m_per_km", "descent_m_per_km")), _steep(trace, why))
    if not way or way < _SHORTEST_M:
        why = "no distance" if not way else f"less than {_SHORTEST_M:g} m"
        return (*(Measure(n, None, "m/km", missing_because=why) for n in ("ascent_m_per_km", "descent_m_per_km")), _steep(trace, why))
    if trace is not None and altitude is not None:
        hill = min(max(_HILL_BY_ROUGHNESS * trace.altitude_roughness_m, _LEAST_HILL_M), _MOST_HILL_M)
        totals: tuple[float | None, float | None] = _up_and_down(altitude, hill)
        where = f"smoothed altitude, hills of {hill:.1f} m or more"
    else:
        totals, where = (run.stated.get("ascent_m"), run.stated.get("descent_m")), "the device's total"
    measures = []
    for name, metres in zip(("ascent_m_per_km", "descent_m_per_km"), totals, strict=True):
        if metres is None:
            measures.append(Measure(name, None, "m/km", missing_because="no altitude for most of the run"))
        else:
            measures.append(Measure(name, 1000 * metres / way, "m/km", where, device=run.device))
    return (*measures, _steep(trace, ""))


def _steep(trace: Trace | None, why: str) -> Measure:
    if trace is None or trace.grade is None or why:
        return Measure("steep_down_share", None, "share", missing_because=why or "no altitude for most of the run")
    known = trace.running & np.isfinite(trace.grade)
    total = float(trace.weight_s[known].sum())
    if total <= 0:
        return Measure("steep_down_share", None, "share", missing_because="no running with a known grade")
    steep = float(trace.weight_s[known & (np.nan_to_num(trace.grade) < _STEEP_DOWN)].sum())
    return Measure("steep_down_share", steep / total, "share", "running time")


def _up_and_down(altitude_m: FloatArray, hill_m: float) -> tuple[float, float]:
    """Sums of rises and falls between turning points; a point is one when the altitude goes back from it by `hill_m`."""
    heights: list[float] = altitude_m.tolist()
    turns: list[float] = []
    low = high = heights[0]
    rising: bool | None = None
    for height in heights:
        low, high = min(low, height), max(high, height)
        if rising is not False and high - height >= hill_m:
            turns.append(high)
            rising, low = False, height
        elif rising is not True and height - low >= hill_m:
            turns.append(low)
            rising, high = True, height
    if rising is None:
        return 0.0, 0.0
    changes = [after - before for before, after in itertools.pairwise([*turns, high if rising else low])]
    return sum(c for c in changes if c > 0), -sum(c for c in changes if c < 0)


def run_surface(run: Run, trace: Trace | None) -> tuple[Measure, ...]:
    """Share of the run on a treadmill, on a track, on trails: 1 or 0 as the source says, missing where it does not.

    Positions rule a treadmill out. "Generic" running may be anywhere, so it leaves track and trail open.
    """
    indoors = run.sub_sport in ("treadmill", "indoor_running", "virtual_activity") or "treadmill" in run.tags
    outdoors = run.sub_sport in _OUTDOORS or (trace is not None and "latitude_deg" in trace.columns)
    named = indoors or run.sub_sport in (*_INDOORS, *_OUTDOORS)
    said = {
        "treadmill_share": (indoors, indoors or outdoors or named),
        "track_share": (not indoors and run.sub_sport in ("track", "indoor_track"), named),
        "trail_share": (not indoors and run.sub_sport in ("trail", "cross_country"), named),
    }
    return tuple(
        Measure(name, float(value), "share", run.sub_sport or ("treadmill" if indoors else "positions"))
        if known
        else Measure(name, None, "share", missing_because="the source does not tell the surface")
        for name, (value, known) in said.items()
    )


def _descent_of_the_week(history: History) -> Measure:
    """Metres of descent a km of the last week, over its runs with a known altitude."""
    value, km, why = _per_km(history, "descent_m_per_km", history.week)
    if value is None:
        return Measure("week_descent_m_per_km", None, "m/km", missing_because=why)
    return Measure("week_descent_m_per_km", value, "m/km", f"{value * km:.0f} m down in {km:.1f} km of the last week")


def hill_jump(history: History, name: str) -> Measure:
    """Ascent or descent a km in the last week over that of the 30 days before.

    30 days as `how_measured` of intensity_jump says. The denominator is at least 10 m a km.
    """
    way = name.removesuffix("_ratio")
    now, _, why = _per_km(history, f"{way}_m_per_km", history.week)
    before, _, why_before = _per_km(history, f"{way}_m_per_km", history.before(MONTH_DAYS))
    if now is None or before is None:
        reason = f"last week: {why}" if now is None else f"30 days before: {why_before}"
        return Measure(name, None, "ratio", missing_because=reason)
    words = f"{way} of {now:.0f} m a km in the last week against {before:.0f} in the 30 days before"
    if before < _ROLLING_M_PER_KM:
        words += f" (counted as {_ROLLING_M_PER_KM:g}: below that ground passes for level)"
    return Measure(name, now / max(before, _ROLLING_M_PER_KM), "ratio", words)


def _per_km(history: History, name: str, days: list[Day]) -> tuple[float | None, float, str]:
    """Mean over the kilometres whose value is known, which must be half of all; those kilometres; why it is missing."""
    if not days:
        return None, 0.0, "no run"
    known = [(d.distance_m / 1000, v) for d in days if (v := history.measured(d).value(name)) is not None]
    km, total = sum(k for k, _ in known), sum(d.distance_m for d in days) / 1000
    if km < total / 2:
        return None, km, f"the altitude is known for {km:.0f} of {total:.0f} km"
    return sum(k * v for k, v in known) / km, km, ""


def history_terrain(history: History) -> list[Measure]:
    """Descent of the week, ascent and descent against before, and the change of the share on a treadmill.

    The treadmill's share is that of the last 4 weeks less that of the 90 days before them: a habit, not a single wet day.
    """
    measures = [_descent_of_the_week(history), hill_jump(history, "ascent_ratio"), hill_jump(history, "descent_ratio")]
    now, before = history.recent(), history.baseline()
    last, earlier = _treadmill(history, now), _treadmill(history, before)
    if last is None or earlier is None:
        which = "last 4 weeks" if last is None else f"{BASELINE_DAYS} days before"
        reason = f"for most of the running of the {which} it is not known whether it was on a treadmill"
        if not (now if last is None else before):
            reason = f"no run in the {which}"
        measures.append(Measure("treadmill_share_change", None, "share", missing_because=reason))
    else:
        words = f"{last:.0%} in the last {RECENT_DAYS // WEEK_DAYS} weeks against {earlier:.0%} in the {BASELINE_DAYS} days before"
        measures.append(Measure("treadmill_share_change", last - earlier, "share", words))
    return measures


def _treadmill(history: History, days: list[Day]) -> float | None:
    known = [(d.distance_m, v) for d in days if (v := history.measured(d).value("treadmill_share")) is not None]
    metres = sum(m for m, _ in known)
    if not known or metres < sum(d.distance_m for d in days) / 2:
        return None
    return sum(m * v for m, v in known) / metres
