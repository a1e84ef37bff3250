"""Files and folders into runs, with a line on every file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from backstride.errors import RunFileError
from backstride.importers.fit import read_fit
from backstride.importers.gpx import read_gpx
from backstride.importers.tcx import read_tcx
from backstride.importers.unpacked import read_unpacked, unpack
from backstride.importers.zip_members import Member, members
from backstride.model.run import FileOutcome

__all__ = ["read_runs"]

_ENDINGS = (".fit", ".gpx", ".tcx", ".fit.gz", ".gpx.gz", ".tcx.gz")
_SNIFFED = 2000


def read_runs(paths: Iterable[Path]) -> tuple[FileOutcome, ...]:
    """Read every FIT, GPX and TCX file among files, folders and zip archives, each also gzipped.

    Folders are read recursively and in order; links to folders are not followed. Every file gets its outcome.

    Raises
    ------
    RunFileError
        For a path that does not exist; a file that cannot be read never stops the others.
    """
    return tuple(outcome for path, named in _files(paths) for outcome in _read(path, named))


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


def _read(path: Path, named: bool) -> Iterator[FileOutcome]:
    if path.name.lower().endswith(".zip"):
        yield from _read_archive(path)
    elif named or path.name.lower().endswith(_ENDINGS):
        yield _outcome(path, partial(read_unpacked, path))
    else:
        yield FileOutcome(str(path), "skipped", f"{path}: skipped, not a run file by its name")


def _read_archive(path: Path) -> Iterator[FileOutcome]:
    try:
        for member in members(path, _ENDINGS):
            inside = Path(f"{path}!{member.name}")
            if member.refused:
                yield FileOutcome(str(inside), "unreadable", f"{inside}: refused, it {member.refused}")
            elif not member.name.lower().endswith(_ENDINGS) or _is_shadow(inside):
                yield FileOutcome(str(inside), "skipped", f"{inside}: skipped, not a run file by its name")
            else:
                yield _outcome(inside, partial(_of_member, member, inside))
    except RunFileError as error:
        yield FileOutcome(str(path), "unreadable", str(error) if error.place else f"{path}: {error}")


def _is_shadow(path: Path) -> bool:
    """What one system lays beside every file it packs."""
    return path.name.startswith("._") or "__MACOSX" in path.parts


def _outcome(path: Path, unpacked: Callable[[], tuple[bytes, str]]) -> FileOutcome:
    try:
        data, damage = unpacked()
        outcome = _reader(data)(path, data)
    except RunFileError as error:
        return FileOutcome(str(path), "unreadable", str(error))
    return replace(outcome, state="damaged", detail=f"{outcome.detail}; {damage}") if damage else outcome


def _of_member(member: Member, inside: Path) -> tuple[bytes, str]:
    data, damage = unpack(member.data, inside)
    return data, f"in the archive: {member.damaged}" if member.damaged else damage


def _reader(data: bytes) -> Callable[[Path, bytes], FileOutcome]:
    """The reader of what the content is, whatever the name says; FIT's says what else it may be."""
    start = data[:_SNIFFED].replace(b"\0", b"").lower()  # UTF-16 has a zero beside every letter
    if data[8:12] != b".FIT" and b"<gpx" in start:
        return read_gpx
    if data[8:12] != b".FIT" and b"<trainingcenterdatabase" in start:
        return read_tcx
    return read_fit
