"""How much the knowledge files hold, and how much of it is assumption, in a few lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

__all__ = ["check_summary", "sensitivity_table"]

_SHOWN = 20


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


class _Influence(Protocol):
    @property
    def file(self) -> str: ...
    @property
    def field(self) -> str: ...
    @property
    def low(self) -> float: ...
    @property
    def point(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def cases_moved(self) -> int: ...
    @property
    def first_changes(self) -> int: ...


def sensitivity_table(influences: Sequence[_Influence]) -> str:
    """The assumptions that move the most cases, one a line, with what was tried and what it moved."""
    lines = ["The assumptions that move the most public cases between the ends of their ranges:"]
    for i in influences[:_SHOWN]:
        moved = f"{i.cases_moved} case(s) by 0.05 or more, another cause first in {i.first_changes}"
        lines.append(f"  {i.file}: {i.field}, {i.point:g} ({i.low:.2g} to {i.high:.2g}): {moved}")
    quiet = sum(i.cases_moved == 0 for i in influences)
    lines.append(f"{len(influences)} assumptions touch a case; {quiet} of them move none by 0.05.")
    return "\n".join(lines)
