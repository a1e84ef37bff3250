"""backstride: what fits a runner's back pain, why now, and what next."""

import os

__version__ = "0.1.0"

# Matrices here are small. Beside other work the threads wait for each other: ten times the time for the patterns of a year.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
