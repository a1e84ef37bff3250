"""The list of activities as Garmin's web page exports it (``Activities.csv``), in any language.

The first columns keep their places in every language (sport, date, favourite, title, distance, calories, time); the others are
found by name. Distances are in kilometres or miles, as the account is set, and no cell says which.
"""

from __future__ import annotations

import re
import statistics
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from backstride.errors import RunFileError
from backstride.importers.sport_words import sport_of
from backstride.importers.table import Row, Table, decimal_mark, read_number, read_table
from backstride.importers.written_dates import DateOrder, Written, order_of, read_written
from backstride.model.run import FileOutcome, Run, StartKnown

__all__ = ["holds_garmin_list", "read_garmin_list"]

_SPORT, _DATE, _FAVOURITE, _TITLE, _DISTANCE, _TIME = 0, 1, 2, 3, 4, 6
_ROW = re.compile(
    r"^[^\n]{2,80}?[,;\t]\"?[\d./-]{8,10}[ T]\d{1,2}[:.]\d\d([:.]\d\d)?\"?[,;\t]\"?(true|false)\"?[,;\t]", re.IGNORECASE | re.MULTILINE
)
"""A row by which the list is known in any language: a sport, a moment, whether it is a favourite."""
_ENGLISH = "activity type,date,favorite,title,distance"
_NAMES = {
    "elapsed": ("Elapsed Time", "Verstrichene Zeit", "Temps écoulé", "Tempo transcorrido"),
    "heart_rate_bpm": ("Avg HR", "Ø HF", "Ø Herzfrequenz", "Fréquence cardiaque moyenne", "FC Média"),
    "cadence_spm": ("Avg Run Cadence", "Ø Schrittfrequenz (Laufen)", "Cadence de course moyenne", "Cadência de corrida média"),
    "step_m": ("Avg Stride Length", "Ø Schrittlänge", "Longueur moyenne des foulées", "Comprimento médio da passada"),
    "oscillation_cm": ("Avg Vertical Oscillation", "Ø vertikale Bewegung", "Oscillation verticale moyenne"),
    "contact_time_ms": ("Avg Ground Contact Time", "Ø Bodenkontaktzeit", "Temps de contact moyen avec le sol"),
    "balance": ("Avg GCT Balance", "Durchschnittliche Balance der Bodenkontaktzeit"),
    "power_w": ("Avg Power", "Ø Leistung", "Puissance moyenne"),
    "steps": ("Steps", "Schritte", "Pas", "Passos"),
    "ascent": ("Total Ascent", "Elev Gain", "Positiver Höhenunterschied", "Anstieg gesamt", "Ascension totale", "Subida total"),
    "descent": ("Total Descent", "Elev Loss", "Negativer Höhenunterschied", "Abstieg gesamt", "Descente totale", "Descida total"),
    "lowest": ("Min Temp", "Min. Temp.", "Température minimale"),
    "highest": ("Max Temp", "Max. Temp.", "Température maximale"),
}
"""Names that were seen in real lists. What is missing here is missing in the run; the first columns are there in every language."""
_MILE_M, _FOOT_M = 1609.344, 0.3048
_KM_OR_MILE = (1000 * _MILE_M) ** 0.5
_HOTTEST_C = 48.0
"""Hotter than anyone runs: such a temperature is in Fahrenheit."""
_FASTEST_MPS = 40.0
_MOST_ROWS = 50_000
"""Ten a day for thirteen years."""


@dataclass(frozen=True, slots=True)
class _Units:
    """What an account counts in, and how that was found."""

    metres: float
    climb_m: float
    fahrenheit: bool
    words: str


_METRIC = _Units(1000.0, 1.0, False, "distances in km")
_STATUTE = _Units(_MILE_M, _FOOT_M, True, "distances in miles")


def holds_garmin_list(start: bytes) -> bool:
    """Whether a table that begins like this (in lower case) is the list of the web page."""
    text = start.decode("utf-8", "replace").replace('"', "").replace(";", ",")
    return _ENGLISH in text or _ROW.search(start.decode("utf-8", "replace")) is not None


def read_garmin_list(path: Path, data: bytes) -> FileOutcome:
    """Read the list of the web page.

    Returns
    -------
    FileOutcome
        One `Run` a row of any sport (``table``). Starts are readings of the runner's clock. Whether distances are km or miles is
        told by steps times step length, else by temperatures; where neither tells, km are taken and the detail says so.
        ``--`` is missing.

    Raises
    ------
    RunFileError
        When no row can be read.
    """
    table = read_table(data)
    unread = len(table.rows[_MOST_ROWS:])
    table = replace(table, rows=table.rows[:_MOST_ROWS])
    columns = {key: found[0] for key, names in _NAMES.items() if (found := table.columns(*names))}
    mark = decimal_mark(cell for row in table.rows for cell in row.cells[_DISTANCE:]) or "."
    units = _units_of(table, columns, mark)
    dates = {row.number: written for row in table.rows if (written := read_written(row.cell(_DATE))) is not None}
    order, _ = order_of(dates.values(), DateOrder.MONTH_FIRST)
    runs = []
    for row in table.rows:
        written = dates.get(row.number)
        moment = written.moment(order) if written else None
        if written is not None and moment is not None and 1990 <= moment.year < 2100:
            runs.append(_Reading(row, columns, mark, units).run(moment, written, path))
    lost = len(table.rows) - len(runs) + len(table.lost)
    if not runs:
        raise RunFileError("lists no activity whose date can be read.", place=str(path), remedy="Export the list again.")
    said = f"{path}: {len(runs)} activities, {sum(run.sport == 'running' for run in runs)} of them runs; {units.words}"
    said += f"; {lost} rows without a readable date left out" if lost else ""
    said += f"; {unread} rows after the first {_MOST_ROWS:,} not read" if unread else ""
    return FileOutcome(str(path), "damaged" if table.lost or unread else "read", said, tuple(runs), table=True)


class _Reading:
    """One row, in the units of its list."""

    def __init__(self, row: Row, columns: dict[str, int], mark: str, units: _Units) -> None:
        self._row, self._columns, self._mark, self._units = row, columns, mark, units

    def run(self, moment: datetime, written: Written, path: Path) -> Run:
        """The row as a run."""
        word, title = self._row.cell(_SPORT), self._row.cell(_TITLE)
        sport, sub_sport, tags = sport_of(word)
        timer = _seconds(self._row.cell(_TIME), self._mark)
        return Run(
            start=moment if written.timed else moment.replace(hour=12, tzinfo=UTC),
            sport=sport,
            distance_m=self._distance_m(timer),
            timer_time_s=timer,
            elapsed_time_s=_seconds(self._row.cell(self._columns.get("elapsed")), self._mark),
            sub_sport=sub_sport,
            origin=f"{path} row {self._row.number}",
            title=_own(title, word),
            stated=self._stated(sport == "running"),
            tags=tags,
            start_known=StartKnown.LOCAL if written.timed else StartKnown.DAY,
        )

    def _distance_m(self, timer: float | None) -> float | None:
        shown = read_number(self._row.cell(_DISTANCE), self._mark)
        if shown is None or shown < 0:
            return None
        # Swims stand in metres (or yards, which nothing tells) in the same column: as km they would be faster than anyone.
        return None if timer and shown * self._units.metres / timer > _FASTEST_MPS else shown * self._units.metres

    def _stated(self, running: bool) -> dict[str, float]:
        step, swing = self._positive("step_m"), self._positive("oscillation_cm")
        temperatures = [value for key in ("lowest", "highest") if (value := self._number(key)) is not None]
        middle = sum(temperatures) / 2 if len(temperatures) == 2 else None
        climbs = {name: self._number(key) for name, key in (("ascent_m", "ascent"), ("descent_m", "descent"))}
        stated = {
            "heart_rate_bpm": self._positive("heart_rate_bpm"),
            "cadence_spm": self._positive("cadence_spm"),
            "contact_time_ms": self._positive("contact_time_ms"),
            "contact_balance_left": _left_share(self._row.cell(self._columns.get("balance")), self._mark),
            "vertical_oscillation_mm": swing * 10 if swing is not None else None,
            "step_length_mm": step * 1000 if step is not None and running else None,
            "power_w": self._positive("power_w"),
            "temperature_c": (middle - 32) / 1.8 if middle is not None and self._units.fahrenheit else middle,
            **{name: value * self._units.climb_m for name, value in climbs.items() if value is not None and value >= 0},
            "steps": self._positive("steps"),
        }
        return {name: value for name, value in stated.items() if value is not None}

    def _number(self, key: str) -> float | None:
        return read_number(self._row.cell(self._columns.get(key)), self._mark)

    def _positive(self, key: str) -> float | None:
        """A mean that cannot be 0, which the service writes where nothing was measured."""
        value = self._number(key)
        return value if value is not None and value > 0 else None


def _units_of(table: Table, columns: dict[str, int], mark: str) -> _Units:
    lengths, temperatures = [], []
    for row in table.rows:
        cells = (row.cell(_DISTANCE), row.cell(columns.get("cadence_spm")), row.cell(columns.get("step_m")))
        distance, cadence, step = (read_number(cell, mark) for cell in cells)
        timer = _seconds(row.cell(_TIME), mark)
        if distance and cadence and step and timer:
            lengths.append(cadence / 60 * step * timer / distance)
        temperatures += [value for key in ("lowest", "highest") if (value := read_number(row.cell(columns.get(key)), mark)) is not None]
    if lengths:
        return _METRIC if statistics.median(lengths) < _KM_OR_MILE else _STATUTE
    if temperatures and max(temperatures) > _HOTTEST_C:
        return _STATUTE
    return _Units(1000.0, 1.0, False, "distances taken as km (nothing in the list tells km from miles)")


def _seconds(text: str, mark: str = ".") -> float | None:
    """Seconds of ``01:07:30`` or ``31:40.5``; None for anything else."""
    parts = text.strip("'").split(":")
    if not 2 <= len(parts) <= 3 or not all(part.isdecimal() and len(part) < 5 for part in parts[:-1]):
        return None
    last = read_number(parts[-1], mark)
    if last is None or not 0 <= last < 60:
        return None
    minutes = 0
    for part in parts[:-1]:
        minutes = minutes * 60 + int(part)
    return minutes * 60 + last


def _own(title: str, sport: str) -> str:
    """The title where the runner gave one: by default it is the sport, behind the place."""
    default = title.casefold().endswith(sport.casefold()) and len(title.split()) <= len(sport.split()) + 2
    return "" if default else title.lstrip("'")


def _left_share(text: str, mark: str) -> float | None:
    """The left leg's share of ``50.2% L / 49.8% R``."""
    found = re.search(r"([\d.,]+)\s*%?\s*[LGIS]\b", text)  # left, links, gauche, izquierda, sinistra
    value = read_number(found[1] if found else text, mark)
    return value / 100 if value is not None and 0 < value < 100 else None
