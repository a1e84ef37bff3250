"""Where an interview comes from and is kept: a runner's record in the store, or a case file and nowhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from backstride.errors import StoreError
from backstride.interview_kept import keep
from backstride.model.interview import Interview, KeptInterview
from backstride.model.record import Record, Runner

if TYPE_CHECKING:
    from backstride.store.store import Store, StoredRunner

__all__ = ["InCase", "InStore", "Keeping"]


class Keeping(Protocol):
    """What an interview needs from outside."""

    def last(self) -> KeptInterview | None:
        """The interview that was touched last; None when there is none."""

    def base(self, *, runs: bool) -> Record:
        """What is known besides the interview; without `runs` only who it is."""

    def keep(self, begun_at: datetime, interview: Interview, now: datetime, assessment: Mapping[str, Any] | None = None) -> None:
        """Keep how far it has come; with an assessment it is finished."""


class InCase:
    """An interview about a case file; nothing of it is kept."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def last(self) -> None:
        """None: nothing was kept."""

    def base(self, *, runs: bool) -> Record:
        """The case."""
        return self._record

    def keep(self, begun_at: datetime, interview: Interview, now: datetime, assessment: Mapping[str, Any] | None = None) -> None:
        """Nothing is kept."""


class InStore:
    """An interview of a runner. The store is opened only when there is something in it to read, or something to keep.

    A store that can't be used must not keep anybody from an answer: it is told once, and the interview goes on without.
    """

    def __init__(self, name: str, now: datetime) -> None:
        self._name, self._now = name, now
        self._opened: tuple[Store, StoredRunner] | None = None
        self._broken = False
        self._without_runs: Record | None = None
        self._with_runs: Record | None = None

    def last(self) -> KeptInterview | None:
        """The interview that was touched last."""
        found = self._found()
        return (found[0].interviews(found[1]) or (None,))[-1] if found else None

    def base(self, *, runs: bool) -> Record:
        """Who it is and, with `runs`, the runs, shoes and days of the store; as they were when first asked for."""
        if self._without_runs is None:
            found = self._found()
            year, sex = (found[1].birth_year, found[1].sex) if found else (None, "")
            age = None if year is None else self._now.year - year
            self._without_runs = Record(self._name, Runner(age=age, sex=sex or None))
        if not runs:
            return self._without_runs
        if self._with_runs is None:
            self._with_runs = self._without_runs
            if found := self._found():
                from backstride.record import with_stored

                try:
                    self._with_runs = with_stored(self._without_runs, *found)
                except StoreError as error:
                    self._tell(error)
        return self._with_runs

    def keep(self, begun_at: datetime, interview: Interview, now: datetime, assessment: Mapping[str, Any] | None = None) -> None:
        """Keep it, and age and sex with the runner, who is made when there is none yet."""
        if self._broken:
            return
        try:
            store, person = self._open()
            self._opened = store, keep(store, person, begun_at, interview, now, assessment)
        except StoreError as error:
            self._tell(error)

    def _found(self) -> tuple[Store, StoredRunner] | None:
        """The record of the runner where there is one; a machine without a store gets none by looking."""
        from backstride.store.home import DATABASE, home_folder

        if self._opened or self._broken:
            return self._opened
        try:
            if not os.environ.get("BACKSTRIDE_DATABASE") and not (home_folder() / DATABASE).exists():
                return None
            from backstride.store.store import open_store
            from backstride.store.who import name_here

            store = open_store()
            name = name_here(store, self._name)
            if name in [person.name for person in store.runners()]:
                self._opened = store, store.runner(name)
        except StoreError as error:
            self._tell(error)
        return self._opened

    def _open(self) -> tuple[Store, StoredRunner]:
        if self._opened is None:
            from backstride.cli.record_commands import open_record

            self._opened = open_record(self._name, new=True)
        return self._opened

    def _tell(self, error: StoreError) -> None:
        self._broken = True
        self._opened = None
        print(f"Your answers can't be kept: {error}", file=sys.stderr)
