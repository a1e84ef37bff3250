"""Bring runs in: files of any size, or a run typed in; and how far an import has come."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backstride.errors import RunFileError
from backstride.importers.typed import read_typed
from backstride.intake import add_run
from backstride.store.store import StoredRunner
from backstride.web import jobs
from backstride.web.here import Here, here
from backstride.web.models import Job, State
from backstride.web.uploads import keep, new_folder_name, room_bytes

__all__ = ["urlpatterns"]

_SEE_OTHER = 303


@require_http_methods(["GET", "HEAD", "POST"])
def bring_in(request: HttpRequest) -> HttpResponse:
    """Take files in and put their import into the queue."""
    at = here(request)
    if request.method != "POST":
        return _page(request, at)
    files = request.FILES.getlist("files")
    if not files:
        return _page(request, at, status=400, wrong=gettext("Choose a file first."))
    runner = at.person_or_new()
    folder = at.store.uploads(runner) / new_folder_name()
    try:
        sizes = [[file.name, file.size] for file in files]
        names = keep(files, folder)
        said = json.dumps([request.POST.get("once", ""), sizes])
        once = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
        job, new = jobs.begin(runner, once, folder.name, names, sum(file.size or 0 for file in files))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        at.store.forget_if_new(runner)
        raise
    if not new:
        shutil.rmtree(folder, ignore_errors=True)
    return HttpResponseRedirect(f"/import/jobs/{job.pk}", status=_SEE_OTHER)


@require_POST
def typed(request: HttpRequest) -> HttpResponse:
    """Keep a run that was typed in."""
    at = here(request)
    words = " ".join(request.POST.get("words", "").split())
    if not words:
        return _page(request, at, status=400, wrong_words=gettext("Type a run first."))
    try:
        run = read_typed(words, today=at.today, clock=at.now.replace(tzinfo=None))
    except RunFileError as error:
        return _page(request, at, status=400, words=words, wrong_words=error.message, remedy=error.remedy)
    runner = at.person_or_new()
    add_run(at.store, runner, run, words)
    return HttpResponseRedirect(f"/imports/{at.store.last_import(runner)}", status=_SEE_OTHER)


@require_safe
def job(request: HttpRequest, number: int) -> HttpResponse:
    """How far an import has come; one that is done is told by its ledger."""
    runner, found = _job(request, number)
    if found.state == State.DONE and found.number is not None:
        return HttpResponseRedirect(f"/imports/{found.number}")
    return render(request, "import_job.html", _told(runner, found))


@require_safe
def now(request: HttpRequest, number: int) -> HttpResponse:
    """The same as a piece of the page that is asked for again and again; when nothing moves any more the whole page is."""
    runner, found = _job(request, number)
    response = render(request, "import_now.html", _told(runner, found))
    if not found.is_live:
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
def change(request: HttpRequest, number: int, what: str) -> HttpResponse:
    """Stop an import, go on with it, or throw it away."""
    runner, found = _job(request, number)
    if what == "stop":
        jobs.stop(found)
    elif what == "go-on":
        jobs.go_on(found)
    elif jobs.discard(runner, found):
        return HttpResponseRedirect("/import", status=_SEE_OTHER)
    return HttpResponseRedirect(f"/import/jobs/{number}", status=_SEE_OTHER)


def _page(request: HttpRequest, at: Here, *, status: int = 200, **more: object) -> HttpResponse:
    runner = at.person()
    unfinished = list(Job.objects.filter(runner_id=runner.id).exclude(state=State.DONE).order_by("-pk")[:20]) if runner else []
    told = {
        "jobs": unfinished,
        "once": secrets.token_hex(16),
        "room": room_bytes(),
        "imported": bool(runner and at.store.last_import(runner)),
    }
    return render(request, "import.html", told | more, status=status)


def _job(request: HttpRequest, number: int) -> tuple[StoredRunner, Job]:
    runner = here(request).person()
    found = Job.objects.filter(pk=number, runner_id=runner.id).first() if runner else None
    if runner is None or found is None:
        raise Http404
    return runner, found


def _told(runner: StoredRunner, found: Job) -> dict[str, Any]:
    before = Job.objects.filter(state__in=(State.QUEUED, State.RUNNING, State.STOPPING), pk__lt=found.pk).count()
    # The worker writes twice a second; when it has not for so long, it is busy with one large file, or gone and soon back.
    quiet_s = (datetime.now(found.updated_at.tzinfo) - found.updated_at).total_seconds()
    return {
        "job": found,
        "percent": min(99, found.done_bytes * 100 // found.all_bytes) if found.all_bytes else 0,
        "before": before,
        "done": _size(found.done_bytes),
        "all": _size(found.all_bytes),
        "at_the_end": found.state == State.RUNNING and found.files and not found.at,
        "quiet": quiet_s > 20,
        "full": room_bytes() == 0,
    }


def _size(count: int) -> str:
    """As file managers and import.js tell it: in thousands."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


urlpatterns = [
    path("import", bring_in, name="import"),
    path("import/typed", typed, name="import_typed"),
    path("import/jobs/<int:number>", job, name="import_job"),
    path("import/jobs/<int:number>/now", now, name="import_now"),
    *(path(f"import/jobs/<int:number>/{what}", change, {"what": what}, name=f"import_{what}") for what in ("stop", "go-on", "discard")),
]
