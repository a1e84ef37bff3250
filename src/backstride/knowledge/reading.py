"""From files to one plain tree, with the line of every field and every problem of shape."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from backstride.errors import KnowledgeError
from backstride.knowledge.files import FOLDERS, OPEN_TABLES, TABLES, KnowledgeFile
from backstride.knowledge.schema import KINDS, Problem, check_node
from backstride.marked_yaml import Node, read_marked

__all__ = ["Place", "Reading", "read_tree"]

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a concept stands: its file, and the line of each of its fields by path (``likelihoods[2].basis``)."""

    file: str
    lines: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the files say.

    Attributes
    ----------
    tree : dict of kind to dict of id to plain values
        In the order of ids.
    places : dict of (kind, id) to Place
    problems : list of Problem
        Of shape, each file for itself.
    broken : set of (kind, id)
        Concepts with such a problem: their ids are known, their values can't be trusted.
    shipped_tables : dict of kind to dict of id to plain values
        The limits and wording that the program reads; an overlay can change them, but nothing reads another id.
    """

    tree: dict[str, dict[str, Any]]
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: set[tuple[str, str]] = field(default_factory=set)
    shipped_tables: dict[str, dict[str, Any]] = field(default_factory=dict)


def read_tree(files: Iterable[KnowledgeFile]) -> Reading:
    """Read files in their order; a later file replaces an earlier one of the same id, a table is merged by entry."""
    reading = Reading({kind: {} for kind in (*FOLDERS, *TABLES)})
    for file in files:
        if not file.kind:
            reading.problems.append(_misplaced(file))
            continue
        try:
            node = read_marked(file.data, file.shown, KnowledgeError)
        except KnowledgeError as error:
            line = error.place.removeprefix(file.shown).lstrip(":")
            reading.problems.append(Problem(file.shown, int(line or 0), "file", error.message, error.remedy))
            if file.kind in FOLDERS:
                _put(reading, file.kind, file.id, {}, Place(file.shown, {}), broken=True)
            continue
        if file.kind in TABLES:
            _read_table(reading, file, node)
        else:
            _read_concept(reading, file, node)
    for kind, entries in reading.tree.items():
        reading.tree[kind] = dict(sorted(entries.items()))
    return reading


def _misplaced(file: KnowledgeFile) -> Problem:
    folder, _, name = file.inside.rpartition("/")
    wanted = folder or file.id
    near = difflib.get_close_matches(wanted.lower(), FOLDERS if folder else (*TABLES, *FOLDERS), n=1)
    if folder in FOLDERS or (not folder and file.id in TABLES):
        remedy = f"Name it {file.id}.yaml."
    elif near:
        remedy = f"Did you mean {near[0]}/{name}?" if near[0] in FOLDERS else f"Did you mean {near[0]}.yaml?"
    else:
        remedy = f"Files belong in {', '.join(FOLDERS)}; tables are {', '.join(f'{table}.yaml' for table in TABLES)}."
    return Problem(file.shown, 0, "file", "lies where no knowledge file belongs, so it would not be read.", remedy)


def _put(reading: Reading, kind: str, id: str, values: dict[str, Any], place: Place, *, broken: bool) -> None:
    reading.tree[kind][id] = values
    reading.places[kind, id] = place
    (reading.broken.add if broken else reading.broken.discard)((kind, id))


def _read_concept(reading: Reading, file: KnowledgeFile, node: Node) -> None:
    plain, problems = check_node(node, KINDS[file.kind], file.shown)
    lines = _lines(node)
    if not problems and isinstance(plain, dict) and plain["id"] != file.id:
        problems.append(Problem(file.shown, lines["id"], "id", f"'{plain['id']}' is not the file's name.", f"Write id: {file.id}."))
    if not _ID.match(file.id):
        remedy = "Use letters, digits and _ only, a letter first: rules could not name it otherwise."
        problems.append(Problem(file.shown, lines.get("id", 1), "id", f"'{file.id}' cannot be an id.", remedy))
    reading.problems.extend(problems)
    values = {**plain, "file": file.shown} if isinstance(plain, dict) else {}
    _put(reading, file.kind, file.id, values, Place(file.shown, lines), broken=bool(problems))


def _read_table(reading: Reading, file: KnowledgeFile, node: Node) -> None:
    if not isinstance(node.value, dict):
        reading.problems.append(Problem(file.shown, node.line, "file", "should hold 'name: ...' entries.", "See the shipped file."))
        return
    shape = KINDS[file.kind].item
    assert shape is not None
    for id, entry in node.value.items():
        plain, problems = check_node(entry, shape, file.shown, id)
        reading.problems.extend(problems)
        lines = {"": node.key_lines[id], **_lines(entry, id), id: node.key_lines[id]}
        if file.kind not in OPEN_TABLES and file.shown == file.inside:
            reading.shipped_tables.setdefault(file.kind, {})[id] = plain
        _put(reading, file.kind, id, plain if isinstance(plain, dict) else {}, Place(file.shown, lines), broken=bool(problems))


def _lines(node: Node, where: str = "") -> dict[str, int]:
    """Line of every field by its path, for the problems that only show between files."""
    result = {where: node.line}
    if isinstance(node.value, dict):
        for key, value in node.value.items():
            inner = f"{where}.{key}" if where else key
            result.update(_lines(value, inner))
            result[inner] = node.key_lines[key]
    elif isinstance(node.value, list):
        for i, value in enumerate(node.value):
            result.update(_lines(value, f"{where}[{i + 1}]"))
    return result
