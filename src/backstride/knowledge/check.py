"""The check of the knowledge files: what is wrong in them, what deserves a second look, and how much of it is assumption."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backstride.errors import KnowledgeError
from backstride.knowledge.consistency import problems_in
from backstride.knowledge.files import read_files
from backstride.knowledge.reading import Reading, read_tree
from backstride.knowledge.rules import parse_rule
from backstride.knowledge.schema import Problem

__all__ = ["CheckReport", "check"]

_REVIEWED_KINDS = ("conditions", "findings", "factors", "red_flags", "advice", "beliefs", "trials")
_APART = 2.0
_RATIO_APART = 1.5


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What the check found.

    Attributes
    ----------
    errors : tuple of Problem
        The files can't be used as they are.
    warnings : tuple of Problem
        They can, but a person should look.
    counts : mapping of str to int
        Concepts of each kind (``conditions`` ...), ``unreviewed`` files, and the likelihood rows in use by basis
        (``rows_published``, ``rows_derived``, ``rows_assumption``); ``rows`` counts all rows, ``links`` all links.
    """

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    counts: Mapping[str, int]


def check(overlays: Sequence[Path] = ()) -> CheckReport:
    """Check the shipped files with overlays on top; all problems, not only the first.

    Parameters
    ----------
    overlays : sequence of Path
        As for `load`.

    Returns
    -------
    CheckReport

    Raises
    ------
    KnowledgeError
        Only when an overlay can't be read at all.
    """
    reading = read_tree(read_files(overlays))
    warnings = sorted(
        (
            *_far_from_background(reading),
            *_lonely_overlaps(reading),
            *_misspelt_facets(reading),
            *_ratios_apart(reading),
            *_on_no_screen(reading),
        ),
        key=lambda p: (p.file, p.line, p.field),
    )
    return CheckReport(tuple(problems_in(reading)), tuple(warnings), _counts(reading))


def _sound(reading: Reading, kind: str) -> dict[str, Any]:
    return {id: entry for id, entry in reading.tree[kind].items() if (kind, id) not in reading.broken}


def _far_from_background(reading: Reading) -> Iterator[Problem]:
    """Rows in use whose source's own comparator is far from what this finding's file calls ordinary."""
    for id, entry in _sound(reading, "findings").items():
        place = reading.places["findings", id]
        for i, row in enumerate(entry.get("likelihoods", ())):
            absent = row.get("if_absent", {}).get("point")
            background = _background(entry, row["value"])
            if row["use"] != "yes" or row["basis"] == "assumption" or absent is None or background is None:
                continue
            if absent > _APART * background or background > _APART * absent:
                field = f"likelihoods[{i + 1}].if_absent"
                message = f"{absent:g} without {row['condition']} is more than {_APART:g} times away from the background of {background:g}."
                remedy = "Ask whom the source compared with; then correct the background, or leave it and say why in the note."
                yield Problem(place.file, place.lines[field], field, message, remedy)


def _background(entry: Mapping[str, Any], value: str) -> float | None:
    share = entry.get("background_by_value", {}).get(value, entry.get("background", {}).get("point"))
    return None if share is None else float(share)


def _lonely_overlaps(reading: Reading) -> Iterator[Problem]:
    """Findings that say in part the same thing, and yet both count fully."""
    findings = _sound(reading, "findings")
    seen: set[frozenset[str]] = set()
    for id, entry in findings.items():
        place = reading.places["findings", id]
        for i, other in enumerate(entry.get("overlaps_with", ())):
            pair = frozenset((id, other))
            if other not in findings or pair in seen or not (_counts_in_ranking(entry) and _counts_in_ranking(findings[other])):
                continue
            seen.add(pair)
            if not entry.get("facet") or entry["facet"] != findings[other].get("facet"):
                field = f"overlaps_with[{i + 1}]"
                message = f"{id} and {other} overlap but share no facet, so the same complaint counts twice."
                yield Problem(place.file, place.lines[field], field, message, "Give both files the same facet, or remove the overlap.")


def _misspelt_facets(reading: Reading) -> Iterator[Problem]:
    """A facet that only one finding names, much like one that others share."""
    members = Counter(entry["facet"] for entry in _sound(reading, "findings").values() if entry.get("facet"))
    for id, entry in _sound(reading, "findings").items():
        facet = entry.get("facet")
        near = difflib.get_close_matches(facet, [f for f in members if f != facet], n=1, cutoff=0.85) if facet else []
        if near and members[facet] == 1:
            place = reading.places["findings", id]
            message = f"no other finding is of facet '{facet}'."
            yield Problem(place.file, place.lines["facet"], "facet", message, f"Did you mean '{near[0]}'?")


def _ratios_apart(reading: Reading) -> Iterator[Problem]:
    """Rows in use whose likelihood ratio is far from the two frequencies beside it: one of the three was changed alone."""
    for id, entry in _sound(reading, "findings").items():
        place = reading.places["findings", id]
        for i, row in enumerate(entry.get("likelihoods", ())):
            present, absent, ratio = (row.get(key, {}).get("point") for key in ("if_present", "if_absent", "lr_positive"))
            if row["use"] != "yes" or not present or not absent or not ratio:
                continue
            if not 1 / _RATIO_APART < present / absent / ratio < _RATIO_APART:
                field = f"likelihoods[{i + 1}].lr_positive"
                message = f"{ratio:g} is not {present:g} / {absent:g} = {present / absent:.2g}."
                yield Problem(place.file, place.lines[field], field, message, "Correct whichever of the three is old.")


def _on_no_screen(reading: Reading) -> Iterator[Problem]:
    """Signs of an emergency that a runner tells and that no safety screen of the interview holds: asked all the same, but last."""
    findings = _sound(reading, "findings")
    screens = [entry for entry in _sound(reading, "interview").values() if entry["kind"] == "safety"]
    held = {item["id"] for entry in screens for item in entry.get("items", ())}
    for id, entry in _sound(reading, "red_flags").items():
        if entry["action"] != "emergency_now":
            continue
        try:
            rule = parse_rule(entry["rule"])
        except KnowledgeError:  # an error, and reported as such
            continue
        for name, signs in sorted(rule.polarity().items()):
            told = name == "age" or findings.get(name, {}).get("answered_by") == "runner"
            if True in signs and told and name not in held:
                place = reading.places["red_flags", id]
                message = f"{name} stands on no safety screen, so the interview asks it with the last."
                yield Problem(place.file, place.lines["rule"], "rule", message, "Add it to a screen in interview.yaml.")


def _counts_in_ranking(entry: Mapping[str, Any]) -> bool:
    return any(row["use"] == "yes" for row in entry.get("likelihoods", ()))


def _counts(reading: Reading) -> dict[str, int]:
    sound = {kind: _sound(reading, kind) for kind in reading.tree}
    rows = [row for entry in sound["findings"].values() for row in entry.get("likelihoods", ())]
    basis = Counter(row["basis"] for row in rows if row["use"] == "yes")
    return {
        **{kind: len(entries) for kind, entries in reading.tree.items()},
        "rows": len(rows),
        **{f"rows_{word}": basis[word] for word in ("published", "derived", "assumption")},
        "links": sum(len(entry.get("links", ())) for entry in sound["factors"].values()),
        "unreviewed": sum(not entry["reviewed_by"] for kind in _REVIEWED_KINDS for entry in sound[kind].values()),
    }
