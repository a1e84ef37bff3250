"""How much the knowledge files hold, and how much of it is assumption, in a few lines."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["check_summary"]


def check_summary(counts: Mapping[str, int]) -> str:
    """Words for the counts of a knowledge check.

    Parameters
    ----------
    counts : mapping of str to int
        As in `CheckReport.counts`.

    Returns
    -------
    str
    """
    kinds = ("conditions", "findings", "factors", "red_flags", "advice", "beliefs")
    held = ", ".join(f"{counts[kind]} {kind.replace('_', ' ')}" for kind in kinds)
    used = sum(counts[f"rows_{basis}"] for basis in ("published", "derived", "assumption"))
    share = counts["rows_assumption"] / used if used else 0.0
    return (
        f"The knowledge files are sound: {held}.\n"
        f"{counts['rows']} likelihood rows, {used} in use: {counts['rows_published']} published, {counts['rows_derived']} derived, "
        f"{counts['rows_assumption']} assumptions ({share:.0%}).\n"
        f"No clinician has reviewed {counts['unreviewed']} of the files yet."
    )
