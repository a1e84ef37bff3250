"""The code with which another device at home signs in."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable

__all__ = ["is_code", "new_code", "tell_with", "tries_left"]

_DIGITS = 8
_TRIES = 5
_lock = threading.Lock()
_code = ""
_wrong = 0
_say: Callable[[str], None] = lambda _: None  # noqa: E731 - nobody listens before `serve` says who


def tell_with(say: Callable[[str], None]) -> None:
    """Where a new code is told when the old one was guessed at too often."""
    global _say
    _say = say


def new_code() -> str:
    """A new code; the one before counts no more."""
    global _code, _wrong
    _code, _wrong = "".join(secrets.choice("0123456789") for _ in range(_DIGITS)), 0
    return _code


def tries_left() -> bool:
    """Whether the last wrong try left the code as it was."""
    return _wrong > 0


def is_code(told: str) -> bool:
    """Whether this is the code, compared in constant time; never while there is none.

    After five wrong tries, from whatever device, there is a new code: who guesses has five tries in a hundred million, then in another.
    """
    global _wrong
    with _lock:
        if not _code:
            return False
        if secrets.compare_digest(told.encode(), _code.encode()):
            _wrong = 0
            return True
        _wrong += 1
        if _wrong >= _TRIES:
            _say(f"Somebody tried {_TRIES} wrong codes. The new code: {new_code()}")
        return False
