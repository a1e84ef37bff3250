"""A run in plain form (numbers, words, lists), as it stands in the database and in an export."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backstride.model.run import Run, StartKnown

__all__ = ["check_run", "run_as_plain", "run_from_plain", "storable"]

_NUMBERS = ("distance_m", "timer_time_s", "elapsed_time_s", "perceived_exertion", "pain", "utc_offset_s")
_ABSURD = 1e12
_WORDS = ("sub_sport", "device", "origin", "shoe", "title", "note")


def run_as_plain(run: Run) -> dict[str, Any]:
    """Everything of a run but its samples; what it does not know is left out."""
    plain: dict[str, Any] = {"start": run.start.isoformat(), "sport": run.sport}
    plain |= {name: value for name in _NUMBERS if (value := getattr(run, name)) is not None}
    plain |= {name: value for name in _WORDS if (value := getattr(run, name))}
    if run.record_count:
        plain["record_count"] = run.record_count
    if run.stated:
        plain["stated"] = dict(sorted(run.stated.items()))
    if run.tags:
        plain["tags"] = list(run.tags)
    if run.links:
        plain["links"] = list(run.links)
    if run.start_known is not StartKnown.INSTANT:
        plain["start_known"] = run.start_known.value
    plain |= {name: True for name in ("by_hand", "sport_guessed") if getattr(run, name)}
    clean: dict[str, Any] = storable(plain)
    return clean


def run_from_plain(plain: Mapping[str, Any]) -> Run:
    """The run again, without samples.

    Raises
    ------
    KeyError, TypeError, ValueError
        When it is not the plain form of a run.
    """
    numbers = {name: plain.get(name) for name in _NUMBERS}
    words = {name: str(plain.get(name, "")) for name in _WORDS}
    lists: dict[str, Any] = {"tags": tuple(plain.get("tags", ())), "links": tuple(plain.get("links", ()))}
    known: dict[str, Any] = {**numbers, **words, **lists}
    return Run(
        start=datetime.fromisoformat(plain["start"]),
        sport=str(plain["sport"]),
        record_count=int(plain.get("record_count", 0)),
        stated=dict(plain.get("stated", {})),
        start_known=StartKnown(plain.get("start_known", StartKnown.INSTANT)),
        by_hand=bool(plain.get("by_hand", False)),
        sport_guessed=bool(plain.get("sport_guessed", False)),
        **known,
    )


def check_run(run: Run) -> None:
    """Refuse what no reader gives.

    Raises
    ------
    ValueError, TypeError
        For a time that is none, or a number that is none or absurd.
    """
    if run.start.tzinfo is None or not 1980 <= run.start.year <= 2200:
        raise ValueError(f"{run.start} is not the start of a run")
    numbers = [getattr(run, name) for name in _NUMBERS]
    for number in (*numbers, run.record_count, *run.stated.values()):
        if number is not None and (isinstance(number, bool) or not isinstance(number, int | float) or not abs(number) < _ABSURD):
            raise ValueError(f"{str(number)[:40]} is not a number of a run")
    if run.utc_offset_s is not None and not abs(run.utc_offset_s) <= 15 * 3600:
        raise ValueError("a local time is none")
    if not all(isinstance(word, str) for word in (*run.tags, *run.links, *run.stated)):
        raise TypeError("a word is none")


def storable(value: Any) -> Any:
    """A plain value as every database can hold it: no zero bytes, no halves of letters, no number that is none."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {storable(str(key)): storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable(inner) for inner in value]
    return value
