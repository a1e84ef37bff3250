"""How values are shown."""

from __future__ import annotations

from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from backstride.reports.sections import day_in_words
from backstride.reports.visible import visible
from backstride.web.clinical import in_language

register = template.Library()


@register.filter
def seen(text: object) -> str:
    """Text of a file or a person, with what can't be seen made visible; Django escapes it."""
    return visible(str(text))


@register.filter
def in_words(day: date) -> str:
    """A day as in "4 October 2026"."""
    return day_in_words(day) if (get_language() or "en").startswith("en") else date_format(day, "DATE_FORMAT")


@register.filter
def clinical(text: object) -> SafeString:
    """A text about the runner's health in the language of the page; else in English, and marked so for a screen reader."""
    told = in_language(str(text))
    return format_html('<span lang="en">{}</span>', visible(str(text))) if told is None else escape(visible(told))


@register.filter
def clinical_text(text: object) -> str:
    """The same where no mark can stand: in an attribute or a title."""
    return visible(in_language(str(text)) or str(text))
