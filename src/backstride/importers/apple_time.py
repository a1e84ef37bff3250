"""The times of a health export: ``2026-05-01 18:04:53 +0200``, in the phone's offset at export or at recording."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

__all__ = ["LONGEST_S", "Clock", "Windows", "local_day", "offset_in", "offset_of"]

_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d [+-]\d{4}")
LONGEST_S = 3600
"""A record over a longer time tells nothing of a run."""
_MAX_MINUTES = 100_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock:
    """Reads times; remembers the minutes it has met, because records come in crowds."""

    def __init__(self) -> None:
        self._minutes: dict[str, int] = {}

    def unix(self, text: str) -> int:
        """Unix seconds of a time.

        Raises
        ------
        ValueError
            For what is no time between 1990 and 2100.
        """
        minute = text[:16] + text[19:]
        base = self._minutes.get(minute)
        if base is None:
            base = self._read(minute)
        return base + int(text[17:19])

    def _read(self, minute: str) -> int:
        if not _WRITTEN.fullmatch(minute):
            raise ValueError(minute)
        moment = datetime.fromisoformat(minute.replace(" +", "+").replace(" -", "-"))
        if not 1990 <= moment.year <= 2100:
            raise ValueError(minute)
        if len(self._minutes) >= _MAX_MINUTES:
            self._minutes.clear()
        self._minutes[minute] = base = int(moment.timestamp())
        return base


def offset_of(text: str) -> int:
    """The offset from UTC in seconds that a time is written in; it was read by `Clock` before."""
    sign = -1 if text[20] == "-" else 1
    return sign * (int(text[21:23]) * 3600 + int(text[23:25]) * 60)


def offset_in(zone: str, unix_s: int) -> int | None:
    """The offset from UTC in a zone at a moment; None for a zone that this machine does not know."""
    try:
        offset = datetime.fromtimestamp(unix_s, ZoneInfo(zone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OSError, OverflowError):
        return None
    return None if offset is None else int(offset.total_seconds())


def local_day(unix_s: int, offset_s: int) -> date:
    """The day on the runner's calendar."""
    return (_EPOCH + timedelta(seconds=unix_s + offset_s)).date()


class Windows:
    """The stretches of time in which records are wanted.

    Parameters
    ----------
    stretches : iterable of (int, int)
        First and last second of each.
    offsets : iterable of str
        As times are written (``"+0200"``): in these most records can be told by the hour they are written in, unread.
        A phone writes two, winter's and summer's.
    """

    def __init__(self, stretches: Iterable[tuple[int, int]] = (), offsets: Iterable[str] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(stretches):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)
        self._offsets = frozenset(offsets)
        self._hours = {hour for offset in self._offsets for hour in self._written(offset)}

    def _written(self, offset: str) -> Iterable[str]:
        shift = offset_of(f"{'':20}{offset}")
        for start, end in zip(self._starts, self._ends, strict=True):
            for hour in range((start - LONGEST_S + shift) // 3600, (end + shift) // 3600 + 1):
                yield f"{_EPOCH + timedelta(hours=hour):%Y-%m-%d %H}"

    def __bool__(self) -> bool:
        return bool(self._starts)

    @property
    def may_hold(self) -> Callable[[str], bool]:
        """Whether a record that starts at this written time can lie in a stretch; cheap, and may say yes too often."""
        hours, offsets = self._hours, self._offsets
        return lambda start: start[:13] in hours or start[20:] not in offsets

    def holds(self, unix_s: float) -> bool:
        """Whether this moment lies in a stretch."""
        at = bisect_right(self._starts, unix_s) - 1
        return at >= 0 and unix_s <= self._ends[at]
