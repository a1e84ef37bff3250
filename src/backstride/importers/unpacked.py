"""The bytes of a run file, also where it is gzipped, whatever its name says."""

from __future__ import annotations

import zlib
from pathlib import Path

from backstride.errors import RunFileError
from backstride.importers.content import largest_bytes
from backstride.regular_file import read_regular

__all__ = ["read_unpacked", "unpack"]

_CHUNK = 1 << 16


def read_unpacked(path: Path) -> tuple[bytes, str]:
    """Read a file whole and unpack it if it is gzipped.

    Returns
    -------
    data, damage
        As `unpack` gives them.

    Raises
    ------
    RunFileError
        When it cannot be read, nothing of it can be unpacked, or it is larger than a run can be.
    """
    try:
        data = read_regular(path, largest_bytes(path.name))
    except FileNotFoundError:
        raise RunFileError("there is no such file.", place=str(path), remedy="Check the name.") from None
    except OSError as error:
        raise RunFileError(f"cannot be read: {error.strerror}.", place=str(path)) from None
    return unpack(data, path)


def unpack(data: bytes, path: Path) -> tuple[bytes, str]:
    """The bytes themselves, or what they unpack to where they are gzipped; `path` is for messages.

    Returns
    -------
    data, damage
        Of a gzip file that is damaged or cut off what came before, and why it ends there; else no damage.

    Raises
    ------
    RunFileError
        When nothing of it can be unpacked, or too much.
    """
    if data[:2] != b"\x1f\x8b":
        return data, ""
    largest = largest_bytes(path.name)
    plain, damage, broken_at = _unpacked(data, largest, fine_from=len(data))
    if damage:
        # Again, byte by byte from the piece in which it broke: a piece gives nothing at all once any of it is bad.
        plain, damage, _ = _unpacked(data, largest, fine_from=broken_at)
    if len(plain) > largest:
        raise RunFileError(f"unpacks to more than {largest // 1_000_000} MB.", place=str(path))
    if damage and not plain:
        raise RunFileError("is a damaged gzip file.", place=str(path), remedy="Export it again.")
    return plain, damage


def _unpacked(data: bytes, largest: int, fine_from: int) -> tuple[bytes, str, int]:
    """What could be unpacked, why it ended there, and where the last piece began; from `fine_from` on a piece is one byte."""
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    plain, at, begin = bytearray(), 0, 0
    try:
        while not unpacker.eof and len(plain) <= largest:
            piece = unpacker.unconsumed_tail
            if not piece:
                begin = at
                at += min(_CHUNK, fine_from - at) if at < fine_from else 1
                piece = data[begin:at]
            if not piece:
                return bytes(plain), "the gzip file was cut off", begin
            plain += unpacker.decompress(piece, largest + 1 - len(plain))
    except zlib.error as error:
        return bytes(plain), f"the gzip file is damaged ({str(error)[:80]})", begin
    return bytes(plain), "", begin
