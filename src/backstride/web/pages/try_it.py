"""One change at a time: what may be tried, how it goes, and what it showed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from backstride.model.record import Record
from backstride.model.trial import Offer, Trial, TrialResult
from backstride.reports.trial import offer_section, result_section
from backstride.trial import Standing, begin, blocks_needed, end, offers, result, running, standing
from backstride.web.here import Here, here
from backstride.web.looking_back import mark_of
from backstride.web.told_sections import Shown, told_sections
from backstride.web.worked_out import wait, worked_out

__all__ = ["urlpatterns"]

_SEEDS = 2**31
_FRESH_S = 600
"""What the answers allow changes with the hours that pass."""
_one_at_a_time = Lock()
"""Two clicks at once begin one trial."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the runner's answers allow, and all that was tried, by its number from 1 on.

    ``number`` is the one that is asked for, ``running`` the one that is being tried (0: none is), ``shown`` how it stands.
    """

    record: Record
    stand: Standing
    offers: tuple[Offer, ...]
    trials: Mapping[int, Trial]
    running: int
    number: int
    shown: TrialResult | None


@dataclass(frozen=True, slots=True)
class _Offered:
    """A change on the page: its words, and what its form asks."""

    offer: Offer
    words: Shown
    blocks: int
    block_days: int


def _known(at: Here, number: int = 0) -> _Known:
    """All of it; where no number is asked for, of the one that is being tried."""
    person = at.person()
    kept = at.store.interviews(person) if person else ()
    record, trials = at.record(), _trials(_states(at))
    stand = standing(kept[-1] if kept else None, record, at.knowledge, at.now)
    runs = _running(at, trials)
    found = offers(stand, record, record.diary, at.knowledge, at.today)
    asked = trials.get(number or runs)
    shown = None if asked is None else result(asked, record, record.diary, at.knowledge, at.today, stand)
    return _Known(record, stand, found, trials, runs, number or runs, shown)


def _running(at: Here, trials: Mapping[int, Trial]) -> int:
    now_tried = running(trials.values(), at.today)
    return next((number for number, trial in trials.items() if trial is now_tried), 0)


def _states(at: Here) -> Sequence[Mapping[str, Any]]:
    person = at.person()
    return at.store.trials(person) if person else ()


def _trials(states: Sequence[Mapping[str, Any]]) -> dict[int, Trial]:
    """Those that can be read. What an import brought in must not keep anybody from trying something."""
    found = {}
    for number, state in enumerate(states, 1):
        try:
            found[number] = Trial.from_plain(state)
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
    return found


def _asked(at: Here, number: int = 0) -> _Known | None:
    """As it is known; None while it is looked for. What is begun or ended is decided by what is known then, not by this."""
    person = at.person()
    told = [(one.begun_at, one.updated_at) for one in at.store.interviews(person)] if person else []
    key = ("try", number, mark_of(at), repr(told), repr(_states(at)), int(at.now.timestamp()) // _FRESH_S)
    return worked_out(key, lambda: _known(at, number))


@require_safe
def try_it(request: HttpRequest) -> HttpResponse:
    """What is being tried, else what may be."""
    at = here(request)
    if (known := _asked(at)) is None:
        return wait(request)
    if known.running:
        return _show(request, known)
    # Beside a warning sign no list of what may be tried some day.
    listed = () if known.stand.unsafe else known.offers
    shown = {
        "against": known.stand.against,
        "unsafe": known.stand.unsafe,
        "answered": known.stand.answer is not None,
        "open": [_offered(at, offer) for offer in listed if offer.open and not known.stand.against],
        "rest": [_offered(at, offer) for offer in listed if known.stand.against or not offer.open],
        "earlier": _earlier(known),
        "runs": bool(known.record.runs),
    }
    return render(request, "try_it.html", shown)


def _offered(at: Here, offer: Offer) -> _Offered:
    return _Offered(offer, told_sections([offer_section(offer)])[0], blocks_needed(at.knowledge), offer.block_days)


def _earlier(known: _Known, but: int = 0) -> list[tuple[int, Trial]]:
    return [(number, trial) for number, trial in reversed(list(known.trials.items())) if number != but]


@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """How one that was begun goes, or what it showed."""
    at = here(request)
    if number > len(_states(at)) or number < 1:
        raise Http404
    if (known := _asked(at, number)) is None:
        return wait(request)
    return _show(request, known)


def _show(request: HttpRequest, known: _Known) -> HttpResponse:
    if (shown := known.shown) is None:
        raise Http404
    context = {
        "section": told_sections([result_section(shown)])[0],
        "trial": shown.trial,
        "over": shown.over,
        "stop_now": not shown.over and (shown.stop is not None or bool(shown.unsafe)),
        "begun_at": shown.trial.begun_at.isoformat(),
        "earlier": _earlier(known, known.number),
        "told": gettext("It is kept. One change at a time: this one.") if request.GET.get("begun") and not shown.over else "",
    }
    return render(request, "try_one.html", context)


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begin to try one change, from tomorrow on. Where it can't be begun, or is already, the page that says so follows."""
    at = here(request)
    plan = request.POST.get("plan", "")
    if plan not in at.knowledge.trials:
        raise Http404
    blocks, days = (_number(request.POST.get(name, "")) for name in ("blocks", "days"))
    with _one_at_a_time:
        known = _known(at)
        may = not known.stand.against and any(offer.open and offer.plan == plan for offer in known.offers)
        if may and not known.running:
            trial = begin(
                plan,
                known.stand,
                known.record,
                known.record.diary,
                known.trials.values(),
                at.knowledge,
                at.now,
                at.today,
                pair=request.POST.get("pair", ""),
                blocks=blocks,
                days_per_block=days if blocks else 0,
                seed=secrets.randbelow(_SEEDS),
            )
            at.store.keep_trial(at.person_or_new(), trial.begun_at, trial.as_plain())
    return _to("/try?begun=1")


@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """End the one that the form was about, with today as its last day; one that is over, or another one, stays as it is."""
    at = here(request)
    with _one_at_a_time:
        trials = _trials(_states(at))
        number = next((n for n, trial in trials.items() if trial.begun_at == _moment(request.POST.get("begun_at", ""))), 0)
        if not number:
            raise Http404
        if running(trials.values(), at.today) is trials[number]:
            ended = end(trials[number], at.today)
            at.store.keep_trial(at.person_or_new(), ended.begun_at, ended.as_plain())
    return _to(f"/try/{number}")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _to(address: str) -> HttpResponse:
    answer = HttpResponseRedirect(address)
    answer.status_code = 303
    return answer


urlpatterns = [
    path("try", try_it, name="try"),
    path("try/start", start, name="try-start"),
    path("try/stop", stop, name="try-stop"),
    path("try/<int:number>", one, name="try-one"),
]
