"""The data of a runner, and of all: taken along, backed up, put back, deleted."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from backstride.intake import erase, restore_backup
from backstride.store.export import write_export
from backstride.store.store import StoredRunner
from backstride.web.errors import wrong
from backstride.web.here import Here, here
from backstride.web.jobs import forget_gone
from backstride.web.uploads import Received

__all__ = ["urlpatterns"]

SEE_OTHER = 303


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """What there is, and what can be done with it."""
    at = here(request)
    person = at.person()
    runs, others = at.store.count(person) if person else (0, 0)
    told = {"restored": gettext("The backup is in place."), "erased": gettext("All of it is deleted.")}
    words = next((told[key] for key in told if key in request.GET), "")
    about = {"person": person, "name": at.name, "runs": runs, "others": others, "home": at.store.home, "told": words}
    return render(request, "data.html", {**about, "runners": at.store.runners()})


def _sent(at: Here, runners: Iterable[StoredRunner], name: str) -> FileResponse:
    """An export as a download; the file is gone once it is open, however the sending ends."""
    folder = Path(tempfile.mkdtemp(prefix="export-", dir=at.store.home / "uploads"))
    try:
        write_export(at.store, runners, folder / "export.zip")
        file = open(folder / "export.zip", "rb")  # noqa: SIM115 - the response closes it
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return FileResponse(file, as_attachment=True, filename=name)


@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """All of this runner's record."""
    at = here(request)
    person = at.person()
    if person is None:
        raise Http404
    return _sent(at, [person], f"backstride-{at.today}.zip")


@require_POST
def backup(request: HttpRequest) -> HttpResponseBase:
    """Everything of everybody."""
    at = here(request)
    return _sent(at, at.store.runners(), f"backstride-backup-{at.today}.zip")


@require_POST
def restore(request: HttpRequest) -> HttpResponse:
    """Make everything as a backup says."""
    at = here(request)
    sent = request.FILES.get("backup")
    if not isinstance(sent, Received):
        return wrong(request, gettext("No file was sent."), gettext("Choose the backup, then send it."))
    replace = request.POST.get("replace") == "yes"
    restore_backup(at.store, sent.path, replace=replace)
    forget_gone()
    return HttpResponseRedirect("/data?restored", status=SEE_OTHER)


@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    """Delete this runner's record for good, when its name was typed."""
    at = here(request)
    person = at.person()
    if person is None:
        raise Http404
    if request.POST.get("name", "").strip() != person.name:
        return wrong(
            request, gettext("The name isn't the same, so nothing was deleted."), gettext("Go back and type it as it stands there.")
        )
    erase(at.store, person)
    forget_gone()
    request.session.pop("runner", None)
    return HttpResponseRedirect("/data?erased", status=SEE_OTHER)


urlpatterns = [
    path("data", data, name="data"),
    path("data/export", export, name="export"),
    path("data/backup", backup, name="backup"),
    path("data/restore", restore, name="restore"),
    path("data/erase", delete, name="erase"),
]
