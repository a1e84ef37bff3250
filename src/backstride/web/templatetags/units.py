"""Distances and times in templates: ``{{ run.distance_m|distance:unit }}``."""

from __future__ import annotations

from django import template

from backstride.model.run import Run
from backstride.web.units import distance_words, duration_words, pace_words

register = template.Library()
register.filter("distance", distance_words)
register.filter("duration", duration_words)


@register.filter
def pace(run: Run, unit: str) -> str:
    """Of a run; empty for what isn't running."""
    return pace_words(run.distance_m, run.timer_time_s or run.elapsed_time_s, unit) if run.sport == "running" else ""


@register.filter
def from_km(km: float, unit: str) -> str:
    """A long distance that is told in kilometres, without a fraction."""
    return distance_words(km * 1000, unit, 0)
