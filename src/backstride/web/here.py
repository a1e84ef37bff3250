"""What every page needs: the store, who is looking, knowledge, and what time it is for them."""

from __future__ import annotations

import os
from collections import OrderedDict, defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_noop

from backstride.country_of_zone import zone_here
from backstride.errors import StoreError
from backstride.knowledge.concepts import Knowledge
from backstride.knowledge.loader import load
from backstride.model.record import Record, Runner
from backstride.record import with_stored
from backstride.store.home import home_folder
from backstride.store.store import Store, StoredRunner, open_store

__all__ = ["Here", "around", "here", "knowledge", "name_of", "store"]

ME = "me"
PAGES = (
    ("/", gettext_noop("Start")),
    ("/runs", gettext_noop("Runs")),
    ("/diary", gettext_noop("Diary")),
    ("/why-now", gettext_noop("Why now")),
    ("/try", gettext_noop("Try it")),
    ("/settings", gettext_noop("Settings")),
)


@cache
def store() -> Store:
    """The store of this home; opened once."""
    return open_store(home_folder())


@cache
def knowledge() -> Knowledge:
    """The knowledge that all pages share; overlays as `serve` was told."""
    return load(tuple(Path(path) for path in os.environ.get("BACKSTRIDE_KNOWLEDGE", "").split(os.pathsep) if path))


@dataclass(frozen=True)
class Here:
    """One visit.

    Attributes
    ----------
    store : Store
    name : str
        Who is looking.
    knowledge : Knowledge
    now : datetime
        Zone-aware, in the runner's zone.
    """

    store: Store
    name: str
    knowledge: Knowledge
    now: datetime

    @property
    def today(self) -> date:
        """The runner's local day."""
        return self.now.date()

    def person(self) -> StoredRunner | None:
        """The runner, or None as long as nothing is kept of them."""
        try:
            return self.store.runner(self.name)
        except StoreError:
            return None

    def person_or_new(self) -> StoredRunner:
        """The runner, made if there is none: for what is about to be kept."""
        return self.store.runner_or_new(self.name, zone_here())

    def record(self) -> Record:
        """All that the store knows of the runner; an empty record where that is nothing."""
        person = self.person()
        if person is None:
            return Record(self.name, assessed_at=self.now)
        age = None if person.birth_year is None else self.now.year - person.birth_year
        kept = _read(person, self.store.mark(person))
        return replace(kept, runner=Runner(age=age, sex=person.sex or None), assessed_at=self.now)


_RECORDS = 4
"""Of so many runners the record is held, each once: thousands of runs are some 50 MB."""
_records: OrderedDict[int, tuple[str, Record]] = OrderedDict()
_reading: defaultdict[int, Lock] = defaultdict(Lock)


def _read(person: StoredRunner, mark: str) -> Record:
    """What the store has of a runner, as long as its mark stays.

    Thousands of runs take a second or two: of two pages that want them at once one reads, and the other has them too.
    """
    with _reading[person.id]:
        held = _records.get(person.id)
        if held is None or held[0] != mark:
            _records.pop(person.id, None)  # not two of one runner at a time
            held = mark, with_stored(Record(person.name), store(), person)
            _records[person.id] = held
            while len(_records) > _RECORDS:
                _records.popitem(last=False)
        return held[1]


def here(request: HttpRequest) -> Here:
    """What a page needs for this request."""
    name, kept = name_of(request), store()
    zone: tzinfo | None = None
    try:
        person = kept.runner(name)
        zone = ZoneInfo(person.zone) if person.zone else None
    except StoreError:
        pass
    return Here(kept, name, knowledge(), datetime.now(UTC).astimezone(zone))


def name_of(request: HttpRequest) -> str:
    """Who is looking: as chosen, else the only runner of this household, or `ME`."""
    if chosen := str(request.session.get("runner", "")):
        return chosen
    names = [person.name for person in store().runners()]
    return names[0] if len(names) == 1 else ME


def around(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page shows: where one is, and who."""
    session = getattr(request, "session", {})
    return {
        "pages": [(path, name, request.path == path or (path != "/" and request.path.startswith(path))) for path, name in PAGES],
        "who": session.get("runner", ""),
        "of": SimpleLazyObject(lambda: name_of(request)),
        "theme": session.get("theme", ""),
    }
