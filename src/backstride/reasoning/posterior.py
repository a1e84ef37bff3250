"""What fits: the exact posterior over states, its intervals, and what each observation weighed.

Each observation's log-likelihood is multiplied by a weight: findings of one facet say the same thing again, so the
most telling of them counts fully, the next ``facet_discount`` of that, the one after ``facet_discount`` squared...
With a discount of 1/4 a facet weighs at most 4/3 of its best observation. Most telling means the largest
|log P(f | {c}) - log P(f | nothing)| over all conditions c, so uninformative answers come last and change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from backstride.knowledge.concepts import Finding
from backstride.model.evidence import Observation
from backstride.reasoning.network import Network, Table

__all__ = ["Evidence", "Posterior", "facet_of", "finding_value", "infer"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation as the ranking saw it.

    Attributes
    ----------
    weight : float
        Facet weight w_f, 1 for the most telling of its facet.
    value : str
        The table's value ("yes", "no" or a choice).
    table : Table
    """

    observation: Observation
    value: str
    weight: float
    table: Table

    def log_ratio(self, states: int) -> FloatArray:
        """w_f (log P(f | {c}) - log P(f | nothing)) for each condition, point estimate, in nats."""
        rows = self.table.pattern_of_state[: states + 1]
        column = self.table.log_p[self.value][rows, 0]
        return np.asarray(self.weight * (column[1:] - column[0]), dtype=np.float64)


@dataclass(frozen=True)
class Posterior:
    """The posterior over states given the observations.

    Attributes
    ----------
    network : Network
    probability : (states, 1 + draws) array
        P(S | observations); column 0 is the point.
    evidence : tuple of Evidence
    shift : (conditions, 1 + draws) array
        What covariates added to the prior log-odds.
    covariates : tuple of (Observation, (conditions,) array)
        The point of that shift for each observed factor, by id.
    log_likelihood : (states,) array
        Weighted log-likelihood of all observations, point estimate.
    """

    network: Network
    probability: FloatArray
    evidence: tuple[Evidence, ...]
    shift: FloatArray
    covariates: tuple[tuple[Observation, FloatArray], ...]
    log_likelihood: FloatArray

    @cached_property
    def marginal(self) -> FloatArray:
        """P(condition | observations); shape (conditions, 1 + draws)."""
        return self.network.marginal(self.probability)

    @cached_property
    def log_prior(self) -> FloatArray:
        """Log prior over states with age, sex and factors; shape (states, 1 + draws)."""
        return self.network.log_prior(self.shift)

    def interval(self, row: FloatArray, share: float) -> tuple[float, float]:
        """Central interval of a row of 1 + draws values; it always holds the point."""
        if row.size < 2:
            return float(row[0]), float(row[0])
        tail = (1 - share) / 2
        low, high = np.quantile(row[1:], [tail, 1 - tail])
        return float(min(low, row[0])), float(max(high, row[0]))


def infer(
    network: Network,
    findings: Iterable[Observation],
    covariates: Iterable[Observation] = (),
    sex: str | None = None,
    *,
    draws: bool = True,
) -> Posterior:
    """Posterior over states.

    Parameters
    ----------
    network : Network
    findings : iterable of Observation
        Findings without contradictions; those that have no table move nothing.
    covariates : iterable of Observation
        Factors, value "yes" or "no".
    sex : str, optional
        Rules out conditions of the other sex.
    draws : bool
        False for the point estimate alone: one column instead of 1 + draws.

    Returns
    -------
    Posterior
    """
    columns = network.columns if draws else 1
    shift = np.zeros((len(network.conditions), columns))
    by_factor: list[tuple[Observation, FloatArray]] = []
    if sex is not None:
        shift += network.sex_shift(sex)[:, :columns]
    for factor in sorted(covariates, key=lambda o: o.id):
        one = network.covariate_shift(factor.id, factor.value == "yes")[:, :columns]
        by_factor.append((factor, one[:, 0]))
        shift += one
    evidence = _weigh(network, findings)
    log_prior = network.log_prior(shift)
    scores = log_prior.copy()
    gathered = np.empty_like(scores)
    for item in evidence:
        np.take(item.weight * item.table.log_p[item.value][:, :columns], item.table.pattern_of_state, axis=0, out=gathered)
        scores += gathered
    log_likelihood = scores[:, 0] - log_prior[:, 0]
    scores -= scores.max(axis=0)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=0)
    return Posterior(network, scores, evidence, shift, tuple(by_factor), log_likelihood)


def facet_of(finding: Finding) -> str:
    """The facet a finding belongs to; a facet of its own when none is declared."""
    return finding.facet or finding.id


def finding_value(finding: Finding, value: str | float) -> str:
    """The table's word for an answer: a threshold turns a number, `positive` words a location, into yes or no."""
    if isinstance(value, str):
        if finding.positive:
            return "yes" if value in finding.positive else "no"
        return value
    assert finding.threshold is not None
    return "yes" if value >= finding.threshold else "no"


def _weigh(network: Network, findings: Iterable[Observation]) -> tuple[Evidence, ...]:
    singles = len(network.conditions)
    facets: dict[str, list[tuple[tuple[object, ...], Observation, str, Table]]] = {}
    for observation in findings:
        finding = network.knowledge.findings[observation.id]
        table = network.table(observation.id)
        if table is None or (not isinstance(observation.value, str) and finding.threshold is None):
            continue
        value = finding_value(finding, observation.value)
        if value not in table.log_p:
            continue
        column = table.log_p[value][table.pattern_of_state[: singles + 1], 0]
        telling = np.sort(np.abs(column[1:] - column[0]))[::-1]
        # The question's wording breaks exact ties, so that the order of answers and the ids never do.
        rank = (tuple(-np.round(telling, 9)), finding.question)
        facets.setdefault(facet_of(finding), []).append((rank, observation, value, table))
    discount = network.knowledge.limits["facet_discount"].value
    assert not isinstance(discount, tuple)
    evidence = []
    for facet in facets.values():
        for place, (_, observation, value, table) in enumerate(sorted(facet, key=lambda entry: entry[0])):
            evidence.append(Evidence(observation, value, float(discount) ** place, table))
    return tuple(sorted(evidence, key=lambda e: e.observation.id))
