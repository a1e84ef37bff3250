"""Heat: temperature and moisture of one run, and of the last week against the 30 days before."""

from __future__ import annotations

from collections.abc import Callable

from backstride.model.evidence import Measure
from backstride.model.run import Run
from backstride.training.air import dew_point_c, wet_bulb_c
from backstride.training.history import MONTH_DAYS, Day, History
from backstride.training.trace import Trace

__all__ = ["history_heat", "run_heat"]

_NO_WEATHER = "no weather was recorded"
_DRIEST = 0.05
"""Drier than this neither formula holds; a stated humidity of 0 is a missing one."""
_MOST_HUMID = 0.99


def run_heat(run: Run, trace: Trace | None) -> tuple[Measure, ...]:
    """Temperature at the device, and temperature, dew point and wet bulb of the weather.

    A watch on the wrist is warmed by the arm and reads several degrees more than the air: its temperature compares a runner's
    own runs, and says nothing about the air. The dew point is the stated one, else from temperature and humidity.
    """
    at_device = trace.mean("temperature_c") if trace is not None else None
    where = "samples; a watch on the wrist reads warm"
    if at_device is None and "temperature_c" in run.stated:
        at_device, where = run.stated["temperature_c"], "the device's mean; a watch on the wrist reads warm"
    weather, humidity = run.stated.get("weather_temperature_c"), run.stated.get("humidity")
    moist = humidity is not None and _DRIEST <= humidity <= 1
    dew, dew_from = run.stated.get("dew_point_c"), "as stated"
    if dew is None and weather is not None and humidity is not None and moist:
        dew, dew_from = dew_point_c(weather, humidity), "temperature and humidity"
    bulb = wet_bulb_c(weather, min(humidity, _MOST_HUMID)) if weather is not None and humidity is not None and moist else None
    no_moisture = _NO_WEATHER if weather is None else "no humidity was recorded"
    return (
        Measure("temperature_c", at_device, "C", where, device=run.device)
        if at_device is not None
        else Measure("temperature_c", None, "C", missing_because="the device recorded no temperature", device=run.device),
        Measure(
            "weather_temperature_c",
            weather,
            "C",
            "weather as stated" if weather is not None else "",
            "" if weather is not None else _NO_WEATHER,
        ),
        Measure("dew_point_c", dew, "C", dew_from if dew is not None else "", "" if dew is not None else no_moisture),
        Measure("wet_bulb_c", bulb, "C", "temperature and humidity" if bulb is not None else "", "" if bulb is not None else no_moisture),
    )


def history_heat(history: History) -> list[Measure]:
    """The hottest run of the week, and the week's temperature and dew point less those of the 30 days before.

    `hottest_run_c` and `hottest_run_wet_bulb_c` rest on weather only. `heat_exposure_c` does too where both windows have it;
    else on the watch, and then on one watch only. Adaptation to heat takes one to two weeks of it, so what counts is how the
    last week differs from the month before.
    """
    return [
        _highest(history, "hottest_run_c", "weather_temperature_c"),
        _highest(history, "hottest_run_wet_bulb_c", "wet_bulb_c"),
        _exposure(history),
        _difference(history, "dew_point_change_c", "dew_point_c", lambda _: True, ""),
    ]


def _highest(history: History, name: str, of: str) -> Measure:
    known = [(v, d.day) for d in history.week if (v := history.measured(d).value(of)) is not None]
    if not history.week:
        return Measure(name, None, "C", missing_because="no run in the week before the onset")
    if not known:
        why = "no run of the last week tells its weather; a watch on the wrist reads warm, so its temperature is not taken for the air's"
        return Measure(name, None, "C", missing_because=why)
    value, day = max(known)
    return Measure(name, value, "C", f"weather of the run on {day}; the highest of {len(known)} of {len(history.week)} runs of the week")


def _exposure(history: History) -> Measure:
    weather = _difference(history, "heat_exposure_c", "weather_temperature_c", lambda _: True, "weather")
    device = history.week[-1].run.device if history.week else ""
    if weather.value is not None or not device:
        return weather
    watch = _difference(history, "heat_exposure_c", "temperature_c", lambda d: d.run.device == device, f"the watch {device}", device)
    return watch if watch.value is not None else weather


def _difference(history: History, name: str, of: str, counts: Callable[[Day], bool], by: str, device: str = "") -> Measure:
    week, before = history.week, history.before(MONTH_DAYS)
    now = [v for d in week if counts(d) and (v := history.measured(d).value(of)) is not None]
    then = [v for d in before if counts(d) and (v := history.measured(d).value(of)) is not None]
    if not week or not before:
        why = "no run in the week before the onset" if not week else "no run in the 30 days before that week"
        return Measure(name, None, "C", missing_because=why)
    if len(now) < len(week) / 2 or len(then) < len(before) / 2:
        what = "dew point" if of == "dew_point_c" else "temperature"
        why = f"the {what} is known for {len(now)} of {len(week)} runs of the last week and {len(then)} of {len(before)} before"
        return Measure(name, None, "C", missing_because=why)
    mean_now, mean_then = sum(now) / len(now), sum(then) / len(then)
    words = f"mean of the week's runs {mean_now:.1f} against {mean_then:.1f} in the 30 days before{f', by {by}' if by else ''}"
    return Measure(name, mean_now - mean_then, "C", words, device=device)
