"""Slow figures in pieces that are kept: stop at any time, run again, it goes on.

A part is a module with ``pieces()`` (numbers), ``run(piece)`` (a plain value) and ``report(pieces)`` (Markdown). With ``ALONE = True``
nothing else runs beside it, as for times.
"""

import hashlib
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from rich.progress import Progress

ROOT = Path(__file__).resolve().parent.parent


class Figures:
    """The parts behind one page; `measured` is what a part measures below src/backstride, `measuring` with what, both by part."""

    def __init__(self, name, parts, page, head, measured, measuring):
        self.name, self.parts, self.page, self.head = name, parts, page, head
        self.measured, self.measuring = measured, measuring

    def main(self, chosen):
        """Run what is not kept yet; print the sections, and write the page when all parts were asked for."""
        unknown = sorted(set(chosen) - set(self.parts))
        if unknown:
            print(f"No such part: {', '.join(unknown)}. Parts: {', '.join(self.parts)}.", file=sys.stderr)
            return 2
        self._complete(chosen or list(self.parts))
        sections = [self._section(part) for part in chosen or self.parts]
        if not chosen:
            self.page.write_text("\n".join([self.head, *sections]), encoding="utf-8")
        print("\n".join(sections))
        return 0

    def _folder(self, part):
        return ROOT / ".cache" / self.name / part / self._digest(part)

    def _digest(self, part):
        """Of what a part measures and of what measures it: other changes leave its figures as they are."""
        module = self.parts[part]
        program = ROOT / "src" / "backstride"
        measured = sorted(
            p for name in self.measured[part] for p in [program / name, *(program / name).rglob("*")] if p.suffix in (".py", ".yaml")
        )
        measuring = [Path(module.__file__), *self.measuring.get(part, ())]
        total = hashlib.blake2b(digest_size=8)
        for path in (*measured, *measuring):
            total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
        return total.hexdigest()

    def _complete(self, chosen):
        todo = []
        for part in chosen:
            folder = self._folder(part)
            folder.mkdir(parents=True, exist_ok=True)
            todo += [(self.parts[part], piece, folder / f"{piece}.json") for piece in self.parts[part].pieces()]
        todo = [item for item in todo if not item[2].exists()]
        side_by_side = [item for item in todo if not getattr(item[0], "ALONE", False)]
        with Progress() as progress:
            task = progress.add_task("Measuring", total=len(todo))
            if side_by_side:
                with ProcessPoolExecutor(2) as pool:
                    for future in as_completed([pool.submit(_run, item[0].__name__, *item[1:]) for item in side_by_side]):
                        future.result()
                        progress.advance(task)
            for module, piece, path in todo:
                if getattr(module, "ALONE", False):
                    _run(module.__name__, piece, path)
                    progress.advance(task)

    def _section(self, part):
        pieces = [json.loads((self._folder(part) / f"{piece}.json").read_text(encoding="utf-8")) for piece in self.parts[part].pieces()]
        return self.parts[part].report(pieces)


def _run(module, piece, path):
    result = sys.modules.get(module) or __import__(module, fromlist=["run"])
    partial = path.with_suffix(f".{os.getpid()}.part")
    partial.write_text(json.dumps(result.run(piece)), encoding="utf-8")
    partial.replace(path)
