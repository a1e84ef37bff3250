"""The house holds: who may import whom, and what the repository must not contain."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from backstride.assess import assess
from backstride.importers.case_file import read_case
from backstride.knowledge.check import check
from backstride.knowledge.loader import load

ROOT = Path(__file__).parent.parent


def test_import_contracts_hold():
    done = subprocess.run([str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("module", ["django", "polars", "altair", "vl_convert", "pandas", "matplotlib", "yaml", "fitdecode"])
def test_assessing_imports_nothing_heavy(module, tmp_path):
    program = f"import sys, backstride.assess, backstride.knowledge.loader as k; k.load(); k.load(); sys.exit({module!r} in sys.modules)"
    subprocess.run([sys.executable, "-c", "import backstride.knowledge.loader as k; k.load()"], check=True)
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_requirement_files_name_no_host():
    for path in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in path.read_text(), path


def fenced(page, after):
    """The first YAML block of a page that holds `after`."""
    blocks = (ROOT / "docs" / page).read_text(encoding="utf-8").split("```yaml\n")[1:]
    return next(block.split("```")[0] for block in blocks if after in block)


def test_what_the_pages_tell_people_to_write_is_accepted(tmp_path):
    for page, kind, name in (
        ("add-a-finding.md", "findings", "heel_drop_test"),
        ("add-a-condition.md", "conditions", "costovertebral_pain"),
    ):
        path = tmp_path / "mine" / kind / f"{name}.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(fenced(page, name), encoding="utf-8")
    assert check((tmp_path / "mine",)).errors == ()
    case = tmp_path / "case.yaml"
    case.write_text(fenced("architecture.md", "any-name"), encoding="utf-8")
    (tmp_path / "runs").mkdir()
    assess(read_case(case).record, load())


def test_the_evaluation_page_is_of_this_knowledge():
    page = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    assert load().version in page, "Knowledge changed: run 'make docs' and read what moved."


def test_the_wheel_holds_knowledge_and_cases(tmp_path):
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    for part in ("knowledge/findings/slr.yaml", "knowledge/limits.yaml", "public_cases/vg-001.yaml", "reasoning/triage.py"):
        assert f"backstride/{part}" in names
    assert not [name for name in names if "tests/" in name or "__pycache__" in name]
