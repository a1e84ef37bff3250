"""The bytes of something that may be larger than the memory, as far as they are sound."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Protocol

from backstride.errors import RunFileError

__all__ = ["BROKEN", "Content", "largest_bytes", "reason_of"]

BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What the standard library raises over a damaged archive, from its directory to its packed data."""


_LARGEST_RUN = 64_000_000
_LARGEST_LIST = 200_000_000
"""A service's list of all activities of many years; 135 MB have been seen."""


def largest_bytes(name: str) -> int:
    """How much of a file of this name is read into memory at the most, unpacked."""
    return _LARGEST_LIST if name.lower().removesuffix(".gz").endswith((".json", ".csv")) else _LARGEST_RUN


def reason_of(error: BaseException) -> str:
    """One short line of an error."""
    lines = str(error).splitlines()
    return lines[0][:100] if lines else type(error).__name__


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


class Content:
    """Reads in pieces; where the bytes turn bad it ends, and says why.

    Attributes
    ----------
    damage : str
        Why it ended before its end; empty while nothing is wrong.
    read_bytes : int
        Unpacked bytes given so far.
    watch : callable or None
        Called after every piece, so that what takes minutes can be stopped: what it raises goes through to whoever reads.
    """

    def __init__(self, file: _Readable | IO[bytes]) -> None:
        self._file = file
        self.damage = ""
        self.read_bytes = 0
        self.watch: Callable[[], None] | None = None

    @classmethod
    def of_file(cls, path: Path) -> Content:
        """The content of a regular file.

        Raises
        ------
        RunFileError
            When it cannot be opened, or is a device or a pipe.
        """
        try:
            if not path.is_file():
                raise RunFileError("is not a regular file.", place=str(path))
            return cls(open(path, "rb"))
        except OSError as error:
            raise RunFileError(f"cannot be read: {error.strerror}.", place=str(path)) from None

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; empty at the end or where the damage begins."""
        if self.damage:
            return b""
        try:
            data = self._file.read(size)
        except BROKEN as error:
            self.damage = reason_of(error)
            return b""
        self.read_bytes += len(data)
        if self.watch is not None:
            self.watch()
        return data

    def close(self) -> None:
        """Give the file back."""
        self._file.close()
