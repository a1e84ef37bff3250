"""What the readers of typed words share: letters as they are meant, numbers, and words as they are shown in a message."""

from __future__ import annotations

__all__ = ["as_number", "plain_letter", "quoted"]


def plain_letter(letter: str) -> str:
    """A letter in lower case, with one kind of space, dash and apostrophe; always one letter, so that places stay."""
    lower = letter.lower()
    if letter.isspace():
        return " "
    if letter in "–—−":
        return "-"
    if letter in "’‘":
        return "'"
    return lower if len(lower) == 1 else letter


def as_number(text: str) -> float:
    """A number with a point or a comma."""
    return float(text.replace(",", "."))


def quoted(text: str, most: int = 40) -> str:
    """Words as a message shows them: at most so many letters, none that can't be seen."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return f"'{shown if len(shown) <= most else shown[: most - 3] + '...'}'"
