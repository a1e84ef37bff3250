"""The zone of this machine, and in which country a zone lies, by the zone table that comes with the time zone data."""

from __future__ import annotations

import os
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

__all__ = ["country_of_zone", "zone_here"]


def country_of_zone(zone: str) -> str:
    """ISO 3166 code of the country of a zone.

    A proposal only, to be confirmed by the runner: a clock can be set to another place, and a zone kept on a journey.

    Parameters
    ----------
    zone : str
        As in ``"Europe/Berlin"``.

    Returns
    -------
    str
        Empty for a zone that belongs to no country (``"UTC"``), an old name, or one that is not known.
    """
    return _table().get(zone, "")


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    try:
        text = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    except (ModuleNotFoundError, FileNotFoundError):
        return {}
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows if len(row) > 2}


def zone_here() -> str:
    """Name of this machine's time zone, in which the runner is taken to live; empty where it cannot be told."""
    named = os.environ.get("TZ", "").lstrip(":")
    try:
        link = os.path.realpath("/etc/localtime")
    except OSError:
        link = ""
    for name in (named, link.partition("zoneinfo/")[2]):
        try:
            if name:
                ZoneInfo(name)
                return name
        except (KeyError, OSError, ValueError):
            continue
    return ""
