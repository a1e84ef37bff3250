"""How values are shown."""

from __future__ import annotations

from datetime import date

from django import template

from backstride.reports.sections import day_in_words
from backstride.reports.visible import visible

register = template.Library()


@register.filter
def seen(text: object) -> str:
    """Text of a file or a person, with what can't be seen made visible; Django escapes it."""
    return visible(str(text))


@register.filter
def in_words(day: date) -> str:
    """A day as in "4 October 2026"."""
    return day_in_words(day)
