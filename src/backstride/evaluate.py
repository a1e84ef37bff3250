"""The verb that scores the engine on coded cases, beside flat priors and plain naive Bayes.

Published cases favour the rare and the missed: the figures say how well the arithmetic serves such stories,
and no prior, background or rule is ever tuned on them.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from backstride.assess import assess, network_of
from backstride.errors import CaseError
from backstride.importers.case_file import CaseFile, read_case
from backstride.knowledge.concepts import Knowledge
from backstride.model.assessment import Assessment, Level
from backstride.model.evidence import Answer
from backstride.model.record import Record
from backstride.reasoning.network import Network
from backstride.reasoning.observe import observe
from backstride.reasoning.posterior import finding_value
from backstride.reasoning.triage import fired_flags, lookup_of

__all__ = ["PUBLIC_CASES", "CaseResult", "Evaluation", "Expectation", "Score", "effect_of", "evaluate", "read_cases", "wilson"]

PUBLIC_CASES = Path(__file__).parent / "public_cases"
_Z95 = 1.959963984540054
_SHOWN_CHANGE = 0.01


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the ``expect`` block of a coded case says."""

    accepted: frozenset[str]
    level: Level
    covered: bool
    diagnosis_class: str


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How one case was answered.

    Attributes
    ----------
    rank : int or None
        Place of the best accepted cause, from 1.
    brier : float
        (1 - summed probability of the accepted causes)^2.
    why, caught_by : str
        For a missed cause: what put another one first, in nats, and the one further answer that would have brought it
        among the first three.
    rules, triage_caught_by : str
        For a level that is too low: the rules that fired, and the further yes that would have lifted it.
    """

    id: str
    mode: str
    expectation: Expectation
    level: Level
    rank: int | None
    in_must_not_miss: bool
    top: tuple[str, ...]
    brier: float
    why: str = ""
    caught_by: str = ""
    rules: str = ""
    triage_caught_by: str = ""

    @property
    def found(self) -> bool:
        """Accepted cause among the first three or in must-not-miss."""
        return self.in_must_not_miss or (self.rank is not None and self.rank <= 3)

    @property
    def safe(self) -> bool:
        """At or above the expected level."""
        return self.level.rank >= self.expectation.level.rank


@dataclass(frozen=True, slots=True)
class Score:
    """A count with its 95 % Wilson interval."""

    hits: int
    of: int

    @property
    def share(self) -> float | None:
        """Share of hits; None when there was nothing to count."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """95 % Wilson score interval."""
        return wilson(self.hits, self.of)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All results of one way of answering (``mode``, ``priors`` or ``naive_bayes``)."""

    mode: str
    engine: str
    results: tuple[CaseResult, ...]

    def score(self, name: str) -> Score:
        """One of found, top1, top3, safe, over (over-triage), urgent (urgent cases at same day or above)."""
        covered = [r for r in self.results if r.expectation.covered]
        urgent = [r for r in self.results if r.expectation.level.rank >= Level.URGENT_SAME_DAY.rank]
        of: dict[str, tuple[list[CaseResult], list[bool]]] = {
            "found": (covered, [r.found for r in covered]),
            "top1": (covered, [r.rank == 1 for r in covered]),
            "top3": (covered, [r.rank is not None and r.rank <= 3 for r in covered]),
            "safe": (list(self.results), [r.safe for r in self.results]),
            "over": (list(self.results), [r.level.rank > r.expectation.level.rank for r in self.results]),
            "urgent": (urgent, [r.level.rank >= Level.URGENT_SAME_DAY.rank for r in urgent]),
        }
        cases, hits = of[name]
        return Score(sum(hits), len(cases))

    @property
    def brier(self) -> float | None:
        """Mean over covered cases of (1 - summed probability of the accepted causes)^2; 0 is best. None without such a case."""
        covered = [r.brier for r in self.results if r.expectation.covered]
        return float(np.mean(covered)) if covered else None


def wilson(hits: int, of: int) -> tuple[float, float]:
    """95 % Wilson score interval of a share (Wilson 1927, J Am Stat Assoc 22:209)."""
    if of == 0:
        return 0.0, 1.0
    p, z2 = hits / of, _Z95**2
    centre = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z95 * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def read_cases(folder: Path = PUBLIC_CASES) -> tuple[CaseFile, ...]:
    """Read every coded case of a folder, by name.

    Raises
    ------
    CaseError
        When the folder is missing, holds no case, or a case cannot be read or has no ``expect`` block.
    """
    if not folder.is_dir():
        raise CaseError("there is no such folder.", place=str(folder), remedy="Name a folder of coded cases.")
    paths = sorted(p for p in folder.iterdir() if p.suffix in (".yaml", ".yml", ".json") and p.name != "sources.yaml")
    cases = tuple(read_case(path) for path in paths)
    if not cases:
        raise CaseError("holds no case files.", place=str(folder), remedy="Coded cases end in .yaml or .json.")
    for path, case in zip(paths, cases, strict=True):
        if not case.expect:
            raise CaseError("has no 'expect' block.", place=str(path), remedy="Evaluation needs the accepted causes and the triage level.")
    return cases


def evaluate(cases: Iterable[CaseFile], knowledge: Knowledge, *, explain: bool = True) -> tuple[Evaluation, ...]:
    """Score cases on answers only and on answers plus exam; with shipped priors, flat priors and naive Bayes.

    Parameters
    ----------
    cases : iterable of CaseFile
    knowledge : Knowledge
    explain : bool
        Look for the question that would have caught each miss (shipped priors only).
    """
    cases = tuple(cases)
    networks = {"shipped": network_of(knowledge), "flat": Network(knowledge, draws=0, flat_priors=True)}
    result = []
    for mode in ("answers", "answers + exam"):
        records = [_record(case, mode) for case in cases]
        for engine, network in networks.items():
            rows = tuple(
                _result(case, record, mode, network, knowledge, explain and engine == "shipped")
                for case, record in zip(cases, records, strict=True)
            )
            result.append(Evaluation(mode, engine, rows))
        naive = tuple(_naive(case, record, mode, knowledge, networks["shipped"]) for case, record in zip(cases, records, strict=True))
        result.append(Evaluation(mode, "naive Bayes", naive))
    return tuple(result)


def _record(case: CaseFile, mode: str) -> Record:
    return case.record if mode == "answers + exam" else replace(case.record, exam={})


def expectation_of(case: CaseFile, known: Collection[str] | None = None) -> Expectation:
    """Read the ``expect`` block.

    Parameters
    ----------
    case : CaseFile
    known : collection of str, optional
        Ids of the conditions there are; without it they are not checked.

    Raises
    ------
    CaseError
        When it has no triage level that the program knows, or names a condition that is not known.
    """
    expect = case.expect
    accepted = [c for key in ("condition_ids", "also_condition_ids") for c in _words(expect.get(key))]
    try:
        level = Level(str(expect.get("triage")))
    except ValueError:
        levels = ", ".join(Level)
        raise CaseError(f"'expect: triage' is {expect.get('triage')!r}.", place=case.record.id, remedy=f"Write one of {levels}.") from None
    unknown = sorted(set(accepted) - set(known)) if known is not None else []
    if unknown:
        problem = f"'expect' names {', '.join(unknown)}, which is no known condition."
        raise CaseError(problem, place=case.record.id, remedy="Write the id of a file in knowledge/conditions.")
    covered = bool(accepted) and str(expect.get("not_covered", "false")).lower() != "true"
    return Expectation(frozenset(accepted), level, covered, str(expect.get("diagnosis_class", "")))


def _words(value: object) -> Sequence[str]:
    return [str(v) for v in value] if isinstance(value, list) else []


def _result(case: CaseFile, record: Record, mode: str, network: Network, knowledge: Knowledge, explain: bool) -> CaseResult:
    expectation = expectation_of(case, knowledge.conditions)
    answer = assess(record, knowledge, network)
    result = _scored(record.id, mode, expectation, answer)
    if not explain:
        return result
    if expectation.covered and not result.found:
        caught_by = _cause_catcher(record, expectation, knowledge, network)
        result = replace(result, why=_why(answer, expectation), caught_by=caught_by)
    if not result.safe:
        rules = ", ".join(r.red_flag or r.condition for r in answer.triage.reasons) or "none"
        result = replace(result, rules=rules, triage_caught_by=_triage_catcher(record, expectation, knowledge))
    return result


def _scored(case_id: str, mode: str, expectation: Expectation, answer: Assessment) -> CaseResult:
    order = [cause.condition for cause in answer.causes]
    ranks = [order.index(c) + 1 for c in expectation.accepted if c in order]
    mass = sum(cause.probability for cause in answer.causes if cause.condition in expectation.accepted)
    return CaseResult(
        id=case_id,
        mode=mode,
        expectation=expectation,
        level=answer.triage.level,
        rank=min(ranks) if ranks else None,
        in_must_not_miss=any(entry.condition in expectation.accepted for entry in answer.must_not_miss),
        top=tuple(order[:3]),
        brier=(1 - min(mass, 1.0)) ** 2,
    )


def _why(answer: Assessment, expectation: Expectation) -> str:
    """The three terms that most favour the first cause over the best accepted one; they add up over all terms."""
    first = answer.causes[0]
    best = next(cause for cause in answer.causes if cause.condition in expectation.accepted)
    terms = {"prior": first.prior_weight - best.prior_weight}
    for sign, cause in ((1, first), (-1, best)):
        for weight in cause.weights:
            name = f"{weight.observation} {weight.value}"
            terms[name] = terms.get(name, 0.0) + sign * weight.weight
    largest = sorted(terms.items(), key=lambda term: (-term[1], term[0]))[:3]
    return ", ".join(f"{name} {term:+.1f}" for name, term in largest if term > 0)


def _cause_catcher(record: Record, expectation: Expectation, knowledge: Knowledge, network: Network) -> str:
    """The one further answer, likeliest under an accepted cause, that would have brought it among the first three."""
    best: tuple[float, str] | None = None
    for finding in knowledge.findings.values():
        table = network.point_table(finding.id)
        if finding.id in record.answers or finding.id in record.exam or table is None or finding.answer != "yes_no":
            continue
        rows = [row for row in finding.used_likelihoods if row.condition in expectation.accepted]
        for row in rows:
            single = 1 + network.index[row.condition]
            p = float(table.probability["yes"][table.pattern_of_state[single], 0])
            value = "yes" if p >= 0.5 else "no"
            likely = max(p, 1 - p)
            if best is not None and likely <= best[0]:
                continue
            more = {**record.answers, finding.id: Answer(value)}
            if _scored("", "", expectation, assess(replace(record, answers=more), knowledge, network)).found:
                best = (likely, f"{finding.id}: {value}")
    return best[1] if best else "no single question"


def _triage_catcher(record: Record, expectation: Expectation, knowledge: Knowledge) -> str:
    """The single yes that would have lifted the rules to the expected level."""
    wanted = {"emergency": ("emergency_now",), "urgent_same_day": ("emergency_now", "same_day")}
    actions = wanted.get(expectation.level, ("emergency_now", "same_day", "within_days"))
    found = []
    for finding in knowledge.findings.values():
        if finding.answer != "yes_no" or finding.id in record.answers:
            continue
        more = replace(record, answers={**record.answers, finding.id: Answer("yes")})
        flags = fired_flags(lookup_of(observe(more, knowledge)), knowledge)
        lifting = [f for f in flags if f.action in actions and set(f.conditions) & expectation.accepted]
        if lifting:
            found.append(finding.id)
    return ", ".join(found[:3]) if found else "no single question"


def _naive(case: CaseFile, record: Record, mode: str, knowledge: Knowledge, network: Network) -> CaseResult:
    """Plain naive Bayes over single conditions: prior odds times every likelihood ratio, no facets, no factors."""
    expectation = expectation_of(case)
    observed = observe(record, knowledge)
    log_odds = network.log_odds()[:, 0].copy()
    n = len(network.conditions)
    for observation in observed.findings:
        finding, table = knowledge.findings[observation.id], network.table(observation.id)
        if table is None or (not isinstance(observation.value, str) and finding.threshold is None):
            continue
        column = table.log_p[finding_value(finding, observation.value)][table.pattern_of_state[: n + 1], 0]
        log_odds += column[1:] - column[0]
    probability = np.exp(log_odds - log_odds.max())
    probability /= probability.sum()
    order = [network.conditions[i] for i in np.argsort(-probability, kind="stable")]
    ranks = [order.index(c) + 1 for c in expectation.accepted if c in order]
    flags = fired_flags(lookup_of(observed), knowledge)
    levels = {"emergency_now": Level.EMERGENCY, "same_day": Level.URGENT_SAME_DAY, "within_days": Level.SOON_CLINICIAN}
    level = max((levels[f.action] for f in flags), key=lambda v: v.rank, default=Level.ROUTINE_PT)
    mass = sum(float(probability[network.index[c]]) for c in expectation.accepted)
    rank = min(ranks) if ranks else None
    return CaseResult(record.id, mode, expectation, level, rank, False, tuple(order[:3]), (1 - min(mass, 1.0)) ** 2)


def effect_of(cases: Iterable[CaseFile], before: Knowledge, after: Knowledge) -> list[str]:
    """What an edit of knowledge moves: a line for each case whose level, first cause or any probability (by 0.01) changes."""
    lines = []
    for case in cases:
        old, new = assess(case.record, before), assess(case.record, after)
        was = {cause.condition: cause.probability for cause in old.causes}
        moves = [(cause.probability - was.get(cause.condition, 0.0), cause) for cause in new.causes]
        change, cause = max(moves, key=lambda move: abs(move[0]))
        if abs(change) < _SHOWN_CHANGE and old.triage.level == new.triage.level:
            continue
        level = "" if old.triage.level == new.triage.level else f"; level {old.triage.level} -> {new.triage.level}"
        first_was, first_is = old.causes[0].condition, new.causes[0].condition
        first = "" if first_was == first_is else f"; first {first_was} -> {first_is}"
        name = cause.condition
        lines.append(f"{case.record.id}: {name} {was.get(name, 0.0):.3f} -> {cause.probability:.3f} ({change:+.3f}){first}{level}")
    return lines
