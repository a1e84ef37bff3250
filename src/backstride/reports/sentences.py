"""Every sentence that a runner may be shown, with where it stands, so that a reviewer can read them all on one page."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["FEWEST_WORDS", "Sentence", "sentence_page", "sentences_in_code", "sentences_of", "word_count"]

FEWEST_WORDS = 5
"""Of a shorter text a reading grade says nothing."""

_ADVICE = ("text", "caution", "exercise", "dose", "easier", "harder", "stop_rule")
_FLAG = ("question", "confirm", "say", "may_mean")
_TEST = ("gate", "steps", "stop_rule")
_TRIAL = ("name", "change", "stop_rule", "caution")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text as a runner is shown it.

    Attributes
    ----------
    kind : str
        What it is, as a heading of the page.
    id : str
        Of the concept; of a sentence in the code empty.
    field : str
        Which of the concept's texts.
    text : str
        In a sentence of the code ``…`` stands for what is filled in.
    file : str
        Below the package.
    """

    kind: str
    id: str
    field: str
    text: str
    file: str


def sentences_of(knowledge: Any) -> Iterator[Sentence]:
    """The sentences of the knowledge files. What only a therapist or the program reads (`how` of a therapist's test, notes) is left out."""
    for screen in knowledge.interview.values():
        file = "knowledge/interview.yaml"
        texts = [("title", screen.title), *((f"items.{i.id}", i.words) for i in screen.items), *screen.words.items()]
        yield from _each("Interview", screen.id, texts, file)
    for flag in knowledge.red_flags.values():
        yield from _each("Safety rules", flag.id, _fields(flag, _FLAG), _place(flag))
    for finding in knowledge.findings.values():
        yield from _each("Questions", finding.id, _fields(finding, ("question",)), _place(finding))
    for factor in knowledge.factors.values():
        yield from _each("Questions", factor.id, _fields(factor, ("question",)), _place(factor))
    for finding in knowledge.findings.values():
        if finding.answered_by == "runner":
            yield from _each("Self-tests", finding.id, [*_fields(finding, ("how",)), *_fields(finding, _TEST)], _place(finding))
    for item in (*knowledge.findings.values(), *knowledge.factors.values()):
        if getattr(item, "answered_by", "runner") == "runner":
            yield from _each("Names", item.id, _fields(item, ("name",)), _place(item))
    for item in (*knowledge.findings.values(), *knowledge.factors.values()):
        yield from _each("After 'You said'", item.id, item.said.items(), _place(item))
    for advice in knowledge.advice.values():
        if advice.target_type != "program":
            yield from _each("Advice", advice.id, _fields(advice, _ADVICE), _place(advice))
    for trial in knowledge.trials.values():
        needs = ((f"needs[{i}]", need.why) for i, need in enumerate(trial.needs, 1))
        bars = ((f"not_when[{i}]", bar.why) for i, bar in enumerate(trial.not_when, 1))
        yield from _each("Changes to try", trial.id, [*_fields(trial, _TRIAL), *needs, *bars], _place(trial))
    for exposure in knowledge.exposures.values():
        yield from _each("What changed", exposure.id, [("name", exposure.name), *sorted(exposure.said.items())], _place(exposure))
    for belief in knowledge.beliefs.values():
        yield from _each("Beliefs", belief.id, _fields(belief, ("claim", "verdict", "not_the_problem", "text")), _place(belief))
    for condition in knowledge.conditions.values():
        yield from _each("Causes", condition.id, _fields(condition, ("plain_name",)), _place(condition))
    for region in knowledge.regions.values():
        yield from _each("Places", region.id, _fields(region, ("name",)), _place(region))
    for wording in knowledge.wording.values():
        yield from _each("What to do first", wording.id, _fields(wording, ("words", "by_when", "look_again")), "knowledge/wording.yaml")
    for sign in knowledge.watch_card.values():
        yield from _each("What to watch for", sign.id, _fields(sign, ("words",)), "knowledge/watch_card.yaml")
    for number in knowledge.emergency_numbers.values():
        notes = _fields(number, ("note", "urgent_care_note"))
        yield from _each("Numbers to call", number.id, notes, "knowledge/emergency_numbers.yaml")


def _fields(concept: Any, names: Iterable[str]) -> list[tuple[str, Any]]:
    return [(name, getattr(concept, name)) for name in names]


def _place(concept: Any) -> str:
    return f"knowledge/{concept.file}"


def _each(kind: str, id: str, texts: Iterable[tuple[str, Any]], file: str) -> Iterator[Sentence]:
    for field, text in texts:
        if isinstance(text, tuple):
            yield from (Sentence(kind, id, f"{field}[{i}]", one, file) for i, one in enumerate(text, 1))
        elif text:
            yield Sentence(kind, id, field, text, file)


def sentences_in_code(path: Path, package: Path) -> Iterator[Sentence]:
    """The texts of at least `FEWEST_WORDS` words in a Python file, in the order of the file; none that documents the code itself."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node) if part is not node}
    found: list[tuple[int, int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone | inner:
            found.append((node.lineno, node.col_offset, node.value))
        elif isinstance(node, ast.JoinedStr) and id(node) not in inner:
            parts = (part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
            found.append((node.lineno, node.col_offset, "".join(map(str, parts))))
    for _, _, text in sorted(found):
        if word_count(text) >= FEWEST_WORDS and not any(sign in text for sign in "\\%"):
            yield Sentence("In the code", "", "", " ".join(text.split()), path.relative_to(package).as_posix())


def word_count(text: str) -> int:
    """Words with at least one letter."""
    return sum(any(letter.isalpha() for letter in word) for word in text.split())


def sentence_page(sentences: Iterable[Sentence], grade: Callable[[str], float], version: str) -> str:
    """The page as Markdown.

    Parameters
    ----------
    sentences : iterable of Sentence
    grade : callable
        US school grade of a text.
    version : str
        Of the knowledge.
    """
    kinds: dict[str, list[Sentence]] = {}
    for sentence in sentences:
        kinds.setdefault(sentence.kind, []).append(sentence)
    lines = [
        "# Every sentence a runner may see",
        "",
        f"Written by `make docs` for reviewers, knowledge {version}. A sentence is changed in the file that is named beside it.",
        "",
        "**Grade** is the Flesch-Kincaid grade of a text: .39 x words a sentence + 11.8 x syllables a word - 15.59, syllables by the CMU "
        "dictionary. None may be above 8, except those that `tests/test_sentences.py` lists with a reason. The formula was made for whole "
        "pages: in one short sentence a single long word adds several grades, and it knows nothing of sense. Texts under "
        f"{FEWEST_WORDS} words have no grade.",
        "",
        "| kind | texts | highest grade |",
        "|---|---|---|",
        *(f"| {kind} | {len(found)} | {_highest(found, grade)} |" for kind, found in kinds.items()),
        "",
    ]
    for kind, found in kinds.items():
        lines += [f"## {kind}", "", "| id | text | grade | file |", "|---|---|---|---|"]
        lines += [f"| {_name(s)} | {_cell(s.text)} | {_graded(s.text, grade)} | {s.file} |" for s in found]
        lines.append("")
    return "\n".join(lines)


def _name(sentence: Sentence) -> str:
    return f"`{sentence.id}` {sentence.field}" if sentence.id else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _graded(text: str, grade: Callable[[str], float]) -> str:
    return f"{max(grade(text), 0):.1f}" if word_count(text) >= FEWEST_WORDS else ""


def _highest(sentences: Iterable[Sentence], grade: Callable[[str], float]) -> str:
    return f"{max((grade(s.text) for s in sentences if word_count(s.text) >= FEWEST_WORDS), default=0):.1f}"
