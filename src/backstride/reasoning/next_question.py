"""What to ask next: the expected loss of entropy over states, for the effort of answering."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import numpy.typing as npt

from backstride.knowledge.concepts import Finding, Knowledge
from backstride.knowledge.rules import parse_rule
from backstride.model.assessment import NextQuestion
from backstride.reasoning.network import Table
from backstride.reasoning.observe import Observed
from backstride.reasoning.posterior import Posterior, facet_of
from backstride.reasoning.triage import lookup_of

__all__ = ["askable", "expected_gains", "next_questions", "together", "told_apart"]

FloatArray = npt.NDArray[np.float64]


def next_questions(posterior: Posterior, observed: Observed, knowledge: Knowledge) -> tuple[NextQuestion, ...]:
    """The questions worth asking, best first; contradictions are asked again before anything else.

    Returns
    -------
    tuple of NextQuestion
        At most ``questions_shown``; none whose gain for its effort is under ``question_gain_bits``.
    """
    gains = expected_gains(posterior, observed, knowledge)
    smallest, shown = knowledge.limits["question_gain_bits"].value, knowledge.limits["questions_shown"].value
    assert not isinstance(smallest, tuple) and not isinstance(shown, tuple)
    findings = knowledge.findings
    ranked = sorted(gains.items(), key=lambda item: (-item[1] / findings[item[0]].effort, findings[item[0]].question))
    best = [
        NextQuestion(item, gain, findings[item].answered_by, findings[item].effort)
        for item, gain in ranked
        if gain / findings[item].effort >= smallest
    ]
    again = sorted({item for dropped in observed.dropped if len(dropped.ids) > 1 for item in dropped.ids})
    first = [NextQuestion(item, gains.get(item, 0.0), findings[item].answered_by, findings[item].effort) for item in again]
    rest = [question for question in best if question.id not in again]
    return tuple((first + rest)[: int(shown)])


def expected_gains(posterior: Posterior, observed: Observed, knowledge: Knowledge) -> dict[str, float]:
    """Expected loss of the entropy of S (bits) by asking, for every item that makes sense to ask now.

    The mutual information of the answer and the state. An item whose facet has answers already is taken as a channel
    whose log-odds against the background are shrunk by its facet weight.
    """
    weight = posterior.probability[:, 0]
    answered: dict[str, int] = {}
    for item in posterior.evidence:
        facet = facet_of(knowledge.findings[item.observation.id])
        answered[facet] = answered.get(facet, 0) + 1
    discount = knowledge.limits["facet_discount"].value
    assert not isinstance(discount, tuple)
    gains = {}
    for finding in askable(observed, knowledge):
        table = posterior.network.point_table(finding.id)
        if table is not None and finding.used_likelihoods:
            gains[finding.id] = _gain(table, weight, float(discount) ** answered.get(facet_of(finding), 0))
    return gains


def together(gains: Mapping[str, float], knowledge: Knowledge, groups: Collection[str]) -> tuple[str, ...]:
    """The questions of one screen: the best for its effort, and up to ``interview_joined_questions`` more of its group.

    A further question on a screen costs ``interview_joined_effort`` of its effort alone, so it joins when its gain for its effort
    reaches that share of the best one's. What repeats, entails or excludes one of the screen waits for its answer.

    Parameters
    ----------
    gains : mapping of finding id to bits
        As `expected_gains` gives them.
    knowledge : Knowledge
    groups : collection of str
        Groups of findings whose questions may stand together.

    Returns
    -------
    tuple of str
        Empty when there are no gains.
    """
    if not gains:
        return ()
    share, most = knowledge.limits["interview_joined_effort"].value, knowledge.limits["interview_joined_questions"].value
    assert not isinstance(share, tuple) and not isinstance(most, tuple)
    findings = knowledge.findings
    rate = {item: gain / findings[item].effort for item, gain in gains.items()}
    best, *others = sorted(rate, key=lambda item: (-rate[item], findings[item].question))
    chosen = [best]
    if findings[best].group in groups:
        for item in others:
            if len(chosen) > most or rate[item] < share * rate[best]:
                break
            if findings[item].group == findings[best].group and not any(_bound(findings[item], findings[c]) for c in chosen):
                chosen.append(item)
    return tuple(chosen)


def _bound(one: Finding, other: Finding) -> bool:
    """Whether the answer to one says something of the other."""
    if one.facet and one.facet == other.facet:
        return True

    def speaks_of(a: Finding, b: Finding) -> bool:
        entailed = any(b.id in values for values in a.implies.values())
        return entailed or b.id in a.umbrella_of or any(rule.other == b.id for rule in a.excludes)

    return speaks_of(one, other) or speaks_of(other, one)


def told_apart(posterior: Posterior, item: str, among: Collection[str]) -> tuple[str, str]:
    """The two causes between which a question moves most, the one that its most telling answer raises first.

    Parameters
    ----------
    posterior : Posterior
    item : str
        A finding with a table.
    among : collection of str
        Conditions that may be named.

    Returns
    -------
    tuple of str
        Condition ids; empty for "something else".
    """
    network = posterior.network
    table = network.point_table(item)
    assert table is not None
    weight = posterior.probability[:, 0]
    joint = table.point[:, table.pattern_of_state].T * weight[:, None]
    names = [name for name in network.conditions if name in among]
    rows = [network.index[name] for name in names]
    # Of each cause and of the empty set: how much more often it comes with an answer than if the two had nothing to do with each other.
    both = np.vstack([network.marginal(joint)[rows], joint[:1]])
    alone = np.append(network.marginal(weight[:, None])[rows, 0], weight[0])
    moved = both - alone[:, None] * joint.sum(axis=0)
    value = int(np.argmax(moved.max(axis=0) - moved.min(axis=0)))
    names.append("")
    return names[int(np.argmax(moved[:, value]))], names[int(np.argmin(moved[:, value]))]


def askable(observed: Observed, knowledge: Knowledge) -> tuple[Finding, ...]:
    """Findings without a usable answer that are safe, apply to this runner and do not follow from what was said."""
    lookup = lookup_of(observed)
    again = {item for dropped in observed.dropped if len(dropped.ids) > 1 for item in dropped.ids}
    follows = {
        other
        for observation in observed.findings
        if isinstance(observation.value, str)
        for other in knowledge.findings[observation.id].implies.get(observation.value, {})
    }
    result = []
    for finding in knowledge.findings.values():
        if finding.id in again:
            result.append(finding)
            continue
        if finding.id in observed.said or finding.id in follows or finding.id == "ibp_composite":
            continue
        if finding.only_for_sex and observed.sex not in (None, finding.only_for_sex):
            continue
        if finding.umbrella_of and any(exact in observed.said for exact in finding.umbrella_of):
            continue
        if finding.unsafe_when and parse_rule(finding.unsafe_when).evaluate(lookup):
            continue
        result.append(finding)
    return tuple(result)


def _gain(table: Table, weight: FloatArray, shrink: float) -> float:
    mass = np.bincount(table.pattern_of_state, weights=weight, minlength=int(table.pattern_of_state.max()) + 1)
    p, entropy = table.point, table.point_entropy
    if shrink < 1.0:
        # Pattern of the empty set: what the answer looks like when none of its conditions is present.
        nothing = p[:, table.pattern_of_state[0]][:, None]
        p = nothing ** (1 - shrink) * p**shrink
        p = p / p.sum(axis=0)
        entropy = -(p * np.log2(p)).sum(axis=0)
    return max(_entropy(p @ mass) - float(entropy @ mass), 0.0)


def _entropy(p: FloatArray) -> float:
    return float(-(p * np.log2(p)).sum())
