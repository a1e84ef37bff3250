"""One screen of the interview as a form: how its items are shown, and what a sent form says."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext, ngettext

from backstride.model.interview import Choice, Item, Kind, Screen

__all__ = ["Asked", "Form", "Sent", "form_of"]

_CHECKED = frozenset({"yes", "no", "unsure"})
_UNSURE = "unsure"
_LONGEST_SCALE = 11
_BUTTONS = 7
"""A question by itself with more choices than these is a list to choose from, not a row of buttons."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One item with how it is asked.

    Attributes
    ----------
    item : Item
    how : str
        ``mark`` for one of a list, ``scale`` for a few whole numbers, ``number``, ``choice``.
    said : str
        What was chosen or typed before, when the form is shown again.
    wrong : str
        What is wrong with it.
    """

    item: Item
    how: str
    said: str = ""
    wrong: str = ""

    @property
    def field(self) -> str:
        """Its name in the form."""
        return f"answer-{self.item.id}"

    @property
    def scale(self) -> tuple[int, ...]:
        """The numbers of a scale."""
        assert self.item.minimum is not None and self.item.maximum is not None
        return tuple(range(int(self.item.minimum), int(self.item.maximum) + 1))

    @property
    def unsure(self) -> Choice | None:
        """The choice of not knowing, where there is one."""
        return next((choice for choice in self.item.choices if choice.value == _UNSURE), None)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form says: answers to keep, or why it is shown again."""

    values: Mapping[str, str | float] = field(default_factory=dict)
    hint: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Form:
    """A screen as a form.

    Attributes
    ----------
    screen : Screen
    single : tuple of Asked
        Each answered by itself.
    listed : tuple of Asked
        Marked where they hold.
    at_once : bool
        One question with few choices: each is a button, and a tap answers.
    hint : str
        Why it is shown again.
    """

    screen: Screen
    single: tuple[Asked, ...]
    listed: tuple[Asked, ...]
    at_once: bool = False
    hint: str = ""

    @property
    def whys(self) -> tuple[Asked, ...]:
        """The items with a reason for which they are asked."""
        return tuple(asked for asked in (*self.single, *self.listed) if asked.item.why)

    def read(self, sent: QueryDict) -> Sent:
        """What was sent. A list in which nothing is marked must say so: silence is no answer.

        Numbers outside their limits and choices that are none are told, and nothing is kept.
        """
        values: dict[str, str | float] = {}
        wrong: dict[str, str] = {}
        for asked in self.single:
            said = _read(asked, _typed(asked, sent))
            if isinstance(said, _Wrong):
                wrong[asked.item.id] = said.words
            else:
                values[asked.item.id] = said
        marks = {asked.item.id: mark for asked in self.listed if (mark := _mark(asked, sent))}
        hint = ""
        if wrong:
            count = len(wrong)
            hint = ngettext("One answer is missing or can't be right.", "%(count)d answers are missing or can't be right.", count) % {
                "count": count
            }
        elif self.listed and sent.get("act") == "none" and marks:
            hint = gettext("You marked something and chose “None of these”. Take the marks away, or go on with them.")
        elif self.listed and sent.get("act") != "none" and not marks:
            hint = gettext("Nothing is marked. Mark what is so, or choose “None of these”.")
        if self.screen.kind not in (Kind.SAFETY, Kind.WHERE):
            marks = {asked.item.id: marks.get(asked.item.id, "no") for asked in self.listed}
        return Sent({} if hint else {**values, **marks}, hint, wrong)

    def again(self, sent: QueryDict, read: Sent) -> Form:
        """The form as it was sent, with what is wrong with it."""
        single = tuple(Asked(a.item, a.how, _typed(a, sent), read.wrong.get(a.item.id, "")) for a in self.single)
        listed = tuple(Asked(a.item, a.how, _mark(a, sent)) for a in self.listed)
        return Form(self.screen, single, listed, self.at_once, read.hint)


@dataclass(frozen=True, slots=True)
class _Wrong:
    words: str


def form_of(screen: Screen, said: Mapping[str, str] | None = None) -> Form:
    """How a screen is asked; `said` holds answers that were given before."""
    before = said or {}
    marked = [item for item in screen.items if {choice.value for choice in item.choices} == _CHECKED]
    if screen.kind is Kind.WHERE:
        marked = list(screen.items)
    elif len(marked) == 1:
        marked = []
    listed = tuple(Asked(item, "mark", before.get(item.id, "")) for item in marked)
    single = tuple(Asked(item, _how(item), before.get(item.id, "")) for item in screen.items if item not in marked)
    return Form(screen, single, listed, _at_once(single, listed))


def _at_once(single: Sequence[Asked], listed: Sequence[Asked]) -> bool:
    return not listed and len(single) == 1 and single[0].how == "choice" and len(single[0].item.choices) <= _BUTTONS


def _how(item: Item) -> str:
    if item.minimum is None or item.maximum is None:
        return "choice"
    whole = item.minimum == int(item.minimum) and item.maximum == int(item.maximum)
    return "scale" if whole and item.maximum - item.minimum < _LONGEST_SCALE else "number"


def _typed(asked: Asked, sent: QueryDict) -> str:
    """What was chosen or typed; not knowing stands beside a number in a field of its own."""
    return str(sent.get(asked.field) or sent.get(f"{asked.field}-unsure") or "")


def _mark(asked: Asked, sent: QueryDict) -> str:
    """``yes`` goes before ``unsure`` where both were marked: what may be so is not made smaller."""
    said = sent.getlist(asked.field)
    return next((value for value in ("yes", _UNSURE) if value in said and any(value == c.value for c in asked.item.choices)), "")


def _read(asked: Asked, typed: str) -> str | float | _Wrong:
    item, said = asked.item, typed.strip()
    if any(said == choice.value for choice in item.choices):
        return said
    if item.minimum is None or item.maximum is None:
        return _Wrong(gettext("Choose one."))
    if re.fullmatch(r"[+-]?\d{1,6}(?:[.,]\d{1,3})?", said):
        number = float(said.replace(",", "."))
        if math.isfinite(number) and item.minimum <= number <= item.maximum:
            return number
    return _Wrong(gettext("A number from %(low)g to %(high)g, please.") % {"low": item.minimum, "high": item.maximum})
