"""The units of a health export. They follow the phone's region: the same quantity comes in km or miles, in ms or s."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

__all__ = [
    "CELSIUS",
    "COUNT",
    "EFFORT",
    "KILOGRAMS",
    "METRES",
    "METRES_PER_SECOND",
    "MILLILITRES",
    "MILLIMETRES",
    "MILLISECONDS",
    "PER_MINUTE",
    "SECONDS",
    "WATTS",
    "Units",
    "humidity",
    "quantity",
    "value_and_unit",
]

Units = Mapping[str, Callable[[float], float]]
"""Unit as the export spells it (HKUnit's unit strings) to its conversion. What does not stand here is missing, never guessed."""


def _times(factor: float) -> Callable[[float], float]:
    return lambda value: value * factor


def _pace(metres: float) -> Callable[[float], float]:
    return lambda minutes: metres / (60 * minutes) if minutes > 0 else math.nan


_LENGTHS_M = {"m": 1.0, "km": 1000.0, "cm": 0.01, "mm": 0.001, "mi": 1609.344, "yd": 0.9144, "ft": 0.3048, "in": 0.0254}
_TIMES_S = {"s": 1.0, "ms": 0.001, "min": 60.0, "hr": 3600.0, "d": 86400.0}
_FLUID_OUNCE_US_ML, _FLUID_OUNCE_IMPERIAL_ML = 29.5735295625, 28.4130625

METRES: Units = {unit: _times(metres) for unit, metres in _LENGTHS_M.items()}
MILLIMETRES: Units = {unit: _times(metres * 1000) for unit, metres in _LENGTHS_M.items()}
SECONDS: Units = {unit: _times(seconds) for unit, seconds in _TIMES_S.items()}
MILLISECONDS: Units = {unit: _times(seconds * 1000) for unit, seconds in _TIMES_S.items()}
METRES_PER_SECOND: Units = {
    f"{length}/{time}": _times(metres / seconds) for length, metres in _LENGTHS_M.items() for time, seconds in _TIMES_S.items()
} | {f"min/{length}": _pace(metres) for length, metres in _LENGTHS_M.items()}
PER_MINUTE: Units = {"count/min": _times(1.0), "count/s": _times(60.0)}
WATTS: Units = {"W": _times(1.0), "kW": _times(1000.0)}
COUNT: Units = {"count": _times(1.0)}
EFFORT: Units = {"appleEffortScore": _times(1.0)}
KILOGRAMS: Units = {"kg": _times(1.0), "g": _times(0.001), "lb": _times(0.45359237), "st": _times(6.35029318), "oz": _times(0.028349523125)}
MILLILITRES: Units = {
    "mL": _times(1.0),
    "cL": _times(10.0),
    "dL": _times(100.0),
    "L": _times(1000.0),
    "fl_oz_us": _times(_FLUID_OUNCE_US_ML),
    "cup_us": _times(8 * _FLUID_OUNCE_US_ML),
    "pt_us": _times(16 * _FLUID_OUNCE_US_ML),
    "fl_oz_imp": _times(_FLUID_OUNCE_IMPERIAL_ML),
    "cup_imp": _times(10 * _FLUID_OUNCE_IMPERIAL_ML),
    "pt_imp": _times(20 * _FLUID_OUNCE_IMPERIAL_ML),
}
CELSIUS: Units = {"degC": _times(1.0), "degF": lambda value: (value - 32) / 1.8, "K": lambda value: value - 273.15}


def quantity(text: str, unit: str, units: Units) -> float:
    """A number of the export in our unit; NaN where it is none.

    Raises
    ------
    KeyError
        For a unit that is not in the table.
    """
    convert = units[unit]
    try:
        value = convert(float(text))
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def value_and_unit(text: str) -> tuple[str, str]:
    """Split ``"418 cm"`` as it stands in metadata."""
    value, _, unit = text.strip().partition(" ")
    return value, unit.strip()


def humidity(text: str) -> float:
    """Relative humidity 0 to 1, NaN where it is none. ``"7600 %"`` is what the export writes for 76 %; older ones write ``"76 %"``.

    Raises
    ------
    KeyError
        For a unit other than ``%``.
    """
    value, unit = value_and_unit(text)
    percent = quantity(value, unit, {"%": _times(1.0)})
    share = percent / 100 if percent <= 100 else percent / 10_000
    return share if 0 <= share <= 1 else math.nan
