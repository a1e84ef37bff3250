"""Files, folders and archives as a stream of things to read, each with its place; nothing is unpacked to disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from backstride.errors import RunFileError
from backstride.importers.content import Content
from backstride.importers.zip_members import Want, members

__all__ = ["Item", "items"]

_RUN_ENDINGS = (".fit", ".gpx", ".tcx", ".sml")
_TABLE_ENDINGS = (".csv", ".json")
IsDone = Callable[[str, int | None], bool]

_SKIPPED = "skipped, not a run file by its name"


@dataclass(frozen=True, slots=True)
class Item:
    """One file, or one member of an archive.

    Attributes
    ----------
    path : str
        The file; for a member the archive's path, a ``!`` and the name in it.
    name : str
        Its name: inside the archive with folders (``"activities/1.fit.gz"``), of a file the last part.
    file : Path or None
        Where the content is still to be read from; None for a member of an archive.
    data : bytes
        The content of a member, as packed by its own format (still gzipped); empty for a file.
    opened : callable or None
        For what may not fit into memory: gives its `Content` from the start. Works until the next item is asked for.
    skipped, refused, damaged : str
        Why it is not read; why it may not be; what is wrong with its content. Empty where there is nothing to say.
    size_bytes : int
        As packed; for showing progress.
    is_done : bool
        Whether it was dealt with before.
    """

    path: str
    name: str
    file: Path | None = None
    data: bytes = b""
    opened: Callable[[], Content] | None = None
    skipped: str = ""
    refused: str = ""
    damaged: str = ""
    size_bytes: int = 0
    is_done: bool = False


def items(paths: Iterable[Path], is_done: IsDone = lambda *_: False) -> Iterator[Item]:
    """Give everything in files, folders and zip archives, in order.

    Folders are read recursively; links to folders are not followed.

    Parameters
    ----------
    paths : iterable of Path
    is_done : callable
        Asked once for every item by its path, and of a file its size (None for what is in an archive); one that need not be read again
        comes without content, marked `Item.is_done`.

    Raises
    ------
    RunFileError
        For a path that does not exist; a file that cannot be read never stops the others.
    """
    for path in paths:
        if _is(os.path.isdir, path):
            for inside in _inside(path):
                yield from _of_file(inside, is_done, named=False)
        elif _is(os.path.lexists, path):
            yield from _of_file(path, is_done, named=True)
        else:
            raise RunFileError("there is no such file or folder.", place=str(path), remedy="Check the name.")


def _inside(path: Path) -> Iterator[Path]:
    closed: list[Path] = []
    for folder, names, files in os.walk(path, onerror=lambda error: closed.append(Path(error.filename))):
        names.sort()
        yield from (Path(folder) / name for name in sorted(files))
    # A folder that may not be opened gets its line like any file.
    yield from closed


def _is(question: Callable[[Path], bool], path: Path) -> bool:
    try:
        return question(path)
    except (OSError, ValueError):
        return False


def _of_file(path: Path, is_done: IsDone, *, named: bool) -> Iterator[Item]:
    try:
        size = os.stat(path).st_size
    except (OSError, ValueError):
        size = 0
    if path.name.lower().endswith(".zip"):
        yield from _of_archive(path, is_done)
        return
    want = _wanted(path.name)
    if is_done(str(path), size):
        yield Item(str(path), path.name, size_bytes=size, is_done=True)
    elif want is Want.STREAM:
        yield Item(str(path), path.name, opened=lambda: Content.of_file(path), size_bytes=size)
    elif named or want is Want.WHOLE or _is(os.path.isdir, path):
        yield Item(str(path), path.name, file=path, size_bytes=size)
    else:
        yield Item(str(path), path.name, skipped=_SKIPPED, size_bytes=size)


def _of_archive(path: Path, is_done: IsDone) -> Iterator[Item]:
    def wanted(name: str) -> Want:
        return Want.DONE if is_done(f"{path}!{name}", None) else _wanted(name)

    try:
        for member in members(path, wanted):
            shown = f"{path}!{member.name}"
            if member.want is Want.DONE:
                yield Item(shown, member.name, is_done=True, size_bytes=member.size_bytes)
            elif member.refused:
                yield Item(shown, member.name, refused=member.refused, size_bytes=member.size_bytes)
            elif member.want is Want.NO:
                yield Item(shown, member.name, skipped=_SKIPPED, size_bytes=member.size_bytes)
            else:
                yield Item(shown, member.name, data=member.data, opened=member.opened, damaged=member.damaged, size_bytes=member.size_bytes)
    except RunFileError as error:
        if not is_done(str(path), None):
            yield Item(str(path), path.name, refused=error.message + (f" {error.remedy}" if error.remedy else ""))


def _wanted(name: str) -> Want:
    """What is read is decided by the content; the name only says what is worth a look."""
    parts = name.rpartition("!")[2].replace("\\", "/").split("/")
    last = parts[-1].lower().removesuffix(".gz")
    if last.startswith("._") or "__MACOSX" in parts:  # what one system lays beside every file it packs
        return Want.NO
    if last.endswith(".xml"):
        return Want.STREAM
    return Want.WHOLE if last.endswith((*_RUN_ENDINGS, *_TABLE_ENDINGS)) or "." not in last else Want.NO
