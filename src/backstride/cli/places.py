"""The regions of the body map as a list that is read at a glance: by area, a place a row, its sides beside each other."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping, Sequence

from backstride.cli.terminal import Line
from backstride.interview_places import SIDES, Place
from backstride.model.interview import Item

__all__ = ["in_rows", "line_by_line"]

_NAME, _CELL, _COLUMN = 22, 5, 38
_WHOLE_TABLE = 2 * _COLUMN + 1


def in_rows(places: Sequence[Place], number_of: Mapping[str, int], marked: Collection[str], width: int) -> list[Line]:
    """The whole map as a table of two halves where it is wide enough, else below each other."""
    halves: tuple[list[str], list[str]] = ([], [])
    areas = list(dict.fromkeys(place.area for place in places))
    for area in areas:
        half = halves[width >= _WHOLE_TABLE and areas.index(area) >= 2]
        half.append(f"{area:<{_NAME}}" + ("".join(f"{side:<{_CELL}}" for side in ("left", "mid", "right")) if half in ([],) else ""))
        for place in places:
            if place.area != area:
                continue
            first, *more = textwrap.wrap(place.name, _NAME - 2)
            cells = "".join(_cell(place.sides.get(side), number_of, marked) for side in SIDES)
            half.append(f" {first:<{_NAME - 1}}{cells}".rstrip())
            half += [f"   {words}" for words in more]
    left, right = halves
    if not right:
        return [Line(text) for text in left]
    rows = max(len(left), len(right))
    left, right = left + [""] * (rows - len(left)), right + [""] * (rows - len(right))
    return [Line(f"{one:<{_COLUMN}} {other}".rstrip()) for one, other in zip(left, right, strict=True)]


def line_by_line(places: Sequence[Place], number_of: Mapping[str, int]) -> list[Line]:
    """One line for each side of each place, to be read aloud."""
    lines: list[Line] = []
    area = ""
    for place in places:
        if place.area != area:
            area = place.area
            lines.append(Line(f"{area}:"))
        for side in SIDES:
            if side in place.sides:
                item = place.sides[side]
                lines.append(Line(f"{number_of[item.id]}. {item.words}"))
    return lines


def _cell(item: Item | None, number_of: Mapping[str, int], marked: Collection[str]) -> str:
    if item is None:
        return " " * _CELL
    number = number_of[item.id]
    return f"{f'[{number}]' if item.id in marked else f' {number}':<{_CELL}}"
