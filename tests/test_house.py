"""The house holds: who may import whom, and what the repository must not contain."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def test_import_contracts_hold():
    done = subprocess.run([str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("module", ["django", "polars", "altair", "pandas", "matplotlib", "yaml", "fitfast"])
def test_assessing_imports_nothing_heavy(module, tmp_path):
    program = f"import sys, backstride.assess, backstride.knowledge.loader as k; k.load(); k.load(); sys.exit({module!r} in sys.modules)"
    subprocess.run([sys.executable, "-c", "import backstride.knowledge.loader as k; k.load()"], check=True)
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_requirement_files_name_no_host():
    for path in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in path.read_text(), path
