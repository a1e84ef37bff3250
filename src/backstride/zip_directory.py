"""How much a zip archive lists, known before its directory is read: that is read whole, and can be made to fill the memory."""

from __future__ import annotations

import struct
from typing import IO

__all__ = ["lists_too_much"]

_MAX_BYTES = 24_000_000
"""Room for 100,000 members with long names."""
_END_WITHIN = 22 + 65_535 + 76


def lists_too_much(file: IO[bytes]) -> bool:
    """Whether the directory of this archive is larger than that of any archive of runs.

    Its size stands in the end record (APPNOTE.TXT 4.3.14, 4.3.16). A file without one is no archive, or was cut off. The file is
    left at its start.
    """
    size = file.seek(0, 2)
    file.seek(max(size - _END_WITHIN, 0))
    tail = file.read(_END_WITHIN)
    file.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return False
    listed = int(struct.unpack_from("<I", tail, at + 12)[0])
    large = tail.rfind(b"PK\x06\x06", 0, at)
    if listed == 0xFFFFFFFF and large >= 0 and len(tail) >= large + 48:
        listed = int(struct.unpack_from("<Q", tail, large + 40)[0])
    return listed > _MAX_BYTES
