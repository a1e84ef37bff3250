"""For whom a form is meant: where a household shares this machine, another tab may have changed who is looking."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext

from backstride.errors import BackstrideError
from backstride.web.here import Here

__all__ = ["must_be_meant"]


def must_be_meant(request: HttpRequest, at: Here) -> None:
    """Refuse a form of the page of somebody else (its field ``of``).

    Raises
    ------
    BackstrideError
        When it was; then nothing may be kept.
    """
    of = request.POST.get("of", at.name)
    if of != at.name:
        words = {"other": of[:60], "now": at.name}
        raise BackstrideError(
            gettext("That was the page of %(other)s, and now you are %(now)s. Nothing was changed.") % words,
            remedy=gettext("Choose who you are, then do it again."),
        )
