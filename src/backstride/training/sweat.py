"""How much sweat a run may have cost, by the heat that has to leave the body."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date

from backstride.model.evidence import Measure
from backstride.model.record import Runner
from backstride.model.run import DayValue
from backstride.training.air import vapour_pressure_kpa
from backstride.training.history import Day, History

__all__ = ["history_sweat", "sweat_loss_l"]

_COST_J_PER_KG_M = 4.184
"""One kilocalorie a kilogram and kilometre, whatever the speed: Margaria et al. 1963, J Appl Physiol 18, 367-370."""
_REST_W_PER_KG = 1.22
"""3.5 ml of oxygen a kilogram and minute, at 20.9 J a ml."""
_SKIN_C = 34.0
"""Assumption: wet skin while running; some degrees less in the cold, one or two more in great heat."""
_CLOTHES_M2K_PER_W = 0.031
"""Assumption: 0.2 clo, shorts and a thin shirt that the air of running goes through."""
_RADIATION_W_PER_M2K = 4.7
_VAPOUR_J_PER_G = 2430.0
"""Heat that a gram of sweat takes along at the temperature of skin."""
_LEWIS_K_PER_KPA = 16.5
_CLOTHES_LET_THROUGH = 0.38
"""Permeability index of ordinary clothes (ASHRAE Handbook, Fundamentals)."""
_HEIGHT_CM = 170.0
"""Stands in where the height is not told: 10 cm more or less change the result by some 3 %."""
_MASS_KG = (20.0, 300.0)
_SPEEDS_MPS = (1.0, 8.0)
_COLDEST_C = 15.0


def sweat_loss_l(mass_kg: float, speed_mps: float, seconds: float, air_c: float, dew_c: float, height_cm: float | None = None) -> float:
    """Sweat that must evaporate so that the body does not go on warming up.

    An estimate, and a third more or less is nothing strange: people differ, and sun, wind and hills are left out. So is what drips, which
    is much where `air_takes_l` is less.

    Parameters
    ----------
    mass_kg : float
    speed_mps : float
        Mean speed on level ground, about 1 to 8.
    seconds : float
        Time on the move.
    air_c, dew_c : float
        Temperature and dew point of the air. Below some 15 degrees skin is cooler than is assumed here, and the result too small.
    height_cm : float or None

    Returns
    -------
    float
        Litres (kilograms), 0 or more.

    Notes
    -----
    Heat balance by partition, as in Cramer & Jay 2019, J Appl Physiol 126, 267-277. All heat that running makes has to leave: on
    level ground no work is done on the outside. Breath: Fanger 1970. Air along the skin at the runner's own speed: 8.3 v^0.6 W/m2/K
    (ASHRAE). Surface: Du Bois 1916. The regressions of Gonzalez et al. 2009 (J Appl Physiol 107, 379-388) and 2012 (112, 1300-1310), fitted
    up to 450 W/m2 (slow running), give less: some 20 % at 16 C, 10 % at 36 C, up to 60 % at 22 C, where one takes over from the
    other. They would leave the runner warming up; so they are a check here and no more.
    """
    surface = _surface_m2(mass_kg, height_cm)
    made = (_REST_W_PER_KG + _COST_J_PER_KG_M * speed_mps) * mass_kg
    breath = made * (0.0014 * (34.0 - air_c) + 0.0173 * (5.87 - vapour_pressure_kpa(dew_c)))
    outer = 1.0 / (_convection(speed_mps) + _RADIATION_W_PER_M2K)
    dry = surface * (_SKIN_C - air_c) / (_CLOTHES_M2K_PER_W + outer)
    return max(made - breath - dry, 0.0) * seconds / _VAPOUR_J_PER_G / 1000.0


def air_takes_l(mass_kg: float, speed_mps: float, seconds: float, dew_c: float, height_cm: float | None = None) -> float:
    """The most sweat that the air of running can take up from skin that is wet all over, in litres; parameters as `sweat_loss_l`."""
    clothes = _CLOTHES_M2K_PER_W / (_CLOTHES_LET_THROUGH * _LEWIS_K_PER_KPA)
    outer = 1.0 / (_LEWIS_K_PER_KPA * _convection(speed_mps))
    flow = (vapour_pressure_kpa(_SKIN_C) - vapour_pressure_kpa(dew_c)) / (clothes + outer)
    return max(flow, 0.0) * _surface_m2(mass_kg, height_cm) * seconds / _VAPOUR_J_PER_G / 1000.0


def _convection(speed_mps: float) -> float:
    return float(8.3 * speed_mps**0.6)


def _surface_m2(mass_kg: float, height_cm: float | None) -> float:
    return float(0.007184 * (height_cm or _HEIGHT_CM) ** 0.725 * mass_kg**0.425)


def history_sweat(history: History, runner: Runner, days: Iterable[DayValue]) -> list[Measure]:
    """`sweat_loss_estimated_l`: of the hottest run of the week.

    Shown, and never a reason: that a large loss of sweat brings back pain on is contested (factor ``dehydration``, grade X).
    """
    name, unit = "sweat_loss_estimated_l", "l"
    if not history.week:
        return [Measure(name, None, unit, missing_because="no run in the week before the onset")]
    outside = [d for d in history.week if history.measured(d).value("treadmill_share") != 1.0]
    told = [(air, d) for d in outside if (air := history.measured(d).value("weather_temperature_c")) is not None]
    if not told:
        return [Measure(name, None, unit, missing_because="no run of the last week tells its weather")]
    air, entry = max(told, key=lambda one: (one[0], one[1].distance_m))
    mass = _mass_kg(runner, days, history.onset)
    measured = history.measured(entry)
    dew, speed, seconds = (measured.value(of) for of in ("dew_point_c", "mean_speed_mps", "moving_time_s"))
    if air < _COLDEST_C:
        why = f"no run of the last week was warmer than {_COLDEST_C:.0f} C; the estimate doesn't hold in cold air"
    elif mass is None:
        why = "the body's mass is not known"
    elif dew is None:
        why = f"the run on {entry.day} tells no humidity"
    elif speed is None or seconds is None or not _SPEEDS_MPS[0] <= speed <= _SPEEDS_MPS[1]:
        why = f"the speed of the run on {entry.day} is not known, or is not that of running"
    else:
        return [_estimate(name, unit, mass, runner.height_cm, speed, seconds, air, dew, entry)]
    return [Measure(name, None, unit, missing_because=why)]


def _estimate(
    name: str, unit: str, mass: float, height: float | None, speed: float, seconds: float, air: float, dew: float, entry: Day
) -> Measure:
    loss = sweat_loss_l(mass, speed, seconds, air, dew, height)
    more = loss > air_takes_l(mass, speed, seconds, dew, height)
    words = f"estimate, a third more or less: run on {entry.day}, {air:.0f} C, dew point {dew:.0f} C, {mass:.0f} kg"
    if more:
        words += "; the air could not take up so much, so more of it dripped"
    return Measure(name, loss, unit, words, lower_bound=more)


def _mass_kg(runner: Runner, days: Iterable[DayValue], onset: date) -> float | None:
    """The latest that a scale told up to the onset, else what the runner told."""
    weighed = [(d.day, d.value) for d in days if d.name == "body_weight_kg" and d.day <= onset and _MASS_KG[0] <= d.value <= _MASS_KG[1]]
    if weighed:
        return max(weighed)[1]
    told = runner.weight_kg
    return told if told is not None and math.isfinite(told) and _MASS_KG[0] <= told <= _MASS_KG[1] else None
