"""How soon, who, and why: rules over what was said. A probability can raise the level, never lower it.

Only a rule's own ``not`` terms can silence it. A confirm question answered with a clear no takes an emergency
down to the same day, never lower; other rules count on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import lru_cache

from backstride.knowledge.concepts import Condition, Knowledge, RedFlag
from backstride.knowledge.rules import Rule, parse_rule
from backstride.model.assessment import Level, Reason, Triage, Who
from backstride.model.evidence import Answer, Source
from backstride.model.record import Record
from backstride.reasoning.observe import Observed

__all__ = ["LEVEL_OF_ACTION", "fired_flags", "triage", "unanswered_emergency_items"]

LEVEL_OF_ACTION = {
    "emergency_now": Level.EMERGENCY,
    "same_day": Level.URGENT_SAME_DAY,
    "within_days": Level.SOON_CLINICIAN,
}
_WHO_OF_LEVEL = {Level.EMERGENCY: Who.EMERGENCY_DEPARTMENT, Level.URGENT_SAME_DAY: Who.DOCTOR}
_WHO_ORDER = list(Who)

Lookup = Callable[[str], str | float | None]


@lru_cache(maxsize=4096)
def _parsed(rule: str) -> Rule:
    return parse_rule(rule)


def triage(observed: Observed, record: Record, knowledge: Knowledge, probability: Mapping[str, float], leading: str | None) -> Triage:
    """Level, who, by when and why.

    Parameters
    ----------
    observed : Observed
    record : Record
        For the answers to confirm questions and the times of answers.
    knowledge : Knowledge
    probability : mapping of condition id to posterior probability
        Can only raise the level, by the limits ``triage_limit_*``.
    leading : str or None
        The most probable condition; decides between self-care and routine when nothing else speaks.

    Returns
    -------
    Triage
        ``provisional`` while an item whose yes would make an emergency is unanswered or older than
        ``emergency_answer_hours``.
    """
    lookup = lookup_of(observed)
    reasons = [_reason_of(flag, record, lookup) for flag in fired_flags(lookup, knowledge)]
    reasons += [r for c in knowledge.conditions.values() if (r := _reason_of_condition(c, probability, knowledge))]
    minimum_age = knowledge.limits["age_minimum_years"].value
    assert not isinstance(minimum_age, tuple)
    if observed.age is not None and observed.age < minimum_age:
        text = "Under 16: growing bones need a doctor's eye, and this program's evidence describes adults."
        reasons.append(Reason(Level.SOON_CLINICIAN, Who.DOCTOR, text))
    reasons.sort(key=lambda r: (-r.level.rank, -_WHO_ORDER.index(r.who), not r.red_flag, r.text))
    if reasons:
        level, who = reasons[0].level, reasons[0].who
    elif _self_care(lookup, knowledge, leading):
        level, who = Level.SELF_CARE, Who.SELF
    else:
        level, who = Level.ROUTINE_PT, Who.PHYSICAL_THERAPIST
    stale = _stale_answers(record, knowledge)
    unanswered = unanswered_emergency_items(observed, knowledge, also=stale)
    return Triage(
        level=level,
        who=who,
        by_when=knowledge.wording[wording_id(level, who)].by_when,
        reasons=tuple(reasons),
        provisional=bool(unanswered),
        unanswered=unanswered,
        ask_again=tuple(sorted(stale)),
    )


def wording_id(level: Level, who: Who) -> str:
    """The wording entry of a level; "soon" differs by who should see the runner."""
    return f"{level}_{who}" if level is Level.SOON_CLINICIAN else str(level)


def lookup_of(observed: Observed) -> Lookup:
    """How a rule sees the answers: a yes by anyone is a yes, the larger of two numbers counts."""

    def lookup(name: str) -> str | float | None:
        if name == "age":
            return observed.age
        if name == "sex":
            return observed.sex
        values = observed.said.get(name)
        if not values:
            return None
        numbers = [v for v in values if not isinstance(v, str)]
        if numbers:
            return max(numbers)
        for value in ("yes", *(v for v in values if v not in ("yes", "no", "unsure")), "no"):
            if value in values:
                return value
        return None

    return lookup


def fired_flags(lookup: Lookup, knowledge: Knowledge) -> tuple[RedFlag, ...]:
    """Every red flag whose rule is true, by id."""
    return tuple(flag for flag in knowledge.red_flags.values() if _parsed(flag.rule).evaluate(lookup))


def unanswered_emergency_items(observed: Observed, knowledge: Knowledge, also: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Items that a runner can answer, have not answered, and whose yes would now fire an emergency rule.

    `also` are items whose answer is too old to count as an answer.
    """
    said = lookup_of(observed)
    rules = [_parsed(flag.rule) for flag in knowledge.red_flags.values() if flag.action == "emergency_now"]
    names = sorted({name for rule in rules for name in rule.names()})
    result = []
    for name in names:
        finding = knowledge.findings.get(name)
        if finding is None or finding.answered_by != "runner" or finding.answer != "yes_no":
            continue
        if finding.only_for_sex and observed.sex not in (None, finding.only_for_sex):
            continue
        if said(name) in ("yes", "no") and name not in also:
            continue

        def with_yes(asked: str, name: str = name) -> str | float | None:
            return "yes" if asked == name else said(asked)

        def with_no(asked: str, name: str = name) -> str | float | None:
            return "no" if asked == name else said(asked)

        if any(name in rule.names() and rule.evaluate(with_yes) and not rule.evaluate(with_no) for rule in rules):
            result.append(name)
    return tuple(result)


def _reason_of(flag: RedFlag, record: Record, lookup: Lookup) -> Reason:
    level = LEVEL_OF_ACTION[flag.action]
    confirmation = record.confirmations.get(flag.id)
    who = Who(flag.who)
    if level is Level.EMERGENCY and flag.confirm and confirmation is not None and confirmation.value == "no":
        level, who = Level.URGENT_SAME_DAY, Who.DOCTOR
    return Reason(
        level=level,
        who=who,
        text=flag.question,
        red_flag=flag.id,
        say=flag.say,
        observations=tuple(sorted(name for name in _parsed(flag.rule).names() if lookup(name) == "yes")),
        confirm=flag.confirm,
        confirm_answer="" if confirmation is None else str(confirmation.value),
        sources=flag.sources,
    )


def _reason_of_condition(condition: Condition, probability: Mapping[str, float], knowledge: Knowledge) -> Reason | None:
    level = Level(condition.urgency)
    limit = knowledge.limits.get(f"triage_limit_{level}")
    if limit is None:
        return None
    assert not isinstance(limit.value, tuple)
    if probability.get(condition.id, 0.0) < limit.value:
        return None
    by_group = Who.DOCTOR if condition.group in ("serious", "visceral") else Who.PHYSICAL_THERAPIST
    who = _WHO_OF_LEVEL.get(level, by_group)
    return Reason(level, who, f"{condition.plain_name} fits well enough to be looked at.", condition=condition.id)


def _self_care(lookup: Lookup, knowledge: Knowledge, leading: str | None) -> bool:
    """A first spell under two weeks, mild and improving, in which a condition leads that one may treat oneself."""
    if leading is None or knowledge.conditions[leading].urgency != Level.SELF_CARE:
        return False
    pain, limit = lookup("pain_severity"), knowledge.limits["self_care_pain"].value
    mild = isinstance(pain, int | float) and not isinstance(limit, tuple) and pain <= limit
    return mild and lookup("prior_lbp") != "yes" and lookup("duration_over_3_weeks") == "no" and lookup("improving_2_weeks") == "yes"


def _stale_answers(record: Record, knowledge: Knowledge) -> frozenset[str]:
    hours = knowledge.limits["emergency_answer_hours"].value
    assert not isinstance(hours, tuple)
    if record.assessed_at is None:
        return frozenset()
    too_old = record.assessed_at - timedelta(hours=hours)

    def old(answer: Answer) -> bool:
        return answer.source is Source.RUNNER and answer.answered_at is not None and answer.answered_at < too_old

    emergency = {name for flag in knowledge.red_flags.values() if flag.action == "emergency_now" for name in _parsed(flag.rule).names()}
    return frozenset(item for item, answer in record.answers.items() if item in emergency and old(answer))
