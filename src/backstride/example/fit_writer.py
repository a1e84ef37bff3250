"""Writes valid FIT activity files, as small or as rich as a test needs.

Layout after the FIT protocol: header of 14 bytes, definition and data messages, CRC-16 at the end. Records are written with NumPy, so
that thousands of hour-long runs are a matter of a minute.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import numpy as np
import numpy.typing as npt

__all__ = ["DeveloperField", "RunPlan", "crc16", "fit_bytes"]

FloatArray = npt.NDArray[np.float64]

_FIT_EPOCH_S = 631065600
_ENUM, _INT8, _UINT8, _UINT16, _INT32, _UINT32 = (0x00, "B"), (0x01, "b"), (0x02, "B"), (0x84, "H"), (0x85, "i"), (0x86, "I")
_STRING, _FLOAT32 = (0x07, "s"), (0x88, "f")
_SPORTS = {"running": 1, "cycling": 2, "transition": 3, "swimming": 5, "walking": 11}
_ACTIVITY = 4
_STOP, _START = 4, 0

_Field = tuple[int, tuple[int, str], int | bytes]
_Column = tuple[int, tuple[int, str], FloatArray]


@dataclass(frozen=True, slots=True)
class DeveloperField:
    """A field that a sensor's maker adds to every record, under any name, also that of a native field.

    Attributes
    ----------
    name, unit : str
        As declared; up to 31 and 15 characters.
    value : float
        Mean of what is written, as a 32-bit float.
    """

    name: str
    unit: str
    value: float


@dataclass(frozen=True, slots=True)
class RunPlan:
    """One run to write; what is None is not in the file.

    Attributes
    ----------
    start : datetime
        Zone-aware.
    distance_m, duration_s : float
        Without pauses.
    every_s : int
        Seconds between records.
    heart_rate_bpm, cadence_spm : int
    utc_offset_s : int
    seed : int or None
        With a seed every second differs a little from the last; without, all are alike.
    contact_time_ms, contact_balance_left, vertical_oscillation_mm, step_length_mm, power_w, temperature_c : float or None
        Means; the balance as the left share, 0 to 1.
    altitude_m : tuple of float
        Heights spread evenly over the time.
    path : tuple of (float, float)
        Latitude and longitude in degrees, spread evenly over the distance.
    pauses : tuple of (int, int)
        After so many seconds of running the timer stops for so many.
    sport : str
        ``"running"``, ``"walking"``, ``"cycling"``, ``"swimming"`` or ``"transition"``.
    treadmill, race : bool
    developer_fields : tuple of DeveloperField
    compressed_timestamps : bool
        Records carry their time in the header; `every_s` must be below 32.
    states_timer : bool
        Whether the session says how long the timer ran.
    states_session : bool
        Whether there is a session message at all.
    manufacturer, product : int
    product_name : str
    clock_never_set : bool
        The device counts from its own start, as if it were 1989.
    file_type : int
        4 is an activity; 5 a workout, 6 a course, 32 a day of monitoring.
    """

    start: datetime
    distance_m: float
    duration_s: int
    every_s: int = 10
    heart_rate_bpm: int = 145
    cadence_spm: int = 168
    utc_offset_s: int = 0
    seed: int | None = None
    contact_time_ms: float | None = None
    contact_balance_left: float | None = None
    vertical_oscillation_mm: float | None = None
    step_length_mm: float | None = None
    power_w: float | None = None
    temperature_c: float | None = None
    altitude_m: tuple[float, ...] = ()
    path: tuple[tuple[float, float], ...] = ()
    pauses: tuple[tuple[int, int], ...] = ()
    sport: str = "running"
    treadmill: bool = False
    race: bool = False
    developer_fields: tuple[DeveloperField, ...] = ()
    compressed_timestamps: bool = False
    states_timer: bool = True
    states_session: bool = True
    manufacturer: int = 255
    product: int = 1
    product_name: str = ""
    clock_never_set: bool = False
    file_type: int = _ACTIVITY

    @property
    def elapsed_s(self) -> int:
        """Duration with pauses."""
        return self.duration_s + sum(pause for _, pause in self.pauses)


@cache
def _crc_words() -> list[int]:
    """What two bytes at once do to the checksum."""
    crc: npt.NDArray[np.uint16] = np.arange(0x10000, dtype=np.uint16)
    for _ in range(16):
        crc = np.where(crc & 1, crc >> 1 ^ 0xA001, crc >> 1).astype(np.uint16)
    words: list[int] = crc.tolist()
    return words


def crc16(data: bytes, crc: int = 0) -> int:
    """CRC-16 of the FIT protocol."""
    table, even = _crc_words(), len(data) & ~1
    words = array("H", np.frombuffer(data[:even], dtype="<u2").astype(np.uint16).tobytes())
    for word in words:
        crc = table[crc ^ word]
    for byte in data[even:]:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def fit_bytes(plan: RunPlan, *then: RunPlan) -> bytes:
    """A FIT activity file: one session, or one for each plan of a multisport activity (the device and clock are the first plan's)."""
    plans = (plan, *then)
    # A clock never set counts from the device's start; the gap to the true time is the same for every message.
    shift = 17_000_000 - (int(plan.start.timestamp()) - _FIT_EPOCH_S) if plan.clock_never_set else 0
    starts = [int(each.start.timestamp()) - _FIT_EPOCH_S + shift for each in plans]
    end = starts[-1] + plans[-1].elapsed_s
    body = bytearray()
    body += _file_id(plan, starts[0])
    for number, each in enumerate(plans):
        body += _message(1, 21, [(253, _UINT32, starts[number]), (0, _ENUM, 0), (1, _ENUM, _START)])
        body += _descriptions(each) if each.developer_fields else b""
        body += _records(each, starts[number])
        body += _message(1, 21, [(253, _UINT32, starts[number] + each.elapsed_s), (0, _ENUM, 0), (1, _ENUM, _STOP)])
    for number, each in enumerate(plans):
        body += _session(each, starts[number]) if each.states_session else b""
    timer = sum(each.duration_s for each in plans) * 1000
    local = end - shift + plan.utc_offset_s
    body += _message(4, 34, [(253, _UINT32, end), (0, _UINT32, timer), (1, _UINT16, len(plans)), (5, _UINT32, local)])
    header = struct.pack("<BBHI4s", 14, 0x20, 2132, len(body), b".FIT")
    whole = header + struct.pack("<H", crc16(header)) + bytes(body)
    return whole + struct.pack("<H", crc16(whole))


def _file_id(plan: RunPlan, start: int) -> bytes:
    fields: list[_Field] = [(0, _ENUM, plan.file_type), (1, _UINT16, plan.manufacturer), (2, _UINT16, plan.product), (4, _UINT32, start)]
    if plan.product_name:
        fields.append((8, _STRING, plan.product_name.encode()[:30] + b"\0"))
    return _message(0, 0, fields)


def _session(plan: RunPlan, start: int) -> bytes:
    end, elapsed = start + plan.elapsed_s, plan.elapsed_s * 1000
    timer: list[_Field] = [(8, _UINT32, plan.duration_s * 1000)] if plan.states_timer else []
    fields: list[_Field] = [
        (253, _UINT32, end),
        (2, _UINT32, start),
        (7, _UINT32, elapsed),
        *timer,
        (9, _UINT32, round(plan.distance_m * 100)),
        (5, _ENUM, _SPORTS[plan.sport]),
        (6, _ENUM, 1 if plan.treadmill else 0),
        (16, _UINT8, plan.heart_rate_bpm),
        (18, _UINT8, plan.cadence_spm // 2),
        (0, _ENUM, 8),
        (1, _ENUM, 1),
    ]
    means = ((91, plan.contact_time_ms, 10), (133, plan.contact_balance_left, 10_000), (89, plan.vertical_oscillation_mm, 10))
    fields += [(number, _UINT16, round(mean * scale)) for number, mean, scale in means if mean is not None]
    if plan.step_length_mm is not None:
        fields.append((134, _UINT16, round(plan.step_length_mm * 10)))
    if plan.power_w is not None:
        fields.append((20, _UINT16, round(plan.power_w)))
    if plan.temperature_c is not None:
        fields.append((57, _INT8, round(plan.temperature_c)))
    if plan.altitude_m:
        steps = np.diff(np.interp(np.linspace(0, 1, plan.duration_s + 1), np.linspace(0, 1, len(plan.altitude_m)), plan.altitude_m))
        fields += [(22, _UINT16, round(float(steps[steps > 0].sum()))), (23, _UINT16, round(float(-steps[steps < 0].sum())))]
    if plan.race:
        fields.append((28, _ENUM, 4))
    return _message(3, 18, fields)


def _descriptions(plan: RunPlan) -> bytes:
    body = _message(5, 207, [(3, _UINT8, 0), (1, (0x0D, "s"), bytes(16))])
    for number, developer in enumerate(plan.developer_fields):
        name, unit = developer.name.encode()[:31] + b"\0", developer.unit.encode()[:15] + b"\0"
        body += _message(6, 206, [(0, _UINT8, 0), (1, _UINT8, number), (2, _UINT8, _FLOAT32[0]), (3, _STRING, name), (8, _STRING, unit)])
    return body


def _records(plan: RunPlan, start: int) -> bytes:
    seconds = np.arange(0, plan.duration_s + 1, plan.every_s)
    rng = None if plan.seed is None else np.random.default_rng(plan.seed)

    def around(mean: float, spread: float) -> FloatArray:
        return np.full(seconds.size, mean) if rng is None else mean + spread * rng.standard_normal(seconds.size)

    clock = start + seconds + sum((np.where(seconds > after, pause, 0) for after, pause in plan.pauses), np.zeros_like(seconds))
    speed: FloatArray = np.full(seconds.size, plan.distance_m / plan.duration_s)
    distance: FloatArray = speed * seconds
    if rng is not None:
        speed = np.clip(speed * (1 + 0.04 * rng.standard_normal(seconds.size)), 0.1, None)
        distance = np.concatenate([[0.0], np.cumsum(speed[1:])])
        distance *= plan.distance_m / distance[-1] if distance[-1] else 1
    columns: list[_Column] = [
        (253, _UINT32, clock.astype(np.float64)),
        (5, _UINT32, distance * 100),
        (6, _UINT16, speed * 1000),
        (3, _UINT8, around(plan.heart_rate_bpm, 2)),
        (4, _UINT8, around(plan.cadence_spm // 2, 1)),
    ]
    if plan.contact_time_ms is not None:
        columns.append((41, _UINT16, around(plan.contact_time_ms, 4) * 10))
    if plan.contact_balance_left is not None:
        columns.append((84, _UINT16, around(plan.contact_balance_left, 0.003) * 10_000))
    if plan.vertical_oscillation_mm is not None:
        columns.append((39, _UINT16, around(plan.vertical_oscillation_mm, 2) * 10))
    if plan.step_length_mm is not None:
        columns.append((85, _UINT16, around(plan.step_length_mm, 10) * 10))
    if plan.power_w is not None:
        columns.append((7, _UINT16, around(plan.power_w, 5)))
    if plan.temperature_c is not None:
        columns.append((13, _INT8, np.full(seconds.size, plan.temperature_c)))
    if plan.altitude_m:
        heights = np.interp(seconds / plan.duration_s, np.linspace(0, 1, len(plan.altitude_m)), plan.altitude_m)
        columns.append((2, _UINT16, (heights + 500) * 5))
    if plan.path:
        along = distance / (distance[-1] or 1)
        for number, each in enumerate(zip(*plan.path, strict=True)):
            columns.append((number, _INT32, np.interp(along, np.linspace(0, 1, len(each)), each) * 2**31 / 180))
    developer = [(number, around(field.value, abs(field.value) / 50)) for number, field in enumerate(plan.developer_fields)]
    starts = np.flatnonzero(np.diff(clock, prepend=-(10**9)) > plan.every_s)
    pieces = [slice(begin, until) for begin, until in zip(starts, [*starts[1:], seconds.size], strict=True)]
    body = bytearray(_record_definition(2, columns, developer))
    for number, piece in enumerate(pieces):
        if number:
            stopped, again = int(clock[piece.start - 1]), int(clock[piece.start])
            body += _message(1, 21, [(253, _UINT32, stopped), (0, _ENUM, 0), (1, _ENUM, _STOP)])
            body += _message(1, 21, [(253, _UINT32, again), (0, _ENUM, 0), (1, _ENUM, _START)])
        if plan.compressed_timestamps:
            # The first record tells the whole time, the others its low five bits.
            body += _rows(columns, developer, slice(piece.start, piece.start + 1), np.array([2]))
            later = slice(piece.start + 1, piece.stop)
            body += _record_definition(3, columns[1:], developer)
            body += _rows(columns[1:], developer, later, 0x80 | 3 << 5 | clock[later] & 31)
        else:
            body += _rows(columns, developer, piece, np.array([2]))
    return bytes(body)


def _rows(columns: Sequence[_Column], developer: Sequence[tuple[int, FloatArray]], piece: slice, headers: npt.NDArray[np.int64]) -> bytes:
    layout = [("header", "u1"), *((f"f{n}", f"<{code}") for n, (_, code), _ in columns), *((f"d{n}", "<f4") for n, _ in developer)]
    rows = np.zeros(piece.stop - piece.start, dtype=layout)
    rows["header"] = headers
    for number, _, values in columns:
        rows[f"f{number}"] = np.rint(values[piece])
    for number, values in developer:
        rows[f"d{number}"] = values[piece]
    return rows.tobytes()


def _record_definition(local: int, columns: Sequence[_Column], developer: Sequence[tuple[int, FloatArray]]) -> bytes:
    plain = _definition(local, 20, [(number, kind, 0) for number, kind, _ in columns])
    if not developer:
        return plain
    extra = b"".join(struct.pack("<BBB", number, 4, 0) for number, _ in developer)
    return bytes([plain[0] | 0x20]) + plain[1:] + bytes([len(developer)]) + extra


def _message(local: int, kind: int, fields: Sequence[_Field]) -> bytes:
    return _definition(local, kind, fields) + _data(local, fields)


def _size(code: str, value: int | bytes) -> int:
    return len(value) if isinstance(value, bytes) else struct.calcsize(code)


def _definition(local: int, kind: int, fields: Sequence[_Field]) -> bytes:
    head = struct.pack("<BBBHB", 0x40 | local, 0, 0, kind, len(fields))
    return head + b"".join(struct.pack("<BBB", number, _size(code, value), base) for number, (base, code), value in fields)


def _data(local: int, fields: Sequence[_Field]) -> bytes:
    packed = (value if isinstance(value, bytes) else struct.pack(f"<{code}", value) for _, (_, code), value in fields)
    return struct.pack("<B", local) + b"".join(packed)
