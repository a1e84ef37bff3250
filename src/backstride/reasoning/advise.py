"""The rest of the answer: conclusion, must-not-miss, contributors, beliefs and advice, each from knowledge files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backstride.knowledge.concepts import Knowledge
from backstride.model.assessment import (
    Advice,
    Belief,
    Cause,
    Conclusion,
    Contributor,
    Level,
    MustNotMiss,
    Triage,
)
from backstride.reasoning.observe import Observed
from backstride.reasoning.posterior import Posterior

__all__ = ["advice", "beliefs", "conclude", "contributors", "must_not_miss", "out_of_scope"]

_SIMULATIONS = 1000
_MOMENTS = ("tonight", "can_i_run", "until_seen", "race_coming", "plan", "exercise")
_PAIN_SITES = ("pain_low_back", "pain_back_any", "pain_thoracic", "pain_midline", "pain_sacrum", "pain_dimple", "pain_buttock",
               "pain_sit_bone", "pain_thigh", "pain_upper_back_thigh", "pain_leg_any", "pain_hip_any", "pain_lateral_hip",
               "pain_flank", "pain_groin", "pain_below_knee")  # fmt: skip


def _limit(knowledge: Knowledge, name: str) -> float:
    value = knowledge.limits[name].value
    assert not isinstance(value, tuple)
    return float(value)


def out_of_scope(observed: Observed, knowledge: Knowledge) -> str:
    """Why this record is not one that the program may judge; empty when it is."""
    minimum = _limit(knowledge, "age_minimum_years")
    if observed.age is not None and observed.age < minimum:
        return f"Under {minimum:.0f}: the evidence here describes adults, and growing bones need a doctor. No cause is put forward."
    sites = [item for item in _PAIN_SITES if item in observed.said]
    said_no = {item for item in sites if set(observed.said[item]) <= {"no"}}
    no_back = bool({"pain_low_back", "pain_back_any"} & said_no)
    if sites and no_back and {"pain_buttock", "pain_leg_any"} <= said_no and len(said_no) == len(sites):
        return "No pain in the back, buttock or thigh was reported: this program has nothing to say about other pain."
    return ""


def conclude(posterior: Posterior, ranked: Sequence[Cause], observed: Observed, knowledge: Knowledge) -> tuple[Conclusion, str]:
    """What the ranking as a whole says, and why in one sentence."""
    if out_of_scope(observed, knowledge):
        return Conclusion.NOT_ENOUGH, "Outside what this program can judge."
    gained = _information_bits(posterior)
    if not posterior.evidence or gained < _limit(knowledge, "not_enough_gain_bits"):
        return Conclusion.NOT_ENOUGH, "The answers so far say little about the cause."
    if posterior.probability[0, 0] >= _limit(knowledge, "unexplained_probability"):
        return Conclusion.UNEXPLAINED, "Nothing described here fits well."
    if _tail(posterior) < _limit(knowledge, "unexplained_tail"):
        return Conclusion.UNEXPLAINED, "The answers are unlike those that even the best-fitting cause would give."
    first, second = ranked[0].probability, ranked[1].probability
    if first >= _limit(knowledge, "stands_out_probability") and first >= _limit(knowledge, "stands_out_lead") * second:
        return Conclusion.ONE_STANDS_OUT, "One cause fits clearly better than the others."
    return Conclusion.SEVERAL_REMAIN, "More than one cause fits."


def _information_bits(posterior: Posterior) -> float:
    """Kullback-Leibler divergence of the posterior over states from the prior, in bits."""
    p, log_q = posterior.probability[:, 0], posterior.log_prior[:, 0]
    keep = p > 0
    return float((p[keep] * (np.log(p[keep]) - log_q[keep])).sum() / np.log(2))


def _tail(posterior: Posterior) -> float:
    """Share of simulated answers to the same items that fit the best state no better than the given ones."""
    best = int(posterior.probability[:, 0].argmax())
    generator = np.random.Generator(np.random.PCG64(0))
    simulated = np.zeros(_SIMULATIONS)
    for item in sorted(posterior.evidence, key=lambda e: posterior.network.knowledge.findings[e.observation.id].question):
        column = item.table.pattern_of_state[best]
        p = np.array([values[column, 0] for values in item.table.probability.values()])
        drawn = generator.choice(len(p), size=_SIMULATIONS, p=p / p.sum())
        simulated += item.weight * np.log(p)[drawn]
    return float(np.mean(simulated <= posterior.log_likelihood[best] + 1e-9))


def must_not_miss(posterior: Posterior, triage: Triage, knowledge: Knowledge) -> tuple[MustNotMiss, ...]:
    """Serious conditions to rule out, the most expected harm first.

    A rule for today or at once names its conditions as long as the answers do not speak against them. Any other
    condition must reach the limit of what a miss costs (``must_not_miss_life`` ...) and be named by a rule or lifted
    well above its base rate for this runner's age and sex. Expected harm is the probability over that limit, times
    ``must_not_miss_rule_weight`` where a rule names it.
    """
    base = posterior.network.marginal(np.exp(posterior.log_prior[:, :1]))[:, 0]
    enough_lift = _limit(knowledge, "must_not_miss_lift")
    entries = []
    for i, condition_id in enumerate(posterior.network.conditions):
        condition = knowledge.conditions[condition_id]
        if not condition.a_miss_costs or base[i] <= 0:
            continue
        probability = float(posterior.marginal[i, 0])
        lift = probability / base[i]
        flags = [r for r in triage.reasons if r.red_flag and condition_id in knowledge.red_flags[r.red_flag].conditions]
        harm = probability / _limit(knowledge, f"must_not_miss_{condition.a_miss_costs}")
        if flags:
            harm *= _limit(knowledge, "must_not_miss_rule_weight")
        level = max((r.level.rank for r in flags), default=0)
        urgent = level >= Level.URGENT_SAME_DAY.rank
        needed = 1.0 if flags else enough_lift
        if level < Level.EMERGENCY.rank and (lift <= needed or (harm < 1.0 and not urgent)):
            continue
        why = [r.text for r in flags] or [f"the answers make it {lift:.0f} times as likely as usual"]
        entry = MustNotMiss(condition_id, probability, tuple(why), tuple(r.red_flag for r in flags))
        entries.append(((-level if urgent else 0, -harm), condition.name, entry))
    entries.sort(key=lambda row: row[:2])
    return tuple(entry for *_, entry in entries[: int(_limit(knowledge, "must_not_miss_entries"))])


def contributors(observed: Observed, ranked: Sequence[Cause], knowledge: Knowledge) -> tuple[Contributor, ...]:
    """Observed factors with the grade of their evidence, best supported first; of one grade, what was measured first.

    A factor of grade X is listed as not supported: it is shown because the runner may believe it.
    """
    result = []
    for observation in observed.factors:
        factor = knowledge.factors[observation.id]
        if observation.value != "yes" or factor.group == "demographic":
            continue
        stance = "not_supported" if factor.grade.startswith("X") else "may_have_contributed"
        linked = {link.condition for link in factor.links if link.use == "yes"}
        conditions = tuple(c.condition for c in ranked if c.condition in linked)
        observed_as = observation.origin or ("found by a clinician" if observation.source == "clinician" else "as told by the runner")
        contributor = Contributor(factor.id, factor.grade, observed_as, stance, conditions, factor.sources)
        result.append(((factor.grade, not observation.origin, factor.name), contributor))
    return tuple(contributor for _, contributor in sorted(result, key=lambda row: row[0]))


def beliefs(observed: Observed, ranked: Sequence[Cause], knowledge: Knowledge) -> tuple[Belief, ...]:
    """Popular claims that touch this runner's factors, with their honest verdicts."""
    held = {f"factor:{o.id}" for o in observed.factors if o.value == "yes"}
    result = [
        Belief(item.id, item.claim, item.verdict, item.grade, item.text, item.sources)
        for item in knowledge.beliefs.values()
        if held & set(item.represented_by)
    ]
    return tuple(sorted(result, key=lambda b: b.id))


def advice(
    triage: Triage, ranked: Sequence[Cause], conclusion: Conclusion, serious: Sequence[MustNotMiss], knowledge: Knowledge
) -> tuple[Advice, ...]:
    """Graded advice for the leading cause by moment; nothing but safety when the level is same day or above.

    Advice of grade X is never given. Without a leading cause only what holds for everyone is said.
    While someone should be seen soon, or a bone stress injury is not ruled out, nobody is told to run or race.
    """
    bone = any(knowledge.conditions[entry.condition].group == "bone_stress" for entry in serious)
    no_running = bone or triage.level.rank >= Level.SOON_CLINICIAN.rank
    urgent = triage.level.rank >= Level.URGENT_SAME_DAY.rank
    leading = ranked[0].condition if ranked and conclusion in (Conclusion.ONE_STANDS_OUT, Conclusion.SEVERAL_REMAIN) else ""
    result = []
    for item in knowledge.advice.values():
        if item.grade.startswith("X") or item.target_type == "factor":
            continue
        general = item.target_type == "general"
        if not general and (urgent or item.target != leading):
            continue
        if no_running and item.moment in ("can_i_run", "race_coming", "exercise"):
            continue
        result.append(Advice(item.id, item.moment, item.grade, item.text, item.caution, "" if general else item.target, item.sources))
    return tuple(sorted(result, key=lambda a: (_MOMENTS.index(a.moment), a.condition == "", a.id)))
