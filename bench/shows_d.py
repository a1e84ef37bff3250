"""The slow figures of looking back and of patterns: writes docs/why-now-figures.md.

python -m bench.shows_d [PART...]
"""

import sys

from bench import n_of_1, ten_years, through_files, why_now
from bench.pieces import ROOT, Figures

PARTS = {"planted": why_now, "through_files": through_files, "ten_years": ten_years, "n_of_1": n_of_1}
LOOK_BACK = ("model/why_now.py", "training", "why_now.py", "diary.py", "knowledge/exposures", "knowledge/limits.yaml")
WITH_A_STORE = (*LOOK_BACK, "model", "importers", "store", "example", "intake.py", "merge.py", "record.py")
PATTERNS = ("model/pattern.py", "n_of_1.py", "randomised.py", "example/diaries.py")
HISTORIES = ROOT / "bench" / "histories.py"
FIGURES = Figures(
    "shows-d",
    PARTS,
    ROOT / "docs" / "why-now-figures.md",
    "# Why now and patterns: figures\n\nWritten by `make shows-d`, on made-up runners whose truth is known. They test whether what is planted "
    "is found and whether nothing is told where nothing is; what made a real runner's back hurt nobody knows.\n\nNothing was tuned on the "
    "seeds below: limits, exposures and their order were chosen on other seeds (0 to 2,000).\n",
    {
        "planted": LOOK_BACK,
        "through_files": WITH_A_STORE,
        "ten_years": (*WITH_A_STORE, *PATTERNS, "patterns.py", "own_data.py"),
        "n_of_1": PATTERNS,
    },
    {"planted": (HISTORIES,), "through_files": (HISTORIES, ROOT / "bench" / "why_now.py")},
)

if __name__ == "__main__":
    sys.exit(FIGURES.main(sys.argv[1:]))
