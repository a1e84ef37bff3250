"""Charts: plain values in, one Vega-Lite spec out, the same for a page, a PDF and a picture. They decide nothing."""

from backstride.reports.charts.baseline import Usual, baseline
from backstride.reports.charts.chart import Band, Chart, Event
from backstride.reports.charts.drawing import javascript, to_html, to_png, to_svg
from backstride.reports.charts.pattern import Effect, pattern
from backstride.reports.charts.shoes import Pair, shoes
from backstride.reports.charts.table import Table, tables
from backstride.reports.charts.timeline import timeline

__all__ = [
    "Band",
    "Chart",
    "Effect",
    "Event",
    "Pair",
    "Table",
    "Usual",
    "baseline",
    "javascript",
    "pattern",
    "shoes",
    "tables",
    "timeline",
    "to_html",
    "to_png",
    "to_svg",
]
