"""What the latest answer said to do, for pages that look at something else: no pattern stands above it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backstride.reports.sections import Line, Mark, Part, Section

__all__ = ["standing_section"]


def standing_section(told: Mapping[str, Any] | None) -> tuple[Section, ...]:
    """What was said to do and why not to run, where something spoke against running; else nothing.

    Parameters
    ----------
    told : mapping or None
        The latest answer as it was kept (`model.past.Past` in plain form); None where there is none.
    """
    words = [str(told.get(name, "")) for name in ("words", "running")] if told else []
    if not words or not words[1]:
        return ()
    said = Line(" Can I run? ".join(word for word in words if word), Mark.ACTION)
    return (Section(Part.FIRST, "First, from your answers", (said, Line("What follows changes nothing in that."))),)
