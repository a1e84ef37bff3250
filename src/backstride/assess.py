"""The verb from a record to its assessment: triage first, then what fits, what may have contributed, what to ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from backstride.diary import measures_of_diary, nights_of_diary
from backstride.knowledge.concepts import Knowledge
from backstride.model.assessment import Assessment
from backstride.model.evidence import Measure
from backstride.model.record import Record
from backstride.own_data import measures_of_own_data
from backstride.reasoning import advise, explanation
from backstride.reasoning.network import Network
from backstride.reasoning.next_question import next_questions
from backstride.reasoning.observe import observe
from backstride.reasoning.posterior import infer
from backstride.reasoning.triage import rule_signs, triage, without_self_care
from backstride.training import measures_of, onset_of

__all__ = ["assess", "measured", "network_of"]

_WITHHELD = ("", "running_unknown", "running_provisional", "running_serious", "running_soon", "running_urgent")
"""Why nothing is said for running, the weakest first."""


@lru_cache(maxsize=4)
def _network(version: str, holder: _ByVersion) -> Network:
    return Network(holder.knowledge)


class _ByVersion:
    """Lets a cache find a network by its knowledge's version instead of by its content."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge

    def __hash__(self) -> int:
        return hash(self.knowledge.version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByVersion) and other.knowledge.version == self.knowledge.version


def network_of(knowledge: Knowledge) -> Network:
    """The compiled network of these knowledge files; made once per knowledge version."""
    return _network(knowledge.version, _ByVersion(knowledge))


def assess(record: Record, knowledge: Knowledge, network: Network | None = None) -> Assessment:
    """Assess one record.

    Parameters
    ----------
    record : Record
    knowledge : Knowledge
    network : Network, optional
        A network compiled from the same knowledge (evaluation passes one with flat priors).

    Returns
    -------
    Assessment

    Raises
    ------
    CaseError
        For an answer that knowledge does not describe.
    """
    network = network if network is not None else network_of(knowledge)
    measures = measured(record)
    own = measures_of_own_data(record, knowledge, measures)
    answer = _assess(record, knowledge, network, (*measures, *own))
    if not record.diary and not any(measure.value for measure in own):
        return answer
    without = replace(record, diary=())
    return _never_less(answer, _assess(without, knowledge, network, measured(without)))


def _never_less(answer: Assessment, without: Assessment) -> Assessment:
    """The answer, but where the runner's own data would take from its warnings, the one without them; then they are shown only.

    A day or a pattern that fits one cause makes every other cause less likely, a serious one too. That must not calm anybody.
    """
    less = (
        answer.triage.level.rank < without.triage.level.rank
        or answer.triage.provisional < without.triage.provisional
        or _WITHHELD.index(answer.running_withheld) < _WITHHELD.index(without.running_withheld)
        or {reason.red_flag for reason in without.triage.reasons} - {reason.red_flag for reason in answer.triage.reasons}
        or {entry.condition for entry in without.must_not_miss} - {entry.condition for entry in answer.must_not_miss}
    )
    if not less:
        return answer
    return replace(
        without, contributors=answer.contributors, beliefs=answer.beliefs, observations=answer.observations, measures=answer.measures
    )


def _assess(record: Record, knowledge: Knowledge, network: Network, measures: tuple[Measure, ...]) -> Assessment:
    observed = observe(record, knowledge, measures)
    posterior = infer(network, observed.findings, observed.covariates, observed.sex)
    ranked = explanation.causes(posterior, knowledge)
    conclusion, reason = advise.conclude(posterior, ranked, observed, knowledge)
    first = advise.leading(ranked, conclusion)
    level = triage(observed, record, knowledge, alarm(record, measures, network), first)
    age_and_sex = [o for o in observed.factors if knowledge.factors[o.id].group == "demographic"]
    base = infer(network, (), age_and_sex, observed.sex, draws=False)
    serious = advise.must_not_miss(posterior, base, level, observed.sex, knowledge)
    withheld = advise.running_withheld(level, ranked, conclusion, serious, knowledge)
    if withheld:
        level = without_self_care(level, knowledge)
    share = knowledge.limits["interval_share"].value
    assert not isinstance(share, tuple)
    return Assessment(
        id=record.id,
        knowledge_version=knowledge.version,
        reviewed=knowledge.reviewed,
        triage=level,
        conclusion=conclusion,
        conclusion_reason=reason,
        interval=float(share),
        causes=ranked,
        other=explanation.other(posterior, knowledge),
        must_not_miss=serious,
        contributors=advise.contributors(observed, ranked, knowledge),
        next_questions=next_questions(posterior, observed, knowledge),
        advice=advise.advice(level, first, serious, withheld, knowledge),
        running_withheld=withheld,
        beliefs=advise.beliefs(observed, ranked, knowledge),
        observations=(*observed.findings, *observed.factors),
        dropped=observed.dropped,
        measures=measures,
        out_of_scope=advise.out_of_scope(observed, knowledge),
        files=tuple(outcome.detail for outcome in record.files),
        watch=advise.watch(observed, level, knowledge),
    )


def measured(record: Record) -> tuple[Measure, ...]:
    """Every measure that runs, shoes, days and diary of a record allow, or why it is missing.

    Nights that no device tells of are taken from the diary. Without an onset and without a run the diary is read up to its last day.
    """
    if not record.diary:
        return measures_of(record)
    measures = measures_of(replace(record, days=(*record.days, *nights_of_diary(record.diary, record.days))))
    onset = onset_of(record) or record.diary[-1].day
    return (*measures, *measures_of_diary(record.diary, onset, record.runs))


def alarm(record: Record, measures: Iterable[Measure], network: Network) -> dict[str, float]:
    """The probability of each condition as if the signs that rules judge had not been spoken of.

    It may raise a level. Left out before anything is weighed, such a sign can neither lower it nor contradict away what does.
    """
    signs = rule_signs(network.knowledge)
    without = replace(
        record,
        runner=replace(record.runner, pregnant=None),
        answers={item: answer for item, answer in record.answers.items() if item not in signs},
        exam={item: answer for item, answer in record.exam.items() if item not in signs},
        confirmations={},
    )
    observed = observe(without, network.knowledge, measures)
    covariates = [o for o in observed.covariates if o.id not in signs]
    posterior = infer(network, observed.findings, covariates, observed.sex, draws=False)
    return dict(zip(network.conditions, posterior.marginal[:, 0].tolist(), strict=True))
