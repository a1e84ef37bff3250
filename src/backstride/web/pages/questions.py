"""The interview, a screen a page: the same one that the terminal holds, from where either stopped."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from threading import Lock
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backstride import interview as verb
from backstride.assess import assess
from backstride.country_of_zone import country_of_zone, zone_here
from backstride.interview_kept import is_to_go_on_with, keep
from backstride.interview_places import SIDES, places_of
from backstride.model.assessment import Assessment
from backstride.model.interview import Interview, Item, KeptInterview, Kind, Screen
from backstride.model.past import Past
from backstride.model.record import Record, Runner
from backstride.names import names_for
from backstride.reports.changes import past_section
from backstride.reports.conversation import conversation
from backstride.reports.sections import Section
from backstride.since import remember
from backstride.store.store import StoredRunner
from backstride.web.asking import Form, form_of
from backstride.web.body_map import HEIGHT, WIDTH, body_map
from backstride.web.figures import figures
from backstride.web.here import Here, here
from backstride.web.worked_out import worked_out

__all__ = ["urlpatterns"]

_SAME_SITTING = timedelta(hours=1)
"""A correction this soon after an answer belongs to it; a later one makes an interview of its own, and the old answer stays."""
_SCREEN_HOLDS = timedelta(minutes=5)
"""A screen moves with the clock only where answers get too old."""
_A_MOMENT = timedelta(seconds=2)
_ANEW = "questions_anew"
_SET_ASIDE = "questions_refused"
_EMERGENCY = "emergency:"

_turn: defaultdict[str, Lock] = defaultdict(Lock)
"""Two tabs of a runner answer one after the other."""


@dataclass(frozen=True, slots=True)
class _Worked:
    """A screen as it was worked out, and from what."""

    interview: Interview
    base: Record
    at: datetime
    screen: Screen

    def is_fresh_for(self, interview: Interview, now: datetime) -> bool:
        """Whether it was worked out a moment ago, by the answer that leads here."""
        return self.interview == interview and timedelta() <= now - self.at < _A_MOMENT

    def holds_for(self, interview: Interview, base: Record, now: datetime) -> bool:
        """Whether it is still the one to show. Runs are the same when they are the same object: to compare thousands takes longer."""
        mine = self.base
        same = mine.runner == base.runner and mine.runs is base.runs and mine.shoes is base.shoes
        same = same and mine.days is base.days and mine.diary is base.diary
        return same and self.interview == interview and timedelta() <= now - self.at < _SCREEN_HOLDS


_worked: dict[str, _Worked] = {}
"""Of each runner the last: what an answer led to is what the page shows next."""


@dataclass(frozen=True)
class _Visit:
    """The interview of this visit, as it stands.

    Attributes
    ----------
    at : Here
    person : StoredRunner or None
        As whom it is kept; None as long as nothing is.
    begun_at : datetime
    interview : Interview
        Empty for one that has not begun.
    last : KeptInterview or None
        The one that it goes on with, as it is kept.
    known : Record or None
        Runs, shoes and days, where they were looked up a moment ago.
    """

    at: Here
    person: StoredRunner | None
    begun_at: datetime
    interview: Interview
    last: KeptInterview | None = None
    known: Record | None = None

    @property
    def finished(self) -> bool:
        """Whether its answer was told."""
        return self.last is not None and self.last.finished

    @cached_property
    def base(self) -> Record:
        """What is known besides it. The first screen needs no runs: it comes at once, however many there are."""
        person = self.person
        if person is None:
            return Record(self.at.name)
        if self.interview.seen:
            return self.known or self.at.record()
        age = None if person.birth_year is None else self.at.now.year - person.birth_year
        return Record(self.at.name, Runner(age=age, sex=person.sex or None))

    def screen(self) -> Screen:
        """What to ask now."""
        name, now = self.at.name, self.at.now
        known = _worked.get(name)
        if known is not None and known.is_fresh_for(self.interview, now):
            return known.screen
        base = self.base
        if known is None or not known.holds_for(self.interview, base, now):
            known = _Worked(self.interview, base, now, verb.screen(self.interview, base, self.at.knowledge, now))
            _worked[name] = known
        return known.screen

    def item(self, item: str) -> Item:
        """One item by itself."""
        return verb.item_of(item, self.interview, self.base, self.at.knowledge, self.at.now)

    def answer(self) -> tuple[Assessment, Record]:
        """What it comes to so far, and from what."""
        record = verb.record_of(self.interview, self.base, self.at.knowledge, self.at.now)
        return assess(record, self.at.knowledge), record

    def go_on(self, interview: Interview, *, apart: bool = False) -> HttpResponse:
        """Keep another state of it, with its answer where that ends it, and lead to what comes then.

        `apart` keeps it as an interview of its own, beside the one that it goes on with.
        """
        person = self.person or self.at.person_or_new()
        known = self.base if self.interview.seen else None
        then = _Visit(self.at, person, self.at.now if apart else self.begun_at, interview, known=known)
        shown = then.screen()
        told = None
        if shown.kind is Kind.DONE:
            answer, record = then.answer()
            told = remember(answer, record, self.at.knowledge, self.at.now).as_plain()
        keep(self.at.store, person, then.begun_at, interview, self.at.now, told)
        return _lead("/answer" if told is not None and not shown.id.startswith(_EMERGENCY) else "/questions")

    def first_told(self, request: HttpRequest) -> Section:
        """What to do now, before anything else is said."""
        answer, _ = self.answer()
        names = names_for(answer, self.at.knowledge)
        return conversation(answer, names, country=_country(request, self.person), race_day=None, today=self.at.today)[0]


def _visit(request: HttpRequest, at: Here | None = None) -> _Visit:
    at = at or here(request)
    person = at.person()
    last = (at.store.interviews(person) or (None,))[-1] if person else None
    if last is not None and is_to_go_on_with(last, at.knowledge, at.now) and request.session.get(_ANEW) != last.begun_at.isoformat():
        return _Visit(at, person, last.begun_at, last.interview, last)
    return _Visit(at, person, at.now, Interview())


def _lead(where: str) -> HttpResponse:
    """To another page after something was kept: loading that again sends nothing again."""
    response = HttpResponseRedirect(where)
    response.status_code = 303
    return response


def _mark(visit: _Visit, shown: Screen) -> str:
    """What a form carries, so that one of an older screen is known."""
    return f"{len(visit.interview.seen)} {shown.id}"


def _stale(request: HttpRequest) -> HttpResponse:
    """Refuse a form of a screen that is not the one to answer now: nothing is kept, and the one that is comes."""
    request.session[_SET_ASIDE] = True
    return _lead("/questions")


# -- a screen


@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest) -> HttpResponse:
    """Show what to ask now, or take an answer in."""
    if request.method == "POST":
        at = here(request)
        with _turn[at.name]:
            return _answered(request, _visit(request, at))
    visit = _visit(request)
    shown = visit.screen()
    if shown.id.startswith(_EMERGENCY):
        return _emergency(request, visit, shown)
    if visit.finished:
        return _come_back(request, visit)
    if shown.kind is Kind.DONE:
        return _page(request, "questions_done.html", visit, shown)
    if shown.kind is Kind.WHERE:
        _make_ready(visit)
    return _asked(request, visit, form_of(shown))


def _make_ready(visit: _Visit) -> None:
    """Read the runs while the runner looks at the first screen: thousands take a second or two, and the next one follows from them."""
    at, person = visit.at, visit.person
    if person is None or not any(at.store.count(person)):
        return

    def first_after() -> Screen:
        return verb.screen(Interview(seen=(("where", 0),)), at.record(), at.knowledge, at.now)

    worked_out(("questions", person.id, at.store.mark(person)), first_after, patience_s=0)


def _answered(request: HttpRequest, visit: _Visit) -> HttpResponse:
    shown = visit.screen()
    over = shown.kind is Kind.DONE and not shown.id.startswith(_EMERGENCY)
    if request.POST.get("screen") != _mark(visit, shown) or (visit.finished and not shown.id.startswith(_EMERGENCY)):
        return _stale(request)
    if over:
        return visit.go_on(visit.interview)
    act, now = request.POST.get("act"), visit.at.now
    if act == "skip":
        return visit.go_on(verb.skip(visit.interview, shown, now))
    form = form_of(shown)
    read = form.read(request.POST)
    if read.hint:
        return _asked(request, visit, form.again(request.POST, read), status=422)
    return visit.go_on(verb.answer(visit.interview, shown, read.values, now))


def _asked(request: HttpRequest, visit: _Visit, form: Form, *, status: int = 200) -> HttpResponse:
    shown = form.screen
    seen = len(visit.interview.seen)
    more: dict[str, Any] = {"form": form, "seen": seen, "all": seen + shown.left + 1}
    if shown.kind is Kind.CONFIRM:
        more["first"] = visit.first_told(request)
    if shown.kind is Kind.SELF_TEST:
        gate, *steps = shown.how
        stop = steps.pop() if steps else ""
        test = shown.id.partition(":")[2]
        more |= {"gate": gate, "stop": stop, "drawn": list(zip(steps, figures(test, steps), strict=True))}
    if shown.kind is Kind.WHERE:
        more |= {"areas": _areas(visit, form), "views": body_map(visit.at.knowledge.regions), "width": WIDTH, "height": HEIGHT}
    template = "questions_where.html" if shown.kind is Kind.WHERE else "questions.html"
    return _page(request, template, visit, shown, more, status)


def _areas(visit: _Visit, form: Form) -> list[tuple[str, list[Any]]]:
    """The regions by area, each place with its sides beside each other."""
    asked = {one.item.id: one for one in form.listed}
    areas: dict[str, list[Any]] = defaultdict(list)
    for place in places_of(form.screen.items, visit.at.knowledge.regions):
        areas[place.area] += [asked[place.sides[side].id] for side in SIDES if side in place.sides]
    return list(areas.items())


def _page(
    request: HttpRequest, template: str, visit: _Visit, shown: Screen, more: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    told = gettext("That was a form of an earlier screen, so nothing was changed. Here is where you are.")
    common = {
        "screen": shown,
        "mark": _mark(visit, shown),
        "can_go_back": bool(visit.interview.seen),
        "told": told if request.session.pop(_SET_ASIDE, False) else "",
    }
    return render(request, template, common | (more or {}), status=status)


def _emergency(request: HttpRequest, visit: _Visit, shown: Screen) -> HttpResponse:
    """What to do now, whom to call, and nothing that is asked."""
    telephones = visit.at.knowledge.emergency_numbers
    country = _country(request, visit.person)
    called = telephones.get(country.upper()) or telephones.get("other")
    countries = sorted(((one.country, code) for code, one in telephones.items() if code != "other"))
    more = {"first": visit.first_told(request), "called": called, "countries": countries, "country": country.upper()}
    return _page(request, "questions_emergency.html", visit, shown, more)


def _country(request: HttpRequest, person: StoredRunner | None) -> str:
    """Where the runner is: as they said, else by the time zone of this machine."""
    return str(request.session.get("country", "")) or country_of_zone(zone_here() or (person.zone if person else ""))


def _come_back(request: HttpRequest, visit: _Visit) -> HttpResponse:
    """Ask whether anything has changed since an answer was told."""
    assert visit.last is not None
    try:
        past = past_section(Past.from_plain(visit.last.assessment or {}))
    except (KeyError, TypeError, ValueError):  # kept by another version
        past = None
    shown = Screen("come_back", Kind.DONE, "")
    return _page(
        request, "questions_again.html", visit, shown, {"past": past, "since": visit.last.updated_at.astimezone(visit.at.now.tzinfo)}
    )


# -- ways through it


@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Nothing has changed since an answer: go on with what was said, as an interview of its own."""
    at = here(request)
    with _turn[at.name]:
        visit = _visit(request, at)
        if not visit.finished:
            return _lead("/questions")
        return visit.go_on(visit.interview, apart=True)


@require_POST
def back(request: HttpRequest) -> HttpResponse:
    """Undo the last screen."""
    at = here(request)
    with _turn[at.name]:
        visit = _visit(request, at)
        if request.POST.get("screen") != _mark(visit, visit.screen()):
            return _stale(request)
        return visit.go_on(verb.back(visit.interview)) if visit.interview.seen else _lead("/questions")


@require_http_methods(["GET", "HEAD", "POST"])
def anew(request: HttpRequest) -> HttpResponse:
    """Ask whether to start anew, and do so. What was answered stays with the earlier interviews."""
    visit = _visit(request)
    if request.method == "POST":
        if visit.last is not None:
            request.session[_ANEW] = visit.last.begun_at.isoformat()
        return _lead("/questions")
    if visit.last is None:
        return _lead("/questions")
    return render(request, "questions_anew.html", {"finished": visit.finished})


@require_POST
def country(request: HttpRequest) -> HttpResponse:
    """In which country the runner is: whose number to call."""
    code = str(request.POST.get("country", "")).upper()
    if code not in here(request).knowledge.emergency_numbers:
        raise Http404
    request.session["country"] = code
    return _lead("/questions")


# -- changing an answer


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """The answers so far, each to be changed."""
    visit = _visit(request)
    rows = []
    for given in visit.interview.answers().values():
        try:
            item = visit.item(given.item)
        except KeyError:  # answered when other knowledge asked it
            continue
        rows.append((item, _in_words(item, given.value)))
    return render(request, "questions_changes.html", {"rows": rows, "finished": visit.finished})


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, item: str) -> HttpResponse:
    """One answer to be changed."""
    at = here(request)
    with _turn[at.name]:
        visit = _visit(request, at)
        before = visit.interview.answers().get(item)
        try:
            asked = visit.item(item)
        except KeyError:
            raise Http404 from None
        if before is None:
            raise Http404
        said = before.value if isinstance(before.value, str) else f"{before.value:g}"
        form = form_of(Screen(item, Kind.QUESTION, asked.words, (asked,)), {item: said})
        if request.method != "POST":
            return render(request, "questions_change.html", {"form": form, "said": _in_words(asked, before.value)})
        read = form.read(request.POST)
        if read.hint:
            return render(request, "questions_change.html", {"form": form.again(request.POST, read), "said": said}, status=422)
        long_ago = visit.last is not None and visit.finished and visit.at.now - visit.last.updated_at > _SAME_SITTING
        changed = verb.change(visit.interview, item, read.values[item], visit.at.knowledge, visit.at.now)
        return visit.go_on(changed, apart=long_ago)


def _in_words(item: Item, value: str | float) -> str:
    if isinstance(value, str):
        return next((choice.words for choice in item.choices if choice.value == value), value)
    return f"{value:g} {item.unit}".rstrip()


urlpatterns = [
    path("questions", questions, name="questions"),
    path("questions/again", again, name="questions_again"),
    path("questions/back", back, name="questions_back"),
    path("questions/anew", anew, name="questions_anew"),
    path("questions/country", country, name="questions_country"),
    path("questions/change", changes, name="questions_changes"),
    path("questions/change/<str:item>", change, name="questions_change"),
]
