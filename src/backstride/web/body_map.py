"""The body map: our own drawing of a body from behind and from the front, and where on it each region lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from backstride.knowledge.concepts import Region

__all__ = ["HEIGHT", "WIDTH", "Drawn", "View", "body_map"]

WIDTH, HEIGHT = 140, 470
_MIDDLE = WIDTH / 2

Point = tuple[float, float]

# One half of the body: how far from the middle, and how far down.
_OUTLINE: tuple[Point, ...] = (
    (0, 2), (13, 3), (15, 18), (36, 24), (58, 31), (63, 44), (56, 60), (49, 84), (43, 112), (46, 130), (53, 152), (57, 184), (54, 226),
    (48, 270), (40, 312), (38, 330), (41, 356), (34, 392), (23, 420), (27, 432), (35, 446), (31, 455), (19, 456), (8, 455), (8, 440),
    (10, 420),
    (7, 380), (8, 350), (10, 322), (8, 296), (3, 222), (0, 217),
)  # fmt: skip
# Regions reach beyond the outline where they end at it: it cuts them off. One without a side lies across the middle.
_BACK: dict[str, tuple[Point, ...]] = {
    "mid_back": ((12, 14), (70, 14), (70, 88), (12, 88)),
    "mid_back_midline": ((-12, 14), (12, 14), (12, 88), (-12, 88)),
    "low_back_midline": ((-12, 88), (12, 88), (12, 140), (-12, 140)),
    "low_back": ((12, 88), (31, 88), (31, 138), (12, 140)),
    "flank": ((31, 88), (70, 88), (70, 136), (31, 138)),
    "sacrum": ((-12, 140), (12, 140), (14, 162), (5, 190), (-5, 190), (-14, 162)),
    "dimple": ((12, 140), (31, 138), (31, 163), (14, 162)),
    "buttock": ((31, 138), (44, 137), (46, 212), (36, 211), (33, 186), (6, 186), (14, 162), (31, 163)),
    "sit_bone": ((6, 186), (33, 186), (36, 211), (0, 213), (0, 190), (5, 190)),
    "outer_hip": ((44, 137), (70, 136), (70, 214), (46, 212)),
    "upper_back_thigh": ((0, 213), (36, 211), (46, 212), (70, 214), (70, 260), (0, 260)),
    "lower_back_thigh": ((0, 260), (70, 260), (70, 304), (0, 304)),
    "knee_back": ((0, 304), (70, 304), (70, 336), (0, 336)),
    "calf": ((0, 336), (70, 336), (70, 422), (0, 422)),
    "sole": ((0, 422), (70, 422), (70, 470), (0, 470)),
}
_FRONT: dict[str, tuple[Point, ...]] = {
    "lower_tummy": ((-30, 134), (30, 134), (25, 168), (12, 190), (-12, 190), (-25, 168)),
    "groin": ((30, 134), (70, 134), (70, 172), (34, 206), (10, 214), (11, 200), (12, 190), (25, 168)),
    "saddle": ((-12, 190), (12, 190), (11, 200), (10, 225), (-10, 225), (-11, 200)),
    "front_thigh": ((70, 172), (70, 296), (0, 296), (0, 225), (10, 225), (10, 214), (34, 206)),
    "knee_front": ((0, 296), (70, 296), (70, 336), (0, 336)),
    "shin": ((0, 336), (70, 336), (70, 422), (0, 422)),
    "foot_top": ((0, 422), (70, 422), (70, 470), (0, 470)),
}
_VIEWS: dict[str, dict[str, tuple[Point, ...]]] = {"back": _BACK, "front": _FRONT}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A region on the drawing: its id, its name, and its path."""

    id: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class View:
    """The body from one side. ``at_left`` is which side of the runner lies at the left of the drawing."""

    id: str
    outline: str
    at_left: str
    regions: tuple[Drawn, ...]


def body_map(regions: Mapping[str, Region]) -> tuple[View, ...]:
    """Both views, with the regions that knowledge has; one that is not drawn is in the list all the same."""
    return tuple(_view(view, shapes, regions) for view, shapes in _VIEWS.items())


def _view(view: str, shapes: Mapping[str, Sequence[Point]], regions: Mapping[str, Region]) -> View:
    # From behind the runner's left is at the left of the drawing, as for somebody who stands there; from the front at its right.
    left = -1 if view == "back" else 1
    drawn = []
    for name, points in shapes.items():
        for side, sign in (("_left", left), ("", 1), ("_right", -left)):
            region = regions.get(f"{name}{side}")
            if region is not None and region.view == view:
                drawn.append(Drawn(region.id, region.name, _path([(sign * across, down) for across, down in points])))
    return View(view, _outline(), "left" if left < 0 else "right", tuple(drawn))


@cache
def _outline() -> str:
    """The whole outline, rounded: a curve through the middles of its edges."""
    points = [*_OUTLINE, *((-across, down) for across, down in reversed(_OUTLINE[1:-1]))]
    ends = [((a + c) / 2, (b + d) / 2) for (a, b), (c, d) in zip(points, points[1:] + points[:1], strict=True)]
    curves = " ".join(f"Q{_at(corner)} {_at(end)}" for corner, end in zip(points[1:] + points[:1], ends[1:] + ends[:1], strict=True))
    return f"M{_at(ends[0])} {curves}Z"


def _path(points: Sequence[Point]) -> str:
    return f"M{' L'.join(_at(point) for point in points)}Z"


def _at(point: Point) -> str:
    return f"{_MIDDLE + point[0]:g},{point[1]:g}"
