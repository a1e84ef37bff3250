"""One run from many sources is one run: which sources are of the same run, and what they tell together, field by field.

A runner runs one run at a time. So two sources are of one run when their times overlap, also where a service rounded them or a
clock stood in another zone; two runs that only follow each other stay two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from backstride.model.ledger import MergedRun, SourceRun
from backstride.model.run import Run, StartKnown

__all__ = ["MERGE_VERSION", "groups", "merged"]

MERGE_VERSION = 1
"""Changes when the same sources would be put together in another way."""

_OVERLAP_SHARE = 0.5
"""Of the shorter one. Less is two runs of which a clock or a rounding made neighbours touch."""
_LONGEST_S = 48 * 3600.0
_NO_DURATION_WITHIN_S = 120.0
"""Starts this close are of one run where a source tells no duration: services round a start to the minute."""
_FARTHEST_ZONE_S = 14 * 3600
_ZONE_STEP_S = 900
_SAME_CLOCK_S = 2.0
_SAME_DAY_SHARE = 0.1
"""How far a run typed from memory may be from what the watch recorded on that day."""
_UNKNOWN_SPORTS = ("", "unknown", "generic", "other", "workout")
_KINDS = ("fit", "tcx", "sml", "json", "gpx", "xml")


def groups(sources: Iterable[SourceRun]) -> list[tuple[SourceRun, ...]]:
    """Put the sources of one run together.

    Parameters
    ----------
    sources : iterable of SourceRun
        Of one runner.

    Returns
    -------
    list of tuple of SourceRun
        Every source stands in exactly one group. The result does not depend on the order of the sources.
    """
    spans = sorted((_Span.of(source) for source in sources), key=lambda span: (span.begin_s, span.source.key))
    joined = _Joined(len(spans))
    by_link: dict[str, int] = {}
    for i, span in enumerate(spans):
        for link in span.source.run.links:
            joined.join(i, by_link.setdefault(link, i))
    reach = max((span.length_s for span in spans), default=0.0) + _FARTHEST_ZONE_S + _ZONE_STEP_S
    for i, span in enumerate(spans):
        for j in range(i + 1, len(spans)):
            if spans[j].begin_s - span.begin_s > reach:
                break
            if not joined.together(i, j) and _same(span, spans[j]):
                joined.join(i, j)
    _add_days(spans, joined)
    return [tuple(spans[i].source for i in members) for members in joined.all()]


@dataclass(slots=True)
class _Span:
    """A source on the time line; Unix seconds, or the runner's clock read as if it were UTC."""

    source: SourceRun
    begin_s: float
    length_s: float
    stated_length: bool

    @classmethod
    def of(cls, source: SourceRun) -> _Span:
        run = source.run
        length = run.elapsed_time_s or run.timer_time_s or 0.0
        if not 0 < length <= _LONGEST_S:
            length = run.timer_time_s if run.timer_time_s and 0 < run.timer_time_s <= _LONGEST_S else 0.0
        return cls(source, run.start.timestamp(), length, length > 0)


def _same(a: _Span, b: _Span) -> bool:
    one, other = a.source.run, b.source.run
    if not _sports_agree(one, other) or StartKnown.DAY in (one.start_known, other.start_known):
        return False
    if one.start_known is other.start_known:
        return _overlap(a, b, 0.0) or (one.start_known is StartKnown.INSTANT and _in_another_zone(a, b))
    local, instant = (a, b) if one.start_known is StartKnown.LOCAL else (b, a)
    offset = _stated_offset(instant.source)
    if offset is not None:
        return _overlap(local, instant, float(offset))
    return _in_another_zone(local, instant)


def _stated_offset(source: SourceRun) -> int | None:
    return source.run.utc_offset_s if source.run.utc_offset_s is not None else source.offset_by_position_s


def _sports_agree(one: Run, other: Run) -> bool:
    return one.sport == other.sport or one.sport in _UNKNOWN_SPORTS or other.sport in _UNKNOWN_SPORTS


def _overlap(a: _Span, b: _Span, shift_s: float) -> bool:
    """Whether they overlap by half of the shorter one, `b` moved by `shift_s`."""
    begin = b.begin_s + shift_s
    if not (a.stated_length and b.stated_length):
        return abs(begin - a.begin_s) <= _NO_DURATION_WITHIN_S and _close(a.source.run.distance_m, b.source.run.distance_m, 0.1)
    common = min(a.begin_s + a.length_s, begin + b.length_s) - max(a.begin_s, begin)
    return common >= _OVERLAP_SHARE * min(a.length_s, b.length_s)


def _in_another_zone(a: _Span, b: _Span) -> bool:
    """Whether they are the same to the second and the metre, but for whole quarters of an hour of a wrong zone.

    Two equal runs typed in for one day are two runs; so one of them at least must be a recording, and none a round number.
    """
    apart = b.begin_s - a.begin_s
    steps = round(apart / _ZONE_STEP_S)
    one, other = a.source.run, b.source.run
    if steps == 0 and one.start_known is other.start_known:
        return False
    if abs(apart) > _FARTHEST_ZONE_S + _SAME_CLOCK_S or abs(apart - steps * _ZONE_STEP_S) > _SAME_CLOCK_S:
        return False
    if one.by_hand or other.by_hand or not (one.record_count or other.record_count):
        return False
    times = [(one.timer_time_s, other.timer_time_s), (one.elapsed_time_s, other.elapsed_time_s)]
    same_time = any(x is not None and y is not None and x > 0 and abs(x - y) <= _SAME_CLOCK_S for x, y in times)
    known = one.distance_m is not None and other.distance_m is not None
    return same_time and known and _close(one.distance_m, other.distance_m, 0.005)


def _close(one: float | None, other: float | None, share: float) -> bool:
    """Whether two numbers are as good as equal; a missing one contradicts nothing."""
    return one is None or other is None or abs(one - other) <= share * max(abs(one), abs(other))


def _add_days(spans: Sequence[_Span], joined: _Joined) -> None:
    """A run of which only the day is known belongs to the one recorded run of that day that it can be."""
    typed = [i for i, span in enumerate(spans) if span.source.run.start_known is StartKnown.DAY]
    if not typed:
        return
    by_day: dict[object, list[int]] = {}
    for i, span in enumerate(spans):
        if i not in typed:
            run = replace(span.source.run, utc_offset_s=_stated_offset(span.source) or 0)
            by_day.setdefault(run.local_day, []).append(i)
    for i in typed:
        run = spans[i].source.run
        fitting = [j for j in by_day.get(run.local_day, ()) if _could_be(run, spans[j].source.run)]
        if fitting and all(joined.together(fitting[0], j) for j in fitting[1:]):
            joined.join(i, fitting[0])


def _could_be(typed: Run, other: Run) -> bool:
    told = typed.distance_m is not None or typed.timer_time_s is not None
    return (
        told
        and _sports_agree(typed, other)
        and _close(typed.distance_m, other.distance_m, _SAME_DAY_SHARE)
        and _close(typed.timer_time_s, other.timer_time_s or other.elapsed_time_s, _SAME_DAY_SHARE)
    )


class _Joined:
    """Which of n things are together."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def _root(self, i: int) -> int:
        while self._parent[i] != i:
            self._parent[i] = self._parent[self._parent[i]]
            i = self._parent[i]
        return i

    def join(self, i: int, j: int) -> None:
        one, other = self._root(i), self._root(j)
        self._parent[max(one, other)] = min(one, other)

    def together(self, i: int, j: int) -> bool:
        return self._root(i) == self._root(j)

    def all(self) -> list[list[int]]:
        found: dict[int, list[int]] = {}
        for i in range(len(self._parent)):
            found.setdefault(self._root(i), []).append(i)
        return list(found.values())


@dataclass(slots=True)
class _Fields:
    """The fields of a merged run as they are gathered, each with the source it came from."""

    values: dict[str, object] = field(default_factory=dict)
    origin_of: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, sources: Sequence[SourceRun], *, known: object = None) -> None:
        """The first source that knows this field gives it; `known` is what stands for not knowing."""
        for source in sources:
            value = getattr(source.run, name)
            if value is not None and value != known:
                self.values[name] = value
                self.origin_of[name] = source.key
                return


def merged(group: Sequence[SourceRun], home_zone: str = "") -> MergedRun:
    """What the sources of one run tell together.

    The samples, and with them times, distance and device, come from the source that recorded most, best and undamaged; words,
    effort, pain, shoes and weather from whichever has them, lists before recordings and the latest import first.

    Parameters
    ----------
    group : sequence of SourceRun
        One of `groups`.
    home_zone : str
        Name of the zone in which the runner lives, for runs of which no source tells the local time; UTC if empty.

    Returns
    -------
    MergedRun
    """
    recorded = sorted(group, key=lambda source: _rank(source, group))
    # What a service or a person says of a run is edited there; a recording knows only what the device wrote.
    told = sorted(recorded, key=lambda source: (bool(source.columns), -max((number for number, _, _ in source.files), default=0)))
    fields = _Fields()
    stream = next((source for source in recorded if source.columns), None)
    for name in ("distance_m", "timer_time_s", "elapsed_time_s"):
        fields.take(name, recorded)
    fields.take("sport", recorded, known="unknown")
    fields.take("sub_sport", recorded, known="")
    fields.take("device", recorded, known="")
    for name in ("shoe", "title", "note"):
        fields.take(name, told, known="")
    for name in ("perceived_exertion", "pain"):
        fields.take(name, told)
    stated: dict[str, float] = {}
    for source in recorded:
        for name, value in source.run.stated.items():
            if name not in stated:
                stated[name] = value
                fields.origin_of[f"stated.{name}"] = source.key
    start, known = _start(recorded, fields)
    offset = _offset(recorded, start, known, home_zone, fields)
    if known is StartKnown.LOCAL and offset is not None:
        start, known = start - timedelta(seconds=offset), StartKnown.INSTANT
    run = Run(
        start=start,
        start_known=known,
        utc_offset_s=offset,
        record_count=stream.run.record_count if stream else 0,
        origin=", ".join(dict.fromkeys(source.run.origin for source in recorded)),
        stated=stated,
        tags=tuple(sorted({tag for source in group for tag in source.run.tags})),
        links=tuple(sorted({link for source in group for link in source.run.links})),
        by_hand=all(source.run.by_hand for source in group),
        **{"sport": "unknown", "distance_m": None, "timer_time_s": None, **fields.values},  # type: ignore[arg-type]
    )
    if stream:
        fields.origin_of["samples"] = stream.key
    measured = next((source for source in recorded if source.measured is not None), None)
    if measured:
        fields.origin_of["measured"] = measured.key
    first = min(group, key=lambda source: (source.files, source.key))
    return MergedRun(
        first.key,
        run,
        fields.origin_of,
        tuple(source.key for source in recorded),
        stream.key if stream else "",
        measured.measured if measured else None,
    )


def _rank(source: SourceRun, group: Sequence[SourceRun]) -> tuple[object, ...]:
    """The best recording first."""
    run = source.run
    longest = max((s.run.elapsed_time_s or s.run.timer_time_s or 0.0 for s in group), default=0.0)
    covers = (run.elapsed_time_s or run.timer_time_s or 0.0) >= 0.8 * longest
    path = source.files[0][2].lower().removesuffix(".gz") if source.files else ""
    kind = path.rpartition(".")[2]
    return (
        not source.columns,
        run.by_hand,
        not covers,
        source.damaged,
        _KINDS.index(kind) if kind in _KINDS else len(_KINDS),
        run.timer_time_s is None,
        len(source.columns) * -1,
        -run.record_count,
        source.key,
    )


def _start(recorded: Sequence[SourceRun], fields: _Fields) -> tuple[datetime, StartKnown]:
    order = list(StartKnown)
    best = min(recorded, key=lambda source: (order.index(source.run.start_known), recorded.index(source)))
    fields.origin_of["start"] = best.key
    return best.run.start, best.run.start_known


def _offset(recorded: Sequence[SourceRun], start: datetime, known: StartKnown, home_zone: str, fields: _Fields) -> int | None:
    """Local time minus UTC: as stated, else as a source's clock shows it, else by the place, else by the runner's home."""
    for source in recorded:
        if source.run.utc_offset_s is not None:
            fields.origin_of["utc_offset_s"] = source.key
            return source.run.utc_offset_s
    if known is StartKnown.INSTANT:
        for source in recorded:
            if source.run.start_known is StartKnown.LOCAL:
                apart = (source.run.start - start).total_seconds()
                fields.origin_of["utc_offset_s"] = source.key
                return round(apart / _ZONE_STEP_S) * _ZONE_STEP_S
    for source in recorded:
        if source.offset_by_position_s is not None:
            fields.origin_of["utc_offset_s"] = "the place"
            return source.offset_by_position_s
    if known is StartKnown.DAY:
        return None
    if home_zone:
        local = start.replace(tzinfo=ZoneInfo(home_zone)) if known is StartKnown.LOCAL else start.astimezone(ZoneInfo(home_zone))
        shift = local.utcoffset()
        fields.origin_of["utc_offset_s"] = "the runner's home"
        return round(shift.total_seconds()) if shift is not None else None
    return None
