"""The commands that look back: what changed before a pain, and what goes with it from day to day."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backstride.cli.commands import Overlay, app, write_whole
from backstride.cli.record_commands import RunnerName, day_told, open_record
from backstride.errors import BackstrideError
from backstride.knowledge.loader import load
from backstride.model.record import Record
from backstride.reports.sections import Section, as_text, day_in_words

if TYPE_CHECKING:
    from backstride.knowledge.concepts import Knowledge
    from backstride.reports.charts import Chart

__all__ = ["changes_command", "patterns_command"]

_ME = "me"

AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]
Working = Annotated[bool, typer.Option("--working", help="Show every number.")]
ChartFile = Annotated[Path | None, typer.Option("--chart", help="Also draw it, into a file that ends in .svg, .png or .html.")]


@dataclass(frozen=True, slots=True)
class _Known:
    """What both commands need; `first` is what the latest answer says to do where it speaks against running."""

    record: Record
    knowledge: Knowledge
    today: date
    first: tuple[Section, ...]


@app.command("changes")
def changes_command(
    onset: Annotated[
        str, typer.Option("--onset", help="The day on which the pain began, as 2026-10-04. Else your diary's last spell.")
    ] = "",
    runner: RunnerName = _ME,
    as_lines: AsJson = False,
    working: Working = False,
    chart: ChartFile = None,
    overlays: Overlay = None,
) -> None:
    """What was unusual before a pain began, against your own normal."""
    from backstride.own_data import spells
    from backstride.reports.why_now import why_now_json, why_now_sections
    from backstride.why_now import why_now
    from backstride.why_now_words import change_words

    told = day_told(onset, "--onset") if onset else None
    known = _known(runner, overlays)
    record, knowledge, today = known.record, known.knowledge, known.today
    episodes = spells(record.diary, knowledge, today)
    day = told or (episodes[-1].begin if episodes else None)
    if day is None:
        raise BackstrideError(
            "It isn't known when the pain began.", remedy="Say it: backstride changes --onset 2026-10-04, or keep a diary: backstride log."
        )
    if day > today:
        raise BackstrideError(f"{day} is still to come.", remedy="Name the day on which the pain began.")
    found = why_now(record, knowledge, day, episodes)
    words = change_words(found, knowledge)
    if chart is not None:
        from backstride.why_now_charts import change_charts

        _draw(chart, change_charts(found, record, knowledge, episodes), f"What changed before {day_in_words(day)}")
    _tell(
        json.dumps(why_now_json(found, words), ensure_ascii=False),
        (*known.first, *why_now_sections(found, words, working=working)),
        as_lines,
    )


@app.command("patterns")
def patterns_command(
    runner: RunnerName = _ME, as_lines: AsJson = False, working: Working = False, chart: ChartFile = None, overlays: Overlay = None
) -> None:
    """Which of the things you do go with your pain on the mornings after."""
    from backstride.patterns import pattern_words, patterns_of
    from backstride.reports.pattern import pattern_json, pattern_sections

    known = _known(runner, overlays)
    record, knowledge, today = known.record, known.knowledge, known.today
    found = patterns_of(record, knowledge, today)
    words = pattern_words(found, knowledge)
    if chart is not None:
        from backstride.why_now_charts import pattern_charts

        _draw(chart, pattern_charts(found, words), "What goes with your pain")
    _tell(
        json.dumps(pattern_json(found, words), ensure_ascii=False),
        (*known.first, *pattern_sections(found, words, working=working)),
        as_lines,
    )


def _known(runner: str, overlays: Overlay) -> _Known:
    from backstride.diary_log import day_here
    from backstride.record import with_stored
    from backstride.warned import alarm, told

    store, person = open_record(runner)
    knowledge = load(tuple(overlays or ()))
    now = datetime.now(UTC)
    kept = store.interviews(person)
    record = with_stored(Record(person.name, assessed_at=now), store, person)
    return _Known(record, knowledge, day_here(person, now), told(kept, alarm(kept[-1] if kept else None, knowledge, now)))


def _draw(path: Path, charts: Sequence[Chart], title: str) -> None:
    """The first chart as a picture, or all of them on a page; the kind is told by the name."""
    from backstride.reports.charts import to_html, to_png, to_svg

    kind = path.suffix.lower()
    if kind not in (".html", ".svg", ".png"):
        raise BackstrideError(f"'{path.name}' is no name of a picture.", remedy="Let it end in .svg, .png or .html.")
    if not charts:
        raise BackstrideError("There is nothing to draw yet.", remedy="Bring runs in first: backstride import PATH")
    content = to_html(*charts, title=title) if kind == ".html" else to_svg(charts[0]) if kind == ".svg" else to_png(charts[0])
    write_whole(path, content, private=True)
    print(f"Drawn into {path}.", file=sys.stderr)


def _tell(as_json: str, sections: tuple[Section, ...], as_lines: bool) -> None:
    print(as_json + "\n" if as_lines else as_text(sections), end="")
