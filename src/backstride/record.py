"""The verb from the store to a record: what is known of a runner, ready to be assessed."""

from __future__ import annotations

from dataclasses import replace

from backstride.model.record import Record
from backstride.model.run import Run
from backstride.model.run_measures import RunMeasures
from backstride.store.store import Store, StoredRun, StoredRunner

__all__ = ["with_stored"]


def with_stored(case: Record, store: Store, runner: StoredRunner) -> Record:
    """A case with the runs, shoes and days that the store has of a runner; the case's own come first.

    Parameters
    ----------
    case : Record
    store : Store
    runner : StoredRunner

    Returns
    -------
    Record
        Runs of every sport, earliest first. Of a pair that the case tells about, what it says goes before what the store says.
    """
    told = {shoe.name for shoe in case.shoes}
    return replace(
        case,
        runs=(*case.runs, *(_run(stored) for stored in store.runs(runner, measured=True))),
        shoes=(*case.shoes, *(shoe for shoe in store.shoes(runner) if shoe.name not in told)),
        days=store.days(runner),
    )


def _run(stored: StoredRun) -> Run:
    if stored.measured is None:
        return stored.run
    return replace(stored.run, measured=RunMeasures.from_plain(stored.measured))
