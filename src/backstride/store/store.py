"""The one way to a runner's record on disk."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q
from filelock import FileLock, Timeout

from backstride.errors import StoreError
from backstride.model.diary import DiaryEntry
from backstride.model.interview import KeptInterview
from backstride.model.ledger import FileEntry, Import, ImportState, MergedRun, ReadFile, ReadRun, SourceRun
from backstride.model.run import DayValue, Run, Samples, Shoe
from backstride.store.connect import connect, told, writing
from backstride.store.diaries import entries, tell
from backstride.store.home import DATABASE, home_folder, only_mine
from backstride.store.interviews import keep, kept
from backstride.store.lists import Wanted, Worn, Year, gear_names, run_rows, worn, years
from backstride.store.models import DayRow, DiaryRow, FileRow, ImportRow, InterviewRow, RunnerRow, RunRow, ShoeRow, SourceRow, TrialRow
from backstride.store.plain import run_as_plain, run_from_plain, storable
from backstride.store.streams import Streams
from backstride.store.trials import keep_trial, trials

__all__ = ["Store", "StoredRun", "StoredRunner", "locked", "open_store"]

_AT_ONCE = 500
_PATIENCE_S = 10.0
_OTHERS = 12
"""Of the other files of a run so many are named."""


@dataclass(frozen=True, slots=True)
class StoredRunner:
    """A runner of this store.

    Attributes
    ----------
    id : int
    name : str
    zone : str
        Name of the zone they live in (``"Europe/Berlin"``); empty when unknown.
    sex : str
        ``"female"`` or ``"male"``; empty when unknown.
    birth_year : int or None
    """

    id: int
    name: str
    zone: str = ""
    sex: str = ""
    birth_year: int | None = None


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as the store tells it.

    Attributes
    ----------
    key : str
        32 hexadecimal digits.
    run : Run
        Its samples are read when asked for.
    origin_of : mapping of str to str
        Name of a field to the key of the source it was taken from.
    sources : tuple of SourceRun
        All of them; empty in lists, where they are not loaded.
    measured : mapping or None
        Its measures in plain form.
    """

    key: str
    run: Run
    origin_of: Mapping[str, str]
    sources: tuple[SourceRun, ...] = ()
    measured: Mapping[str, object] | None = None


def open_store(home: Path | None = None, url: str = "") -> Store:
    """Open the store of this machine, and make it where there is none.

    Parameters
    ----------
    home : Path, optional
        Folder of the data; `home_folder` by default.
    url : str, optional
        Address of the database; ``BACKSTRIDE_DATABASE`` by default, else an SQLite file in the home.

    Raises
    ------
    StoreError
        When it cannot be opened.
    """
    folder = home if home is not None else home_folder()
    only_mine(folder)
    connect(url or os.environ.get("BACKSTRIDE_DATABASE", ""), folder / DATABASE)
    store = Store(folder)
    store.forget_left_over()
    return store


@told
class Store:
    """Runners, imports, runs, shoes and days.

    Parameters
    ----------
    home : Path
        Folder of the streams.
    """

    def __init__(self, home: Path) -> None:
        self.home = home

    # -- runners

    def runner(self, name: str) -> StoredRunner:
        """The runner of this name.

        Raises
        ------
        StoreError
            When there is none.
        """
        row = RunnerRow.objects.filter(name=name).first()
        if row is None:
            known = ", ".join(RunnerRow.objects.order_by("name").values_list("name", flat=True)[:20])
            remedy = f"Known: {known}." if known else "Nothing has been imported yet: 'backstride import PATH' begins."
            raise StoreError(f"there is no runner '{name}' here.", remedy=remedy)
        return stored_runner(row)

    def runner_or_new(self, name: str, zone: str) -> StoredRunner:
        """The runner of this name, made if there is none, living in `zone`."""
        row, _ = RunnerRow.objects.get_or_create(name=name, defaults={"zone": zone, "created_at": datetime.now(UTC)})
        return stored_runner(row)

    def forget_if_new(self, runner: StoredRunner) -> None:
        """Remove a runner of whom nothing was ever kept: a name that was mistyped, or an import that failed at once."""
        with writing():
            if not self.has_anything(runner):
                RunnerRow.objects.filter(pk=runner.id).delete()

    def has_anything(self, runner: StoredRunner) -> bool:
        """Whether anything was ever kept of a runner."""
        tables = (ImportRow, ShoeRow, InterviewRow, DiaryRow, TrialRow)
        if any(table.objects.filter(runner_id=runner.id).exists() for table in tables):
            return True
        # What was sent and waits to be read is kept of them too.
        return next(self.uploads(runner).glob("*/*"), None) is not None

    def runners(self) -> tuple[StoredRunner, ...]:
        """All runners, by name."""
        return tuple(stored_runner(row) for row in RunnerRow.objects.order_by("name"))

    def set_zone(self, runner: StoredRunner, zone: str) -> StoredRunner:
        """Note where the runner lives."""
        RunnerRow.objects.filter(pk=runner.id).update(zone=zone)
        return replace(runner, zone=zone)

    def set_person(self, runner: StoredRunner, *, sex: str = "", birth_year: int | None = None) -> StoredRunner:
        """Note the runner's sex (``"female"``, ``"male"``) and year of birth; what is not told stays as it is."""
        told: dict[str, Any] = {key: value for key, value in (("sex", sex), ("birth_year", birth_year)) if value}
        RunnerRow.objects.filter(pk=runner.id).update(**told)
        return replace(runner, **told)

    def streams(self, runner: StoredRunner) -> Streams:
        """The samples of this runner's runs."""
        return Streams(self.home / "streams" / str(runner.id))

    def uploads(self, runner: StoredRunner) -> Path:
        """The folder of what was sent to be imported for this runner. It may not exist yet."""
        return self.home / "uploads" / str(runner.id)

    # -- imports

    def begin_import(self, runner: StoredRunner, paths: Sequence[str], fingerprint: str) -> Import:
        """Begin an import."""
        with writing():
            RunnerRow.objects.select_for_update().get(pk=runner.id)
            last = ImportRow.objects.filter(runner_id=runner.id).order_by("-number").values_list("number", flat=True).first()
            row = ImportRow.objects.create(
                runner_id=runner.id,
                number=(last or 0) + 1,
                begun_at=datetime.now(UTC),
                state=ImportState.OPEN.value,
                paths=storable(paths),
                fingerprint=fingerprint,
            )
        return _import(row)

    def open_imports(self, runner: StoredRunner, fingerprint: str) -> tuple[Import, ...]:
        """Imports of the same paths that are not finished, oldest first."""
        rows = ImportRow.objects.filter(runner_id=runner.id, state=ImportState.OPEN.value, fingerprint=fingerprint).order_by("number")
        return tuple(_import(row) for row in rows)

    def import_of(self, runner: StoredRunner, paths: Sequence[str]) -> Import | None:
        """The latest import of exactly these paths, without what became of its files; None when there is none."""
        rows = ImportRow.objects.filter(runner_id=runner.id, paths=storable(list(paths))).order_by("-number")
        row = rows.first()
        return None if row is None else _import(row)

    def last_import(self, runner: StoredRunner) -> int:
        """The number of the latest import; 0 when there is none."""
        return int(ImportRow.objects.filter(runner_id=runner.id).aggregate(last=Max("number"))["last"] or 0)

    def files_done(self, runner: StoredRunner, number: int) -> dict[str, list[int]]:
        """Paths that this import has dealt with, each with the sizes it had: an archive may hold several of one name."""
        done: dict[str, list[int]] = defaultdict(list)
        rows = FileRow.objects.filter(runner_id=runner.id, imported__number=number).order_by("position")
        for path, size in rows.values_list("path", "size_bytes"):
            done[path].append(size)
        return done

    def add_files(self, runner: StoredRunner, number: int, files: Iterable[ReadFile]) -> None:
        """Store files with all that they hold, after those that are there, all of them or none.

        Raises
        ------
        StoreError
            When they cannot be kept, or the import was taken away meanwhile.
        """
        with writing():
            imported = ImportRow.objects.filter(runner_id=runner.id, number=number).first()
            if imported is None:
                raise StoreError(f"import {number} was erased while it was running.")
            last = FileRow.objects.filter(imported=imported).aggregate(last=Max("position"))["last"]
            some = list(files)
            rows = [_file_row(runner, imported, position, file) for position, file in enumerate(some, 0 if last is None else last + 1)]
            FileRow.objects.bulk_create(rows, batch_size=_AT_ONCE)
            self._add_runs(runner, some, rows)
            ShoeRow.objects.bulk_create(
                (_shoe_row(runner, row, shoe) for file, row in zip(some, rows, strict=True) for shoe in file.shoes), batch_size=_AT_ONCE
            )
            DayRow.objects.bulk_create(
                (
                    DayRow(runner_id=runner.id, file=row, day=day.day, name=day.name, value=day.value)
                    for file, row in zip(some, rows, strict=True)
                    for day in file.days
                ),
                batch_size=_AT_ONCE,
            )

    def _add_runs(self, runner: StoredRunner, files: Sequence[ReadFile], rows: Sequence[FileRow]) -> None:
        """Sources that are new, and which file holds which."""
        reads = {read.key: (file, read) for file in files for read in file.runs}
        known: set[str] = set()
        for keys in _batches(sorted(reads)):
            known |= set(SourceRow.objects.filter(runner_id=runner.id, key__in=keys).values_list("key", flat=True))
        new = [_source_row(runner, file, read) for key, (file, read) in reads.items() if key not in known]
        SourceRow.objects.bulk_create(new, ignore_conflicts=True, batch_size=_AT_ONCE)
        pk_of: dict[str, int] = {}
        for keys in _batches(sorted(reads)):
            pk_of |= dict(SourceRow.objects.filter(runner_id=runner.id, key__in=keys).values_list("key", "pk"))
        link = SourceRow.files.through
        pairs = dict.fromkeys((pk_of[read.key], row.pk) for file, row in zip(files, rows, strict=True) for read in file.runs)
        link.objects.bulk_create((link(sourcerow_id=source, filerow_id=row) for source, row in pairs), batch_size=_AT_ONCE)

    def add_whole_import(
        self, runner: StoredRunner, path: str, fingerprint: str, file: ReadFile, then: Callable[[StoredRunner], object]
    ) -> int:
        """An import of one thing that is there at once: begun, kept, made into runs and finished, or nothing of it.

        Returns
        -------
        int
            Its number.
        """
        with writing():
            number = self.begin_import(runner, [path], fingerprint).number
            self.add_files(runner, number, [file])
            then(runner)
            self.finish_import(runner, number)
        return number

    def finish_import(self, runner: StoredRunner, number: int) -> None:
        """Note that all of it was dealt with."""
        with writing():
            ImportRow.objects.filter(runner_id=runner.id, number=number).update(state=ImportState.DONE.value, ended_at=datetime.now(UTC))

    def imports(self, runner: StoredRunner) -> tuple[Import, ...]:
        """All imports, oldest first."""
        states: dict[int, Counter[str]] = defaultdict(Counter)
        for entry in self._entries(runner):
            states[entry[0]][entry[1].state] += 1
        rows = ImportRow.objects.filter(runner_id=runner.id).order_by("number")
        return tuple(replace(_import(row), states=dict(sorted(states[row.number].items()))) for row in rows)

    def files(self, runner: StoredRunner, number: int) -> tuple[FileEntry, ...]:
        """The ledger of one import, in the order of its files.

        Raises
        ------
        StoreError
            When there is no such import.
        """
        self._import_row(runner, number)
        return tuple(entry for which, entry in self._entries(runner, number) if which == number)

    def _entries(self, runner: StoredRunner, number: int | None = None) -> Iterator[tuple[int, FileEntry]]:
        """Each file with its import's number; what an earlier file gave already is seen over all imports."""
        files = FileRow.objects.filter(runner_id=runner.id)
        rank = {pk: (which, position) for pk, which, position in files.values_list("pk", "imported__number", "position")}
        path_of = dict(files.values_list("pk", "path"))
        first_of: dict[str, int] = {}
        for pk, digest in files.filter(state="read").order_by("imported__number", "position").values_list("pk", "digest"):
            first_of.setdefault(digest, pk)
        sources_of: dict[int, set[int]] = defaultdict(set)
        runs_of: dict[int, dict[int, str]] = defaultdict(dict)
        files_of_source: dict[int, set[int]] = defaultdict(set)
        files_of_run: dict[int, set[int]] = defaultdict(set)
        through = SourceRow.files.through.objects.filter(filerow__runner_id=runner.id)
        for file, source, run, key in through.values_list("filerow_id", "sourcerow_id", "sourcerow__run_id", "sourcerow__run__key"):
            if file not in rank:  # another import brought it since
                continue
            sources_of[file].add(source)
            files_of_source[source].add(file)
            if run is not None:
                runs_of[file][run] = key
                files_of_run[run].add(file)

        def first_of_all(among: Mapping[int, set[int]]) -> dict[int, int]:
            return {key: min(some, key=lambda file: rank[file]) for key, some in among.items()}

        first_with_source, first_of_run = first_of_all(files_of_source), first_of_all(files_of_run)
        in_order = {run: sorted(some, key=lambda file: rank[file])[: _OTHERS + 1] for run, some in files_of_run.items()}
        fields = ("pk", "imported__number", "imported__state", "position", "path", "state", "detail", "digest")
        rows = files.order_by("imported__number", "position").values_list(*fields)
        for pk, which, how, position, path, state, detail, digest in rows if number is None else rows.filter(imported__number=number):
            if pk not in rank:
                continue
            if state == "read" and how == ImportState.UNDONE.value:
                state = "undone"
            elif state == "read" and sources_of[pk]:
                if not any(first_with_source[source] == pk for source in sources_of[pk]):
                    state = "repeated"
                else:
                    first = not runs_of[pk] or any(first_of_run[run] == pk for run in runs_of[pk])
                    state = "imported" if first else "merged"
            elif state == "read":
                # Shoes or days, no run: known by the content of the whole file.
                state = "repeated" if digest and first_of[digest] != pk else "imported"
            others = dict.fromkeys(other for run in runs_of[pk] for other in in_order[run] if other != pk)
            paths = tuple(path_of[other] for other in sorted(others, key=lambda file: rank[file])[:_OTHERS])
            yield which, FileEntry(position, path, state, detail, tuple(sorted(runs_of[pk].values())), paths)

    def _import_row(self, runner: StoredRunner, number: int) -> ImportRow:
        row = ImportRow.objects.filter(runner_id=runner.id, number=number).first()
        if row is None:
            last = ImportRow.objects.filter(runner_id=runner.id).count()
            remedy = f"'backstride imports' lists 1 to {last}." if last else "Nothing has been imported yet."
            raise StoreError(f"there is no import {number}.", remedy=remedy)
        return row

    def undo_import(self, runner: StoredRunner, number: int, then: Callable[[StoredRunner], object]) -> int:
        """Take back what an import brought, but for what another import brought too.

        Parameters
        ----------
        then : callable
            What is still to be done before anybody sees the change: to make the runs from what is left.

        Returns
        -------
        int
            How many sources went.

        Raises
        ------
        StoreError
            When there is no such import, or it is undone already.
        """
        row = self._import_row(runner, number)
        if row.state == ImportState.UNDONE.value:
            raise StoreError(f"import {number} is undone already.")
        with writing():
            RunnerRow.objects.select_for_update().get(pk=runner.id)
            link = SourceRow.files.through
            link.objects.filter(filerow__imported=row).delete()
            alone = SourceRow.objects.filter(runner_id=runner.id, files=None)
            keys = list(alone.values_list("key", flat=True))
            alone.delete()
            ShoeRow.objects.filter(file__imported=row).delete()
            DayRow.objects.filter(file__imported=row).delete()
            FileRow.objects.filter(imported=row).update(worn={})
            row.state = ImportState.UNDONE.value
            row.save(update_fields=["state"])
            then(runner)
        self.streams(runner).remove(keys)
        return len(keys)

    # -- sources and the runs made of them

    def sources(self, runner: StoredRunner, *, run_key: str = "") -> tuple[SourceRun, ...]:
        """Every source, or those of one run, with the files that hold it."""
        rows = SourceRow.objects.filter(runner_id=runner.id).order_by("key")
        if run_key:
            rows = rows.filter(run__key=run_key)
        through = (
            SourceRow.files.through.objects.filter(sourcerow__in=rows)
            if run_key
            else SourceRow.files.through.objects.filter(sourcerow__runner_id=runner.id)
        )
        files: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
        for pk, number, position, path in through.values_list(
            "sourcerow_id", "filerow__imported__number", "filerow__position", "filerow__path"
        ):
            files[pk].append((number, position, path))
        return tuple(_source(row, tuple(sorted(files[row.pk]))) for row in rows.iterator(_AT_ONCE))

    def stale(self, runner: StoredRunner, version: int) -> tuple[str, ...]:
        """Keys of sources whose measures were computed by another version."""
        rows = SourceRow.objects.filter(runner_id=runner.id).exclude(measure_version=version)
        return tuple(rows.order_by("key").values_list("key", flat=True))

    def set_measured(self, runner: StoredRunner, measured: Mapping[str, Mapping[str, object] | None], version: int) -> None:
        """Keep measures that were computed again, by source key."""
        with writing():
            for key, values in measured.items():
                SourceRow.objects.filter(runner_id=runner.id, key=key).update(measured=values, measure_version=version)

    def derive(
        self,
        runner: StoredRunner,
        version: str,
        make: Callable[[tuple[SourceRun, ...], tuple[Shoe, ...], Mapping[str, str]], Iterable[MergedRun]],
    ) -> int:
        """Make the runs anew from all sources; only what changed is written, and nobody ever sees half of it.

        Parameters
        ----------
        version : str
            Of the rules by which they are made.
        make : callable
            Gives the runs for the sources, the shoes, and which activity wore which pair (by link).

        Returns
        -------
        int
            How many runs were written or removed.
        """
        with writing():
            RunnerRow.objects.select_for_update().get(pk=runner.id)
            sources = self.sources(runner)
            made = {run.key: run for run in make(sources, self.shoes(runner), self._worn(runner))}
            before = dict(RunRow.objects.filter(runner_id=runner.id).values_list("key", "made_from"))
            digests = {key: _digest(version, run) for key, run in made.items()}
            changed = [key for key in made if before.get(key) != digests[key]]
            gone = [key for key in before if key not in made]
            for some in _batches(gone):
                RunRow.objects.filter(runner_id=runner.id, key__in=some).delete()
            rows = [_run_row(runner, made[key], digests[key]) for key in changed]
            fields = [f.name for f in RunRow._meta.concrete_fields if f.name not in ("id", "runner", "key")]
            RunRow.objects.bulk_create(
                rows, batch_size=_AT_ONCE, update_conflicts=True, unique_fields=["runner", "key"], update_fields=fields
            )
            pk_of = dict(RunRow.objects.filter(runner_id=runner.id).values_list("key", "pk"))
            run_of = {source: pk_of[key] for key in changed for source in made[key].sources}
            rows_of_sources = []
            for some in _batches(sorted(run_of)):
                for row in SourceRow.objects.filter(runner_id=runner.id, key__in=some).only("pk", "key", "run_id"):
                    row.run_id = run_of[row.key]
                    rows_of_sources.append(row)
            SourceRow.objects.bulk_update(rows_of_sources, ["run"], batch_size=_AT_ONCE)
        return len(changed) + len(gone)

    def sweep(self, runner: StoredRunner) -> None:
        """Remove streams that a killed import left behind."""
        self.streams(runner).sweep(frozenset(SourceRow.objects.filter(runner_id=runner.id).values_list("key", flat=True)))

    def runs(
        self, runner: StoredRunner, *, sport: str = "", since: date | None = None, measured: bool = False, with_words: bool = False
    ) -> tuple[StoredRun, ...]:
        """Runs, earliest first, without their sources.

        Parameters
        ----------
        sport : str
            Only this sport; all when empty.
        since : date, optional
            Only from this local day on.
        measured : bool
            Whether their measures are loaded too.
        with_words : bool
            Only those with which pain or a note was told.
        """
        rows = RunRow.objects.filter(runner_id=runner.id).order_by("start", "key")
        if sport:
            rows = rows.filter(sport=sport)
        if since is not None:
            rows = rows.filter(local_day__gte=since)
        if with_words:
            rows = rows.filter(Q(content__run__has_key="pain") | Q(content__run__has_key="note"))
        if not measured:
            rows = rows.defer("measured")
        streams = self.streams(runner)
        return tuple(_stored_run(row, streams, measured=measured) for row in rows.iterator(_AT_ONCE))

    def search(self, runner: StoredRunner, wanted: Wanted, first: int, most: int) -> tuple[tuple[StoredRun, ...], int]:
        """A part of the runs that are wanted, latest first, without their sources and measures; and how many are wanted in all.

        Parameters
        ----------
        first, most : int
            How many are passed over, and how many are given.
        """
        rows, count = run_rows(runner.id, wanted, first, most)
        streams = self.streams(runner)
        return tuple(_stored_run(row, streams, measured=False) for row in rows), count

    def years(self, runner: StoredRunner, sport: str = "") -> tuple[Year, ...]:
        """What each year holds, the latest first; of one sport, or of all."""
        return years(runner.id, sport)

    def worn(self, runner: StoredRunner) -> dict[str, Worn]:
        """What was run in each pair of shoes, by the name that the runs have for it."""
        return worn(runner.id)

    def gear(self, runner: StoredRunner) -> frozenset[str]:
        """The names that files have for the pairs worn, as they write them."""
        return gear_names(runner.id)

    def count(self, runner: StoredRunner) -> tuple[int, int]:
        """How many runs there are, and how many activities of other sports."""
        rows = RunRow.objects.filter(runner_id=runner.id)
        runs = rows.filter(sport="running").count()
        return runs, rows.count() - runs

    def run(self, runner: StoredRunner, start_of_key: str) -> StoredRun:
        """One run with its sources, by its key or that of one of its sources, or the beginning of it.

        The key of a source is for ever; that of a run is the one of its first source, which may be undone.

        Raises
        ------
        StoreError
            When no run, or more than one, has such a key.
        """
        wanted = Q(key__startswith=start_of_key) | Q(sources__key__startswith=start_of_key)
        rows = list(RunRow.objects.filter(wanted, runner_id=runner.id).distinct()[:2]) if start_of_key else []
        if len(rows) != 1:
            what = "more than one run has" if rows else "there is no run with"
            raise StoreError(f"{what} a key that begins with '{start_of_key}'.", remedy="'backstride runs' lists them.")
        found = _stored_run(rows[0], self.streams(runner), measured=True)
        return replace(found, sources=tuple(sorted(self.sources(runner, run_key=found.key), key=lambda source: source.files)))

    # -- shoes and days

    def shoes(self, runner: StoredRunner) -> tuple[Shoe, ...]:
        """Every pair, by name; what the runner told comes before what an import says, a later import before an earlier."""
        rows = ShoeRow.objects.filter(runner_id=runner.id).select_related("file__imported")
        by_name: dict[str, list[ShoeRow]] = defaultdict(list)
        for row in sorted(rows, key=_shoe_order):
            by_name[row.name].append(row)
        return tuple(_shoe(by_name[name]) for name in sorted(by_name))

    def tell_shoe(self, runner: StoredRunner, name: str, told: Mapping[str, object]) -> None:
        """Keep what the runner tells about a pair; it goes before every import.

        Parameters
        ----------
        name : str
            The runner's name for it.
        told : mapping of str to object
            Fields of `Shoe` by name; those left out stay as they are.
        """
        with writing():
            row, _ = ShoeRow.objects.get_or_create(runner_id=runner.id, name=storable(name)[:200], file=None)
            for field, value in told.items():
                setattr(row, field, storable(value)[:200] if isinstance(value, str) else value)
            row.save()

    def _worn(self, runner: StoredRunner) -> dict[str, str]:
        worn: dict[str, str] = {}
        rows = FileRow.objects.filter(runner_id=runner.id).exclude(worn={}).order_by("imported__number", "position")
        for row in rows.values_list("worn", flat=True):
            worn |= row
        return worn

    def days(self, runner: StoredRunner) -> tuple[DayValue, ...]:
        """What is known of each day, by day and name; of two values the later import's."""
        rows = DayRow.objects.filter(runner_id=runner.id).order_by("file__imported__number", "file__position", "pk")
        latest = {(row[0], row[1]): row for row in rows.values_list("day", "name", "value", "file__path")}
        return tuple(DayValue(*latest[key]) for key in sorted(latest))

    def mark(self, runner: StoredRunner) -> str:
        """Stands for the runs, shoes, days and diary of a runner: another one whenever any of them is, and found without reading them."""
        mine = {"runner_id": runner.id}
        many = (Count("pk"), Max("pk"))
        found: tuple[object, ...] = (
            (str(self.home), runner.id, runner.name, runner.zone),
            # Runs are made anew only by what an import does: a row of it comes, ends or goes.
            list(ImportRow.objects.filter(**mine).order_by("pk").values_list("pk", "number", "state", "ended_at")),
            RunRow.objects.filter(**mine).aggregate(*many),
            list(ShoeRow.objects.filter(**mine).order_by("pk").values_list()),
            # A row of these two is never changed, and its number never given again.
            DayRow.objects.filter(**mine).aggregate(*many),
            DiaryRow.objects.filter(**mine).aggregate(*many, Max("told_at")),
        )
        return hashlib.sha256(repr(found).encode()).hexdigest()

    # -- interviews

    def interviews(self, runner: StoredRunner) -> tuple[KeptInterview, ...]:
        """All interviews, the one touched last at the end."""
        return kept(runner.id)

    def keep_interview(self, runner: StoredRunner, one: KeptInterview) -> None:
        """Keep an interview; a later state of it (known by its beginning) takes the place of the earlier one."""
        with writing():
            keep(runner.id, one)

    # -- diary and trials

    def diary(self, runner: StoredRunner) -> tuple[DiaryEntry, ...]:
        """All that was told of the runner's days, by when it was told; `model.diary.diary_days` says what it comes to."""
        return entries(runner.id)

    def tell_diary(self, runner: StoredRunner, entry: DiaryEntry) -> None:
        """Keep one more entry of the diary; those before it stay as they are."""
        with writing():
            tell(runner.id, entry)

    def trials(self, runner: StoredRunner) -> tuple[dict[str, Any], ...]:
        """The states of all trials, the one begun first at the beginning."""
        return trials(runner.id)

    def keep_trial(self, runner: StoredRunner, begun_at: datetime, state: Mapping[str, Any]) -> None:
        """Keep a trial; a later state of it (known by its beginning, zone-aware) takes the place of the earlier one.

        Parameters
        ----------
        state : mapping
            Numbers, texts, lists and mappings only.
        """
        with writing():
            keep_trial(runner.id, begun_at, state, datetime.now(UTC))

    # -- the whole of a runner

    def erase(self, runner: StoredRunner) -> None:
        """Delete all that is known of a runner. It cannot be taken back.

        Raises
        ------
        StoreError
            When something could not be deleted.
        """
        with writing():
            RunRow.objects.filter(runner_id=runner.id).delete()
            RunnerRow.objects.filter(pk=runner.id).delete()
        self.streams(runner).remove_all()
        # What was sent through the browser and not read to its end is theirs too.
        shutil.rmtree(self.uploads(runner), ignore_errors=True)
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                # What was deleted must not stay readable in the free pages of the file or in its log.
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def forget_left_over(self) -> None:
        """Delete streams of runners that are no longer there: what an erasing that was killed left behind."""
        folders = [path for path in (self.home / "streams").glob("*") if path.name.isdigit()] if (self.home / "streams").exists() else []
        if not folders:
            return
        with locked(self.home, "whole") as free:
            if free:
                known = {str(pk) for pk in RunnerRow.objects.values_list("pk", flat=True)}
                for path in folders:
                    if path.name not in known:
                        Streams(path).remove_all()

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether nobody else replaces or erases a whole record; while it is held nobody does. It ends with the process."""
        with locked(self.home, "whole", _PATIENCE_S) as free:
            yield free

    def importing(self, runner: StoredRunner, number: int) -> AbstractContextManager[bool]:
        """Whether nobody else works on this import; while it is held nobody does."""
        return locked(self.home, f"import-{runner.id}-{number}")

    def is_importing(self, runner: StoredRunner) -> bool:
        """Whether an import of this runner is running now."""
        rows = ImportRow.objects.filter(runner_id=runner.id, state=ImportState.OPEN.value)
        for number in rows.values_list("number", flat=True):
            with self.importing(runner, number) as free:
                if not free:
                    return True
        return False


@contextmanager
def locked(home: Path, name: str, patience_s: float = 0.0) -> Iterator[bool]:
    """Whether a lock could be had; it ends with the process, however that ends."""
    folder = home / "locks"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        lock = FileLock(folder / f"{name}.lock", timeout=patience_s, mode=0o600)
        lock.acquire()
    except Timeout:
        yield False
        return
    except OSError as error:
        raise StoreError(
            f"cannot lock it: {error.strerror}.", place=str(folder), remedy="Set BACKSTRIDE_HOME to a folder you may write to."
        ) from None
    try:
        yield True
    finally:
        lock.release()


def stored_runner(row: RunnerRow) -> StoredRunner:
    """A runner from its row."""
    return StoredRunner(row.pk, row.name, row.zone, row.sex, row.birth_year)


def _batches(keys: Collection[str]) -> Iterator[list[str]]:
    every = list(keys)
    for at in range(0, len(every), _AT_ONCE):
        yield every[at : at + _AT_ONCE]


def _digest(version: str, run: MergedRun) -> str:
    content = [version, run.key, run_as_plain(run.run), dict(run.origin_of), run.sources, run.stream, run.measured]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _import(row: ImportRow) -> Import:
    return Import(row.number, ImportState(row.state), tuple(row.paths), row.begun_at, row.ended_at)


def _file_row(runner: StoredRunner, imported: ImportRow, position: int, file: ReadFile) -> FileRow:
    return FileRow(
        runner_id=runner.id,
        imported=imported,
        position=position,
        path=storable(file.path),
        state=file.state,
        detail=storable(file.detail),
        digest=file.digest,
        size_bytes=file.size_bytes,
        worn=storable(file.worn),
    )


def _source_row(runner: StoredRunner, file: ReadFile, read: ReadRun) -> SourceRow:
    return SourceRow(
        runner_id=runner.id,
        key=read.key,
        content=run_as_plain(read.run),
        columns=list(read.columns),
        offset_by_position_s=read.offset_by_position_s,
        damaged=file.state == "damaged" and not file.table,
        measured=storable(read.measured),
        measure_version=read.measure_version,
    )


def _shoe_row(runner: StoredRunner, row: FileRow, shoe: Shoe) -> ShoeRow:
    return ShoeRow(
        runner_id=runner.id,
        file=row,
        name=storable(shoe.name)[:200],
        brand=storable(shoe.brand)[:200],
        model=storable(shoe.model)[:200],
        first_used=shoe.first_used,
        start_km=shoe.start_km,
        retired=shoe.retired,
    )


def _source(row: SourceRow, files: tuple[tuple[int, int, str], ...]) -> SourceRun:
    run = run_from_plain(row.content)
    return SourceRun(row.key, run, tuple(row.columns), row.offset_by_position_s, row.damaged, files, row.measured)


def _run_row(runner: StoredRunner, made: MergedRun, digest: str) -> RunRow:
    return RunRow(
        runner_id=runner.id,
        key=made.key,
        start=made.run.start,
        local_day=made.run.local_day,
        sport=made.run.sport[:60],
        distance_m=made.run.distance_m,
        timer_time_s=made.run.timer_time_s,
        device=storable(made.run.device)[:200],
        shoe=storable(made.run.shoe)[:200],
        title=storable(made.run.title),
        content={"run": run_as_plain(made.run), "origin_of": dict(made.origin_of)},
        measured=made.measured,
        stream=made.stream,
        made_from=digest,
    )


def _stored_run(row: RunRow, streams: Streams, *, measured: bool) -> StoredRun:
    run = run_from_plain(row.content["run"])
    if row.stream:
        run = replace(run, load_samples=functools.partial(_samples, streams, row.stream))
    return StoredRun(row.key, run, row.content["origin_of"], measured=row.measured if measured else None)


def _samples(streams: Streams, key: str) -> Samples:
    return streams.read(key)


def _shoe_order(row: ShoeRow) -> tuple[Any, ...]:
    if row.file is None:
        return (0, 0, 0)
    return (1, -row.file.imported.number, -row.file.position)


def _shoe(rows: Sequence[ShoeRow]) -> Shoe:
    def first(name: str) -> Any:
        return next((value for row in rows if (value := getattr(row, name)) not in (None, "")), None)

    return Shoe(
        rows[0].name,
        first("first_used"),
        first("start_km") or 0.0,
        first("retired"),
        brand=first("brand") or "",
        model=first("model") or "",
    )
