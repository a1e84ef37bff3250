"""Everything measured on one run, once, when it comes in."""

from __future__ import annotations

from backstride.model.evidence import Measure
from backstride.model.run import Run
from backstride.model.run_measures import RunMeasures
from backstride.training.dynamics import run_dynamics
from backstride.training.heat import run_heat
from backstride.training.speed_profile import profile_of
from backstride.training.terrain import run_surface, run_terrain
from backstride.training.trace import MOVING_MPS, Trace, trace_of

__all__ = ["MEASURE_VERSION", "measure_run"]

_COVERED = 0.9
"""Samples that hold less of both time and way than this are a part of the run, and the stated totals are of the whole."""

MEASURE_VERSION = 3
"""Rises with every change that moves a value of a run; what was stored under another version is measured again."""


def measure_run(run: Run) -> RunMeasures:
    """Every measure of one run, from its samples where it has them, else from what its source states.

    A measure without a value says why. Nothing a file can hold raises: times out of order, repeated or missing, gaps,
    spikes and jumps cost the samples concerned. See docs/measures.md for the list.

    Parameters
    ----------
    run : Run
        Its `load_samples` is called once.

    Returns
    -------
    RunMeasures
        Of version `MEASURE_VERSION`.
    """
    trace = trace_of(run)
    values = (
        *_way(run, trace),
        *run_terrain(run, trace),
        *run_surface(run, trace),
        *run_heat(run, trace),
        _heart_rate(run, trace),
        *run_dynamics(run, trace),
    )
    profile = profile_of(trace) if trace is not None and run.sport in ("running", "run") else ()
    return RunMeasures(MEASURE_VERSION, values, profile)


def _way(run: Run, trace: Trace | None) -> tuple[Measure, Measure, Measure]:
    """Distance as stated, else along the samples; moving time from samples (faster than .5 m/s), else the timer's; mean speed.

    Mean speed divides way by time of one source: both of the samples, or both as stated where the samples hold no movement or
    only a part of the run.
    """
    metres, where = run.distance_m, "as stated"
    seconds, when = run.timer_time_s or run.elapsed_time_s, "the timer's time"
    speed = metres / seconds if metres is not None and seconds else None
    how = "distance over the timer's time"
    if trace is not None and trace.way_m is not None:
        way = float(trace.way_m[-1])
        if metres is None:
            metres, where = way, "along its samples"
        # A stated speed at which nobody moves comes of a clock that went wrong.
        on_the_move = speed is not None and speed >= MOVING_MPS
        if on_the_move and seconds and trace.seconds < _COVERED * seconds and way < _COVERED * metres:
            when += f"; samples cover only {trace.seconds / seconds:.0%} of it"
        elif moving := trace.moving_time_s:
            seconds, when = moving, "samples faster than 0.5 m/s"
            speed, how = way / moving, "way over moving time of the samples"
    no_way = "" if metres is not None else "no distance, speed or position"
    no_time = "" if seconds else "no time"
    no_speed = "" if speed is not None else no_way or no_time or "no movement in the samples"
    return (
        Measure("distance_km", None if metres is None else metres / 1000, "km", "" if no_way else where, no_way),
        Measure("moving_time_s", seconds or None, "s", "" if no_time else when, no_time),
        Measure("mean_speed_mps", speed, "m/s", "" if no_speed else how, no_speed),
    )


def _heart_rate(run: Run, trace: Trace | None) -> Measure:
    """Mean over the time in which it was measured, between 30 and 230 a minute; else as stated."""
    mean = trace.mean("heart_rate_bpm") if trace is not None else None
    where = "samples"
    if mean is None and "heart_rate_bpm" in run.stated:
        mean, where = run.stated["heart_rate_bpm"], "as stated"
    if mean is None:
        return Measure("mean_heart_rate_bpm", None, "1/min", missing_because="no heart rate was recorded", device=run.device)
    return Measure("mean_heart_rate_bpm", mean, "1/min", where, device=run.device)
