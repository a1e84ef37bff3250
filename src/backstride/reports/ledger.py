"""Imports, runs and shoes as text for a person and as plain values for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from backstride.model.ledger import FileEntry, Import, SourceRun
from backstride.model.run import Run, Shoe, StartKnown
from backstride.reports.visible import visible

__all__ = ["import_json", "import_text", "imports_text", "ledger_text", "run_json", "run_line", "run_text", "shoes_text", "told_words"]

_WORDS = {
    "imported": "imported",
    "merged": "merged with a run that another file gave",
    "repeated": "there already",
    "damaged": "damaged, and read as far as it is sound",
    "unreadable": "not readable",
    "skipped": "skipped",
    "undone": "undone",
}
_SHOWN = 12


def import_text(done: Import, files: Sequence[FileEntry], runs: str) -> str:
    """What an import brought, with a line on every file that was not read whole.

    Parameters
    ----------
    done : Import
    files : sequence of FileEntry
        Its ledger.
    runs : str
        What the runner has now, in words.
    """
    lines = [f"Import {done.number}: {_count(len(files), 'file')}."]
    states = Counter(entry.state for entry in files)
    lines += [f"  {states[state]:>7,}  {words}" for state, words in _WORDS.items() if states[state]]
    lines.append(f"You have {runs} now.")
    broken = [entry for entry in files if entry.state in ("damaged", "unreadable")]
    if broken:
        lines += ["", "Not read whole:", *(f"  {visible(entry.detail)}" for entry in broken[:_SHOWN])]
        if len(broken) > _SHOWN:
            lines.append(f"  and {len(broken) - _SHOWN:,} more")
    lines += [
        "",
        f"'backstride imports show {done.number}' says what became of every file"
        + (" (--all: of the skipped ones too)." if states["skipped"] else "."),
    ]
    return "\n".join(lines) + "\n"


def imports_text(imports: Sequence[Import]) -> str:
    """All imports, a line or two each."""
    if not imports:
        return "Nothing has been imported yet. 'backstride import PATH' begins; 'backstride how-to' says how to get your runs.\n"
    lines = []
    for done in imports:
        words = ", ".join(f"{count:,} {state}" for state, count in done.states.items())
        stopped = "  (stopped: the same import goes on from there)" if done.state == "open" else ""
        undone = "  (undone)" if done.state == "undone" else ""
        lines.append(f"{done.number:>4}  {done.begun_at.astimezone():%Y-%m-%d %H:%M}  {visible(', '.join(done.paths))}{stopped}{undone}")
        if not done.paths[0].startswith("typed in: "):
            lines.append(f"      {words or 'no files'}")
    return "\n".join(lines) + "\n"


def ledger_text(done: Import, files: Sequence[FileEntry], *, everything: bool) -> str:
    """What became of every file of an import.

    Parameters
    ----------
    everything : bool
        Whether files that were skipped for one reason are listed one by one; else they are counted.
    """

    def short(text: str) -> str:
        """Without the folders of what was imported; without its name where it is one thing, which stands above."""
        for path in done.paths:
            name = path.rpartition("/")[2]
            text = text.replace(path, name, 1) if len(done.paths) > 1 else text.removeprefix(f"{path}!").removeprefix(f"{path}/")
        return visible(text)

    lines = [f"Import {done.number} of {done.begun_at.astimezone():%Y-%m-%d %H:%M}, {done.state}: {visible(', '.join(done.paths))}", ""]
    skipped: Counter[str] = Counter()
    for entry in files:
        if entry.state == "skipped" and not everything:
            skipped[entry.detail.removeprefix(f"{entry.path}: ")] += 1
            continue
        lines.append(f"{entry.state:<11}{short(entry.detail)}")
        if len(entry.runs) == 1 and entry.state == "merged":  # of a list with many runs it would say little
            lines += [f"{'':<11}  the same run as {short(path)}" for path in entry.merged_with[:1]]
            if len(entry.merged_with) > 1:
                lines.append(f"{'':<11}  and {_count(len(entry.merged_with) - 1, 'other file')}: backstride run show {entry.runs[0][:8]}")
    for reason, count in sorted(skipped.items()):
        lines.append(f"{'skipped':<11}{_count(count, 'file')}: {visible(reason.removeprefix('skipped, '))}")
    return "\n".join(lines) + "\n"


def import_json(done: Import, files: Iterable[FileEntry] = ()) -> dict[str, Any]:
    """An import as plain values, with its ledger where that is given."""
    plain: dict[str, Any] = {
        "number": done.number,
        "state": done.state.value,
        "paths": list(done.paths),
        "begun_at": done.begun_at.isoformat(),
        "ended_at": done.ended_at.isoformat() if done.ended_at else None,
        "states": dict(done.states),
    }
    entries = [
        {"path": f.path, "state": f.state, "detail": f.detail, "runs": list(f.runs), "merged_with": list(f.merged_with)} for f in files
    ]
    return plain | ({"files": entries} if entries else {})


def run_line(key: str, run: Run) -> str:
    """One run in one line of a list."""
    local = run.start + timedelta(seconds=run.utc_offset_s or 0)
    clock = f"{local:%Y-%m-%d %H:%M}" if run.start_known is not StartKnown.DAY else f"{local:%Y-%m-%d}      "
    km = f"{run.distance_m / 1000:7.2f} km" if run.distance_m is not None else "      - km"
    pain = f"pain {run.pain:g}" if run.pain is not None else ""
    words = [word for word in (_pace(run), pain, run.device, run.shoe and f"in {run.shoe}", run.title) if word]
    return f"{key[:8]}  {clock}  {km}  {_duration(run.timer_time_s or run.elapsed_time_s):>8}  {visible(', '.join(words))}"


def told_words(run: Run) -> str:
    """What was understood of a run that was typed in, beyond its line in a list."""
    words = [
        f"pain {run.pain:g} of 10" if run.pain is not None else "",
        f"effort {run.perceived_exertion:g} of 10" if run.perceived_exertion is not None else "",
        run.sub_sport,
        *(tag.replace("_", " ") for tag in run.tags if tag != run.sub_sport),
        f"note: {visible(run.note)}" if run.note else "",
    ]
    return ", ".join(word for word in words if word)


def run_text(key: str, run: Run, origin_of: Mapping[str, str], sources: Sequence[SourceRun], measured: Mapping[str, Any] | None) -> str:
    """One run with the source of every field."""
    letters = {source.key: chr(ord("A") + index) if index < 26 else f"S{index}" for index, source in enumerate(sources)}
    lines = [run_line(key, run), ""]
    for field, name, value in _fields(run):
        origin = origin_of.get(field, "")
        lines.append(f"  {name:<34}{visible(value):<28} {letters.get(origin, origin)}".rstrip())
    known = [measure for measure in (measured or {}).get("values", ()) if measure.get("value") is not None]
    if known:
        lines += ["", "Measured (docs/measures.md says how):"]
    for measure in known:
        value = f"{measure['value']:.4g} {measure.get('unit', '')}"
        origin = (measured or {}).get("origin_of", {}).get(measure["id"], origin_of.get("measured", ""))
        lines.append(f"  {measure['id']:<34}{value:<28} {letters.get(origin, '')}".rstrip())
    lines += ["", "Where it comes from:"]
    for source in sources:
        lines += [f"  {letters[source.key]}  import {number}: {visible(path)}" for number, _, path in source.files]
    if run.note:
        lines += ["", "Note:", *(f"  {visible(line)}" for line in run.note.splitlines())]
    return "\n".join(lines) + "\n"


def run_json(key: str, run: Run, origin_of: Mapping[str, str], measured: Mapping[str, Any] | None, **more: Any) -> dict[str, Any]:
    """A run as plain values."""
    return {
        "key": key,
        "local_day": run.local_day.isoformat(),
        "start": run.start.isoformat(),
        **dict(_values(run)),
        "origin_of": dict(origin_of),
        "measured": measured,
        **more,
    }


def shoes_text(shoes: Sequence[Shoe], km: Mapping[str, float], spans: Mapping[str, tuple[str, str]]) -> str:
    """Every pair with its distance.

    Parameters
    ----------
    km : mapping of str to float
        What was run in each pair, without the distance it had before.
    spans : mapping of str to (str, str)
        First and last day on which a run names it.
    """
    if not shoes:
        return "No shoes are known. Tell of a pair: backstride shoes tell blue --first-used 2026-03-01 --start-km 0\n"
    lines = []
    for shoe in shoes:
        whole = shoe.start_km + km.get(shoe.name, 0.0)
        before = f" ({shoe.start_km:.0f} km before)" if shoe.start_km else ""
        span = spans.get(shoe.name)
        first = shoe.first_used.isoformat() if shoe.first_used else span[0] if span else "?"
        last = f", retired {shoe.retired}" if shoe.retired else f", last run {span[1]}" if span else ""
        make = " ".join(word for word in (shoe.brand, shoe.model) if word)
        lines.append(f"{visible(shoe.name):<24}{whole:>7.0f} km{before}  first used {first}{last}{f'  {visible(make)}' if make else ''}")
    return "\n".join(lines) + "\n"


def _values(run: Run) -> Iterator[tuple[str, Any]]:
    for name in ("sport", "sub_sport", "distance_m", "timer_time_s", "elapsed_time_s", "utc_offset_s", "device", "shoe"):
        yield name, getattr(run, name)
    for name in ("title", "note", "perceived_exertion", "pain", "record_count", "by_hand"):
        yield name, getattr(run, name)
    yield "stated", dict(run.stated)
    yield "tags", list(run.tags)


def _fields(run: Run) -> Iterator[tuple[str, str, str]]:
    """Field, what a person calls it, and its value; only what is known."""
    local = run.start + timedelta(seconds=run.utc_offset_s or 0)
    yield "start", "started", f"{local:%Y-%m-%d %H:%M:%S}" if run.start_known is not StartKnown.DAY else f"{local:%Y-%m-%d}"
    if run.utc_offset_s is not None:
        sign = "-" if run.utc_offset_s < 0 else "+"
        yield "utc_offset_s", "local time", f"UTC{sign}{abs(run.utc_offset_s) // 3600}:{abs(run.utc_offset_s) // 60 % 60:02d}"
    yield "sport", "sport", run.sport
    if run.distance_m is not None:
        yield "distance_m", "distance", f"{run.distance_m / 1000:.2f} km"
    for field, name in (("timer_time_s", "time"), ("elapsed_time_s", "time with pauses")):
        if getattr(run, field) is not None:
            yield field, name, _duration(getattr(run, field))
    for field, name in (("sub_sport", "kind"), ("device", "recorded by"), ("shoe", "shoes"), ("title", "title")):
        if getattr(run, field):
            yield field, name, getattr(run, field)
    for field, name in (("pain", "pain"), ("perceived_exertion", "effort")):
        if getattr(run, field) is not None:
            yield field, name, f"{getattr(run, field):g} of 10"
    if run.tags:
        yield "tags", "marked as", ", ".join(tag.replace("_", " ") for tag in run.tags)
    for field, value in run.stated.items():
        yield f"stated.{field}", f"{field.replace('_', ' ')}, as stated", f"{value:.6g}"
    if run.record_count:
        yield "samples", "recorded points", f"{run.record_count:,}"


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _pace(run: Run) -> str:
    seconds = run.timer_time_s or run.elapsed_time_s
    if not run.distance_m or not seconds or run.sport != "running":
        return ""
    per_km = round(seconds / run.distance_m * 1000)
    return f"{per_km // 60}:{per_km % 60:02d} /km" if per_km < 3600 else ""


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
