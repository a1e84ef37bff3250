"""Case files: YAML or JSON in the public format, into a `Record`. Ids are judged later, against knowledge."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from backstride.errors import CaseError
from backstride.marked_yaml import Node, read_marked
from backstride.model.evidence import Answer, Source
from backstride.model.record import Record, Runner
from backstride.model.run import Shoe

__all__ = ["CaseFile", "read_case"]

_KEYS = ("id", "runner", "onset", "answers", "exam", "confirm", "runs", "shoes", "answered_at", "assessed_at")
_IGNORED = ("uncoded", "expect")
_SHAPE = "A case file has the keys id, runner, onset, answers, exam, confirm, runs, shoes."


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
        data = path.read_bytes()
    except FileNotFoundError:
        raise CaseError("there is no such file.", place=str(path), remedy="Check the name.") from None
    except IsADirectoryError:
        raise CaseError("is a folder, not a case file.", place=str(path), remedy="Name the case files in it.") from None
    except OSError as error:
        raise CaseError(f"cannot be read: {error.strerror}.", place=str(path)) from None
    root = read_marked(data, str(path), CaseError)
    top = _mapping(root, path, "the file")
    for key in top:
        if key not in _KEYS and key not in _IGNORED:
            line = root.key_lines.get(key, root.line)
            raise CaseError(f"unknown key '{key}'.", place=f"{path}:{line}", remedy=_SHAPE)
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
    runs = tuple((path.parent / _text(node, path)).resolve() for node in _list(top.get("runs"), path, "runs"))
    expect = top["expect"].plain() if "expect" in top else None
    return CaseFile(record, runs, dict(expect) if isinstance(expect, dict) else {})


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
            raise CaseError(f"'sex' is {sex!r}.", place=_place(path, given["sex"]), remedy="Write female or male, or leave it out.")
    pregnant = None
    if "pregnant" in given:
        words = {"yes": True, "no": False, True: True, False: False}
        if given["pregnant"].value not in words:
            raise CaseError("'pregnant' is neither yes nor no.", place=_place(path, given["pregnant"]), remedy="Write yes or no.")
        pregnant = words[given["pregnant"].value]
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
        return date.fromisoformat(str(node.value))
    except ValueError:
        raise CaseError(f"'{what}' is {node.value!r}.", place=_place(path, node), remedy="Write a day as 2026-10-04.") from None


def _moment(node: Node | None, path: Path) -> datetime | None:
    if node is None or node.value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(node.value))
    except ValueError:
        remedy = "Write a moment as 2026-10-04T18:30+02:00."
        raise CaseError(f"{node.value!r} is not a moment.", place=_place(path, node), remedy=remedy) from None
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
