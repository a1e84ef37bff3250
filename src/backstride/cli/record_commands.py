"""The commands around a runner's record: getting runs in, looking at them, taking them away."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backstride.cli.commands import app
from backstride.errors import BackstrideError, StoreError

if TYPE_CHECKING:
    from backstride.intake import Progress
    from backstride.store.store import Store, StoredRunner

__all__ = ["RunnerName"]

imports_app = typer.Typer(help="What was imported, and what became of every file.", invoke_without_command=True, rich_markup_mode=None)
run_app = typer.Typer(help="One run: add or show it.", no_args_is_help=True, rich_markup_mode=None)
shoes_app = typer.Typer(help="Pairs of shoes and what was run in them.", invoke_without_command=True, rich_markup_mode=None)
app.add_typer(imports_app, name="imports")
app.add_typer(run_app, name="run")
app.add_typer(shoes_app, name="shoes")

RunnerName = Annotated[str, typer.Option("--runner", help="Whose record, where a household shares this machine.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]

_ME = "me"
_LATEST = 20
_NAME = re.compile(r"[^\x00-\x1f/\\]{1,60}")


@app.command("import")
def import_command(
    paths: Annotated[list[Path], typer.Argument(help="Files, folders, or the zip a service sent you, as it is.")],
    runner: RunnerName = _ME,
    as_lines: AsJson = False,
) -> None:
    """Bring runs in. Nothing is lost: stopped, it goes on from there; twice, it brings nothing new."""
    from backstride.intake import import_paths
    from backstride.reports.ledger import import_json, import_text

    store, person = _open(runner, new=True)
    try:
        with _bar("Importing") as watch:
            done = import_paths(store, person, paths, watch)
    except KeyboardInterrupt:
        print("Stopped. What was read is kept; the same command goes on from there.", file=sys.stderr)
        raise typer.Exit(130) from None
    count = len(store.runs(person))
    if done is None:
        print(json.dumps({"runs": count}) if as_lines else f"The export is in. You have {count:,} runs now.")
        return
    files = store.files(person, done.number)
    print(
        json.dumps(import_json(done, files) | {"runs": count}, ensure_ascii=False) if as_lines else import_text(done, files, count), end=""
    )
    if as_lines:
        print()
    if files and all(entry.state in ("unreadable", "skipped") for entry in files):
        raise typer.Exit(2)


@imports_app.callback()
def imports_command(context: typer.Context, runner: RunnerName = _ME, as_lines: AsJson = False) -> None:
    """List all imports."""
    if context.invoked_subcommand is not None:
        return
    from backstride.reports.ledger import import_json, imports_text

    store, person = _open(runner)
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

    store, person = _open(runner)
    files = store.files(person, number)
    done = next(i for i in store.imports(person) if i.number == number)
    text = json.dumps(import_json(done, files), ensure_ascii=False) + "\n" if as_lines else ledger_text(done, files, everything=everything)
    print(text, end="")


@imports_app.command("undo")
def imports_undo(number: Annotated[int, typer.Argument(help="Number of the import.")], runner: RunnerName = _ME) -> None:
    """Take back all that an import brought; what another import brought too stays."""
    from backstride.intake import undo_import

    store, person = _open(runner)
    before = len(store.runs(person))
    gone = undo_import(store, person, number)
    left = len(store.runs(person))
    print(f"Import {number} is undone: {gone:,} recordings went. You have {left:,} runs now, {before - left:,} fewer.")


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

    first = _day(since, "--since") if since else None
    store, person = _open(runner)
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
        print("No runs yet: 'backstride import PATH' or 'backstride run add' brings some in.")
    sys.stdout.write("".join(run_line(stored.key, stored.run) + "\n" for stored in shown))


@run_app.command("add")
def run_add(
    words: Annotated[list[str], typer.Argument(help="In your words: 5 km, 35 min, pain 4, yesterday at 18:30")],
    runner: RunnerName = _ME,
) -> None:
    """Type in a run that no file has."""
    from backstride.importers.typed import read_typed
    from backstride.intake import add_run
    from backstride.reports.ledger import run_line

    said = " ".join(words)
    run = read_typed(said, today=date.today(), clock=datetime.now())
    store, person = _open(runner, new=True)
    entry = add_run(store, person, run, said)
    for key in entry.runs:
        stored = store.run(person, key)
        print(("Added: " if entry.state == "imported" else "This belongs to a run that is there: ") + run_line(key, stored.run))


@run_app.command("show")
def run_show(
    key: Annotated[str, typer.Argument(help="The key of a run, or its beginning, as 'backstride runs' lists it.")],
    runner: RunnerName = _ME,
    as_lines: AsJson = False,
) -> None:
    """One run, with the source of every field."""
    from backstride.reports.ledger import run_json, run_text

    store, person = _open(runner)
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
    from backstride.reports.ledger import shoes_text

    store, person = _open(runner)
    shoes = store.shoes(person)
    km: dict[str, float] = {}
    spans: dict[str, tuple[str, str]] = {}
    for stored in store.runs(person, sport="running"):
        name, day = stored.run.shoe, stored.run.local_day.isoformat()
        if name:
            km[name] = km.get(name, 0.0) + (stored.run.distance_m or 0.0) / 1000
            spans[name] = (spans.get(name, (day, day))[0], day)
    if as_lines:
        for shoe in shoes:
            first, last = spans.get(shoe.name, (None, None))
            plain = {"name": shoe.name, "brand": shoe.brand, "model": shoe.model, "start_km": shoe.start_km}
            used = {"first_used": shoe.first_used.isoformat() if shoe.first_used else None, "first_run": first, "last_run": last}
            retired = shoe.retired.isoformat() if shoe.retired else None
            print(json.dumps(plain | used | {"run_km": round(km.get(shoe.name, 0.0), 3), "retired": retired}, ensure_ascii=False))
    else:
        print(shoes_text(shoes, km, spans), end="")


@shoes_app.command("tell")
def shoes_tell(
    name: Annotated[str, typer.Argument(help="Your name for the pair.")],
    first_used: Annotated[str, typer.Option("--first-used", help="Bought or first used, as 2026-03-01.")] = "",
    start_km: Annotated[float, typer.Option("--start-km", help="Kilometres already on it then, roughly.", min=0, max=20_000)] = 0.0,
    retired: Annotated[str, typer.Option("--retired", help="Last day of use.")] = "",
    brand: Annotated[str, typer.Option("--brand")] = "",
    model: Annotated[str, typer.Option("--model")] = "",
    runner: RunnerName = _ME,
) -> None:
    """Tell of a pair: when it was bought and roughly how far it has gone."""
    from backstride.intake import derive
    from backstride.model.run import Shoe

    if not _NAME.fullmatch(name.strip()):
        raise BackstrideError("a pair needs a name of at most 60 letters.", remedy="Write: backstride shoes tell blue")
    begun = _day(first_used, "--first-used") if first_used else None
    ended = _day(retired, "--retired") if retired else None
    if begun and ended and ended < begun:
        raise BackstrideError(f"it was retired ({ended}) before it was used ({begun}).", remedy="Check the two days.")
    store, person = _open(runner, new=True)
    store.tell_shoe(person, Shoe(name.strip(), begun, start_km, ended, brand=brand.strip(), model=model.strip()))
    derive(store, person)
    print(f"Noted. 'backstride shoes' lists every pair; 'backstride run add ... in {name.strip()}' names it.")


@app.command("export")
def export_command(
    file: Annotated[Path, typer.Argument(help="Where to write it: a zip file in open formats.")],
    runner: RunnerName = _ME,
) -> None:
    """Take all of one runner's record with you; 'backstride import' brings it in elsewhere."""
    from backstride.store.export import write_export

    store, person = _open(runner)
    with _counted("Writing") as watch:
        write_export(store, [person], file, watch)
    print(f"Written: {file}. It holds health data: keep it as you would a letter from your doctor.")


@app.command("backup")
def backup_command(file: Annotated[Path, typer.Argument(help="Where to write it: a zip file in open formats.")]) -> None:
    """Write everything of every runner into one file."""
    from backstride.store.export import write_export

    store = _store()
    runners = store.runners()
    with _counted("Writing") as watch:
        write_export(store, runners, file, watch)
    print(f"Written: {file}, {len(runners)} runner(s). It holds health data: keep it as you would a letter from your doctor.")


@app.command("restore")
def restore_command(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    replace: Annotated[bool, typer.Option("--replace", help="Lose what is there now and have the backup instead.")] = False,
) -> None:
    """Make everything as a backup says."""
    from backstride.intake import restore_backup

    store = _store()
    with _counted("Restoring") as watch:
        taken = restore_backup(store, file, replace=replace, watch=watch)
    print(f"Restored: {', '.join(taken.runners) or 'no runner'}.")


@app.command("erase")
def erase_command(
    runner: RunnerName = _ME,
    sure: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete all that is known of one runner from this machine, for good."""
    store, person = _open(runner)
    count = len(store.runs(person))
    if not sure:
        if not sys.stdin.isatty():
            raise BackstrideError("nobody is there to be asked.", remedy="Say --yes to erase without asking.")
        typer.confirm(f"Erase {count:,} runs and all else of '{runner}' for good?", abort=True)
    store.erase(person)
    print(f"Erased: '{runner}', {count:,} runs. Exports and backups that you made are yours to delete.")


@app.command("how-to")
def how_to_command(topic: Annotated[str, typer.Argument(help="strava, garmin, apple, one-file or others.")] = "") -> None:
    """How to get your runs out of a service or a watch."""
    from backstride.reports.how_to import TOPICS, how_to

    print(how_to(topic) if topic else f"Which one? backstride how-to {'|'.join(TOPICS)}")


def _store() -> Store:
    from backstride.store.store import open_store

    return open_store()


def _open(name: str, *, new: bool = False) -> tuple[Store, StoredRunner]:
    """The store, and the runner of this name; `new` makes one."""
    if not _NAME.fullmatch(name):
        raise StoreError(f"'{name[:60]}' cannot be the name of a runner.", remedy="Use at most 60 letters, without slashes.")
    store = _store()
    if not new:
        return store, store.runner(name)
    return store, store.runner_or_new(name, _zone_here())


def _zone_here() -> str:
    """Name of this machine's time zone, in which the runner is taken to live; empty where it cannot be told."""
    import os
    from zoneinfo import ZoneInfo

    named = os.environ.get("TZ", "").lstrip(":")
    try:
        link = os.path.realpath("/etc/localtime")
    except OSError:
        link = ""
    for name in (named, link.partition("zoneinfo/")[2]):
        try:
            if name:
                ZoneInfo(name)
                return name
        except (OSError, ValueError):
            continue
    return ""


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BackstrideError(f"{option} is '{text}'.", remedy="Write a day as 2026-10-04.") from None


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
