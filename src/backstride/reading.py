"""One file into what the store keeps of it, in any process: nothing here loads a database, so that many can read side by side."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from backstride.importers.formats import read_item
from backstride.importers.items import Item
from backstride.importers.local_time import offset_at_place
from backstride.model.ledger import ReadFile, ReadRun
from backstride.model.run import FileOutcome, Run
from backstride.store.plain import run_as_plain
from backstride.store.streams import Streams
from backstride.training import MEASURE_VERSION, measure_run

__all__ = ["crashed", "kept", "read_file"]


def read_file(item: Item, streams: Streams) -> ReadFile:
    """Read one item and lay its samples down; what is given back holds none."""
    outcome = read_item(item)
    state, detail, runs = outcome.state, outcome.detail, []
    for index, run in enumerate(outcome.runs):
        try:
            runs.append(kept(run, _content(outcome, run, index), streams))
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # a fault of ours; it must not cost the others
            state = "damaged" if runs else "unreadable"
            detail = f"{detail}; a run of it cannot be kept ({type(error).__name__}: {str(error)[:80]}). Please report it."
    known = (outcome.path, state, detail, outcome.digest, item.size_bytes)
    return ReadFile(*known, tuple(runs), outcome.shoes, outcome.days, outcome.worn, outcome.table)


def crashed(item: Item) -> ReadFile:
    """What becomes of an item whose reader died."""
    return ReadFile(item.path, "unreadable", f"{item.path}: made its reader crash; please report it", size_bytes=item.size_bytes)


def _content(outcome: FileOutcome, run: Run, index: int) -> object:
    """What makes a run this run: its file's content and its place in it, or of a list what the list says."""
    if outcome.digest and not outcome.table:
        return [outcome.digest, index]
    plain = run_as_plain(run)
    plain.pop("origin", None)
    return plain


def kept(run: Run, content: object, streams: Streams) -> ReadRun:
    """What is kept of a run, with its samples laid down; `content` is what makes it this run."""
    key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
    samples = run.load_samples()
    columns = streams.write(key, samples) if any(len(values) for values in samples.values()) else ()
    measured = measure_run(replace(run, load_samples=lambda: samples))
    bare = Run(**{name: getattr(run, name) for name in Run.__dataclass_fields__ if name not in ("load_samples", "measured")})
    return ReadRun(key, bare, columns, offset_at_place(run, samples), measured.as_plain(), MEASURE_VERSION)
