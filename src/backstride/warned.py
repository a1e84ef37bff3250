"""What the runner's answers say against running: it stands above whatever looks at something else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from backstride.assess import assess
from backstride.interview_answers import record_of
from backstride.knowledge.concepts import Knowledge
from backstride.model.assessment import Level
from backstride.model.interview import KeptInterview
from backstride.model.record import Record
from backstride.names import names_for
from backstride.reports.sections import Section
from backstride.reports.standing import standing_section

__all__ = ["alarm", "told"]


def told(kept: Sequence[KeptInterview], alarmed: str) -> tuple[Section, ...]:
    """What the answers say against running; nothing where they don't.

    An answer stands until another one is told: whoever begins anew, and stops, has not taken it back.

    Parameters
    ----------
    kept : sequence of KeptInterview
        The one touched last at the end.
    alarmed : str
        What to do at once, where the last of them is not finished and has a sign of an emergency (`alarm`).
    """
    if alarmed:
        return standing_section({"running": alarmed})
    return standing_section(next((one.assessment for one in reversed(kept) if one.assessment), None))


def alarm(last: KeptInterview | None, knowledge: Knowledge, now: datetime) -> str:
    """What to do at once, where an interview that is not finished has a sign of an emergency; else empty.

    Answers alone decide that, no run does: so it is known at once.
    """
    if last is None or last.finished or not last.interview.given:
        return ""
    answer = assess(record_of(last.interview, Record("", assessed_at=now), knowledge, now), knowledge)
    return names_for(answer, knowledge).level_words if answer.triage.level is Level.EMERGENCY else ""
