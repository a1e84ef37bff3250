"""Whole records drawn from the network itself: to test the arithmetic and the rules, never the clinic.

A record is drawn as age and sex, then a set of causes, then answers. Answers of one facet are drawn together (a Gaussian
copula with ``sampler_facet_correlation``), because one person does not answer near-copies by separate dice, while every
single answer keeps exactly the frequency the network gives it. Gaps: an item is left out with a probability of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from backstride.knowledge.concepts import Finding, Knowledge
from backstride.knowledge.rules import parse_rule
from backstride.model.evidence import Answer
from backstride.model.record import Record, Runner
from backstride.reasoning.network import Network
from backstride.reasoning.posterior import facet_of

__all__ = ["Plan", "Sampled", "sample"]

_AGES = ((18, 19, 0.05), (20, 49, 0.65), (50, 59, 0.18), (60, 69, 0.09), (70, 79, 0.03))
"""Age bands of runners with back pain and their shares: an assumption of the evidence base."""
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Plan:
    """How records are drawn.

    Attributes
    ----------
    state : tuple of str or None
        Draw every record from these causes; None draws the causes from the prior.
    column : int or None
        Parameters to draw with: 0 is the point, 1.. a draw; None takes another draw for each record.
    one_per_facet : bool
        Answer one item of a facet at most: then the network's independence holds exactly.
    answered : float
        Probability that an item is answered; the others are left out.
    safety_answered : bool
        Items that a rule for an emergency or the same day names are always answered: an interview asks them first.
    covariates : bool
        Draw age, sex and the factors that can move the ranking.
    runner_only : bool
        Only items that a runner can answer.
    confirm_withdrawn : float
        Probability that a yes on an item with a confirm question is withdrawn by it.
    """

    state: tuple[str, ...] | None = None
    column: int | None = 0
    one_per_facet: bool = False
    answered: float = 1.0
    safety_answered: bool = False
    covariates: bool = True
    runner_only: bool = True
    confirm_withdrawn: float = 0.0


@dataclass(frozen=True, slots=True)
class Sampled:
    """A record, the causes it was drawn from, and the parameter column."""

    record: Record
    state: tuple[str, ...]
    column: int


def sample(network: Network, count: int, plan: Plan, seed: int = 0) -> Iterator[Sampled]:
    """Draw `count` records; the same seed draws the same records."""
    generator = np.random.Generator(np.random.PCG64(seed))
    knowledge = network.knowledge
    findings = [
        f
        for f in knowledge.findings.values()
        if network.table(f.id) is not None
        and f.answer in ("yes_no", "choice")
        and not f.umbrella_of
        and not (plan.runner_only and f.answered_by != "runner")
    ]
    reversed_items = _reversed(findings)
    always = _safety_items(knowledge) if plan.safety_answered else frozenset()
    for number in range(count):
        yield _one(network, knowledge, findings, reversed_items, always, plan, generator, number)


def _one(
    network: Network,
    knowledge: Knowledge,
    findings: list[Finding],
    reversed_items: frozenset[str],
    always: frozenset[str],
    plan: Plan,
    generator: np.random.Generator,
    number: int,
) -> Sampled:
    columns = network.columns
    column = plan.column if plan.column is not None else int(generator.integers(1, columns)) if columns > 1 else 0
    runner, factors = Runner(), {}
    shift = np.zeros((len(network.conditions), columns))
    if plan.covariates:
        runner = _runner(generator)
        known = {"age_over_50": runner.age >= 50, "age_under_20": runner.age < 20, "sex_female": runner.sex == "female"}  # type: ignore[operator]
        for factor in knowledge.factors.values():
            present = known.get(factor.id)
            if present is None:
                present = bool(generator.random() < factor.prevalence.point)
                factors[factor.id] = Answer("yes" if present else "no")
            shift += network.covariate_shift(factor.id, present)
        shift += network.sex_shift(str(runner.sex))
    state = plan.state
    if state is None:
        p = np.exp(network.log_prior(shift if plan.covariates else None)[:, column])
        row = int(generator.choice(len(p), p=p / p.sum()))
        state = tuple(c for c, inside in zip(network.conditions, network.members[row], strict=True) if inside)
    row = _row_of(network, state)
    answers = _answers(network, findings, reversed_items, always, row, column, plan, runner, generator)
    confirmations = {
        flag.id: Answer("no")
        for flag in knowledge.red_flags.values()
        if flag.confirm and flag.finding in answers and answers[flag.finding].value == "yes" and generator.random() < plan.confirm_withdrawn
    }
    record = Record(f"sample-{number}", runner, answers={**answers, **factors}, confirmations=confirmations)
    return Sampled(record, state, column)


def _runner(generator: np.random.Generator) -> Runner:
    low, high, _ = _AGES[int(generator.choice(len(_AGES), p=[share for *_, share in _AGES]))]
    return Runner(age=int(generator.integers(low, high + 1)), sex="female" if generator.random() < 0.45 else "male")


def _row_of(network: Network, state: tuple[str, ...]) -> int:
    wanted = np.zeros(len(network.conditions))
    wanted[[network.index[c] for c in state]] = 1.0
    return int(np.flatnonzero((network.members == wanted).all(axis=1))[0])


def _answers(
    network: Network,
    findings: list[Finding],
    reversed_items: frozenset[str],
    always: frozenset[str],
    row: int,
    column: int,
    plan: Plan,
    runner: Runner,
    generator: np.random.Generator,
) -> dict[str, Answer]:
    value = network.knowledge.limits["sampler_facet_correlation"].value
    assert not isinstance(value, tuple)
    correlation = float(value)
    shared: dict[str, float] = {}
    used: set[str] = set()
    answers: dict[str, Answer] = {}
    order = generator.permutation(len(findings)) if plan.one_per_facet else range(len(findings))
    for index in order:
        finding = findings[int(index)]
        facet = facet_of(finding)
        left_out = generator.random() >= plan.answered and finding.id not in always
        if left_out or not _applies(finding, runner) or (plan.one_per_facet and facet in used):
            continue
        used.add(facet)
        common = shared.setdefault(facet, float(generator.standard_normal()))
        sign = -1.0 if finding.id in reversed_items else 1.0
        z = sign * correlation**0.5 * common + (1 - correlation) ** 0.5 * float(generator.standard_normal())
        table = network.table(finding.id)
        assert table is not None
        pattern = table.pattern_of_state[row]
        answers[finding.id] = Answer(_pick(_NORMAL.cdf(z), {v: float(p[pattern, column]) for v, p in table.probability.items()}))
    return answers if plan.one_per_facet else _consistent(answers, network.knowledge)


def _pick(u: float, probability: Mapping[str, float]) -> str:
    total = 0.0
    for value, p in probability.items():
        total += p
        if u < total:
            return value
    return next(reversed(list(probability)))


def _applies(finding: Finding, runner: Runner) -> bool:
    return not (finding.only_for_sex and runner.sex not in (None, finding.only_for_sex))


def _safety_items(knowledge: Knowledge) -> frozenset[str]:
    flags = [flag for flag in knowledge.red_flags.values() if flag.action in ("emergency_now", "same_day")]
    return frozenset(name for flag in flags for name in parse_rule(flag.rule).names())


def _reversed(findings: list[Finding]) -> frozenset[str]:
    """Items that say the opposite of most of their facet ("does not spread" among items of spread)."""
    by_id = {f.id: f for f in findings}
    opposed: dict[str, int] = {}
    for finding in findings:
        for rule in finding.excludes:
            other = by_id.get(rule.other)
            if other is not None and facet_of(other) == facet_of(finding) and rule.value == rule.other_value == "yes":
                opposed[finding.id] = opposed.get(finding.id, 0) + 1
    return frozenset(opposed)


def _consistent(answers: dict[str, Answer], knowledge: Knowledge) -> dict[str, Answer]:
    """Nobody says two things that cannot both be true: the second of such a pair is left unanswered."""
    kept = dict(answers)
    for item in answers:
        for rule in knowledge.findings[item].excludes:
            if item in kept and rule.other in kept and kept[item].value == rule.value and kept[rule.other].value == rule.other_value:
                del kept[rule.other]
    return kept
