"""What answering does to an interview: every step gives another interview, and nothing is kept outside of it."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NoReturn

from backstride.errors import CaseError
from backstride.knowledge.concepts import Knowledge
from backstride.model.evidence import Answer
from backstride.model.interview import Given, Interview, Item, Kind, Screen
from backstride.model.record import Record
from backstride.reasoning.observe import check_answer

__all__ = ["AGE_YEARS", "answer", "back", "change", "record_of", "skip"]

AGE_YEARS = (0.0, 120.0)
_SEX = ("female", "male", "unsure")
_PASSED_OVER = "skipped"


def answer(interview: Interview, screen: Screen, values: Mapping[str, str | float], now: datetime) -> Interview:
    """Answer a screen.

    Parameters
    ----------
    interview : Interview
    screen : Screen
        As `interview.screen` gave it.
    values : mapping of item id to value
        One of the item's choices, or a number. A sign on a safety screen that isn't named is an explicit no; whatever else isn't
        named is passed over. On the first screen what isn't marked stays open.
    now : datetime
        Zone-aware.

    Raises
    ------
    CaseError
        For an item that is not on the screen, or a value that it does not allow; nothing is answered then.
    """
    items = {item.id: item for item in screen.items}
    for name, value in values.items():
        if name not in items:
            _refuse(name, f"'{name}' is not asked on this screen.", items, "This screen asks: ")
        _check(items[name], value)
    given = []
    for item in screen.items:
        if item.id in values:
            given.append(Given(item.id, values[item.id], now))
        elif screen.kind is Kind.SAFETY and any(choice.value == "no" for choice in item.choices):
            given.append(Given(item.id, "no", now))
        elif screen.kind is not Kind.WHERE:
            given.append(Given(item.id, _PASSED_OVER, now))
    return _after(interview, screen, given)


def skip(interview: Interview, screen: Screen, now: datetime) -> Interview:
    """Pass over a whole screen. An emergency item stays unanswered, so the assessment stays provisional."""
    return _after(interview, screen, [] if screen.kind is Kind.WHERE else [Given(item.id, _PASSED_OVER, now) for item in screen.items])


def _after(interview: Interview, screen: Screen, given: list[Given]) -> Interview:
    seen = (screen.id, len(interview.given))
    return Interview((*interview.given, *given), (*interview.seen, seen), screen.knowledge_version)


def back(interview: Interview) -> Interview:
    """Undo the last screen; before the first one nothing happens."""
    if not interview.seen:
        return interview
    count = interview.seen[-1][1]
    return replace(interview, given=interview.given[:count], seen=interview.seen[:-1])


def change(interview: Interview, item: str, value: str | float, knowledge: Knowledge, now: datetime) -> Interview:
    """Correct one answer, or give one that was not asked for.

    An answer is corrected where it stands, so that `back` still undoes the screen it was given on. One that was not asked for stands
    before all others, where no `back` reaches it.

    Raises
    ------
    CaseError
        For an item that knowledge does not have, or a value that it does not allow.
    """
    _check_known(item, value, knowledge)
    one = Given(item, value, now)
    places = [place for place, given in enumerate(interview.given) if given.item == item]
    if places:
        given = (*interview.given[: places[-1]], one, *interview.given[places[-1] + 1 :])
        return replace(interview, given=given, knowledge_version=knowledge.version)
    seen = tuple((screen, count + 1) for screen, count in interview.seen)
    return Interview((one, *interview.given), seen, knowledge.version)


def record_of(interview: Interview, base: Record, knowledge: Knowledge, now: datetime) -> Record:
    """The record with the answers of the interview, to be judged for `now`.

    An answer of the interview replaces one of `base`. A marked region is a yes to its findings, unless they were answered themselves.
    What this knowledge no longer describes is left out, so it is asked again where it matters.
    """
    known = {item: given for item, given in interview.answers().items() if _is_known(item, given.value, knowledge)}
    answers: dict[str, Answer] = {}
    runner = base.runner
    if "age" in known and isinstance(known["age"].value, int | float):
        runner = replace(runner, age=int(known["age"].value))
    if "sex" in known and known["sex"].value != "unsure":
        runner = replace(runner, sex=str(known["sex"].value))
    for item, given in known.items():
        if item in knowledge.regions and given.value == "yes":
            for name in knowledge.regions[item].findings:
                finding = knowledge.findings.get(name)
                if finding is None or finding.only_for_sex in ("", runner.sex or finding.only_for_sex):
                    answers[name] = _answer(given)
    answers |= {item: _answer(given) for item, given in known.items() if item in knowledge.findings or item in knowledge.factors}
    confirmed = {item: _answer(given) for item, given in known.items() if item in knowledge.red_flags}
    return replace(
        base,
        runner=runner,
        answers={**base.answers, **answers},
        confirmations={**base.confirmations, **confirmed},
        assessed_at=now,
    )


def _answer(given: Given) -> Answer:
    return Answer(given.value, answered_at=given.at)


def _check(item: Item, value: str | float) -> None:
    """Refuse a value that the item on a screen does not allow."""
    allowed = [choice.value for choice in item.choices]
    if isinstance(value, str):
        if value not in allowed:
            remedy = f"Write one of: {', '.join(allowed)}." if allowed else _between(item.minimum, item.maximum)
            raise CaseError(f"'{item.id}' can't be '{value}'.", remedy=remedy)
        return
    low, high = item.minimum, item.maximum
    is_number = not isinstance(value, bool) and math.isfinite(value)
    if low is None or high is None or not is_number or not low <= value <= high:
        remedy = f"Write one of: {', '.join(allowed)}." if low is None else _between(low, high)
        raise CaseError(f"'{item.id}' can't be {value}.", remedy=remedy)


def _between(low: float | None, high: float | None) -> str:
    return "Write a number." if low is None or high is None else f"Write a number from {low:g} to {high:g}."


def _check_known(item: str, value: str | float, knowledge: Knowledge) -> None:
    """Refuse an item or value that knowledge does not describe."""
    if item == "age":
        _check(Item("age", "", minimum=AGE_YEARS[0], maximum=AGE_YEARS[1]), 0.0 if value == "unsure" else value)
    elif item in ("sex", *knowledge.regions) or (item in knowledge.red_flags and knowledge.red_flags[item].confirm):
        allowed = _SEX if item == "sex" else ("yes", "no") if item in knowledge.regions else ("yes", "no", "unsure")
        if value not in allowed:
            raise CaseError(f"'{item}' can't be '{value}'.", remedy=f"Write one of: {', '.join(allowed)}.")
    elif item in knowledge.findings or item in knowledge.factors:
        if isinstance(value, bool):
            raise CaseError(f"'{item}' can't be {value}.", remedy="Write yes, no, unsure or a number.")
        check_answer(item, Answer(value), knowledge)
    else:
        confirmed = [flag.id for flag in knowledge.red_flags.values() if flag.confirm]
        known = dict.fromkeys((*knowledge.findings, *knowledge.factors, *knowledge.regions, *confirmed, "age", "sex"))
        _refuse(item, f"'{item}' is nothing that is asked.", known, "")


def _is_known(item: str, value: str | float, knowledge: Knowledge) -> bool:
    try:
        _check_known(item, value, knowledge)
    except CaseError:
        return False
    return True


def _refuse(name: str, message: str, known: Mapping[str, object], listed: str) -> NoReturn:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    rest = f"{listed}{', '.join(known)}." if listed else "See 'backstride ask' for the known ids."
    remedy = f"Did you mean '{near[0]}'?" if near else rest
    raise CaseError(message, remedy=remedy)
