"""The commands."""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from backstride import __version__
from backstride.assess import assess as assess_record
from backstride.errors import BackstrideError
from backstride.gather import case_record
from backstride.knowledge.loader import load
from backstride.model.record import Record
from backstride.names import condition_names, item_names, names_for, source_names
from backstride.reasoning.triage import wording_id
from backstride.reports.as_json import as_json
from backstride.reports.plain import plain_text
from backstride.reports.visible import visible

__all__ = ["Overlay", "app", "main", "write_whole"]

app = typer.Typer(
    help="What fits a runner's back pain, why now, and what next. Not a diagnosis.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
knowledge_app = typer.Typer(help="The knowledge files.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(knowledge_app, name="knowledge")

Overlay = Annotated[
    list[Path] | None, typer.Option("--knowledge", help="A folder of your own knowledge files, laid over the shipped ones.")
]


def main() -> None:
    """Entry point: an error a person can act on becomes one readable line and exit code 2."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started the program
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - it stays open to the end
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter gets its number instead of a crash.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = app(prog_name="backstride", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except typer.Abort:
        code = 130
    except BackstrideError as error:
        print(visible(str(error)), file=sys.stderr)
        code = 2
    except SystemExit as stop:
        # So Typer ends when its reader has gone away, which is no error.
        code = 0 if type(sys.stdout).__name__ == "PacifyFlushWrapper" else stop.code
    except BrokenPipeError:
        # Whoever read the output has enough; what is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:
        print(f"The output cannot be written: {error.strerror}. Make room, or write elsewhere.", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 2
    except Exception as error:
        # A wrong option or argument; the class has moved between Typer's releases, its two members have not.
        if not hasattr(error, "exit_code") or not hasattr(error, "show"):
            raise
        error.show()
        code = error.exit_code
    sys.exit(code if isinstance(code, int) else 0)


@app.command()
def demo(working: Annotated[bool, typer.Option("--working", help="Show every number.")] = False) -> None:
    """Answer the question of a made-up runner from her answers, shoes and run files."""
    from backstride.example.runner import write_example

    with tempfile.TemporaryDirectory(prefix="backstride-demo-") as folder:
        knowledge = load()
        answer = assess_record(case_record(write_example(Path(folder)))[0], knowledge)
        print(plain_text(answer, names_for(answer, knowledge), working=working), end="")
    print("\nMara is made up; her runs were written as FIT files and read back.\nTry your own: backstride assess CASE.yaml")


@app.command("assess")
def assess_command(
    cases: Annotated[list[Path] | None, typer.Argument(help="Case files, YAML or JSON; none with --runner.")] = None,
    as_lines: Annotated[bool, typer.Option("--json", help="One JSON object a case and line.")] = False,
    working: Annotated[bool, typer.Option("--working", help="Show every number.")] = False,
    runner: Annotated[str, typer.Option("--runner", help="With the imported runs, shoes and days of this runner (alone: 'me').")] = "",
    overlays: Overlay = None,
) -> None:
    """Assess one or more cases. A case that cannot be read gets a line on stderr; the others are still assessed."""
    knowledge = load(tuple(overlays or ()))
    failed = False
    if not cases and not runner:
        raise BackstrideError("no case was named.", remedy="Name a case file, or say --runner me for your imported runs alone.")
    for number, path in enumerate(cases or [None]):
        try:
            record, unreadable = case_record(path) if path is not None else (Record(runner, assessed_at=datetime.now(UTC)), ())
            if runner:
                record = _with_stored(record, runner)
            answer = assess_record(record, knowledge)
        except BackstrideError as error:
            print(visible(str(error)), file=sys.stderr)
            failed = True
            continue
        for line in unreadable:
            print(visible(line), file=sys.stderr)
        if as_lines:
            print(json.dumps(as_json(answer), ensure_ascii=False))
        else:
            print(("\n" if number else "") + plain_text(answer, names_for(answer, knowledge), working=working), end="")
    if failed:
        raise typer.Exit(2)


@app.command("evaluate")
def evaluate_command(
    folder: Annotated[Path | None, typer.Argument(help="Folder of coded cases; the public ones by default.")] = None,
    as_object: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    write: Annotated[Path | None, typer.Option("--write", help="Write the page to this file.")] = None,
    overlays: Overlay = None,
) -> None:
    """Score the engine on coded cases, beside flat priors and plain naive Bayes."""
    from backstride.evaluate import PUBLIC_CASES, evaluate, read_cases
    from backstride.reports.evaluation_page import evaluation_json, evaluation_page

    knowledge = load(tuple(overlays or ()))
    cases = read_cases(folder or PUBLIC_CASES)
    with _progress(f"Scoring {len(cases)} cases"):
        results = evaluate(cases, knowledge)
    if as_object:
        print(json.dumps(evaluation_json(results, knowledge.version), ensure_ascii=False))
        return
    page = evaluation_page(results, knowledge.version, len(cases))
    if write is not None:
        write_whole(write, page)
        print(f"Written: {write}")
    else:
        print(page, end="")


def write_whole(path: Path, content: str | bytes, *, private: bool = False) -> None:
    """Write a file whole or not at all; a private one can be read by its owner only.

    Raises
    ------
    BackstrideError
        When it can't be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode(errors="backslashreplace"))
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise BackstrideError(f"cannot write {path}: {error.strerror}.", remedy="Name a file you may write.") from None


@app.command()
def ask(
    item: Annotated[str | None, typer.Argument(help="A finding or factor id; without one, all of them are listed.")] = None,
    overlays: Overlay = None,
) -> None:
    """Why something is asked, which answers it takes, and how to do a self-test safely."""
    import difflib

    from backstride.model.assessment import Who
    from backstride.reasoning.triage import LEVEL_OF_ACTION
    from backstride.reports.item_page import PageWords, item_list, item_page

    knowledge = load(tuple(overlays or ()))
    if item is None:
        print(item_list(knowledge.findings.values(), knowledge.factors.values()), end="")
        return
    if item not in knowledge.findings and item not in knowledge.factors:
        near = difflib.get_close_matches(item, [*knowledge.findings, *knowledge.factors], n=3, cutoff=0.4)
        remedy = f"Did you mean {', '.join(near)}?" if near else "Ids look like worse_sitting or shoe_mileage_high."
        raise BackstrideError(f"'{item}' is not a known finding or factor.", remedy=remedy)
    alone = [flag for flag in knowledge.red_flags.values() if flag.rule.strip() == item]
    level = max((LEVEL_OF_ACTION[flag.action] for flag in alone), key=lambda level: level.rank, default=None)
    who = Who(alone[0].who) if alone else Who.SELF
    urgent = f"A yes by itself means: {knowledge.wording[wording_id(level, who)].words}" if level else ""
    words = PageWords(condition_names(knowledge), item_names(knowledge), source_names(knowledge), urgent)
    print(item_page(item, knowledge.findings.get(item), knowledge.factors.get(item), words), end="")


@knowledge_app.command()
def check(
    overlays: Overlay = None,
    effect: Annotated[bool, typer.Option("--effect", help="Which public cases move under --knowledge.")] = False,
    sensitivity: Annotated[bool, typer.Option("--sensitivity", help="Which assumptions move the most public cases.")] = False,
) -> None:
    """Check the knowledge files: every problem with file, line, field and remedy."""
    from backstride.knowledge.check import check as run_check
    from backstride.reports.check_summary import check_summary

    report = run_check(tuple(overlays or ()))
    for problem in report.errors:
        print(problem, file=sys.stderr)
    if report.errors:
        print(f"{len(report.errors)} problem(s).", file=sys.stderr)
        raise typer.Exit(2)
    # Someone who checks files of their own wants to hear about those.
    shipped = [w for w in report.warnings if not any(w.file.startswith(str(folder)) for folder in overlays or ())]
    for warning in report.warnings:
        if not overlays or warning not in shipped:
            print(f"note: {warning}")
    if overlays and shipped:
        print(f"{len(shipped)} notes about shipped files; 'knowledge check' without --knowledge shows them.")
    print(check_summary(report.counts))
    if effect:
        _print_effect(tuple(overlays or ()))
    if sensitivity:
        _print_sensitivity(tuple(overlays or ()))


@knowledge_app.command()
def schema(folder: Annotated[Path, typer.Argument(help="Where to write them.")]) -> None:
    """Write a JSON Schema for each kind of knowledge file, so that an editor completes and checks while you type."""
    from backstride.knowledge.schema import write_schemas

    try:
        paths = write_schemas(folder)
    except OSError as error:
        raise BackstrideError(f"cannot write to {folder}: {error.strerror}.", remedy="Name a folder you may write to.") from None
    print(f"Written: {len(paths)} schemas in {folder}")


def _print_effect(overlays: tuple[Path, ...]) -> None:
    from backstride.evaluate import PUBLIC_CASES, effect_of, read_cases

    moved = effect_of(read_cases(PUBLIC_CASES), load(), load(overlays))
    for line in moved:
        print(line)
    print(f"{len(moved)} public case(s) move." if moved else "No public case moves.")


def _print_sensitivity(overlays: tuple[Path, ...]) -> None:
    from backstride.evaluate import PUBLIC_CASES, read_cases
    from backstride.reports.check_summary import sensitivity_table
    from backstride.sensitivity import sensitivity

    with _progress("Moving every assumption to both ends of its range"):
        influences = sensitivity(read_cases(PUBLIC_CASES), load(overlays))
    print(sensitivity_table(influences))


@app.command()
def version() -> None:
    """Program and knowledge versions."""
    print(f"backstride {__version__}, knowledge {load().version}")


def _with_stored(record: Record, runner: str) -> Record:
    from backstride.record import with_stored
    from backstride.store.store import open_store

    store = open_store()
    return with_stored(record, store, store.runner(runner))


@contextmanager
def _progress(words: str) -> Iterator[None]:
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(words):
        yield
