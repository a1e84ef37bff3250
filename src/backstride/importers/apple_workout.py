"""One workout of a health export, gathered while its elements pass by, and the run that it is."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from backstride.importers.apple_records import MAX_SOURCE, QUANTITIES, Records, named
from backstride.importers.apple_time import Clock, offset_in
from backstride.importers.apple_units import CELSIUS, COUNT, METRES, SECONDS, Units, humidity, quantity, value_and_unit
from backstride.model.run import Run

__all__ = ["MAX_WORKOUT_S", "Workout"]

MAX_WORKOUT_S = 86_400
"""Records are looked for in the first day of a workout only: one that was never ended would claim all that followed."""
_QUANTITY = "HKQuantityTypeIdentifier"
_MAX_ROUTES = 100
_MAX_KINDS = 20
_MAX_TEXT = 300
_METADATA = frozenset(
    (
        "HKTimeZone",
        "HKIndoorWorkout",
        "HKWasUserEntered",
        "HKWeatherTemperature",
        "HKWeatherHumidity",
        "HKElevationAscended",
        "HKElevationDescended",
    )
)
_FROM_METADATA: Mapping[str, tuple[str, Units]] = {
    "HKWeatherTemperature": ("weather_temperature_c", CELSIUS),
    "HKElevationAscended": ("ascent_m", METRES),
    "HKElevationDescended": ("descent_m", METRES),
}
_AVERAGES = {name: row for name, row in QUANTITIES.items() if name not in ("RunningSpeed", "DistanceWalkingRunning", "StepCount")}
_ATTRIBUTES = (
    "workoutActivityType",
    "startDate",
    "endDate",
    "duration",
    "durationUnit",
    "totalDistance",
    "totalDistanceUnit",
    "device",
)
_STATISTICS = ("sum", "average", "unit")


class Workout:
    """A workout element.

    Statistics and metadata of the one activity inside a workout count where the workout itself has none of the kind;
    with several activities (intervals, or the parts of a triathlon) they speak of parts and are passed over.

    Parameters
    ----------
    attributes : list of str
        Name, value, name, value...
    """

    def __init__(self, attributes: list[str]) -> None:
        self.unknown_units = 0
        workout = named(attributes)
        self._source = workout.get("sourceName", "")[:MAX_SOURCE]
        self._attributes = _short(workout, _ATTRIBUTES)
        self._metadata: tuple[dict[str, str], dict[str, str]] = {}, {}
        self._statistics: tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]] = {}, {}
        self._activities = 0
        self._in_activity = False
        self._routes: list[str] = []
        self._paused_at: str = ""
        self._pauses: list[tuple[str, str]] = []
        self._effort = math.nan

    def begin(self, name: str, attributes: list[str]) -> None:
        """A child begins, at any depth."""
        child = named(attributes)
        if name == "WorkoutActivity":
            self._activities += 1
            self._in_activity = True
        elif name == "MetadataEntry" and child.get("key") in _METADATA:
            self._metadata[self._in_activity].setdefault(child["key"], child.get("value", "")[:_MAX_TEXT])
        elif name == "WorkoutStatistics":
            kind = child.get("type", "").removeprefix(_QUANTITY)
            wanted = kind in _AVERAGES or kind == "StepCount" or (kind.startswith("Distance") and len(kind) < _MAX_TEXT)
            if wanted and len(self._statistics[self._in_activity]) < _MAX_KINDS:
                self._statistics[self._in_activity].setdefault(kind, _short(child, _STATISTICS))
        elif name == "WorkoutEvent" and not self._in_activity:
            self._event(child)
        elif name == "FileReference" and len(self._routes) < _MAX_ROUTES:
            self._routes.append(child.get("path", "").replace("\\", "/").rpartition("/")[2][:_MAX_TEXT])
        elif name == "Record" and child.get("type") == f"{_QUANTITY}WorkoutEffortScore":
            self.told_effort(_number(child.get("value", "")))

    def end(self, name: str) -> None:
        """A child ends."""
        if name == "WorkoutActivity":
            self._in_activity = False

    def _event(self, event: Mapping[str, str]) -> None:
        kind, at = event.get("type", ""), event.get("date", "")[:_MAX_TEXT]
        if kind.endswith(("Pause", "MotionPaused")):
            self._paused_at = self._paused_at or at
        elif kind.endswith(("Resume", "MotionResumed")) and self._paused_at:
            if len(self._pauses) < 10_000:
                self._pauses.append((self._paused_at, at))
            self._paused_at = ""

    def told_effort(self, score: float) -> None:
        """How hard it was in the runner's own word, 1 to 10; what a watch estimates is no such word."""
        if 1 <= score <= 10:
            self._effort = score

    def run(self, clock: Clock, path: str) -> tuple[Run, int, int] | None:
        """The run without samples, and its first and last second; None without a start that is a time.

        Its offset from UTC is the one of the zone it names: times are written in the phone's offset at export.
        """
        attributes = self._attributes
        try:
            start = clock.unix(attributes["startDate"])
        except (KeyError, ValueError):
            return None
        try:
            end: int | None = clock.unix(attributes["endDate"])
        except (KeyError, ValueError):
            end = None
        if end is not None and end < start:
            end = None
        metadata, statistics = self._known()
        sport = _word(attributes.get("workoutActivityType", ""))
        indoor = metadata.get("HKIndoorWorkout") == "1" and sport in ("running", "walking")
        elapsed = None if end is None else float(end - start)
        timer = self._quantity(attributes.get("duration"), attributes.get("durationUnit", ""), SECONDS)
        if timer is None and elapsed is not None and self._pauses:
            timer = max(elapsed - self._pauses_s(clock), 0.0)
        run = Run(
            start=datetime.fromtimestamp(start, UTC),
            sport=sport,
            distance_m=self._distance(statistics),
            timer_time_s=timer,
            elapsed_time_s=elapsed,
            sub_sport="treadmill" if indoor else "",
            utc_offset_s=offset_in(metadata["HKTimeZone"], start) if metadata.get("HKTimeZone") else None,
            device=_device(attributes.get("device", ""), self._source),
            origin=path,
            perceived_exertion=None if math.isnan(self._effort) else self._effort,
            stated=self._stated(metadata, statistics),
            tags=("treadmill",) if indoor else (),
            links=tuple(f"apple-route:{name}" for name in dict.fromkeys(self._routes) if name),
            by_hand=metadata.get("HKWasUserEntered") == "1",
        )
        last = start if end is None else min(end, start + MAX_WORKOUT_S)
        return run, start, last

    def with_samples(self, run: Run, records: Records, start: int, last: int) -> Run:
        """The run with what was recorded between these seconds.

        Parameters
        ----------
        records : Records
            Everything recorded, kept already.
        """
        load = records.samples(self._source, start, last)
        samples = load()
        if not samples:
            return run
        run = replace(run, load_samples=load, record_count=int(samples["time_s"].size))
        if run.distance_m is None and "distance_m" in samples:
            return replace(run, distance_m=float(np.nanmax(samples["distance_m"])), origin=f"{run.origin} (distance from its records)")
        return run

    def _known(self) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
        metadata, statistics = dict(self._metadata[0]), dict(self._statistics[0])
        if self._activities == 1:
            metadata = self._metadata[1] | metadata
            statistics = self._statistics[1] | statistics
        return metadata, statistics

    def _pauses_s(self, clock: Clock) -> float:
        paused = 0
        for stopped, resumed in self._pauses:
            try:
                paused += max(clock.unix(resumed) - clock.unix(stopped), 0)
            except ValueError:
                continue
        return paused

    def _distance(self, statistics: Mapping[str, Mapping[str, str]]) -> float | None:
        """As statistics of its own or, in older exports, as an attribute of the workout."""
        for kind, row in statistics.items():
            if kind.startswith("Distance") and (value := self._quantity(row.get("sum"), row.get("unit", ""), METRES)) is not None:
                return value
        return self._quantity(self._attributes.get("totalDistance"), self._attributes.get("totalDistanceUnit", ""), METRES)

    def _stated(self, metadata: Mapping[str, str], statistics: Mapping[str, Mapping[str, str]]) -> dict[str, float]:
        stated: dict[str, float] = {}
        for kind, (column, units) in _AVERAGES.items():
            if kind in statistics:
                row = statistics[kind]
                _put(stated, column, self._quantity(row.get("average"), row.get("unit", ""), units))
        if "StepCount" in statistics:
            row = statistics["StepCount"]
            _put(stated, "steps", self._quantity(row.get("sum"), row.get("unit", ""), COUNT))
        for key, (column, units) in _FROM_METADATA.items():
            if key in metadata:
                _put(stated, column, self._quantity(*value_and_unit(metadata[key]), units))
        if "HKWeatherHumidity" in metadata:
            try:
                share = humidity(metadata["HKWeatherHumidity"])
            except KeyError:
                self.unknown_units += 1
            else:
                _put(stated, "humidity", None if math.isnan(share) else share)
        return stated

    def _quantity(self, text: str | None, unit: str, units: Units) -> float | None:
        if text is None:
            return None
        try:
            value = quantity(text, unit, units)
        except KeyError:
            self.unknown_units += 1
            return None
        return None if math.isnan(value) else value


def _put(stated: dict[str, float], name: str, value: float | None) -> None:
    if value is not None:
        stated[name] = value


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _word(activity: str) -> str:
    """``"HKWorkoutActivityTypeTraditionalStrengthTraining"`` as ``"traditional_strength_training"``."""
    name = activity.removeprefix("HKWorkoutActivityType")[:60]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower() or "unknown"


def _device(text: str, source: str) -> str:
    hardware = re.search(r"hardware:([^>]*?)(?:, software|, creation date|>|$)", text)
    if hardware and hardware[1].strip():
        return f"apple/{hardware[1].strip()[:40]}"
    return " ".join(source.split())[:80]


def _short(element: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: element[name][:_MAX_TEXT] for name in names if name in element}
