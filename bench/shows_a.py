"""The slow figures behind docs/figures.md, in pieces that are kept: stop it at any time, run it again, it goes on.

    python -m bench.shows_a [PART...]

Without parts all of them run. Pieces are kept in .cache/shows-a under a digest of the code and knowledge they measure.
"""

import hashlib
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from rich.progress import Progress

from bench import benign, calibration, enumeration, mutants

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "figures.md"
PARTS = {"benign": benign, "enumeration": enumeration, "calibration": calibration, "mutants": mutants}


def digest(part):
    """Of what reasons and knows, and of what measures it: a change of a report or a reader leaves the figures as they are."""
    program = ROOT / "src" / "backstride"
    parts = ("model", "knowledge", "reasoning", "training", "assess.py", "sampler.py", "marked_yaml.py")
    measured = sorted(p for name in parts for p in [program / name, *(program / name).rglob("*")] if p.suffix in (".py", ".yaml"))
    measuring = [Path(PARTS[part].__file__), ROOT / "bench" / "agrum.py"]
    if part in ("enumeration", "mutants"):
        measuring += sorted((ROOT / "tests").glob("*.py"))
    total = hashlib.blake2b(digest_size=8)
    for path in (*measured, *measuring):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def run_piece(part, piece, folder):
    result = PARTS[part].run(piece)
    path = Path(folder) / f"{piece}.json"
    partial = path.with_suffix(f".{os.getpid()}.part")
    partial.write_text(json.dumps(result), encoding="utf-8")
    partial.replace(path)


def complete(parts):
    """Run every piece that is not kept yet, two at a time."""
    todo = []
    for part in parts:
        folder = ROOT / ".cache" / "shows-a" / part / digest(part)
        folder.mkdir(parents=True, exist_ok=True)
        todo += [(part, piece, str(folder)) for piece in PARTS[part].pieces() if not (folder / f"{piece}.json").exists()]
    if not todo:
        return
    with Progress() as progress, ProcessPoolExecutor(2) as pool:
        task = progress.add_task("Measuring", total=len(todo))
        for future in as_completed([pool.submit(run_piece, *item) for item in todo]):
            future.result()
            progress.advance(task)


def section(part):
    folder = ROOT / ".cache" / "shows-a" / part / digest(part)
    pieces = [json.loads((folder / f"{piece}.json").read_text(encoding="utf-8")) for piece in PARTS[part].pieces()]
    return PARTS[part].report(pieces)


def main(parts):
    unknown = sorted(set(parts) - set(PARTS))
    if unknown:
        print(f"No such part: {', '.join(unknown)}. Parts: {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    complete(parts or list(PARTS))
    sections = [section(part) for part in parts or PARTS]
    if not parts:
        head = "# Figures about itself\n\nWritten by `make shows-a`. They test the arithmetic and the rules, never the clinic.\n"
        PAGE.write_text("\n".join([head, *sections]), encoding="utf-8")
    print("\n".join(sections))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
