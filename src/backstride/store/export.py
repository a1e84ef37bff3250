"""A runner's record as one file in open formats, and back: export, backup and restore are the same file.

It is a zip archive: ``backstride.json`` says what it is, and for each runner a folder holds JSON lines (``imports``, ``files``,
``sources``, ``shoes``, ``days``, ``interviews``, ``diary``, ``trials``), each stream as Parquet, and the runs once more as JSON lines and
CSV for people and other programs.
The layout is public: ``docs/your-data.md``.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import connection

from backstride import __version__
from backstride.errors import StoreError
from backstride.model.ledger import ImportState
from backstride.model.run_measures import RunMeasures
from backstride.store.connect import writing
from backstride.store.diaries import diary_lines, take_in_diary
from backstride.store.interviews import interview_lines, take_in_interviews
from backstride.store.models import DayRow, FileRow, ImportRow, RunnerRow, RunRow, ShoeRow, SourceRow
from backstride.store.plain import check_run, run_as_plain, run_from_plain, storable
from backstride.store.store import Store, StoredRunner, stored_runner
from backstride.store.streams import Streams, is_parquet
from backstride.store.trials import take_in_trials, trial_lines
from backstride.zip_directory import lists_too_much

__all__ = ["Taken", "is_export", "restore", "take_in", "write_export"]

_FORMAT = 1
_ABOUT = "backstride.json"
_KEY = re.compile(r"[0-9a-f]{32}")
_MOST_LINES = 2_000_000
_LARGEST_STREAM = 256_000_000
_LARGEST_LINE_FILE = 4_000_000_000
_AT_ONCE = 500
_DATE_OF_MEMBERS = (1980, 1, 1, 0, 0, 0)
"""The same for all, so that the same record gives the same bytes."""
_CSV_COLUMNS = ("local_day", "start", "sport", "distance_m", "timer_time_s", "elapsed_time_s", "device", "shoe", "title", "note", "pain")
_NOT_OURS = "it is not an export of backstride, or it is damaged"

Watch = Callable[[int, int], None]
Then = Callable[[StoredRunner], object]


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken in: names of runners, how many sources were new, and of how many the stream was lost."""

    runners: tuple[str, ...]
    new_sources: int
    lost_streams: int = 0


@contextmanager
def _checked(path: Path) -> Iterator[None]:
    """All of it or nothing; what is in the file is somebody's word, and whatever is wrong with it is told as that."""
    try:
        with writing():
            yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, ValidationError) as error:
        raise StoreError(f"{_NOT_OURS} ({str(error)[:100]}).", place=str(path), remedy="Take another backup.") from None


def is_export(path: Path) -> bool:
    """Whether a file is an export or a backup."""
    try:
        if not path.is_file():  # opening a pipe would wait for ever
            return False
        with open(path, "rb") as file:
            if lists_too_much(file):
                return False
            with zipfile.ZipFile(file) as archive:
                return _ABOUT in archive.NameToInfo
    except (OSError, ValueError, RuntimeError, zipfile.BadZipFile, NotImplementedError):
        return False


def write_export(store: Store, runners: Iterable[StoredRunner], path: Path, watch: Watch = lambda *_: None) -> int:
    """Write everything of some runners into one file, whole or not at all, readable by its owner only.

    Parameters
    ----------
    watch : callable
        Told how many of how many streams are written.

    Returns
    -------
    int
        How many streams are lost or damaged, and so not in it.

    Raises
    ------
    StoreError
        When it cannot be written.
    """
    lost = 0
    if path.exists() and not path.is_file():
        raise StoreError("is not a file.", place=str(path), remedy="Name a file.")
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, writing():
            if connection.vendor == "postgresql":
                # One view of all tables, however long the writing takes.
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            chosen = tuple(runners)
            about = {"format": _FORMAT, "program": __version__, "runners": [runner.name for runner in chosen]}
            _add(archive, _ABOUT, json.dumps(about, ensure_ascii=False, indent=1).encode())
            for index, runner in enumerate(chosen):
                lost += _write_runner(archive, store.streams(runner), runner, f"runners/{index}/", watch)
        os.replace(partial, path)
    except OSError as error:
        remedy = "Name a file in a folder that you may write to, on a disk with room."
        raise StoreError(f"cannot write it: {error.strerror}.", place=str(path), remedy=remedy) from None
    finally:
        with suppress(OSError):
            partial.unlink()
    return lost


def _write_runner(archive: zipfile.ZipFile, streams: Streams, runner: StoredRunner, folder: str, watch: Watch) -> int:
    row = RunnerRow.objects.get(pk=runner.id)
    person = {"name": row.name, "zone": row.zone, "sex": row.sex, "birth_year": row.birth_year}
    _add(archive, f"{folder}runner.json", json.dumps(person, ensure_ascii=False, indent=1).encode())
    for name, lines in (
        ("imports", _import_lines(row)),
        ("files", _file_lines(row)),
        ("sources", _source_lines(row)),
        ("runs", _run_lines(row)),
        ("shoes", _shoe_lines(row)),
        ("days", _day_lines(row)),
        ("interviews", interview_lines(row)),
        ("diary", diary_lines(row)),
        ("trials", trial_lines(row)),
    ):
        text = "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines)
        _add(archive, f"{folder}{name}.jsonl", text.encode("utf-8"))
    _add(archive, f"{folder}runs.csv", _table(_run_lines(row)).encode("utf-8-sig"))
    keys = list(SourceRow.objects.filter(runner=row).exclude(columns=[]).order_by("key").values_list("key", flat=True))
    lost = 0
    for count, key in enumerate(keys, 1):
        data = streams.data(key)
        lost += not data
        if data:
            # Parquet is packed already.
            _add(archive, f"{folder}streams/{key}.parquet", data, zipfile.ZIP_STORED)
        watch(count, len(keys))
    return lost


def _add(archive: zipfile.ZipFile, name: str, data: bytes, method: int = zipfile.ZIP_DEFLATED) -> None:
    entry = zipfile.ZipInfo(name, _DATE_OF_MEMBERS)
    entry.compress_type = method
    entry.external_attr = 0o600 << 16
    archive.writestr(entry, data)


def _import_lines(row: RunnerRow) -> Iterator[dict[str, Any]]:
    for done in ImportRow.objects.filter(runner=row).order_by("number"):
        ended = done.ended_at.isoformat() if done.ended_at else None
        about = {"number": done.number, "state": done.state, "paths": done.paths, "fingerprint": done.fingerprint}
        yield {**about, "begun_at": done.begun_at.isoformat(), "ended_at": ended}


def _file_lines(row: RunnerRow) -> Iterator[dict[str, Any]]:
    for file in FileRow.objects.filter(runner=row).select_related("imported").order_by("imported__number", "position"):
        about = {"import": file.imported.number, "position": file.position, "path": file.path, "state": file.state, "detail": file.detail}
        yield {**about, "digest": file.digest, "size_bytes": file.size_bytes, "worn": file.worn}


def _source_lines(row: RunnerRow) -> Iterator[dict[str, Any]]:
    files: dict[int, list[list[int]]] = {}
    through = SourceRow.files.through.objects.filter(sourcerow__runner=row).order_by("filerow__imported__number", "filerow__position")
    for pk, number, position in through.values_list("sourcerow_id", "filerow__imported__number", "filerow__position"):
        files.setdefault(pk, []).append([number, position])
    for source in SourceRow.objects.filter(runner=row).order_by("key").iterator(_AT_ONCE):
        yield {
            "key": source.key,
            "run": source.content,
            "columns": source.columns,
            "offset_by_position_s": source.offset_by_position_s,
            "damaged": source.damaged,
            "measured": source.measured,
            "measure_version": source.measure_version,
            "files": files.get(source.pk, []),
        }


def _run_lines(row: RunnerRow) -> Iterator[dict[str, Any]]:
    sources: dict[int, list[str]] = {}
    for key, run_id in SourceRow.objects.filter(runner=row, run__isnull=False).order_by("key").values_list("key", "run_id"):
        sources.setdefault(run_id or 0, []).append(key)
    for run in RunRow.objects.filter(runner=row).order_by("start", "key").iterator(_AT_ONCE):
        yield {
            "key": run.key,
            "local_day": run.local_day.isoformat(),
            **run.content,
            "measured": run.measured,
            "stream": run.stream,
            "sources": sources.get(run.pk, []),
        }


def _shoe_lines(row: RunnerRow) -> Iterator[dict[str, Any]]:
    for shoe in ShoeRow.objects.filter(runner=row).select_related("file__imported").order_by("name", "file__imported__number", "pk"):
        yield {
            "name": shoe.name,
            "brand": shoe.brand,
            "model": shoe.model,
            "first_used": shoe.first_used.isoformat() if shoe.first_used else None,
            "start_km": shoe.start_km,
            "retired": shoe.retired.isoformat() if shoe.retired else None,
            "file": [shoe.file.imported.number, shoe.file.position] if shoe.file else None,
        }


def _day_lines(row: RunnerRow) -> Iterator[dict[str, Any]]:
    days = DayRow.objects.filter(runner=row).order_by("day", "name", "file__imported__number", "file__position", "pk")
    for day, name, value, number, position in days.values_list("day", "name", "value", "file__imported__number", "file__position"):
        yield {"day": day.isoformat(), "name": name, "value": value, "file": [number, position]}


def _table(lines: Iterable[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_CSV_COLUMNS)
    for line in lines:
        values = {**line["run"], "local_day": line["local_day"]}
        writer.writerow([_cell(values.get(name)) for name in _CSV_COLUMNS])
    return text.getvalue()


def _cell(value: object) -> object:
    """Text that a spreadsheet would run as a formula gets a mark before it."""
    return f"'{value}" if isinstance(value, str) and value.lstrip().startswith(("=", "+", "-", "@", "\t", "\r")) else value


def take_in(store: Store, runner: StoredRunner, path: Path, then: Then, watch: Watch = lambda *_: None) -> Taken:
    """Take an export of one runner into the record of a runner; what is there already stays as it is.

    Parameters
    ----------
    then : callable
        What is still to be done for the runner before anybody sees the change: to make the runs from their sources.

    Raises
    ------
    StoreError
        When it is no export, holds more than one runner, or cannot be kept. Then nothing has changed.
    """
    with _opened(path) as archive, _checked(path):
        about = _about(archive, path)
        if len(about["runners"]) != 1:
            remedy = "It is a backup: 'backstride restore' takes it."
            raise StoreError(f"it holds {len(about['runners'])} runners.", place=str(path), remedy=remedy)
        row = RunnerRow.objects.select_for_update().get(pk=runner.id)
        if not ImportRow.objects.filter(runner=row).exists():
            for field, value in _person(archive, 0, path).items():
                setattr(row, field, value or getattr(row, field))  # what only this record knows stays
            row.save()
        taking = _Taking(archive, path, row, store.streams(runner), watch)
        taking.all(0)
        then(stored_runner(row))
    return Taken((runner.name,), taking.new, taking.lost)


def restore(store: Store, path: Path, then: Then, *, replace: bool = False, watch: Watch = lambda *_: None) -> Taken:
    """Make the store what a backup or an export says.

    Parameters
    ----------
    then : callable
        As for `take_in`; called for each runner.
    replace : bool
        Whether a store that holds runners already is replaced; else it is refused.

    Raises
    ------
    StoreError
        When it is no backup, the store is not empty, or something cannot be kept. Then nothing has changed.
    """
    before = store.runners()
    kept = [runner for runner in before if store.has_anything(runner)]
    if kept and not replace:
        remedy = "Say --replace to lose what is there and have the backup instead."
        raise StoreError(f"there are runners here already ({', '.join(runner.name for runner in kept)}).", remedy=remedy)
    made: list[StoredRunner] = []
    new = lost = 0
    try:
        with _opened(path) as archive, _checked(path):
            about = _about(archive, path)
            RunRow.objects.all().delete()
            RunnerRow.objects.all().delete()
            for index, name in enumerate(about["runners"]):
                if not isinstance(name, str) or not name.isprintable():
                    raise ValueError("a runner has no name")
                row = RunnerRow.objects.create(name=name[:100], created_at=datetime.now(UTC), **_person(archive, index, path))
                made.append(stored_runner(row))
                taking = _Taking(archive, path, row, store.streams(made[-1]), watch)
                taking.all(index)
                new, lost = new + taking.new, lost + taking.lost
                then(made[-1])
    except BaseException:
        _forget(store, made)
        raise
    _forget(store, before)
    return Taken(tuple(runner.name for runner in made), new, lost)


def _person(archive: zipfile.ZipFile, index: int, path: Path) -> dict[str, Any]:
    person = _json(archive, f"runners/{index}/runner.json", path)
    year = person["birth_year"]
    if year is not None and not (isinstance(year, int) and 1900 <= year <= 2100):
        raise ValueError("a year of birth is none")
    try:
        zone = ZoneInfo(str(person["zone"])).key
    except (KeyError, OSError, ValueError):
        zone = ""
    return {"zone": zone, "sex": str(person["sex"]) if person["sex"] in ("female", "male") else "", "birth_year": year}


def _forget(store: Store, runners: Iterable[StoredRunner]) -> None:
    for runner in runners:
        store.streams(runner).remove_all()


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        if not path.is_file():
            raise OSError(0, "it is not a file" if path.exists() else "there is no such file")
        with open(path, "rb") as file:
            if lists_too_much(file):
                raise OSError(0, "it lists too many files")
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        words = getattr(error, "strerror", None) or _NOT_OURS
        raise StoreError(f"cannot be read: {words}.", place=str(path), remedy="Check the name, or take another backup.") from None


def _json(archive: zipfile.ZipFile, name: str, path: Path) -> Any:
    try:
        with archive.open(name) as file:
            return json.loads(file.read(1_000_000))
    except (KeyError, OSError, ValueError, RuntimeError, zipfile.BadZipFile, EOFError, NotImplementedError):
        raise StoreError(f"{_NOT_OURS}.", place=f"{path}!{name}", remedy="Take another backup.") from None


def _about(archive: zipfile.ZipFile, path: Path) -> Any:
    about = _json(archive, _ABOUT, path)
    if not isinstance(about, dict) or not isinstance(about.get("runners"), list):
        raise StoreError(f"{_NOT_OURS}.", place=str(path), remedy="Take another backup.")
    if about.get("format") != _FORMAT:
        raise StoreError("it was written by a later version of backstride.", place=str(path), remedy="Update backstride.")
    return about


class _Taking:
    """Takes one runner of an export into the rows of one runner; inside a transaction, so that it is all or nothing."""

    def __init__(self, archive: zipfile.ZipFile, path: Path, row: RunnerRow, streams: Streams, watch: Watch) -> None:
        self._archive, self._path, self._row, self._streams, self._watch = archive, path, row, streams, watch
        self._files: dict[tuple[int, int], int] = {}
        self.new = self.lost = 0

    def all(self, index: int) -> None:
        """Take everything of runner number `index`."""
        folder = f"runners/{index}/"
        self._imports(folder)
        self._sources(folder)
        self._shoes(folder)
        self._days(folder)
        for name, take in (("interviews", take_in_interviews), ("diary", take_in_diary), ("trials", take_in_trials)):
            if f"{folder}{name}.jsonl" in self._archive.NameToInfo:  # earlier versions wrote none
                take(self._row, self._lines(f"{folder}{name}.jsonl"))

    def _lines(self, name: str) -> Iterator[dict[str, Any]]:
        if name not in self._archive.NameToInfo:
            raise KeyError(f"{name} is missing")
        if self._archive.NameToInfo[name].file_size > _LARGEST_LINE_FILE:
            raise ValueError(f"{name} is too large")
        try:
            with self._archive.open(name) as file:
                for count, line in enumerate(file):
                    if count >= _MOST_LINES:
                        raise ValueError(f"{name} has too many lines")
                    yield json.loads(line)
        except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError) as error:
            raise ValueError(f"{name}: {error}") from None

    def _imports(self, folder: str) -> None:
        known = {(i.fingerprint, i.begun_at): i for i in ImportRow.objects.filter(runner=self._row)}
        last = max((i.number for i in known.values()), default=0)
        rows: dict[int, ImportRow] = {}
        fresh: set[int] = set()
        for line in self._lines(f"{folder}imports.jsonl"):
            begun = _moment(line["begun_at"])
            number = _count(line["number"])
            row = known.get((str(line["fingerprint"]), begun))
            if row is None:
                fresh.add(number)
                row = ImportRow.objects.create(
                    runner=self._row,
                    number=last + number,
                    state=ImportState(line["state"]).value,
                    paths=[storable(str(path)) for path in line["paths"]] or ["?"],
                    fingerprint=str(line["fingerprint"])[:64],
                    begun_at=begun,
                    ended_at=_moment(line["ended_at"]) if line["ended_at"] else None,
                )
            rows[number] = row
        new = []
        for line in self._lines(f"{folder}files.jsonl"):
            if line["import"] in fresh:
                new.append(
                    FileRow(
                        runner=self._row,
                        imported=rows[line["import"]],
                        position=_count(line["position"]),
                        path=storable(str(line["path"])),
                        state=str(line["state"])[:12],
                        detail=storable(str(line["detail"])),
                        digest=str(line["digest"])[:64],
                        size_bytes=_count(line["size_bytes"]),
                        worn={storable(str(link)): storable(str(name)) for link, name in dict(line["worn"]).items()},
                    )
                )
        FileRow.objects.bulk_create(new, batch_size=_AT_ONCE)
        number_of = {row.pk: number for number, row in rows.items()}
        for pk, imported, position in FileRow.objects.filter(runner=self._row).values_list("pk", "imported_id", "position"):
            if imported in number_of and number_of[imported] in fresh:
                self._files[number_of[imported], position] = pk

    def _sources(self, folder: str) -> None:
        known = set(SourceRow.objects.filter(runner=self._row).values_list("key", flat=True))
        total = sum(name.startswith(f"{folder}streams/") for name in self._archive.NameToInfo)
        rows, links, written = [], [], 0
        for line in self._lines(f"{folder}sources.jsonl"):
            key = str(line["key"])
            if not _KEY.fullmatch(key):
                raise ValueError(f"'{key[:40]}' is not a key")
            named = dict.fromkeys((number, position) for number, position in line["files"])
            links += [(key, self._files[at]) for at in named if at in self._files]
            if key in known:
                continue
            known.add(key)
            run = run_from_plain(line["run"])
            check_run(run)
            stream = self._stream(f"{folder}streams/{key}.parquet") if line["columns"] else b""
            self.lost += bool(line["columns"]) and not stream
            if stream:
                self._streams.put(key, stream)
                written += 1
                self._watch(written, total)
            offset = line["offset_by_position_s"]
            if offset is not None and not (isinstance(offset, int) and abs(offset) <= 15 * 3600):
                raise ValueError("a local time is none")
            measured = None if line["measured"] is None else storable(RunMeasures.from_plain(line["measured"]).as_plain())
            rows.append(
                SourceRow(
                    runner=self._row,
                    key=key,
                    content=run_as_plain(run),
                    columns=[str(name) for name in line["columns"]] if stream else [],
                    offset_by_position_s=offset,
                    damaged=bool(line["damaged"]),
                    measured=measured,
                    measure_version=_count(line["measure_version"]),
                )
            )
        SourceRow.objects.bulk_create(rows, batch_size=_AT_ONCE)
        pk_of = dict(SourceRow.objects.filter(runner=self._row).values_list("key", "pk"))
        through = SourceRow.files.through
        through.objects.bulk_create((through(sourcerow_id=pk_of[key], filerow_id=file) for key, file in links), batch_size=_AT_ONCE)
        self.new = len(rows)

    def _stream(self, name: str) -> bytes:
        """A stream of the archive; empty where it is not there or no stream: the run is worth having without."""
        entry = self._archive.NameToInfo.get(name)
        if entry is None or entry.file_size > _LARGEST_STREAM:
            return b""
        try:
            with self._archive.open(entry) as file:
                data = file.read(_LARGEST_STREAM)
        except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError):
            return b""
        return data if is_parquet(data) else b""

    def _shoes(self, folder: str) -> None:
        told = set(ShoeRow.objects.filter(runner=self._row, file=None).values_list("name", flat=True))
        rows = []
        for line in self._lines(f"{folder}shoes.jsonl"):
            file = self._files.get((line["file"][0], line["file"][1])) if line["file"] else None
            if (line["file"] and file is None) or (not line["file"] and line["name"] in told):
                continue
            rows.append(
                ShoeRow(
                    runner=self._row,
                    file_id=file,
                    name=storable(str(line["name"]))[:200],
                    brand=storable(str(line["brand"]))[:200],
                    model=storable(str(line["model"]))[:200],
                    first_used=date.fromisoformat(line["first_used"]) if line["first_used"] else None,
                    start_km=None if line["start_km"] is None else _number(line["start_km"]),
                    retired=date.fromisoformat(line["retired"]) if line["retired"] else None,
                )
            )
        ShoeRow.objects.bulk_create(rows, batch_size=_AT_ONCE)

    def _days(self, folder: str) -> None:
        rows = []
        for line in self._lines(f"{folder}days.jsonl"):
            file = self._files.get((line["file"][0], line["file"][1]))
            if file is not None:
                day = date.fromisoformat(line["day"])
                rows.append(DayRow(runner=self._row, file_id=file, day=day, name=str(line["name"])[:40], value=_number(line["value"])))
        DayRow.objects.bulk_create(rows, batch_size=_AT_ONCE)


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 2**53:
        raise ValueError(f"{str(value)[:40]} is not a count")
    return value


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(f"{str(value)[:40]} is not a number")
    return float(value)


def _moment(text: object) -> datetime:
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None or not 1990 <= moment.year <= 2200:
        raise ValueError(f"{str(text)[:40]} is not a moment")
    return moment
