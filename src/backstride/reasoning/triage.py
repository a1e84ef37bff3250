"""How soon, who, and why: rules over what was said. A probability can raise the level, never lower it.

Only a rule's own ``not`` terms can silence it. A confirm question answered with a clear no takes an emergency
down to the same day, never lower; other rules count on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, lru_cache

from backstride.knowledge.concepts import Condition, Knowledge, RedFlag
from backstride.knowledge.rules import Lookup, Rule, Stated, parse_rule
from backstride.model.assessment import Level, Reason, Triage, Who
from backstride.model.evidence import Source
from backstride.model.record import Record
from backstride.reasoning.observe import Observed

__all__ = ["LEVEL_OF_ACTION", "fired_flags", "rule_signs", "triage", "unanswered_emergency_items", "unanswered_items", "without_self_care"]

LEVEL_OF_ACTION = {
    "emergency_now": Level.EMERGENCY,
    "same_day": Level.URGENT_SAME_DAY,
    "within_days": Level.SOON_CLINICIAN,
}
_WHO_OF_LEVEL = {Level.EMERGENCY: Who.EMERGENCY_DEPARTMENT, Level.URGENT_SAME_DAY: Who.DOCTOR}
_WHO_ORDER = list(Who)


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
        Can only raise the level, by the limits ``triage_limit_*``. Given without the signs that rules judge
        (`rule_signs`), so that one more such sign never lowers the level.
    leading : str or None
        The condition that leads; None when none can be said to. Decides between self-care and routine when nothing
        else speaks.

    Returns
    -------
    Triage
        ``provisional`` while some emergency rule could still fire once everything is answered, or an answer about an
        emergency is older than ``emergency_answer_hours``.
    """
    lookup = lookup_of(observed)
    oldest = _oldest_answer_that_counts(record, knowledge)
    reasons = [_reason_of(flag, record, lookup, oldest) for flag in fired_flags(lookup, knowledge)]
    reasons += [r for c in knowledge.conditions.values() if (r := _reason_of_condition(c, probability, knowledge))]
    minimum_age = knowledge.limits["age_minimum_years"].value
    assert not isinstance(minimum_age, tuple)
    if observed.age is not None and observed.age < minimum_age:
        text = f"Under {minimum_age:g}, growing bones need a doctor's eye. The evidence here describes adults."
        reasons.append(Reason(Level.SOON_CLINICIAN, Who.DOCTOR, text))
    reasons.sort(key=lambda r: (-r.level.rank, -_WHO_ORDER.index(r.who), not r.red_flag, r.text))
    stale = _stale_answers(record, knowledge)
    unanswered = unanswered_emergency_items(observed, knowledge, also=stale)
    if reasons:
        level, who = reasons[0].level, reasons[0].who
    elif not unanswered and _self_care(observed, record, knowledge, leading):
        level, who = Level.SELF_CARE, Who.SELF
    else:
        level, who = Level.ROUTINE_PT, Who.PHYSICAL_THERAPIST
    return Triage(
        level=level,
        who=who,
        by_when=knowledge.wording[wording_id(level, who)].by_when,
        reasons=tuple(reasons),
        provisional=bool(unanswered),
        unanswered=unanswered,
        ask_again=tuple(sorted(stale)),
    )


def without_self_care(triage: Triage, knowledge: Knowledge) -> Triage:
    """The same with a therapist's visit where it was self-care: nobody is left alone with what keeps one from running."""
    if triage.level is not Level.SELF_CARE:
        return triage
    by_when = knowledge.wording[wording_id(Level.ROUTINE_PT, Who.PHYSICAL_THERAPIST)].by_when
    return replace(triage, level=Level.ROUTINE_PT, who=Who.PHYSICAL_THERAPIST, by_when=by_when)


def wording_id(level: Level, who: Who) -> str:
    """The wording entry of a level; "soon" differs by who should see the runner."""
    return f"{level}_{who}" if level is Level.SOON_CLINICIAN else str(level)


def lookup_of(observed: Observed) -> Lookup:
    """How a rule sees the answers: everything that anyone said, and whether it contradicts something else."""

    def lookup(name: str) -> Stated | str | int | None:
        if name == "age":
            return observed.age
        if name == "sex":
            return observed.sex
        values = observed.said.get(name)
        return Stated(values, name in observed.contradicted) if values else None

    return lookup


@lru_cache(maxsize=64)
def _signs(rules: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name for rule in rules for name, signs in _parsed(rule).polarity().items() if True in signs)


def rule_signs(knowledge: Knowledge) -> frozenset[str]:
    """Ids that stand as a positive term in some rule: rules judge these, a probability that may raise a level does not."""
    return _signs(tuple(flag.rule for flag in knowledge.red_flags.values()))


def fired_flags(lookup: Lookup, knowledge: Knowledge) -> tuple[RedFlag, ...]:
    """Every red flag whose rule is true, by id."""
    return tuple(flag for flag in knowledge.red_flags.values() if _parsed(flag.rule).evaluate(lookup))


def unanswered_emergency_items(observed: Observed, knowledge: Knowledge, also: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """What a runner has yet to answer before every emergency rule is settled; "age" where only the age is missing.

    `also` are items whose answer is too old to count as an answer.
    """
    return unanswered_items(observed, knowledge, ("emergency_now",), also)


def unanswered_items(
    observed: Observed, knowledge: Knowledge, actions: Collection[str], also: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """What a runner has yet to answer before every rule with one of the actions is settled.

    For a rule that has not fired but still could: the unanswered terms without which it cannot fire, or, where there is no
    such term, all of its unanswered ones. Those answered "unsure" come first, then those whose yes alone would make a rule
    true, then those that settle the most rules.
    """
    said = lookup_of(observed)
    settles: dict[str, int] = {}
    alone: set[str] = set()

    # Each rule is tried with each of its terms denied: the same few hundred ids are looked up tens of thousands of times.
    @cache
    def known(name: str) -> Stated | str | int | None:
        finding = knowledge.findings.get(name)
        other_sex = finding is not None and finding.only_for_sex and observed.sex not in (None, finding.only_for_sex)
        # A therapist's test or a factor without a question is not for the runner to answer.
        not_for_runner = name not in ("age", "sex") and (
            not knowledge.factors[name].question if finding is None else finding.answered_by != "runner"
        )
        if (other_sex or not_for_runner) and _open(said(name)):
            return "no"
        return None if name in also else said(name)

    for flag in knowledge.red_flags.values():
        rule = _parsed(flag.rule)
        if flag.action not in actions or rule.evaluate(said) or not rule.could_hold(known):
            continue
        asked = [name for name, signs in rule.polarity().items() if (True in signs or name in also) and _open(known(name))]
        needed = [name for name in asked if not rule.could_hold(_with(known, name, "no" if name != "age" else 0))]
        for name in needed or asked:
            settles[name] = settles.get(name, 0) + 1
        alone |= {name for name in asked if rule.evaluate(_with(known, name, "yes"))}

    def urgency(name: str) -> tuple[bool, bool, bool, int, str]:
        return name not in observed.unsure, name == "age", name not in alone, -settles[name], name

    return tuple(sorted(settles, key=urgency))


def _open(answer: Stated | str | int | None) -> bool:
    return answer is None or (isinstance(answer, Stated) and all(value == "unsure" for value in answer.values))


def _with(lookup: Lookup, name: str, value: str | int) -> Lookup:
    return lambda asked: value if asked == name else lookup(asked)


def _reason_of(flag: RedFlag, record: Record, lookup: Lookup, oldest: datetime | None) -> Reason:
    level = LEVEL_OF_ACTION[flag.action]
    observations = tuple(sorted(name for name in _parsed(flag.rule).names() if _said_yes(lookup(name))))
    confirmation = record.confirmations.get(flag.id)
    if confirmation is not None and oldest is not None and confirmation.answered_at is not None and confirmation.answered_at < oldest:
        confirmation = None
    who = Who(flag.who)
    # A runner can take back what the runner said, not what a clinician found.
    found = any(name in record.exam and record.exam[name].value == "yes" for name in observations)
    if level is Level.EMERGENCY and flag.confirm and confirmation is not None and confirmation.value == "no" and not found:
        level, who = Level.URGENT_SAME_DAY, Who.DOCTOR
    return Reason(
        level=level,
        who=who,
        text=flag.question,
        red_flag=flag.id,
        say=flag.say,
        observations=observations,
        confirm=flag.confirm,
        confirm_answer="" if confirmation is None else str(confirmation.value),
        sources=flag.sources,
    )


def _said_yes(answer: object) -> bool:
    return answer == "yes" or (isinstance(answer, Stated) and "yes" in answer.values)


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


def _self_care(observed: Observed, record: Record, knowledge: Knowledge, leading: str | None) -> bool:
    """A first spell within ``self_care_days``, mild and improving, in which a condition leads that one may treat oneself."""
    if leading is None or knowledge.conditions[leading].urgency != Level.SELF_CARE:
        return False
    limit = knowledge.limits["self_care_pain"].value
    assert not isinstance(limit, tuple)
    pain = [value for value in observed.said.get("pain_severity", ()) if not isinstance(value, str)]
    days = knowledge.limits["self_care_days"].value
    assert not isinstance(days, tuple)
    if record.onset and record.assessed_at and (record.assessed_at.date() - record.onset).days > days:
        return False
    mild = bool(pain) and max(pain) <= limit and "yes" not in observed.said.get("pain_severe", ())

    def only(item: str, value: str) -> bool:
        return set(observed.said.get(item, ())) == {value} and item not in observed.contradicted

    return mild and only("prior_lbp", "no") and only("duration_over_3_weeks", "no") and only("improving_2_weeks", "yes")


def _oldest_answer_that_counts(record: Record, knowledge: Knowledge) -> datetime | None:
    """The moment before which an answer about an emergency is too old; None when the answers are current."""
    hours = knowledge.limits["emergency_answer_hours"].value
    assert not isinstance(hours, tuple)
    return None if record.assessed_at is None else record.assessed_at - timedelta(hours=hours)


def _stale_answers(record: Record, knowledge: Knowledge) -> frozenset[str]:
    oldest = _oldest_answer_that_counts(record, knowledge)
    if oldest is None:
        return frozenset()
    emergency = {name for flag in knowledge.red_flags.values() if flag.action == "emergency_now" for name in _parsed(flag.rule).names()}
    return frozenset(
        item
        for item, answer in record.answers.items()
        if item in emergency and answer.source is Source.RUNNER and answer.answered_at is not None and answer.answered_at < oldest
    )
