"""The regions of the body map as places by area, each with its sides: as a terminal and a page list them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backstride.knowledge.concepts import Region
from backstride.model.interview import Item

__all__ = ["SIDES", "Place", "area_names", "places_of"]

SIDES = ("left", "middle", "right")
"""In the order in which they are listed."""
_AREAS = {
    "Back": ("low_back", "mid_back", "flank", "dimple", "sacrum"),
    "Buttock": ("buttock", "sit_bone", "saddle"),
    "Hip": ("outer_hip", "groin", "lower_tummy"),
    "Thigh": ("upper_back_thigh", "lower_back_thigh", "front_thigh"),
    "Knee and below": ("knee_back", "knee_front", "calf", "shin", "foot_top", "sole"),
}
_ELSEWHERE = "Elsewhere"


@dataclass(slots=True)
class Place:
    """One place with the items of its sides."""

    area: str
    name: str
    sides: dict[str, Item] = field(default_factory=dict)


def area_names() -> tuple[str, ...]:
    """The names of the areas in their order."""
    return (*_AREAS, _ELSEWHERE)


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
