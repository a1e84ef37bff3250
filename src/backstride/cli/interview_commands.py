"""The interview's commands: in the terminal by a person, over lines of JSON by a program."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from backstride.cli.commands import Overlay, app
from backstride.cli.record_commands import RunnerName
from backstride.country_of_zone import zone_here
from backstride.errors import BackstrideError
from backstride.knowledge.loader import load
from backstride.reports.visible import visible
from backstride.store.who import checked_name

__all__ = ["answer_command", "talk_command"]

Fresh = Annotated[bool, typer.Option("--fresh", help="Start anew, whatever was answered before.")]

_WELCOME = "backstride: what fits your back pain, and what to do first. Not a diagnosis."


@app.callback(invoke_without_command=True)
def talk_command(
    context: typer.Context,
    plain: Annotated[bool, typer.Option("--plain", help="Line by line, for screen readers: nothing is drawn or drawn again.")] = False,
    runner: RunnerName = "me",
    fresh: Fresh = False,
    overlays: Overlay = None,
) -> None:
    """What fits a runner's back pain, why now, and what next. Not a diagnosis. Without a command: the interview."""
    if context.invoked_subcommand is not None:
        return
    there = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    if not there and not plain:
        print(context.get_help())
        return
    from backstride.cli.keeping import InStore
    from backstride.cli.talk import Talk
    from backstride.cli.terminal import Terminal

    terminal = Terminal(plain=plain)
    terminal.say(_WELCOME)
    keeping = InStore(checked_name(runner), datetime.now(UTC).astimezone())
    talk = Talk(keeping, load(tuple(overlays or ())), terminal, zone_here())
    try:
        talk.hold(fresh=fresh)
    except KeyboardInterrupt:
        terminal.say()
        terminal.say(f"Stopped. {talk.kept()}")
        raise typer.Exit(130) from None


@app.command("answer")
def answer_command(
    as_lines: Annotated[bool, typer.Option("--json", help="One JSON object a line, in and out.")] = False,
    runner: RunnerName = "me",
    fresh: Fresh = False,
    case: Annotated[Path | None, typer.Option("--case", help="About this case file; nothing is read from the store or kept.")] = None,
    overlays: Overlay = None,
) -> None:
    """The interview for programs: a screen a line out, an answer a line in (docs/in-the-terminal.md)."""
    from backstride.cli.json_lines import JsonLines
    from backstride.cli.keeping import InCase, InStore

    if not as_lines:
        raise BackstrideError("it speaks JSON only.", remedy="Say --json; for a person 'backstride' alone is the interview.")
    knowledge = load(tuple(overlays or ()))
    now = datetime.now(UTC).astimezone()
    if case is None:
        JsonLines(InStore(checked_name(runner), now), knowledge).speak(sys.stdin, fresh=fresh)
        return
    from backstride.gather import case_record

    record, unreadable = case_record(case)
    for line in unreadable:
        print(visible(line), file=sys.stderr)
    JsonLines(InCase(record), knowledge).speak(sys.stdin, fresh=fresh)
