"""Settings of Django for the store alone; the web app has its own and names the same tables."""

from __future__ import annotations

INSTALLED_APPS = ["backstride.store"]
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES: dict[str, dict[str, object]] = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
"""Stands in until `backstride.store.connect.connect` is told the real one."""
