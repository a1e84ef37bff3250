"""Files and folders into runs, with a line on every file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from backstride.importers.formats import read_item
from backstride.importers.items import items
from backstride.model.run import FileOutcome

__all__ = ["read_runs"]


def read_runs(paths: Iterable[Path]) -> tuple[FileOutcome, ...]:
    """Read everything among files, folders and zip archives that holds runs.

    Folders are read recursively and in order; links to folders are not followed. Every file gets its outcome.

    Raises
    ------
    RunFileError
        For a path that does not exist; a file that cannot be read never stops the others.
    """
    return tuple(read_item(item) for item in items(paths))
