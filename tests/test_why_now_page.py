"""docs/why-now.md against knowledge and against what is printed."""

import importlib
import runpy
from pathlib import Path

import pytest

from backstride.knowledge.loader import load

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "why-now.md"


@pytest.fixture
def runner_a(monkeypatch):
    if not (ROOT / "bench").is_dir():
        pytest.skip("what measures backstride is not part of its archive")
    monkeypatch.syspath_prepend(str(ROOT))
    return importlib.import_module("bench.runner_a")


def test_the_table_of_exposures_is_that_of_knowledge():
    written = runpy.run_path(str(ROOT / "docs" / "why_now.py"))
    assert PAGE.read_text(encoding="utf-8") == written["page"](load()), "Knowledge changed: run 'make docs'."
    assert all(f"| `{id}` |" in written["exposure_table"](load()) for id in load().exposures)


def test_the_limits_told_are_those_of_knowledge():
    page, limits = PAGE.read_text(encoding="utf-8"), load().limits
    alarm, step, weeks = (limits[f"why_now_{name}"].value for name in ("false_alarm", "grade_step", "weeks_most"))
    assert f"The limits ({alarm:g}, {step:g}, {weeks:g} weeks) are assumptions" in page


def test_the_three_dates_are_what_is_printed(shared_data, runner_a):
    assert len(runner_a.runs()) == 142
    assert PAGE.read_text(encoding="utf-8") == runner_a.page(), "Run 'python -m bench.runner_a --write' and read it: is it still true?"


def test_without_the_history_it_says_why_it_does_nothing(runner_a, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(runner_a, "HISTORY", tmp_path / "absent.json")
    assert runner_a.main([]) == 0
    assert "no part of the repository" in capsys.readouterr().err
