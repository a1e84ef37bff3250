"""For whom a form is meant: where a household shares this machine, another tab may have changed who is looking."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from backstride.web.errors import wrong
from backstride.web.here import name_of

__all__ = ["MeantForMe"]


class MeantForMe:
    """Refuse a form of the page of somebody else: each says whose page it is (its field ``of``), and nothing of another may be kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self._next(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        """Compare, once all of the form is read."""
        if request.method != "POST" or (of := request.POST.get("of")) is None or of == (now := name_of(request)):
            return None
        words = gettext("That was the page of %(other)s, and now you are %(now)s. Nothing was changed.") % {"other": of[:60], "now": now}
        return wrong(request, words, gettext("Choose who you are, then do it again."))
