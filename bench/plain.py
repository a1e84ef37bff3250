"""The tests' own plain enumeration, for the benchmarks; a package called "tests" may be installed beside ours."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from plain_enumeration import Plain

__all__ = ["Plain"]
