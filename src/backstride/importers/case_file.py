"""Case files: YAML or JSON in the public format, into a `Record`. Ids are judged later, against knowledge."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from backstride.errors import CaseError
from backstride.marked_yaml import Node, read_marked
from backstride.model.evidence import Answer, Source
from backstride.model.record import Record, Runner
from backstride.model.run import Shoe
from backstride.regular_file import read_regular

__all__ = ["CaseFile", "read_case"]

_KEYS = ("id", "runner", "onset", "answers", "exam", "confirm", "runs", "shoes", "answered_at", "assessed_at")
_EARLIEST = date(1950, 1, 1)
_LATEST_YEAR = 2200
_LARGEST = 4_000_000
_MOST_RUN_PATHS = 1000
_IGNORED = ("uncoded", "expect")
_SHAPE = f"A case file has the keys {', '.join(_KEYS)}."


class CaseFile:
    """A case as read: its record without runs, the run paths it names, and what evaluation expects.

    Attributes
    ----------
    record : Record
    run_paths : tuple of Path
        Absolute, resolved against the case file's folder.
    expect : mapping
        The ``expect`` block as plain values; empty when absent.
    """

    def __init__(self, record: Record, run_paths: tuple[Path, ...], expect: dict[str, object]) -> None:
        self.record = record
        self.run_paths = run_paths
        self.expect = expect


def read_case(path: Path) -> CaseFile:
    """Read one case file.

    Raises
    ------
    CaseError
        With file, line and remedy, when it is missing, not YAML or JSON, or not of the public shape.
    """
    try:
        data = read_regular(path, _LARGEST)
    except FileNotFoundError:
        raise CaseError("there is no such file.", place=str(path), remedy="Check the name.") from None
    except IsADirectoryError:
        raise CaseError("is a folder, not a case file.", place=str(path), remedy="Name the case files in it.") from None
    except OSError as error:
        raise CaseError(f"cannot be read: {error.strerror}.", place=str(path)) from None
    if data[:2] in (b"PK", b"\x1f\x8b") or data[8:12] == b".FIT":
        raise CaseError("is no case file, but a run or an archive.", place=str(path), remedy="'backstride import' brings it in.")
    root = read_marked(_as_yaml(data) if path.suffix.lower() == ".json" else data, str(path), CaseError)
    top = _mapping(root, path, "the file")
    for key in top:
        if key not in _KEYS and key not in _IGNORED:
            line = root.key_lines.get(key, root.line)
            raise CaseError(f"unknown key '{key[:40]}'.", place=f"{path}:{line}", remedy=_SHAPE)
    answered_at = _moment(top.get("answered_at"), path)
    record = Record(
        id=_text(top["id"], path) if "id" in top else path.stem,
        runner=_runner(top.get("runner"), path),
        onset=_day(top.get("onset"), path, "onset"),
        answers=_answers(top.get("answers"), path, Source.RUNNER, answered_at, "answers"),
        exam=_answers(top.get("exam"), path, Source.CLINICIAN, None, "exam"),
        confirmations=_answers(top.get("confirm"), path, Source.RUNNER, answered_at, "confirm"),
        shoes=_shoes(top.get("shoes"), path),
        assessed_at=_moment(top.get("assessed_at"), path),
    )
    runs = _run_paths(_list(top.get("runs"), path, "runs"), path)
    expect = top["expect"].plain() if "expect" in top else None
    return CaseFile(record, runs, dict(expect) if isinstance(expect, dict) else {})


def _as_yaml(data: bytes) -> bytes:
    r"""JSON that YAML reads the same: pairs of ``\ud83d\ude00`` as one character, tabs between values as spaces."""
    pair = re.compile(rb"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")

    def joined(match: re.Match[bytes]) -> bytes:
        high, low = (int(half, 16) for half in match.groups())
        return chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00).encode()

    return pair.sub(joined, data).replace(b"\t", b" ")


def _run_paths(nodes: list[Node], path: Path) -> tuple[Path, ...]:
    if len(nodes) > _MOST_RUN_PATHS:
        remedy = "Put the files into a folder and name the folder."
        raise CaseError(f"'runs' names {len(nodes)} files.", place=_place(path, nodes[0]), remedy=remedy)
    paths = []
    for node in nodes:
        try:
            paths.append((path.parent / _text(node, path)).resolve())
        except (OSError, RuntimeError, ValueError):
            problem = f"'{_text(node, path)[:60]}' cannot be the name of a file or folder."
            raise CaseError(problem, place=_place(path, node), remedy="Check the name under 'runs'.") from None
    return tuple(dict.fromkeys(paths))


def _place(path: Path, node: Node) -> str:
    return f"{path}:{node.line}"


def _mapping(node: Node, path: Path, what: str) -> dict[str, Node]:
    if node.value is None:
        return {}
    if not isinstance(node.value, dict):
        raise CaseError(f"{what} is not a list of 'key: value' lines.", place=_place(path, node), remedy=_SHAPE)
    return node.value


def _list(node: Node | None, path: Path, what: str) -> list[Node]:
    if node is None or node.value is None:
        return []
    if not isinstance(node.value, list):
        raise CaseError(f"'{what}' is not a list.", place=_place(path, node), remedy=f"Write {what}: [...].")
    return node.value


def _text(node: Node, path: Path) -> str:
    if isinstance(node.value, dict | list) or node.value is None:
        raise CaseError("this should be a word or a line of text.", place=_place(path, node))
    return str(node.value)


def _number(node: Node, path: Path, what: str, low: float, high: float) -> float:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise CaseError(f"'{what}' is {node.plain()!r}.", place=_place(path, node), remedy=f"Write a number from {low:g} to {high:g}.")
    return float(value)


def _runner(node: Node | None, path: Path) -> Runner:
    if node is None:
        return Runner()
    fields = _mapping(node, path, "'runner'")
    known = ("age", "sex", "height_cm", "weight_kg", "pregnant")
    for key in fields:
        if key not in known:
            line = node.key_lines.get(key, node.line)
            raise CaseError(f"unknown key '{key}' of runner.", place=f"{path}:{line}", remedy=f"Known: {', '.join(known)}.")
    given = {key: value for key, value in fields.items() if value.value is not None}
    sex = None
    if "sex" in given:
        sex = given["sex"].value
        if sex not in ("female", "male"):
            raise CaseError(
                f"'sex' is {given['sex'].plain()!r}.", place=_place(path, given["sex"]), remedy="Write female or male, or leave it out."
            )
    pregnant = None
    if "pregnant" in given:
        words = {"yes": True, "no": False, True: True, False: False}
        said = given["pregnant"].plain()
        if not isinstance(said, str | bool) or said not in words:
            raise CaseError("'pregnant' is neither yes nor no.", place=_place(path, given["pregnant"]), remedy="Write yes or no.")
        pregnant = words[said]
    return Runner(
        age=int(_number(given["age"], path, "age", 0, 120)) if "age" in given else None,
        sex=str(sex) if sex else None,
        height_cm=_number(given["height_cm"], path, "height_cm", 50, 260) if "height_cm" in given else None,
        weight_kg=_number(given["weight_kg"], path, "weight_kg", 15, 350) if "weight_kg" in given else None,
        pregnant=pregnant,
    )


def _answers(node: Node | None, path: Path, source: Source, at: datetime | None, what: str) -> dict[str, Answer]:
    if node is None:
        return {}
    answers = {}
    for item, value in _mapping(node, path, f"'{what}'").items():
        place = _place(path, value)
        plain = value.value
        if isinstance(plain, bool):
            raise CaseError(f"'{item}' is {str(plain).lower()}.", place=place, remedy="Write yes, no or unsure.")
        if plain is None or isinstance(plain, dict | list):
            raise CaseError(f"'{item}' has no answer.", place=place, remedy="Write an answer, or leave the line out.")
        answers[item] = Answer(plain if isinstance(plain, str) else float(plain), source, at, place)
    return answers


def _day(node: Node | None, path: Path, what: str) -> date | None:
    if node is None or node.value is None:
        return None
    try:
        day = date.fromisoformat(str(node.plain()))
    except ValueError:
        raise CaseError(f"'{what}' is {node.plain()!r}.", place=_place(path, node), remedy="Write a day as 2026-10-04.") from None
    # A day's grace: the runner's today may be ahead of this machine's.
    if not _EARLIEST <= day <= datetime.now(UTC).date() + timedelta(days=1):
        problem = f"'{what}' is {day}, which is {'long ago' if day < _EARLIEST else 'still to come'}."
        raise CaseError(problem, place=_place(path, node), remedy="Check the year.")
    return day


def _moment(node: Node | None, path: Path) -> datetime | None:
    if node is None or node.value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(node.plain()))
    except ValueError:
        moment = None
    if moment is None or not _EARLIEST.year <= moment.year <= _LATEST_YEAR:
        remedy = "Write a moment as 2026-10-04T18:30+02:00."
        raise CaseError(f"{node.plain()!r} is not a moment.", place=_place(path, node), remedy=remedy)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _shoes(node: Node | None, path: Path) -> tuple[Shoe, ...]:
    shoes = []
    for entry in _list(node, path, "shoes"):
        fields = _mapping(entry, path, "a pair of shoes")
        known = ("name", "first_used", "start_km", "retired")
        unknown = [key for key in fields if key not in known]
        if unknown or "name" not in fields:
            problem = f"unknown key '{unknown[0]}' of a pair of shoes." if unknown else "a pair of shoes has no name."
            raise CaseError(problem, place=_place(path, entry), remedy=f"Known: {', '.join(known)}.")
        start = fields.get("start_km")
        shoes.append(
            Shoe(
                _text(fields["name"], path),
                _day(fields.get("first_used"), path, "first_used"),
                _number(start, path, "start_km", 0, 100_000) if start is not None and start.value is not None else 0.0,
                _day(fields.get("retired"), path, "retired"),
            )
        )
    return tuple(shoes)
