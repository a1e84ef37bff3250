"""A probability with its interval, drawn small beside its number."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from backstride.reports.working import Bar

register = template.Library()

_WIDE = 100


@register.filter
def drawn(bar: Bar) -> SafeString:
    """A line from low to high with a dot at the likely value; the number stands beside it for whoever can't see it."""
    low, high, at = (f"{share * _WIDE:.1f}" for share in (bar.low, bar.high, bar.at))
    return format_html(
        '<svg viewBox="-4 0 108 16" width="108" height="16" focusable="false"><path d="M0 8H100" class="whole"/>'
        '<path d="M{} 8H{}" class="range"/><circle cx="{}" cy="8" r="4"/></svg>',
        low,
        high,
        at,
    )
