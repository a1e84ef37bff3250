"""The one place where Django is set up: which database, with which care, and its tables brought up to date."""

from __future__ import annotations

import functools
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import dj_database_url
import django
from django.conf import settings
from django.db import DatabaseError, connections, transaction
from filelock import FileLock, Timeout

from backstride.errors import StoreError
from backstride.store import django_settings

__all__ = ["connect", "told", "writing"]

T = TypeVar("T")

_PATIENCE_S = 60
_SQLITE = {
    # Writers queue instead of failing half-way; readers never wait for a writer.
    "transaction_mode": "IMMEDIATE",
    "timeout": _PATIENCE_S,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;",
}
_LATEST = "0003_diary"
_LONGEST_NAME = 63
_MIGRATING = 0x6261636B
"""Any number that no other program locks with."""
_connected: dict[str, object] = {}

# Django wants to know its settings before it sees a table; the web app has told it its own by now.
if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
    settings.configure(**{name: getattr(django_settings, name) for name in dir(django_settings) if name.isupper()})
    django.setup()


def connect(url: str, file: Path) -> None:
    """Connect this process to a database and bring its tables up to date.

    Parameters
    ----------
    url : str
        ``postgresql://USER:PASSWORD@HOST:PORT/NAME`` or ``sqlite:///PATH``; empty for the SQLite file.
    file : Path
        Where the SQLite database lies if no other is named.

    Raises
    ------
    StoreError
        When the database cannot be opened, or was made by a later version of backstride.
    """
    global _connected
    database = _database(url) if url else _sqlite(file)
    if database != _connected:
        connections["default"].close()
        connections.databases["default"] = {**connections.databases["default"], "OPTIONS": {}, **database}
        del connections["default"]
        _connected = database
    try:
        _bring_up_to_date()
        _close_to_others()
    except DatabaseError as error:
        _connected = {}
        raise _readable(error) from None
    except Timeout:
        raise StoreError("another backstride is still making the tables.", remedy="Wait a moment, then try again.") from None


@contextmanager
def writing() -> Iterator[None]:
    """All of it or nothing.

    Raises
    ------
    StoreError
        For what the database cannot do.
    """
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        raise _readable(error) from None


def _readable(error: DatabaseError) -> StoreError:
    """A database's error in words for a person, with what to do about it."""
    database = connections.databases["default"]
    place = str(database["NAME"]) if "sqlite" in str(database["ENGINE"]) else f"{database.get('HOST') or 'localhost'}/{database['NAME']}"
    return StoreError(f"the database cannot be used: {str(error).strip()}.", place=place, remedy=_remedy(error))


def _sqlite(file: Path) -> dict[str, object]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file), "OPTIONS": dict(_SQLITE)}


def _database(url: str) -> dict[str, object]:
    # The address may hold a password, so it is never shown.
    remedy = "Write postgresql://USER:PASSWORD@HOST:PORT/NAME, or leave it unset."
    try:
        config = dict(dj_database_url.parse(url))
    except (dj_database_url.ParseError, ValueError, KeyError):
        raise StoreError("BACKSTRIDE_DATABASE is not the address of a database.", remedy=remedy) from None
    engine, name = str(config.get("ENGINE", "")), str(config.get("NAME") or "")
    if engine.endswith("sqlite3") and name:
        return _sqlite(Path(name))
    if not engine.endswith("postgresql") or not 0 < len(name) <= _LONGEST_NAME:
        raise StoreError("BACKSTRIDE_DATABASE is not the address of a database of PostgreSQL.", remedy=remedy)
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise StoreError("PostgreSQL needs one more package.", remedy="Install backstride[postgres].") from None
    return config


def _bring_up_to_date() -> None:
    if _is_up_to_date():
        return
    with _alone():
        if not _is_up_to_date():  # another process may have done it meanwhile
            from django.core.management import call_command

            call_command("migrate", verbosity=0, interactive=False)


def _is_up_to_date() -> bool:
    connection = connections["default"]
    with connection.cursor() as cursor:
        if "django_migrations" not in connection.introspection.table_names(cursor):
            return False
        cursor.execute("SELECT name FROM django_migrations WHERE app = 'store' ORDER BY name")
        done = [row[0] for row in cursor.fetchall()]
    if done and done[-1] > _LATEST:
        raise StoreError("the data were written by a later version of backstride.", remedy="Update backstride.")
    return bool(done) and done[-1] == _LATEST


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody else makes the tables meanwhile."""
    connection = connections["default"]
    if connection.vendor == "sqlite":
        with FileLock(f"{connections.databases['default']['NAME']}.lock", timeout=_PATIENCE_S, mode=0o600):
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATING])


def _close_to_others() -> None:
    """SQLite makes its files as the system's mask says; they hold health data."""
    connection = connections["default"]
    if os.name == "posix" and connection.vendor == "sqlite":
        path = str(connection.settings_dict["NAME"])
        for name in (path, f"{path}-wal", f"{path}-shm", f"{path}.lock"):
            try:
                status = os.stat(name)
                if stat.S_ISREG(status.st_mode) and status.st_mode & 0o077:
                    os.chmod(name, 0o600)
            except FileNotFoundError:
                continue


def told(cls: type[T]) -> type[T]:
    """Let every method of a class tell what the database cannot do in words for a person."""

    def readable(method: Callable[..., object]) -> Callable[..., object]:
        @functools.wraps(method)
        def call(*args: object, **kwargs: object) -> object:
            try:
                return method(*args, **kwargs)
            except DatabaseError as error:
                raise _readable(error) from None

        return call

    for name, method in list(vars(cls).items()):
        if callable(method) and not name.startswith("_"):
            setattr(cls, name, readable(method))
    return cls


def _remedy(error: BaseException) -> str:
    cause = error.__cause__
    code = getattr(cause, "sqlite_errorname", "") if isinstance(cause, sqlite3.Error) else ""
    if code == "SQLITE_FULL":
        return "The disk is full: make room, then do the same again; nothing is lost."
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return "Set BACKSTRIDE_HOME to a folder that you may write to."
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return "The file is damaged: move it away, then 'backstride restore' a backup or import again."
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "Another backstride is writing: wait for it to end."
    return "Check that it runs, and BACKSTRIDE_DATABASE." if not code else ""
