"""The verb of the diary: tell a day, take it back, take what came with runs, and what spells of pain it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from backstride.errors import StoreError
from backstride.importers.diary_words import read_diary_words
from backstride.knowledge.concepts import Knowledge
from backstride.knowledge.rules import parse_rule
from backstride.model.assessment import Level
from backstride.model.diary import EARLIEST_DAY, NUMBERS, PAIN_FIELDS, WORDS, DiaryDay, DiaryEntry, diary_days, entries_that_count
from backstride.reasoning.triage import LEVEL_OF_ACTION
from backstride.store.store import Store, StoredRun, StoredRunner

__all__ = ["Offer", "day_here", "needs_check", "offers", "replaced_by", "take", "take_back", "tell", "tell_words"]

_SHORTEST_KEY = 4


@dataclass(frozen=True, slots=True)
class Offer:
    """Pain or a note that came with a run, of a day of which the diary doesn't tell it.

    Attributes
    ----------
    key : str
        Of the run.
    day : date
        The run's local day.
    fields : mapping
        What the diary would say: ``pain_during``, ``note``, and ``run_key``, the key of the source that tells it.
    """

    key: str
    day: date
    fields: Mapping[str, Any]


def day_here(runner: StoredRunner, now: datetime) -> date:
    """The runner's local day at a moment; in the zone of this machine where that of the runner is not known."""
    return now.astimezone(ZoneInfo(runner.zone) if runner.zone else None).date()


def tell_words(store: Store, runner: StoredRunner, words: str, knowledge: Knowledge, now: datetime) -> DiaryEntry:
    """Read what a runner says of a day and keep it.

    Raises
    ------
    BackstrideError
        For words that are not understood or can mean two things. Then nothing is kept.
    """
    day, fields = read_diary_words(words, today=day_here(runner, now), regions=knowledge.regions)
    return tell(store, runner, day, fields, now)


def tell(store: Store, runner: StoredRunner, day: date, fields: Mapping[str, Any], now: datetime) -> DiaryEntry:
    """Keep what was told of a day."""
    return _tell_at(store, runner, day, fields, _after_all_told(store, runner, now))


def _tell_at(store: Store, runner: StoredRunner, day: date, fields: Mapping[str, Any], told_at: datetime) -> DiaryEntry:
    entry = DiaryEntry(told_at, day, fields)
    store.tell_diary(runner, entry)
    return entry


def _after_all_told(store: Store, runner: StoredRunner, now: datetime) -> datetime:
    """Now, in UTC; just after the last telling where a clock was ahead then: else that one would stand above all that is told later."""
    last = max((entry.told_at for entry in store.diary(runner)), default=None)
    now = now.astimezone(UTC)
    return now if last is None else max(now, last + timedelta(microseconds=1))


def replaced_by(store: Store, runner: StoredRunner, entry: DiaryEntry) -> dict[str, Any]:
    """What was told of that day before an entry, and differently."""
    before = diary_days(one for one in store.diary(runner) if one.told_at < entry.told_at)
    told = next((day.told() for day in before if day.day == entry.day), {})
    now = next((day.told() for day in diary_days([entry])), {})
    return {name: value for name, value in told.items() if name in now and now[name] != value}


def take_back(store: Store, runner: StoredRunner, now: datetime, *, told_at: datetime | None = None) -> tuple[DiaryEntry, ...]:
    """Take back what was told last, all that was told at that moment; said again, what was told before it.

    Parameters
    ----------
    told_at : datetime, optional
        Only if it was told at this moment: who asks twice for the same takes back once.

    Returns
    -------
    tuple of DiaryEntry
        What no longer counts; nothing where what was told last is not of `told_at`.

    Raises
    ------
    StoreError
        When nothing is left to take back.
    """
    entries = entries_that_count(store.diary(runner))
    if not entries:
        raise StoreError("there is nothing in the diary to take back.", remedy="'backstride log show' shows what is told.")
    if told_at is not None and told_at != entries[-1].told_at:
        return ()
    gone = tuple(entry for entry in entries if entry.told_at == entries[-1].told_at)
    store.tell_diary(runner, DiaryEntry.taking_back(max(now.astimezone(UTC), gone[-1].told_at), gone[-1]))
    return gone


def offers(store: Store, runner: StoredRunner, now: datetime, since: date | None = None) -> tuple[Offer, ...]:
    """What came with runs, from a day on, and the diary doesn't tell, earliest first. It is offered, never taken by itself."""
    days = {day.day: day for day in diary_days(store.diary(runner))}
    today = day_here(runner, now)
    found = (_offer(stored, days.get(stored.run.local_day)) for stored in store.runs(runner, sport="running", since=since, with_words=True))
    return tuple(offer for offer in found if offer is not None and EARLIEST_DAY <= offer.day <= today)


def _offer(stored: StoredRun, told: DiaryDay | None) -> Offer | None:
    run = stored.run
    fields: dict[str, Any] = {}
    if run.pain is not None and NUMBERS["pain_during"].holds(run.pain) and (told is None or told.pain_during is None):
        fields["pain_during"] = run.pain
    note = " ".join(run.note.split())[: WORDS["note"]]
    if note and (told is None or told.note is None):
        fields["note"] = note
    if not fields:
        return None
    origin = stored.origin_of.get("note" if "note" in fields else "pain", stored.key)
    return Offer(stored.key, run.local_day, {**fields, "run_key": origin})


def take(store: Store, runner: StoredRunner, key: str, now: datetime) -> tuple[DiaryEntry, ...]:
    """Tell the diary what came with a run, or with all of them.

    Parameters
    ----------
    key : str
        The key of a run or its beginning, or ``"all"``.

    Returns
    -------
    tuple of DiaryEntry
        One a day: of several runs of a day the worst pain and all notes. `take_back` takes all of them back at once.

    Raises
    ------
    StoreError
        When nothing is offered, or not by one run of that key.
    """
    offered = offers(store, runner, now)
    if not offered:
        raise StoreError("no run has pain or a note that the diary doesn't tell.")
    chosen = offered if key == "all" else tuple(offer for offer in offered if offer.key.startswith(key.lower()))
    if key != "all" and (len(chosen) != 1 or len(key) < _SHORTEST_KEY):
        raise StoreError(f"'{key[:40]}' is not the key of one run that offers something.", remedy="'backstride log offers' lists them.")
    by_day: dict[date, list[Offer]] = {}
    for offer in chosen:
        by_day.setdefault(offer.day, []).append(offer)
    told_at = _after_all_told(store, runner, now)
    return tuple(_tell_at(store, runner, day, _joined(some), told_at) for day, some in by_day.items())


def _joined(some: Sequence[Offer]) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    pains = [offer.fields["pain_during"] for offer in some if "pain_during" in offer.fields]
    if pains:
        joined["pain_during"] = max(pains)
    for name, mark in (("note", "; "), ("run_key", " ")):
        words = mark.join(dict.fromkeys(offer.fields[name] for offer in some if name in offer.fields))
        if words:
            joined[name] = words[: WORDS[name]]
    return joined


def needs_check(entry: DiaryEntry, knowledge: Knowledge) -> bool:
    """Whether what was told is a reason to answer the safety questions: how strong it is, that it spreads, or its place."""
    pains = [value for name in PAIN_FIELDS if (value := entry.fields.get(name)) is not None]
    strong = max(pains, default=0.0) >= _limit(knowledge, "diary_check_pain")
    places = (knowledge.regions[region] for region in entry.fields.get("regions") or () if region in knowledge.regions)
    return strong or bool(entry.fields.get("spreading")) or any(_is_sign(item, knowledge) for place in places for item in place.findings)


def _is_sign(item: str, knowledge: Knowledge) -> bool:
    """Whether a yes to this alone is an emergency."""
    rules = (flag.rule for flag in knowledge.red_flags.values() if LEVEL_OF_ACTION[flag.action] is Level.EMERGENCY)
    return any(parse_rule(rule).evaluate(lambda name: "yes" if name == item else None) for rule in rules)


def _limit(knowledge: Knowledge, name: str) -> float:
    value = knowledge.limits[name].value
    assert not isinstance(value, tuple)
    return float(value)
