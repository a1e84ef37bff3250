"""How to get one's runs out of a service or a watch."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from backstride.reports.how_to import TOPICS, how_to
from backstride.web.marked_up import as_html

__all__ = ["urlpatterns"]


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """All topics."""
    titles = [(topic, how_to(topic).partition("\n")[0].removeprefix("# ")) for topic in TOPICS]
    return render(request, "how_to_all.html", {"titles": titles})


@require_safe
def topic(request: HttpRequest, name: str) -> HttpResponse:
    """One of them."""
    if name not in TOPICS:
        raise Http404
    title, _, text = how_to(name).partition("\n")
    return render(request, "how_to.html", {"title": title.removeprefix("# "), "text": as_html(text)})


urlpatterns = [path("how-to", topics, name="how_to_all"), path("how-to/<slug:name>", topic, name="how_to")]
