"""What the fields of FIT messages mean: columns of a run's records and totals of its session, in units of this program.

Field numbers, scales and offsets after the FIT profile. Cadence is doubled to steps per minute, semicircles become degrees,
percent become shares, and of two fields for the same thing the finer ("enhanced") one is preferred record by record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from backstride.importers.fit_messages import FitPart, Value
from backstride.model.run import Samples

__all__ = [
    "ACTIVITY", "DEVICE_INFO", "DEVICE_SETTINGS", "EVENT", "FILE_ID", "RECORD", "SESSION", "SPORT", "TIMESTAMP",
    "distances", "name_of", "number_of", "on_foot", "samples", "stated",
]  # fmt: skip

FloatArray = npt.NDArray[np.float64]

FILE_ID, DEVICE_SETTINGS, SPORT, SESSION, RECORD, EVENT, DEVICE_INFO, ACTIVITY = 0, 2, 12, 18, 20, 21, 23, 34
"""Global message numbers (FIT profile)."""
_FIELD_DESCRIPTION = 206
TIMESTAMP = 253

_DISTANCE, _COMPRESSED_SPEED_DISTANCE, _CADENCE, _FRACTIONAL_CADENCE, _LEFT_RIGHT = 5, 8, 4, 53, 30
_MAX_DEVELOPER_COLUMNS = 32


class _Scaled(NamedTuple):
    """Value = raw / scale - offset, of the first field that has one."""

    fields: tuple[int, ...]
    scale: float = 1.0
    offset: float = 0.0


_COLUMNS: Mapping[str, _Scaled] = {
    "distance_m": _Scaled((_DISTANCE,), 100),
    "speed_mps": _Scaled((73, 6), 1000),
    "altitude_m": _Scaled((78, 2), 5, 500),
    "heart_rate_bpm": _Scaled((3,)),
    "power_w": _Scaled((7,)),
    "temperature_c": _Scaled((13,)),
    "contact_time_ms": _Scaled((41,), 10),
    "contact_balance_left": _Scaled((84,), 10_000),
    "duty_factor": _Scaled((40,), 10_000),
    "vertical_oscillation_mm": _Scaled((39,), 10),
    "vertical_ratio": _Scaled((83,), 10_000),
    "step_length_mm": _Scaled((85,), 10),
    "grade": _Scaled((9,), 10_000),
    "core_temperature_c": _Scaled((139,), 100),
    "position_accuracy_m": _Scaled((31,)),
    "latitude_deg": _Scaled((0,), 2**31 / 180),
    "longitude_deg": _Scaled((1,), 2**31 / 180),
}
_STATED: Mapping[str, _Scaled] = {
    "heart_rate_bpm": _Scaled((16,)),
    "power_w": _Scaled((20,)),
    "temperature_c": _Scaled((57,)),
    "contact_time_ms": _Scaled((91,), 10),
    "contact_balance_left": _Scaled((133,), 10_000),
    "duty_factor": _Scaled((90,), 10_000),
    "vertical_oscillation_mm": _Scaled((89,), 10),
    "vertical_ratio": _Scaled((132,), 10_000),
    "step_length_mm": _Scaled((134,), 10),
}
# A whole number with its fraction in a field of its own: (whole, fraction, parts of one).
_STATED_WITH_FRACTION: Mapping[str, tuple[int, int, float]] = {"ascent_m": (22, 199, 100), "descent_m": (23, 200, 100)}
_STATED_OF_ONE_LEG: Mapping[str, tuple[int, int, float]] = {"cadence_spm": (18, 92, 128), "steps": (10, 94, 128)}

_NEVER_ZERO = ("contact_time_ms", "contact_balance_left", "duty_factor", "vertical_oscillation_mm", "vertical_ratio", "step_length_mm")
"""Some devices write 0 for what they did not measure; no step is like that."""

_NOT_ON_FOOT = ("cycling", "e_biking", "swimming", "rowing", "paddling", "kayaking", "stand_up_paddleboarding", "motorcycling", "driving")

_UNITS: Mapping[str, str] = {
    "w": "w", "watts": "w", "watt": "w", "ms": "ms", "milliseconds": "ms", "s": "s", "sec": "s", "seconds": "s", "m": "m", "meters": "m",
    "cm": "cm", "centimeters": "cm", "mm": "mm", "millimeters": "mm", "m/s": "mps", "km/h": "kmph", "bpm": "bpm", "spm": "spm",
    "rpm": "rpm", "%": "percent", "percent": "percent", "kn/m": "kn_per_m", "g": "g", "gs": "g", "deg": "deg", "degrees": "deg",
    "°": "deg", "c": "c", "°c": "c", "deg c": "c", "kg": "kg", "j": "j", "kj": "kj", "kcal": "kcal", "n": "n", "bw": "bw",
    "w/kg": "w_per_kg", "breaths/min": "per_min", "brpm": "per_min",
}  # fmt: skip
"""How developers write units, and the suffix that says the same."""


def on_foot(sport: str) -> bool:
    """Whether cadence counts strides of one leg in this sport."""
    return sport not in _NOT_ON_FOOT


def number_of(value: Value | None) -> float:
    """A single number of a message, NaN for anything else."""
    return float(value) if isinstance(value, int | float) else float("nan")


def name_of(kind: str, value: Value | None) -> str:
    """The profile's word for a number of this type (``"sport"``, ``"manufacturer"``...); the number itself where it has none."""
    from fitdecode.profile import FIELD_TYPES

    if not isinstance(value, int | float):
        return value if isinstance(value, str) else ""
    return str(FIELD_TYPES[kind].enum.get(int(value), int(value)))


def samples(part: FitPart, rows: npt.NDArray[np.intp], times: FloatArray, start_s: float, sport: str) -> Callable[[], Samples]:
    """The columns that have any value, for these records of the file, with ``time_s`` from the start.

    A developer's field becomes a column ``dev_<name>_<unit>`` of its own, whatever it is called, and never stands in for a native
    one. The name is in lower case with ``_`` for everything but letters and digits; the unit follows where the developer declared
    one that is known and the name does not end with it already. Its values are as declared, unconverted. Of several developers
    with the same name the second is ``..._2``. Text and lists are left out.
    """

    def load() -> Samples:
        columns: dict[str, FloatArray] = {"time_s": times[rows] - start_s}
        has = part.fields(RECORD)
        for name, values in _native(part, has, sport):
            if np.isfinite(chosen := values[rows]).any():
                columns[name] = chosen
        for name, values in _developers(part, has):
            if np.isfinite(chosen := values[rows]).any():
                columns[name] = chosen
        return columns

    return load


def distances(part: FitPart) -> FloatArray:
    """Metres so far at every record, NaN where missing."""
    values = part.column(RECORD, _DISTANCE) / 100
    if (_COMPRESSED_SPEED_DISTANCE, -1) in part.fields(RECORD):
        values = np.where(np.isfinite(values), values, _compressed(part)[1])
    return values


def _native(part: FitPart, has: set[tuple[int, int]], sport: str) -> list[tuple[str, FloatArray]]:
    columns: list[tuple[str, FloatArray]] = []
    for name, scaled in _COLUMNS.items():
        present = [number for number in scaled.fields if (number, -1) in has]
        if not present:
            continue
        raw = part.column(RECORD, present[0])
        for number in present[1:]:
            raw = np.where(np.isfinite(raw), raw, part.column(RECORD, number))
        raw = np.where(raw == 0, np.nan, raw) if name in _NEVER_ZERO else raw
        columns.append((name, raw / scaled.scale - scaled.offset))
    if (_COMPRESSED_SPEED_DISTANCE, -1) in has:
        known = dict(columns)
        for name, values in zip(("speed_mps", "distance_m"), _compressed(part), strict=True):
            native = known.pop(name, values)
            known[name] = np.where(np.isfinite(native), native, values)
        columns = list(known.items())
    if (_CADENCE, -1) in has:
        # Strides of one leg (or turns of one crank) a minute, with the fraction in a field of its own.
        turns = part.column(RECORD, _CADENCE) + np.nan_to_num(part.column(RECORD, _FRACTIONAL_CADENCE) / 128)
        columns.append(("cadence_spm", 2 * turns) if on_foot(sport) else ("cadence_rpm", turns))
    if (_LEFT_RIGHT, -1) in has:
        # The upper bit says that the share is the right leg's; without it the side is not known.
        raw = part.column(RECORD, _LEFT_RIGHT)
        columns.append(("power_balance_left", np.where(raw >= 128, 1 - (raw - 128) / 100, np.nan)))
    breaths = [(number, scale) for number, scale in ((108, 100.0), (99, 1.0)) if (number, -1) in has]
    if breaths:
        rate = part.column(RECORD, breaths[0][0]) / breaths[0][1]
        for number, scale in breaths[1:]:
            rate = np.where(np.isfinite(rate), rate, part.column(RECORD, number) / scale)
        columns.append(("respiration_rate_per_min", rate))
    return columns


def _compressed(part: FitPart) -> tuple[FloatArray, FloatArray]:
    """Speed in m/s and distance in m out of field compressed_speed_distance: 12 bits of 1/100 m/s, 12 bits of 1/16 m that roll over."""
    octets = part.octets(RECORD, _COMPRESSED_SPEED_DISTANCE, 3).astype(np.int64)
    known = (octets != 255).any(axis=1)
    speed = np.where(known, (octets[:, 0] | (octets[:, 1] & 15) << 8) / 100, np.nan)
    low = (octets[:, 1] >> 4 | octets[:, 2] << 4)[known]
    distance = np.full(known.size, np.nan)
    distance[known] = np.cumsum(np.diff(low, prepend=0) & 4095) / 16
    return speed, distance


def _developers(part: FitPart, has: set[tuple[int, int]]) -> list[tuple[str, FloatArray]]:
    described: dict[tuple[int, int], dict[int, Value]] = {}
    for row in part.rows(_FIELD_DESCRIPTION):
        developer, number = number_of(row.get(0)), number_of(row.get(1))
        if np.isfinite([developer, number]).all():
            described.setdefault((int(number), int(developer)), row)
    columns: dict[str, FloatArray] = {}
    for key in sorted(key for key in has if key[1] >= 0 and key in described)[:_MAX_DEVELOPER_COLUMNS]:
        row = described[key]
        base = number_of(row.get(2))
        if not np.isfinite(base):
            continue
        values = part.column(RECORD, key[0], developer=key[1], base=int(base))
        scale, offset = number_of(row.get(6)), number_of(row.get(7))
        if np.isfinite(scale) and scale > 0:
            values = values / scale
        name = base_name = _developer_name(str(row.get(3, "")), str(row.get(8, "")))
        again = 1
        while name in columns:
            again += 1
            name = f"{base_name}_{again}"
        columns[name] = values - (offset if np.isfinite(offset) else 0.0)
    return list(columns.items())


def _developer_name(name: str, unit: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40] or "unnamed"
    suffix = _UNITS.get(unit.strip().lower(), "")
    return f"dev_{plain}" if not suffix or plain.endswith(f"_{suffix}") else f"dev_{plain}_{suffix}"


def stated(session: Mapping[int, Value], sport: str) -> dict[str, float]:
    """What a session message says about the whole session, by column name with unit; what it does not say is left out."""
    totals = {name: number_of(session.get(scaled.fields[0])) / scaled.scale - scaled.offset for name, scaled in _STATED.items()}
    for name, (whole, fraction, parts) in _STATED_WITH_FRACTION.items():
        totals[name] = _with_fraction(session, whole, fraction, parts)
    if on_foot(sport):
        for name, (whole, fraction, parts) in _STATED_OF_ONE_LEG.items():
            totals[name] = 2 * _with_fraction(session, whole, fraction, parts)
    breaths = number_of(session.get(169)) / 100
    totals["respiration_rate_per_min"] = breaths if np.isfinite(breaths) else number_of(session.get(147))
    return {name: float(value) for name, value in totals.items() if np.isfinite(value) and (value or name not in _NEVER_ZERO)}


def _with_fraction(session: Mapping[int, Value], whole: int, fraction: int, parts: float) -> float:
    return number_of(session.get(whole)) + float(np.nan_to_num(number_of(session.get(fraction)) / parts))
