"""The members of a zip archive, one after another in memory, also of archives in it and of one that was cut off.

Nothing is ever written under a member's name, so no name can lead outside; names that try are refused all the same.
"""

from __future__ import annotations

import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import IO

from backstride.errors import RunFileError
from backstride.importers.content import BROKEN, Content, largest_bytes, reason_of
from backstride.zip_directory import lists_too_much

__all__ = ["Member", "Want", "members"]

_MAX_MEMBERS = 100_000
_MAX_INNER_BYTES = 8_000_000_000
_MAX_DEPTH = 2
_IN_MEMORY_BYTES = 32_000_000
_CHUNK = 1 << 20
_SMALL_CHUNK = 1 << 13
"""What is read at once of a member: little is lost with the piece in which its damage shows."""
_LOCAL = b"PK\x03\x04"
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _SIZES_LATER = 0x1, 0x8


class Want(Enum):
    """What is wanted of a member: nothing (as it was dealt with, or never), its content whole, or as a stream as it may be very large."""

    NO = "no"
    DONE = "done"
    WHOLE = "whole"
    STREAM = "stream"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an archive.

    Attributes
    ----------
    name : str
        Its name, with the names of the archives around it before a ``!``.
    data : bytes
        Its content; empty when it was refused or skipped.
    refused : str
        Why it was refused; empty when it was not.
    damaged : str
        What is wrong with its content, of which `data` is what could be kept; empty when nothing is.
    opened : callable or None
        Gives the content of a member that is wanted as a stream, from its start; works until the next member is asked for.
    size_bytes : int
        As packed.
    want : Want
        What was wanted of it.
    """

    name: str
    data: bytes
    refused: str = ""
    damaged: str = ""
    opened: Callable[[], Content] | None = None
    size_bytes: int = 0
    want: Want = Want.WHOLE


def members(path: Path, wanted: Callable[[str], Want]) -> Iterator[Member]:
    """Give every member, with the content of those that are wanted by their name.

    Parameters
    ----------
    path : Path
        A zip archive; archives in it are opened too, two deep.
    wanted : callable
        What is wanted of a member of this name (as in `Member`). The others come with empty data and no reason.

    Yields
    ------
    Member
        One damaged or hostile member never stops the others. Of an archive without its directory (a download that was
        cut off) everything before the cut.

    Raises
    ------
    RunFileError
        When the file cannot be opened, or holds nothing of a zip archive.
    """
    if not path.is_file():
        raise RunFileError("is a device or a pipe, not a file.")
    try:
        with open(path, "rb") as file:
            yield from _inside(file, "", wanted, 1)
    except OSError as error:
        raise RunFileError(f"cannot be read: {error.strerror}.", place=str(path)) from None


def _inside(file: IO[bytes], around: str, wanted: Callable[[str], Want], depth: int) -> Iterator[Member]:
    if lists_too_much(file):
        yield Member(around.removesuffix("!") or "the archive", b"", f"lists more than {_MAX_MEMBERS:,} files", want=Want.NO)
        return
    file.seek(0)
    try:
        archive = zipfile.ZipFile(file)
    except BROKEN:
        file.seek(0)
        yield from _without_directory(file, around, wanted, depth)
        return
    with archive:
        entries = archive.infolist()
        if entries and _is_of_another(file, entries):
            file.seek(0)
            yield from _without_directory(file, around, wanted, depth)
            return
        for entry in entries[:_MAX_MEMBERS]:
            if not entry.filename.endswith("/"):
                yield from _member(archive, entry, around, wanted, depth)
        if len(entries) > _MAX_MEMBERS:
            yield Member(around or "the archive", b"", f"holds more than {_MAX_MEMBERS:,} files; the rest was not read")


def _is_of_another(file: IO[bytes], entries: list[zipfile.ZipInfo]) -> bool:
    """Whether the directory that was found belongs to an archive packed in this one, whose own was cut off."""
    file.seek(0)
    return file.read(4) == _LOCAL and min(entry.header_offset for entry in entries) > 0


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, around: str, wanted: Callable[[str], Want], depth: int) -> Iterator[Member]:
    name = f"{around}{entry.filename}"
    refused = _refused_name(entry.filename)
    if stat.S_ISLNK(entry.external_attr >> 16):
        refused = "is a link, which an archive of runs has no need of"
    if entry.flag_bits & _ENCRYPTED:
        refused = "is locked by a password"
    inner = entry.filename.lower().endswith(".zip")
    want = wanted(name)
    plain = Member(name, b"", refused, size_bytes=entry.compress_size, want=want)
    if refused or want is Want.DONE or not (inner or want is not Want.NO):
        yield plain
        return
    if want is Want.STREAM:
        yield replace(plain, opened=lambda: _stream_of(archive, entry))
        return
    try:
        with archive.open(entry) as content:
            if not inner:
                yield replace(_limited(name, *_as_far_as_sound(content, largest_bytes(name))), size_bytes=entry.compress_size, want=want)
            elif depth >= _MAX_DEPTH:
                yield replace(plain, refused=f"is an archive more than {_MAX_DEPTH} deep")
            else:
                with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as copy:
                    whole = _copy(content, copy)
                    yield from _inside(copy, f"{name}!", wanted, depth + 1) if whole else [replace(plain, refused="unpacks to too much")]
    except (*BROKEN, RunFileError) as error:
        yield replace(plain, refused=f"is damaged ({reason_of(error)})")


def _stream_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Content:
    try:
        return Content(archive.open(entry))
    except BROKEN as error:
        raise RunFileError(f"is damaged ({reason_of(error)}).", place=entry.filename) from None


def _refused_name(name: str) -> str:
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ":" in parts[0] or ".." in parts:
        return "has a name that leads outside the archive"
    return ""


def _as_far_as_sound(content: IO[bytes], largest: int) -> tuple[bytes, str]:
    """What can be read of a member, and why no more could be."""
    data = bytearray()
    try:
        while len(data) <= largest and (chunk := content.read(_SMALL_CHUNK)):
            data += chunk
    except BROKEN as error:
        return bytes(data), reason_of(error)
    return bytes(data), ""


def _limited(name: str, data: bytes, damaged: str = "") -> Member:
    largest = largest_bytes(name)
    if len(data) > largest:
        return Member(name, b"", f"unpacks to more than {largest // 1_000_000} MB")
    if damaged and not data:
        return Member(name, b"", f"is damaged ({damaged})")
    return Member(name, data, damaged=damaged)


def _copy(content: IO[bytes], copy: IO[bytes]) -> bool:
    written = 0
    while chunk := content.read(_CHUNK):
        written += len(chunk)
        if written > _MAX_INNER_BYTES:
            return False
        copy.write(chunk)
    copy.seek(0)
    return True


def _without_directory(file: IO[bytes], around: str, wanted: Callable[[str], Want], depth: int) -> Iterator[Member]:
    """Walk the local headers of an archive that lost its directory (APPNOTE.TXT 4.3.7)."""
    found = 0
    while found < _MAX_MEMBERS:
        header = file.read(30)
        if len(header) < 30 or header[:4] != _LOCAL:
            break
        flags, method = struct.unpack_from("<HH", header, 6)
        crc, packed, _, name_length, extra_length = struct.unpack_from("<IIIHH", header, 14)
        raw = file.read(name_length)
        file.seek(extra_length, 1)
        name = raw.decode("utf-8" if flags & 0x800 else "cp437", "replace")
        found += 1
        if flags & _ENCRYPTED or method not in (_STORED, _DEFLATED) or (flags & _SIZES_LATER and method == _STORED):
            yield Member(f"{around}{name}", b"", "cannot be read without the archive's directory")
            if flags & _SIZES_LATER:
                break
            file.seek(packed, 1)
            continue
        refused, want, later = _refused_name(name), wanted(f"{around}{name}"), bool(flags & _SIZES_LATER)
        inner = name.lower().endswith(".zip")
        if (want is Want.STREAM or (inner and want is Want.NO)) and not refused:
            begin = file.tell()
            opened = _opener(file, begin, method, packed)
            if inner:
                yield from _cut_off_inner(opened(), f"{around}{name}!", wanted, depth)
            else:
                yield Member(f"{around}{name}", b"", opened=opened, size_bytes=packed)
            file.seek(begin)
            if not _pass_over(file, method, packed, sizes_later=later):
                break
            continue
        largest = largest_bytes(name)
        data, whole = _stored(file, packed, largest) if method == _STORED else _deflated(file, packed, largest, sizes_later=later)
        damaged = "" if whole else "cut off with the archive"
        if whole and not flags & _SIZES_LATER and zlib.crc32(data) != crc:
            damaged = "its checksum does not hold"
        if refused or want in (Want.NO, Want.DONE):
            data, damaged = b"", ""
        if refused:
            yield Member(f"{around}{name}", b"", refused, want=want)
        elif not name.endswith("/"):
            yield replace(_limited(f"{around}{name}", data, damaged), want=want)
        if not whole:
            break
        if later:
            _pass_over_sizes(file)
    if not found:
        raise RunFileError("is not a zip archive, or nothing of it is left.", remedy="Download it again.")


def _cut_off_inner(content: Content, around: str, wanted: Callable[[str], Want], depth: int) -> Iterator[Member]:
    """An archive in an archive that lost its directory, as far as it is there."""
    if depth >= _MAX_DEPTH:
        yield Member(around.removesuffix("!"), b"", f"is an archive more than {_MAX_DEPTH} deep")
        return
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as copy:
        while content.read_bytes <= _MAX_INNER_BYTES and (chunk := content.read(_CHUNK)):
            copy.write(chunk)
        copy.seek(0)
        try:
            yield from _inside(copy, around, wanted, depth + 1)
        except RunFileError as error:
            yield Member(around.removesuffix("!"), b"", error.message.removesuffix("."))


class _Inflated:
    """A deflated member read in pieces from an archive without its directory; one reader of the file at a time."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self._left = size or None  # None: its size stands behind it
        self._unpacker = zlib.decompressobj(-zlib.MAX_WBITS)

    def read(self, size: int) -> bytes:
        while not self._unpacker.eof:
            packed = self._unpacker.unconsumed_tail or self._file.read(_CHUNK if self._left is None else min(_CHUNK, self._left))
            if self._left is not None and not self._unpacker.unconsumed_tail:
                self._left -= len(packed)
            if not packed:
                raise EOFError("cut off with the archive")
            if data := self._unpacker.decompress(packed, size):
                return data
        return b""

    def end(self) -> None:
        """Read to its end, which is where the next header begins."""
        while self.read(_CHUNK):
            pass
        self._file.seek(-len(self._unpacker.unused_data), 1)

    def close(self) -> None:
        """Nothing to give back: the archive stays open."""


class _Stored(_Inflated):
    """The same of a member that is not packed."""

    def read(self, size: int) -> bytes:
        data = self._file.read(min(size, self._left or 0))
        self._left = (self._left or 0) - len(data)
        if not data and self._left:
            raise EOFError("cut off with the archive")
        return data


def _opener(file: IO[bytes], at: int, method: int, size: int) -> Callable[[], Content]:
    def opened() -> Content:
        file.seek(at)
        return Content(_Stored(file, size) if method == _STORED else _Inflated(file, size))

    return opened


def _pass_over(file: IO[bytes], method: int, size: int, *, sizes_later: bool) -> bool:
    """Go to the header behind a member; False where there is none."""
    if method == _STORED or not sizes_later:
        file.seek(size, 1)
        return True
    try:
        _Inflated(file, 0).end()
    except BROKEN:
        return False
    _pass_over_sizes(file)
    return True


def _pass_over_sizes(file: IO[bytes]) -> None:
    """The checksum and sizes that follow the data of a streamed member (APPNOTE.TXT 4.3.9)."""
    mark = file.read(4)
    file.seek(12 if mark == b"PK\x07\x08" else 8, 1)


def _stored(file: IO[bytes], size: int, largest: int) -> tuple[bytes, bool]:
    if size > largest:
        file.seek(size, 1)
        return b"", True
    data = file.read(size)
    return data, len(data) == size


def _deflated(file: IO[bytes], size: int, largest: int, *, sizes_later: bool) -> tuple[bytes, bool]:
    begin = file.tell()
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    out = bytearray()
    read = 0
    while not unpacker.eof:
        chunk = unpacker.unconsumed_tail or file.read(_CHUNK if sizes_later else min(_CHUNK, size - read))
        if not unpacker.unconsumed_tail:
            read += len(chunk)
        if not chunk:
            return bytes(out), False
        try:
            out += unpacker.decompress(chunk, largest + 1 - len(out))
        except zlib.error:
            return bytes(out), False
        if len(out) > largest:
            return bytes(out), False
    file.seek(begin + (read - len(unpacker.unused_data) if sizes_later else size))
    return bytes(out), True
