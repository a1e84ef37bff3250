"""One finding or factor explained: what is asked, which answers it takes, how to do it safely, what rests on it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

__all__ = ["PageWords", "item_list", "item_page"]

_WIDTH = 79


class _Item(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def group(self) -> str: ...


@dataclass(frozen=True, slots=True)
class PageWords:
    """Words for the ids of a page, handed in by the door.

    Attributes
    ----------
    conditions, items, sources : mapping of id to words
    urgent : str
        What a yes leads to by itself, when a safety rule rests on it alone; else empty.
    """

    conditions: Mapping[str, str]
    items: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    urgent: str = ""


def item_page(item: str, finding: Any | None, factor: Any | None, words: PageWords) -> str:
    """The page of one item, 79 columns wide; exactly one of `finding` and `factor` is given."""
    lines = _finding(finding, words) if finding is not None else _factor(factor, words)
    return f"{item}\n{'=' * len(item)}\n" + "\n".join(lines) + "\n"


def item_list(findings: Iterable[_Item], factors: Iterable[_Item]) -> str:
    """Every id with its name, by group; findings first."""
    lines = ["Ids that a case file can answer; 'backstride ask ID' explains one."]
    for title, items in (("asked or tested", findings), ("may contribute", factors)):
        groups: dict[str, list[_Item]] = {}
        for item in items:
            groups.setdefault(item.group, []).append(item)
        for group, members in sorted(groups.items()):
            lines += ["", f"{group.replace('_', ' ')} ({title})"]
            for item in sorted(members, key=lambda member: member.id):
                lines += textwrap.wrap(f"{item.id}: {item.name}", _WIDTH, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent="  " if text.startswith("- ") else "") if text else []


def _finding(finding: Any, words: PageWords) -> list[str]:
    lines = [*_wrap(finding.question), "", *_wrap(f"Answers: {_answers(finding)}.")]
    lines += _wrap(words.urgent)
    if finding.answered_by == "therapist" or (finding.group == "test" and not finding.at_home):
        lines += ["", "A therapist's test: do not try it alone."]
    if finding.steps:
        needs = ["Have someone help you."] if finding.needs_helper else []
        lines += ["", "How to do it", *_wrap(finding.gate), *needs]
        lines += [line for number, step in enumerate(finding.steps, 1) for line in _wrap(f"{number}. {step}")]
        lines += _wrap(finding.stop_rule)
    elif finding.how:
        stop = "Stop when it hurts more than it did before you began." if finding.group == "test" else ""
        lines += ["", "How to do it", *_wrap(finding.how), *_wrap(stop)]
    if finding.unsafe_when:
        lines += ["", *_wrap(f"Not offered while: {_in_words(finding.unsafe_when, words)}.")]
    lines += ["", "Why it is asked", *_rows(finding, words)]
    return [*lines, *(["", *_wrap(f"Note for therapists: {finding.notes}")] if finding.notes else [])]


def _answers(finding: Any) -> str:
    if finding.answer in ("scale", "measurement"):
        return f"a number from {finding.minimum:g} to {finding.maximum:g} {finding.unit}".rstrip() + ", or unsure"
    allowed = ("yes", "no") if finding.answer == "yes_no" else tuple(v for v in finding.values if v != "unsure")
    return f"{', '.join(allowed)} or unsure"


def _rows(finding: Any, words: PageWords) -> list[str]:
    rows = [row for row in finding.used_likelihoods if row.if_present is not None]
    if not rows:
        return _wrap("It does not move the ranking: it serves the safety rules, a contributor, or the therapist.")
    lines = []
    for value in dict.fromkeys(row.value for row in rows):
        said = "yes" if value == "yes" else f"'{value}'"
        usual = finding.background_by_value.get(value, finding.background.point if finding.background is not None else None)
        by = f"by {_share(usual)} of runners with ordinary back pain, and by" if usual is not None else "by"
        lines += _wrap(f"Said {said} {by}")
        for row in sorted((row for row in rows if row.value == value), key=lambda row: -row.if_present.point):
            cited = "; ".join(words.sources.get(source, source) for source in row.sources)
            basis = f"{row.basis}; {cited}" if cited and row.basis != "assumption" else row.basis
            lines += _wrap(f"- {_share(row.if_present.point)} with: {words.conditions[row.condition]} ({basis})")
    return lines


def _share(p: float) -> str:
    return "under 1%" if 0 < p < 0.005 else f"{p:.0%}"


def _in_words(rule: str, words: PageWords) -> str:
    return " ".join(words.items.get(word, word).lower() if word in words.items else word for word in rule.split())


def _factor(factor: Any, words: PageWords) -> list[str]:
    cited = "; ".join(words.sources.get(source, source) for source in factor.sources)
    return [
        *_wrap(f"{factor.name}. Evidence grade {factor.grade}."),
        *_wrap("Answers: yes, no or unsure."),
        *_wrap(f"How it is measured: {factor.how_measured}. Limit: {factor.threshold}."),
        *_wrap(factor.note),
        *_wrap(f"Sources: {cited or 'none: an assumption'}."),
    ]
