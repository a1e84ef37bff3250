"""What a health export tells of days: sleep, water drunk, body weight, resting heart rate."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from backstride.importers.apple_records import named
from backstride.importers.apple_time import Clock, local_day, offset_in, offset_of
from backstride.importers.apple_units import KILOGRAMS, MILLILITRES, PER_MINUTE, Units, quantity
from backstride.model.run import DayValue

__all__ = ["Days"]

_ASLEEP = frozenset(f"HKCategoryValueSleepAnalysisAsleep{stage}" for stage in ("", "Unspecified", "Core", "Deep", "REM"))
"""Neither in bed nor awake."""
_SAME_NIGHT_S = 3 * 3600
"""Awake for longer, and what follows is another sleep."""
_MAX_SLEEP_S = 24 * 3600
_MAX_DRINKS = 1_000_000


class Days:
    """Collects records about days.

    Attributes
    ----------
    kept, unknown_units : int
        Records kept; records in a unit that is not known, which are missing.
    """

    def __init__(self, clock: Clock) -> None:
        self.kept = 0
        self.unknown_units = 0
        self._clock = clock
        self._asleep, self._awake, self._offsets = array("I"), array("I"), array("i")
        self._drinks: set[tuple[int, float, str]] = set()
        self._water_ml: dict[date, float] = {}
        self._weight_kg: dict[date, tuple[int, float]] = {}
        self._resting_bpm: dict[date, tuple[int, float]] = {}

    def keepers(self) -> Mapping[str, Callable[[list[str]], None]]:
        """What keeps one record of a quantity, by its type."""
        return {
            "HKQuantityTypeIdentifierDietaryWater": self._water,
            "HKQuantityTypeIdentifierBodyMass": self._weight,
            "HKQuantityTypeIdentifierRestingHeartRate": self._resting,
        }

    def sleep(self, attributes: list[str]) -> bool:
        """Keep a record of sleep; False where it tells of none."""
        record = named(attributes)
        if record.get("value") not in _ASLEEP:
            return False
        try:
            first, last = self._clock.unix(record["startDate"]), self._clock.unix(record["endDate"])
        except (KeyError, ValueError):
            return False
        if not first < last <= first + _MAX_SLEEP_S:
            return False
        self._asleep.append(first)
        self._awake.append(last)
        self._offsets.append(offset_of(record["endDate"]))
        self.kept += 1
        return True

    def sleep_in_zone(self, zone: str) -> None:
        """The zone in which the sleep kept last was slept: it may be another than the one the times are written in."""
        offset = offset_in(zone, self._awake[-1]) if self._awake else None
        if offset is not None:
            self._offsets[-1] = offset

    def _water(self, attributes: list[str]) -> None:
        read = self._quantity(attributes, MILLILITRES)
        if read is None:
            return
        at, day, value, source = read
        drink = (at, value, source)
        if drink not in self._drinks and len(self._drinks) < _MAX_DRINKS:
            self._drinks.add(drink)
            self._water_ml[day] = self._water_ml.get(day, 0.0) + value
            self.kept += 1

    def _weight(self, attributes: list[str]) -> None:
        read = self._quantity(attributes, KILOGRAMS)
        if read is None:
            return
        at, day, value, _ = read
        # The first of a day: before breakfast and before a run, as far as weights can be compared.
        if day not in self._weight_kg or at < self._weight_kg[day][0]:
            self._weight_kg[day] = at, value
        self.kept += 1

    def _resting(self, attributes: list[str]) -> None:
        read = self._quantity(attributes, PER_MINUTE)
        if read is None:
            return
        at, day, value, _ = read
        # A watch revises it in the course of a day; what it says last stands.
        if day not in self._resting_bpm or at >= self._resting_bpm[day][0]:
            self._resting_bpm[day] = at, value
        self.kept += 1

    def _quantity(self, attributes: list[str], units: Units) -> tuple[int, date, float, str] | None:
        record = named(attributes)
        try:
            written = record["startDate"]
            at = self._clock.unix(written)
            text = record["value"]
        except (KeyError, ValueError):
            return None
        try:
            value = quantity(text, record.get("unit", ""), units)
        except KeyError:
            self.unknown_units += 1
            return None
        if math.isnan(value) or value < 0:
            return None
        return at, local_day(at, offset_of(written)), value, record.get("sourceName", "")[:80]

    def rows(self, origin: str) -> tuple[DayValue, ...]:
        """Everything known, a row a day and name."""
        sleep_h: dict[date, float] = {}
        for day, seconds in self._nights():
            sleep_h[day] = sleep_h.get(day, 0.0) + seconds / 3600
        tables: Mapping[str, Mapping[date, float]] = {
            "sleep_h": {day: hours for day, hours in sleep_h.items() if hours <= 24},
            "hydration_ml": self._water_ml,
            "body_weight_kg": {day: value for day, (_, value) in self._weight_kg.items() if value > 0},
            "resting_heart_rate_bpm": {day: value for day, (_, value) in self._resting_bpm.items() if value > 0},
        }
        return tuple(DayValue(day, name, table[day], origin) for name, table in tables.items() for day in sorted(table))

    def _nights(self) -> Iterator[tuple[date, float]]:
        """The local day on which each sleep ends, and the seconds asleep in it: once, by however many sources it was told."""
        pieces = sorted(zip(self._asleep, self._awake, self._offsets, strict=True))
        until, slept, offset = 0, 0, 0
        for first, last, its_offset in pieces:
            if slept and first > until + _SAME_NIGHT_S:
                yield local_day(until, offset), slept
                slept = 0
            slept += max(last - max(first, until), 0)
            if last > until:
                until, offset = last, its_offset
        if slept:
            yield local_day(until, offset), slept
