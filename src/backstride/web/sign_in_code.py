"""The code with which another device at home signs in."""

from __future__ import annotations

import secrets

__all__ = ["is_code", "new_code"]

_DIGITS = 8
_code = ""


def new_code() -> str:
    """A new code; the one before counts no more."""
    global _code
    _code = "".join(secrets.choice("0123456789") for _ in range(_DIGITS))
    return _code


def is_code(told: str) -> bool:
    """Whether this is the code, compared in constant time; never while there is none."""
    return bool(_code) and secrets.compare_digest(told.encode(), _code.encode())
