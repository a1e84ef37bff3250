"""Errors as readable pages."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from backstride.errors import BackstrideError, StoreError

__all__ = ["Readable", "bad_request", "denied", "not_found", "not_from_here", "went_wrong", "wrong"]


class Readable:
    """What a person can act on becomes a page that says so, never a traceback."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self._next(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Tell what is known to be somebody's to mend; all else is an error of ours (`went_wrong`)."""
        if isinstance(error, BackstrideError):
            status = 503 if isinstance(error, StoreError) and "no runner" not in error.message else 400
            return wrong(request, error.message, error.remedy, status)
        return None


def wrong(request: HttpRequest, words: str, remedy: str = "", status: int = 400) -> HttpResponse:
    """A page that says what is wrong and what to do."""
    return render(request, "error.html", {"words": words, "remedy": remedy}, status=status)


def not_from_here(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that is too old, or was sent by another page."""
    words, remedy = gettext("This form is too old, or it came from another page."), gettext("Load the page again, and send it once more.")
    return wrong(request, words, remedy, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """There is no such page, run or runner."""
    remedy = gettext("The address may be mistyped, or what was here was taken away.")
    return wrong(request, gettext("There is nothing here."), remedy, 404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that can't be meant."""
    return wrong(request, gettext("That request can't be read."), gettext("Go back and try it again."), 400)


def denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not allowed."""
    return wrong(request, gettext("That is not allowed here."), "", 403)


def went_wrong(request: HttpRequest) -> HttpResponse:
    """An error of ours."""
    words = gettext("Something went wrong in backstride itself.")
    return wrong(request, words, gettext("What you entered before is kept. What you just sent may not be."), 500)
