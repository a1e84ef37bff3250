"""YAML that remembers where everything stands.

Reads YAML 1.2 in its plainest form (JSON is part of it): words stay words (``no``, ``on`` and ``2026-10-04`` too), and
only true/false, null and numbers are typed. Anchors, aliases, tags, duplicate keys and a second document are refused:
a knowledge or case file never needs them, and some of them are ways to attack a reader.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from backstride.errors import BackstrideError

__all__ = ["Node", "Plain", "read_marked"]

Plain: TypeAlias = "dict[str, Plain] | list[Plain] | str | int | float | bool | None"

_MAX_BYTES = 2_000_000
_MAX_DEPTH = 40
_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NOT_A_NUMBER = re.compile(r"([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z")
_MAX_DIGITS = 18  # the digits that every reader of JSON keeps exactly
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Node:
    """A value and the line it stands on.

    Attributes
    ----------
    value : dict of str to Node, list of Node, str, int, float, bool or None
    line : int
        1-based.
    key_lines : dict of str to int
        Line of each key of a mapping.
    """

    value: dict[str, Node] | list[Node] | str | int | float | bool | None
    line: int
    key_lines: dict[str, int] = field(default_factory=dict)

    def plain(self) -> Plain:
        """Give the value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being filled."""

    node: Node
    key: str | None = None
    key_line: int = 0


def read_marked(text: str | bytes, place: str, error: type[BackstrideError] = BackstrideError) -> Node:
    """Read one YAML or JSON document with places.

    Parameters
    ----------
    text : str or bytes
        Bytes must be UTF-8.
    place : str
        Name of the file, for messages.
    error : type of BackstrideError
        What is raised.

    Returns
    -------
    Node
        A null node for an empty document.

    Raises
    ------
    BackstrideError
        Of the given class, with file, line and remedy, for anything that is not plain YAML.
    """
    if len(text) > _MAX_BYTES:
        raise error(f"is larger than {_MAX_BYTES // 1_000_000} MB.", place=place, remedy="Split it, or check that it is the right file.")
    text = _decoded(text, place, error) if isinstance(text, bytes) else text.removeprefix("\ufeff")
    found = _CONTROL.search(text.replace("\r", "\n"))
    _refuse_control(found, text.count("\n", 0, found.start()) + 1 if found else 1, place, error)
    try:
        return _compose(text, place, error)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        what = " ".join(part for name in ("context", "problem") if (part := getattr(problem, name, None))) or "it cannot be read"
        lines = text.split("\n")
        tab = line <= len(lines) and "\t" in lines[line - 1]
        remedy = "Use spaces there, no tabs." if tab else "Check indentation, quotes and colons there."
        raise error(f"is not valid YAML: {what}.", place=f"{place}:{line}", remedy=remedy) from None


def _decoded(data: bytes, place: str, error: type[BackstrideError]) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        remedy = "Save it as UTF-8, or check that it is the right file."
        raise error("is not UTF-8 text.", place=f"{place}:{line}", remedy=remedy) from None


def _refuse_control(found: re.Match[str] | None, line: int, place: str, error: type[BackstrideError]) -> None:
    if found is not None:
        what = f"holds a control character (U+{ord(found.group()):04X})."
        raise error(what, place=f"{place}:{line}", remedy="Remove it: only text, tabs and line breaks belong here.")


def _compose(text: str, place: str, error: type[BackstrideError]) -> Node:
    stack: list[_Open] = []
    root: Node | None = None
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise error("uses an anchor or alias (& or *).", place=f"{place}:{line}", remedy="Write the text out, or put it in quotes.")
        if getattr(event, "tag", None):
            raise error("uses a tag (!).", place=f"{place}:{line}", remedy="Remove it, or put the text in quotes.")
        if isinstance(event, yaml.DocumentStartEvent) and root is not None:
            raise error("holds a second document (---).", place=f"{place}:{line}", remedy="Keep one document a file.")
        node: Node | None = None
        if isinstance(event, yaml.ScalarEvent):
            # Looked for again, now that escapes have become characters: they could forge what a terminal shows.
            _refuse_control(_CONTROL.search(event.value), line, place, error)
            if stack and isinstance(stack[-1].node.value, dict) and stack[-1].key is None:
                _set_key(stack[-1], event.value, line, place, error)
                continue
            node = Node(_typed(event, place, line, error), line)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if stack and isinstance(stack[-1].node.value, dict) and stack[-1].key is None:
                raise error("has a key that is not a word.", place=f"{place}:{line}", remedy="Put text with brackets in quotes.")
            if len(stack) >= _MAX_DEPTH:
                raise error(f"is nested more than {_MAX_DEPTH} deep.", place=f"{place}:{line}", remedy="Check the brackets.")
            node = Node({} if isinstance(event, yaml.MappingStartEvent) else [], line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            stack.pop()
            continue
        if node is None:
            continue
        if stack:
            _put(stack[-1], node)
        else:
            root = node
        if isinstance(node.value, dict | list):
            stack.append(_Open(node))
    return root if root is not None else Node(None, 1)


def _set_key(parent: _Open, key: str, line: int, place: str, error: type[BackstrideError]) -> None:
    if key in parent.node.key_lines:
        first = parent.node.key_lines[key]
        raise error(f"has '{_short(key)}' twice.", place=f"{place}:{line}", remedy=f"It stands on line {first} already; keep one.")
    parent.key, parent.key_line = key, line


def _put(parent: _Open, node: Node) -> None:
    if isinstance(parent.node.value, list):
        parent.node.value.append(node)
    elif isinstance(parent.node.value, dict) and parent.key is not None:
        parent.node.value[parent.key] = node
        parent.node.key_lines[parent.key] = parent.key_line
        parent.key = None


def _typed(event: yaml.ScalarEvent, place: str, line: int, error: type[BackstrideError]) -> str | int | float | bool | None:
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text.lower() in _WORDS and text in (text.lower(), text.capitalize(), text.upper()):
        return _WORDS[text.lower()]
    digits = sum(character.isdigit() for character in text)
    if _NOT_A_NUMBER.match(text) or (digits > _MAX_DIGITS and _INT.match(text)):
        remedy = "Write a plain number, or put it in quotes if it is a code."
        raise error(f"'{_short(text)}' is not a number that can be kept exactly.", place=f"{place}:{line}", remedy=remedy)
    if _INT.match(text):
        return int(text)
    if not _FLOAT.match(text):
        return text
    if not math.isfinite(float(text)):
        raise error(f"'{_short(text)}' is too large a number.", place=f"{place}:{line}", remedy="Write a smaller one.")
    return float(text)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."
