"""The code with which another device at home signs in, once."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable

__all__ = ["is_code", "must_wait", "new_code", "tell_with", "tries_left"]

_DIGITS = 8
_TRIES = 5
_AGAIN_S = 10.0
"""So long the code that was just used is still one: the same form sent twice signs in once."""
_REST_S = 60.0
_lock = threading.Lock()
_code = ""
_used = ("", 0.0)
"""The code that was used last, and when."""
_wrong = 0
_guessed = 0
"""Codes in a row that were guessed at too often."""
_open_from = 0.0
_say: Callable[[str], None] = lambda _: None  # noqa: E731 - nobody listens before `serve` says who


def tell_with(say: Callable[[str], None]) -> None:
    """Where a new code is told when the old one was used, or guessed at too often."""
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


def must_wait() -> bool:
    """Whether so many wrong codes were tried that none is taken for a minute."""
    return time.monotonic() < _open_from


def is_code(told: str) -> bool:
    """Whether this is the code, compared in constant time; never while there is none, or it must be waited.

    After five wrong tries, from whatever device, there is a new code; after the next five too, and each time a minute in which none is
    taken. Who guesses day and night has some seven thousand tries a day in a hundred million.
    """
    global _wrong, _used, _guessed, _open_from
    with _lock:
        if not _code or must_wait():
            return False
        if _same(told, _used[0]) and time.monotonic() - _used[1] < _AGAIN_S:
            return True
        if _same(told, _code):
            _used, _guessed = (_code, time.monotonic()), 0
            _say(f"A device has signed in. The code for another one: {new_code()}")
            return True
        _wrong += 1
        if _wrong >= _TRIES:
            _guessed += 1
            _open_from = time.monotonic() + _REST_S if _guessed > 1 else 0.0
            _say(f"Somebody tried {_TRIES} wrong codes. The new code: {new_code()}")
        return False


def _same(told: str, code: str) -> bool:
    return bool(code) and secrets.compare_digest(told.encode("utf-8", "replace"), code.encode())
