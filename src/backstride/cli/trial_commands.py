"""The commands around trying one change at a time."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from backstride.cli.commands import Overlay, app
from backstride.cli.keeping import InStore
from backstride.cli.record_commands import RunnerName, open_record
from backstride.errors import BackstrideError
from backstride.knowledge.loader import load
from backstride.model.diary import DiaryDay, diary_days
from backstride.model.trial import Trial

if TYPE_CHECKING:
    from backstride.knowledge.concepts import Knowledge
    from backstride.model.record import Record
    from backstride.reports.sections import Section
    from backstride.store.store import Store, StoredRunner
    from backstride.trial import Standing

__all__ = ["try_app"]

try_app = typer.Typer(help="Try one change at a time, and see what it does.", invoke_without_command=True, rich_markup_mode=None)
app.add_typer(try_app, name="try")

AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]

_ME = "me"
_SEEDS = 2**31


@dataclass(frozen=True)
class _Known:
    """What every one of these commands needs."""

    store: Store
    person: StoredRunner
    record: Record
    days: tuple[DiaryDay, ...]
    trials: tuple[Trial, ...]
    knowledge: Knowledge
    stand: Standing
    now: datetime
    today: date


@try_app.callback()
def try_command(context: typer.Context, runner: RunnerName = _ME, as_lines: AsJson = False, overlays: Overlay = None) -> None:
    """List what may be tried, and why not the others."""
    if context.invoked_subcommand is not None:
        return
    from backstride.reports.trial import offer_json, offers_section, result_json, result_section
    from backstride.trial import offers, result, running

    known = _known(runner, overlays)
    now_tried = running(known.trials, known.today)
    if now_tried is not None:
        shown = result(now_tried, known.record, known.days, known.knowledge, known.today, known.stand)
        _tell({"trial": result_json(shown), "offers": []}, result_section(shown), as_lines)
        return
    found = offers(known.stand, known.record, known.days, known.knowledge, known.today)
    against = f"{known.stand.against} {known.stand.remedy}".strip()
    # Beside a warning sign no list of what may be tried some day.
    section = offers_section(() if known.stand.unsafe else found, against)
    _tell({"trial": None, "against": against, "offers": [offer_json(offer) for offer in found]}, section, as_lines)


@try_app.command("start")
def try_start(
    plan: Annotated[str, typer.Argument(help="Which change, as 'backstride try' names it.")],
    pair: Annotated[str, typer.Option("--pair", help="Which other pair, where there is more than one.")] = "",
    blocks: Annotated[int, typer.Option("--blocks", min=0, help="So many blocks, half of them as usual, in an order set by chance.")] = 0,
    days: Annotated[int, typer.Option("--days", min=0, help="How many days a block has.")] = 0,
    runner: RunnerName = _ME,
    as_lines: AsJson = False,
    overlays: Overlay = None,
) -> None:
    """Begin to try one change, from tomorrow on."""
    from backstride.reports.trial import begun_section, trial_json
    from backstride.trial import begin, blocks_needed

    known = _known(runner, overlays)
    trial = begin(
        plan,
        known.stand,
        known.record,
        known.days,
        known.trials,
        known.knowledge,
        known.now,
        known.today,
        pair=pair,
        blocks=blocks,
        days_per_block=days,
        seed=secrets.randbelow(_SEEDS),
    )
    known.store.keep_trial(known.person, trial.begun_at, trial.as_plain())
    _tell(trial_json(trial), begun_section(trial, blocks_needed(known.knowledge)), as_lines)


@try_app.command("show")
def try_show(runner: RunnerName = _ME, as_lines: AsJson = False, overlays: Overlay = None) -> None:
    """Show how the latest trial goes, or what it showed."""
    from backstride.reports.trial import result_json, result_section
    from backstride.trial import result, running

    known = _known(runner, overlays)
    if not known.trials:
        raise BackstrideError("Nothing was tried yet.", remedy="See 'backstride try' for what may be tried.")
    # The one that is being tried goes first: another may seem later by a clock that was wrong.
    latest = running(known.trials, known.today) or known.trials[-1]
    shown = result(latest, known.record, known.days, known.knowledge, known.today, known.stand)
    _tell(result_json(shown), result_section(shown), as_lines)


@try_app.command("stop")
def try_stop(runner: RunnerName = _ME, as_lines: AsJson = False, overlays: Overlay = None) -> None:
    """End what is being tried, with today as its last day."""
    from backstride.reports.trial import result_json, result_section
    from backstride.trial import end, result, running

    known = _known(runner, overlays)
    now_tried = running(known.trials, known.today)
    if now_tried is None:
        raise BackstrideError("Nothing is being tried.", remedy="See 'backstride try' for what may be tried.")
    ended = end(now_tried, known.today)
    known.store.keep_trial(known.person, ended.begun_at, ended.as_plain())
    shown = result(ended, known.record, known.days, known.knowledge, known.today, known.stand)
    _tell(result_json(shown), result_section(shown), as_lines)


def _known(runner: str, overlays: Overlay) -> _Known:
    from backstride.trial import standing

    store, person = open_record(runner)
    knowledge = load(tuple(overlays or ()))
    now = datetime.now(UTC).astimezone(ZoneInfo(person.zone) if person.zone else None)
    kept = InStore(person.name, now)
    record = kept.base(runs=True)
    stand = standing(kept.last(), record, knowledge, now)
    return _Known(store, person, record, diary_days(store.diary(person)), _trials(store.trials(person)), knowledge, stand, now, now.date())


def _trials(states: Sequence[Mapping[str, Any]]) -> tuple[Trial, ...]:
    """Those that can be read. What an import brought in must not keep anybody from trying something."""
    found = []
    for state in states:
        try:
            found.append(Trial.from_plain(state))
        except (AttributeError, KeyError, TypeError, ValueError):
            print("A trial of this record can't be read and is left out; it came with an import.", file=sys.stderr)
    return tuple(found)


def _tell(plain: Mapping[str, Any], section: Section, as_lines: bool) -> None:
    from backstride.reports.sections import as_text

    print(json.dumps(plain, ensure_ascii=False) + "\n" if as_lines else as_text((section,)), end="")
