"""The rest of the answer: conclusion, must-not-miss, contributors, beliefs and advice, each from knowledge files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backstride.knowledge.concepts import BeliefItem, Knowledge
from backstride.knowledge.rules import parse_rule
from backstride.model.assessment import (
    Advice,
    Belief,
    Cause,
    Conclusion,
    Contributor,
    Level,
    MustNotMiss,
    Triage,
    Watch,
)
from backstride.reasoning.observe import Observed
from backstride.reasoning.posterior import Posterior
from backstride.reasoning.triage import lookup_of

__all__ = ["advice", "beliefs", "conclude", "contributors", "leading", "must_not_miss", "out_of_scope", "running_withheld", "watch"]

_SIMULATIONS = 1000
_SAME = 1e-9
_COSTS = ("life", "lasting_harm", "season")
_MOMENTS = ("tonight", "can_i_run", "until_seen", "race_coming", "plan", "exercise")
_PAIN_SITES = ("pain_low_back", "pain_back_any", "pain_thoracic", "pain_midline", "pain_sacrum", "pain_dimple", "pain_buttock",
               "pain_sit_bone", "pain_thigh", "pain_upper_back_thigh", "pain_leg_any", "pain_hip_any", "pain_lateral_hip",
               "pain_flank", "pain_groin", "pain_below_knee")  # fmt: skip

_SIGNS_OF_LEG_OR_BACK = ("pain_dermatomal", "pain_leg_dominant", "pain_both_legs", "pain_localised_no_spread", "alternating_buttock_pain",
                         "numbness_leg", "weakness_leg", "bilateral_sciatica")  # fmt: skip


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
    elsewhere = any(set(observed.said.get(item, ())) - {"no", "none", "unsure"} for item in _SIGNS_OF_LEG_OR_BACK)
    if sites and not elsewhere and no_back and {"pain_buttock", "pain_leg_any"} <= said_no and len(said_no) == len(sites):
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
    """Share of simulated answers to the same items that fit the best state no better than the given ones.

    Items about which no condition has a row say nothing of any cause, so they take no part.
    """
    best = int(posterior.probability[:, 0].argmax())
    generator = np.random.Generator(np.random.PCG64(0))
    simulated = np.zeros(_SIMULATIONS)
    informative = [item for item in posterior.evidence if posterior.network.knowledge.findings[item.observation.id].used_likelihoods]
    given = sum(item.weight * item.table.log_p[item.value][item.table.pattern_of_state[best], 0] for item in informative)
    for item in sorted(informative, key=lambda e: posterior.network.knowledge.findings[e.observation.id].question):
        column = item.table.pattern_of_state[best]
        p = np.array([values[column, 0] for values in item.table.probability.values()])
        drawn = generator.choice(len(p), size=_SIMULATIONS, p=p / p.sum())
        simulated += item.weight * np.log(p)[drawn]
    return float(np.mean(simulated <= given + 1e-9))


def must_not_miss(posterior: Posterior, base: Posterior, triage: Triage, sex: str | None, knowledge: Knowledge) -> tuple[MustNotMiss, ...]:
    """Serious conditions to rule out, at most ``must_not_miss_entries``.

    A rule for today or at once names its conditions as long as the answers do not speak against them; one for the
    emergency department in any case. Any other condition must reach the limit of what a miss costs
    (``must_not_miss_life`` ...) and be named by a rule, or lifted well above its base rate for this runner's age and sex.
    Those of an urgent rule come first, of these the ones that cost life; then by expected harm, which is the probability
    over that limit, times ``must_not_miss_rule_weight`` where a rule names the condition.

    Parameters
    ----------
    posterior : Posterior
    base : Posterior
        Of a runner of this age and sex without any answer.
    triage : Triage
    sex : str or None
        A condition that this sex cannot have is never listed.
    knowledge : Knowledge
    """
    enough_lift = _limit(knowledge, "must_not_miss_lift")
    entries = []
    for i, condition_id in enumerate(posterior.network.conditions):
        condition = knowledge.conditions[condition_id]
        if not condition.a_miss_costs or (sex is not None and condition.only_for_sex not in ("", sex)):
            continue
        probability = float(posterior.marginal[i, 0])
        lift = probability / float(base.marginal[i, 0])
        harm = probability / _limit(knowledge, f"must_not_miss_{condition.a_miss_costs}")
        flags = [r for r in triage.reasons if r.red_flag and condition_id in knowledge.red_flags[r.red_flag].conditions]
        if flags:
            harm *= _limit(knowledge, "must_not_miss_rule_weight")
        level = max((r.level.rank for r in flags), default=0)
        urgent = level >= Level.URGENT_SAME_DAY.rank
        needed = 1.0 - _SAME if flags else enough_lift
        if level < Level.EMERGENCY.rank and (lift < needed or (harm < 1.0 and not urgent)):
            continue
        why = [r.text for r in flags] or [f"the answers make it {lift:.0f} times as likely as usual"]
        entry = MustNotMiss(condition_id, probability, tuple(why), tuple(r.red_flag for r in flags))
        first = (-level, _COSTS.index(condition.a_miss_costs)) if urgent else (0, 0)
        entries.append(((*first, -harm), condition.name, entry))
    entries.sort(key=lambda row: row[:2])
    return tuple(entry for *_, entry in entries[: int(_limit(knowledge, "must_not_miss_entries"))])


def running_withheld(
    triage: Triage,
    ranked: Sequence[Cause],
    conclusion: Conclusion,
    serious: Sequence[MustNotMiss],
    knowledge: Knowledge,
) -> str:
    """Why nothing is said in favour of running, as the id of a wording; empty when nothing speaks against it.

    It is withheld while someone should be seen soon or sooner, while a stress injury of bone is as likely as the limit from
    which one is listed, or something not to be missed is listed, while an emergency rule is unsettled, and where no cause leads.
    """
    if triage.level.rank >= Level.SOON_CLINICIAN.rank:
        return "running_urgent" if triage.level.rank >= Level.URGENT_SAME_DAY.rank else "running_soon"
    bone = sum(c.probability for c in ranked if knowledge.conditions[c.condition].group == "bone_stress")
    if serious or bone >= _limit(knowledge, "must_not_miss_season"):
        return "running_serious"
    if triage.provisional:
        return "running_provisional"
    return "" if leading(ranked, conclusion) else "running_unknown"


def leading(ranked: Sequence[Cause], conclusion: Conclusion) -> str | None:
    """The condition that leads; None where none can be said to."""
    return ranked[0].condition if ranked and conclusion in (Conclusion.ONE_STANDS_OUT, Conclusion.SEVERAL_REMAIN) else None


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
    """Popular claims that touch this runner, with their honest verdicts.

    Those about a factor of theirs come first, what evidence contradicts before the rest; then those that an answer touches, where the
    claim is about one of the first ``beliefs_causes`` causes or about none in particular.
    """
    factors = {f"factor:{o.id}" for o in observed.factors if o.value == "yes"}
    findings = {f"finding:{o.id}" for o in observed.findings if o.value == "yes"}
    near = {f"condition:{c.condition}" for c in ranked[: int(_limit(knowledge, "beliefs_causes"))]}

    def touches(item: BeliefItem) -> bool:
        about = set(item.represented_by)
        conditions = {pointer for pointer in about if pointer.startswith("condition:")}
        return bool(about & factors) or (bool(about & findings) and (not conditions or bool(conditions & near)))

    def order(item: BeliefItem) -> tuple[bool, bool, str]:
        return not factors & set(item.represented_by), not item.not_the_problem, item.id

    return tuple(
        Belief(item.id, item.claim, item.verdict, item.grade, item.text, item.sources, item.not_the_problem)
        for item in sorted(filter(touches, knowledge.beliefs.values()), key=order)
    )


def watch(observed: Observed, triage: Triage, knowledge: Knowledge) -> tuple[Watch, ...]:
    """What to watch for from now on; nothing at an emergency, and nothing for today once someone is to be seen today.

    Parameters
    ----------
    observed : Observed
        The ``when`` of a sign is a rule over all that was said; an answer that is not known never hides a sign for women or by age.
    triage : Triage
    knowledge : Knowledge
        At most ``watch_card_now`` and ``watch_card_today`` signs, those of the lowest rank.
    """
    if triage.level is Level.EMERGENCY:
        return ()
    said = lookup_of(observed)
    signs = sorted(knowledge.watch_card.values(), key=lambda sign: (sign.rank, sign.id))
    shown = [sign for sign in signs if not sign.when or parse_rule(sign.when).evaluate(said)]
    now = [Watch(sign.id, sign.words, True) for sign in shown if sign.go == "now"]
    today = [Watch(sign.id, sign.words, False) for sign in shown if sign.go == "today"]
    if triage.level is Level.URGENT_SAME_DAY:
        today = []
    return (*now[: int(_limit(knowledge, "watch_card_now"))], *today[: int(_limit(knowledge, "watch_card_today"))])


def advice(triage: Triage, first: str | None, serious: Sequence[MustNotMiss], withheld: str, knowledge: Knowledge) -> tuple[Advice, ...]:
    """Graded advice by moment: what not to miss first, then the leading cause, then what holds for everyone.

    Advice of grade X is never given. What is to be done about a condition not to be missed is told from the level that it
    asks for itself. While running is withheld there is nothing on running, racing, exercise or the plan; from the same day
    on, and where a stress injury of bone has to be ruled out, nothing for the leading cause at all.

    Parameters
    ----------
    triage : Triage
    first : str or None
        The leading condition.
    serious : sequence of MustNotMiss
    withheld : str
        As `running_withheld` says.
    knowledge : Knowledge
    """
    to_rule_out = [entry.condition for entry in serious]
    told = {c for c in to_rule_out if Level(knowledge.conditions[c].urgency).rank <= triage.level.rank}
    quiet = triage.level.rank >= Level.URGENT_SAME_DAY.rank or any(knowledge.conditions[c].group == "bone_stress" for c in to_rule_out)
    result = []
    for item in knowledge.advice.values():
        if item.grade.startswith("X"):
            continue
        for_serious = item.target_type == "condition" and item.target in told
        for_leading = item.target_type == "condition" and item.target == first and not quiet
        for_all = item.target_type == "general" and not withheld
        if not (for_serious or for_leading or for_all):
            continue
        if withheld and (item.includes_exercise or item.moment not in ("tonight", "until_seen")):
            continue
        place = to_rule_out.index(item.target) if for_serious else len(to_rule_out)
        target = item.target if item.target_type == "condition" else ""
        given = Advice(item.id, item.moment, item.grade, item.text, item.caution, target, item.sources)
        result.append(((_MOMENTS.index(item.moment), place, target == "", item.id), given))
    return tuple(given for _, given in sorted(result, key=lambda row: row[0]))
