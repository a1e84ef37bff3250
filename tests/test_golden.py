"""Whole answers, kept: a change of code or knowledge that moves one shows here as a difference to read.

``BACKSTRIDE_GOLDEN=write make test`` writes them again, for a change that is meant.
"""

import json
import os
from pathlib import Path

import pytest

from backstride.assess import assess
from backstride.evaluate import PUBLIC_CASES
from backstride.importers.case_file import read_case
from backstride.knowledge.loader import load
from backstride.reports.as_json import as_json

GOLDEN = Path(__file__).parent / "golden"
CASES = ("vg-001", "vg-004", "vg-011", "vg-016", "vg-023", "vg-033")
SHOWN = 5


def compare(name, text):
    path = GOLDEN / name
    if os.environ.get("BACKSTRIDE_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "If this change is meant: BACKSTRIDE_GOLDEN=write make test, and read the difference."


def rounded(value):
    if isinstance(value, float):
        return round(value, 6) + 0.0
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("case", CASES)
def test_the_answer_to_a_published_case_stays(case):
    answer = as_json(assess(read_case(PUBLIC_CASES / f"{case}.yaml").record, load()))
    del answer["knowledge_version"]
    rest = answer["causes"][SHOWN:]
    answer["causes"] = answer["causes"][:SHOWN]
    answer["further_causes"] = [f"{c['condition']} {c['probability']:.6f} {c['low']:.6f} {c['high']:.6f}" for c in rest]
    compare(f"{case}.json", json.dumps(rounded(answer), indent=1, ensure_ascii=False) + "\n")


def test_the_demo_stays(capsys):
    from backstride.cli.commands import demo

    demo(working=False)
    text = capsys.readouterr().out
    compare("demo.txt", "\n".join(line for line in text.splitlines() if not line.startswith("Knowledge ")) + "\n")
