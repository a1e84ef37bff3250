"""Answers and measures become observations: checked against knowledge, with what contradicts or repeats set aside.

Triage looks at everything that was said (`Observed.said`); only the ranking drops answers (`Observed.ranked`).
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backstride.errors import CaseError
from backstride.knowledge.concepts import Factor, Finding, Knowledge, MeasureLimit
from backstride.model.assessment import Dropped
from backstride.model.evidence import DIARY, OWN_DATA, Answer, Measure, Observation, Source
from backstride.model.record import Record

__all__ = ["Observed", "check_answer", "observe"]

IBP_ITEMS = ("onset_gradual", "better_with_movement", "night_wakes_second_half")


@dataclass(frozen=True, slots=True)
class Observed:
    """What is known, ready for reasoning.

    Attributes
    ----------
    said : mapping of str to tuple of (str or float)
        Every value stated for an id, by whoever; for triage, which never forgets a yes.
    findings : tuple of Observation
        Findings with a value that the ranking may use, by id.
    factors : tuple of Observation
        Factors that are stated, reported or measured, by id.
    covariates : tuple of Observation
        The factors among them that the ranking may use: a factor that a finding already says is left out.
    dropped : tuple of Dropped
        What the ranking leaves out, and why.
    contradicted : frozenset of str
        Ids whose answer contradicts another one, or on which runner and clinician disagree: these silence no rule.
    unsure : frozenset of str
        Ids answered "unsure".
    """

    said: Mapping[str, tuple[str | float, ...]]
    findings: tuple[Observation, ...]
    factors: tuple[Observation, ...]
    covariates: tuple[Observation, ...]
    dropped: tuple[Dropped, ...]
    contradicted: frozenset[str]
    unsure: frozenset[str]
    age: int | None
    sex: str | None


def observe(record: Record, knowledge: Knowledge, measures: Iterable[Measure] = ()) -> Observed:
    """Turn a record and its measures into observations.

    Raises
    ------
    CaseError
        For an id that knowledge does not have, or a value that its item does not allow.
    """
    stated: dict[str, dict[Source, Answer]] = {}
    _check_confirmations(record, knowledge)
    for source, answers in ((Source.RUNNER, record.answers), (Source.CLINICIAN, record.exam)):
        for item, answer in answers.items():
            check_answer(item, answer, knowledge)
            stated.setdefault(item, {})[source] = answer
    _add_pregnancy(record, knowledge, stated)
    said = {item: tuple(a.value for a in by_source.values()) for item, by_source in stated.items()}
    unsure = frozenset(item for item, values in said.items() if all(v == "unsure" for v in values))

    findings: dict[str, Observation] = {}
    factors: dict[str, Observation] = {}
    for item in sorted(stated):
        by_source = stated[item]
        best = by_source.get(Source.CLINICIAN) or by_source[Source.RUNNER]
        if best.value == "unsure":
            best = by_source.get(Source.RUNNER, best)
        if best.value == "unsure":
            continue
        target = findings if item in knowledge.findings else factors
        target[item] = Observation(item, best.value, best.source)

    _add_demographics(record, knowledge, factors)
    _add_reports(findings, knowledge, factors)
    _add_measures(measures, knowledge, factors)
    for item, observation in factors.items():
        if observation.source is not Source.RUNNER or item not in said:
            said[item] = (*said.get(item, ()), observation.value)
    _add_inflammatory_score(record, knowledge, findings, said)

    dropped: list[Dropped] = []
    ranked = _without_withdrawn(findings, record, knowledge, dropped)
    ranked = _without_contradictions(ranked, knowledge, dropped)
    ranked = _without_umbrellas(ranked, knowledge, dropped)
    covariates = _without_repeats(factors, ranked, knowledge)
    return Observed(
        said=said,
        findings=tuple(ranked[item] for item in sorted(ranked)),
        factors=tuple(factors[item] for item in sorted(factors)),
        covariates=covariates,
        dropped=tuple(dropped),
        contradicted=_contradicted(said, knowledge),
        unsure=unsure,
        age=record.runner.age,
        sex=record.runner.sex,
    )


def _add_pregnancy(record: Record, knowledge: Knowledge, stated: dict[str, dict[Source, Answer]]) -> None:
    """Being pregnant, told of the runner, answers the question for it; a yes given there stands."""
    item = "possible_pregnancy"
    if record.runner.pregnant is None or item not in knowledge.findings:
        return
    given = stated.setdefault(item, {})
    if record.runner.pregnant or Source.RUNNER not in given:
        given[Source.RUNNER] = Answer("yes" if record.runner.pregnant else "no")


def check_answer(item: str, answer: Answer, knowledge: Knowledge) -> None:
    """Refuse an answer that knowledge does not describe.

    Raises
    ------
    CaseError
        With the nearest known id, or the allowed values.
    """
    if item in knowledge.findings:
        _check_value(item, answer, knowledge.findings[item])
    elif item in knowledge.factors:
        if answer.value not in ("yes", "no", "unsure"):
            raise CaseError(f"'{item}' is {_shown(answer.value)}.", place=answer.place, remedy="Write yes, no or unsure.")
    else:
        known = [*knowledge.findings, *knowledge.factors]
        near = difflib.get_close_matches(item, known, n=1, cutoff=0.5)
        remedy = f"Did you mean '{near[0]}'?" if near else "See 'backstride ask' for the known ids."
        raise CaseError(f"'{item}' is not a known finding or factor.", place=answer.place, remedy=remedy)


def _check_confirmations(record: Record, knowledge: Knowledge) -> None:
    flags = [flag.id for flag in knowledge.red_flags.values() if flag.confirm]
    for item, answer in record.confirmations.items():
        if item not in flags:
            near = difflib.get_close_matches(item, flags, n=1, cutoff=0.5)
            remedy = f"Did you mean '{near[0]}'?" if near else f"Rules with a confirm question: {', '.join(flags)}."
            raise CaseError(f"'{item}' has no confirm question.", place=answer.place, remedy=remedy)
        if answer.value not in ("yes", "no", "unsure"):
            raise CaseError(f"'{item}' is {_shown(answer.value)}.", place=answer.place, remedy="Write yes, no or unsure.")


def _check_value(item: str, answer: Answer, finding: Finding) -> None:
    value = answer.value
    if value == "unsure":
        return
    if finding.answer in ("scale", "measurement"):
        if isinstance(value, str) or not math.isfinite(value):
            remedy = f"Write a number{_between(finding)}, or unsure."
            raise CaseError(f"'{item}' is {_shown(value)}.", place=answer.place, remedy=remedy)
        low, high = finding.minimum, finding.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            raise CaseError(f"'{item}' is {_shown(value)}.", place=answer.place, remedy=f"Write a number{_between(finding)}.")
        return
    allowed = ("yes", "no") if finding.answer == "yes_no" else finding.values
    if value not in allowed:
        words = ", ".join(v for v in allowed if v != "unsure")
        raise CaseError(f"'{item}' is {_shown(value)}.", place=answer.place, remedy=f"Write one of: {words}, unsure.")


def _shown(value: str | float) -> str:
    return f"'{value}', which it cannot be" if isinstance(value, str) else f"{value:g}, which it cannot be"


def _between(finding: Finding) -> str:
    if finding.minimum is None or finding.maximum is None:
        return ""
    unit = f" {finding.unit}" if finding.unit else ""
    return f" from {finding.minimum:g} to {finding.maximum:g}{unit}"


def _add_demographics(record: Record, knowledge: Knowledge, factors: dict[str, Observation]) -> None:
    age, sex = record.runner.age, record.runner.sex
    known = {}
    if age is not None:
        years = Measure("age_years", float(age), "years")
        for factor in knowledge.factors.values():
            for limit in factor.measured_by:
                if limit.measure == years.id:
                    known[factor.id] = _within(years, limit)
    if sex is not None and "sex_female" in knowledge.factors:
        known["sex_female"] = sex == "female"
    for item, value in known.items():
        factors[item] = Observation(item, "yes" if value else "no", Source.RUNNER, origin="age and sex as told")


def _add_reports(findings: Mapping[str, Observation], knowledge: Knowledge, factors: dict[str, Observation]) -> None:
    """A self-report of a factor counts where the factor itself is not stated."""
    for item, observation in findings.items():
        finding = knowledge.findings[item]
        for pattern, factor in finding.reports_factor.items():
            if factor not in factors and _matches(pattern, observation.value):
                factors[factor] = Observation(
                    factor, "yes", observation.source, origin=f"by the runner's own report: {finding.name.lower()}"
                )


def _matches(pattern: str, value: str | float) -> bool:
    if isinstance(value, str):
        return pattern == value
    return (pattern[:1] == ">" and value > float(pattern[1:])) or (pattern[:1] == "<" and value < float(pattern[1:]))


def _add_measures(measures: Iterable[Measure], knowledge: Knowledge, factors: dict[str, Observation]) -> None:
    """A measured factor takes precedence over a reported one, but not over a clinician's.

    One limit that is met is a yes. A no needs all of a factor's measures but those that can only say yes; where one is missing the
    runner's own word stands.
    """
    by_id = {measure.id: measure for measure in measures if measure.value is not None}
    for factor in knowledge.factors.values():
        known = factors.get(factor.id)
        if not factor.measured_by or (known is not None and known.source is Source.CLINICIAN):
            continue
        found = [(by_id[limit.measure], limit) for limit in factor.measured_by if limit.measure in by_id]
        # Of a value that may be higher neither "not more than" nor "at most" is known.
        found = [
            (m, limit) for m, limit in found if not m.lower_bound or (_within(m, limit) and limit.at_most is None and limit.below is None)
        ]
        met = next((measure for measure, limit in found if _within(measure, limit)), None)
        against = [measure for measure, limit in found if not limit.only_yes]
        if met is None and (not against or len(against) < sum(not limit.only_yes for limit in factor.measured_by)):
            continue
        telling = met if met is not None else against[0]
        value = "no" if met is None else "yes"
        source = Source.DIARY if telling.device == DIARY else Source.RUNS
        factors[factor.id] = Observation(factor.id, value, source, _sentence(telling, factor), (telling,))


def _within(measure: Measure, limit: MeasureLimit) -> bool:
    value = measure.value
    assert value is not None
    return not (
        (limit.above is not None and value <= limit.above)
        or (limit.at_least is not None and value < limit.at_least)
        or (limit.at_most is not None and value > limit.at_most)
        or (limit.below is not None and value >= limit.below)
    )


def _sentence(measure: Measure, factor: Factor) -> str:
    if measure.unit == OWN_DATA:
        return measure.origin
    unit = "" if measure.unit in ("", "ratio") else f" {measure.unit}"
    return f"{measure.value:.3g}{unit}, limit {factor.threshold}; {measure.origin}"


def _add_inflammatory_score(
    record: Record, knowledge: Knowledge, findings: dict[str, Observation], said: dict[str, tuple[str | float, ...]]
) -> None:
    """Count the inflammatory pattern from its single items, when all of them were answered and no score was given.

    Young onset, gradual onset, better with movement, not better with rest, night pain easing on getting up;
    ``better_with_movement`` asks for two of them at once. Source: Sieper 2009 (the Experts' criteria, 4 of 5).
    """
    given = [value for value in said.get("ibp_composite", ()) if value != "unsure"]
    if given or "ibp_composite" not in knowledge.findings or record.runner.age is None:
        return
    if not all(item in findings for item in IBP_ITEMS):
        return
    yes = {item: findings[item].value == "yes" for item in IBP_ITEMS}
    onset_age = knowledge.limits["inflammatory_onset_age_years"].value
    assert not isinstance(onset_age, tuple)
    score = (record.runner.age < onset_age) + yes["onset_gradual"] + 2 * yes["better_with_movement"] + yes["night_wakes_second_half"]
    said["ibp_composite"] = (float(score),)
    findings["ibp_composite"] = Observation("ibp_composite", float(score), Source.RUNNER, origin="computed from its single items")


def _without_withdrawn(
    findings: Mapping[str, Observation], record: Record, knowledge: Knowledge, dropped: list[Dropped]
) -> dict[str, Observation]:
    """Leave out a yes that its own confirm question took back; the rule it fired stays at the same day."""
    kept = dict(findings)
    for flag in knowledge.red_flags.values():
        answer = record.confirmations.get(flag.id)
        known = kept.get(flag.finding)
        if (
            flag.confirm
            and answer is not None
            and answer.value == "no"
            and known is not None
            and known.value == "yes"
            and known.source is Source.RUNNER
        ):
            kept.pop(flag.finding)
            dropped.append(Dropped((flag.finding,), "taken back when asked again; still a reason to be seen"))
    return kept


def _contradicted(said: Mapping[str, tuple[str | float, ...]], knowledge: Knowledge) -> frozenset[str]:
    out = {item for item, values in said.items() if {"yes", "no"} <= set(values)}
    for item, values in said.items():
        for rule in knowledge.findings[item].excludes if item in knowledge.findings else ():
            if rule.value in values and rule.other_value in said.get(rule.other, ()):
                out |= {item, rule.other}
    return frozenset(out)


def _without_contradictions(findings: Mapping[str, Observation], knowledge: Knowledge, dropped: list[Dropped]) -> dict[str, Observation]:
    """Leave out both sides of a declared contradiction: neither can be trusted until it has been asked again."""
    out: set[str] = set()
    for item, observation in findings.items():
        for rule in knowledge.findings[item].excludes:
            other = findings.get(rule.other)
            if other is not None and observation.value == rule.value and other.value == rule.other_value:
                out |= {item, rule.other}
                dropped.append(Dropped((item, rule.other), "contradict each other; asked again"))
    return {item: observation for item, observation in findings.items() if item not in out}


def _without_umbrellas(findings: Mapping[str, Observation], knowledge: Knowledge, dropped: list[Dropped]) -> dict[str, Observation]:
    """Leave out an umbrella item when a more exact one says what it says."""
    kept = dict(findings)
    for item, observation in findings.items():
        exact = [
            e
            for e in knowledge.findings[item].umbrella_of
            if e in findings and (observation.value == "no" or findings[e].value not in ("no", "none"))
        ]
        if exact and (observation.value == "yes" or len(exact) == len(knowledge.findings[item].umbrella_of)):
            kept.pop(item)
            dropped.append(Dropped((item,), f"said more exactly by {', '.join(sorted(exact))}"))
    return kept


def _without_repeats(
    factors: Mapping[str, Observation], findings: Mapping[str, Observation], knowledge: Knowledge
) -> tuple[Observation, ...]:
    """Factors that no observed finding says already (``prior_bsi`` and ``prior_bsi_history``)."""
    repeated = {other for item in findings for other in knowledge.findings[item].overlaps_with}
    return tuple(factors[item] for item in sorted(factors) if item not in repeated)
