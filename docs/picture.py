"""Draws docs/answer.svg: the top of what `backstride demo` prints, as a terminal shows it. Run by `make docs`."""

import io
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

SECTIONS = ("WHAT TO DO FIRST", "WHAT FITS", "WHY NOW")


def main() -> None:
    """Run the demo and draw it."""
    done = subprocess.run([sys.executable, "-m", "backstride", "demo"], check=True, capture_output=True, text=True)
    answer = done.stdout.split("\nWHAT WOULD TELL MORE")[0]
    console = Console(record=True, width=80, file=io.StringIO(), force_terminal=True)
    for line in answer.splitlines():
        console.print(Text(line, style="bold" if line in SECTIONS else ""))
    drawn = console.export_svg(title="backstride demo")
    # Fonts of the reader's own machine: a picture in a README fetches nothing.
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL).replace("Fira Code", "ui-monospace, Menlo, Consolas")
    (Path(__file__).parent / "answer.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
