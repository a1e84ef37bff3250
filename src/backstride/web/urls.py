"""Which address is which page: one file a page."""

from __future__ import annotations

from importlib import import_module

from django.urls import URLPattern

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

_PAGES = (
    "start",
    "questions",
    "answer",
    "working",
    "runs",
    "one_run",
    "shoes",
    "diary",
    "spells",
    "why_now",
    "patterns",
    "charts",
    "try_it",
    "household",
    "settings",
    "data",
    "sign_in",
    "bring_in",
    "imports",
    "how_to",
)
"""Modules of `pages`, each with its own `urlpatterns`."""

urlpatterns: list[URLPattern] = [pattern for name in _PAGES for pattern in import_module(f"backstride.web.pages.{name}").urlpatterns]
handler400 = "backstride.web.errors.bad_request"
handler403 = "backstride.web.errors.denied"
handler404 = "backstride.web.errors.not_found"
handler500 = "backstride.web.errors.went_wrong"
