"""One finding or factor explained: why it is asked, how to do it safely, what rests on it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Protocol

__all__ = ["item_page"]


class _Figure(Protocol):
    point: float


class _Row(Protocol):
    condition: str
    basis: str
    sources: tuple[str, ...]
    if_present: _Figure | None


class _Finding(Protocol):
    name: str
    question: str
    how: str
    notes: str
    unsafe_when: str
    answered_by: str

    @property
    def used_likelihoods(self) -> tuple[_Row, ...]: ...


class _Factor(Protocol):
    name: str
    how_measured: str
    threshold: str
    grade: str
    note: str
    sources: tuple[str, ...]


def item_page(item: str, finding: object | None, factor: object | None, conditions: Mapping[str, str]) -> str:
    """The page of one item, 79 columns wide; exactly one of `finding` and `factor` is given."""
    lines = _finding(finding, conditions) if finding is not None else _factor(factor)  # type: ignore[arg-type]
    return f"{item}\n{'=' * len(item)}\n" + "\n".join(lines) + "\n"


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, 79) if text else []


def _finding(finding: _Finding, conditions: Mapping[str, str]) -> list[str]:
    lines = [*_wrap(finding.question)]
    if finding.answered_by == "therapist":
        lines += ["", "A therapist's test: do not try it alone."]
    if finding.how:
        lines += ["", "How to do it", *_wrap(finding.how), *_wrap("Stop when it hurts more than it did before you began.")]
    if finding.unsafe_when:
        lines += ["", *_wrap(f"Not offered when: {finding.unsafe_when.replace('_', ' ')}.")]
    rows = [row for row in finding.used_likelihoods if row.if_present is not None]
    lines += ["", "Why it is asked"]
    for row in rows:
        cited = ", ".join(row.sources) or "no source: an assumption"
        assert row.if_present is not None
        lines += _wrap(f"- said by {row.if_present.point:.0%} of runners with: {conditions[row.condition]} ({row.basis}; {cited})")
    if not rows:
        lines += _wrap("It does not move the ranking: it serves the safety rules, a contributor, or the therapist.")
    return [*lines, *(["", *_wrap(finding.notes)] if finding.notes else [])]


def _factor(factor: _Factor) -> list[str]:
    return [
        *_wrap(f"{factor.name}. Evidence grade {factor.grade}."),
        *_wrap(f"How it is measured: {factor.how_measured}. Limit: {factor.threshold}."),
        *_wrap(factor.note),
        *_wrap(f"Sources: {', '.join(factor.sources) or 'none: an assumption'}."),
    ]
