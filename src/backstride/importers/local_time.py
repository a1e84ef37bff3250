"""The local time of a place."""

from __future__ import annotations

import math
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from backstride.model.run import Run, Samples

__all__ = ["offset_at_place"]


def offset_at_place(run: Run, samples: Samples) -> int | None:
    """Local time minus UTC in seconds where and when the run began, by the borders of the world's time zones and their history.

    Parameters
    ----------
    run : Run
    samples : Samples
        Its columns.

    Returns
    -------
    int or None
        None for a run without positions, or one whose source tells the offset itself.
    """
    if run.utc_offset_s is not None or "latitude_deg" not in samples or "longitude_deg" not in samples:
        return None
    latitude, longitude = samples["latitude_deg"], samples["longitude_deg"]
    # A device without a fix writes zeros.
    known = np.flatnonzero((np.abs(latitude) <= 90) & (np.abs(longitude) <= 180) & ((latitude != 0) | (longitude != 0)))
    if not known.size:
        return None
    import tzfpy

    name = tzfpy.get_tz(float(longitude[known[0]]), float(latitude[known[0]]))
    return _offset(name, run.start) if name else None


def _offset(name: str, moment: datetime) -> int | None:
    try:
        shift = moment.astimezone(ZoneInfo(name)).utcoffset()
    except (ZoneInfoNotFoundError, OverflowError, ValueError):
        return None
    return round(shift.total_seconds()) if shift is not None and math.isfinite(shift.total_seconds()) else None
