"""Humidity as it is felt: dew point and wet-bulb temperature from temperature and relative humidity, vapour pressure from dew point."""

from __future__ import annotations

import math

__all__ = ["dew_point_c", "vapour_pressure_kpa", "wet_bulb_c"]


def dew_point_c(temperature_c: float, humidity: float) -> float:
    """Dew point by the Magnus formula over water.

    Parameters
    ----------
    temperature_c : float
        -40 to 50 is where the coefficients hold.
    humidity : float
        Relative, above 0, to 1.

    Notes
    -----
    Coefficients 17.625 and 243.04 degrees Celsius: Alduchov & Eskridge 1996, J Appl Meteorol 35, 601-609, equation 21
    (relative error of the vapour pressure at most 0.4 %).
    """
    gamma = math.log(humidity) + 17.625 * temperature_c / (243.04 + temperature_c)
    return 243.04 * gamma / (17.625 - gamma)


def vapour_pressure_kpa(dew_point_c: float) -> float:
    """Pressure of the water in the air by its dew point, -40 to 50 degrees Celsius: the Magnus formula as in `dew_point_c`."""
    return 0.61094 * math.exp(17.625 * dew_point_c / (243.04 + dew_point_c))


def wet_bulb_c(temperature_c: float, humidity: float) -> float:
    """Wet-bulb temperature by Stull's fit.

    Parameters
    ----------
    temperature_c : float
        -20 to 50.
    humidity : float
        Relative, 0.05 to 0.99.

    Notes
    -----
    Stull 2011, J Appl Meteorol Climatol 50, 2267-2269, equation 1 (doi 10.1175/JAMC-D-11-0143.1); at sea level, errors -1.0 to
    +0.65 degrees.
    """
    percent = 100 * humidity
    root = math.sqrt(percent)
    return (
        temperature_c * math.atan(0.151977 * math.sqrt(percent + 8.313659))
        + math.atan(temperature_c + percent)
        - math.atan(percent - 1.676331)
        + 0.00391838 * percent * root * math.atan(0.023101 * percent)
        - 4.686035
    )
