"""The verb from a case file to its record: what the case says, with the runs of the files it names, each run once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from backstride.importers.case_file import read_case
from backstride.importers.local_time import offset_at_place
from backstride.merge import groups, merged
from backstride.model.ledger import SourceRun
from backstride.model.record import Record
from backstride.model.run import FileOutcome, Run

__all__ = ["case_record"]


def case_record(path: Path) -> tuple[Record, tuple[str, ...]]:
    """Read a case file and the run files it names.

    Returns
    -------
    record, problems
        The record, judged as of now where the case names no moment; and a line for every file that was not read whole.

    Raises
    ------
    CaseError
        When the case file cannot be used.
    RunFileError
        When it names a file or folder that is not there.
    """
    case = read_case(path)
    record = case.record if case.record.assessed_at is not None else replace(case.record, assessed_at=datetime.now(UTC))
    if not case.run_paths:
        return record, ()
    from backstride.importers.folder import read_runs

    outcomes = read_runs(case.run_paths)
    told = {shoe.name for shoe in record.shoes}
    shoes = {shoe.name: shoe for outcome in outcomes for shoe in outcome.shoes if shoe.name not in told}
    record = replace(
        record,
        runs=tuple(_once(outcomes)),
        shoes=(*record.shoes, *shoes.values()),
        # Of several files that tell the same of a day the last one counts; they are never added up.
        days=tuple({(day.day, day.name): day for outcome in outcomes for day in outcome.days}.values()),
        files=outcomes,
    )
    return record, tuple(outcome.detail for outcome in outcomes if outcome.state != "read")


def _once(outcomes: Iterable[FileOutcome]) -> list[Run]:
    """Each run once, however many of the files tell of it; earliest first."""
    run_of = {}
    sources = []
    for position, outcome in enumerate(outcomes):
        for index, run in enumerate(outcome.runs):
            key = f"{position:06d}-{index:06d}"
            run_of[key] = run
            samples = run.load_samples()
            files = ((1, position, outcome.path),)
            damaged = outcome.state == "damaged" and not outcome.table
            sources.append(SourceRun(key, run, tuple(samples), offset_at_place(run, samples), damaged, files))
    found = [merged(group) for group in groups(sources)]
    runs = [replace(one.run, load_samples=run_of[one.stream].load_samples) if one.stream else one.run for one in found]
    return sorted(runs, key=lambda run: (run.start, run.origin))
