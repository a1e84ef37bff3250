"""Imports and what became of every file; runs as their sources gave them, and as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from backstride.model.run import DayValue, Run, Shoe

__all__ = ["FileEntry", "Import", "ImportState", "MergedRun", "ReadFile", "ReadRun", "SourceRun"]


class ImportState(StrEnum):
    """How an import stands."""

    OPEN = "open"
    """Not finished: running now, or stopped and to be gone on with."""
    DONE = "done"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Import:
    """One import.

    Attributes
    ----------
    number : int
        Counts from 1 for each runner.
    paths : tuple of str
        What was named.
    begun_at, ended_at : datetime
        Zone-aware; ``ended_at`` is None while it is open.
    states : mapping of str to int
        Files by what became of them.
    """

    number: int
    state: ImportState
    paths: tuple[str, ...]
    begun_at: datetime
    ended_at: datetime | None
    states: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A line of the ledger.

    Attributes
    ----------
    state : str
        ``"imported"``, ``"merged"`` (it belongs to a run that an earlier file gave), ``"repeated"`` (all that it holds was there
        already), ``"damaged"`` (something was kept), ``"unreadable"`` (nothing was) or ``"skipped"``.
    detail : str
        What was read or lost, and why, in one line.
    runs : tuple of str
        Keys of the runs that it belongs to.
    merged_with : tuple of str
        Paths of the other files of the same runs.
    """

    position: int
    path: str
    state: str
    detail: str
    runs: tuple[str, ...] = ()
    merged_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadRun:
    """A run that was just read, with all that is kept of it.

    Attributes
    ----------
    key : str
        32 hexadecimal digits that stand for its content: the same run of the same file has the same key for ever.
    run : Run
        Without its samples, which lie in the stream of this key.
    columns : tuple of str
        Names of the stream's columns; empty when there is no stream.
    offset_by_position_s : int or None
        Local time minus UTC by the law of the place where it was run, for sources that do not tell it.
    measured : mapping or None
        Its measures in plain form.
    """

    key: str
    run: Run
    columns: tuple[str, ...] = ()
    offset_by_position_s: int | None = None
    measured: Mapping[str, object] | None = None
    measure_version: int = 0


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was just read, ready to be stored; ``table`` as in `FileOutcome`."""

    path: str
    state: str
    detail: str
    digest: str = ""
    size_bytes: int = 0
    runs: tuple[ReadRun, ...] = ()
    shoes: tuple[Shoe, ...] = ()
    days: tuple[DayValue, ...] = ()
    worn: Mapping[str, str] = field(default_factory=dict)
    table: bool = False


@dataclass(frozen=True, slots=True)
class SourceRun:
    """A run as one source gave it, as the store has it.

    Attributes
    ----------
    files : tuple of (int, int, str)
        Import number, position and path of every file that holds it, earliest first.
    damaged : bool
        Whether something of it may be missing, because its file was damaged. A row of a list is there whole or not at all.
    """

    key: str
    run: Run
    columns: tuple[str, ...]
    offset_by_position_s: int | None
    damaged: bool
    files: tuple[tuple[int, int, str], ...]
    measured: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class MergedRun:
    """One run as all its sources together tell it.

    Attributes
    ----------
    key : str
        The key of the source that was there first.
    run : Run
    origin_of : mapping of str to str
        Name of a field to the key of the source it was taken from.
    sources : tuple of str
        Keys of all sources, the one with the samples first.
    stream : str
        Key of the source whose samples it has; empty when none has any.
    measured : mapping or None
        Its measures in plain form; ``origin_of`` in it names the source of those that are not from ``origin_of["measured"]``.
    """

    key: str
    run: Run
    origin_of: Mapping[str, str]
    sources: tuple[str, ...]
    stream: str = ""
    measured: Mapping[str, Any] | None = None
