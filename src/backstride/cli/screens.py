"""One screen of the interview in a terminal: shown, and answered by keys."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from backstride.cli.places import in_rows, line_by_line
from backstride.cli.terminal import Line, NobodyThere, Terminal
from backstride.interview_places import places_of
from backstride.knowledge.concepts import Region
from backstride.model.interview import Item, Kind, Screen

__all__ = ["Act", "Reply", "ask_item", "ask_screen"]

_CHECKED = frozenset({"yes", "no", "unsure"})
_NUMBERS = re.compile(r"\d{1,3}(?:[\s,;.+]+\d{1,3})*")
_UNSURE_OF = re.compile(r"u[\s,]*(\d{1,3}(?:[\s,;.+]+\d{1,3})*)")
_KEYS = (
    "Type a number, or several (1 4), then Enter: it is marked. The same number again takes the mark away.",
    "Enter alone: go on.",
    "Part of a name (but le): marks it, or lists what fits.",
    "n: none of these.   u: unsure (of a list: u 3).   s: skip.   b: back.",
    "w: why this is asked.   c: change an earlier answer.   q: stop; it is kept.",
    "Each key is followed by Enter.",
)


class Act(StrEnum):
    """What the runner wants."""

    ANSWER = "answer"
    SKIP = "skip"
    BACK = "back"
    CHANGE = "change"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a screen, with the answers where it was answered."""

    act: Act
    values: Mapping[str, str | float] = field(default_factory=dict)


class _Left(Exception):
    """The screen is left without going through it."""

    def __init__(self, act: Act) -> None:
        super().__init__()
        self.act = act


def ask_screen(screen: Screen, terminal: Terminal, regions: Mapping[str, Region], above: Sequence[Line] = ()) -> Reply:
    """Show a screen until it is answered or left.

    Parameters
    ----------
    screen : Screen
    terminal : Terminal
    regions : mapping of id to Region
        For the sides of the first screen's items.
    above : sequence of Line
        What is told before the question.
    """
    try:
        if screen.kind is Kind.WHERE:
            return _Checklist(screen, screen.items, terminal, above, regions).answered()
        return _asked(screen, terminal, above)
    except _Left as left:
        return Reply(left.act)
    except NobodyThere:
        return Reply(Act.STOP)


def ask_item(item: Item, terminal: Terminal) -> Reply:
    """Ask one item by itself, to correct its answer."""
    return ask_screen(Screen(item.id, Kind.QUESTION, item.words, (item,)), terminal, {})


def _asked(screen: Screen, terminal: Terminal, above: Sequence[Line]) -> Reply:
    """Numbers and choices one after the other, then what is marked in a list."""
    listed = [item for item in screen.items if {choice.value for choice in item.choices} == _CHECKED]
    if len(listed) == 1:
        listed = []
    single = [item for item in screen.items if item not in listed]
    values: dict[str, str | float] = {}
    skipped: set[str] = set()
    at = 0
    if screen.how:
        _try_it(screen, terminal, above)
        above = ()
    while at < len(single):
        try:
            value = _One(screen, single[at], terminal, above, first=at == 0 and not screen.how, last=not listed).asked()
        except _Left as left:
            if left.act is Act.SKIP:
                skipped.add(single[at].id)
                at += 1
                continue
            if left.act is Act.BACK and at:
                at -= 1
                continue
            raise
        skipped.discard(single[at].id)
        if value is not None:
            values[single[at].id] = value
        above = ()
        at += 1
    if listed:
        try:
            values |= _Checklist(screen, listed, terminal, above, {}).answered().values
        except _Left as left:
            if left.act is not Act.SKIP or not values:
                raise
            # What was answered above is kept; silence about the rest of a safety screen would be a no.
            values |= {item.id: "unsure" for item in listed}
    elif len(skipped) == len(single):
        return Reply(Act.SKIP)
    return Reply(Act.ANSWER, values)


def _try_it(screen: Screen, terminal: Terminal, above: Sequence[Line]) -> None:
    """A self-test: its gate, its steps and when to stop; then the time it takes, which can be cut short."""
    gate, *steps = screen.how
    stop = steps.pop() if steps else ""
    lines = [*above, *_title(screen, terminal), Line(gate, "bold")]
    lines += [Line(f"{number}. {step}", "", 3) for number, step in enumerate(steps, 1)]
    if stop:
        lines.append(Line(stop, "bold"))
    go_on = f"Enter starts the {screen.seconds} seconds" if screen.seconds else "Enter when you have done it"
    while True:
        terminal.page([*lines, Line()])
        terminal.keys(f"{go_on}. s skip this test, b back, q stop, ? all keys.")
        key = terminal.ask().lower()
        if not key:
            break
        _common(key, screen.items, terminal)
    if screen.seconds:
        terminal.wait(screen.seconds)


def _title(screen: Screen, terminal: Terminal) -> list[Line]:
    more = f"about {screen.left} more" if screen.left else ""
    if not more:
        return [Line(screen.title, "bold")]
    room = terminal.width - len(screen.title) - len(more)
    if terminal.plain or room < 2:
        return [Line(screen.title, "bold"), Line(f"({more})", "dim")]
    return [Line(f"{screen.title}{' ' * room}{more}", "bold")]


def _common(key: str, items: Sequence[Item], terminal: Terminal) -> bool:
    """Whether a key that means the same everywhere was typed; those that leave the screen leave it."""
    leaving = {"s": Act.SKIP, "b": Act.BACK, "q": Act.STOP, "c": Act.CHANGE}
    if key in leaving:
        raise _Left(leaving[key])
    if key == "?":
        terminal.page(Line(line, "", 2) for line in _KEYS)
    elif key == "w":
        terminal.page(Line(f"{item.words}: {item.why}" if len(items) > 1 else item.why, "", 2) for item in items if item.why)
    else:
        return False
    terminal.ask("Enter goes back to the question. ")
    return True


class _One:
    """One item with its choices, or a number."""

    def __init__(self, screen: Screen, item: Item, terminal: Terminal, above: Sequence[Line], *, first: bool, last: bool) -> None:
        self._screen, self._item, self._terminal, self._above = screen, item, terminal, above
        self._first, self._last = first, last
        # A number that may be unsure has that as its only choice; u says it.
        self._choices = list(item.choices) if item.minimum is None else []
        self._values = [choice.value for choice in item.choices]

    def asked(self) -> str | float | None:
        """Its answer; None for one that the runner does not know and that cannot be unsure."""
        hint = ""
        self._show()
        while True:
            if hint:
                self._terminal.say(hint)
            key = self._terminal.ask().lower()
            if key in ("?", "w") and _common(key, (self._item,), self._terminal):
                hint = ""
                self._show()
                continue
            hint = ""
            value = self._read(key)
            if isinstance(value, Hint):
                hint = value.words
                continue
            return value

    def _show(self) -> None:
        lines = [*self._above]
        if self._first or not self._terminal.plain:
            lines += _title(self._screen, self._terminal)
        if self._item.words != self._screen.title:
            lines.append(Line(self._item.words, "", 2))
        lines += [Line(f"{number:2}. {choice.words}", "", 4) for number, choice in enumerate(self._choices, 1)]
        self._terminal.page(lines)
        keys = "y yes, n no, " if {"yes", "no"} <= set(self._values) else ""
        self._terminal.keys(f"{self._range() if not self._choices else 'A number'}. {keys}u unsure, s skip, b back, ? all keys.")

    def _range(self) -> str:
        low, high, unit = self._item.minimum, self._item.maximum, self._item.unit
        if low is None or high is None:
            return "A number"
        return f"A number from {low:g} to {high:g}" + (f" ({unit})" if unit else "")

    def _read(self, key: str) -> str | float | Hint | None:
        if key == "u":
            return "unsure" if "unsure" in self._values else None
        if {"yes", "no"} <= set(self._values) and key in ("y", "yes", "n", "no"):
            return "yes" if key[0] == "y" else "no"
        _common(key, (self._item,), self._terminal)
        number = _number(key)
        if self._choices:
            if number is not None and number == int(number) and 1 <= number <= len(self._choices):
                return self._choices[int(number) - 1].value
            return Hint(f"Type a number from 1 to {len(self._choices)}, or u if you are not sure.")
        low, high = self._item.minimum, self._item.maximum
        if number is None or (low is not None and number < low) or (high is not None and number > high):
            return Hint(f"{self._range()}, please, or u if you don't know.")
        return number


@dataclass(frozen=True, slots=True)
class Hint:
    """What to type instead."""

    words: str


class _Checklist:
    """Items that are marked in a list: yes, or unsure."""

    def __init__(
        self, screen: Screen, items: Sequence[Item], terminal: Terminal, above: Sequence[Line], regions: Mapping[str, Region]
    ) -> None:
        self._screen, self._terminal, self._above = screen, terminal, above
        self._where = screen.kind is Kind.WHERE
        self._places = places_of(items, regions) if self._where else ()
        in_order = [item for place in self._places for item in _by_side(place.sides)] if self._where else list(items)
        self._items = in_order
        self._number_of = {item.id: number for number, item in enumerate(in_order, 1)}
        self._marks: dict[str, str] = {}

    def answered(self) -> Reply:
        """What is marked is a yes, or unsure; what is not is a no, but on the first screen it stays open."""
        self._show()
        while True:
            hint = self._read(self._terminal.ask().lower())
            if hint is None:
                break
            if self._terminal.plain:
                self._terminal.say(hint)
            else:
                self._show(hint)
        if self._where or self._screen.kind is Kind.SAFETY:
            return Reply(Act.ANSWER, dict(self._marks))
        return Reply(Act.ANSWER, {item.id: self._marks.get(item.id, "no") for item in self._items})

    def _show(self, hint: str = "") -> None:
        terminal = self._terminal
        lines = [*self._above, *_title(self._screen, terminal)]
        if self._where and terminal.plain:
            lines += line_by_line(self._places, self._number_of)
        elif self._where:
            lines += in_rows(self._places, self._number_of, self._marks, terminal.width)
            lines.append(Line(self._told(), "", 2))
        else:
            lines += [self._row(item) for item in self._items]
        terminal.page(lines)
        what, unsure = ("Number or name", "") if self._where else ("Number", "u unsure, ")
        terminal.keys(f"{what}: mark. Enter: go on. n none, {unsure}s skip, b back, ? all keys.")
        if hint and hint != self._told():
            terminal.say(hint)

    def _row(self, item: Item) -> Line:
        number = self._number_of[item.id]
        if self._terminal.plain:
            return Line(f"{number}. {item.words}")
        mark = {"yes": "x", "unsure": "?"}.get(self._marks.get(item.id, ""), " ")
        return Line(f"{number:2} [{mark}] {item.words}", "bold" if item.id in self._marks else "", 6)

    def _told(self) -> str:
        """What is marked, in words."""
        if not self._marks:
            return "Nothing is marked."
        named = [
            f"{self._number_of[item.id]} {item.words}{' (unsure)' if self._marks[item.id] == 'unsure' else ''}"
            for item in self._items
            if item.id in self._marks
        ]
        return f"Marked: {'; '.join(named)}."

    def _read(self, key: str) -> str | None:
        """What to tell next; None when the list is done."""
        if not key:
            return None if self._marks else f"{self._nothing()}, or s to skip."
        if key == "n":
            if not self._marks:
                return None
            self._marks.clear()
            return "All marks are taken away. n again: none of these."
        if key == "u":
            return "Unsure of which? Type u and its number, as u 2."
        if _NUMBERS.fullmatch(key):
            return self._toggled(key, "yes")
        if unsure := _UNSURE_OF.fullmatch(key):
            return "Mark only places that hurt." if self._where else self._toggled(unsure[1], "unsure")
        if _common(key, self._items, self._terminal):
            if self._terminal.plain:
                self._show()
            return self._told()
        return self._named(key)

    def _nothing(self) -> str:
        return "Mark at least one place, type n if it hurts in none of these" if self._where else "Type n if none of these is so"

    def _toggled(self, numbers: str, mark: str) -> str:
        chosen = [int(number) for number in re.findall(r"\d+", numbers)]
        if wrong := [number for number in chosen if not 1 <= number <= len(self._items)]:
            return f"There is no {wrong[0]} here: 1 to {len(self._items)}."
        for number in dict.fromkeys(chosen):
            item = self._items[number - 1].id
            if self._marks.get(item) == mark:
                del self._marks[item]
            else:
                self._marks[item] = mark
        return self._told()

    def _named(self, typed: str) -> str:
        wanted = re.findall(r"\w+", typed)
        fitting = [item for item in self._items if wanted and all(_begins_one(word, item.words) for word in wanted)]
        if len(fitting) == 1:
            return self._toggled(str(self._number_of[fitting[0].id]), "yes")
        if not fitting:
            return f"Nothing here is called '{typed[:40]}'. ? shows the keys."
        named = "; ".join(f"{self._number_of[item.id]} {item.words}" for item in fitting)
        return f"Which one? {named}."


def _begins_one(start: str, words: str) -> bool:
    return any(word.startswith(start) for word in re.findall(r"\w+", words.lower()))


def _by_side(sides: Mapping[str, Item]) -> list[Item]:
    return [sides[side] for side in ("left", "middle", "right") if side in sides]


def _number(text: str) -> float | None:
    """A number as people type it; None for anything else."""
    if not re.fullmatch(r"\d{1,6}(?:[.,]\d{1,3})?", text):
        return None
    return float(text.replace(",", "."))
