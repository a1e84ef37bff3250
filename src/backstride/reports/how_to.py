"""How to get one's runs out of a service or a watch, one page a topic."""

from __future__ import annotations

import difflib
from pathlib import Path

from backstride.errors import BackstrideError

__all__ = ["TOPICS", "how_to"]

TOPICS = ("strava", "garmin", "apple", "one-file", "others")
"""In the order of ``docs/get-your-runs.md``."""

_PAGES = Path(__file__).parent.parent / "get_your_runs"


def how_to(topic: str) -> str:
    """The page of a topic: Markdown that reads well in a terminal of 80 columns.

    Parameters
    ----------
    topic : str
        One of `TOPICS`; capitals don't matter.

    Raises
    ------
    BackstrideError
        For an unknown topic, with the nearest known one.
    """
    wanted = topic.strip().lower()
    if wanted not in TOPICS:
        near = difflib.get_close_matches(wanted, TOPICS, n=1, cutoff=0.5)
        remedy = f"Did you mean '{near[0]}'?" if near else f"Choose one of {', '.join(TOPICS)}."
        raise BackstrideError(f"there is no page on '{topic[:40]}'.", place="how-to", remedy=remedy)
    return (_PAGES / f"{wanted}.md").read_text(encoding="utf-8")
