"""Interviews as the store keeps them: how far each has come, and what it came to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from backstride.model.interview import Interview, KeptInterview
from backstride.store.models import InterviewRow, RunnerRow
from backstride.store.plain import storable

__all__ = ["interview_lines", "keep", "kept", "take_in_interviews"]

_LARGEST_SUMMARY = 1_000_000
_EARLIEST_YEAR, _LATEST_YEAR = 1990, 2200


def keep(runner_id: int, one: KeptInterview) -> None:
    """Keep an interview; a later state of it takes the place of the earlier one."""
    InterviewRow.objects.update_or_create(runner_id=runner_id, begun_at=one.begun_at, defaults=_fields(one))


def kept(runner_id: int) -> tuple[KeptInterview, ...]:
    """All interviews of a runner, the one touched last at the end."""
    rows = InterviewRow.objects.filter(runner_id=runner_id).order_by("updated_at", "begun_at")
    return tuple(KeptInterview(row.begun_at, row.updated_at, Interview.from_plain(row.state), row.finished, row.assessment) for row in rows)


def interview_lines(row: RunnerRow) -> Iterator[dict[str, Any]]:
    """One line of an export for each interview."""
    for one in InterviewRow.objects.filter(runner=row).order_by("begun_at"):
        moments = {"begun_at": one.begun_at.isoformat(), "updated_at": one.updated_at.isoformat()}
        yield {**moments, "finished": one.finished, "state": one.state, "assessment": one.assessment}


def take_in_interviews(row: RunnerRow, lines: Iterable[Mapping[str, Any]]) -> None:
    """Take interviews of an export; one that is here already stays as it is.

    Raises
    ------
    KeyError, TypeError, ValueError
        When a line is no interview.
    """
    known = set(InterviewRow.objects.filter(runner=row).values_list("begun_at", flat=True))
    for line in lines:
        one = _checked(line)
        if one.begun_at not in known:
            known.add(one.begun_at)
            InterviewRow.objects.create(runner=row, begun_at=one.begun_at, **_fields(one))


def _fields(one: KeptInterview) -> dict[str, Any]:
    summary = None if one.assessment is None else dict(one.assessment)
    return {
        "updated_at": one.updated_at,
        "finished": one.finished,
        "state": storable(one.interview.as_plain()),
        "assessment": storable(summary),
    }


def _checked(line: Mapping[str, Any]) -> KeptInterview:
    interview = Interview.from_plain(line["state"])
    for given in interview.given:
        _moment(given.at)
        number = isinstance(given.value, int | float) and not isinstance(given.value, bool) and math.isfinite(given.value)
        if not number and not isinstance(given.value, str):
            raise ValueError(f"the answer to {given.item[:40]} is none")
    if any(not 0 <= count <= len(interview.given) for _, count in interview.seen):
        raise ValueError("a screen counts answers that are not there")
    finished, summary = line["finished"], line["assessment"]
    if not isinstance(finished, bool) or not (summary is None or isinstance(summary, dict)):
        raise TypeError("an interview's answer is none")
    if len(repr(summary)) > _LARGEST_SUMMARY:
        raise ValueError("an interview's answer is too large")
    begun, updated = (_moment(datetime.fromisoformat(str(line[name]))) for name in ("begun_at", "updated_at"))
    return KeptInterview(begun, updated, interview, finished, summary)


def _moment(moment: datetime) -> datetime:
    if moment.tzinfo is None or not _EARLIEST_YEAR <= moment.year <= _LATEST_YEAR:
        raise ValueError(f"{str(moment)[:40]} is not a moment")
    return moment
