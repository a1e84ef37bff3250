"""Where a runner's data lie on this machine, readable by their owner only."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path

from backstride.errors import StoreError

__all__ = ["database_url", "home_folder", "only_mine"]

_DATABASE = "backstride.sqlite3"


def home_folder() -> Path:
    """The folder of all data: ``BACKSTRIDE_HOME``, else the platform's folder for data of programs. It may not exist yet."""
    named = os.environ.get("BACKSTRIDE_HOME")
    try:
        return Path(named).expanduser().absolute() if named else user_data_path("backstride", appauthor=False)
    except RuntimeError:
        raise StoreError("this user has no home folder.", remedy="Set BACKSTRIDE_HOME to a folder.") from None


def database_url(home: Path) -> str:
    """The database of this home: ``BACKSTRIDE_DATABASE`` (``postgresql://...``), else an SQLite file in it."""
    return os.environ.get("BACKSTRIDE_DATABASE") or f"sqlite:///{home / _DATABASE}"


def only_mine(folder: Path) -> None:
    """Make a folder that only its owner may open; what is made in it is out of reach of others with it.

    Raises
    ------
    StoreError
        When it cannot be made or closed to others.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.name == "posix" and folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        remedy = "Set BACKSTRIDE_HOME to a folder that you may write to."
        raise StoreError(f"cannot keep data there: {error.strerror}.", place=str(folder), remedy=remedy) from None
