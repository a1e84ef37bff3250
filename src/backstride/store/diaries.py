"""The diary as the store keeps it: every telling, in the order in which it was told. Nothing is ever changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from backstride.model.diary import DiaryEntry
from backstride.store.models import DiaryRow, RunnerRow
from backstride.store.plain import storable

__all__ = ["diary_lines", "entries", "take_in_diary", "tell"]

_LATEST_YEAR = 2200


def tell(runner_id: int, entry: DiaryEntry) -> None:
    """Keep one more entry."""
    kept = _storable(entry)
    DiaryRow.objects.create(runner_id=runner_id, told_at=kept.told_at, day=kept.day, content=kept.as_plain())


def entries(runner_id: int) -> tuple[DiaryEntry, ...]:
    """All that a runner told, by when it was told."""
    rows = DiaryRow.objects.filter(runner_id=runner_id).order_by("told_at", "pk")
    return tuple(DiaryEntry(told_at, day, content) for told_at, day, content in rows.values_list("told_at", "day", "content"))


def diary_lines(row: RunnerRow) -> Iterator[dict[str, Any]]:
    """One line of an export for each entry."""
    for entry in entries(row.pk):
        yield {"told_at": entry.told_at.isoformat(), "day": entry.day.isoformat(), "fields": entry.as_plain()}


def take_in_diary(row: RunnerRow, lines: Iterable[Mapping[str, Any]]) -> None:
    """Take the diary of an export; an entry that is here already comes no second time.

    Raises
    ------
    KeyError, TypeError, ValueError
        When a line is no entry.
    """
    known = {_identity(entry) for entry in entries(row.pk)}
    for line in lines:
        entry = _checked(line)
        if (identity := _identity(entry)) not in known:
            known.add(identity)
            tell(row.pk, entry)


def _storable(entry: DiaryEntry) -> DiaryEntry:
    """The same as every database gives it back: the moment in UTC, no letter that can't be kept."""
    return DiaryEntry(entry.told_at.astimezone(UTC), entry.day, storable(entry.as_plain()))


def _identity(entry: DiaryEntry) -> tuple[datetime, date, str]:
    return entry.told_at, entry.day, repr(sorted(entry.as_plain().items()))


def _checked(line: Mapping[str, Any]) -> DiaryEntry:
    told_at, day = datetime.fromisoformat(str(line["told_at"])), date.fromisoformat(str(line["day"]))
    if told_at.year > _LATEST_YEAR or not isinstance(line["fields"], dict):
        raise ValueError(f"{str(line)[:40]} is not an entry of a diary")
    return _storable(DiaryEntry(told_at, day, line["fields"]))
