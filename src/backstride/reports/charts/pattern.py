"""How pain differs with each thing that was looked at."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backstride.reports.charts.chart import INK, QUIET, TONES, Chart, Sketch, short

__all__ = ["Effect", "pattern"]

_LINE, _MOST = 36, 16
"""Letters that a narrow line holds beside the numbers; effects that are shown."""
_LETTERS, _BELOW = 16, 24
"""Height in px of a line of words, and of what is left free below an interval."""


@dataclass(frozen=True, slots=True)
class Effect:
    """How much higher pain was with something.

    Attributes
    ----------
    words : str
        With what, as in "morning after runs above 24 °C".
    points, low, high : float
        Mean difference in points of pain (0 to 10) with its interval; below 0 where pain was lower.
    reported : bool
        Whether it is more than chance would show among all that were looked at.
    """

    words: str
    points: float
    low: float
    high: float
    reported: bool


def pattern(effects: Sequence[Effect], *, title: str = "What goes with your pain") -> Chart:
    """A point with its interval for each effect, the largest on top, those that may be chance paler, and a line at no difference.

    Parameters
    ----------
    effects : sequence of Effect
        In any order; those with a number that isn't finite are left out. Reported ones come first; at most 16 are shown.
    title : str
    """
    import altair as alt

    known = [e for e in effects if all(map(math.isfinite, (e.points, e.low, e.high)))]
    shown = sorted(known, key=lambda e: (not e.reported, -abs(e.points), e.words))[:_MOST]
    sketch, height = Sketch(), 0
    alt_text = _in_words(shown, len(effects))
    if not shown:
        sketch.nothing("Nothing could be compared yet")
        return sketch.finished(title=title, alt_text=alt_text, height=24)
    reach = 1.05 * max([0.5, *(abs(v) for e in shown for v in (e.points, e.low, e.high))])
    rows = []
    for effect in shown:
        words = textwrap.wrap(short(effect.words, 3 * _LINE), _LINE) or [""]
        y = height + len(words) * _LETTERS + 12
        numbers = {"points": round(effect.points, 3), "low": round(effect.low, 3), "high": round(effect.high, 3)}
        found = f"{_signed(effect.points)} ({_signed(effect.low)} to {_signed(effect.high)})"
        place = {"y": y, "y_words": height + 8, "y_above": y - 9, "y_below": y + 9}
        rows.append({"words": words, **numbers, "reported": effect.reported, "found": found, **place})
        height = y + _BELOW
    axis = alt.Axis(title="points of pain: left less, right more", tickCount=5, grid=False)
    x: dict[str, Any] = {"scale": alt.Scale(domain=[-reach, reach], nice=False), "axis": axis}
    y_of = {name: alt.Y(f"{name}:Q", scale=None, axis=None) for name in ("y", "y_words", "y_above")}
    tone = alt.condition("datum.reported", alt.value(TONES["pain"]), alt.value(TONES["unknown"]))
    ink = alt.condition("datum.reported", alt.value(INK), alt.value(QUIET))
    drawn = sketch.rows("effects", rows)
    sketch.add(
        drawn.mark_rule(color=QUIET).encode(x=alt.X(datum=0, **x), y=y_of["y_above"], y2=alt.Y2("y_below")),
        drawn.mark_rule(strokeWidth=3, strokeCap="round").encode(x=alt.X("low:Q", **x), x2=alt.X2("high"), y=y_of["y"], color=tone),
        drawn.mark_circle(size=90, opacity=1).encode(x=alt.X("points:Q", **x), y=y_of["y"], color=tone),
        drawn.mark_text(align="left", lineHeight=_LETTERS, limit=6.5 * _LINE).encode(
            x=alt.value(0), y=y_of["y_words"], text="words:N", color=ink
        ),
        drawn.mark_text(align="right").encode(x=alt.value("width"), y=y_of["y_words"], text="found:N", color=ink),
    )
    return sketch.finished(title=title, alt_text=alt_text, height=height)


def _signed(value: float) -> str:
    shown = f"{abs(value):.1f}"
    return shown if shown == "0.0" else f"{'+' if value > 0 else '−'}{shown}"


def _in_words(shown: Sequence[Effect], looked_at: int) -> str:
    """What was found, in one or two sentences."""
    if not shown:
        return "Nothing could be compared with your pain yet."
    things = f"{looked_at} {'thing was' if looked_at == 1 else 'things were'} looked at"
    told = [e for e in shown if e.reported]
    if not told:
        return f"{things}; none goes with your pain by more than chance."
    ways = [
        f"{short(e.words, 2 * _LINE)}: {abs(e.points):.1f} points {'higher' if e.points > 0 else 'lower'} "
        f"({_signed(e.low)} to {_signed(e.high)})"
        for e in told
    ]
    return f"{things}; {len(told)} {'goes' if len(told) == 1 else 'go'} with your pain. {'; '.join(ways)}."
