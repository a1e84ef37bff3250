"""The verb of coming back: keep an assessment as it was told, and say what changed since."""

from __future__ import annotations

from datetime import datetime

from backstride.knowledge.concepts import Knowledge
from backstride.model.assessment import Assessment
from backstride.model.past import AnswerChange, CauseChange, Changes, Past, PastCause
from backstride.model.record import Record
from backstride.names import names_for
from backstride.reports.conversation import because, causes_told
from backstride.reports.plain import fit

__all__ = ["remember", "since"]

_DIGITS = 4


def remember(answer: Assessment, record: Record, knowledge: Knowledge, at: datetime) -> Past:
    """An assessment in the small form in which it is kept.

    Parameters
    ----------
    answer : Assessment
    record : Record
        What it was made from.
    knowledge : Knowledge
        What it was made with: the words are kept as they were told.
    at : datetime
        Zone-aware.
    """
    names = names_for(answer, knowledge)
    said = {item: given.value for answers in (record.answers, record.exam, record.confirmations) for item, given in answers.items()}
    return Past(
        at=at,
        knowledge_version=answer.knowledge_version,
        level=answer.triage.level,
        who=answer.triage.who,
        words=names.level_words,
        provisional=answer.triage.provisional,
        conclusion=answer.conclusion_reason,
        told=tuple(PastCause(c.condition, names.conditions[c.condition], fit(c, answer)) for c in causes_told(answer, names)),
        red_flags={r.red_flag: because(r.observations, answer, names) or r.text for r in answer.triage.reasons if r.red_flag},
        probabilities={cause.condition: round(cause.probability, _DIGITS) for cause in answer.causes},
        answers={item: said[item] for item in sorted(said)},
        running=names.running_words,
        out_of_scope=answer.out_of_scope,
    )


def since(before: Past, after: Past, knowledge: Knowledge) -> Changes:
    """What changed between two assessments.

    Parameters
    ----------
    before, after : Past
    knowledge : Knowledge
        Today's: for ``change_worth_telling``.

    Returns
    -------
    Changes
        No cause moves where one of the two was out of scope: nothing was put forward there.
    """
    both = sorted(before.answers.keys() & after.answers.keys())
    least = knowledge.limits["change_worth_telling"].value
    assert not isinstance(least, tuple)
    ranked = () if before.out_of_scope or after.out_of_scope else sorted(before.probabilities.keys() & after.probabilities.keys())
    moved = [CauseChange(c, before.probabilities[c], after.probabilities[c]) for c in ranked]
    return Changes(
        before=before,
        after=after,
        answers=tuple(AnswerChange(i, before.answers[i], after.answers[i]) for i in both if before.answers[i] != after.answers[i]),
        newly_answered=tuple(sorted(after.answers.keys() - before.answers.keys())),
        no_longer_answered=tuple(sorted(before.answers.keys() - after.answers.keys())),
        new_red_flags=tuple(sorted(after.red_flags.keys() - before.red_flags.keys())),
        gone_red_flags=tuple(sorted(before.red_flags.keys() - after.red_flags.keys())),
        causes=tuple(sorted((m for m in moved if abs(m.after - m.before) >= least), key=lambda m: (-abs(m.after - m.before), m.condition))),
    )
