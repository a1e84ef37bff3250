"""What an answer says, in parts that a terminal, a page or paper can show each in its own way."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

__all__ = ["Line", "Mark", "Part", "Section", "as_text", "day_in_words"]

_WIDTH = 79


class Part(StrEnum):
    """What a section is about."""

    FIRST = "first"
    TONIGHT = "tonight"
    CAN_I_RUN = "can_i_run"
    UNTIL_SEEN = "until_seen"
    RACE = "race"
    WATCH = "watch"
    FITS = "fits"
    WHY_NOW = "why_now"
    BELIEFS = "beliefs"
    CHANGES = "changes"
    TRY = "try"
    ABOUT = "about"


class Mark(StrEnum):
    """How a line stands in its section."""

    PLAIN = "plain"
    ACTION = "action"
    """The one thing to do: shown larger where that can be done."""
    CALL = "call"
    """A number to call."""
    ITEM = "item"
    """One of a list."""
    UNDER = "under"
    """Belongs to the line above it."""
    COMMAND = "command"
    """What to type in a terminal. A page has a button or a link of its own instead."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence or a few. ``grade`` is that of the advice, for whoever wants to see what it rests on; empty for what isn't advice."""

    text: str
    mark: Mark = Mark.PLAIN
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an answer with its title and lines."""

    part: Part
    title: str
    lines: tuple[Line, ...]


def as_text(sections: Iterable[Section], *, plain: bool = False, width: int = _WIDTH) -> str:
    """Sections as text, no line wider than `width`.

    Parameters
    ----------
    sections : iterable of Section
    plain : bool
        For a screen reader: titles end in a colon instead of being underlined, and a list has no bullets.
    width : int
        Columns, at least 20.
    """
    blocks = []
    for section in sections:
        head = [_spoken(section.title)] if plain else _underlined(section.title, width)
        lines = [row for line in section.lines for row in _rows(line, plain, width)]
        blocks.append("\n".join([*head, *lines]))
    return "\n\n".join(blocks) + "\n"


def _spoken(title: str) -> str:
    return title if title.endswith("?") else f"{title}:"


def _underlined(title: str, width: int) -> list[str]:
    rows = textwrap.wrap(title.upper(), width)
    return [*rows, "-" * max(map(len, rows))]


def _rows(line: Line, plain: bool, width: int) -> list[str]:
    first, rest = "", ""
    if line.mark is Mark.ITEM and not plain:
        first, rest = "  - ", "    "
    elif line.mark is Mark.UNDER and not plain:
        first = rest = "    "
    return textwrap.wrap(line.text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def day_in_words(day: date) -> str:
    """As in "4 October 2026": the order of no country is taken for another's."""
    return f"{day.day} {day:%B} {day.year}"
