"""Sections of a report as the templates show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from backstride.reports.sections import Line, Mark, Section

__all__ = ["Shown", "told_sections"]


@dataclass(slots=True)
class Block:
    """A line for itself; or, without one, a list: each item with the lines under it."""

    line: Line | None = None
    items: list[tuple[Line, list[Line]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Shown:
    """A title and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


def told_sections(sections: Iterable[Section]) -> list[Shown]:
    """Sections with their lists put together; what is for a terminal only is left out."""
    return [Shown(section.title, tuple(_blocks(section.lines))) for section in sections]


def _blocks(lines: Iterable[Line]) -> list[Block]:
    blocks: list[Block] = []
    for line in lines:
        if line.mark is Mark.COMMAND:
            continue
        in_list = bool(blocks) and blocks[-1].line is None
        if line.mark is Mark.ITEM:
            if not in_list:
                blocks.append(Block())
            blocks[-1].items.append((line, []))
        elif line.mark is Mark.UNDER and in_list:
            blocks[-1].items[-1][1].append(line)
        else:
            blocks.append(Block(line))
    return blocks
