"""Loads the knowledge files, with a therapist's own files laid over them.

Reading some five hundred YAML files takes a second or two; their compiled form (JSON) takes a few hundredths.
The compiled form is named by a digest of every YAML file's content and of the code that made it, so it can't be stale:
after any change its name is another one.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from backstride.errors import KnowledgeError
from backstride.knowledge.concepts import (
    AdviceItem,
    BeliefItem,
    Condition,
    Contradiction,
    Factor,
    Finding,
    Knowledge,
    Likelihood,
    Limit,
    Link,
    MeasureLimit,
    Number,
    OutcomeMeasure,
    RedFlag,
    Reference,
    Region,
    Wording,
)

__all__ = ["FOLDERS", "SHIPPED", "TABLES", "load", "knowledge_files", "read_tree"]

SHIPPED = Path(__file__).parent
FOLDERS = ("conditions", "factors", "findings", "red_flags", "advice", "beliefs", "regions", "outcome_measures")
TABLES = ("references", "limits", "wording")
_MAKERS = ("loader.py", "schema.py", "concepts.py", "consistency.py", "rules.py", "../marked_yaml.py")

Tree = dict[str, dict[str, Any]]
"""Kind of concept to id to its plain values (with ``file``)."""


def load(overlays: Sequence[Path] = ()) -> Knowledge:
    """Load the shipped knowledge with overlays on top.

    Parameters
    ----------
    overlays : sequence of Path
        Folders of the same layout. A file with a shipped id replaces that concept whole; new ids are added;
        references, limits and wording are merged entry by entry. Later folders win.

    Returns
    -------
    Knowledge

    Raises
    ------
    KnowledgeError
        Naming the first problems with file, line, field and remedy.
    """
    return _load(tuple(path.resolve() for path in overlays), _digest(overlays))


@lru_cache(maxsize=8)
def _load(overlays: tuple[Path, ...], digest: str) -> Knowledge:
    cached = _cache_file(digest)
    tree = _read_cache(cached, digest)
    if tree is None:
        # Imported here: with a compiled form at hand no YAML reader is needed at all.
        from backstride.knowledge.consistency import problems_in

        tree, problems = read_tree(overlays)
        problems += problems_in(tree)
        if problems:
            shown = "\n".join(str(problem) for problem in problems[:20])
            more = f"\n... and {len(problems) - 20} more" if len(problems) > 20 else ""
            raise KnowledgeError(f"the knowledge files have {len(problems)} problem(s):\n{shown}{more}")
        _write_cache(cached, digest, tree)
    return build(tree, f"1-{digest[:12]}")


def knowledge_files(folder: Path) -> tuple[Path, ...]:
    """Every knowledge file below a folder, sorted by its place in the layout."""
    files = [p for kind in FOLDERS for p in sorted((folder / kind).glob("*.yaml"))]
    return (*files, *(p for name in TABLES if (p := folder / f"{name}.yaml").is_file()))


def _digest(overlays: Sequence[Path]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name in _MAKERS:
        digest.update((SHIPPED / name).read_bytes())
    for folder in (SHIPPED, *overlays):
        if not folder.is_dir():
            raise KnowledgeError("there is no such folder of knowledge files.", place=str(folder), remedy="Check --knowledge.")
        files = knowledge_files(folder)
        if not files:
            remedy = f"Expected folders such as {', '.join(FOLDERS[:3])}."
            raise KnowledgeError("holds no knowledge files.", place=str(folder), remedy=remedy)
        for path in files:
            digest.update(f"\0{path.relative_to(folder)}\0".encode())
            digest.update(path.read_bytes())
        digest.update(b"\0\0")
    return digest.hexdigest()


def read_tree(overlays: Iterable[Path] = ()) -> tuple[Tree, list[Any]]:
    """Read every file; the plain tree of all concepts and the problems of shape in them (`schema.Problem`)."""
    from backstride.knowledge.schema import KINDS, Problem, check_node
    from backstride.marked_yaml import read_marked

    tree: Tree = {kind: {} for kind in (*FOLDERS, *TABLES)}
    problems: list[Any] = []
    for folder in (SHIPPED, *overlays):
        for path in knowledge_files(folder):
            kind = path.stem if path.parent == folder else path.parent.name
            shown = str(path.relative_to(folder)) if folder == SHIPPED else str(path)
            try:
                node = read_marked(path.read_bytes(), shown, KnowledgeError)
            except KnowledgeError as error:
                file, _, line = error.place.rpartition(":")
                problems.append(Problem(file or error.place, int(line) if line.isdigit() else 0, "file", error.message, error.remedy))
                continue
            plain, found = check_node(node, KINDS[kind], shown)
            problems += found
            assert isinstance(plain, dict)
            if kind in TABLES:
                tree[kind].update(plain)
                continue
            if not found and plain.get("id") != path.stem:
                line = node.value["id"].line if isinstance(node.value, dict) and "id" in node.value else 1
                problems.append(Problem(shown, line, "id", f"'{plain.get('id')}' is not the file's name.", f"Write id: {path.stem}."))
            tree[kind][path.stem] = {**plain, "file": shown, "lines": _lines(node)}
    return {kind: dict(sorted(entries.items())) for kind, entries in tree.items()}, problems


def _lines(node: Any) -> dict[str, int]:
    """Line of every field of a file, by its path, for the problems that only show between files."""
    result: dict[str, int] = {}

    def walk(part: Any, where: str) -> None:
        result[where] = part.line
        if isinstance(part.value, dict):
            for key, value in part.value.items():
                walk(value, f"{where}.{key}" if where else key)
        elif isinstance(part.value, list):
            for i, value in enumerate(part.value):
                walk(value, f"{where}[{i + 1}]")

    walk(node, "")
    return result


def _cache_file(digest: str) -> Path:
    home = os.environ.get("BACKSTRIDE_CACHE")
    root = Path(home) if home else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "backstride"
    return root / f"knowledge-{digest}.json"


def _read_cache(path: Path, digest: str) -> Tree | None:
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(data, dict) or data.get("digest") != digest or not isinstance(data.get("tree"), dict):
        return None
    text = json.dumps(data["tree"], sort_keys=True, separators=(",", ":"))
    if data.get("check") != hashlib.blake2b(text.encode(), digest_size=16).hexdigest():
        return None
    tree: Tree = data["tree"]
    return tree


def _write_cache(path: Path, digest: str, tree: Tree) -> None:
    """Write the compiled form whole or not at all; a machine without a writable cache only loads more slowly."""
    lean = {kind: {key: _without_lines(value) for key, value in entries.items()} for kind, entries in tree.items()}
    text = json.dumps(lean, sort_keys=True, separators=(",", ":"))
    check = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f'{{"digest":"{digest}","check":"{check}","tree":{text}}}')
        os.replace(name, path)
    except OSError:
        return


def _without_lines(value: Any) -> Any:
    return {k: v for k, v in value.items() if k != "lines"} if isinstance(value, dict) else value


def build(tree: Mapping[str, Mapping[str, Any]], version: str) -> Knowledge:
    """Make the immutable concepts from the plain tree."""
    return Knowledge(
        version=version,
        conditions={key: _condition(value) for key, value in sorted(tree["conditions"].items())},
        findings={key: _finding(value) for key, value in sorted(tree["findings"].items())},
        factors={key: _factor(value) for key, value in sorted(tree["factors"].items())},
        red_flags={key: _simple(RedFlag, value) for key, value in sorted(tree["red_flags"].items())},
        advice={key: _simple(AdviceItem, value) for key, value in sorted(tree["advice"].items())},
        beliefs={key: _simple(BeliefItem, value) for key, value in sorted(tree["beliefs"].items())},
        regions={key: _simple(Region, value) for key, value in sorted(tree["regions"].items())},
        outcome_measures={key: _simple(OutcomeMeasure, value) for key, value in sorted(tree["outcome_measures"].items())},
        references={key: Reference(key, value) for key, value in sorted(tree["references"].items())},
        limits={key: _limit(key, value) for key, value in sorted(tree["limits"].items())},
        wording={key: Wording(key, **value) for key, value in sorted(tree["wording"].items())},
    )


def _tuples(value: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in value.items() if k != "lines"}


def _simple(make: Any, value: Mapping[str, Any]) -> Any:
    return make(**_tuples(value))


def _figure(value: Mapping[str, Any] | None, basis: str = "assumption", sources: Sequence[str] = ()) -> Number | None:
    if value is None:
        return None
    return Number(
        float(value["point"]),
        float(value["low"]) if "low" in value else None,
        float(value["high"]) if "high" in value else None,
        value.get("basis", basis),
        tuple(value.get("sources", sources)),
    )


def _must(number: Number | None) -> Number:
    assert number is not None
    return number


def _condition(value: Mapping[str, Any]) -> Condition:
    return Condition(**{**_tuples(value), "prior": _must(_figure(value["prior"]))})


def _finding(value: Mapping[str, Any]) -> Finding:
    fields = _tuples(value)
    fields["background"] = _figure(value.get("background"))
    fields["excludes"] = tuple(Contradiction(**rule) for rule in value.get("excludes", ()))
    fields["likelihoods"] = tuple(_likelihood(row) for row in value.get("likelihoods", ()))
    return Finding(**fields)


def _likelihood(row: Mapping[str, Any]) -> Likelihood:
    figures = {k: _figure(row.get(k), row["basis"], row.get("sources", ())) for k in ("if_present", "if_absent", "lr_positive", "lr_negative")}
    return Likelihood(**{**_tuples(row), **figures})


def _factor(value: Mapping[str, Any]) -> Factor:
    fields = _tuples(value)
    fields["prevalence"] = _must(_figure(value["prevalence"]))
    fields["effect"] = _figure(value.get("effect"), "published", value.get("sources", ()))
    fields["measured_by"] = tuple(MeasureLimit(**limit) for limit in value.get("measured_by", ()))
    fields["links"] = tuple(Link(**{**link, "odds_ratio": _must(_figure(link["odds_ratio"]))}) for link in value.get("links", ()))
    return Factor(**fields)


def _limit(key: str, value: Mapping[str, Any]) -> Limit:
    number = tuple(float(v) for v in value["value"]) if isinstance(value["value"], list) else float(value["value"])
    return Limit(key, number, value["reason"], value.get("basis", "assumption"), tuple(value.get("sources", ())))
