"""The commands of the diary: ten seconds a day, in the runner's own words."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backstride.cli.commands import Overlay, app
from backstride.cli.record_commands import RunnerName, open_record
from backstride.errors import BackstrideError
from backstride.knowledge.loader import load
from backstride.model.diary import DiaryEntry, diary_days
from backstride.reports.diary import CHECK, NOTE_NOT_READ, days_json, days_text, episode_json, episodes_text, told_in_words
from backstride.reports.sections import day_in_words
from backstride.reports.visible import visible

if TYPE_CHECKING:
    from backstride.knowledge.concepts import Knowledge
    from backstride.model.run import Run
    from backstride.store.store import Store, StoredRunner

__all__ = ["episodes_command", "log_command"]

_MOST_DAYS = 20_000
_VERBS = ("show", "undo", "offers", "take")


@app.command("log")
def log_command(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            help="In your words: morning 3 during 2 after 4 low back left sleep 7 yesterday. "
            "Or: show, undo, offers, take KEY, take all. Nothing: you are asked."
        ),
    ] = None,
    days: Annotated[int, typer.Option("--days", help="With show: how many days, today the last.", min=1, max=_MOST_DAYS)] = 14,
    as_lines: Annotated[bool, typer.Option("--json", help="With show and offers: JSON instead of text.")] = False,
    runner: RunnerName = "me",
    overlays: Overlay = None,
) -> None:
    """Keep a diary: how it hurt, where, and how you slept, sat and drank. What you don't tell stays not told."""
    said = words or []
    verb, rest = (said[0], said[1:]) if said and said[0] in _VERBS else ("", said)
    if verb != "take" and verb and rest:
        raise BackstrideError(f"'log {verb}' takes no more words.", remedy=f"Write: backstride log {verb}")
    if verb == "take" and len(rest) != 1:
        raise BackstrideError("which one is to be taken?", remedy="Write: backstride log take KEY, or: backstride log take all.")
    knowledge = load(tuple(overlays or ()))
    if not verb and not rest and not (sys.stdin is not None and sys.stdin.isatty()):
        raise BackstrideError("nothing is told.", remedy="Write for example: backstride log morning 3 during 2 after 4")
    now = datetime.now(UTC)
    store, person = open_record(runner, new=not verb)
    try:
        if verb == "show":
            _show(store, person, knowledge, days, now, as_lines=as_lines)
        elif verb == "undo":
            _undo(store, person, knowledge, now)
        elif verb == "offers":
            _offers(store, person, knowledge, now, as_lines=as_lines)
        elif verb == "take":
            _take(store, person, knowledge, rest[0], now)
        elif rest:
            from backstride.diary_log import tell_words

            _told(store, person, tell_words(store, person, _joined(rest), knowledge, now), knowledge)
        else:
            _ask(store, person, knowledge, now)
    finally:
        if not verb:
            store.forget_if_new(person)


@app.command("episodes")
def episodes_command(
    as_lines: Annotated[bool, typer.Option("--json", help="One JSON object a spell and line.")] = False,
    runner: RunnerName = "me",
    overlays: Overlay = None,
) -> None:
    """Spells of pain that the diary tells of: when each began and ended, and how sure that is."""
    from backstride.diary_log import day_here
    from backstride.own_data import spells

    store, person = open_record(runner)
    found = spells(diary_days(store.diary(person)), load(tuple(overlays or ())), day_here(person, datetime.now(UTC)))
    if as_lines:
        for one in found:
            print(json.dumps(episode_json(one), ensure_ascii=False))
        return
    print(episodes_text(found), end="")


def _joined(words: Sequence[str]) -> str:
    """The words in one line. The shell takes the quotes of a note away; words that it kept together get them back."""
    after_note = ("", *(word.lower().rstrip(":") for word in words))
    return " ".join(
        '"' + word.replace('"', "'") + '"' if before in ("note", "notes") and " " in word else word
        for before, word in zip(after_note, words, strict=False)
    )


def _names(knowledge: Knowledge) -> dict[str, str]:
    return {region.id: region.name for region in knowledge.regions.values()}


def _told(store: Store, person: StoredRunner, entry: DiaryEntry, knowledge: Knowledge) -> None:
    from backstride.diary_log import needs_check, replaced_by

    print(f"Kept for {day_in_words(entry.day)}: {told_in_words(entry.fields, _names(knowledge))}.")
    if replaced := replaced_by(store, person, entry):
        print(f"  It takes the place of: {told_in_words(replaced, _names(knowledge))}.")
    print("  Not right? backstride log undo takes it back.")
    if "note" in entry.fields:
        print(f"  {NOTE_NOT_READ}")
    if needs_check(entry, knowledge):
        print(CHECK)


def _undo(store: Store, person: StoredRunner, knowledge: Knowledge, now: datetime) -> None:
    from backstride.diary_log import take_back

    for entry in take_back(store, person, now):
        print(f"Taken back, of {day_in_words(entry.day)}: {told_in_words(entry.fields, _names(knowledge))}.")


def _show(store: Store, person: StoredRunner, knowledge: Knowledge, days: int, now: datetime, *, as_lines: bool) -> None:
    from backstride.diary_log import day_here

    last = day_here(person, now)
    first = last - timedelta(days=days - 1)
    runs: dict[date, list[tuple[str, Run]]] = {}
    for stored in store.runs(person, sport="running", since=first):
        runs.setdefault(stored.run.local_day, []).append((stored.key, stored.run))
    told = diary_days(store.diary(person))
    if as_lines:
        for line in days_json(told, runs, first, last):
            print(json.dumps(line, ensure_ascii=False))
        return
    print(days_text(told, runs, _names(knowledge), first, last), end="")


def _offers(store: Store, person: StoredRunner, knowledge: Knowledge, now: datetime, *, as_lines: bool) -> None:
    from backstride.diary_log import offers

    found = offers(store, person, now)
    if as_lines:
        for offer in found:
            print(json.dumps({"key": offer.key, "day": offer.day.isoformat(), "fields": dict(offer.fields)}, ensure_ascii=False))
        return
    for offer in found:
        words = told_in_words({name: value for name, value in offer.fields.items() if name != "run_key"}, _names(knowledge))
        print(f"{offer.key[:8]}  {day_in_words(offer.day)}  {words}")
    print("Take one with 'backstride log take KEY', or 'take all'." if found else "No run has pain or a note that the diary doesn't tell.")
    if any("note" in offer.fields and "pain_during" not in offer.fields for offer in found):
        print("A note is kept as words. Pain in it counts once you tell it: backstride log during 4 2026-10-04")


def _take(store: Store, person: StoredRunner, knowledge: Knowledge, key: str, now: datetime) -> None:
    from backstride.diary_log import needs_check, take

    entries = take(store, person, key, now)
    for entry in entries:
        print(f"Kept for {day_in_words(entry.day)}: {told_in_words(entry.fields, _names(knowledge))}.")
    print("  Not right? backstride log undo takes all of it back.")
    if any(needs_check(entry, knowledge) for entry in entries):
        print(CHECK)


def _ask(store: Store, person: StoredRunner, knowledge: Knowledge, now: datetime) -> None:
    """Three short questions; what is left open is not told."""
    from backstride.diary_log import day_here, tell
    from backstride.importers.diary_words import read_diary_words

    today = day_here(person, now)
    ran = any(stored.run.local_day == today for stored in store.runs(person, sport="running", since=today))
    print(f"Your diary of {day_in_words(today)}. Enter alone: not told.")
    questions = [("Pain when you woke up, 0 to 10? ", "morning ")]
    if ran:
        questions.append(("Pain on the run, 0 to 10? ", "during "))
    questions.append(("Anything else? (as: after 4 low back left sleep 7) ", ""))
    fields: dict[str, Any] = {}
    for question, lead in questions:
        fields |= _answered(question, lead, (today, read_diary_words), knowledge.regions)
    if not fields:
        print("Nothing is told, and nothing is kept.")
        return
    _told(store, person, tell(store, person, today, fields, now), knowledge)


def _answered(question: str, lead: str, reading: tuple[date, Any], regions: Iterable[str]) -> dict[str, Any]:
    """The fields of one answer, asked again until it is understood; none for Enter."""
    today, read = reading
    while True:
        print(question, end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            raise typer.Abort
        if not line.strip():
            return {}
        try:
            day, fields = read(lead + line.strip(), today=today, regions=regions)
            if day != today:
                raise BackstrideError("this is about another day.", remedy="Tell it by itself: backstride log morning 3 yesterday")
            return dict(fields)
        except BackstrideError as error:
            print(visible(str(error)))
