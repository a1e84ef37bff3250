"""What a Garmin account export knows of days: sleep, drinking, sweat, steps, resting heart rate, body weight.

Files ``*sleepData.json``, ``UDSFile*.json``, ``HydrationLogFile*.json`` and ``*userBioMetrics.json``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from backstride.errors import DamagedRunFileError
from backstride.importers.json_rows import JsonRows, instant, real, words
from backstride.model.run import DayValue, FileOutcome

__all__ = ["holds_garmin_days", "read_garmin_days"]

_SLEEP_STAGES = ("deepSleepSeconds", "lightSleepSeconds", "remSleepSeconds")
_DAY_LONG_S = 86_400
_MARKS = (
    *(b'"deepsleepseconds"', b'"sleepstarttimestampgmt"', b'"totalsteps"', b'"restingheartrate"', b'"includeswellnessdata"'),
    *(b'"hydrationsource"', b'"estimatedsweatlossinml"', b'"valueinml"', b'"weight"'),
)


def holds_garmin_days(start: bytes) -> bool:
    """Whether a document that begins like this (in lower case) tells of days."""
    return b'"calendardate"' in start and any(mark in start for mark in _MARKS)


def read_garmin_days(path: Path, data: bytes) -> FileOutcome:
    """Read the nights, days, drinks or weights of an account export.

    Returns
    -------
    FileOutcome
        One `DayValue` a day and name. A night stands at the day on which it ends, with the hours asleep; of two nights of one
        day the longer counts. Drinks, and the sweat of activities, are added up over the day. A zero that the service writes
        where nobody measured (sleep, drinking, sweat, heart rate, weight) has no row.

    Raises
    ------
    DamagedRunFileError
        When it breaks before the first day.
    """
    document = JsonRows(data)
    found: defaultdict[tuple[date, str], list[float]] = defaultdict(list)
    for row in document.rows():
        if (day := _day(row)) is not None:
            for name, measured in _values(row):
                found[day, name].append(measured)
    if document.damage and not found:
        raise DamagedRunFileError(f"is broken before its first day ({document.damage}).", place=str(path))
    days = tuple(
        DayValue(day, name, value, str(path)) for (day, name), values in sorted(found.items()) if (value := _one(name, values)) is not None
    )
    if not days and not document.damage:
        return FileOutcome(str(path), "skipped", f"{path}: skipped, its days hold no value")
    said = ", ".join(f"{name} of {sum(day.name == name for day in days)} days" for name in sorted({day.name for day in days}))
    if not document.damage:
        return FileOutcome(str(path), "read", f"{path}: {said}", days=days)
    return FileOutcome(str(path), "damaged", f"{path}: {said}; damaged: {document.damage}; every day before the damage was kept", days=days)


def _day(row: Mapping[str, Any]) -> date | None:
    value = row.get("calendarDate")
    if value is None and isinstance(about := row.get("metaData"), dict):
        value = about.get("calendarDate")
    if isinstance(value, dict):  # in older exports {"date": "Mar 27, 2019 12:00:00 AM"}
        try:
            return datetime.strptime(words(value.get("date")), "%b %d, %Y %I:%M:%S %p").date()
        except ValueError:
            value = value.get("date")
    moment = instant(value)
    return moment.date() if moment else None


def _values(row: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    stages = [seconds for name in _SLEEP_STAGES if (seconds := real(row.get(name))) is not None]
    asleep = real(row.get("sleepTimeSeconds"))
    asleep = sum(stages) if asleep is None and stages else asleep
    if asleep is not None and asleep <= _DAY_LONG_S:
        yield "sleep_h", asleep / 3600
    drunk = row.get("hydration")
    for source in (row, drunk if isinstance(drunk, dict) else {}):
        if (value := real(source.get("valueInML"))) is not None:
            yield "hydration_ml", value
        for name in ("estimatedSweatLossInML", "sweatLossInML"):
            if (value := real(source.get(name))) is not None:
                yield "sweat_loss_ml", value
                break
    # A day on which the watch lay in a drawer has 0 steps too, and says so.
    if row.get("includesWellnessData") is not False and (value := real(row.get("totalSteps"))) is not None and value >= 0:
        yield "steps", value
    if (value := real(row.get("restingHeartRate"))) is not None:
        yield "resting_heart_rate_bpm", value
    weighed = row.get("weight")
    if isinstance(weighed, dict) and (value := real(weighed.get("weight"))) is not None:
        yield "body_weight_kg", value / 1000


def _one(name: str, values: list[float]) -> float | None:
    """What a day's values come to; None for a zero that stands for nothing measured."""
    if name == "steps":
        return max(values)
    value = sum(values) if name in ("hydration_ml", "sweat_loss_ml") else max(values) if name == "sleep_h" else values[-1]
    return value if value > 0 else None
