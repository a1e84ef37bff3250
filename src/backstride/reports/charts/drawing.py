"""A chart as SVG, as PNG and as a page that works without a network."""

from __future__ import annotations

import html
import json
from functools import cache
from typing import Any

from backstride.errors import BackstrideError
from backstride.reports.charts.chart import NARROW, WIDTH, Chart
from backstride.reports.visible import visible

__all__ = ["javascript", "to_html", "to_png", "to_svg"]

_SHARPNESS = 2
"""Dots a px in a PNG."""
_WIDEST = 4000

# Nothing but what stands in the page itself may run or be loaded. Vega reads its expressions by an interpreter: none is made into code.
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_STYLE = (
    "body{font:16px/1.5 system-ui,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;color:#2b2b2b;background:#fff;"
    f"max-width:{WIDTH}px;margin:2rem auto;padding:0 .5rem}}h1{{font-size:1.5rem;line-height:1.25}}figure{{margin:2rem 0}}"
    "figcaption{color:#5c5c5c;font-size:.9rem}.chart{width:100%}.chart svg{max-width:100%;height:auto}"
)
_START = (
    "for(const place of document.querySelectorAll('.chart')){"
    "const spec=JSON.parse(place.nextElementSibling.textContent);"
    "vegaEmbed(place,spec,{ast:true,actions:false,renderer:'svg'});}"
)


def to_svg(chart: Chart, width: int = WIDTH) -> str:
    """The chart as SVG that stands alone, with its alt text for those who hear it.

    Parameters
    ----------
    chart : Chart
    width : int
        Of the whole picture in px, `NARROW` (360) to 4,000.

    Raises
    ------
    BackstrideError
        For a width outside of that.
    """
    import vl_convert

    svg = vl_convert.vegalite_to_svg(_at(chart, width), allowed_base_urls=[])
    words = html.escape(visible(chart.alt), quote=True)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{words}" ', 1)


def to_png(chart: Chart, width: int = WIDTH) -> bytes:
    """The chart as PNG, two dots a px, on white. Its alt text has to be given beside it.

    Parameters
    ----------
    chart : Chart
    width : int
        As in `to_svg`.

    Raises
    ------
    BackstrideError
        As `to_svg` does.
    """
    import vl_convert

    return vl_convert.vegalite_to_png(_at(chart, width), scale=_SHARPNESS, allowed_base_urls=[])


def to_html(*charts: Chart, title: str = "") -> str:
    """Charts as one page with all its scripts in it; it loads nothing, and each chart is as wide as the page.

    Parameters
    ----------
    *charts : Chart
        From the top. Each stands there as a still picture until the scripts have run, and stays so where they can't.
    title : str
        Of the page; that of the first chart when empty.
    """
    head = html.escape(visible(title or (charts[0].title if charts else "")))
    figures = "".join(_figure(chart) for chart in charts)
    scripts = f"<script>{_bundle()}</script>" if charts else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{head}</title><style>{_STYLE}</style></head>\n<body><h1>{head}</h1>\n{figures}{scripts}</body></html>\n"
    )


@cache
def javascript() -> str:
    """The scripts that draw, for a page with scripts of its own: afterwards there is a ``vegaEmbed``. Takes seconds, once a process."""
    import vl_convert

    return vl_convert.javascript_bundle("window.vegaEmbed=vegaEmbed;")


def _figure(chart: Chart) -> str:
    words = html.escape(visible(chart.alt), quote=True)
    spec = json.dumps({**chart.spec, "width": "container"}, ensure_ascii=True)
    # "</script>" or "<!--" in somebody's words must not end the script.
    spec = spec.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return (
        f'<figure><div class="chart" role="img" aria-label="{words}">{to_svg(chart)}</div>'
        f'<script type="application/json">{spec}</script><figcaption>{words}</figcaption></figure>\n'
    )


def _at(chart: Chart, width: int) -> dict[str, Any]:
    if not NARROW <= width <= _WIDEST:
        raise BackstrideError(f"a chart can't be {width} px wide.", place="width", remedy=f"Choose {NARROW} to {_WIDEST}.")
    return {**chart.spec, "width": width}


@cache
def _bundle() -> str:
    import vl_convert

    return vl_convert.javascript_bundle(_START).replace("</script", "<\\/script")
