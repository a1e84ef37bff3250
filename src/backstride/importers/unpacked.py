"""The bytes of a run file, also where it is gzipped, whatever its name says."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

from backstride.errors import RunFileError
from backstride.regular_file import read_regular

__all__ = ["read_unpacked", "unpack"]

_MAX_BYTES = 64_000_000


def read_unpacked(path: Path) -> bytes:
    """Read a file whole and unpack it if it is gzipped; of a gzip file cut off anywhere, what came before.

    Raises
    ------
    RunFileError
        When it cannot be read, is no sound start of a gzip file, or is larger than a run can be.
    """
    try:
        data = read_regular(path, _MAX_BYTES)
    except FileNotFoundError:
        raise RunFileError("there is no such file.", place=str(path), remedy="Check the name.") from None
    except OSError as error:
        raise RunFileError(f"cannot be read: {error.strerror}.", place=str(path)) from None
    return unpack(data, path)


def unpack(data: bytes, path: Path) -> bytes:
    """The bytes themselves, or what they unpack to where they are gzipped; `path` is for messages.

    Raises
    ------
    RunFileError
        As for `read_unpacked`.
    """
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
                plain = file.read(_MAX_BYTES + 1)
        except EOFError:
            plain = zlib.decompressobj(wbits=31).decompress(data, _MAX_BYTES + 1)
    except (OSError, zlib.error):
        raise RunFileError("is a damaged gzip file.", place=str(path), remedy="Export it again.") from None
    if len(plain) > _MAX_BYTES:
        raise RunFileError(f"unpacks to more than {_MAX_BYTES // 1_000_000} MB.", place=str(path))
    return plain
