"""Writes docs/sentences.md: every sentence that a runner may see, with its reading grade. Run by `make docs`."""

from pathlib import Path

import textstat

import backstride
from backstride.knowledge.loader import load
from backstride.reports.sentences import Sentence, sentence_page, sentences_in_code, sentences_of

PACKAGE = Path(backstride.__file__).parent
PAGE = Path(__file__).parent / "sentences.md"
FOR_MAINTAINERS = {"check_summary.py", "drawing.py", "evaluation_page.py", "sentences.py"}
FOR_TYPISTS = {"commands.py", "json_lines.py", "record_commands.py"}
"""Help and messages of commands that are typed with options, which the interview never shows."""
CODE = (
    *(path for path in sorted((PACKAGE / "reports").rglob("*.py")) if path.name not in FOR_MAINTAINERS),
    PACKAGE / "reasoning" / "advise.py",
    PACKAGE / "reasoning" / "triage.py",
    *(path for path in sorted((PACKAGE / "cli").glob("*.py")) if path.name not in FOR_TYPISTS),
)


def grade(text: str) -> float:
    """US school grade by Flesch and Kincaid."""
    return float(textstat.flesch_kincaid_grade(text))


def shown() -> tuple[Sentence, ...]:
    """Every sentence, those of the knowledge files first."""
    return (*sentences_of(load()), *(s for path in CODE for s in sentences_in_code(path, PACKAGE)))


def page() -> str:
    """The page as it should be."""
    return sentence_page(shown(), grade, load().version)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
