"""Files that a browser sends: to disk as they come in, under names that are safe, never whole in memory."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
import time
import unicodedata
import weakref
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from backstride.errors import BackstrideError
from backstride.web.errors import wrong

__all__ = [
    "NO_ROOM", "EnoughRoom", "ToDisk", "as_sent", "keep", "make_folder", "new_folder_name", "room_bytes", "safe_name", "spool_here",
    "sweep",
]  # fmt: skip

NO_ROOM = "HTTP_BACKSTRIDE_NO_ROOM"
"""Set by the server on a request whose body it could not keep."""

_LONGEST_NAME = 200
_SPARE_BYTES = 200_000_000
"""Left free for the database and the runs themselves."""
_OUR_FOLDER = re.compile(r"^.*[/\\]uploads[/\\][0-9]+[/\\][0-9a-f]{32}[/\\]")
"""Where the files of one upload lay, on this machine or on the one that a backup is of."""
_FRESH_S = 600.0
"""What was touched so lately may be part of an upload that is just coming in."""


def make_folder() -> Path:
    """The folder of all uploads, made if there is none, for its owner only."""
    folder = Path(str(settings.FILE_UPLOAD_TEMP_DIR))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def room_bytes() -> int:
    """How large an upload may be: on its way it is there twice, as it came and as the files that were in it."""
    return max(0, (shutil.disk_usage(make_folder()).free - _SPARE_BYTES) // 2)


class Received(UploadedFile[Any]):
    """A file that was sent, on disk and closed: a browser sends thousands at once, a system has some hundred open at a time.

    It is deleted with the request, unless it was moved.
    """

    def __init__(self, path: Path, name: str, content_type: str, size: int) -> None:
        super().__init__(None, name, content_type, size)
        self.path = path
        self._delete = weakref.finalize(self, path.unlink, missing_ok=True)

    def close(self) -> None:
        """Delete it."""
        self._delete()


class ToDisk(FileUploadHandler):
    """Writes each file to disk; on a full disk it stops taking in, and the page that is asked says so."""

    _file: BinaryIO
    _path: Path | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self._guarded(self._open)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece of it."""
        self._guarded(lambda: self._file.write(raw_data))

    def file_complete(self, file_size: int) -> Received:
        """End it; a small one is written only now."""
        self._guarded(lambda: self._file.close())
        assert self._path is not None
        return Received(self._path, self.file_name or "", self.content_type or "", file_size)

    def upload_interrupted(self) -> None:
        """Leave nothing of one that did not come to its end."""
        if self._path is None:
            return
        with suppress(OSError):  # what could not be written can't be while it is closed either
            self._file.close()
        self._path.unlink(missing_ok=True)

    def _open(self) -> None:
        path = make_folder() / f"{secrets.token_hex(16)}.upload"
        self._file = open(path, "xb", opener=_for_me)  # noqa: SIM115 - closed when it is complete
        self._path = path

    def _guarded(self, write: Callable[[], object]) -> None:
        try:
            write()
        except OSError as error:
            self.upload_interrupted()
            if self.request is not None:
                self.request.META[NO_ROOM] = error.strerror or "1"
            raise StopUpload(connection_reset=False) from None


class EnoughRoom:
    """Say that the disk is full, whatever page was asked; what was sent is gone then, so no page could make sense of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on, or tell."""
        if request.META.get(NO_ROOM):
            return _no_room(request)
        response = self._next(request)
        return _no_room(request) if request.META.get(NO_ROOM) else response

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        """Read all that was sent before the page does anything with a part of it."""
        if request.method == "POST" and request.POST is not None and request.META.get(NO_ROOM):
            return _no_room(request)
        return None


def _no_room(request: HttpRequest) -> HttpResponse:
    words = gettext("There is not enough room on the disk for that.")
    return wrong(request, words, gettext("Make room, then send it again. Nothing was changed."), 507)


def keep(files: Sequence[UploadedFile[Any]], folder: Path) -> list[str]:
    """Move files that were sent into a folder of their own, made for them; gives their names there.

    Raises
    ------
    BackstrideError
        When they cannot be kept.
    """
    names: list[str] = []
    taken: set[str] = set()
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        for file in files:
            name = safe_name(file.name or "", taken)
            _move(file, folder / name)
            names.append(name)
            taken.add(name.casefold())
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise BackstrideError(f"the files cannot be kept: {error.strerror}.", remedy=gettext("Make room, then send them again.")) from None
    return names


def _move(file: UploadedFile[Any], target: Path) -> None:
    if isinstance(file, Received):
        try:
            os.replace(file.path, target)
        except OSError:  # another file system
            with open(file.path, "rb") as sent, open(target, "wb", opener=_for_me) as copy:
                shutil.copyfileobj(sent, copy)


def _for_me(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def safe_name(name: str, taken: Collection[str] = frozenset()) -> str:
    """A name as it was sent, without what a file system or a terminal could take amiss.

    It is none of those that are taken, which are given without capitals.
    """
    plain = "".join("_" if unicodedata.category(letter)[0] == "C" or letter in '/\\:*?"<>|' else letter for letter in name)
    stem, dot, ending = plain.strip(" .").rpartition(".")
    if not stem:
        stem, dot, ending = ending or "file", "", ""
    room = _LONGEST_NAME - len((dot + ending).encode())
    if room < 1:
        stem, dot, ending, room = plain, "", "", _LONGEST_NAME
    stem = stem.encode("utf-8", "replace")[:room].decode("utf-8", "ignore")
    made, number = f"{stem}{dot}{ending}", 1
    while made.casefold() in taken:
        number += 1
        made = f"{stem}-{number}{dot}{ending}"
    return made


def new_folder_name() -> str:
    """A name that no other folder has, and nobody guesses."""
    return secrets.token_hex(16)


def as_sent(path: str) -> str:
    """A file by the name under which it was sent: its folder was ours and is gone. One that was read where it lies keeps its whole path."""
    return _OUR_FOLDER.sub("", path)


def sweep(kept: Collection[tuple[int, str]]) -> None:
    """Delete what uploads that broke off, and imports that are done, left behind.

    Parameters
    ----------
    kept : collection of (int, str)
        Number of the runner and name of the folder of every upload that is still needed.
    """
    folder = make_folder()
    needed = {(str(runner), name) for runner, name in kept}
    for path in folder.iterdir():
        if not path.is_dir():
            if _is_old(path):
                path.unlink(missing_ok=True)
            continue
        for inside in path.iterdir():
            if (path.name, inside.name) not in needed and _is_old(inside):
                shutil.rmtree(inside, ignore_errors=True)


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > _FRESH_S
    except OSError:
        return False


def spool_here() -> None:
    """Let what does not fit into memory go to the disk of the data; the system's folder for such files may lie in memory itself."""
    tempfile.tempdir = str(make_folder())
