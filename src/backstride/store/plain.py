"""A run in plain form (numbers, words, lists), as it stands in the database and in an export."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backstride.model.run import Run, StartKnown

__all__ = ["run_as_plain", "run_from_plain"]

_NUMBERS = ("distance_m", "timer_time_s", "elapsed_time_s", "perceived_exertion", "pain", "utc_offset_s")
_WORDS = ("sub_sport", "device", "origin", "shoe", "title", "note")


def run_as_plain(run: Run) -> dict[str, Any]:
    """Everything of a run but its samples; what it does not know is left out."""
    plain: dict[str, Any] = {"start": run.start.isoformat(), "sport": run.sport}
    plain |= {name: value for name in _NUMBERS if (value := getattr(run, name)) is not None}
    plain |= {name: _storable(value) for name in _WORDS if (value := getattr(run, name))}
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
    return plain


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


def _storable(text: str) -> str:
    """Text as a database can hold it: no zero bytes, no halves of letters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
