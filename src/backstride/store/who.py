"""Names of runners: what can be one, and how it is written here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backstride.errors import StoreError

if TYPE_CHECKING:
    from backstride.store.store import Store

__all__ = ["checked_name", "name_here"]

_NAME = re.compile(r"[^/\\]{1,60}")


def checked_name(name: str) -> str:
    """The name, which can be that of a runner.

    Raises
    ------
    StoreError
        When it can't.
    """
    if not (_NAME.fullmatch(name) and name.isprintable() and name.strip()):
        raise StoreError(f"{name[:60]!r} cannot be the name of a runner.", remedy="Use at most 60 letters, without slashes.")
    return name


def name_here(store: Store, name: str) -> str:
    """How a name is written here. A household writes a name as it comes; Anna and anna are one."""
    return next((known for known in (person.name for person in store.runners()) if known.casefold() == name.casefold()), name)
