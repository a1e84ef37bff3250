"""The key with which cookies are signed: made once, kept beside the data, readable by its owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from backstride.errors import StoreError

__all__ = ["secret_key"]

_BYTES = 50


def secret_key(home: Path) -> str:
    """The key of this home, made where there is none; two processes that make it at once get the same.

    Raises
    ------
    StoreError
        When nothing can be written there: then nothing could be kept either, and it is known before anything is served.
    """
    try:
        return _secret_key(home)
    except OSError as error:
        remedy = "Set BACKSTRIDE_HOME to a folder that you may write to."
        raise StoreError(f"cannot keep data there: {error.strerror}.", place=str(home), remedy=remedy) from None


def _secret_key(home: Path) -> str:
    path = home / "secret.key"
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(_BYTES))
        try:
            os.link(partial, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            if not path.exists():
                os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return path.read_text(encoding="ascii")
