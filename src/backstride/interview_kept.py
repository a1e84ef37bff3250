"""An interview in the store: which one to go on with, and how far it has come. The same one for every door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from backstride.knowledge.concepts import Knowledge
from backstride.model.interview import Interview, KeptInterview

if TYPE_CHECKING:
    from backstride.store.store import Store, StoredRunner

__all__ = ["is_to_go_on_with", "keep"]


def is_to_go_on_with(last: KeptInterview | None, knowledge: Knowledge, now: datetime) -> bool:
    """Whether an interview was begun, and not so long ago that its answers about emergencies are too old.

    A finished one can be gone on with at any time: it asks what has changed.
    """
    if last is None or not last.interview.seen:
        return False
    hours = knowledge.limits["emergency_answer_hours"].value
    assert not isinstance(hours, tuple)
    return last.finished or now - last.updated_at <= timedelta(hours=hours)


def keep(
    store: Store,
    person: StoredRunner,
    begun_at: datetime,
    interview: Interview,
    now: datetime,
    assessment: Mapping[str, Any] | None = None,
) -> StoredRunner:
    """Keep how far an interview has come; with an assessment it is finished.

    Age and sex are kept with the runner too.

    Returns
    -------
    StoredRunner
        As they are known now.
    """
    store.keep_interview(person, KeptInterview(begun_at, now, interview, assessment is not None, assessment))
    given = interview.answers()
    age, sex = (given[name].value if name in given else None for name in ("age", "sex"))
    known_sex = str(sex) if sex in ("female", "male") else ""
    year = now.year - int(age) if isinstance(age, int | float) else None
    if (known_sex or person.sex, year or person.birth_year) == (person.sex, person.birth_year):
        return person
    return store.set_person(person, sex=known_sex, birth_year=year)
