"""The verb from the store to a record: what is known of a runner, ready to be assessed."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from backstride.merge import groups
from backstride.model.diary import diary_days
from backstride.model.ledger import SourceRun
from backstride.model.record import Record
from backstride.model.run import Run
from backstride.model.run_measures import RunMeasures
from backstride.store.store import Store, StoredRun, StoredRunner

__all__ = ["with_stored"]


def with_stored(case: Record, store: Store, runner: StoredRunner) -> Record:
    """A case with the runs, shoes, days and diary that the store has of a runner.

    Parameters
    ----------
    case : Record
    store : Store
    runner : StoredRunner

    Returns
    -------
    Record
        Runs of every sport, earliest first; one that both have is taken from the store, which knows more of it. Of a pair that the
        case tells about, what it says goes before what the store says.
    """
    told = {shoe.name for shoe in case.shoes}
    with _all_of_it_stays():
        stored = {f"store {one.key}": _run(one) for one in store.runs(runner, measured=True)}
    named = {f"case {index:06d}": run for index, run in enumerate(case.runs)}
    everything = stored | named
    found = [SourceRun(key, run, ("time_s",) if run.record_count else (), None, False, ((1, 0, key),)) for key, run in everything.items()]
    # Runs of the store are one run a run already: without others beside them there is nothing to put together.
    together = groups(found, runner.zone) if named else []
    both = {source.key for group in together if any(s.key in stored for s in group) for source in group}
    runs = [run for key, run in everything.items() if key in stored or key not in both]
    return replace(
        case,
        runs=tuple(sorted(runs, key=lambda run: (run.start, run.origin))),
        shoes=(*case.shoes, *(shoe for shoe in store.shoes(runner) if shoe.name not in told)),
        days=store.days(runner),
        diary=diary_days(store.diary(runner)),
    )


@contextmanager
def _all_of_it_stays() -> Iterator[None]:
    """Of thousands of runs nothing is thrown away while they are read: a collector that looks for it takes a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _run(stored: StoredRun) -> Run:
    if stored.measured is None:
        return stored.run
    return replace(stored.run, measured=RunMeasures.from_plain(stored.measured))
