"""Where a runner's data lie on this machine, readable by their owner only."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path

from backstride.errors import StoreError

__all__ = ["DATABASE", "home_folder", "only_mine"]

DATABASE = "backstride.sqlite3"
"""Name of the database in the home folder, where no other is named."""


def home_folder() -> Path:
    """The folder of all data: ``BACKSTRIDE_HOME``, else the platform's folder for data of programs. It may not exist yet."""
    named = os.environ.get("BACKSTRIDE_HOME")
    try:
        return Path(named).expanduser().absolute() if named else user_data_path("backstride", appauthor=False)
    except RuntimeError:
        raise StoreError("this user has no home folder.", remedy="Set BACKSTRIDE_HOME to a folder.") from None


def only_mine(folder: Path) -> None:
    """Make a folder that only its owner may open; what is made in it is out of reach of others with it.

    A folder that is there is closed to others when it is empty or ours already; one that holds other things is left as it is.

    Raises
    ------
    StoreError
        When it cannot be made, or is open to others and holds other things.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.name != "posix" or not folder.stat().st_mode & 0o077:
            return
        if not (folder / DATABASE).exists() and any(folder.iterdir()):
            remedy = "Set BACKSTRIDE_HOME to a folder of its own."
            raise StoreError("this folder holds other things, and others may open it.", place=str(folder), remedy=remedy)
        folder.chmod(0o700)
    except OSError as error:
        remedy = "Set BACKSTRIDE_HOME to a folder that you may write to."
        raise StoreError(f"cannot keep data there: {error.strerror}.", place=str(folder), remedy=remedy) from None
