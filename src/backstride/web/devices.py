"""Devices that have signed in: each is known by what its cookie holds, until it signs out or a month has passed.

A cookie is kept by nobody but the device. So that one that was read along or copied opens nothing after its device has signed out, what
it held is written down beside the data.
"""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from backstride.web.here import store

__all__ = ["is_signed_in", "sign_in", "sign_out"]

_KEY = "signed_in"
_FILE = "signed-out"
_one_at_a_time = Lock()


def sign_in(session: SessionBase) -> None:
    """Know this device from now on; nothing of who used it before stays."""
    session.flush()
    session[_KEY] = secrets.token_urlsafe(16)


def is_signed_in(session: SessionBase) -> bool:
    """Whether this device has signed in, and not out."""
    token = session.get(_KEY)
    return isinstance(token, str) and token not in _signed_out()


def sign_out(session: SessionBase) -> None:
    """Forget this device, and whoever has a copy of its cookie."""
    token = session.get(_KEY)
    if isinstance(token, str):
        with _one_at_a_time:
            now = int(time.time())
            kept = {one: at for one, at in _signed_out().items() if now - at <= settings.SESSION_COOKIE_AGE} | {token: now}
            partial = _path().with_name(f".{_FILE}.{os.getpid()}")
            with open(partial, "w", encoding="ascii", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                file.writelines(f"{at} {one}\n" for one, at in kept.items())
            os.replace(partial, _path())
    session.flush()


def _signed_out() -> dict[str, int]:
    """What the cookies of devices held that have signed out, and when they did."""
    try:
        lines = _path().read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return {}
    return {one: int(at) for at, _, one in (line.partition(" ") for line in lines)}


def _path() -> Path:
    return store().home / _FILE
