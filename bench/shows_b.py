"""The slow figures of importing: writes docs/importing.md.

python -m bench.shows_b [PART...]
"""

import sys

from bench import fuzz, health, importing, kept, killed, recorded, services
from bench.pieces import ROOT, Figures

READERS = ("model/run.py", "model/run_measures.py", "model/evidence.py", "importers", "regular_file.py", "training", "example")
WHOLE = (*READERS, "model/ledger.py", "merge.py", "store", "intake.py", "readers.py", "reading.py")
PARTS = {
    "recorded": recorded,
    "services": services,
    "kept": kept,
    "importing": importing,
    "health": health,
    "fuzz": fuzz,
    "killed": killed,
}
FIGURES = Figures(
    "shows-b",
    PARTS,
    ROOT / "docs" / "importing.md",
    "# Importing: figures\n\nWritten by `make shows-b`; all but the recordings come from our own writers.\n",
    {part: READERS if part in ("kept", "fuzz") else WHOLE for part in PARTS},
    {"health": [ROOT / "bench" / "apple.py", ROOT / "bench" / "importing.py"]},
)

if __name__ == "__main__":
    sys.exit(FIGURES.main(sys.argv[1:]))
