"""The regions of the body map as a list that is read at a glance: by area, a place a row, its sides beside each other."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from backstride.cli.terminal import Line
from backstride.knowledge.concepts import Region
from backstride.model.interview import Item

__all__ = ["Place", "in_rows", "line_by_line", "places_of"]

_AREAS = {
    "Back": ("low_back", "mid_back", "flank", "dimple", "sacrum"),
    "Buttock": ("buttock", "sit_bone", "saddle"),
    "Hip": ("outer_hip", "groin", "lower_tummy"),
    "Thigh": ("upper_back_thigh", "lower_back_thigh", "front_thigh"),
    "Knee and below": ("knee_back", "knee_front", "calf", "shin", "foot_top", "sole"),
}
_ELSEWHERE = "Elsewhere"
_SIDES = ("left", "middle", "right")
_NAME, _CELL, _COLUMN = 22, 5, 38
_WHOLE_TABLE = 2 * _COLUMN + 1


@dataclass(slots=True)
class Place:
    """One place with the items of its sides."""

    area: str
    name: str
    sides: dict[str, Item] = field(default_factory=dict)


def places_of(items: Sequence[Item], regions: Mapping[str, Region]) -> tuple[Place, ...]:
    """The places of these items, area by area; one that no area holds comes last."""
    area_of = {place: area for area, some in _AREAS.items() for place in some}
    found: dict[str, Place] = {}
    for item in items:
        side = regions[item.id].side if item.id in regions else "middle"
        key = item.id.removesuffix("_left").removesuffix("_right").removesuffix("_midline")
        name = item.words.removeprefix("Left ").removeprefix("Right ") if side != "middle" else item.words.split(", over ")[0]
        place = found.setdefault(key, Place(area_of.get(key, _ELSEWHERE), name[:1].upper() + name[1:]))
        place.sides[side] = item
    order = {key: at for at, key in enumerate(area_of)}
    keys = sorted(found, key=lambda key: (order.get(key, len(order)), list(found).index(key)))
    return tuple(found[key] for key in keys)


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
            cells = "".join(_cell(place.sides.get(side), number_of, marked) for side in _SIDES)
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
        for side in _SIDES:
            if side in place.sides:
                item = place.sides[side]
                lines.append(Line(f"{number_of[item.id]}. {item.words}"))
    return lines


def _cell(item: Item | None, number_of: Mapping[str, int], marked: Collection[str]) -> str:
    if item is None:
        return " " * _CELL
    number = number_of[item.id]
    return f"{f'[{number}]' if item.id in marked else f' {number}':<{_CELL}}"
