"""The slow figures of the interview: writes docs/interview-figures.md.

python -m bench.shows_c [PART...]
"""

import sys

from bench import played, truthful
from bench.pieces import ROOT, Figures

PARTS = {"played": played, "truthful": truthful}
MEASURED = ("model", "knowledge", "reasoning", "assess.py", "interview.py", "interview_answers.py", "sampler.py", "evaluate.py")
FIGURES = Figures(
    "shows-c",
    PARTS,
    ROOT / "docs" / "interview-figures.md",
    "# The interview: figures\n\nWritten by `make shows-c`. They test the order of questions, never the clinic.\n",
    dict.fromkeys(PARTS, MEASURED),
    dict.fromkeys(PARTS, (ROOT / "bench" / "player.py",)),
)

if __name__ == "__main__":
    sys.exit(FIGURES.main(sys.argv[1:]))
