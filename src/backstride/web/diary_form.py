"""The form of a day of the diary: what it shows, and what of it was changed.

Beside every field stands what it showed (``was-NAME``). Only what a person changed is told, so a form that is older than what was told
since (another tab, the back button) never tells the old again.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from backstride.interview_places import SIDES, places_of
from backstride.knowledge.concepts import Region
from backstride.model.diary import NUMBERS, WORDS, DiaryDay
from backstride.model.interview import Item
from backstride.reports.visible import visible
from backstride.web.clinical import in_language
from backstride.web.units import metres_from

__all__ = ["MORE", "SCORES", "Field", "Part", "Sent", "form_of", "parts_of_body"]

SCORES = ("pain_morning", "pain_during", "pain_after")
_MORE_SCORES = ("stiffness", "stress")
MORE = (
    "stiffness", "stress", "sleep_h", "sitting_h", "began_km", "began_min", "fluid_ml", "weight_before_kg", "weight_after_kg",
    "medicine", "cycle_day", "note",
)  # fmt: skip
_LABELS: dict[str, str | Promise] = {
    "pain_morning": gettext_lazy("Pain on waking"),
    "pain_during": gettext_lazy("Pain while running"),
    "pain_after": gettext_lazy("Pain after running"),
    "regions": gettext_lazy("Where"),
    "spreading": gettext_lazy("Does it spread?"),
    "stiffness": gettext_lazy("Stiff on waking"),
    "stress": gettext_lazy("Stress"),
    "sleep_h": gettext_lazy("Sleep last night (hours)"),
    "sitting_h": gettext_lazy("Sitting (hours)"),
    "began_km": gettext_lazy("On the run it began at (%(unit)s)"),
    "began_min": gettext_lazy("Or at (min)"),
    "fluid_ml": gettext_lazy("Drunk on the run (ml)"),
    "weight_before_kg": gettext_lazy("Weight before the run (kg)"),
    "weight_after_kg": gettext_lazy("Weight after the run (kg)"),
    "medicine": gettext_lazy("Medicine"),
    "cycle_day": gettext_lazy("Day of the cycle"),
    "note": gettext_lazy("Note"),
}
_LONGEST_NUMBER = 12


@dataclass(frozen=True, slots=True)
class Field:
    """A field as the page shows it.

    Attributes
    ----------
    name, label : str
    value : str
        What it shows now; of a form that was sent and is wrong, what was typed.
    was : str
        What it stood for when the page was made.
    kind : str
        ``"score"``, ``"number"``, ``"words"``, ``"yes_no"`` or ``"regions"``.
    wrong : str
        What is wrong with what was typed.
    most : int
        Letters that it takes.
    """

    name: str
    label: str
    value: str
    was: str
    kind: str
    wrong: str = ""
    most: int = _LONGEST_NUMBER

    @property
    def numbers(self) -> range:
        """What a score can be."""
        return range(11)

    @property
    def shown_number(self) -> int | None:
        """The score that is chosen; None where none is."""
        return int(self.value) if self.value.isdigit() else None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the body with its sides: id, the side in words, the whole name, and whether it is chosen."""

    area: str
    name: str
    sides: tuple[tuple[str, str, str, bool], ...]


@dataclass
class Sent:
    """What a form that was sent tells: the fields that were changed, and what is wrong, by field.

    Raises
    ------
    BadRequest
        For what no page of ours sends.
    """

    form: QueryDict
    unit: str
    regions: Collection[str]
    fields: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in _LABELS:
            typed = self.typed(name)
            if typed != self.form.get(f"was-{name}", ""):
                self._read(name, typed)

    def typed(self, name: str) -> str:
        """What was typed or chosen, as the page writes it."""
        if name == "regions":
            return ",".join(sorted(set(self.form.getlist(name))))
        return " ".join(self.form.get(name, "").split())

    def _read(self, name: str, typed: str) -> None:
        if not typed:
            self.fields[name] = None
        elif name == "regions":
            self.fields[name] = typed.split(",")
            if not set(self.regions).issuperset(self.fields[name]):
                raise BadRequest
        elif name == "spreading":
            self.fields[name] = typed == "yes"
            if typed not in ("yes", "no"):
                raise BadRequest
        elif name in WORDS:
            self.fields[name] = typed[: WORDS[name]]
        else:
            self._read_number(name, typed)

    def _read_number(self, name: str, typed: str) -> None:
        allowed = NUMBERS[name]
        try:
            number = float(typed.replace(",", ".")) if len(typed) <= _LONGEST_NUMBER else -1.0
        except ValueError:
            number = -1.0
        value: float = round(metres_from(number, self.unit) / 1000, 3) if name == "began_km" else number
        if allowed.whole and math.isfinite(value) and value == int(value):
            value = int(value)
        if allowed.holds(value):
            self.fields[name] = value
            return
        words = {"name": label(name, self.unit), "least": f"{allowed.least:g}", "most": f"{allowed.most:g}"}
        self.wrong[name] = gettext("%(name)s: a number from %(least)s to %(most)s.") % words


def label(name: str, unit: str) -> str:
    """What a field is called."""
    return str(_LABELS[name]).replace("%(unit)s", unit)


def form_of(told: DiaryDay, unit: str, regions: Collection[str], sent: Sent | None = None) -> dict[str, Field]:
    """Every field by name, with what was told of the day, or with what was sent where that is wrong."""
    known = told.told()
    # A region that knowledge no longer has can't be shown, so it is none that a person takes away.
    known["regions"] = [region for region in told.regions or () if region in regions]
    fields = {}
    for name in _LABELS:
        was = _shown(name, known.get(name), unit)
        value, wrong = was, ""
        if sent is not None:
            was, value, wrong = sent.form.get(f"was-{name}", ""), sent.typed(name), sent.wrong.get(name, "")
        fields[name] = Field(name, label(name, unit), value, was, _kind(name), wrong, WORDS.get(name, _LONGEST_NUMBER))
    return fields


def _kind(name: str) -> str:
    if name in SCORES or name in _MORE_SCORES:
        return "score"
    if name in NUMBERS:
        return "number"
    return {"regions": "regions", "spreading": "yes_no"}.get(name, "words")


def _shown(name: str, value: Any, unit: str) -> str:
    """What was told, as the field writes it."""
    if value is None:
        return ""
    if name == "regions":
        return ",".join(sorted(set(value)))
    if name == "spreading":
        return "yes" if value else "no"
    if name in WORDS:
        return " ".join(str(value).split())
    if _kind(name) == "score":
        # Told in words it can be 3.5; no button says so, and none pressed changes nothing.
        return f"{value:.0f}" if value == int(value) else ""
    number = value * 1000 / metres_from(1, unit) if name == "began_km" else value
    return number_format(f"{round(number, 2):g}", use_l10n=True)


def parts_of_body(regions: Mapping[str, Region], chosen: str, recent: Iterable[str]) -> tuple[list[Part], list[Part]]:
    """The parts that were told lately or are chosen, and the others.

    Parameters
    ----------
    regions : mapping of str to Region
    chosen : str
        Ids with commas between.
    recent : iterable of str
        Ids that were told before.
    """
    known = set(chosen.split(","))
    lately = known | set(recent)
    near: list[Part] = []
    others: list[Part] = []

    def shown(words: str) -> str:
        return visible(in_language(words) or words)

    for place in places_of([Item(region.id, region.name) for region in regions.values()], regions):
        sides = [(place.sides[side], side) for side in SIDES if side in place.sides]
        part = Part(
            shown(place.area),
            shown(place.name),
            tuple(
                (item.id, shown(side) if len(sides) > 1 else gettext("here"), shown(item.words), item.id in known) for item, side in sides
            ),
        )
        (near if any(item.id in lately for item, _ in sides) else others).append(part)
    return near, others
