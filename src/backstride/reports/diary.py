"""The diary as text for a person and as plain values for programs. A day without a word says so; it is never shown as zero."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from backstride.model.diary import DiaryDay, Episode
from backstride.model.run import Run
from backstride.reports.sections import day_in_words
from backstride.reports.visible import visible

__all__ = ["CHECK", "NOTE_NOT_READ", "WORTH_A_CHECK", "days_json", "days_text", "episode_json", "episodes_text", "told_in_words"]

WORTH_A_CHECK = "Pain that is this strong, that spreads or that sits between the legs is worth a check now."
CHECK = f"{WORTH_A_CHECK[:-1]}: 'backstride' asks what to look out for and says what to do."
NOTE_NOT_READ = "A note is not read for warning signs: 'backstride' asks about them."
_NOT_TOLD = "not told"
_SCORES = {
    "pain_morning": "pain on waking",
    "pain_during": "pain on the run",
    "pain_after": "pain after the run",
    "stiffness": "stiff on waking",
    "stress": "stress",
}
_AMOUNTS = {
    "began_km": "began at {:g} km",
    "began_min": "began at {:g} min",
    "sleep_h": "slept {:g} h",
    "sitting_h": "sat {:g} h",
    "fluid_ml": "drank {:g} ml on the run",
    "weight_before_kg": "{:g} kg before the run",
    "weight_after_kg": "{:g} kg after the run",
    "cycle_day": "day {:g} of the cycle",
}


def told_in_words(fields: Mapping[str, Any], regions: Mapping[str, str]) -> str:
    """What was told of a day, in one line.

    Parameters
    ----------
    fields : mapping
        As in `DiaryEntry`; what is None is left out.
    regions : mapping of str to str
        Id of a region to its name.
    """
    return "; ".join(_parts({name: value for name, value in fields.items() if value is not None}, regions))


def _parts(fields: Mapping[str, Any], regions: Mapping[str, str]) -> Iterator[str]:
    for name, words in _SCORES.items():
        if name in fields:
            yield f"{words} {fields[name]:g} of 10"
    if "regions" in fields:
        yield "where: " + ", ".join(_lower(visible(regions.get(region, region))) for region in fields["regions"])
    if "spreading" in fields:
        yield "it spreads" if fields["spreading"] else "it doesn't spread"
    for name, words in _AMOUNTS.items():
        if name in fields:
            yield words.format(round(fields[name], 2))
    if "medicine" in fields:
        yield f"took {visible(fields['medicine'])}"
    if "note" in fields:
        yield f"note: {visible(fields['note'])}"
    if "run_key" in fields:
        yield "taken from " + ", ".join(f"run {visible(key[:8])}" for key in fields["run_key"].split())


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def days_text(
    days: Iterable[DiaryDay], runs: Mapping[date, Sequence[tuple[str, Run]]], regions: Mapping[str, str], first: date, last: date
) -> str:
    """Every day of a span, with the runs of the day; a day without a word is told as that.

    Parameters
    ----------
    runs : mapping of date to sequence of (str, Run)
        Keys and runs by local day.
    first, last : date
        Both included.
    """
    told = {day.day: day for day in days}
    lines = []
    count = 0
    for day in _span(first, last):
        words = told_in_words(told[day].told(), regions) if day in told else _NOT_TOLD
        count += day in told
        lines.append(f"{day:%a} {day}  {words}")
        lines += [f"{'':16}{_run_words(key, run)}" for key, run in runs.get(day, ())]
    lines.append(f"Told: {count} of {len(_span(first, last))} days.")
    return "\n".join(lines) + "\n"


def _run_words(key: str, run: Run) -> str:
    km = f"{run.distance_m / 1000:.1f} km" if run.distance_m is not None else "distance not known"
    seconds = run.timer_time_s or run.elapsed_time_s
    return f"run {key[:8]}: {km}" + (f" in {seconds / 60:.0f} min" if seconds else "")


def days_json(days: Iterable[DiaryDay], runs: Mapping[date, Sequence[tuple[str, Run]]], first: date, last: date) -> list[dict[str, Any]]:
    """Every day of a span as plain values; ``told`` is null for a day without a word."""
    told = {day.day: day for day in days}
    return [
        {
            "day": day.isoformat(),
            "told": {name: list(v) if isinstance(v, tuple) else v for name, v in told[day].told().items()} if day in told else None,
            "worst_pain": told[day].worst_pain if day in told else None,
            "runs": [{"key": key, "distance_m": run.distance_m, "timer_time_s": run.timer_time_s} for key, run in runs.get(day, ())],
        }
        for day in _span(first, last)
    ]


def _span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=index) for index in range((last - first).days + 1)]


def episodes_text(episodes: Sequence[Episode]) -> str:
    """Spells of pain, the latest last."""
    if not episodes:
        return "No spell of pain is in the diary. Days without a word count for nothing.\n"
    lines = []
    for one in episodes:
        end = f"to {day_in_words(one.end)}" if one.end else "on, not seen to end"
        worst = f", at worst {one.worst:g} of 10" if one.worst is not None else ""
        lines += [f"From {day_in_words(one.begin)} {end}{worst}.", f"  {one.sure}"]
    return "\n".join(lines) + "\n"


def episode_json(one: Episode) -> dict[str, Any]:
    """A spell as plain values."""
    end = one.end.isoformat() if one.end else None
    about = {"worst": one.worst, "days_told": one.days_told, "basis": one.basis, "sure": one.sure}
    return {"begin": one.begin.isoformat(), "end": end, **about}
