"""The commands around a runner's record: getting runs in, looking at them, taking them away."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backstride.cli.commands import app
from backstride.country_of_zone import zone_here
from backstride.errors import BackstrideError, StoreError
from backstride.reports.visible import visible
from backstride.store.who import checked_name, name_here

if TYPE_CHECKING:
    from backstride.intake import Progress
    from backstride.store.store import Store, StoredRunner

__all__ = ["RunnerName", "day_told", "open_record"]

imports_app = typer.Typer(help="What was imported, and what became of every file.", invoke_without_command=True, rich_markup_mode=None)
run_app = typer.Typer(help="One run: add or show it.", no_args_is_help=True, rich_markup_mode=None)
runners_app = typer.Typer(help="Who has a record on this machine.", invoke_without_command=True, rich_markup_mode=None)
shoes_app = typer.Typer(help="Pairs of shoes and what was run in them.", invoke_without_command=True, rich_markup_mode=None)
app.add_typer(imports_app, name="imports")
app.add_typer(run_app, name="run")
app.add_typer(shoes_app, name="shoes")
app.add_typer(runners_app, name="runners")

RunnerName = Annotated[str, typer.Option("--runner", help="Whose record, where a household shares this machine.")]
Replace = Annotated[bool, typer.Option("--replace", help="Write over a file that is there.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]

_ME = "me"
_LATEST = 20


@app.command("import")
def import_command(
    paths: Annotated[list[str], typer.Argument(help="Files, folders, or the zip a service sent you, as it is.")],
    runner: RunnerName = _ME,
    as_lines: AsJson = False,
) -> None:
    """Bring runs in. Nothing is lost: stopped, it goes on from there; twice, it brings nothing new."""
    if not all(paths):
        raise BackstrideError("no file was named.", remedy="Name files, folders or archives.")
    from backstride.intake import import_paths
    from backstride.reports.ledger import import_json, import_text

    store, person = open_record(runner, new=True)
    try:
        with _bar("Importing") as watch:
            done = import_paths(store, person, [Path(path) for path in paths], watch)
    except KeyboardInterrupt:
        print("Stopped. What was read is kept; the same command goes on from there.", file=sys.stderr)
        raise typer.Exit(130) from None
    except BaseException:
        store.forget_if_new(person)
        raise
    runs, others = store.count(person)
    if done is None:
        print(
            json.dumps({"runs": runs, "other_activities": others})
            if as_lines
            else f"The export is in. You have {_counted_words(runs, others)} now."
        )
        return
    files = store.files(person, done.number)
    if as_lines:
        print(json.dumps(import_json(done, files) | {"runs": runs, "other_activities": others}, ensure_ascii=False))
    else:
        print(import_text(done, files, _counted_words(runs, others)), end="")
    if files and all(entry.state in ("unreadable", "skipped") for entry in files):
        raise typer.Exit(2)


@imports_app.callback()
def imports_command(context: typer.Context, runner: RunnerName = _ME, as_lines: AsJson = False) -> None:
    """List all imports."""
    if context.invoked_subcommand is not None:
        return
    from backstride.reports.ledger import import_json, imports_text

    store, person = open_record(runner)
    imports = store.imports(person)
    print(json.dumps([import_json(done) for done in imports], ensure_ascii=False) + "\n" if as_lines else imports_text(imports), end="")


@imports_app.command("show")
def imports_show(
    number: Annotated[int, typer.Argument(help="Number of the import.")],
    runner: RunnerName = _ME,
    as_lines: AsJson = False,
    everything: Annotated[bool, typer.Option("--all", help="Also every skipped file.")] = False,
) -> None:
    """What became of every file of an import."""
    from backstride.reports.ledger import import_json, ledger_text

    store, person = open_record(runner)
    files = store.files(person, number)
    done = next(i for i in store.imports(person) if i.number == number)
    text = json.dumps(import_json(done, files), ensure_ascii=False) + "\n" if as_lines else ledger_text(done, files, everything=everything)
    print(text, end="")


@imports_app.command("undo")
def imports_undo(number: Annotated[int, typer.Argument(help="Number of the import.")], runner: RunnerName = _ME) -> None:
    """Take back all that an import brought; what another import brought too stays."""
    from backstride.intake import undo_import

    store, person = open_record(runner)
    before, _ = store.count(person)
    gone = undo_import(store, person, number)
    runs, others = store.count(person)
    print(f"Import {number} is undone: you have {_counted_words(runs, others)} now, {before - runs:,} fewer.")
    if not gone:
        print("All that it brought came with another import too, and stays.")


@app.command("runs")
def runs_command(
    runner: RunnerName = _ME,
    as_lines: AsJson = False,
    everything: Annotated[bool, typer.Option("--all", help="All of them, not only the latest.")] = False,
    since: Annotated[str, typer.Option("--since", help="Only from this day on, as 2026-10-04.")] = "",
    sport: Annotated[str, typer.Option("--sport", help="Of this sport; 'any' for all.")] = "running",
) -> None:
    """List runs, the latest last."""
    from backstride.reports.ledger import run_json, run_line

    first = day_told(since, "--since") if since else None
    store, person = open_record(runner)
    wanted = "" if sport == "any" else sport
    found = store.runs(person, sport=wanted, since=first, measured=as_lines)
    if as_lines:
        for stored in found:
            print(json.dumps(run_json(stored.key, stored.run, stored.origin_of, stored.measured), ensure_ascii=False))
        return
    shown = found if everything or since else found[-_LATEST:]
    if len(shown) < len(found):
        print(f"{len(found) - len(shown):,} earlier runs; --all lists them.")
    if not found:
        open_one = next((done for done in store.imports(person) if done.state == "open"), None)
        stopped = (
            f"Import {open_one.number} was stopped; the same command goes on: backstride import {' '.join(open_one.paths)}"
            if open_one
            else ""
        )
        print(stopped or "No runs yet: 'backstride import PATH' or 'backstride run add' brings some in.")
    sys.stdout.write("".join(run_line(stored.key, stored.run) + "\n" for stored in shown))


@run_app.command("add")
def run_add(
    words: Annotated[list[str], typer.Argument(help="In your words: 5 km, 35 min, pain 4, yesterday at 18:30")],
    runner: RunnerName = _ME,
) -> None:
    """Type in a run that no file has."""
    from backstride.importers.typed import read_typed
    from backstride.intake import add_run
    from backstride.reports.ledger import run_line, told_words

    said = " ".join(words)
    run = read_typed(said, today=date.today(), clock=datetime.now())
    store, person = open_record(runner, new=True)
    entry = add_run(store, person, run, said)
    number = store.imports(person)[-1].number
    for key in entry.runs:
        stored = store.run(person, key)
        what = {"merged": "This belongs to a run that is there: ", "repeated": "This is there already: "}.get(entry.state, "Added: ")
        print(what + run_line(stored.key, stored.run))
        if told := told_words(run):
            print(f"  As I understood you: {told}.")
        pairs = {shoe.name for shoe in store.shoes(person)}
        if stored.run.shoe and stored.run.shoe not in pairs:
            print(f"  '{stored.run.shoe}' is no pair you told of: backstride shoes tell {shlex.quote(stored.run.shoe)}")
    print(f"  Not right? backstride imports undo {number}, then add it again.")


@run_app.command("show")
def run_show(
    key: Annotated[str, typer.Argument(help="The key of a run, or its beginning, as 'backstride runs' lists it.")],
    runner: RunnerName = _ME,
    as_lines: AsJson = False,
) -> None:
    """One run, with the source of every field."""
    from backstride.reports.ledger import run_json, run_text

    store, person = open_record(runner)
    if not re.fullmatch("[0-9a-f]{1,32}", key.lower()):
        raise StoreError(f"{key[:40]!r} is no key of a run.", remedy="'backstride runs' lists them.")
    stored = store.run(person, key.lower())
    if as_lines:
        sources = [{"key": s.key, "files": [[n, path] for n, _, path in s.files], "columns": list(s.columns)} for s in stored.sources]
        print(json.dumps(run_json(stored.key, stored.run, stored.origin_of, stored.measured, sources=sources), ensure_ascii=False))
    else:
        print(run_text(stored.key, stored.run, stored.origin_of, stored.sources, stored.measured), end="")


@shoes_app.callback()
def shoes_command(context: typer.Context, runner: RunnerName = _ME, as_lines: AsJson = False) -> None:
    """List all pairs."""
    if context.invoked_subcommand is not None:
        return
    from backstride.pairs import pairs
    from backstride.reports.ledger import shoes_text

    found = pairs(*open_record(runner))
    if not as_lines:
        spans = {pair.shoe.name: (str(pair.first_run), str(pair.last_run)) for pair in found if pair.first_run and pair.last_run}
        print(shoes_text([pair.shoe for pair in found], {pair.shoe.name: pair.run_km for pair in found}, spans), end="")
        return
    for pair in found:
        shoe = pair.shoe
        plain = {"name": shoe.name, "brand": shoe.brand, "model": shoe.model, "start_km": shoe.start_km}
        days = {"first_used": shoe.first_used, "first_run": pair.first_run, "last_run": pair.last_run}
        used = {name: day.isoformat() if day else None for name, day in days.items()}
        retired = shoe.retired.isoformat() if shoe.retired else None
        print(json.dumps(plain | used | {"run_km": round(pair.run_km, 3), "retired": retired}, ensure_ascii=False))


@shoes_app.command("tell")
def shoes_tell(
    name: Annotated[str, typer.Argument(help="Your name for the pair.")],
    first_used: Annotated[str, typer.Option("--first-used", help="Bought or first used, as 2026-03-01.")] = "",
    start_km: Annotated[float | None, typer.Option("--start-km", help="Kilometres already on it then, roughly.", min=0, max=20_000)] = None,
    retired: Annotated[str, typer.Option("--retired", help="Last day of use.")] = "",
    brand: Annotated[str, typer.Option("--brand")] = "",
    model: Annotated[str, typer.Option("--model")] = "",
    runner: RunnerName = _ME,
) -> None:
    """Tell of a pair: when it was bought and roughly how far it has gone. What you don't name stays as it is."""
    from backstride.pairs import tell_pair

    told = {"first_used": _day_or_none(first_used, "--first-used"), "start_km": start_km, "retired": _day_or_none(retired, "--retired")}
    store, person = open_record(runner, new=True)
    try:
        tell_pair(store, person, name, told | {"brand": brand.strip(), "model": model.strip()}, date.today())
    finally:
        store.forget_if_new(person)
    print(f"Noted. 'backstride shoes' lists every pair; 'backstride run add \"5 km, shoe {name.strip()}\"' names it.")


@runners_app.callback()
def runners_command(context: typer.Context, as_lines: AsJson = False) -> None:
    """List who has a record here."""
    if context.invoked_subcommand is not None:
        return
    store = _store()
    for person in store.runners():
        runs, others = store.count(person)
        if as_lines:
            print(json.dumps({"name": person.name, "runs": runs, "other_activities": others, "zone": person.zone}, ensure_ascii=False))
        else:
            print(f"{person.name:<20}{_counted_words(runs, others)}, lives in the zone {person.zone or '(not known)'}")


@runners_app.command("tell")
def runners_tell(
    name: Annotated[str, typer.Argument(help="Whose.")] = _ME,
    zone: Annotated[
        str, typer.Option("--zone", help="Where the runner lives, as Europe/Berlin: for runs that don't tell their local time.")
    ] = "",
) -> None:
    """Say where a runner lives."""
    from zoneinfo import ZoneInfo

    from backstride.intake import derive

    try:
        ZoneInfo(zone)
    except (KeyError, OSError, ValueError):
        raise BackstrideError(f"'{zone[:60]}' is no time zone.", remedy="Write one as Europe/Berlin or America/New_York.") from None
    store, person = open_record(name)
    derive(store, store.set_zone(person, zone))
    print(f"Noted: '{name}' lives in {zone}.")


@app.command("export")
def export_command(
    file: Annotated[Path, typer.Argument(help="Where to write it: a zip file in open formats.")],
    runner: RunnerName = _ME,
    replace: Replace = False,
) -> None:
    """Take all of one runner's record with you; 'backstride import' brings it in elsewhere."""
    from backstride.store.export import write_export

    _must_be_new(file, replace=replace)
    store, person = open_record(runner)
    with _counted("Writing") as watch:
        lost = write_export(store, [person], file, watch)
    _tell_lost(lost)
    print(f"Written: {visible(str(file))}. It holds health data: keep it as you would a letter from your doctor.")


@app.command("backup")
def backup_command(
    file: Annotated[Path, typer.Argument(help="Where to write it: a zip file in open formats.")],
    replace: Replace = False,
) -> None:
    """Write everything of every runner into one file."""
    from backstride.store.export import write_export

    _must_be_new(file, replace=replace)
    store = _store()
    runners = store.runners()
    with _counted("Writing") as watch:
        lost = write_export(store, runners, file, watch)
    _tell_lost(lost)
    print(f"Written: {visible(str(file))}, {len(runners)} runner(s). It holds health data: keep it as you would a letter from your doctor.")


@app.command("restore")
def restore_command(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    replace: Annotated[bool, typer.Option("--replace", help="Lose what is there now and have the backup instead.")] = False,
) -> None:
    """Make everything as a backup says."""
    from backstride.intake import restore_backup

    store = _store()
    before = {person.name for person in store.runners()}
    with _counted("Restoring") as watch:
        taken = restore_backup(store, file, replace=replace, watch=watch)
    _tell_lost(taken.lost_streams)
    gone = sorted(before - set(taken.runners))
    print(f"Restored: {', '.join(taken.runners) or 'no runner'}." + (f" No longer here: {', '.join(gone)}." if gone else ""))


@app.command("erase")
def erase_command(
    runner: RunnerName = _ME,
    sure: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete all that is known of one runner from this machine, for good."""
    from backstride.intake import erase

    store, person = open_record(runner)
    words = _counted_words(*store.count(person))
    if not sure:
        if sys.stdin is None or not sys.stdin.isatty():
            raise BackstrideError("nobody is there to be asked.", remedy="Say --yes to erase without asking.")
        typer.confirm(f"Erase {words} and all else of '{runner}' for good?", abort=True)
    erase(store, person)
    print(f"Erased: '{runner}', {words}. Exports and backups that you made are yours to delete.")


@app.command("how-to")
def how_to_command(topic: Annotated[str, typer.Argument(help="strava, garmin, apple, one-file or others.")] = "") -> None:
    """How to get your runs out of a service or a watch."""
    from backstride.reports.how_to import TOPICS, how_to

    print(how_to(topic) if topic else f"Which one? backstride how-to {'|'.join(TOPICS)}")


def _store() -> Store:
    from backstride.store.store import open_store

    return open_store()


def open_record(name: str, *, new: bool = False) -> tuple[Store, StoredRunner]:
    """The store, and the runner of this name; `new` makes one where there is none."""
    checked_name(name)
    store = _store()
    name = name_here(store, name)
    names = [person.name for person in store.runners()]
    if not new or name in names:
        return store, store.runner(name)
    if names:
        print(f"A new record: '{name}'. Here already: {', '.join(names)}.", file=sys.stderr)
    return store, store.runner_or_new(name, zone_here())


def _must_be_new(file: Path, *, replace: bool) -> None:
    if file.exists() and not replace:
        raise BackstrideError("there is a file already.", place=str(file), remedy="Name another, or say --replace to write over it.")


def _tell_lost(streams: int) -> None:
    if streams:
        print(
            f"The second-by-second data of {streams:,} runs are lost or damaged and not in it; import their files again.", file=sys.stderr
        )


def _counted_words(runs: int, others: int) -> str:
    words = f"{runs:,} run{'' if runs == 1 else 's'}"
    return words + (f" and {others:,} other activit{'y' if others == 1 else 'ies'}" if others else "")


def day_told(text: str, option: str) -> date:
    """A day as an option gives it.

    Raises
    ------
    BackstrideError
        When it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BackstrideError(f"{option} is '{text}'.", remedy="Write a day as 2026-10-04.") from None


def _day_or_none(text: str, option: str) -> date | None:
    return day_told(text, option) if text else None


@contextmanager
def _bar(words: str) -> Iterator[Callable[[Progress], None]]:
    """Files, megabytes and the time that is left, on a terminal; nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[files]:,} files"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task(words, total=None, files=0)

        def watch(now: object) -> None:
            shown.update(task, total=now.all_bytes or None, completed=now.done_bytes, files=now.files)  # type: ignore[attr-defined]

        yield watch


@contextmanager
def _counted(words: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda *_: None
        return
    with Progress(console=console, transient=True) as shown:
        task = shown.add_task(words, total=None)
        yield lambda done, whole: shown.update(task, completed=done, total=whole)
