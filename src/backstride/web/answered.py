"""The answer of whoever is looking: worked out once for the same answers and the same record, and kept as it was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import Enum, auto
from functools import lru_cache
from threading import Lock

from backstride import interview as verb
from backstride.assess import assess
from backstride.interview_kept import is_to_go_on_with
from backstride.model.assessment import Assessment, Level
from backstride.model.interview import Interview, KeptInterview, Kind
from backstride.model.past import Past
from backstride.model.record import Record
from backstride.names import names_for
from backstride.reports.plain import Names
from backstride.since import remember, since
from backstride.store.connect import writing
from backstride.store.store import StoredRunner
from backstride.warned import alarm
from backstride.web.here import Here, knowledge
from backstride.web.worked_out import PATIENCE_S, worked_out

__all__ = ["Answered", "Earlier", "Stage", "alarm_of", "answered", "earlier", "past_of"]

_TURN_S = 1800
"""An answer is looked at again this often: whether one of the runner's answers about emergencies got too old in between."""


class Stage(Enum):
    """How far whoever is looking has come."""

    NOTHING = auto()
    """Nothing was answered yet."""
    UNFINISHED = auto()
    """Something is still to be asked."""
    ALARM = auto()
    """Something is still to be asked, but what was said is a sign of an emergency: until it is taken back that comes first."""
    OLD = auto()
    """There is an answer, but something has to be asked again."""
    TOLD = auto()
    WAIT = auto()
    """It is being worked out."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What there is to tell.

    Attributes
    ----------
    stage : Stage
    kept : KeptInterview or None
        The interview that it comes from.
    record, assessment, names
        What was judged but for its runs, days and diary, with the answer and its words; at `Stage.TOLD` and `Stage.ALARM` only.
    past : Past or None
        The answer as it is kept; at `Stage.OLD` as it was told then, or None where another version kept it.
    before : Past or None
        The answer that this one goes on from.
    to_confirm : bool
        Whether the next question makes sure of the emergency.
    """

    stage: Stage
    kept: KeptInterview | None = None
    record: Record | None = None
    assessment: Assessment | None = None
    names: Names | None = None
    past: Past | None = None
    before: Past | None = None
    to_confirm: bool = False

    @property
    def urgent(self) -> bool:
        """Whether it is an emergency, so that nothing but that is told."""
        return self.assessment is not None and self.assessment.triage.level is Level.EMERGENCY


@dataclass(frozen=True, slots=True)
class Earlier:
    """An answer of earlier, with the one before it that it went on from."""

    past: Past
    before: Past | None


@dataclass(frozen=True)
class _Asked:
    """What an answer follows from. The mark stands for the record, and names its runner."""

    mark: str
    person: StoredRunner
    interview: Interview
    knowledge_version: str
    day: date


def answered(at: Here) -> Answered:
    """How far this runner has come, and their answer where there is one.

    An answer that nobody saw before is kept as it is told. One that has changed since it was kept, because the runs, the diary or the
    knowledge have, is kept beside it, so that the earlier one stays what it was.
    """
    person = at.person()
    interviews = at.store.interviews(person) if person else ()
    if person is None or not interviews or not interviews[-1].interview.seen:
        return Answered(Stage.NOTHING)
    last = interviews[-1]
    if not is_to_go_on_with(last, at.knowledge, at.now):
        return Answered(Stage.UNFINISHED, last)
    asked = _Asked(at.store.mark(person), person, last.interview, at.knowledge.version, at.today)
    turn = int(at.now.timestamp()) // _TURN_S
    # Runs and diary take their time; answers alone do not.
    quick = not any(at.store.count(person)) and not at.store.diary(person)
    found = worked_out((asked, turn, "answer"), lambda: _found(at, asked), None if quick else PATIENCE_S)
    if found is None:
        return Answered(Stage.WAIT, last)
    kind, record, answer = found
    names = names_for(answer, at.knowledge)
    if kind is not Kind.DONE:
        if last.finished:
            return Answered(Stage.OLD, last, past=past_of(last))
        if any(reason.level is Level.EMERGENCY and reason.red_flag for reason in answer.triage.reasons):
            return Answered(Stage.ALARM, last, record, answer, names, to_confirm=kind is Kind.CONFIRM)
        return Answered(Stage.UNFINISHED, last)
    kept, past, before = _kept(at, person, interviews, record, answer)
    return Answered(Stage.TOLD, kept, record, answer, names, past, before)


def earlier(at: Here) -> tuple[Earlier, ...]:
    """Every answer that was told, the latest first; what another version kept and this one can't read is left out."""
    person = at.person()
    interviews = at.store.interviews(person) if person else ()
    told = [(one, past) for one in sorted(interviews, key=lambda one: one.begun_at) if (past := past_of(one)) is not None]
    return tuple(Earlier(past, _before(one, [each for each, _ in told])) for one, past in reversed(told))


def alarm_of(at: Here, last: KeptInterview | None) -> str:
    """What to do at once, where an interview under way has a sign of an emergency: no page makes the runner wait for that."""
    if last is None or last.finished:
        return ""
    return _alarm(last.interview, int(at.now.timestamp()) // _TURN_S)


@lru_cache(maxsize=16)
def _alarm(interview: Interview, turn: int) -> str:
    moment = datetime.fromtimestamp((turn + 1) * _TURN_S, UTC)
    return alarm(KeptInterview(moment, moment, interview), knowledge(), moment)


def past_of(one: KeptInterview) -> Past | None:
    """The answer of a kept interview as it was told."""
    try:
        return Past.from_plain(one.assessment) if one.assessment else None
    except (KeyError, TypeError, ValueError, AttributeError):  # kept by another version
        return None


def _found(at: Here, asked: _Asked) -> tuple[Kind, Record, Assessment]:
    """What kind of screen comes now, and what is known so far with what it comes to."""
    record = at.record()
    shown = verb.screen(asked.interview, record, at.knowledge, at.now)
    judged = verb.record_of(asked.interview, record, at.knowledge, at.now)
    answer = assess(judged, at.knowledge)
    # What is held for half an hour holds no runs: they would be those of before the next import.
    return shown.kind, replace(judged, runs=(), days=(), diary=()), answer


_keeping = Lock()


def _kept(
    at: Here, person: StoredRunner, interviews: Sequence[KeptInterview], record: Record, answer: Assessment
) -> tuple[KeptInterview, Past, Past | None]:
    """The interview with this answer kept to it, that answer, and the one that it goes on from."""
    last = interviews[-1]
    fresh = remember(answer, record, at.knowledge, at.now)
    past = past_of(last)
    if past is not None and _same(past, fresh, at):
        return last, past, _before(last, interviews)
    # Another answer to what was told before is one of its own.
    begun_at = at.now if last.finished and past is not None else last.begun_at
    made = KeptInterview(begun_at, _not_before(last.updated_at, at.now), last.interview, True, fresh.as_plain())
    with _keeping, writing():
        if at.store.interviews(person)[-1] == last:  # no other page answered or told in between
            at.store.keep_interview(person, made)
    return made, fresh, _before(made, (*interviews, made))


def _not_before(last: datetime, now: datetime) -> datetime:
    """The moment that makes it the one touched last, though a clock was put back."""
    return max(last, now)


def _same(told: Past, now: Past, at: Here) -> bool:
    """Whether an answer says what was told: then it is that one, with its day."""
    alike = (told.words, told.running, told.conclusion, told.told, told.out_of_scope) == (
        now.words, now.running, now.conclusion, now.told, now.out_of_scope,
    )  # fmt: skip
    changes = since(told, now, at.knowledge)
    return alike and changes.nothing and not changes.other_knowledge


def _before(one: KeptInterview, among: Sequence[KeptInterview]) -> Past | None:
    """The answer that an interview goes on from: the latest before it with which it shares answers; none for one that was begun anew."""
    given = set(one.interview.given)
    found = [each for each in among if each.begun_at < one.begun_at and given & set(each.interview.given)]
    pasts = [past for each in sorted(found, key=lambda each: each.begun_at) if (past := past_of(each)) is not None]
    return pasts[-1] if pasts else None
