"""What every page is guarded by: headers, no requests from other pages, and at home a sign-in."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from backstride.web.devices import is_signed_in

__all__ = ["LOOPBACK", "Headers", "OwnPagesOnly", "SignedIn", "is_this_machine"]

Answer = Callable[[HttpRequest], HttpResponse]

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
LOOPBACK = ("127.", "::1", "::ffff:127.")
_OPEN = ("/sign-in", "/static/")
_OURS = ("same-origin", "none")
"""Of `Sec-Fetch-Site`: from a page of ours, or typed in."""


class Headers:
    """Nothing is loaded from elsewhere, nothing of ours is shown elsewhere, and pages with health data are kept by no cache."""

    def __init__(self, get_response: Answer) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add what a browser needs to know."""
        response = self._next(request)
        response.setdefault("Content-Security-Policy", _POLICY)
        response.setdefault("X-Content-Type-Options", "nosniff")
        response.setdefault("X-Frame-Options", "DENY")
        # Not no-referrer: with it a browser names no origin of a form that is sent, and what has none is refused.
        response.setdefault("Referrer-Policy", "same-origin")
        response.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "no-store")
        return response


class OwnPagesOnly:
    """Refuse what a page of somewhere else sends, and hosts that are not ours (`ALLOWED_HOSTS`), before anything is read."""

    def __init__(self, get_response: Answer) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on, or refuse in words."""
        request.get_host()  # raises for a foreign host
        site = request.headers.get("Sec-Fetch-Site", "none")
        link = request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"
        if site not in _OURS and not link:
            return render(request, "error.html", {"words": "That came from another page, so nothing was done.", "remedy": ""}, status=403)
        return self._next(request)


class SignedIn:
    """On this machine nobody signs in; from another device at home the code is asked for first."""

    def __init__(self, get_response: Answer) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on, or lead to the sign-in."""
        if is_this_machine(request) or is_signed_in(request.session) or request.path.startswith(_OPEN):
            return self._next(request)
        return HttpResponseRedirect("/sign-in")


def is_this_machine(request: HttpRequest) -> bool:
    """Whether the browser runs on the machine that serves."""
    return str(request.META.get("REMOTE_ADDR", "")).startswith(LOOPBACK)
