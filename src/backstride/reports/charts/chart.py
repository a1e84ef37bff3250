"""What all charts share: the noun, the colours, the axis of days, and where the words of events stand."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from backstride.reports.charts.days import as_text, middle, milliseconds, ticks
from backstride.reports.visible import visible

if TYPE_CHECKING:
    import altair as alt

__all__ = ["INK", "NARROW", "QUIET", "STRIP", "TONES", "WIDTH", "Band", "Chart", "Event", "Frame", "Sketch", "number", "short"]

WIDTH = 640
"""Of a chart in px, with its axes."""
NARROW = 360
"""A phone: every chart can be read at this width too."""
TEXT = 12
"""No text is smaller, in px."""

INK = "#2b2b2b"
QUIET = "#5c5c5c"
TONES = {
    "run": "#6b90b0",
    "past": "#9fb5c6",
    "pain": "#96341a",
    "spell": "#e19462",
    "usual": "#d3e0ea",
    "unknown": "#949494",
    "grid": "#ebebeb",
    "light": "#c4c4c4",
}
"""What can be taken for another differs in brightness or in shape too: for print in grey, and for those who can't tell red from green."""
_SPELL_OPACITY = 0.3

_FONTS = ("system-ui", "'Segoe UI'", "Roboto", "'Helvetica Neue'", "Arial", "sans-serif")
_LETTER = 6.5
"""Mean width of a letter at `TEXT` px."""
_PLOT = NARROW - 64
"""Of a narrow chart, what is left beside the axis."""
_LABEL_ROWS = 3
"""For words of events; those of bands stand in a row of their own above them."""
_MANY_EVENTS = 8
"""Of more, each kind has its words once and the lines are lighter."""
_ROW = 17
_LONGEST_LABEL = 26
_LONGEST_TITLE, _TITLE_LINE = 120, 40
STRIP = 10
"""Height in px of the strip that says where nothing is known."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture that isn't drawn yet.

    Attributes
    ----------
    spec : dict
        Vega-Lite, with all its data, `WIDTH` px wide. It names no address.
    alt : str
        What the picture shows, in one or two sentences with numbers.
    title : str
        One line.
    """

    spec: dict[str, Any]
    alt: str
    title: str


@dataclass(frozen=True, slots=True)
class Event:
    """A day on which something happened, as in "new pair" or "race"."""

    day: date
    words: str


@dataclass(frozen=True, slots=True)
class Band:
    """A span of days, both included, as in "pain". ``end`` None: it goes on."""

    begin: date
    end: date | None
    words: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The days that a chart shows, both included, with what happened in them."""

    first: date
    last: date
    bands: tuple[Band, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def ends(self) -> tuple[np.datetime64, np.datetime64]:
        """The first day, and the day after the last."""
        return np.datetime64(self.first, "D"), np.datetime64(self.last, "D") + np.timedelta64(1, "D")

    @property
    def top(self) -> int:
        """Height in px of the words above the first panel."""
        return max((label.y + _ROW - _ROW // 2 for label in self._labels()), default=0)

    def axis(self, field: str) -> alt.X:
        """The axis of days; the year stands under the first mark and where it changes."""
        import altair as alt

        marks, labels = ticks(self.first, self.last)
        scale = alt.Scale(type="utc", nice=False)
        return alt.X(f"{field}:T", scale=scale, axis=alt.Axis(values=marks, labelExpr=labels, title=None, grid=False, labelOverlap=True))

    def seen(self) -> tuple[tuple[Band, ...], tuple[Event, ...]]:
        """Bands and events of which something lies within the frame, bands cut to it, so that each has an end."""
        bands = ((max(b.begin, self.first), min(b.end or self.last, self.last), b.words) for b in self.bands)
        return (
            tuple(Band(begin, end, words) for begin, end, words in bands if begin <= end),
            tuple(e for e in self.events if self.first <= e.day <= self.last),
        )

    def draw(self, sketch: Sketch, height: int, headings: Mapping[str, tuple[str, int]]) -> None:
        """Adds bands, events and their words, down to `height` px, and headings.

        Parameters
        ----------
        sketch : Sketch
        height : int
        headings : mapping
            What a panel shows, and the middle of that line in px, by the name of its rows.
        """
        import altair as alt

        # Rows that reach to both ends, though nothing happened there: Vega-Lite takes the axis from the rows of all layers.
        both_ends = sketch.rows("days", ({"at": as_text(day)} for day in (self.first, self.last + timedelta(days=1))))
        sketch.add(both_ends.mark_point(opacity=0).encode(x=self.axis("at")))
        self._draw_events(sketch, height)
        lines = {name: sketch.rows(name, [{"words": words}]) for name, (words, _) in headings.items()}
        at = {name: {"x": alt.value(0), "y": alt.value(y), "text": alt.Text("words:N")} for name, (_, y) in headings.items()}
        for name, line in lines.items():
            # So that lines of events pass behind the words; below the bands, which let it through, it can't be seen.
            halo = line.mark_text(align="left", color="#ffffff", stroke="#ffffff", strokeWidth=5, strokeJoin="round")
            sketch.add(halo.encode(**at[name]))
        self._draw_bands(sketch, height)
        for name, line in lines.items():
            sketch.add(line.mark_text(align="left", color=QUIET).encode(**at[name]))
        self._draw_labels(sketch)

    def _draw_events(self, sketch: Sketch, height: int) -> None:
        """A line for each day with an event, from its words down."""
        import altair as alt

        days = _by_day(self.seen()[1])
        if days:
            from_y = {label.day: label.y - _ROW // 2 for label in self._labels() if not label.of_band}
            rows = ({"at": middle(d), "said": f"{as_text(d)}: {words}", "y": from_y.get(d, self.top)} for d, words in days.items())
            many = len(days) > _MANY_EVENTS
            mark = sketch.rows("events", rows).mark_rule(color=TONES["light"] if many else QUIET, strokeDash=[1, 0] if many else [4, 3])
            y = alt.Y("y:Q", scale=None, axis=None)
            sketch.add(mark.encode(x=self.axis("at"), y=y, y2=alt.value(height), tooltip="said:N"))

    def _draw_bands(self, sketch: Sketch, height: int) -> None:
        import altair as alt

        bands = self.seen()[0]
        if bands:
            rows = sketch.rows("bands", ({"begin": as_text(b.begin), "end": _after(b), "words": short(b.words)} for b in bands))
            # A stroke, so that a week in ten years is still to be seen.
            mark = rows.mark_rect(color=TONES["spell"], fillOpacity=_SPELL_OPACITY, stroke=TONES["spell"], strokeOpacity=0.5)
            sketch.add(mark.encode(x=self.axis("begin"), x2=alt.X2("end"), y=alt.value(0), y2=alt.value(height)))

    def _draw_labels(self, sketch: Sketch) -> None:
        import altair as alt

        y = alt.Y("y:Q", scale=None, axis=None)
        for side, gap in (("left", 4), ("right", -4)):
            own = [{"at": label.at, "words": label.words, "y": label.y} for label in self._labels() if label.side == side]
            if own:
                limit = _LONGEST_LABEL * _LETTER
                mark = sketch.rows(f"words_{side}", own).mark_text(align=side, dx=gap, color=INK, limit=limit)  # type: ignore[arg-type]
                sketch.add(mark.encode(x=self.axis("at"), y=y, text="words:N"))

    def _labels(self) -> list[_Label]:
        """Words above the first panel, so that none covers another or is crossed by the line of another, not even at a narrow width.

        What has no room is left out.
        """
        bands, events = self.seen()
        of_bands = self._labels_of_bands(bands)
        return [*of_bands, *self._labels_of_events(_by_day(events), 1 if of_bands else 0)]

    def _labels_of_bands(self, bands: Iterable[Band]) -> list[_Label]:
        """In one row, each from the begin of its band, or up to its end where there is no room behind."""
        labels = []
        taken: list[tuple[float, float]] = []
        for band in sorted(bands, key=lambda b: b.begin):
            begin, end, wide = self._share(as_text(band.begin)), self._share(_after(band)), _share_of_plot(band.words)
            span, side = ((begin, begin + wide), "left") if begin + wide <= 1 else ((end - wide, end), "right")
            if band.words and all(span[1] <= a or span[0] >= b for a, b in taken):
                taken.append(span)
                at = as_text(band.begin) if side == "left" else _after(band)
                labels.append(_Label(band.begin, at, short(band.words), side, _ROW // 2, of_band=True))
        return labels

    def _labels_of_events(self, days: Mapping[date, str], above: int) -> list[_Label]:
        """Each in the highest row that has room, below so many rows of bands."""
        labels = []
        placed: list[tuple[int, float, tuple[float, float]]] = []
        told: set[str] = set()
        for day, words in days.items():
            if len(days) > _MANY_EVENTS and words in told:
                continue
            x, wide = self._share(middle(day)), _share_of_plot(words)
            span, side = ((x, x + wide), "left") if x + wide <= 1 else ((x - wide, x), "right")
            row = next((row for row in range(_LABEL_ROWS) if _free(row, x, span, placed)), None)
            if row is not None:
                told.add(words)
                placed.append((row, x, span))
                labels.append(_Label(day, middle(day), words, side, (above + row) * _ROW + _ROW // 2, of_band=False))
        return labels

    def _share(self, at: str) -> float:
        """Where a moment stands on the axis, 0 to 1."""
        begin, end = milliseconds(as_text(self.first)), milliseconds(as_text(self.last + timedelta(days=1)))
        return (milliseconds(at) - begin) / (end - begin)


@dataclass(frozen=True, slots=True)
class _Label:
    """Words beside a moment: to the right of it where `side` is left, as text is aligned. ``y`` in px is their middle."""

    day: date
    at: str
    words: str
    side: str
    y: int
    of_band: bool


def _after(band: Band) -> str:
    """The day after a band that was seen."""
    return as_text((band.end or band.begin) + timedelta(days=1))


def _share_of_plot(words: str) -> float:
    return (len(short(words)) * _LETTER + 10) / _PLOT


def _free(row: int, x: float, span: tuple[float, float], placed: Iterable[tuple[int, float, tuple[float, float]]]) -> bool:
    """Whether words fit in a row: beside those there, not across a line that comes down through it, and with none below in their way."""
    for other, other_x, (begin, end) in placed:
        if other == row and span[0] < end and begin < span[1]:
            return False
        if other < row and span[0] < other_x < span[1]:
            return False
        if other > row and begin < x < end:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Sketch:
    """A chart while it is drawn: layers, the first at the back, and the rows of each name."""

    layers: list[alt.Chart] = field(default_factory=list)
    data: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def rows(self, name: str, rows: Iterable[dict[str, Any]]) -> alt.Chart:
        """Keeps rows under a name and gives a layer of them to be marked, encoded and added."""
        import altair as alt

        self.data[name] = list(rows)
        return alt.Chart(alt.NamedData(name=name))

    def add(self, *layers: alt.Chart) -> None:
        """Puts layers in front of those that are there."""
        self.layers.extend(layers)

    def nothing(self, words: str) -> None:
        """A line that stands for a chart without data."""
        import altair as alt

        mark = self.rows("nothing", [{"words": words}]).mark_text(align="left", color=QUIET)
        self.add(mark.encode(x=alt.value(0), y=alt.value(10), text="words:N"))

    def strip(self, name: str, spans: Iterable[tuple[np.datetime64, np.datetime64]], frame: Frame, words: str, y: int) -> None:
        """A strip from `y` px down, filled where nothing is known, with its words beside it: nobody takes that for zero."""
        import altair as alt

        rows = [{"begin": as_text(begin), "end": as_text(end), "what": words} for begin, end in spans]
        if rows:
            scale = alt.Scale(type="band", domain=[words], range=[y, y + STRIP], paddingInner=0, paddingOuter=0)
            place = alt.Y("what:N", scale=scale, axis=alt.Axis(title=None, grid=False, orient="left"))
            mark = self.rows(name, rows).mark_bar(color=TONES["unknown"], height=STRIP)
            self.add(mark.encode(x=frame.axis("begin"), x2=alt.X2("end"), y=place))

    def finished(self, *, title: str, alt_text: str, height: int) -> Chart:
        """The chart. ``height`` is that of the plot in px; axis and title come on top of it."""
        import altair as alt

        chart = alt.layer(*self.layers).resolve_scale(y="independent", x="shared")
        fit = alt.AutoSizeParams(type="fit-x", contains="padding")
        line = short(title, _LONGEST_TITLE)
        lines = textwrap.wrap(line, _TITLE_LINE) or [""]
        spec: dict[str, Any] = chart.properties(width=WIDTH, height=height, autosize=fit, title=lines, description=alt_text).to_dict()
        spec["config"] = _config()
        spec["datasets"] = self.data
        return Chart(spec, alt_text, line)


def _config() -> dict[str, Any]:
    text = {"labelFontSize": TEXT, "titleFontSize": TEXT}
    axis = {**text, "labelColor": QUIET, "titleColor": QUIET, "titleFontWeight": "normal"}
    quiet = {"domain": False, "ticks": False, "labelPadding": 6, "gridColor": TONES["grid"]}
    legend = {**text, "labelColor": INK, "orient": "top", "offset": 4, "labelLimit": 140, "symbolOpacity": 1}
    heading = {"anchor": "start", "frame": "bounds", "fontSize": 15, "fontWeight": 600, "color": INK, "offset": 12, "limit": NARROW - 16}
    return {
        "font": ", ".join(_FONTS),
        "background": "#ffffff",
        "padding": 8,
        "view": {"stroke": None},
        "axis": axis,
        "axisY": quiet,
        "axisX": {"domainColor": QUIET, "tickColor": QUIET, "tickSize": 4, "labelSeparation": 8, "zindex": 1},
        "legend": legend,
        "title": heading,
        # The limits cut only what is far wider than words are, so that nothing pushes the picture aside.
        "text": {"fontSize": TEXT, "baseline": "middle", "limit": _PLOT},
        # The alt text stands for the whole picture; hundreds of marks that are read out one by one would bury it.
        "aria": False,
    }


def _by_day(events: Iterable[Event]) -> dict[date, str]:
    """Words of each day on which something happened, in order."""
    days: dict[date, list[str]] = {}
    for event in sorted(events, key=lambda e: (e.day, e.words)):
        said = days.setdefault(event.day, [])
        if event.words not in said:
            said.append(event.words)
    return {day: short(", ".join(said)) for day, said in days.items()}


def number(value: float) -> str:
    """Three digits or so, as in 1,204 or 24 or 0.83."""
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2
    text = f"{value:,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if digits else text
    return "0" if text == "-0" else text


def short(words: str, longest: int = _LONGEST_LABEL) -> str:
    """Words as they may be shown, in at most so many letters."""
    shown = visible(" ".join(words.split()))
    return shown if len(shown) <= longest else shown[: longest - 1].rstrip() + "…"
