"""The verb that says which assumptions move the most answers, so that evidence work goes where it pays.

Every assumed number is put to the low and to the high end of its range, one at a time, and the cases are inferred again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from backstride.importers.case_file import CaseFile
from backstride.knowledge.concepts import Knowledge, Number
from backstride.reasoning.network import Network
from backstride.reasoning.observe import Observed, observe
from backstride.reasoning.parameters import ends
from backstride.reasoning.posterior import infer

__all__ = ["Influence", "sensitivity"]

FloatArray = npt.NDArray[np.float64]
MOVED = 0.05
"""A case counts as moved when some condition's probability changes by at least this much."""


@dataclass(frozen=True, slots=True)
class Influence:
    """What one assumed number does to the cases between the ends of its range.

    Attributes
    ----------
    file, field : str
        Where the number stands, as in ``findings/slr.yaml`` and ``likelihood of lumbar_radiculopathy``.
    low, point, high : float
        The ends of its range and the number itself.
    cases_moved : int
        Cases in which some condition's probability changes by 0.05 or more at either end.
    first_changes : int
        Cases in which another condition comes first at either end.
    shift : float
        Largest change of a condition's probability, added up over the cases.
    """

    file: str
    field: str
    low: float
    point: float
    high: float
    cases_moved: int
    first_changes: int
    shift: float


def sensitivity(cases: Iterable[CaseFile], knowledge: Knowledge) -> tuple[Influence, ...]:
    """Influence of every assumption in use (likelihoods, backgrounds, priors) on these cases, largest first.

    Parameters
    ----------
    cases : iterable of CaseFile
    knowledge : Knowledge

    Returns
    -------
    tuple of Influence
        Those that move something; most moved answers first.
    """
    network = Network(knowledge, draws=0)
    observed = [observe(case.record, knowledge) for case in cases]
    base = [_marginal(network, one) for one in observed]
    answered = [{o.id for o in one.findings} for one in observed]
    result = []
    for number, field, finding_id, variants in _assumptions(knowledge, network):
        touched = [i for i, ids in enumerate(answered) if not finding_id or finding_id in ids]
        if not touched:
            continue
        shifts, firsts = np.zeros(len(touched)), np.zeros(len(touched), dtype=bool)
        for variant in variants:
            for j, i in enumerate(touched):
                now = _marginal(variant, observed[i])
                shifts[j] = max(shifts[j], float(np.abs(now - base[i]).max()))
                firsts[j] |= bool(now.argmax() != base[i].argmax())
        low, high = ends(number, knowledge, "background" if field == "background" else "likelihood")
        file = f"findings/{finding_id}.yaml" if finding_id else f"conditions/{field.removeprefix('prior of ')}.yaml"
        moved = int((shifts >= MOVED).sum())
        if shifts.sum() > 0:
            result.append(Influence(file, field, low, number.point, high, moved, int(firsts.sum()), float(shifts.sum())))
    return tuple(sorted(result, key=lambda i: (-i.cases_moved, -i.shift, i.file, i.field)))


def _marginal(network: Network, observed: Observed) -> FloatArray:
    return np.asarray(infer(network, observed.findings, observed.covariates, observed.sex).marginal[:, 0])


def _assumptions(knowledge: Knowledge, network: Network) -> Iterator[tuple[Number, str, str, tuple[Network, ...]]]:
    """Every assumed number: itself, its field, its finding ("" for a prior), and the networks with its low and its high end."""
    for finding in knowledge.findings.values():
        if finding.background is not None and finding.background.basis == "assumption":
            both = ends(finding.background, knowledge, "background")
            variants = tuple(network.with_finding(replace(finding, background=_at(finding.background, end))) for end in both)
            yield finding.background, "background", finding.id, variants
        for place, row in enumerate(finding.likelihoods):
            if row.use != "yes" or row.basis != "assumption" or row.if_present is None:
                continue
            rows = [
                (*finding.likelihoods[:place], replace(row, if_present=_at(row.if_present, end)), *finding.likelihoods[place + 1 :])
                for end in ends(row.if_present, knowledge, "likelihood")
            ]
            variants = tuple(network.with_finding(replace(finding, likelihoods=changed)) for changed in rows)
            value = "" if row.value == "yes" else f" ({row.value})"
            yield row.if_present, f"likelihood of {row.condition}{value}", finding.id, variants
    for condition in knowledge.conditions.values():
        if condition.prior.basis == "assumption":
            changed = [replace(condition, prior=_at(condition.prior, end)) for end in ends(condition.prior, knowledge, "prior")]
            variants = tuple(
                Network(replace(knowledge, conditions={**knowledge.conditions, condition.id: one}), draws=0) for one in changed
            )
            yield condition.prior, f"prior of {condition.id}", "", variants


def _at(number: Number, point: float) -> Number:
    return replace(number, point=point, low=None, high=None)
