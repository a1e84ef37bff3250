"""The slow figures of importing: writes docs/importing.md.

python -m bench.shows_b [PART...]
"""

import sys

from bench import fuzz, health, importing, kept, killed, recorded, services
from bench.pieces import ROOT, Figures

READERS = ("model", "importers", "regular_file.py")
FIGURES = Figures(
    "shows-b",
    {
        "recorded": recorded,
        "services": services,
        "kept": kept,
        "importing": importing,
        "health": health,
        "fuzz": fuzz,
        "killed": killed,
    },
    ROOT / "docs" / "importing.md",
    "# Importing: figures\n\nWritten by `make shows-b`; all but the recordings come from our own writers.\n",
    (*READERS, "merge.py", "store", "intake.py", "readers.py", "training", "example"),
    {"health": [ROOT / "bench" / "apple.py", ROOT / "bench" / "importing.py"]},
)

if __name__ == "__main__":
    sys.exit(FIGURES.main(sys.argv[1:]))
