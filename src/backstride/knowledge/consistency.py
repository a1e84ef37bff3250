"""What must hold between knowledge files: ids exist, published figures name sources, rules and limits make sense."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from backstride.errors import KnowledgeError
from backstride.knowledge.rules import parse_rule
from backstride.knowledge.schema import Problem

__all__ = ["problems_in"]

Tree = Mapping[str, Mapping[str, Any]]
_DERIVED_NAMES = frozenset({"age", "sex"})


def problems_in(tree: Tree) -> list[Problem]:
    """Every inconsistency between files, with the place of the field that should change."""
    problems = [
        *_unknown_ids(tree),
        *_unsourced(tree),
        *_rules(tree),
        *_findings(tree),
    ]
    return sorted(problems, key=lambda p: (p.file, p.line, p.field))


def _problem(entry: Mapping[str, Any], where: str, message: str, remedy: str) -> Problem:
    lines = entry.get("lines", {})
    return Problem(entry["file"], lines.get(where, lines.get("", 0)), where, message, remedy)


def _unknown(entry: Mapping[str, Any], where: str, name: str, known: Iterable[str], what: str) -> Iterator[Problem]:
    known = list(known)
    if name in known:
        return
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    yield _problem(entry, where, f"'{name}' is not a known {what}.", f"Did you mean '{near[0]}'?" if near else f"Add the {what} first.")


def _unknown_ids(tree: Tree) -> Iterator[Problem]:
    conditions, findings, factors = tree["conditions"], tree["findings"], tree["factors"]
    observable = [*findings, *factors]
    for entry in findings.values():
        for i, row in enumerate(entry.get("likelihoods", ())):
            yield from _unknown(entry, f"likelihoods[{i + 1}].condition", row["condition"], conditions, "condition")
        for key in ("overlaps_with", "umbrella_of"):
            for i, name in enumerate(entry.get(key, ())):
                yield from _unknown(entry, f"{key}[{i + 1}]", name, observable, "finding or factor")
        for i, rule in enumerate(entry.get("excludes", ())):
            yield from _unknown(entry, f"excludes[{i + 1}].other", rule["other"], findings, "finding")
        for value, entailed in entry.get("implies", {}).items():
            for name in entailed:
                yield from _unknown(entry, f"implies.{value}.{name}", name, findings, "finding")
        for value, name in entry.get("reports_factor", {}).items():
            yield from _unknown(entry, f"reports_factor.{value}", name, factors, "factor")
    for entry in factors.values():
        for i, link in enumerate(entry.get("links", ())):
            yield from _unknown(entry, f"links[{i + 1}].condition", link["condition"], conditions, "condition")
    for entry in tree["red_flags"].values():
        yield from _unknown(entry, "finding", entry["finding"], observable, "finding")
        for i, name in enumerate(entry["conditions"]):
            yield from _unknown(entry, f"conditions[{i + 1}]", name, conditions, "condition")
    for entry in tree["advice"].values():
        kind = entry["target_type"]
        if kind in ("condition", "factor"):
            yield from _unknown(entry, "target", entry["target"], conditions if kind == "condition" else factors, kind)
    for entry in tree["regions"].values():
        for i, name in enumerate(entry["findings"]):
            yield from _unknown(entry, f"findings[{i + 1}]", name, observable, "finding or factor")


def _unsourced(tree: Tree) -> Iterator[Problem]:
    references = tree["references"]
    for kind in ("conditions", "findings", "factors", "red_flags", "advice", "beliefs", "outcome_measures"):
        for entry in tree[kind].values():
            for where, figure, inherited in _figures(entry):
                sources = figure.get("sources", inherited)
                if figure.get("basis") == "published" and not sources:
                    yield _problem(entry, where, "is called published but names no source.", "Add sources: [id], or call it an assumption.")
            for where, name in _source_ids(entry, ""):
                yield from _unknown(entry, where, name, references, "source in references.yaml")


def _figures(entry: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], Any]]:
    for key in ("prior", "background", "prevalence"):
        if key in entry:
            yield key, entry[key], ()
    for i, row in enumerate(entry.get("likelihoods", ())):
        yield f"likelihoods[{i + 1}]", row, ()
    for i, link in enumerate(entry.get("links", ())):
        yield f"links[{i + 1}].odds_ratio", link["odds_ratio"], entry.get("sources", ())


def _source_ids(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "sources":
                yield from ((f"{where}.sources[{i + 1}]".lstrip("."), name) for i, name in enumerate(inner))
            elif key not in ("lines", "fields"):
                yield from _source_ids(inner, f"{where}.{key}".lstrip("."))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _source_ids(inner, f"{where}[{i + 1}]")


def _rules(tree: Tree) -> Iterator[Problem]:
    observable = [*tree["findings"], *tree["factors"], *_DERIVED_NAMES]
    for kind, key in (("red_flags", "rule"), ("findings", "unsafe_when")):
        for entry in tree[kind].values():
            if key not in entry:
                continue
            try:
                rule = parse_rule(entry[key])
            except KnowledgeError as error:
                yield _problem(entry, key, error.message, error.remedy)
                continue
            for name in sorted(rule.names()):
                yield from _unknown(entry, key, name, observable, "finding or factor")


def _findings(tree: Tree) -> Iterator[Problem]:
    for entry in tree["findings"].values():
        answer = entry["answer"]
        if answer in ("choice", "location") and not entry.get("values"):
            yield _problem(entry, "values", "is missing: a choice needs its words.", "Write values: [first, second].")
        if answer in ("scale", "measurement") and ("minimum" not in entry or "maximum" not in entry):
            yield _problem(entry, "minimum", "is missing: a number needs its bounds.", "Add minimum and maximum.")
        shares = entry.get("background_by_value")
        if shares and abs(sum(shares.values()) - 1) > 1e-6:
            yield _problem(entry, "background_by_value", f"adds up to {sum(shares.values()):g}, not 1.", "Correct the shares.")
        seen: set[tuple[str, str]] = set()
        for i, row in enumerate(entry.get("likelihoods", ())):
            where = f"likelihoods[{i + 1}]"
            if row["use"] != "yes":
                continue
            if "if_present" not in row and "lr_positive" not in row:
                yield _problem(entry, where, "has neither if_present nor lr_positive.", "Add one, or write use: no.")
            if (row["condition"], row["value"]) in seen:
                yield _problem(entry, where, f"is a second row in use for {row['condition']}.", "Keep use: yes on one of them.")
            seen.add((row["condition"], row["value"]))
            if "background" not in entry and not shares:
                yield _problem(entry, where, "is in use, but the finding has no background.", "Add background: {point: ..., basis: assumption}.")
        for i, rule in enumerate(entry.get("excludes", ())):
            other = tree["findings"].get(rule["other"])
            for owner, value, name in ((entry, rule["value"], "value"), (other, rule["other_value"], "other_value")):
                if owner is not None and owner["answer"] in ("yes_no", "choice", "location"):
                    allowed = owner.get("values", ["yes", "no"])
                    if value not in allowed:
                        remedy = f"Write one of: {', '.join(allowed)}."
                        yield _problem(entry, f"excludes[{i + 1}].{name}", f"'{value}' is not an answer to {owner['id']}.", remedy)
