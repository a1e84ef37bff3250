"""The language of a page: as chosen in the settings, else as the browser asks."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

__all__ = ["ChosenLanguage"]


class ChosenLanguage:
    """Speak the chosen language for the time of a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on in that language."""
        known = dict(settings.LANGUAGES)
        chosen = request.session.get("language", "")
        with translation.override(chosen if chosen in known else translation.get_language_from_request(request)):
            response = self._next(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
        return response
