"""The summaries and the gear of a Garmin account export (``*summarizedActivities.json``, ``*gear.json``)."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from backstride.errors import DamagedRunFileError, RunFileError
from backstride.importers.json_rows import JsonRows, instant, real, words
from backstride.importers.sport_words import sport_of
from backstride.model.run import DayValue, FileOutcome, Run, Shoe

__all__ = ["holds_garmin_activities", "holds_garmin_gear", "read_garmin_activities", "read_garmin_gear"]

_EXPORT = "summarizedActivitiesExport"
_NAMES_OF_RUNNING = {
    *("running", "run", "jogging", "laufen", "lauf", "course à pied", "carrera", "correr", "corsa", "corrida", "hardlopen", "löpning"),
    *("løb", "løping", "bieganie", "běh", "futás", "juoksu", "бег", "ランニング", "跑步", "달리기"),
}
"""The name a run gets when the runner gives it none, which is no word of theirs."""
_RACE, _COMMUTE = 1, 5
"""Event types 'race' and 'transportation' of the service."""
_ONE_LEG_SPM = 120.0
"""A runner's mean steps a minute lie above this, strides of one leg below it."""
_FURTHEST_OFFSET_S = 14 * 3600
_LARGEST_GEAR = 16_000_000
"""Bytes; a pair and an activity take some hundred each, and unlike the summaries all of them are held at once."""
_BRANDLESS = ("other", "unknown")


@dataclass(frozen=True, slots=True)
class _Units:
    """What the file counts distances and times in. Its fields do not say, and exports differ."""

    words: str
    metres: float
    seconds: float


_UNITS = (
    _Units("distances in cm, times in ms", 0.01, 0.001),
    _Units("distances in m, times in s", 1.0, 1.0),
    _Units("distances in cm, times in s", 0.01, 1.0),
    _Units("distances in m, times in ms", 1.0, 0.001),
)
_RUNNING_MPS = (0.8, 8.0)
"""Where the median speed of any runner's runs lies; narrow enough that only one of the units puts it there."""
_MOVING_MPS = (0.3, 20.0)


def holds_garmin_activities(start: bytes) -> bool:
    """Whether a document that begins like this (in lower case) lists activities."""
    return _EXPORT.lower().encode() in start or (b'"activityid"' in start and (b'"begintimestamp"' in start or b'"starttimegmt"' in start))


def holds_garmin_gear(start: bytes) -> bool:
    """Whether a document that begins like this (in lower case) lists gear."""
    return b'"geardtos"' in start or b'"gearactivitydtos"' in start


def read_garmin_activities(path: Path, data: bytes) -> FileOutcome:
    """Read the activities of an account export.

    Returns
    -------
    FileOutcome
        One `Run` a row of any sport (``table``), and the sweat that the service estimates, by day. The row of a multisport event
        is left to its parts. Units are those in which the runs of the file have a runner's speed; the detail names them.
        ``temperature_c`` is the middle of the lowest and the highest: a mean is not stated.

    Raises
    ------
    DamagedRunFileError
        When it breaks before the first activity.
    """
    document = JsonRows(data)
    inside = _EXPORT if next(document.rows(_EXPORT), None) else ""  # older exports are the bare list
    units = _units_of(document.rows(inside))  # read twice, so that no more than one row is held at a time
    runs, sweat, events, timeless = [], defaultdict[date, float](float), 0, 0
    for row in document.rows(inside):
        if row.get("parent") is True or _kind(row) == "multi_sport":
            events += 1
        elif (start := instant(row.get("startTimeGmt")) or instant(row.get("beginTimestamp"))) is None:
            timeless += 1
        else:
            run = _run(row, start, units, path)
            runs.append(run)
            if (water := _positive(row, "waterEstimated")) is not None:
                sweat[run.local_day] += water
    if document.damage and not runs:
        raise DamagedRunFileError(f"is broken before its first activity ({document.damage}).", place=str(path))
    said = [f"{len(runs)} activities, {sum(run.sport == 'running' for run in runs)} of them runs", units.words]
    said += [f"{events} multisport events left to their parts"] if events else []
    said += [f"{timeless} without a start left out"] if timeless else []
    days = tuple(DayValue(day, "sweat_loss_ml", value, str(path)) for day, value in sorted(sweat.items()))
    return _outcome(path, "; ".join(said), document.damage, FileOutcome("", "", "", tuple(runs), days=days, table=True))


def read_garmin_gear(path: Path, data: bytes) -> FileOutcome:
    """Read the shoes of an account export, and which activity wore which pair.

    Returns
    -------
    FileOutcome
        One `Shoe` a pair, named as the runner did; of two pairs with one name the later in the file gets its first day added.
        ``worn`` goes from ``garmin:<activityId>`` to the name. Of two pairs in one activity the first counts.

    Raises
    ------
    RunFileError
        When it is too large.
    DamagedRunFileError
        When it breaks before the first pair.
    """
    if len(data) > _LARGEST_GEAR:
        raise RunFileError(f"is larger than a list of shoes can be ({_LARGEST_GEAR // 1_000_000} MB).", place=str(path))
    document = JsonRows(data)
    shoes: list[Shoe] = []
    taken: set[str] = set()
    names: dict[str, str] = {}
    worn: dict[str, str] = {}
    others = 0
    for part in document.rows():
        listed = part.get("gearDTOS")
        for gear in listed if isinstance(listed, list) else []:
            if not isinstance(gear, dict):
                continue
            if words(gear.get("gearTypeName")).lower() not in ("shoes", ""):
                others += 1
                continue
            shoe = _shoe(gear, taken)
            taken.add(shoe.name)
            shoes.append(shoe)
            names[_id(gear.get("gearPk"))] = shoe.name
        links = part.get("gearActivityDTOs")
        for key, activities in links.items() if isinstance(links, dict) else []:
            for activity in activities if isinstance(activities, list) and key in names else []:
                if isinstance(activity, dict) and (number := _id(activity.get("activityId"))):
                    worn.setdefault(f"garmin:{number}", names[key])
    if document.damage and not shoes:
        raise DamagedRunFileError(f"is broken before its first pair of shoes ({document.damage}).", place=str(path))
    said = f"{len(shoes)} pairs of shoes, worn in {len(worn)} activities" + (f"; {others} other pieces of gear left out" if others else "")
    return _outcome(path, said, document.damage, FileOutcome("", "", "", shoes=tuple(shoes), worn=worn))


def _outcome(path: Path, said: str, damage: str, kept: FileOutcome) -> FileOutcome:
    state, rest = ("damaged", f"; damaged: {damage}; everything before the damage was kept") if damage else ("read", "")
    return FileOutcome(str(path), state, f"{path}: {said}{rest}", kept.runs, kept.shoes, kept.days, kept.table, kept.worn)


def _units_of(rows: Iterable[Mapping[str, Any]]) -> _Units:
    running: list[float] = []
    others: list[float] = []
    for row in rows:
        distance, duration = _positive(row, "distance"), _positive(row, "duration")
        if distance is not None and duration is not None:
            (running if sport_of(_kind(row)).sport == "running" else others).append(distance / duration)
    ratios, (low, high) = (running, _RUNNING_MPS) if running else (others, _MOVING_MPS)
    if not ratios:
        return _UNITS[0]
    ratio = statistics.median(ratios)
    return next((units for units in _UNITS if low < ratio * units.metres / units.seconds <= high), _UNITS[0])


def _run(row: Mapping[str, Any], start: datetime, units: _Units, path: Path) -> Run:
    kind = _kind(row)
    sport, sub_sport, sport_tags = sport_of(kind)
    effort = _positive(row, "workoutRpe")
    event = real(row.get("eventTypeId"))
    tags = {_RACE: ("race",), _COMMUTE: ("commute",)}.get(int(event) if event is not None else 0, ())
    return Run(
        start=start,
        sport=sport,
        distance_m=_total(row, "distance", units.metres),
        timer_time_s=_total(row, "duration", units.seconds),
        elapsed_time_s=_total(row, "elapsedDuration", units.seconds),
        sub_sport=sub_sport,
        utc_offset_s=_offset(start, row),
        device="/".join(filter(None, (words(row.get("manufacturer")).lower(), _id(row.get("deviceId"))))),
        origin=str(path),
        title=_title(row, kind),
        note=words(row.get("description")),
        perceived_exertion=effort / 10 if effort is not None and effort <= 100 else None,
        stated=_stated(row, units, sport == "running"),
        tags=tags + sport_tags,
        links=(f"garmin:{number}",) if (number := _id(row.get("activityId"))) else (),
        by_hand=row.get("manualActivity") is True,
    )


def _stated(row: Mapping[str, Any], units: _Units, running: bool) -> dict[str, float]:
    """What the row states of the whole activity; where nothing was measured the service writes 0, which none of these can be."""
    step, swing, balance = (_positive(row, name) for name in ("avgStrideLength", "avgVerticalOscillation", "avgGroundContactBalance"))
    cadence, lowest, highest = _positive(row, "avgDoubleCadence"), real(row.get("minTemperature")), real(row.get("maxTemperature"))
    if cadence is None and running and (one_leg := _positive(row, "avgRunCadence")) is not None:
        cadence = one_leg * (2 if one_leg < _ONE_LEG_SPM else 1)
    stated = {
        "heart_rate_bpm": _positive(row, "avgHr"),
        "cadence_spm": cadence,
        "contact_time_ms": _positive(row, "avgGroundContactTime"),
        "contact_balance_left": balance / (1 if balance <= 1 else 100) if balance is not None and balance < 100 else None,
        "vertical_oscillation_mm": swing * 10 if swing is not None else None,
        "step_length_mm": step * 10 if step is not None and running else None,
        "power_w": _positive(row, "avgPower"),
        "temperature_c": (lowest + highest) / 2 if lowest is not None and highest is not None else None,
        "ascent_m": _total(row, "elevationGain", units.metres),
        "descent_m": _total(row, "elevationLoss", units.metres),
        "steps": _positive(row, "steps"),
    }
    return {name: value for name, value in stated.items() if value is not None}


def _shoe(gear: Mapping[str, Any], taken: set[str]) -> Shoe:
    brand, model = words(gear.get("gearMakeName")), words(gear.get("gearModelName"))
    brand = "" if brand.lower().startswith(_BRANDLESS) else brand
    model = "" if model.lower().startswith(_BRANDLESS) else model
    model = model or words(gear.get("customMakeModel"))
    key = _id(gear.get("gearPk"))
    first = _day(gear.get("dateBegin"))
    name = words(gear.get("displayName")) or words(gear.get("customMakeModel")) or f"{brand} {model}".strip() or f"shoes {key}".strip()
    if name in taken:
        name = f"{name} ({first or key})"
    return Shoe(name, first_used=first, retired=_day(gear.get("dateEnd")), brand=brand, model=model)


def _day(value: object) -> date | None:
    """The runner's day: it is written as the UTC moment of their midnight, so it is the nearest midnight's."""
    moment = instant(value)
    return (moment + timedelta(hours=12)).date() if moment else None


def _kind(row: Mapping[str, Any]) -> str:
    kind = row.get("activityType")
    if isinstance(kind, dict):
        kind = kind.get("typeKey")
    return (words(kind) or words(row.get("sportType"))).lower()


def _title(row: Mapping[str, Any], kind: str) -> str:
    """The name, where the runner gave it: by default it is the sport, behind the place."""
    name, place = words(row.get("name")), words(row.get("locationName"))
    rest = name.removeprefix(place).strip().casefold()
    return "" if rest in _NAMES_OF_RUNNING or rest == kind.replace("_", " ") or not rest else name


def _offset(start: datetime, row: Mapping[str, Any]) -> int | None:
    """Local time minus UTC, to the quarter of an hour in which all zones are counted."""
    local = instant(row.get("startTimeLocal"))
    offset = round((local.replace(tzinfo=start.tzinfo) - start).total_seconds() / 900) * 900 if local else None
    return offset if offset is not None and abs(offset) <= _FURTHEST_OFFSET_S else None


def _total(row: Mapping[str, Any], name: str, unit: float) -> float | None:
    value = real(row.get(name))
    return value * unit if value is not None and value >= 0 else None


def _positive(row: Mapping[str, Any], name: str) -> float | None:
    value = real(row.get(name))
    return value if value is not None and value > 0 else None


def _id(value: object) -> str:
    """A number of the service as text; empty for what is none."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**18:
        return str(value)
    return value if isinstance(value, str) and value.isdecimal() and len(value) < 19 else ""
