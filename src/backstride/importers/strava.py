"""Strava's own export: the list of activities in any language, and the list of shoes.

The list keeps what no recorded file holds: title and notes, perceived exertion, the pair worn, the weather, runs typed in by hand.
Times in it are UTC (a row of 15:24 was seen with a title of the same runner that says 16:24, in winter, in Germany).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from statistics import median

from backstride.errors import RunFileError
from backstride.importers.sport_words import sport_of
from backstride.importers.strava_words import columns_of
from backstride.importers.table import Row, Table, decimal_mark, plain, read_number, read_table
from backstride.importers.written_dates import DateOrder, order_of, read_written
from backstride.model.run import FileOutcome, Run, Shoe, StartKnown

__all__ = ["read_strava_activities", "read_strava_shoes", "strava_reader"]

_SNIFFED = 32_000
_FILE = re.compile(r"(?:^|[/\\])activities[/\\](?P<id>\d+)\.(?:fit|gpx|tcx)(?:\.gz)?\Z", re.IGNORECASE)
_MILE_M = 1609.344
_KNOWN_ENOUGH = 3
_ENOUGH_FILES = 50
"""Names of files that settle in which column they stand."""
_TOLD = 3
"""Broken rows that are told one by one."""
_YEARS = range(1990, 2101)
_YES = ("true", "1", "1.0", "1,0", "yes", "wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar", "prawda", "sant")
"""A yes as the service writes it, and as spreadsheets of several languages write it back."""
_FASTEST_MPS = 30.0
"""Faster than any runner or cyclist over a whole activity: such a distance was not km."""
_SHOE = re.compile(
    r"shoe|schuh|chaussure|zapat|scarp|sapat|\btênis|calçado|schoen|\bbut[yó]|sko(en)?\b|\bsko|boty|kenk|シューズ|靴|鞋|신발|обув|ayakkab|sepatu"
)


def strava_reader(path: Path, data: bytes) -> Callable[[Path, bytes], FileOutcome] | None:
    """The reader of a table of Strava's export, by its content and, where that cannot tell, its name; None for any other file."""
    name = re.split(r"[/\\!]", str(path))[-1].lower().removesuffix(".gz")
    if not name.endswith(".csv"):
        return None
    table = read_table(data[:_SNIFFED])
    if _holds_activities(table, name):
        return read_strava_activities
    if name == "bikes.csv":
        return None
    words = [plain(column) for column in table.header]
    if 3 <= len(words) <= 6 and (name == "shoes.csv" or all(_SHOE.search(word) for word in words[:3])):
        return read_strava_shoes
    if name == "profile.csv":
        return _private
    return None


def _holds_activities(table: Table, name: str) -> bool:
    columns, known = columns_of(table.header)
    if known >= _KNOWN_ENOUGH and {"id", "date"} <= columns.keys() and columns.keys() & {"elapsed_shown", "moving", "filename"}:
        return True
    if any(_FILE.search(cell) for row in table.rows[:50] for cell in row.cells):
        return 2 * sum(row.cell(0).isdecimal() for row in table.rows) > len(table.rows)
    return name == "activities.csv" and any(row.cell(0).isdecimal() and read_written(row.cell(1)) for row in table.rows[:50])


def _private(path: Path, data: bytes) -> FileOutcome:
    return FileOutcome(str(path), "skipped", f"{path}: skipped, holds a name and an address, which are not taken")


def read_strava_shoes(path: Path, data: bytes) -> FileOutcome:
    """Read ``shoes.csv``: name, brand, model and sports of each pair, in this order in every language.

    Returns
    -------
    FileOutcome
        With `shoes`. A pair without a name goes by brand and model. The list knows neither days nor distances.
    """
    shoes = []
    for row in read_table(data).rows:
        name, brand, model = (row.cell(at) for at in range(3))
        if name := name or f"{brand} {model}".strip():
            shoes.append(Shoe(name, brand=brand, model=model))
    count = f"{len(shoes)} {'pair' if len(shoes) == 1 else 'pairs'} of shoes"
    return FileOutcome(str(path), "read", f"{path}: {count}", shoes=tuple(shoes), table=True)


def read_strava_activities(path: Path, data: bytes) -> FileOutcome:
    """Read ``activities.csv``: one `Run` a row, of any sport.

    Columns are found by what stands twice and by place, then by name in the languages known, and the one with file names by what it
    holds; no number of columns is expected. Distance comes from the column in metres; where there is none, from the column for people,
    whose unit the other column or the speeds tell. Timer time is the device's; without one it is the service's moving time.

    Returns
    -------
    FileOutcome
        ``"damaged"`` when a row could not be read; each costs only itself and is told.

    Raises
    ------
    RunFileError
        When there are rows and none can be read.
    """
    table = read_table(data)
    columns = _columns(table)
    reading = _Reading.of(table, columns)
    runs: list[Run] = []
    lost = list(table.lost)
    for row in table.rows:
        run = reading.run(row, path)
        if isinstance(run, str):
            lost.append((row.number, run))
        else:
            runs.append(run)
    lost.sort()
    if lost and not runs:
        raise RunFileError(
            f"is a list of activities, but none of its {len(lost)} rows could be read ({_told(lost)}).",
            place=str(path),
            remedy="Take it from the export as it came; a program that opened it may have changed it.",
        )
    detail = f"{path}: {', '.join(_counts(runs))}{reading.remark}"
    if lost:
        rows = "1 row" if len(lost) == 1 else f"{len(lost)} rows"
        return FileOutcome(str(path), "damaged", f"{detail}; {rows} could not be read: {_told(lost)}", tuple(runs), table=True)
    return FileOutcome(str(path), "read", detail, tuple(runs), table=True)


def _counts(runs: Sequence[Run]) -> Iterator[str]:
    yield f"{len(runs)} {'activity' if len(runs) == 1 else 'activities'}"
    yield f"{sum(run.sport == 'running' for run in runs)} of running"
    if without := sum(not any(link.startswith("strava-file:") for link in run.links) for run in runs):
        yield f"{without} without a file"


def _told(lost: Sequence[tuple[int, str]]) -> str:
    told = "; ".join(f"row {number}: {why}" for number, why in lost[:_TOLD])
    return told + (f"; and {len(lost) - _TOLD} more" if len(lost) > _TOLD else "")


def _columns(table: Table) -> dict[str, int]:
    """Where each thing stands; what a cell says about its column goes before what the header says."""
    columns, _ = columns_of(table.header)
    found = (at for row in table.rows for at, cell in enumerate(row.cells) if cell[:10].lower() == "activities" and _FILE.search(cell))
    places = Counter(islice(found, _ENOUGH_FILES))
    if places:
        filename = places.most_common(1)[0][0]
        if columns.get("filename") != filename:
            # Of a list in an unknown language with fewer columns; in all of them the gear stands before the file.
            columns = {key: at for key, at in columns.items() if at <= 6 or at > filename}
            columns |= {"filename": filename, "gear": filename - 1}
    return columns


@dataclass(frozen=True, slots=True)
class _Reading:
    """How one table is to be read.

    Attributes
    ----------
    columns : mapping of str to int
    order : DateOrder
    shown_mark, mark : str
        What parts the decimals in the column for people, and in the others.
    shown_m : float
        Metres in one of the unit of the column for people.
    width : int
        Cells of a row at most: with more, and without a file name where it belongs, a mark parted what is one cell.
    remark : str
        What was decided about the table as a whole without being sure; empty where nothing was.
    """

    columns: Mapping[str, int]
    order: DateOrder
    shown_mark: str
    mark: str
    shown_m: float
    width: int
    remark: str

    @classmethod
    def of(cls, table: Table, columns: Mapping[str, int]) -> _Reading:
        def cells(*keys: str) -> Iterator[str]:
            return (row.cell(columns.get(key)) for row in table.rows for key in keys)

        shown_mark = decimal_mark(cells("distance_shown")) or "."
        mark = decimal_mark(cells("elapsed", "moving", "distance", "heart_rate")) or "."
        date_name = plain(table.header[columns["date"]]) if "date" in columns and table.header else ""
        fallback = DateOrder.MONTH_FIRST if date_name in ("activity date", "date") else DateOrder.DAY_FIRST
        order, how = order_of((written for cell in cells("date") if (written := read_written(cell)) is not None), fallback)
        shown_m, doubt = _shown_unit(table, columns, shown_mark, mark)
        remark = (f"; dates read {order}, by {how}" if how else "") + doubt
        usual = Counter(len(row.cells) for row in table.rows).most_common(1)
        width = max(len(table.header), usual[0][0] if usual else 0)
        return cls(columns, order, shown_mark, mark, shown_m, width, remark)

    def run(self, row: Row, path: Path) -> Run | str:
        """The run of a row, or why there is none."""
        filename = self._cell(row, "filename")
        file = _FILE.search(filename)
        if len(row.cells) > self.width and file is None:
            return f"it has {len(row.cells)} cells under {self.width} columns"
        date = self._cell(row, "date")
        written = read_written(date)
        start = None if written is None else written.moment(self.order)
        if written is None or start is None:
            return f"its date, {date[:40]!r}, cannot be read" if date else "it has no date"
        if start.year not in _YEARS:
            return f"its date, {date[:40]!r}, is none of a run"
        sport = sport_of(self._cell(row, "sport"))
        stated = dict(self._stated(row, sport.sport))
        elapsed_s = self._in(row, "elapsed", 0, 3e6)
        if elapsed_s is None:
            elapsed_s = self._in(row, "elapsed_shown", 0, 3e6)
        timer_s = self._in(row, "timer", 0.1, 3e6)
        if timer_s is None or (elapsed_s is not None and timer_s > elapsed_s + 60):
            timer_s = self._in(row, "moving", 0, 3e6)
        activity = self._cell(row, "id")
        links = [f"strava:{activity}"] if activity.isdecimal() else []
        if file is not None:
            links.append(f"strava-file:{file['id']}")
        return Run(
            start=start if written.timed else start + timedelta(hours=12),
            sport=sport.sport,
            distance_m=self._distance_m(row),
            timer_time_s=timer_s,
            elapsed_time_s=elapsed_s,
            sub_sport=sport.sub_sport,
            origin=str(path),
            shoe=self._cell(row, "gear") if sport.sport in ("running", "walking", "hiking") else "",
            title=self._cell(row, "title"),
            note="\n".join(filter(None, (self._cell(row, "description"), self._cell(row, "private_note")))),
            perceived_exertion=self._in(row, "exertion", 0, 10),
            stated=stated,
            tags=(*self._tags(row), *sport.tags),
            links=tuple(links),
            start_known=StartKnown.INSTANT if written.timed else StartKnown.DAY,
            by_hand=not filename and not self._recorded(row, stated),
        )

    def _cell(self, row: Row, key: str) -> str:
        return row.cell(self.columns.get(key))

    def _in(self, row: Row, key: str, low: float, high: float) -> float | None:
        """A number of the row; missing where it is none or none that can be."""
        cell = self._cell(row, key)
        value = read_number(cell, self.mark) if cell else None
        return value if value is not None and low <= value <= high else None

    def _distance_m(self, row: Row) -> float | None:
        distance_m = self._in(row, "distance", 0, 5e6)
        if distance_m is None:
            shown = read_number(self._cell(row, "distance_shown"), self.shown_mark)
            distance_m = None if shown is None else round(shown * self.shown_m, 3)
        return distance_m if distance_m is not None and 0 <= distance_m <= 5e6 else None

    def _stated(self, row: Row, sport: str) -> Iterator[tuple[str, float]]:
        for name, key, low, high in _STATED:
            if (value := self._in(row, key, low, high)) is not None:
                yield name, value
        humidity = self._in(row, "humidity", 0, 100)
        if humidity is not None:
            yield "humidity", humidity if humidity <= 1 else humidity / 100
        on_foot = {"running": 120.0, "walking": 80.0, "hiking": 80.0}.get(sport)
        cadence = self._in(row, "cadence", 1, 300)
        if on_foot is not None and cadence is not None:
            # The list repeats what the device counted: of one leg with most, of both with some.
            yield "cadence_spm", cadence * 2 if cadence < on_foot else cadence

    def _recorded(self, row: Row, stated: Mapping[str, float]) -> bool:
        """Whether something stands in a row without a file that nobody types in."""
        if self._in(row, "max_heart_rate", 20, 260) is not None or plain(self._cell(row, "from_upload")) in _YES:
            return True
        return any(name in stated for name in ("heart_rate_bpm", "cadence_spm", "power_w", "temperature_c", "steps"))

    def _tags(self, row: Row) -> Iterator[str]:
        for tag, key in (("race", "competition"), ("long_run", "long_run"), ("commute", "commute")):
            if plain(self._cell(row, key)) in _YES:
                yield tag


_STATED = (
    ("heart_rate_bpm", "heart_rate", 20, 260),
    ("power_w", "power", 1, 3000),
    ("temperature_c", "temperature", -50, 70),
    ("ascent_m", "ascent", 0, 30_000),
    ("descent_m", "descent", 0, 30_000),
    ("steps", "steps", 0, 500_000),
    ("weather_temperature_c", "weather_temperature", -60, 60),
    ("apparent_temperature_c", "apparent_temperature", -80, 80),
    ("dew_point_c", "dew_point", -80, 40),
    ("wind_mps", "wind", 0, 80),
)
"""Name, column, and the least and most that can be: weather as measured on Earth, the rest as a person can reach. All are in our units."""


def _shown_unit(table: Table, columns: Mapping[str, int], shown_mark: str, mark: str) -> tuple[float, str]:
    """Metres in one of the unit of the distances for people, and a remark where that is not sure."""
    ratios, speeds = [], []
    for row in table.rows:
        shown = read_number(row.cell(columns.get("distance_shown")), shown_mark)
        distance_m = read_number(row.cell(columns.get("distance")), mark)
        elapsed_s = read_number(row.cell(columns.get("elapsed_shown")), mark)
        if shown and distance_m and shown > 0.3:
            ratios.append(distance_m / shown)
        elif shown and elapsed_s:
            speeds.append(shown * 1000 / elapsed_s)
    if ratios:
        return min((1.0, 1000.0, _MILE_M), key=lambda unit: abs(median(ratios) / unit - 1)), ""
    if not speeds:
        return 1000.0, ""
    if median(speeds) > _FASTEST_MPS:
        return 1.0, ""
    return 1000.0, "; distances taken as km, the list does not say"
