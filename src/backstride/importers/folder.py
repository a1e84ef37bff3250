"""Files and folders into runs, with a line on every file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from backstride.errors import RunFileError
from backstride.importers.fit import read_fit
from backstride.importers.gpx import read_gpx
from backstride.importers.tcx import read_tcx
from backstride.importers.unpacked import read_unpacked
from backstride.model.run import FileOutcome

__all__ = ["read_runs"]

_ENDINGS = (".fit", ".gpx", ".tcx")
_SNIFFED = 2000


def read_runs(paths: Iterable[Path]) -> tuple[FileOutcome, ...]:
    """Read every FIT, GPX and TCX file among files and folders (recursively, sorted; links to folders are not followed).

    Raises
    ------
    RunFileError
        For a path that does not exist; a file that cannot be read never stops the others.
    """
    return tuple(_read(path, named) for path, named in _files(paths))


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    for path in paths:
        if _is(os.path.isdir, path):
            yield from _inside(path)
        elif _is(os.path.lexists, path):
            yield path, True
        else:
            raise RunFileError("there is no such file or folder.", place=str(path), remedy="Check the name under 'runs'.")


def _inside(path: Path) -> Iterator[tuple[Path, bool]]:
    closed: list[Path] = []
    for folder, names, files in os.walk(path, onerror=lambda error: closed.append(Path(error.filename))):
        names.sort()
        yield from ((Path(folder) / name, False) for name in sorted(files))
    # A folder that may not be opened gets its line like any file.
    yield from ((folder, True) for folder in closed)


def _is(question: Callable[[Path], bool], path: Path) -> bool:
    try:
        return question(path)
    except (OSError, ValueError):
        return False


def _read(path: Path, named: bool) -> FileOutcome:
    name = path.name.lower().removesuffix(".gz")
    if not named and not name.endswith(_ENDINGS):
        return FileOutcome(str(path), "skipped", f"{path}: skipped, not a run file by its name")
    try:
        data = read_unpacked(path)
        return _reader(data)(path, data)
    except RunFileError as error:
        return FileOutcome(str(path), "unreadable", str(error))


def _reader(data: bytes) -> Callable[[Path, bytes], FileOutcome]:
    """The reader of what the content is, whatever the name says; FIT's says what else it may be."""
    start = data[:_SNIFFED].replace(b"\0", b"").lower()  # UTF-16 has a zero beside every letter
    if data[8:12] != b".FIT" and b"<gpx" in start:
        return read_gpx
    if data[8:12] != b".FIT" and b"<trainingcenterdatabase" in start:
        return read_tcx
    return read_fit
