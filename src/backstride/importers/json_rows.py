"""Lists of objects in JSON, object by object: a list of a hundred thousand costs the memory of one, and damage only what follows it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Generator, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

__all__ = ["JsonRows", "instant", "real", "words"]

_BETWEEN = re.compile(r"[\s,]*")
_YEARS = (1990, 2100)
_MOST_WORDS = 4000
_MOST_ROWS = 200_000
"""Ten a day for fifty years."""


def _no_number(_: str) -> None:
    """NaN and Infinity, which JSON does not have, are missing values."""


class JsonRows:
    """The objects of a JSON document, as far as it is sound.

    Parameters
    ----------
    data : bytes
        UTF-8, UTF-16 or UTF-32, with or without a byte order mark.

    Attributes
    ----------
    damage : str
        Why the objects taken last end before the document's end; known after they were taken. Empty when nothing is wrong.
    """

    def __init__(self, data: bytes) -> None:
        self._text = data.decode(json.detect_encoding(data), "replace").lstrip("\ufeff")
        self._decoder = json.JSONDecoder(strict=False, parse_constant=_no_number)
        self._left = 0
        self.damage = ""

    def rows(self, inside: str = "", most: int = _MOST_ROWS) -> Iterator[dict[str, Any]]:
        """Every object of every list named `inside`; without a name, of the list that the document is, or the one object that it is."""
        self.damage, self._left = "", most
        if inside:
            named = re.compile(rf'"{re.escape(inside)}"\s*:\s*\[')
            end = 0
            while not self.damage and (begin := named.search(self._text, end)):
                end = yield from self._list(begin.end())
            return
        at = _after(self._text, 0)
        if self._text.startswith("[", at):
            yield from self._list(at + 1)
        elif isinstance(value := self._value(at)[0], dict):
            yield value

    def member(self, name: str) -> Any:
        """The first value under this name anywhere in the document; None when there is none."""
        begin = re.search(rf'"{re.escape(name)}"\s*:\s*', self._text)
        return self._value(begin.end())[0] if begin else None

    def _list(self, at: int) -> Generator[dict[str, Any], None, int]:
        """The objects from here on; returns where the list ends."""
        while not self._text.startswith("]", at := _after(self._text, at)):
            value, at = self._value(at)
            self._left -= 1
            if self._left < 0:
                self.damage = "it lists more things than anyone has"
            if self.damage:
                break
            if isinstance(value, dict):
                yield value
        return at

    def _value(self, at: int) -> tuple[Any, int]:
        try:
            return self._decoder.raw_decode(self._text, at)
        except RecursionError:
            self.damage = "it is nested too deep"
        except ValueError as error:
            self.damage = f"it breaks at character {at:,} ({str(error).split(':')[0]})"
        return None, at


def _after(text: str, at: int) -> int:
    between = _BETWEEN.match(text, at)
    return between.end() if between else at


def real(value: object) -> float | None:
    """A finite number, also one written as text; None for everything else, truth values too."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def words(value: object) -> str:
    """Text without spaces around it; empty for everything else."""
    return value.strip()[:_MOST_WORDS] if isinstance(value, str) else ""


def instant(value: object) -> datetime | None:
    """A moment from milliseconds or seconds since 1970, or from ISO text (UTC where it has no offset); None for no time of a run."""
    if isinstance(value, Mapping):  # an older way of writing one
        value = value.get("date")
    if (seconds := real(value)) is not None:
        # Seconds of our time have ten digits, milliseconds thirteen.
        seconds = seconds / 1000 if abs(seconds) >= 1e11 else seconds
        if not -1e10 < seconds < 1e10:
            return None
        moment = datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)
    else:
        try:
            moment = datetime.fromisoformat(words(value))
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment if _YEARS[0] <= moment.year < _YEARS[1] else None
