"""Trials as the store keeps them: each by the moment at which it began, with its latest state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from backstride.store.models import RunnerRow, TrialRow
from backstride.store.plain import storable

__all__ = ["keep_trial", "take_in_trials", "trial_lines", "trials"]

_LARGEST_STATE = 1_000_000
_EARLIEST_YEAR, _LATEST_YEAR = 1990, 2200


def keep_trial(runner_id: int, begun_at: datetime, state: Mapping[str, Any], updated_at: datetime) -> None:
    """Keep a trial; a later state of it takes the place of the earlier one."""
    fields = {"state": storable(state), "updated_at": updated_at}
    TrialRow.objects.update_or_create(runner_id=runner_id, begun_at=begun_at, defaults=fields)


def trials(runner_id: int) -> tuple[dict[str, Any], ...]:
    """The states of all trials of a runner, the one begun first at the beginning."""
    return tuple(TrialRow.objects.filter(runner_id=runner_id).order_by("begun_at").values_list("state", flat=True))


def trial_lines(row: RunnerRow) -> Iterator[dict[str, Any]]:
    """One line of an export for each trial."""
    for one in TrialRow.objects.filter(runner=row).order_by("begun_at"):
        yield {"begun_at": one.begun_at.isoformat(), "updated_at": one.updated_at.isoformat(), "state": one.state}


def take_in_trials(row: RunnerRow, lines: Iterable[Mapping[str, Any]]) -> None:
    """Take trials of an export; one that is here already stays as it is.

    Raises
    ------
    KeyError, TypeError, ValueError
        When a line is no trial.
    """
    known = set(TrialRow.objects.filter(runner=row).values_list("begun_at", flat=True))
    for line in lines:
        begun_at, updated_at, state = _moment(line["begun_at"]), _moment(line["updated_at"]), line["state"]
        if not isinstance(state, dict) or len(repr(state)) > _LARGEST_STATE:
            raise ValueError("the state of a trial is none")
        if "begun_at" in state and _moment(state["begun_at"]) != begun_at:
            # A later state of it would be kept beside it instead of in its place, and it could never be ended.
            raise ValueError("a trial has two beginnings")
        if begun_at not in known:
            known.add(begun_at)
            keep_trial(row.pk, begun_at, state, updated_at)


def _moment(text: object) -> datetime:
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None or not _EARLIEST_YEAR <= moment.year <= _LATEST_YEAR:
        raise ValueError(f"{str(text)[:40]} is not a moment")
    return moment.astimezone(UTC)
