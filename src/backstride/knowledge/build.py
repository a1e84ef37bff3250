"""Makes the immutable concepts out of the checked plain tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backstride.knowledge.concepts import (
    AdviceItem,
    BeliefItem,
    Condition,
    Contradiction,
    EmergencyNumber,
    Exposure,
    Factor,
    Finding,
    InterviewEntry,
    InterviewItem,
    Knowledge,
    Likelihood,
    Limit,
    Link,
    MeasureLimit,
    Number,
    OutcomeMeasure,
    RedFlag,
    Reference,
    Region,
    TrialBar,
    TrialNeed,
    TrialPlan,
    WatchSign,
    Wording,
)

__all__ = ["build_knowledge"]


def build_knowledge(tree: Mapping[str, Mapping[str, Any]], version: str) -> Knowledge:
    """Make the immutable concepts from the plain tree."""
    return Knowledge(
        version=version,
        conditions={key: _condition(value) for key, value in sorted(tree["conditions"].items())},
        findings={key: _finding(value) for key, value in sorted(tree["findings"].items())},
        factors={key: _factor(value) for key, value in sorted(tree["factors"].items())},
        red_flags={key: _simple(RedFlag, value) for key, value in sorted(tree["red_flags"].items())},
        advice={key: _simple(AdviceItem, value) for key, value in sorted(tree["advice"].items())},
        beliefs={key: _simple(BeliefItem, value) for key, value in sorted(tree["beliefs"].items())},
        regions={key: _simple(Region, value) for key, value in sorted(tree["regions"].items())},
        outcome_measures={key: _simple(OutcomeMeasure, value) for key, value in sorted(tree["outcome_measures"].items())},
        trials={key: _trial(value) for key, value in sorted(tree["trials"].items())},
        exposures={key: _exposure(value) for key, value in sorted(tree["exposures"].items())},
        references={key: Reference(key, value) for key, value in sorted(tree["references"].items())},
        limits={key: _limit(key, value) for key, value in sorted(tree["limits"].items())},
        wording={key: Wording(key, **value) for key, value in sorted(tree["wording"].items())},
        interview={key: _interview(key, value) for key, value in sorted(tree["interview"].items())},
        emergency_numbers={key: EmergencyNumber(key, **_tuples(value)) for key, value in sorted(tree["emergency_numbers"].items())},
        watch_card={key: WatchSign(key, **_tuples(value)) for key, value in sorted(tree["watch_card"].items())},
    )


_FIGURES = ("if_present", "if_absent", "lr_positive", "lr_negative")


def _tuples(value: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in value.items()}


def _simple(make: Any, value: Mapping[str, Any]) -> Any:
    return make(**_tuples(value))


def _figure(value: Mapping[str, Any] | None, basis: str = "assumption", sources: Sequence[str] = ()) -> Number | None:
    if value is None:
        return None
    return Number(
        float(value["point"]),
        float(value["low"]) if "low" in value else None,
        float(value["high"]) if "high" in value else None,
        value.get("basis", basis),
        tuple(value.get("sources", sources)),
    )


def _must(number: Number | None) -> Number:
    assert number is not None
    return number


def _condition(value: Mapping[str, Any]) -> Condition:
    return Condition(**{**_tuples(value), "prior": _must(_figure(value["prior"]))})


def _finding(value: Mapping[str, Any]) -> Finding:
    fields = _tuples(value)
    fields["background"] = _figure(value.get("background"))
    fields.update({name: value.get(name) == "yes" for name in ("at_home", "needs_helper")})
    fields["excludes"] = tuple(Contradiction(**rule) for rule in value.get("excludes", ()))
    fields["likelihoods"] = tuple(_likelihood(row) for row in value.get("likelihoods", ()))
    return Finding(**fields)


def _likelihood(row: Mapping[str, Any]) -> Likelihood:
    basis, sources = row["basis"], row.get("sources", ())
    return Likelihood(**{**_tuples(row), **{name: _figure(row.get(name), basis, sources) for name in _FIGURES}})


def _factor(value: Mapping[str, Any]) -> Factor:
    fields = _tuples(value)
    fields["prevalence"] = _must(_figure(value["prevalence"]))
    fields["effect"] = _figure(value.get("effect"), "published", value.get("sources", ()))
    fields["measured_by"] = tuple(
        MeasureLimit(**{**limit, "only_yes": limit.get("only_yes") == "yes"}) for limit in value.get("measured_by", ())
    )
    fields["links"] = tuple(Link(**{**link, "odds_ratio": _must(_figure(link["odds_ratio"]))}) for link in value.get("links", ()))
    return Factor(**fields)


def _trial(value: Mapping[str, Any]) -> TrialPlan:
    fields = _tuples(value)
    fields["needs"] = tuple(TrialNeed(**need) for need in value.get("needs", ()))
    fields["not_when"] = tuple(TrialBar(**bar) for bar in value.get("not_when", ()))
    fields.update({name: int(value[name]) for name in ("days", "block_days", "settle_days") if name in value})
    return TrialPlan(**fields)


def _exposure(value: Mapping[str, Any]) -> Exposure:
    fields = _tuples(value)
    fields["windows_days"] = tuple(int(days) for days in value["windows_days"])
    fields.update({name: int(value[name]) for name in ("before_days", "least_now", "least_before", "decimals") if name in value})
    fields["one_device"] = value.get("one_device") == "yes"
    return Exposure(**fields)


def _limit(key: str, value: Mapping[str, Any]) -> Limit:
    number = tuple(float(v) for v in value["value"]) if isinstance(value["value"], list) else float(value["value"])
    return Limit(key, number, value["reason"], value.get("basis", "assumption"), tuple(value.get("sources", ())))


def _interview(key: str, value: Mapping[str, Any]) -> InterviewEntry:
    items = tuple(InterviewItem(**item) for item in value.get("items", ()))
    return InterviewEntry(id=key, **{**_tuples(value), "items": items, "order": float(value.get("order", 0))})
