"""Who is looking: a household shares this machine, each with a record of their own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from backstride.errors import StoreError
from backstride.store.who import checked_name, name_here
from backstride.web.errors import wrong
from backstride.web.here import here

__all__ = ["urlpatterns"]

SEE_OTHER = 303


@require_http_methods(["GET", "HEAD"])
def household(request: HttpRequest) -> HttpResponse:
    """Everybody who has a record here, and who is looking."""
    at = here(request)
    names = [runner.name for runner in at.store.runners()]
    # Who was just named has no record as long as nothing is kept, and is looking all the same.
    if at.name not in names and "runner" in request.session:
        names.append(at.name)
    return render(request, "household.html", {"names": names, "name": at.name})


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Look at another record, or begin one; the same name twice is the same record."""
    at = here(request)
    told = request.POST.get("new", "").strip() or request.POST.get("name", "")
    try:
        name = name_here(at.store, checked_name(told))
    except StoreError as error:
        return wrong(request, error.message, error.remedy)
    # Of one member's pages nothing may stay behind for the next: units and language do, the rest goes.
    kept = {key: request.session[key] for key in ("language", "theme", "units", "signed_in") if key in request.session}
    request.session.flush()
    request.session.update(kept)
    request.session["runner"] = name
    return HttpResponseRedirect("/", status=SEE_OTHER)


urlpatterns = [path("household", household, name="household"), path("household/choose", choose, name="choose")]
