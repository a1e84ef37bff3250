"""What was imported, and what became of every file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from backstride.intake import undo_import
from backstride.model.ledger import FileEntry, Import, ImportState
from backstride.reports.ledger import run_line, told_words
from backstride.store.store import StoredRunner
from backstride.web.here import Here, here, store
from backstride.web.models import Job, State

__all__ = ["urlpatterns"]

_SEE_OTHER = 303
_A_PAGE = 50
_TYPED = "typed in: "
_BROKEN_SHOWN = 3
WORDS = {
    "imported": gettext_noop("new"),
    "merged": gettext_noop("joined with another file"),
    "repeated": gettext_noop("here already"),
    "damaged": gettext_noop("damaged, read as far as it is sound"),
    "unreadable": gettext_noop("can't be read"),
    "skipped": gettext_noop("passed over"),
    "undone": gettext_noop("taken back"),
}
_GAVE_SOMETHING = ("imported", "merged", "repeated", "damaged")


@dataclass(frozen=True, slots=True)
class _Shown:
    """An import as a page shows it."""

    number: int
    name: str
    day: Any
    clock: str
    state: str
    typed: bool
    counts: tuple[tuple[str, str, int], ...]


@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    """All imports, the latest first."""
    at = here(request)
    runner = at.person()
    found = [_shown(at, one) for one in reversed(_imports(runner))] if runner else []
    page = Paginator(found, _A_PAGE).get_page(request.GET.get("page"))
    return render(request, "imports.html", {"page": page})


@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """The ledger of one import."""
    at, runner, done = _found(request, number)
    entries = _files(runner, done)
    wanted = request.GET.get("state", "")
    some = [entry for entry in entries if not wanted or entry.state == wanted]
    counted = Counter(entry.state for entry in entries)
    runs, others = at.store.count(runner)
    shown = _shown(at, done)
    page = Paginator(some, _A_PAGE).get_page(request.GET.get("page"))
    broken = [entry for entry in entries if entry.state in ("damaged", "unreadable")]
    told = {
        "shown": shown,
        "counts": [(state, words, counted[state]) for state, words in WORDS.items() if counted[state]],
        "page": page,
        "rows": [(_name(entry.path, done), WORDS.get(entry.state, entry.state), _detail(entry, done), entry) for entry in page],
        "wanted": wanted if wanted in WORDS else "",
        "runs": runs,
        "others": others,
        "nothing": bool(entries) and not any(counted[state] for state in _GAVE_SOMETHING) and shown.state == "done",
        "all_known": bool(entries) and counted["repeated"] and not any(counted[state] for state in ("imported", "merged", "damaged")),
        "broken": [(_name(entry.path, done), _detail(entry, done)) for entry in broken[:_BROKEN_SHOWN]],
        "job": _job_of(runner, done) if done.state is ImportState.OPEN else None,
        "run": _typed_run(at, runner, entries) if shown.typed and done.state is ImportState.DONE else None,
    }
    return render(request, "import_one.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Ask, then take back what an import brought."""
    at, runner, done = _found(request, number)
    if done.state is ImportState.UNDONE:  # by a second tab, or a button that was pressed twice
        return HttpResponseRedirect(f"/imports/{number}", status=_SEE_OTHER)
    if request.method != "POST":
        return render(request, "import_undo.html", {"shown": _shown(at, done)})
    undo_import(at.store, runner, number)
    return HttpResponseRedirect(f"/imports/{number}", status=_SEE_OTHER)


def _found(request: HttpRequest, number: int) -> tuple[Here, StoredRunner, Import]:
    at = here(request)
    runner = at.person()
    done = next((one for one in _imports(runner) if one.number == number), None) if runner else None
    if runner is None or done is None:
        raise Http404
    return at, runner, done


def _imports(runner: StoredRunner) -> tuple[Import, ...]:
    found = _imports_by_mark(runner, store().mark(runner))
    # The files of one that is going on come in without the mark being another.
    return store().imports(runner) if any(one.state is ImportState.OPEN for one in found) else found


@lru_cache(maxsize=8)
def _imports_by_mark(runner: StoredRunner, mark: str) -> tuple[Import, ...]:
    return store().imports(runner)


def _files(runner: StoredRunner, done: Import) -> tuple[FileEntry, ...]:
    if done.state is ImportState.OPEN:
        return store().files(runner, done.number)
    return _files_by_mark(runner, done.number, store().mark(runner))


@lru_cache(maxsize=8)
def _files_by_mark(runner: StoredRunner, number: int, mark: str) -> tuple[FileEntry, ...]:
    return store().files(runner, number)


def _shown(at: Here, done: Import) -> _Shown:
    begun = done.begun_at.astimezone(at.now.tzinfo)
    typed = bool(done.paths) and done.paths[0].startswith(_TYPED)
    name = done.paths[0].removeprefix(_TYPED) if typed else ", ".join(PurePath(named).name for named in done.paths)
    counts = tuple((state, WORDS.get(state, state), count) for state, count in done.states.items())
    return _Shown(done.number, name, begun.date(), f"{begun:%H:%M}", done.state.value, typed, counts)


def _name(text: str, done: Import) -> str:
    """A path without the folder of what was imported; without its name too where it is one archive or folder, which stands above."""
    for named in done.paths:
        whole = PurePath(named)
        if len(done.paths) == 1:
            text = text.removeprefix(f"{named}!").removeprefix(f"{named}/")
        text = text.replace(str(whole), whole.name, 1)
    return text


def _detail(entry: FileEntry, done: Import) -> str:
    return _name(entry.detail, done).removeprefix(f"{_name(entry.path, done)}: ").removeprefix("skipped, ")


def _job_of(runner: StoredRunner, done: Import) -> Job | None:
    """The job whose files an import that is not finished reads."""
    folders = {PurePath(named).parent.name for named in done.paths}
    return Job.objects.filter(runner_id=runner.id, folder__in=folders).exclude(state=State.DONE).first()


def _typed_run(at: Here, runner: StoredRunner, entries: Sequence[FileEntry]) -> dict[str, Any] | None:
    keys = [key for entry in entries for key in entry.runs]
    if not keys:
        return None
    stored = at.store.run(runner, keys[0])
    return {"key": stored.key, "line": run_line(stored.key, stored.run)[len(stored.key[:8]) :].strip(), "told": told_words(stored.run)}


urlpatterns = [
    path("imports", imports, name="imports"),
    path("imports/<int:number>", one, name="import_one"),
    path("imports/<int:number>/undo", undo, name="import_undo"),
]
