"""The network: every set of at most three conditions as a state, and how likely each answer is in each state.

Model (a formulation; its numbers stand in knowledge files)
-----------------------------------------------------------
A state S is a set of at most three conditions; the empty set is "something else".
P(|S|) is ``limits/size_prior``; within a size, P(S) is proportional to the product of prior odds.
Observed factors, age and sex are covariates: the odds of c are multiplied by OR^x / (1 + q (OR - 1)),
q being the factor's prevalence, so that knowing nothing about a factor changes nothing.
For a yes/no finding f with background b and rows p_c:
P(f | S) = 1 - (1 - b) prod (1 - p_c)/(1 - b) over the conditions in S that raise it (p_c > b); where none does,
the lowest of b and the p_c in S; without a row, b.
For a choice, the rows of the conditions in S are averaged; without rows, the background by value.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from functools import cached_property
from itertools import combinations

import numpy as np
import numpy.typing as npt

from backstride.knowledge.concepts import Finding, Knowledge, Likelihood, Number
from backstride.reasoning.parameters import Draws

__all__ = ["Network", "Table"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

_LARGEST_SET = 3


class Table:
    """P(value | state) of one finding, stored once per distinct pattern of the conditions that have rows.

    Attributes
    ----------
    pattern_of_state : (states,) int array
    probability : mapping of value to (patterns, 1 + draws) array
        P(value | pattern). Values of one pattern add up to one.
    """

    def __init__(self, pattern_of_state: IntArray, probability: Mapping[str, FloatArray]) -> None:
        self.pattern_of_state = pattern_of_state
        self.probability = probability

    @cached_property
    def log_p(self) -> Mapping[str, FloatArray]:
        """Natural logarithm of `probability`."""
        return {value: np.log(p) for value, p in self.probability.items()}

    @cached_property
    def point(self) -> FloatArray:
        """Point estimate of P(value | pattern); shape (values, patterns)."""
        return np.stack([p[:, 0] for p in self.probability.values()])

    @cached_property
    def point_entropy(self) -> FloatArray:
        """Entropy of the answer in each pattern, in bits; shape (patterns,)."""
        return np.asarray(-(self.point * np.log2(self.point)).sum(axis=0), dtype=np.float64)


class Network:
    """Knowledge compiled for arithmetic.

    Parameters
    ----------
    knowledge : Knowledge
    draws : int, optional
        Number of parameter draws besides the point; default from ``limits/draws``.
    flat_priors : bool
        Give every condition the same prior odds (for evaluation only).
    seed : int
        Of the draws.

    Attributes
    ----------
    conditions : tuple of str
        Ids, sorted.
    members : (states, conditions) float array
        1 where the condition is in the state. State 0 is the empty set; states 1 to n are the single conditions.
    """

    def __init__(self, knowledge: Knowledge, *, draws: int | None = None, flat_priors: bool = False, seed: int = 0) -> None:
        self.knowledge = knowledge
        self.draws = Draws(knowledge, draws, seed)
        self.conditions = tuple(knowledge.conditions)
        self.index = {condition: i for i, condition in enumerate(self.conditions)}
        self.members, self._sizes = _states(len(self.conditions))
        # Where each condition occurs, and which conditions (or none: the last row) each state holds: sums over these
        # are several times faster than the matrix product, and come out the same on any number of cores.
        self._states_with = np.stack([np.flatnonzero(column) for column in self.members.T])
        self._held = _held(self.members)
        self._flat = flat_priors
        self._base_log_odds = self._prior_log_odds()
        self._tables: dict[str, Table | None] = {}
        self._point_tables: dict[str, Table | None] = {}
        self._no_draws = Draws(knowledge, 0, seed)
        self._size_log_prior = np.log(np.asarray(knowledge.limits["size_prior"].value, dtype=np.float64))
        self._base_log_prior: FloatArray | None = None

    @property
    def columns(self) -> int:
        """1 + number of draws."""
        return self.draws.count + 1

    def log_odds(self, shift: FloatArray | None = None) -> FloatArray:
        """Prior log-odds of each condition plus the covariates' `shift`; as many columns as `shift`, else 1 + draws."""
        return self._base_log_odds if shift is None else self._base_log_odds[:, : shift.shape[1]] + shift

    def log_prior(self, shift: FloatArray | None = None) -> FloatArray:
        """Log P(S), normalised; as many columns as `shift`, else 1 + draws."""
        if shift is None and self._base_log_prior is not None:
            return self._base_log_prior
        padded = np.vstack([self.log_odds(shift), np.zeros((1, shift.shape[1] if shift is not None else self.columns))])
        scores = padded[self._held[:, 0]] + padded[self._held[:, 1]] + padded[self._held[:, 2]]
        log_prior = np.empty_like(scores)
        for size, log_share in enumerate(self._size_log_prior):
            rows = self._sizes == size
            block = scores[rows]
            top = block.max(axis=0)
            log_prior[rows] = block - (top + np.log(np.exp(block - top).sum(axis=0))) + log_share
        if shift is None:
            self._base_log_prior = log_prior
        return log_prior

    def marginal(self, probability: FloatArray) -> FloatArray:
        """P(condition) from P(S): (states, n) in, (conditions, n) out."""
        return np.asarray(probability[self._states_with].sum(axis=1), dtype=np.float64)

    def covariate_shift(self, factor_id: str, present: bool) -> FloatArray:
        """What an observed factor adds to the log-odds of each condition; shape (conditions, 1 + draws).

        log(OR^x) - log(1 + q (OR - 1)), over the links used in the model.
        Zero for a factor that raises every cause alike (``reranks: false``).
        """
        factor = self.knowledge.factors[factor_id]
        shift = np.zeros((len(self.conditions), self.columns))
        if not factor.reranks:
            return shift
        share = factor.prevalence.point
        for link in factor.links:
            if link.use != "yes":
                continue
            words = (factor.name, self.knowledge.conditions[link.condition].name)
            log_ratio = self.draws.log_ratio(link.odds_ratio, *words)
            shift[self.index[link.condition]] += (log_ratio if present else 0.0) - np.log1p(share * np.expm1(log_ratio))
        return shift

    def sex_shift(self, sex: str) -> FloatArray:
        """Rules out the conditions that only the other sex can have; shape (conditions, 1 + draws)."""
        shift = np.zeros((len(self.conditions), self.columns))
        for condition in self.knowledge.conditions.values():
            if condition.only_for_sex and condition.only_for_sex != sex:
                shift[self.index[condition.id]] = -50.0
        return shift

    def table(self, finding_id: str) -> Table | None:
        """P(value | state) of a finding; None for one without a background (it cannot move the ranking)."""
        if finding_id not in self._tables:
            self._tables[finding_id] = self._build(self.knowledge.findings[finding_id], self.draws)
        return self._tables[finding_id]

    def point_table(self, finding_id: str) -> Table | None:
        """The same without draws: enough to weigh a question that nobody has answered yet."""
        if finding_id not in self._point_tables:
            self._point_tables[finding_id] = self._build(self.knowledge.findings[finding_id], self._no_draws)
        return self._point_tables[finding_id]

    def with_finding(self, finding: Finding) -> Network:
        """Share all of this network with one finding's numbers changed."""
        other = copy(self)
        other.knowledge = replace(self.knowledge, findings={**self.knowledge.findings, finding.id: finding})
        other._tables = {key: table for key, table in self._tables.items() if key != finding.id}
        other._point_tables = {key: table for key, table in self._point_tables.items() if key != finding.id}
        return other

    def _prior_log_odds(self) -> FloatArray:
        if self._flat:
            return np.zeros((len(self.conditions), self.columns))
        kinds = self.knowledge.conditions.values()
        return np.stack([self.draws.log_odds(condition.prior, condition.name) for condition in kinds])

    def _build(self, finding: Finding, draws: Draws) -> Table | None:
        rows = finding.used_likelihoods
        if finding.background is None and not finding.background_by_value:
            return None
        with_rows = sorted({row.condition for row in rows})
        columns = [self.index[condition] for condition in with_rows]
        code = (self.members[:, columns] @ (2.0 ** np.arange(len(columns)))).astype(np.int64)
        codes, pattern_of_state = np.unique(code, return_inverse=True)
        members = ((codes[:, None] >> np.arange(len(columns))) & 1).astype(bool)
        if finding.background_by_value:
            probability = self._choice(finding, rows, with_rows, members, draws)
        else:
            yes = self._yes(finding, rows, with_rows, members, draws)
            probability = {"yes": yes, "no": 1 - yes}
        return Table(pattern_of_state.astype(np.intp), probability)

    def _yes(
        self, finding: Finding, rows: tuple[Likelihood, ...], with_rows: list[str], members: npt.NDArray[np.bool_], draws: Draws
    ) -> FloatArray:
        assert finding.background is not None
        words = finding.question or finding.name
        background = draws.probability(finding.background, "background", words)
        by_condition = {row.condition: row for row in rows}
        if not with_rows:
            return np.broadcast_to(background, (len(members), draws.count + 1)).copy()
        p = np.stack([self._row(by_condition[c], finding, words, draws) for c in with_rows])
        raises = p > background
        log_gain = np.where(raises, np.log1p(-p) - np.log1p(-background), 0.0)
        raised = 1 - np.exp(np.log1p(-background) + members @ log_gain)
        lowest = np.broadcast_to(background, raised.shape).copy()
        for j in range(len(with_rows)):
            here = members[:, j]
            lowest[here] = np.minimum(lowest[here], p[j])
        yes = np.where((members.astype(float) @ raises) > 0, raised, lowest)
        return np.clip(yes, draws.floor, 1 - draws.floor)

    def _row(self, row: Likelihood, finding: Finding, words: str, draws: Draws) -> FloatArray:
        name = self.knowledge.conditions[row.condition].name
        return draws.probability(present_probability(row, finding), "likelihood", words, name, row.value)

    def _choice(
        self, finding: Finding, rows: tuple[Likelihood, ...], with_rows: list[str], members: npt.NDArray[np.bool_], draws: Draws
    ) -> dict[str, FloatArray]:
        words = finding.question or finding.name
        values = tuple(finding.background_by_value)
        background = np.stack(
            [
                draws.probability(Number(point, basis="assumption"), "background", words, value)
                for value, point in finding.background_by_value.items()
            ]
        )
        background /= background.sum(axis=0)
        by_key = {(row.condition, row.value): row for row in rows}
        per_condition = []
        for condition in with_rows:
            p = np.stack(
                [
                    self._row(by_key[condition, v], finding, words, draws) if (condition, v) in by_key else background[i]
                    for i, v in enumerate(values)
                ]
            )
            per_condition.append(p / p.sum(axis=0))
        total = np.zeros((len(members), len(values), draws.count + 1))
        for j, p in enumerate(per_condition):
            total[members[:, j]] += p
        count = members.sum(axis=1)
        mixed = np.where((count > 0)[:, None, None], total / np.maximum(count, 1)[:, None, None], background[None])
        mixed = np.clip(mixed, draws.floor, 1 - draws.floor)
        mixed /= mixed.sum(axis=1, keepdims=True)
        return {value: mixed[:, i] for i, value in enumerate(values)}


def present_probability(row: Likelihood, finding: Finding) -> Number:
    """P(value | condition) of a row; from the positive likelihood ratio times the background where only that is published."""
    if row.if_present is not None:
        return row.if_present
    assert row.lr_positive is not None and finding.background is not None
    b = finding.background.point
    scale = row.lr_positive

    def times(x: float | None) -> float | None:
        return None if x is None else min(max(x * b, 1e-6), 0.95)

    return Number(times(scale.point) or b, times(scale.low), times(scale.high), "derived", row.sources)


def _states(n: int) -> tuple[FloatArray, IntArray]:
    sets = [subset for size in range(_LARGEST_SET + 1) for subset in combinations(range(n), size)]
    members = np.zeros((len(sets), n))
    for i, subset in enumerate(sets):
        members[i, list(subset)] = 1.0
    return members, members.sum(axis=1).astype(np.intp)


def _held(members: FloatArray) -> IntArray:
    """The conditions of each state, filled up with one past the last; shape (states, 3)."""
    nothing = members.shape[1]
    held = np.full((len(members), _LARGEST_SET), nothing, dtype=np.intp)
    for state, row in enumerate(members):
        inside = np.flatnonzero(row)
        held[state, : len(inside)] = inside
    return held
