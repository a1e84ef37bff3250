"""One run: what is known of it, and from which file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import re_path
from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_safe

from backstride.errors import StoreError
from backstride.model.run import Run, StartKnown
from backstride.reports.visible import visible
from backstride.store.store import StoredRun
from backstride.web.here import here
from backstride.web.units import distance_words, duration_words, pace_words, unit_of
from backstride.web.uploads import as_sent

__all__ = ["urlpatterns"]

_STATED: Mapping[str, tuple[Any, str, float, int]] = {
    "heart_rate_bpm": (gettext_lazy("Heart rate"), "/min", 1, 0),
    "cadence_spm": (gettext_lazy("Steps a minute"), "", 1, 0),
    "contact_time_ms": (gettext_lazy("Time on the ground"), "ms", 1, 0),
    "contact_balance_left": (gettext_lazy("Time on the ground, left"), "%", 100, 1),
    "vertical_oscillation_mm": (gettext_lazy("Up and down"), "mm", 1, 0),
    "step_length_mm": (gettext_lazy("Length of a step"), "mm", 1, 0),
    "power_w": (gettext_lazy("Power"), "W", 1, 0),
    "temperature_c": (gettext_lazy("Temperature at the watch"), "°C", 1, 0),
    "ascent_m": (gettext_lazy("Up"), "m", 1, 0),
    "descent_m": (gettext_lazy("Down"), "m", 1, 0),
    "steps": (gettext_lazy("Steps"), "", 1, 0),
    "weather_temperature_c": (gettext_lazy("Temperature of the air"), "°C", 1, 0),
    "apparent_temperature_c": (gettext_lazy("Felt temperature"), "°C", 1, 0),
    "dew_point_c": (gettext_lazy("Dew point"), "°C", 1, 0),
    "humidity": (gettext_lazy("Humidity"), "%", 100, 0),
    "wind_mps": (gettext_lazy("Wind"), "m/s", 1, 1),
}
"""Words for what a source states, unit, factor to that unit, and digits."""

_ALPHABET = 26


@dataclass(frozen=True, slots=True)
class _Row:
    """One thing that is known of a run, and the letter of the source that tells it."""

    name: str
    value: str
    source: str


@require_safe
def one_run(request: HttpRequest, key: str) -> HttpResponse:
    """One run by its key, or by that of one of its sources."""
    at = here(request)
    person = at.person()
    if person is None:
        raise Http404
    try:
        stored = at.store.run(person, key)
    except StoreError:
        raise Http404 from None
    if stored.key != key:
        return redirect(f"/runs/{stored.key}")
    letters = {source.key: chr(ord("A") + at) if at < _ALPHABET else f"S{at}" for at, source in enumerate(stored.sources)}
    unit = unit_of(request)
    page = {
        "run": stored.run,
        "rows": [_Row(name, value, letters.get(stored.origin_of.get(field, ""), "")) for field, name, value in _known(stored.run, unit)],
        "measured": list(_measured(stored, letters)),
        "sources": [(letters[source.key], [(number, as_sent(file)) for number, _, file in source.files]) for source in stored.sources],
        "of_today": stored.run.local_day <= at.today,
    }
    return render(request, "one_run.html", page)


def _known(run: Run, unit: str) -> Iterator[tuple[str, str, str]]:
    """Field, its words and its value; only what is known."""
    seconds = run.timer_time_s or run.elapsed_time_s
    told: tuple[tuple[str, str, str], ...] = (
        ("start", gettext("Start"), _clock(run)),
        ("sport", gettext("Sport"), visible(run.sport)),
        ("distance_m", gettext("Distance"), distance_words(run.distance_m, unit, 2)),
        ("timer_time_s", gettext("Time"), duration_words(run.timer_time_s)),
        ("elapsed_time_s", gettext("Time with breaks"), duration_words(run.elapsed_time_s)),
        ("distance_m", gettext("Pace"), pace_words(run.distance_m, seconds, unit) if run.sport == "running" else ""),
        ("pain", gettext("Pain"), _of_ten(run.pain)),
        ("perceived_exertion", gettext("Effort"), _of_ten(run.perceived_exertion)),
        ("shoe", gettext("Shoes"), visible(run.shoe)),
        ("title", gettext("Title"), visible(run.title)),
        ("note", gettext("Note"), visible(run.note)),
        ("sub_sport", gettext("Kind"), visible(run.sub_sport.replace("_", " "))),
        ("tags", gettext("Marked as"), visible(", ".join(tag.replace("_", " ") for tag in run.tags))),
        ("device", gettext("Recorded by"), visible(run.device)),
        ("utc_offset_s", gettext("Local time"), _offset(run)),
        (
            "samples",
            gettext("Recorded points"),
            number_format(run.record_count, use_l10n=True, force_grouping=True) if run.record_count else "",
        ),
    )
    yield from (one for one in told if one[2])
    for name, value in run.stated.items():
        words, of, factor, digits = _STATED.get(name, (visible(name.replace("_", " ")), "", 1, 2))
        yield f"stated.{name}", str(words), f"{number_format(round(value * factor, digits), digits, use_l10n=True)} {of}".rstrip()


def _clock(run: Run) -> str:
    local = run.start + timedelta(seconds=run.utc_offset_s or 0)
    if run.start_known is StartKnown.DAY:
        return gettext("Only the day is known")
    return f"{local:%H:%M}" if run.utc_offset_s is not None or run.start_known is StartKnown.LOCAL else f"{local:%H:%M} UTC"


def _offset(run: Run) -> str:
    if run.utc_offset_s is None:
        return ""
    minutes = abs(run.utc_offset_s) // 60
    return f"UTC{'-' if run.utc_offset_s < 0 else '+'}{minutes // 60}:{minutes % 60:02d}"


def _of_ten(value: float | None) -> str:
    return "" if value is None else gettext("%(number)s of 10") % {"number": f"{value:g}"}


def _measured(stored: StoredRun, letters: Mapping[str, str]) -> Iterator[_Row]:
    """What was measured on it, by the names of docs/measures.md."""
    measured: Mapping[str, Any] = stored.measured or {}
    for one in measured.get("values", ()):
        if one.get("value") is not None:
            source = measured.get("origin_of", {}).get(one["id"], stored.origin_of.get("measured", ""))
            yield _Row(one["id"], f"{one['value']:.4g} {one.get('unit', '')}".rstrip(), letters.get(source, ""))


urlpatterns = [re_path(r"^runs/(?P<key>[0-9a-f]{32})$", one_run, name="one_run")]
