"""What spoke for and against each cause, in nats, adding up exactly.

For a cause c the weight of an observation is w_f (log P(f | {c}) - log P(f | nothing)); a covariate's is what it adds to
the log-odds of c. With the prior term they add up to the log-odds of "c alone" against "something else".
"""

from __future__ import annotations

from backstride.knowledge.concepts import Finding, Knowledge, Likelihood
from backstride.model.assessment import Cause, Other, Weight
from backstride.model.evidence import Observation
from backstride.reasoning.posterior import Posterior

__all__ = ["causes", "other"]


def causes(posterior: Posterior, knowledge: Knowledge) -> tuple[Cause, ...]:
    """Every condition with probability, interval and weights, most probable first."""
    network = posterior.network
    share = knowledge.limits["interval_share"].value
    assert not isinstance(share, tuple)
    singles = len(network.conditions)
    per_evidence = [(item, item.log_ratio(singles)) for item in posterior.evidence]
    log_prior = posterior.log_prior[:, 0]
    result = []
    for i, condition in enumerate(network.conditions):
        weights = []
        for item, ratios in per_evidence:
            finding = knowledge.findings[item.observation.id]
            row = _row(finding, condition, item.value)
            if row is None and ratios[i] == 0.0:
                continue
            basis, sources = (row.basis, row.sources) if row is not None else ("assumption", ())
            weights.append(Weight(finding.id, item.observation.value, float(ratios[i]), basis, sources, item.observation.origin))
        for factor, shift in posterior.covariates:
            if shift[i] != 0.0:
                weights.append(_factor_weight(factor, condition, float(shift[i]), knowledge))
        prior_weight = float(log_prior[1 + i] - log_prior[0] - sum(s[i] for _, s in posterior.covariates))
        probability = float(posterior.marginal[i, 0])
        low, high = posterior.interval(posterior.marginal[i], float(share))
        result.append(Cause(condition, probability, low, high, prior_weight, tuple(weights)))
    return tuple(sorted(result, key=lambda c: (-c.probability, knowledge.conditions[c.condition].name)))


def other(posterior: Posterior, knowledge: Knowledge) -> Other:
    """The probability of something that the knowledge files do not describe."""
    share = knowledge.limits["interval_share"].value
    assert not isinstance(share, tuple)
    low, high = posterior.interval(posterior.probability[0], float(share))
    return Other(float(posterior.probability[0, 0]), low, high)


def _row(finding: Finding, condition: str, value: str) -> Likelihood | None:
    rows = [row for row in finding.used_likelihoods if row.condition == condition]
    return next((row for row in rows if row.value == value), rows[0] if rows else None)


def _factor_weight(observed: Observation, condition: str, shift: float, knowledge: Knowledge) -> Weight:
    links = knowledge.factors[observed.id].links
    ratio = next(link.odds_ratio for link in links if link.condition == condition and link.use == "yes")
    return Weight(observed.id, observed.value, shift, ratio.basis, ratio.sources, observed.origin)
