"""Distances and times as a runner reads them: in kilometres or miles, as chosen in the settings."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.formats import number_format

__all__ = ["distance_words", "duration_words", "metres_from", "pace_words", "unit_of"]

_METRES = {"km": 1000.0, "mi": 1609.344}
_SLOWEST_S = 3600
"""Of a pace: slower than an hour for a kilometre is no pace."""


def unit_of(request: HttpRequest) -> str:
    """The chosen unit: ``"km"`` or ``"mi"``."""
    chosen = str(request.session.get("units", "km"))
    return chosen if chosen in _METRES else "km"


def metres_from(number: float, unit: str) -> float:
    """A distance in the unit as metres."""
    return number * _METRES[unit]


def distance_words(metres: float | None, unit: str, digits: int = 1) -> str:
    """A distance with its unit; empty when it isn't known."""
    return "" if metres is None else f"{number_format(round(metres / _METRES[unit], digits), digits, use_l10n=True)} {unit}"


def pace_words(metres: float | None, seconds: float | None, unit: str) -> str:
    """Minutes for a kilometre or mile; empty when it isn't known."""
    if not metres or not seconds:
        return ""
    pace = round(seconds / metres * _METRES[unit])
    return f"{pace // 60}:{pace % 60:02d} /{unit}" if pace < _SLOWEST_S else ""


def duration_words(seconds: float | None) -> str:
    """A time as 46:05 or 1:02:09; empty when it isn't known."""
    if seconds is None:
        return ""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"
