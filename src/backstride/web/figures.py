"""Drawings of our own for the steps of self-tests: line figures, one a step. The words of the step say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["HEIGHT", "WIDTH", "Figure", "figures"]

WIDTH, HEIGHT = 160, 110

_Points = str
"""Points of a line, as SVG writes them."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing of one step.

    Attributes
    ----------
    head : tuple of float
        Where its middle is.
    limbs : tuple of str
        Lines of the body.
    things : tuple of str
        Lines of what is not the body: floor, wall, chair, phone.
    moves : tuple of str
        Lines with an arrow at their end: how something moves.
    spot : tuple of float or None
        Where to look, press or point.
    seconds : bool
        Whether it is held for a while.
    """

    head: tuple[float, float]
    limbs: tuple[_Points, ...]
    things: tuple[_Points, ...] = ()
    moves: tuple[_Points, ...] = ()
    spot: tuple[float, float] | None = None
    seconds: bool = False


_FLOOR = "10,102 150,102"
_WALL = "128,8 128,102"
_TABLE = "104,58 150,58 150,102"
_CHAIR = ("52,34 52,102", "52,72 86,72 86,102")
_BED = ("8,78 92,78 92,102", "12,78 12,102")
_MAT = "8,24 152,24 152,86 8,86 8,24"
_PHONE = "97,50 102,38 108,41 103,53 97,50"
_STOOL = "112,80 146,80 146,102 112,102 112,80"
_GOOD, _SORE = "74,60 73,80 72,100", "86,60 87,80 88,100"


def _standing(*arms: _Points, legs: tuple[_Points, ...] = (_GOOD, _SORE), more: tuple[_Points, ...] = (_FLOOR,), **rest: object) -> Figure:
    """From behind."""
    left, right = arms if len(arms) == 2 else ("66,34 58,50 60,64", *arms, "94,34 102,50 100,64")[:2]
    return Figure((80, 17), ("80,26 80,60", "66,34 94,34", left, right, "74,60 86,60", *legs), more, **rest)  # type: ignore[arg-type]


def _on_side(*arms: _Points, **rest: object) -> Figure:
    """Lying on the good side, knees bent, as seen from above."""
    body = ("40,56 90,60", "90,60 118,38 140,60", "90,62 112,46 132,68")
    return Figure((28, 54), (*body, *(arms or ("48,57 60,38 74,32",))), (_MAT,), **rest)  # type: ignore[arg-type]


def _on_back(*limbs: _Points, arm: _Points = "44,92 62,98", **rest: object) -> Figure:
    """Lying on the floor, from the side."""
    return Figure((24, 90), ("34,92 84,93", arm, *limbs), (_FLOOR,), **rest)  # type: ignore[arg-type]


def _seated(*legs: _Points, arm: _Points = "72,40 84,54 94,62", **rest: object) -> Figure:
    return Figure((72, 22), ("72,31 72,66", arm, *legs), (_FLOOR, *_CHAIR), **rest)  # type: ignore[arg-type]


_FLAT = "84,93 114,95 146,96"
_PRESS = "94,34 106,46 90,57"
_LEANING = ("96,36 70,62", "70,62 72,82 70,100", "92,40 104,50 116,57")
_RAISED = ("34,92 84,93", "44,92 64,80 82,72", _FLAT, "84,92 84,62 96,34")
_SEATED_LEG, _STRAIGHT = "72,67 104,68 104,100", "72,66 106,80 138,98"

_STEPS: dict[str, tuple[Figure, ...]] = {
    "active_knee_extension_deficit": (
        _on_back(_FLAT),
        _on_back(_FLAT, "84,92 84,62 104,74", arm="44,92 64,80 82,72"),
        _on_back(_FLAT, "84,92 84,62 96,34", arm="44,92 64,80 82,72", moves=("112,76 118,58 110,40",)),
        Figure((24, 90), _RAISED, (_FLOOR, _PHONE)),
        Figure((24, 90), _RAISED, (_FLOOR, _PHONE, "84,60 84,22")),
    ),
    "back_extensor_hold": (
        Figure((112, 84), ("28,74 82,76 104,82", "96,82 112,94 122,82"), (_FLOOR, *_BED, _STOOL)),
        Figure((112, 84), ("28,74 82,76 104,82", "96,82 112,94 122,82", "40,40 40,62 34,74"), (_FLOOR, *_BED, _STOOL), ("52,58 52,72",)),
        Figure((124, 70), ("28,74 82,74 114,71", "106,73 116,80 124,82"), (_FLOOR, *_BED, _STOOL), ("140,92 144,78 138,64",)),
        Figure((124, 70), ("28,74 82,74 114,71", "106,72 108,82 116,78"), (_FLOOR, *_BED), seconds=True),
        Figure((124, 70), ("28,74 82,74 114,71", "106,72 108,82 116,78"), (_FLOOR, *_BED, "82,66 150,64"), seconds=True),
        Figure((112, 84), ("28,74 82,76 104,82", "96,82 112,94 122,82"), (_FLOOR, *_BED, _STOOL), ("140,62 142,70 136,78",)),
        Figure((124, 70), ("28,74 82,74 114,71", "106,72 108,82 116,78"), (_FLOOR, *_BED, "26,30 66,30 66,50 26,50 26,30"), seconds=True),
    ),
    "bone_point_tender": (
        _standing(),
        _standing(_PRESS, spot=(80, 58)),
        _standing("94,34 106,42 84,46", spot=(80, 46), moves=("120,56 120,34",)),
        _standing("94,34 106,42 84,46", spot=(80, 46)),
    ),
    "fortin_finger": (
        _standing(),
        _standing("94,34 106,48 88,56", spot=(86, 56)),
        _standing(moves=("112,46 114,56 108,66",)),
        _standing("94,34 106,48 88,56", spot=(86, 56)),
    ),
    "gluteal_tender": (
        _on_side(),
        _on_side("50,57 70,36 88,52", spot=(90, 56)),
        Figure((28, 54), ("40,56 90,52", "90,52 118,74 140,52", "90,50 112,66 132,44", "50,55 70,76 88,60"), (_MAT,), spot=(90, 57)),
        _on_side("50,57 70,36 88,52", spot=(90, 56)),
    ),
    "hop_test": (
        _standing("94,34 110,42 127,40", more=(_FLOOR, _WALL)),
        _standing("94,34 110,42 127,40", legs=("74,54 72,72 72,92", "86,54 92,70 86,84"), more=(_FLOOR, _WALL), moves=("52,98 52,82",)),
        _standing("94,34 110,42 127,40", legs=("74,54 66,70 74,84", "86,54 87,72 88,92"), more=(_FLOOR, _WALL), moves=("52,98 52,82",)),
        _standing("94,34 110,42 127,40", legs=("74,60 66,76 74,88", _SORE), more=(_FLOOR, _WALL), spot=(88, 58)),
    ),
    "ischial_tender": (
        Figure((104, 30), _LEANING, (_FLOOR, _TABLE)),
        Figure((104, 30), _LEANING, (_FLOOR, _TABLE), spot=(68, 68)),
        Figure((104, 30), (*_LEANING, "90,40 70,46 62,64"), (_FLOOR, _TABLE), spot=(67, 68)),
        Figure((104, 30), (*_LEANING, "90,40 70,46 62,64"), (_FLOOR, _TABLE), spot=(67, 68)),
    ),
    "no_midline_pain": (
        _standing(),
        _standing("94,34 106,42 82,46", spot=(80, 46), moves=("122,40 122,60",)),
        _standing("94,34 106,42 82,52", spot=(80, 52)),
    ),
    "paraspinal_tender": (
        _standing("66,34 52,46 75,48", "94,34 108,46 85,48"),
        _standing("66,34 52,46 75,48", "94,34 108,46 85,48", spot=(86, 48), moves=("122,38 122,60",)),
        _standing("66,34 52,46 75,48", "94,34 108,46 85,48", spot=(74, 48)),
        _standing("66,34 52,46 75,48", "94,34 108,46 85,48", spot=(86, 48)),
    ),
    "seated_piriformis_stretch": (
        _seated(_SEATED_LEG),
        _seated(_SEATED_LEG, _STRAIGHT, moves=("122,60 134,70 140,84",)),
        _seated(_SEATED_LEG, _STRAIGHT, arm="72,40 60,52 66,64", spot=(68, 67)),
        _seated(_SEATED_LEG, _STRAIGHT, arm="72,40 60,52 66,64", moves=("146,88 136,76 122,76",)),
        _seated(_SEATED_LEG, _STRAIGHT, arm="72,40 60,52 66,64", seconds=True),
        _seated(_SEATED_LEG, _STRAIGHT, arm="72,40 60,52 66,64", spot=(68, 67)),
    ),
    "single_leg_stance_30s": (
        _standing("94,34 110,42 127,40", more=(_FLOOR, _WALL)),
        _standing("94,34 110,42 127,40", legs=("74,60 66,76 74,88", _SORE), more=(_FLOOR, _WALL), moves=("50,98 50,84",)),
        _standing("94,34 110,42 127,40", legs=("74,60 66,76 74,88", _SORE), more=(_FLOOR, _WALL), seconds=True),
        _standing("94,34 110,42 127,40", legs=("74,60 66,76 74,88", _SORE), more=(_FLOOR, _WALL), spot=(92, 62)),
    ),
    "slr": (
        _on_back(_FLAT),
        _on_back(_FLAT, "84,92 114,88 144,82"),
        _on_back(_FLAT, "84,92 106,70 128,48", moves=("146,84 146,66 136,50",)),
        _on_back(_FLAT, "84,92 106,70 128,48", spot=(98, 78)),
        _on_back(_FLAT, "84,92 106,70 128,48", spot=(106, 74)),
        _on_back(_FLAT, "84,92 106,70 128,48", moves=("138,48 148,64 146,84",)),
    ),
    "trochanter_palpation": (
        _on_side(),
        _on_side(spot=(92, 58)),
        _on_side("50,57 70,36 90,54", spot=(92, 58)),
        _on_side("50,57 70,36 90,54", spot=(92, 58)),
    ),
}  # fmt: skip


def figures(test: str, steps: Sequence[str]) -> tuple[Figure | None, ...]:
    """The drawing of each step; none where the test has other steps than were drawn."""
    drawn = _STEPS.get(test, ())
    return drawn if len(drawn) == len(steps) else (None,) * len(steps)
