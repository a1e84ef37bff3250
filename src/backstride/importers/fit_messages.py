"""FIT bytes into messages, by the protocol alone; what the messages mean is said elsewhere.

Messages of one definition have one size, so that a stretch of them is found and read at once with NumPy. Damage ends a stretch:
the walk goes on at the next place that holds a message with a believable time.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["FIT_EPOCH_S", "FitPart", "Value", "fit_parts"]

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int64]
Value = float | str | tuple[float | None, ...]

FIT_EPOCH_S = 631065600
"""1989-12-31T00:00:00Z as Unix time, the zero of FIT times (FIT protocol, type date_time)."""
_TIMESTAMP = 253
_NO_TIME = 0xFFFFFFFF
_BELIEVABLE_S = 86400
"""After damage a message counts as found when its time is at most so much later than the last one before."""
_MAX_MENDS = 50
_MEND_BYTES = 1 << 20
_FEW_STEPS, _MOST_STEPS = 16, 4000
"""Messages after the last record that are looked at again after damage; steps of the walk that are remembered for it."""
_MAX_ROWS = 1000
"""Messages of one kind given as rows; a run has a handful, a crafted file might have a million."""

_NUMBERS = {
    0: ("u1", 0xFF), 1: ("i1", 0x7F), 2: ("u1", 0xFF), 3: ("i2", 0x7FFF), 4: ("u2", 0xFFFF), 5: ("i4", 0x7FFFFFFF),
    6: ("u4", 0xFFFFFFFF), 8: ("f4", None), 9: ("f8", None), 10: ("u1", 0), 11: ("u2", 0), 12: ("u4", 0), 13: ("u1", 0xFF),
    14: ("i8", 0x7FFFFFFFFFFFFFFF), 15: ("u8", 0xFFFFFFFFFFFFFFFF), 16: ("u8", 0),
}  # fmt: skip
"""Base type number to NumPy type and the value that says "none" (FIT protocol, table of base types); NaN says it for floats."""
_STRING = 7
_LAST_BASE = 16


class _Field(NamedTuple):
    number: int
    at: int
    size: int
    base: int
    developer: int = -1


@dataclass(eq=False, slots=True)
class _Definition:
    """The layout of one kind of message, and where such messages stand: stretches of (place, how many)."""

    kind: int
    order: str
    size: int
    fields: tuple[_Field, ...]
    compressed: bool = False
    stretches: list[tuple[int, int]] = field(default_factory=list)

    def find(self, number: int, developer: int = -1) -> _Field | None:
        return next((f for f in self.fields if f.number == number and f.developer == developer), None)

    def places(self) -> IndexArray:
        if len(self.stretches) == 1:
            at, count = self.stretches[0]
            return at + np.arange(count, dtype=np.int64) * self.size
        starts, counts = np.array(self.stretches, dtype=np.int64).T
        within: IndexArray = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        places: IndexArray = np.repeat(starts, counts) + within * self.size
        return places


class FitPart:
    """The messages of one file; a chained file has several parts.

    Attributes
    ----------
    damage : list of str
        What is wrong with it, in the order found; empty when it is sound.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._definitions: dict[bytes, _Definition] = {}
        self._places: dict[int, tuple[IndexArray, list[tuple[_Definition, IndexArray]]]] = {}
        self.damage: list[str] = []

    def count(self, kind: int) -> int:
        """How many messages of this kind (global message number) there are."""
        return sum(count for d in self._definitions.values() if d.kind == kind for _, count in d.stretches)

    def fields(self, kind: int) -> set[tuple[int, int]]:
        """(number, developer index) of the fields that these messages have; the index is -1 for native fields."""
        return {(f.number, f.developer) for d in self._definitions.values() if d.kind == kind and d.stretches for f in d.fields}

    def column(self, kind: int, number: int, *, developer: int = -1, base: int | None = None) -> FloatArray:
        """One raw value a message in the order of the file, unscaled; NaN where it is missing, invalid or no single number.

        ``base`` overrides the type of the definition: developer fields have theirs in a message of its own.
        """
        places, groups = self._of_kind(kind)
        values = np.full(places.size, np.nan)
        for definition, rows in groups:
            place = definition.find(number, developer)
            if place is None:
                continue
            code, invalid = _NUMBERS.get((place.base if base is None else base) & 31, ("", None))
            if not code or np.dtype(code).itemsize != place.size:
                continue
            raw = self._raw(definition, place, definition.order + code)
            with np.errstate(invalid="ignore"):  # random bytes can be a NaN that asks to be heard
                numbers = raw.astype(np.float64)
            if invalid is not None:
                numbers[raw == invalid] = np.nan
            if len(groups) == 1:
                return numbers
            values[rows] = numbers
        return values

    def octets(self, kind: int, number: int, size: int) -> npt.NDArray[np.uint8]:
        """The bytes of a field of `size` bytes, shape (messages, size); all 255 where it is missing."""
        places, groups = self._of_kind(kind)
        values = np.full((places.size, size), 255, dtype=np.uint8)
        for definition, rows in groups:
            place = definition.find(number)
            if place is not None and place.size == size:
                values[rows] = self._raw(definition, place, f"V{size}").view(np.uint8).reshape(-1, size)
        return values

    def times(self, kind: int) -> FloatArray:
        """Unix seconds of every message, NaN where it has none; compressed timestamps are resolved."""
        times = self.column(kind, _TIMESTAMP)
        if any(d.compressed and d.stretches for d in self._definitions.values() if d.kind == kind):
            places, groups = self._of_kind(kind)
            wanted = np.zeros(places.size, dtype=bool)
            for definition, rows in groups:
                wanted[rows] |= definition.compressed
            times[wanted] = self._compressed_times(places[wanted])
        return times + FIT_EPOCH_S

    def rows(self, kind: int) -> list[dict[int, Value]]:
        """The first thousand messages of a kind as native field number to raw value; invalid ones are left out."""
        _, groups = self._of_kind(kind)
        found: list[tuple[int, dict[int, Value]]] = []
        for definition, _ in groups:
            for place in definition.places()[:_MAX_ROWS].tolist():
                row: dict[int, Value] = {}
                for part in definition.fields:
                    if part.developer < 0 and part.number not in row:
                        value = _value(self._data[place + part.at : place + part.at + part.size], part.base & 31, definition.order)
                        if value is not None:
                            row[part.number] = value
                found.append((place, row))
        return [row for _, row in sorted(found, key=lambda each: each[0])[:_MAX_ROWS]]

    def _of_kind(self, kind: int) -> tuple[IndexArray, list[tuple[_Definition, IndexArray]]]:
        """The places of all messages of a kind, in order, and which of them each definition has."""
        if kind not in self._places:
            definitions = [d for d in self._definitions.values() if d.kind == kind and d.stretches]
            each = [d.places() for d in definitions]
            places = np.concatenate(each) if each else np.array([], dtype=np.int64)
            if len(each) > 1:
                places.sort()
            groups = [(d, np.searchsorted(places, own)) for d, own in zip(definitions, each, strict=True)]
            self._places[kind] = places, groups
        return self._places[kind]

    def _raw(self, definition: _Definition, place: _Field, code: str) -> npt.NDArray[np.generic]:
        if len(definition.stretches) == 1:
            at, count = definition.stretches[0]
            return np.ndarray((count,), dtype=code, buffer=self._data, offset=at + place.at, strides=(definition.size,)).copy()
        octets = np.frombuffer(self._data, dtype=np.uint8)
        each: npt.NDArray[np.generic] = octets[(definition.places() + place.at)[:, None] + np.arange(place.size)].view(code).ravel()
        return each

    def _compressed_times(self, places: IndexArray) -> FloatArray:
        """Seconds for messages whose header holds only the low five bits of theirs (FIT protocol, compressed timestamp header)."""
        known_at, known = [], []
        for definition in self._definitions.values():
            stamp = definition.find(_TIMESTAMP)
            if stamp is not None and stamp.size == 4 and definition.stretches and not definition.compressed:
                known_at.append(definition.places())
                known.append(self._raw(definition, stamp, definition.order + "u4").astype(np.int64))
        if not known:
            return np.full(places.size, np.nan)
        at, full = np.concatenate(known_at), np.concatenate(known)
        at, full = at[full != _NO_TIME], full[full != _NO_TIME]
        octets = np.frombuffer(self._data, dtype=np.uint8)
        at, seconds = np.concatenate([at, places]), np.concatenate([full, octets[places] & 31])
        is_full = np.arange(at.size) < full.size
        order = np.argsort(at, kind="stable")
        seconds, is_full = seconds[order], is_full[order]
        steps = np.where(is_full, 0, np.diff(seconds & 31, prepend=0) & 31)
        since = np.cumsum(steps)
        last = np.maximum.accumulate(np.where(is_full, np.arange(at.size), -1))
        times = np.where(last >= 0, seconds[last] + since - since[last], np.nan)
        resolved = np.empty(at.size)
        resolved[order] = times
        return resolved[full.size :]


def _value(raw: bytes, base: int, order: str) -> Value | None:
    if base == _STRING:
        return raw.split(b"\0")[0].decode("utf-8", "replace") or None
    code, invalid = _NUMBERS[base]
    if not raw or len(raw) % np.dtype(code).itemsize:
        return None
    numbers = np.frombuffer(raw, dtype=order + code).tolist()
    known = [None if number == invalid or number != number else number for number in numbers]
    return known[0] if len(known) == 1 else tuple(known) if any(number is not None for number in known) else None


def fit_parts(data: bytes, max_messages: int) -> list[FitPart]:
    """Walk through the bytes of a FIT file and everything chained to it.

    Parameters
    ----------
    data : bytes
    max_messages : int
        Where to stop; a crafted file of two-byte messages would fill the memory instead.

    Returns
    -------
    list of FitPart
        What each file of the chain holds and what is wrong with it. Never raises, whatever the bytes.
    """
    parts: list[FitPart] = []
    at = 0
    while at < len(data):
        if not _is_header(data, at):
            after = _next_header(data, at)
            if parts:
                parts[-1].damage.append(f"{(len(data) if after is None else after) - at:,} bytes that are no FIT file follow it")
            if after is None:
                break
            at = after
        walk = _Walk(data, at, max_messages)
        parts.append(walk.part)
        at = walk.go()
        max_messages = max(max_messages - walk.messages, 0)
    return parts


def _is_header(data: bytes, at: int) -> bool:
    return data[at + 8 : at + 12] == b".FIT" and data[at] >= 12


def _next_header(data: bytes, after: int) -> int | None:
    """Where the next file of the chain begins."""
    mark = data.find(b".FIT", after + 8)
    while mark >= 0:
        if data[mark - 8] in (12, 14):
            return mark - 8
        mark = data.find(b".FIT", mark + 1)
    return None


class _Step(NamedTuple):
    """What the walk did, so that it can be taken back: messages found, or a definition replaced."""

    at: int
    definition: _Definition | None
    slot: int = -1


class _Walk:
    """The walk through one file of a chain."""

    def __init__(self, data: bytes, at: int, max_messages: int) -> None:
        self.part = FitPart(data)
        self.messages = 0
        self._data, self._begin, self._max = data, at, max_messages
        self._octets = np.frombuffer(data, dtype=np.uint8)
        self._slots: list[_Definition | None] = [None] * 16
        self._steps: list[_Step] = []
        self._last_s = 0

    def go(self) -> int:
        """Walk to the end; where the next file of the chain may begin."""
        from fastcrc import crc16

        data, begin = self._data, self._begin
        header, size = data[begin], int.from_bytes(data[begin + 4 : begin + 8], "little")
        end = begin + header + size
        damage = self.part.damage
        if size == 0:
            damage.append("the file was never closed (its header says 0 bytes)")
            end = _next_header(data, begin + 1) or len(data)
        elif end + 2 > len(data):
            damage.append(f"the file was cut off ({end + 2 - len(data):,} bytes are missing)")
            end = min(end, len(data))
        elif crc16.arc(data[begin:end]) != int.from_bytes(data[end : end + 2], "little"):
            damage.append("its checksum is wrong: something in it was changed")
        elif header >= 14 and data[begin + 12 : begin + 14] not in (b"\0\0", crc16.arc(data[begin : begin + 12]).to_bytes(2, "little")):
            damage.append("the checksum of its header is wrong")
        after_end = end + 2
        if damage:
            other = _next_header(data, begin + header)
            if other is not None and other < end:  # the next file begins before this one should end
                end = after_end = other
        at, mends = min(begin + header, end), 0
        while at < end:
            at, why = self._stretch(at, end)
            if self.messages > self._max:
                damage.append(f"it has more than {self._max:,} messages")
                return len(data)
            if not why or (damage and end - at <= 2):  # what may be the checksum of a file that was never closed
                break
            broken = self._back_to_records(self._taken_back(at)) if damage else at
            last = self._last_message(broken)
            after = self._found(last + 1, min(end, broken + _MEND_BYTES)) if mends < _MAX_MENDS else None
            if after is not None and after < broken:  # bytes are missing in the last message: the next one begins inside it
                broken = last
                self._drop_last()
            damage.append(f"{why} at byte {broken:,}" + ("" if after is None else f", {after - broken:,} bytes were passed over"))
            if after is None:
                break
            at, mends = after, mends + 1
        return after_end

    def _last_message(self, otherwise: int) -> int:
        """Where the last message begins that was read; `otherwise` when the last thing read was no message."""
        if not self._steps or self._steps[-1].slot >= 0 or (definition := self._steps[-1].definition) is None:
            return otherwise
        at, count = definition.stretches[-1]
        return at + (count - 1) * definition.size

    def _drop_last(self) -> None:
        """Forget the last message."""
        definition = self._steps[-1].definition
        if definition is not None:
            at, count = definition.stretches.pop()
            if count > 1:
                definition.stretches.append((at, count - 1))
            else:
                self._steps.pop()

    def _stretch(self, at: int, end: int) -> tuple[int, str]:
        """Walk as long as one message follows the other; where it ends, and why if that is before the end."""
        data, slots, steps = self._data, self._slots, self._steps
        while at < end:
            header = data[at]
            if header & 0xC0 == 0x40:
                after = self._define(at, end, header)
                if after == 0:
                    return at, "a definition makes no sense"
                self.messages += 1
                if self.messages > self._max:
                    return at, ""
                at = after
                continue
            definition = slots[(header >> 5 & 3) if header & 0x80 else header & 15]
            if definition is None:
                return at, "a message is of no defined kind"
            if header & 0x80:
                definition = self._with_compressed(definition)
            size = definition.size
            if at + size > end:
                return at, "a message is cut off"
            following = at + size
            count = 1
            if following < end and (data[following] == header or header & 0x80):
                count = self._like(at, size, header, (end - at) // size)
            self.messages += count
            count -= max(self.messages - self._max, 0)
            if count > 0:
                definition.stretches.append((at, count))
                steps.append(_Step(at, definition))
                if len(steps) > _MOST_STEPS:
                    del steps[: _MOST_STEPS // 2]
            at += count * size
            if self.messages > self._max:
                return at, ""
        return at, ""

    def _like(self, at: int, size: int, header: int, most: int) -> int:
        """How many messages of the same header follow each other from here; of compressed ones the time in it may differ."""
        mask = 0xE0 if header & 0x80 else 0xFF
        count, window = 1, 64
        while count < most:
            begin = at + count * size
            piece = self._octets[begin : begin + min(window, most - count) * size - size + 1 : size] & mask
            other = np.flatnonzero(piece != header & mask)
            if other.size:
                return count + int(other[0])
            count += piece.size
            window *= 8
        return count

    def _define(self, at: int, end: int, header: int) -> int:
        """Take in a definition; where the next message begins, 0 when this is none."""
        data = self._data
        if at + 6 > end or data[at + 2] > 1:
            return 0
        after = at + 6 + 3 * data[at + 5]
        if header & 0x20:
            if after >= end:
                return 0
            after += 1 + 3 * data[after]
        if after > end:
            return 0
        raw = data[at + 2 : after]
        definition = self.part._definitions.get(raw)
        if definition is None:
            made = _definition(raw)
            if made is None:
                return 0
            definition = self.part._definitions[raw] = made
        slot = header & 15
        self._steps.append(_Step(at, self._slots[slot], slot))
        self._slots[slot] = definition
        return after

    def _with_compressed(self, plain: _Definition) -> _Definition:
        """The same layout, for messages whose time stands in their header."""
        key = b"compressed" + id(plain).to_bytes(8, "little")
        known = self.part._definitions
        if key not in known:
            known[key] = _Definition(plain.kind, plain.order, plain.size, plain.fields, compressed=True)
        return known[key]

    def _taken_back(self, at: int) -> int:
        """Forget what was read between the damage and where it showed: from the first message with an unbelievable time on."""
        steps, first_bad, before = self._steps, None, 0
        for index in range(len(steps) - 1, max(len(steps) - 200, -1), -1):
            step = steps[index]
            if step.definition is None or step.slot >= 0 or (stamps := self._stamps(step)) is None:
                continue
            sound = _believable(stamps, self._median_s())
            if sound[-1]:
                break
            good = np.flatnonzero(sound)
            before = int(good[-1]) + 1 if good.size else 0
            first_bad = index
            if before:
                break
        if first_bad is None or not steps:
            return at
        for step in reversed(steps[first_bad:]):
            if step.slot >= 0:
                self._slots[step.slot] = step.definition
            elif step.definition is not None:
                self.messages -= step.definition.stretches.pop()[1]
        step = steps[first_bad]
        del steps[first_bad:]
        if before and step.definition is not None:
            step.definition.stretches.append((step.at, before))
            steps.append(step)
            self.messages += before
        return step.at + (before * step.definition.size if before and step.definition is not None else 0)

    def _back_to_records(self, at: int) -> int:
        """Forget the few messages between the last record and the damage: what is sound of them is found again."""
        counts = {d: sum(count for _, count in d.stretches) for d in self.part._definitions.values() if d.find(_TIMESTAMP)}
        most = max(counts, key=lambda d: counts[d], default=None)
        for back, step in enumerate(reversed(self._steps[-_FEW_STEPS:])):
            if step.slot >= 0 or (step.definition is most and not back):
                break
            if step.definition is most:
                begin = self._steps[-back].at
                for each in self._steps[-back:]:
                    if each.definition is not None:
                        self.messages -= each.definition.stretches.pop()[1]
                del self._steps[-back:]
                return begin
        return at

    def _stamps(self, step: _Step) -> npt.NDArray[np.int64] | None:
        """The times of the messages that a step found; None where they have none."""
        definition = step.definition
        stamp = definition.find(_TIMESTAMP) if definition is not None else None
        if definition is None or stamp is None or stamp.size != 4 or definition.compressed:
            return None
        # A later step may have found more of the same kind.
        at, count = next(stretch for stretch in reversed(definition.stretches) if stretch[0] == step.at)
        strided = np.ndarray((count,), definition.order + "u4", buffer=self._data, offset=at + stamp.at, strides=(definition.size,))
        return strided.astype(np.int64)

    def _median_s(self) -> float:
        """The middle of all times so far; NaN without any."""
        every = [
            self.part._raw(d, stamp, d.order + "u4").astype(np.int64)
            for d in self.part._definitions.values()
            if d.stretches and not d.compressed and (stamp := d.find(_TIMESTAMP)) is not None and stamp.size == 4
        ]
        return float(np.median(np.concatenate(every))) if every else float("nan")

    def _found(self, begin: int, end: int) -> int | None:
        """The next place that holds a message with a believable time, followed by another message or the end."""
        begins = np.zeros(256, dtype=bool)
        begins[0x40:0x80] = True
        for slot, definition in enumerate(self._slots):
            begins[slot] = definition is not None
            if slot < 4:
                begins[0x80 + 32 * slot : 0xA0 + 32 * slot] = definition is not None
        middle, best = self._median_s(), None
        for slot, definition in enumerate(self._slots):
            stamp = definition.find(_TIMESTAMP) if definition is not None else None
            if definition is None or stamp is None or stamp.size != 4:
                continue
            last = (end if best is None else best) - definition.size
            places = begin + np.flatnonzero(self._octets[begin : max(last + 1, begin)] == slot)
            if not places.size:
                continue
            octets = self._octets[places[:, None] + stamp.at + np.arange(4)]
            stamps = octets.view(definition.order + "u4").ravel().astype(np.int64)
            after = places + definition.size
            follows = begins[self._octets[np.minimum(after, len(self._data) - 1)]] | (after >= end)
            good = places[_believable(stamps, middle) & follows]
            if good.size:
                best = int(good[0])
        return best


def _believable(stamps: npt.NDArray[np.int64], middle: float) -> npt.NDArray[np.bool_]:
    return np.asarray(np.abs(stamps - middle) <= _BELIEVABLE_S if middle == middle else (stamps > 0x10000000) & (stamps < 0xC0000000))


def _definition(raw: bytes) -> _Definition | None:
    """The layout in a definition message from its byte order on; None when it can be none."""
    order = ">" if raw[0] else "<"
    kind = struct.unpack_from(order + "H", raw, 1)[0]
    count, at = raw[3], 1
    fields: list[_Field] = []
    for number, size, base in _triples(raw, 4, count):
        if base & 31 > _LAST_BASE:
            return None
        fields.append(_Field(number, at, size, base))
        at += size
    developer = 4 + 3 * count
    if developer < len(raw):
        for number, size, index in _triples(raw, developer + 1, raw[developer]):
            fields.append(_Field(number, at, size, _STRING, index))
            at += size
    return _Definition(kind, order, at, tuple(fields))


def _triples(raw: bytes, begin: int, count: int) -> Sequence[tuple[int, int, int]]:
    each = raw[begin : begin + 3 * count]
    return list(zip(each[::3], each[1::3], each[2::3], strict=True))
