"""One run from many sources is one run: which sources are of the same run, and what they tell together, field by field.

A runner runs one run at a time. So two sources are of one run when their times overlap, also where a service rounded them or a
clock stood in another zone; two runs that only follow each other stay two. A source that was not running all the time it covers
(a watch forgotten for hours, a long pause) proves nothing about what else happened meanwhile: it goes to the run it fits best.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from backstride.model.ledger import MergedRun, SourceRun
from backstride.model.run import Run, StartKnown

__all__ = ["MERGE_VERSION", "groups", "merged"]

MERGE_VERSION = 4
"""Changes when the same sources would be put together in another way."""

_OVERLAP_SHARE = 0.5
"""Of the shorter one. Less is two runs of which a clock or a rounding made neighbours touch."""
_LONGEST_S = 48 * 3600.0
_NO_DURATION_WITHIN_S = 120.0
"""Starts this close are of one run where a source tells no duration: services round a start to the minute."""
_FARTHEST_ZONE_S = 14 * 3600
_ZONE_STEP_S = 900
_SAME_CLOCK_S = 2.0
_NEARLY_ALL = 0.8
_MOST_NEIGHBOURS = 500
"""Nobody has more sources within two days; somebody who makes them up gets no slow answer."""
_LIKE_DISTANCE_SHARE = 0.25
_SAME_DAY_SHARE = 0.1
"""How far a run typed from memory may be from what the watch recorded on that day."""
_RUNNING_SHARE = 0.7
_SLOWEST_MPS = 1.4
"""A recording that ran its timer for less of its time, or went slower than people walk, was not of running all along."""
_FORGOTTEN_S = 2 * 3600.0
_APART_S = 120.0
_UNKNOWN_SPORTS = ("", "unknown", "generic", "other", "workout")
_KINDS = ("fit", "tcx", "sml", "json", "xml", "gpx")
_TELLING = (
    "heart_rate_bpm",
    "cadence_spm",
    "contact_time_ms",
    "contact_balance_left",
    "vertical_oscillation_mm",
    "step_length_mm",
    "power_w",
)
"""Columns that make a recording worth more than a track of positions."""


def groups(sources: Iterable[SourceRun], home_zone: str = "") -> list[tuple[SourceRun, ...]]:
    """Put the sources of one run together.

    Parameters
    ----------
    sources : iterable of SourceRun
        Of one runner.
    home_zone : str
        Name of the zone in which the runner lives, for clocks and days of which no source tells the place.

    Returns
    -------
    list of tuple of SourceRun
        Every source stands in exactly one group. The result does not depend on the order of the sources.
    """
    spans = sorted((_Span.of(source, home_zone) for source in sources), key=_Span.order)
    joined = _Joined([span.is_firm for span in spans])
    by_link: dict[str, int] = {}
    for i, span in enumerate(spans):
        for link in span.source.run.links:
            joined.join(i, by_link.setdefault(link, i))
    near = list(_neighbours(spans))
    for i, j in near:
        if spans[i].is_firm and spans[j].is_firm and not joined.together(i, j) and _same(spans[i], spans[j]):
            joined.join(i, j)
    _add_loose(spans, near, joined)
    _add_days(spans, joined)
    return [tuple(spans[i].source for i in members) for members in joined.all()]


@dataclass(slots=True)
class _Span:
    """A source on the time line; Unix seconds, or the runner's clock read as if it were UTC.

    ``offset_s`` is local time minus UTC as well as it is known, ``is_firm`` whether it may speak for all the time it covers.
    """

    source: SourceRun
    begin_s: float
    length_s: float
    offset_s: int | None
    is_firm: bool

    @classmethod
    def of(cls, source: SourceRun, home_zone: str) -> _Span:
        run = source.run
        length = _length_s(run)
        if not 0 < length <= _LONGEST_S:
            length = run.timer_time_s if run.timer_time_s and 0 < run.timer_time_s <= _LONGEST_S else 0.0
        offset = run.utc_offset_s if run.utc_offset_s is not None else source.offset_by_position_s
        if offset is None and home_zone:
            offset = _home_offset(run.start, run.start_known, home_zone)
        return cls(source, run.start.timestamp(), length, offset, _ran_all_along(run, length) and _sport_is_known(run))

    @property
    def end_s(self) -> float:
        return self.begin_s + self.length_s

    def order(self) -> tuple[float, float, float, str]:
        """By what it says, so that nothing hangs on how its content is named."""
        return self.begin_s, self.length_s, self.source.run.distance_m or 0.0, self.source.key


def _ran_all_along(run: Run, length_s: float) -> bool:
    return not _was_paused(run, length_s) and not _was_slow(run, length_s)


def _was_paused(run: Run, length_s: float) -> bool:
    return run.timer_time_s is not None and run.timer_time_s < _RUNNING_SHARE * length_s


def _was_slow(run: Run, length_s: float) -> bool:
    """Whether it was forgotten rather than run: hours at less than a walk."""
    ran_s = min(run.timer_time_s or length_s, length_s)
    return run.sport == "running" and run.distance_m is not None and ran_s > _FORGOTTEN_S and run.distance_m < _SLOWEST_MPS * ran_s


def _sport_is_known(run: Run) -> bool:
    return run.sport not in _UNKNOWN_SPORTS and not run.sport_guessed


def _neighbours(spans: Sequence[_Span]) -> Iterable[tuple[int, int]]:
    """Pairs near enough in time to be of one run, the earlier first."""
    for i, span in enumerate(spans):
        reach = span.end_s + _FARTHEST_ZONE_S + _ZONE_STEP_S
        for j in range(i + 1, min(i + 1 + _MOST_NEIGHBOURS, len(spans))):
            if spans[j].begin_s > reach:
                break
            yield i, j


def _same(a: _Span, b: _Span) -> bool:
    one, other = a.source.run, b.source.run
    if one.sport != other.sport and _sport_is_known(one) and _sport_is_known(other):
        return False
    if StartKnown.DAY in (one.start_known, other.start_known):
        return False
    if one.start_known is other.start_known:
        return _overlaps(a, b, 0.0) or (one.start_known is StartKnown.INSTANT and _in_another_zone(a, b))
    local, instant = (a, b) if one.start_known is StartKnown.LOCAL else (b, a)
    return (instant.offset_s is not None and _overlaps(local, instant, float(instant.offset_s))) or _in_another_zone(local, instant)


def _overlap_s(a: _Span, b: _Span, shift_s: float = 0.0) -> float:
    """Time that they have in common, `b` moved by `shift_s`."""
    return min(a.end_s, b.end_s + shift_s) - max(a.begin_s, b.begin_s + shift_s)


def _overlaps(a: _Span, b: _Span, shift_s: float) -> bool:
    """Whether they overlap by half of the shorter one, `b` moved by `shift_s`."""
    if not (a.length_s and b.length_s):
        close = abs(b.begin_s + shift_s - a.begin_s) <= _NO_DURATION_WITHIN_S
        return close and _close(a.source.run.distance_m or None, b.source.run.distance_m or None, 0.1)
    return _overlap_s(a, b, shift_s) >= _OVERLAP_SHARE * min(a.length_s, b.length_s)


def _in_another_zone(a: _Span, b: _Span) -> bool:
    """Whether they are the same to the second and the metre, but for whole quarters of an hour of a wrong zone.

    Two equal runs typed in for one day are two runs; so one of them at least must be a recording. A zone can only be wrong where one of
    them doesn't tell it, and what follows at once is the next piece of a training.
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
    if one.start_known is other.start_known:
        told = one.utc_offset_s is not None and other.utc_offset_s is not None
        if told or abs(apart) < max(a.length_s, b.length_s) + _APART_S:
            return False
    times = [(one.timer_time_s, other.timer_time_s), (one.elapsed_time_s, other.elapsed_time_s)]
    same_time = any(x is not None and y is not None and x > 0 and abs(x - y) <= _SAME_CLOCK_S for x, y in times)
    known = one.distance_m is not None and other.distance_m is not None
    return same_time and known and _close(one.distance_m, other.distance_m, 0.005)


def _close(one: float | None, other: float | None, share: float) -> bool:
    """Whether two numbers are as good as equal; a missing one contradicts nothing."""
    return one is None or other is None or abs(one - other) <= share * max(abs(one), abs(other))


def _add_loose(spans: Sequence[_Span], near: Iterable[tuple[int, int]], joined: _Joined) -> None:
    """Sources that prove nothing about all the time they cover, or tell no sport: each goes to the one run it fits best.

    It never brings two runs together. One that was not running all along has to be about as far as the run it goes to, or to hold
    it whole; one of no known sport has to share half of the time that both cover.
    """
    alike: dict[int, list[int]] = {}
    for i, j in near:
        if not (spans[i].is_firm and spans[j].is_firm) and _same(spans[i], spans[j]):
            alike.setdefault(i, []).append(j)
            alike.setdefault(j, []).append(i)
    loose = [i for i in sorted(alike) if not spans[i].is_firm]
    # The same thing told twice, by the recording and by a list.
    for i in loose:
        for j in alike[i]:
            if not spans[j].is_firm and _shared(spans[i], spans[j]) >= _NEARLY_ALL and _told_alike(spans[i], spans[j]):
                joined.join(i, j)
    best = {}
    for i in loose:
        fitting = [j for j in alike[i] if spans[j].is_firm and _fits(spans[i], spans[j])]
        if fitting:
            best[i] = max(fitting, key=lambda j: (_shared(spans[i], spans[j]), spans[j].order()))
    for i, j in best.items():
        if not joined.has_firm(i):  # the first of those that were together already takes the others along
            joined.join(j, i)
    # What no firm source is there for: alike among themselves.
    for i in loose:
        for j in alike[i]:
            if not (joined.has_firm(i) or joined.has_firm(j)) and _fits(spans[i], spans[j]):
                joined.join(i, j)


def _told_alike(a: _Span, b: _Span) -> bool:
    return _close(a.source.run.distance_m or None, b.source.run.distance_m or None, _SAME_DAY_SHARE)


def _fits(loose: _Span, firm: _Span) -> bool:
    run = loose.source.run
    if not (loose.length_s and firm.length_s):
        return True
    if not _sport_is_known(run):
        # A track that was cut off, or one of them, has less than half of the other.
        shorter = min(loose.length_s, firm.length_s)
        cut_off = loose.source.damaged or firm.source.damaged
        return (_common(loose, firm) / shorter if cut_off else _shared(loose, firm)) >= _OVERLAP_SHARE
    if _was_paused(run, loose.length_s) and not _was_slow(run, loose.length_s):
        return _close(run.distance_m, firm.source.run.distance_m, _LIKE_DISTANCE_SHARE)
    return True


def _common(a: _Span, b: _Span) -> float:
    """Time in which both run, each by its own clock."""
    shift = b.offset_s if a.source.run.start_known is not b.source.run.start_known and b.offset_s is not None else 0
    return max(_overlap_s(a, b, float(shift)), 0.0)


def _shared(a: _Span, b: _Span) -> float:
    """Share of the time that either covers in which both run, 0 to 1; in another zone as if there were none."""
    if not (a.length_s or b.length_s):
        return 0.0
    common = _common(a, b)
    if not common and _in_another_zone(a, b):
        return 1.0
    return common / (a.length_s + b.length_s - common)


def _add_days(spans: Sequence[_Span], joined: _Joined) -> None:
    """A run of which only the day is known belongs to the one recorded run of that day that it can be; only one to each."""
    typed = [i for i, span in enumerate(spans) if span.source.run.start_known is StartKnown.DAY]
    if not typed:
        return
    by_day: dict[object, list[int]] = {}
    for i, span in enumerate(spans):
        if span.source.run.start_known is not StartKnown.DAY:
            run = span.source.run
            shown = replace(run, utc_offset_s=span.offset_s or 0) if run.start_known is StartKnown.INSTANT else run
            by_day.setdefault(shown.local_day, []).append(i)
    chosen: dict[int, list[int]] = {}
    for i in typed:
        run = spans[i].source.run
        fitting = [j for j in by_day.get(run.local_day, ()) if _could_be(run, spans[j].source.run)]
        if fitting and all(joined.together(fitting[0], j) for j in fitting[1:]):
            chosen.setdefault(min(joined.members(fitting[0])), []).append(i)
    for run_at, some in chosen.items():
        if len(some) == 1:
            joined.join(some[0], run_at)


def _could_be(typed: Run, other: Run) -> bool:
    told = typed.distance_m is not None or typed.timer_time_s is not None
    sports = typed.sport == other.sport or not _sport_is_known(other)
    return (
        told
        and sports
        and _close(typed.distance_m, other.distance_m, _SAME_DAY_SHARE)
        and _close(typed.timer_time_s, other.timer_time_s or other.elapsed_time_s, _SAME_DAY_SHARE)
    )


class _Joined:
    """Which of n things are together."""

    def __init__(self, firm: Sequence[bool]) -> None:
        self._group = list(range(len(firm)))
        self._members = [[i] for i in range(len(firm))]
        self._has_firm = list(firm)

    def join(self, i: int, j: int) -> None:
        one, other = self._group[i], self._group[j]
        if one == other:
            return
        if len(self._members[one]) < len(self._members[other]):
            one, other = other, one
        for member in self._members[other]:
            self._group[member] = one
        self._members[one] += self._members[other]
        self._members[other] = []
        self._has_firm[one] = self._has_firm[one] or self._has_firm[other]

    def has_firm(self, i: int) -> bool:
        return self._has_firm[self._group[i]]

    def together(self, i: int, j: int) -> bool:
        return self._group[i] == self._group[j]

    def members(self, i: int) -> list[int]:
        return self._members[self._group[i]]

    def all(self) -> list[list[int]]:
        return sorted(sorted(members) for members in self._members if members)


@dataclass(slots=True)
class _Fields:
    """The fields of a merged run as they are gathered, each with the source it came from."""

    values: dict[str, object] = field(default_factory=dict)
    origin_of: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, sources: Iterable[SourceRun], *, unknown: tuple[object, ...] = (None,)) -> None:
        """The first source that knows this field gives it."""
        for source in sources:
            value = getattr(source.run, name)
            if value not in unknown:
                self.values[name] = value
                self.origin_of[name] = source.key
                return


def merged(group: Sequence[SourceRun], home_zone: str = "") -> MergedRun:
    """What the sources of one run tell together.

    The samples and the device come from the source that recorded most, best and undamaged; the totals from the best whole one;
    words, effort, pain, shoes and weather from whichever has them, lists before recordings and the latest import first; each measure from
    the best source that has it, with that source's device.

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
    told = sorted(recorded, key=lambda source: (bool(source.columns), -_latest(source)))
    whole = sorted(recorded, key=lambda source: (not _ran(source.run), source.damaged or not _covers(source, group)))
    fields = _Fields()
    stream = next((source for source in recorded if source.columns), None)
    _take_totals(whole, fields)
    fields.take("sport", [s for s in recorded if _sport_is_known(s.run)] or recorded, unknown=_UNKNOWN_SPORTS)
    fields.take("sub_sport", recorded, unknown=("",))
    fields.take("device", [stream] if stream else recorded, unknown=("",))
    for name in ("shoe", "title", "note"):
        fields.take(name, told, unknown=("",))
    for name in ("perceived_exertion", "pain"):
        fields.take(name, told)
    stated: dict[str, float] = {}
    for source in whole:
        for name, value in source.run.stated.items():
            if name not in stated:
                stated[name] = value
                fields.origin_of[f"stated.{name}"] = source.key
    start, known = _start(whole, fields)
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
        sport_guessed=all(source.run.sport_guessed for source in group),
        **{"sport": "unknown", "distance_m": None, "timer_time_s": None, **fields.values},  # type: ignore[arg-type]
    )
    if stream:
        fields.origin_of["samples"] = stream.key
    measured = _measured(whole, fields)
    first = min(group, key=lambda source: (source.files, source.key))
    keys = tuple(source.key for source in recorded)
    return MergedRun(first.key, run, fields.origin_of, keys, stream.key if stream else "", measured)


def _rank(source: SourceRun, group: Sequence[SourceRun]) -> tuple[object, ...]:
    """The best recording first."""
    run = source.run
    path = source.files[0][2].lower().removesuffix(".gz") if source.files else ""
    kind = path.rpartition(".")[2]
    return (
        not source.columns,
        run.by_hand,
        not _ran(run),
        not _covers(source, group),
        source.damaged,
        -sum(name in _TELLING for name in source.columns),
        _KINDS.index(kind) if kind in _KINDS else len(_KINDS),
        run.timer_time_s is None,
        -len(source.columns),
        -run.record_count,
        -_latest(source),
        source.key,
    )


def _ran(run: Run) -> bool:
    return _ran_all_along(run, _length_s(run))


def _length_s(run: Run) -> float:
    return run.elapsed_time_s or run.timer_time_s or 0.0


def _covers(source: SourceRun, group: Sequence[SourceRun]) -> bool:
    """Whether it has nearly all of the time that any of them ran."""
    ran = [other for other in group if _ran(other.run)] or group
    return _length_s(source.run) >= 0.8 * max(_length_s(other.run) for other in ran)


def _latest(source: SourceRun) -> int:
    return max((number for number, _, _ in source.files), default=0)


def _take_totals(whole: Sequence[SourceRun], fields: _Fields) -> None:
    """Distance and times from one source where one has both, so that no pace is made of two watches.

    Zero metres in over a minute is a watch that could not measure (a treadmill), and gives way to one that could.
    """

    def knows(source: SourceRun) -> bool:
        run = source.run
        zero = run.distance_m == 0 and (run.timer_time_s or run.elapsed_time_s or 0.0) > 60
        return run.distance_m is not None and not zero

    far = [source for source in whole if knows(source)] or [source for source in whole if source.run.distance_m is not None]
    both = [source for source in far if source.run.timer_time_s or source.run.elapsed_time_s]
    first = (both or far or list(whole))[:1]
    fields.take("distance_m", first)
    near = [source for source in whole if _close(source.run.distance_m or None, first[0].run.distance_m, _SAME_DAY_SHARE)]
    for name in ("timer_time_s", "elapsed_time_s"):
        fields.take(name, [*first, *near])


def _measured(whole: Sequence[SourceRun], fields: _Fields) -> dict[str, Any] | None:
    """Each measure from the first source that has a value for it, else with the first one's reason why not."""
    known = [(source.key, source.measured) for source in whole if source.measured is not None]
    if not known:
        return None
    values: dict[str, Mapping[str, Any]] = {}
    origin_of: dict[str, str] = {}
    for key, plain in known:
        for measure in plain["values"]:
            name = str(measure["id"])
            if name not in values or (values[name].get("value") is None and measure.get("value") is not None):
                values[name] = measure
                origin_of[name] = key
    fields.origin_of["measured"] = known[0][0]
    profiles = [plain["profile"] for _, plain in known if plain.get("profile")]
    told = {name: key for name, key in origin_of.items() if key != known[0][0]}
    measured = {"version": known[0][1]["version"], "values": list(values.values()), "profile": profiles[0] if profiles else []}
    return measured | ({"origin_of": told} if told else {})


def _start(whole: Sequence[SourceRun], fields: _Fields) -> tuple[datetime, StartKnown]:
    order = list(StartKnown)
    best = min(whole, key=lambda source: (order.index(source.run.start_known), whole.index(source)))
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
    if known is StartKnown.DAY or not home_zone:
        return None
    fields.origin_of["utc_offset_s"] = "the runner's home"
    return _home_offset(start, known, home_zone)


def _home_offset(start: datetime, known: StartKnown, home_zone: str) -> int:
    """Local time minus UTC in a zone; `start` is a moment, or a reading of that zone's clock."""
    zone = ZoneInfo(home_zone)
    local = start.astimezone(zone) if known is StartKnown.INSTANT else start.replace(tzinfo=zone)
    shift = local.utcoffset()
    assert shift is not None
    return round(shift.total_seconds())
