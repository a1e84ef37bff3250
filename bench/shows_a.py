"""The slow figures of reasoning: writes docs/figures.md.

python -m bench.shows_a [PART...]
"""

import sys

from bench import benign, calibration, enumeration, mutants
from bench.pieces import ROOT, Figures

TESTS = sorted((ROOT / "tests").glob("*.py"))
AGRUM = [ROOT / "bench" / "agrum.py"]
PARTS = {"benign": benign, "enumeration": enumeration, "calibration": calibration, "mutants": mutants}
FIGURES = Figures(
    "shows-a",
    PARTS,
    ROOT / "docs" / "figures.md",
    "# Figures about itself\n\nWritten by `make shows-a`. They test the arithmetic and the rules, never the clinic.\n",
    dict.fromkeys(PARTS, ("model", "knowledge", "reasoning", "training", "assess.py", "sampler.py", "marked_yaml.py")),
    {"enumeration": [*AGRUM, *TESTS], "mutants": TESTS},
)

if __name__ == "__main__":
    sys.exit(FIGURES.main(sys.argv[1:]))
