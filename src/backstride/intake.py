"""The verb from files to the store: read everything, keep everything, say what became of every file, make the runs of it."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from backstride.errors import RunFileError, StoreError
from backstride.importers.content import Content
from backstride.importers.items import Item, items
from backstride.merge import MERGE_VERSION, groups, merged
from backstride.model.ledger import FileEntry, Import, MergedRun, ReadFile, SourceRun
from backstride.model.run import Run, Shoe
from backstride.readers import read_side_by_side
from backstride.reading import crashed, kept, read_file
from backstride.store.export import Taken, is_export, restore, take_in
from backstride.store.plain import run_as_plain, storable
from backstride.store.store import Store, StoredRunner
from backstride.training import MEASURE_VERSION, measure_run
from backstride.training.gear import pair_of

__all__ = ["Progress", "add_run", "derive", "erase", "import_paths", "restore_backup", "undo_import"]

_TOGETHER = 64
_TOGETHER_S = 1.0
"""Files are kept so many, or for so long, at a time: a stop costs no more than this."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import has come.

    Attributes
    ----------
    files, runs : int
        Dealt with so far; of an import that is gone on with also the files of before.
    done_bytes, all_bytes : int
        As packed. A guess where archives stand in archives.
    path : str
        The last file; empty at the very end.
    """

    files: int
    runs: int
    done_bytes: int
    all_bytes: int
    path: str = ""


Watch = Callable[[Progress], None]


def import_paths(store: Store, runner: StoredRunner, paths: Sequence[Path], watch: Watch = lambda _: None) -> Import | None:
    """Import files, folders and archives; an import of the same paths that was stopped is gone on with.

    An export of backstride itself comes in with its own imports and their ledgers; to it alone no new import is made.

    Parameters
    ----------
    store : Store
    runner : StoredRunner
        Whose runs they are.
    paths : sequence of Path
    watch : callable
        Told of the progress after every file, and while a large one is read. What it raises stops the import; what was read is kept.
        Within a large file only what is no `Exception` (`KeyboardInterrupt`, `SystemExit`) stops it: of others its reader makes damage.

    Returns
    -------
    Import or None
        As it stands in the store; its files are told by `Store.files`. None when nothing but exports of backstride was named.

    Raises
    ------
    RunFileError
        When a path does not exist; then nothing is begun.
    StoreError
        When something cannot be kept. What was kept before stays, and the same call goes on from there.
    """
    named = [Path(os.path.abspath(path.expanduser())) for path in paths]
    for path in named:
        _must_exist(path)
    exports = [path for path in named if is_export(path)]
    for path in exports:
        take_in(store, runner, path, functools.partial(derive, store))
    named = [path for path in named if path not in exports]
    if exports and not named:
        return None
    fingerprint = _fingerprint(named)
    with _begun(store, runner, named, fingerprint) as number:
        _read_all(store, runner, number, named, watch)
        _measure_again(store, runner)
        derive(store, runner)
        store.sweep(runner)
        store.finish_import(runner, number)
    return next(done for done in store.imports(runner) if done.number == number)


def add_run(store: Store, runner: StoredRunner, run: Run, words: str) -> FileEntry:
    """Keep a run that the runner typed in.

    Parameters
    ----------
    run : Run
    words : str
        As typed; they stand in the ledger.

    Returns
    -------
    FileEntry
        Its line of the ledger, with the run that it became.
    """
    read = ReadFile(words, "read", words, runs=(kept(run, run_as_plain(run), store.streams(runner)),))
    fingerprint = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()
    number = store.add_whole_import(runner, f"typed in: {words}", fingerprint, read, functools.partial(derive, store))
    return store.files(runner, number)[0]


def undo_import(store: Store, runner: StoredRunner, number: int) -> int:
    """Take back what one import brought, and make the runs anew from what is left.

    Returns
    -------
    int
        How many runs of files went.

    Raises
    ------
    StoreError
        When there is no such import, it is undone already, or it is running.
    """
    with _nobody_imports(store, [runner]):
        return store.undo_import(runner, number, functools.partial(derive, store))


def erase(store: Store, runner: StoredRunner) -> None:
    """Delete all that is known of a runner, for good.

    Raises
    ------
    StoreError
        When an import is running, or something could not be deleted.
    """
    with _nobody_imports(store, [runner]):
        store.erase(runner)


def restore_backup(store: Store, path: Path, *, replace: bool = False, watch: Callable[[int, int], None] = lambda *_: None) -> Taken:
    """Make the store what a backup says: everything or nothing.

    Parameters
    ----------
    replace : bool
        Whether what is there already may be lost.
    watch : callable
        Told how many of how many streams are restored.

    Raises
    ------
    StoreError
        When it is no backup, or the store is not empty.
    """
    with _nobody_imports(store, store.runners()):
        return restore(store, path, functools.partial(derive, store), replace=replace, watch=watch)


def derive(store: Store, runner: StoredRunner) -> int:
    """Make the runs from their sources; gives how many changed."""

    def make(sources: tuple[SourceRun, ...], shoes: tuple[Shoe, ...], worn: Mapping[str, str]) -> Iterable[MergedRun]:
        for group in groups(sources, runner.zone):
            made = merged(group, runner.zone)
            pair = pair_of(made.run.shoe, shoes)
            by_link = next((worn[link] for link in made.run.links if link in worn), "")
            name = pair.name if pair else made.run.shoe or by_link
            yield replace(made, run=replace(made.run, shoe=name)) if name != made.run.shoe else made

    return store.derive(runner, f"{MERGE_VERSION} {runner.zone}", make)


def _read_all(store: Store, runner: StoredRunner, number: int, named: Sequence[Path], watch: Watch) -> None:
    done = store.files_done(runner, number)
    streams = store.streams(runner)
    counted = Progress(0, 0, 0, sum(_size(path) for path in named))
    batch: list[ReadFile] = []
    since = time.monotonic()

    def is_done(path: str, size_bytes: int | None) -> bool:
        """One for each that was dealt with; a file that changed its size since is another one."""
        sizes = done.get(storable(path))
        if not sizes or (size_bytes is not None and size_bytes not in sizes):
            return False
        sizes.remove(sizes[0] if size_bytes is None else size_bytes)
        return True

    def reading(path: str) -> None:
        watch(replace(counted, path=path))

    def left() -> Iterator[tuple[int, Item]]:
        """What was not dealt with before; what was counts as done."""
        nonlocal counted
        for at, item in enumerate(items(named, is_done)):
            if item.is_done:
                counted = _further(counted, item)
            elif item.opened is not None:  # it is read in this process, before the next is asked for
                yield at, replace(item, opened=functools.partial(_watched, item.opened, functools.partial(reading, item.path)))
            else:
                yield at, item

    try:
        for _, item, file in read_side_by_side(left(), functools.partial(read_file, streams=streams), crashed):
            batch.append(file)
            if len(batch) >= _TOGETHER or time.monotonic() - since > _TOGETHER_S:
                # Given up first: whatever stops the keeping, nothing is kept twice; what is not kept is read again.
                ready, batch, since = batch, [], time.monotonic()
                store.add_files(runner, number, ready)
            counted = _further(counted, item, len(file.runs))
            watch(counted)
    finally:
        # Whatever stops it, what was read is kept.
        if batch:
            store.add_files(runner, number, batch)
    watch(replace(counted, done_bytes=counted.all_bytes, path=""))


def _further(counted: Progress, item: Item, runs: int = 0) -> Progress:
    done_bytes = min(counted.done_bytes + item.size_bytes, counted.all_bytes)
    return replace(counted, files=counted.files + 1, runs=counted.runs + runs, done_bytes=done_bytes, path=item.path)


def _watched(opened: Callable[[], Content], watch: Callable[[], None]) -> Content:
    content = opened()
    content.watch = watch
    return content


def _measure_again(store: Store, runner: StoredRunner) -> None:
    """Measures of an earlier version, from the samples as they were kept."""
    stale = frozenset(store.stale(runner, MEASURE_VERSION))
    if not stale:
        return
    streams = store.streams(runner)
    fresh: dict[str, Mapping[str, object] | None] = {}
    for source in store.sources(runner):
        if source.key in stale:
            load = functools.partial(streams.read, source.key) if source.columns else source.run.load_samples
            try:
                fresh[source.key] = storable(measure_run(replace(source.run, load_samples=load)).as_plain())
            except StoreError:  # its samples are lost; what they gave before is better than nothing
                fresh[source.key] = source.measured
            if len(fresh) >= _TOGETHER:
                store.set_measured(runner, fresh, MEASURE_VERSION)
                fresh = {}
    store.set_measured(runner, fresh, MEASURE_VERSION)


@contextmanager
def _begun(store: Store, runner: StoredRunner, named: Sequence[Path], fingerprint: str) -> Iterator[int]:
    """The number of a stopped import of the same paths, or of a new one; locked, so that no other goes on with it meanwhile."""
    with ExitStack() as held:
        with store.alone() as free:
            if not free:
                raise StoreError("a record is just being restored, erased or taken back.", remedy="Wait for it to end.")
            number = _open_import(store, runner, named, fingerprint, held)
        yield number


def _open_import(store: Store, runner: StoredRunner, named: Sequence[Path], fingerprint: str, held: ExitStack) -> int:
    for stopped in store.open_imports(runner, fingerprint):
        if held.enter_context(store.importing(runner, stopped.number)):
            return stopped.number
    begun = store.begin_import(runner, [str(path) for path in named], fingerprint)
    held.enter_context(store.importing(runner, begun.number))
    return begun.number


@contextmanager
def _nobody_imports(store: Store, runners: Iterable[StoredRunner]) -> Iterator[None]:
    """What takes things away and what brings things in keep out of each other's way."""
    with store.alone() as free:
        if not free or any(store.is_importing(runner) for runner in runners):
            raise StoreError("an import is running.", remedy="Stop it first, or wait for it to end.")
        yield


def _must_exist(path: Path) -> None:
    try:
        path.lstat()
    except (OSError, ValueError):
        raise RunFileError("there is no such file or folder.", place=str(path), remedy="Check the name. Nothing was imported.") from None


def _fingerprint(named: Sequence[Path]) -> str:
    """Of what was named: an archive that changed is another one; in a folder each file is looked at anyway."""
    told = [(str(path), *((path.stat().st_size, path.stat().st_mtime_ns) if path.is_file() else ())) for path in named]
    return hashlib.sha256(json.dumps(sorted(told)).encode("utf-8", "replace")).hexdigest()


def _size(path: Path) -> int:
    try:
        if path.is_dir():
            return sum(inside.stat().st_size for inside in path.rglob("*") if inside.is_file())
        return path.stat().st_size
    except OSError:
        return 0
