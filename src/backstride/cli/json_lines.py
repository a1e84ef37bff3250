"""The interview driven by a program: one JSON object a line, out and in. The protocol is public: docs/in-the-terminal.md."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, TextIO

from backstride import interview as verb
from backstride.assess import assess
from backstride.cli.keeping import Keeping
from backstride.errors import BackstrideError
from backstride.knowledge.concepts import Knowledge
from backstride.model.interview import Interview, Kind, Screen
from backstride.model.record import Record
from backstride.reports.as_json import as_json
from backstride.since import remember

__all__ = ["JsonLines"]

_LONGEST_LINE = 1_000_000
_REMEDY = 'Write {"values": {...}}, {"skip": true}, {"back": true}, {"change": {"item": ..., "value": ...}} or {"stop": true}.'


class JsonLines:
    """One conversation with a program.

    Parameters
    ----------
    keeping : Keeping
    knowledge : Knowledge
    """

    def __init__(self, keeping: Keeping, knowledge: Knowledge) -> None:
        self._keeping, self._knowledge = keeping, knowledge
        self._interview = Interview()
        self._begun_at = _now()
        self._over = False

    def speak(self, lines: TextIO, *, fresh: bool = False) -> None:
        """Print screens and read answers until the interview is over, it is stopped, or the input ends."""
        last = None if fresh else self._keeping.last()
        if last is not None:
            self._interview = last.interview
            if not last.finished:
                self._begun_at = last.begun_at
        shown = self._screen()
        while True:
            _print({"screen": asdict(shown)})
            line = lines.readline(_LONGEST_LINE)
            if not line:
                return
            try:
                if not self._heard(line, shown):
                    return
                shown = self._screen()
                if shown.kind is Kind.DONE:
                    self._tell()
                    return
            except BackstrideError as error:
                _print({"error": error.message, "remedy": error.remedy})

    def _screen(self) -> Screen:
        return verb.screen(self._interview, self._base(), self._knowledge, _now())

    def _base(self) -> Record:
        return self._keeping.base(runs=bool(self._interview.seen))

    def _heard(self, line: str, shown: Screen) -> bool:
        """Act on one line; whether the conversation goes on."""
        said = _read(line)
        ((what, value),) = said.items()
        now = _now()
        if what == "stop":
            return False
        if what == "values":
            values = _values(value)
            # A screen that only says that it is over is answered by going on from it; after an emergency more may be asked.
            if shown.kind is not Kind.DONE or shown.id.startswith("emergency:"):
                self._interview = verb.answer(self._interview, shown, values, now)
        elif what == "skip":
            self._interview = verb.skip(self._interview, shown, now)
        elif what == "back":
            self._interview = verb.back(self._interview)
        else:
            item, new = _changed(value)
            self._interview = verb.change(self._interview, item, new, self._knowledge, now)
        self._keeping.keep(self._begun_at, self._interview, now)
        return True

    def _tell(self) -> None:
        now = _now()
        record = verb.record_of(self._interview, self._base(), self._knowledge, now)
        answer = assess(record, self._knowledge)
        self._keeping.keep(self._begun_at, self._interview, now, remember(answer, record, self._knowledge, now).as_plain())
        _print({"assessment": as_json(answer)})


def _read(line: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        raise BackstrideError("the line is not JSON.", remedy=_REMEDY) from None
    if not isinstance(said, dict) or len(said) != 1 or next(iter(said)) not in ("values", "skip", "back", "change", "stop"):
        raise BackstrideError("the line says nothing that is known.", remedy=_REMEDY)
    ((what, value),) = said.items()
    if what in ("skip", "back", "stop") and value is not True:
        raise BackstrideError(f"'{what}' is not true.", remedy=f'Write {{"{what}": true}}.')
    return said


def _values(value: object) -> Mapping[str, str | float]:
    if not isinstance(value, dict):
        raise BackstrideError("'values' is not an object.", remedy='Write {"values": {"item": "yes"}}.')
    return {item: _plain(item, one) for item, one in value.items()}


def _changed(value: object) -> tuple[str, str | float]:
    if not isinstance(value, dict) or set(value) != {"item", "value"} or not isinstance(value["item"], str):
        raise BackstrideError("'change' names no item and value.", remedy='Write {"change": {"item": "pain_severity", "value": 4}}.')
    return value["item"], _plain(value["item"], value["value"])


def _plain(item: str, value: object) -> str | float:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9:
        return float(value)
    raise BackstrideError(
        f"'{item[:60]}' has a value that is neither a word nor a number.", remedy='Write "yes", "no", "unsure" or a number.'
    )


def _print(said: Mapping[str, Any]) -> None:
    print(json.dumps(said, ensure_ascii=False), flush=True)


def _now() -> datetime:
    return datetime.now(UTC).astimezone()
