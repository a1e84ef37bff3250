"""Every measure of a runner's record before the pain began.

Days are the runner's local days where the device told its offset, else UTC days.
"The week" is the 7 days up to and including the day of onset; "before" means before that week.
"""

from __future__ import annotations

from datetime import date

from backstride.model.evidence import Measure
from backstride.model.record import Record
from backstride.training.dynamics import history_dynamics
from backstride.training.heat import history_heat
from backstride.training.history import History, usable
from backstride.training.intensity import history_intensity
from backstride.training.load import history_load
from backstride.training.one_run import measure_run
from backstride.training.shoes import history_pairs, history_shoes
from backstride.training.sleep import history_sleep
from backstride.training.sweat import history_sweat
from backstride.training.terrain import history_terrain

__all__ = ["measures_of", "onset_of"]


def onset_of(record: Record) -> date | None:
    """The day of onset, else the day of the last run that counts; None without both."""
    if record.onset is not None:
        return record.onset
    days = usable(record.runs)
    return days[-1].day if days else None


def measures_of(record: Record) -> tuple[Measure, ...]:
    """Every measure that the record allows; the others say why they are missing. See docs/measures.md for the list.

    Without an onset the day of the last run stands in. Runs that come without `Run.measured` are measured here, those only that
    lie inside a window in question.

    Returns
    -------
    tuple of Measure
        Empty when the record has neither runs nor shoes nor days.
    """
    days = usable(record.runs)
    onset = record.onset or (days[-1].day if days else None)
    if onset is None:
        return ()
    known_after = bool(days) and days[-1].day > onset
    days = [d for d in days if d.day <= onset]
    origin = f"{len(days)} runs up to {onset}" + ("" if record.onset else " (the last run; no day of onset was given)")
    history = History(days, onset, measure_run, known_after)
    result: list[Measure] = []
    if record.runs:
        result += history_load(history, origin)
    result += history_shoes(history, record.shoes)
    if record.runs:
        result += [*history_intensity(history), *history_terrain(history), *history_heat(history)]
        result += [*history_sweat(history, record.runner, record.days), *history_dynamics(history)]
    result += history_pairs(history, record.shoes)
    return (*result, *history_sleep(record.days, onset))
