"""What to ask next: the expected loss of entropy over states, for the effort of answering."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from backstride.knowledge.concepts import Finding, Knowledge
from backstride.knowledge.rules import parse_rule
from backstride.model.assessment import NextQuestion
from backstride.reasoning.network import Table
from backstride.reasoning.observe import Observed
from backstride.reasoning.posterior import Posterior, facet_of
from backstride.reasoning.triage import lookup_of

__all__ = ["askable", "expected_gains", "next_questions"]

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
