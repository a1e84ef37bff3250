"""Distances and times in templates: ``{{ run.distance_m|distance:unit }}``."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

from backstride.model.run import Run
from backstride.reports.visible import visible
from backstride.web.units import distance_words, duration_words, pace_words

register = template.Library()
register.filter("distance", distance_words)
register.filter("duration", duration_words)


@register.filter
def told_with(run: Run, unit: str) -> list[str]:
    """What a list says below a run: its pace, or the sport where it is another one; its title, shoes and pain."""
    running = run.sport == "running"
    words = (
        pace_words(run.distance_m, run.timer_time_s or run.elapsed_time_s, unit) if running else visible(run.sport),
        visible(run.title),
        visible(run.shoe),
        "" if run.pain is None else gettext("pain %(number)s of 10") % {"number": f"{run.pain:g}"},
    )
    return [word for word in words if word]


@register.filter
def from_km(km: float, unit: str) -> str:
    """A long distance that is told in kilometres, without a fraction."""
    return distance_words(km * 1000, unit, 0)
