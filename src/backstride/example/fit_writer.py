"""Writes small, valid FIT activity files.

Layout after the FIT protocol: header of 14 bytes, definition and data messages, CRC-16 at the end.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

__all__ = ["RunPlan", "crc16", "fit_bytes"]

_FIT_EPOCH_S = 631065600
_CRC_TABLE = (
    0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401,
    0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400,
)  # fmt: skip
_ENUM, _UINT8, _UINT16, _UINT32 = (0x00, "B"), (0x02, "B"), (0x84, "H"), (0x86, "I")

_Field = tuple[int, tuple[int, str], int]


@dataclass(frozen=True, slots=True)
class RunPlan:
    """One run to write.

    Attributes
    ----------
    start : datetime
        Zone-aware.
    distance_m, duration_s : float
    every_s : int
        Seconds between records.
    heart_rate_bpm, cadence_spm : int
    utc_offset_s : int
    """

    start: datetime
    distance_m: float
    duration_s: int
    every_s: int = 10
    heart_rate_bpm: int = 145
    cadence_spm: int = 168
    utc_offset_s: int = 0


def crc16(data: bytes, crc: int = 0) -> int:
    """CRC-16 of the FIT protocol."""
    for byte in data:
        for nibble in (byte & 0xF, byte >> 4):
            crc = (crc >> 4) ^ _CRC_TABLE[crc & 0xF] ^ _CRC_TABLE[nibble]
    return crc


def fit_bytes(plan: RunPlan) -> bytes:
    """A FIT activity file with one running session and evenly paced records."""
    start = int(plan.start.timestamp()) - _FIT_EPOCH_S
    end = start + plan.duration_s
    body = bytearray()
    body += _message(0, 0, [(0, _ENUM, 4), (1, _UINT16, 255), (2, _UINT16, 1), (4, _UINT32, start)])
    body += _message(1, 21, [(253, _UINT32, start), (0, _ENUM, 0), (1, _ENUM, 0)])
    speed = plan.distance_m / plan.duration_s
    body += _definition(2, 20, _record(start, 0.0, speed, plan))
    for second in range(0, plan.duration_s + 1, plan.every_s):
        body += _data(2, _record(start + second, speed * second, speed, plan))
    body += _message(1, 21, [(253, _UINT32, end), (0, _ENUM, 0), (1, _ENUM, 4)])
    totals = [(7, _UINT32, plan.duration_s * 1000), (8, _UINT32, plan.duration_s * 1000), (9, _UINT32, round(plan.distance_m * 100))]
    sport: list[_Field] = [(5, _ENUM, 1), (6, _ENUM, 0), (16, _UINT8, plan.heart_rate_bpm), (18, _UINT8, plan.cadence_spm // 2)]
    body += _message(3, 18, [(253, _UINT32, end), (2, _UINT32, start), *totals, *sport, (0, _ENUM, 8), (1, _ENUM, 1)])
    body += _message(
        4, 34, [(253, _UINT32, end), (0, _UINT32, plan.duration_s * 1000), (1, _UINT16, 1), (5, _UINT32, end + plan.utc_offset_s)]
    )
    header = struct.pack("<BBHI4s", 14, 0x20, 2132, len(body), b".FIT")
    whole = header + struct.pack("<H", crc16(header)) + bytes(body)
    return whole + struct.pack("<H", crc16(whole))


def _record(at: int, distance_m: float, speed_mps: float, plan: RunPlan) -> list[_Field]:
    return [
        (253, _UINT32, at),
        (5, _UINT32, round(distance_m * 100)),
        (6, _UINT16, round(speed_mps * 1000)),
        (3, _UINT8, plan.heart_rate_bpm),
        (4, _UINT8, plan.cadence_spm // 2),
    ]


def _message(local: int, kind: int, fields: Sequence[_Field]) -> bytes:
    return _definition(local, kind, fields) + _data(local, fields)


def _definition(local: int, kind: int, fields: Sequence[_Field]) -> bytes:
    head = struct.pack("<BBBHB", 0x40 | local, 0, 0, kind, len(fields))
    return head + b"".join(struct.pack("<BBB", number, struct.calcsize(code), base) for number, (base, code), _ in fields)


def _data(local: int, fields: Sequence[_Field]) -> bytes:
    return struct.pack("<B", local) + b"".join(struct.pack(f"<{code}", value) for _, (_, code), value in fields)
