"""Words from outside as a terminal may show them."""

from __future__ import annotations

import unicodedata

__all__ = ["visible"]

_JOINER = "\u200d"
"""Holds the parts of one picture together; harmless by itself."""


def visible(text: str) -> str:
    r"""Text in one line, with nothing in it that a terminal obeys: control characters, line breaks and marks of direction as ``\x1b``."""
    return "".join(letter if letter.isprintable() or letter == _JOINER else _shown(letter) for letter in text)


def _shown(letter: str) -> str:
    return " " if unicodedata.category(letter) == "Zs" else letter.encode("unicode_escape", "backslashreplace").decode("ascii")
