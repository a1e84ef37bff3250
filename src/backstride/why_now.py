"""The verb of looking back: what was unusual before a pain began, against the runner's own normal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from backstride.diary import nights_of_diary
from backstride.knowledge.concepts import Exposure, Knowledge
from backstride.model.diary import EARLIEST_DAY, Episode
from backstride.model.evidence import OWN_DATA, Measure
from backstride.model.record import Record
from backstride.model.why_now import Looked, NotJudged, Verdict, WhyNow
from backstride.training import measures_of
from backstride.training.events import events_before
from backstride.training.history import LONGEST_REST_DAYS, Day, usable
from backstride.training.one_run import measure_run
from backstride.training.run_table import BoolArray, FloatArray, IntArray, RunTable, run_table
from backstride.training.surprise import LEAST_WEEKS, Surprise, rarity, surprise
from backstride.training.windows import Windows, WindowSpec, windows

__all__ = ["change_in_words", "day_values", "measures_of_changes", "table_of", "why_now"]

_WEEK_DAYS = 7
_BEHIND_DAYS = 28
"""After a spell of pain running is not yet ordinary again."""
_YEARS_KEPT_DAYS = 1460
_GOES_ON_DAYS = 365
"""A run so long after the onset shows that the record goes on; one still later comes of a clock that is ahead, or of another life."""
_LONGEST_NIGHT_H = 24.0
_MOST_SURPRISE = 10.0
_MIDDLE_GRADE = 2
_ALIKE = 0.8
"""Share of the exposures of this week that must be told in a week that it is compared with."""
CONTESTED = ("acwr_ratio", "week_to_week_ratio", "body_mass_loss_share", "sweat_loss_estimated_l")
STANDING = ("shoe_distance_km", "pairs_in_use_4_weeks")


def why_now(record: Record, knowledge: Knowledge, onset: date, episodes: Iterable[Episode] = (), known: Iterable[Measure] = ()) -> WhyNow:
    """Look back from the day on which a pain began.

    Parameters
    ----------
    record : Record
        Runs, shoes, days and diary; what lies after the onset is not looked at.
    knowledge : Knowledge
        Which exposures there are, and how much of a change is worth telling.
    onset : date
        The runner's local day.
    episodes : iterable of Episode
        Spells of pain: the weeks around them are no ordinary weeks.
    known : iterable of Measure
        Measures of the same record and onset, of which the contested and the standing ones are told; computed where none are given.

    Returns
    -------
    WhyNow
        An exposure is unusual when in at most `why_now_false_alarm` of all weeks (this one and the ordinary ones before it) any exposure
        was as rare, and its change is worth telling.

    Notes
    -----
    For each exposure and window the change against the time before is set against the same change in the other weeks of this runner,
    `surprise`; its rarity is weighed by evidence (`why_now_grade_step`) and divided by the number of looks (windows, directions). All
    weeks are treated in the same way, and the largest value of each is ranked: with n ordinary weeks the chance that this week ranks
    among the first k without any reason is k / (n + 1), however the exposures depend on each other and on their past.
    """
    if onset < EARLIEST_DAY:
        return WhyNow(onset, Verdict.TOO_LITTLE, f"There are no runs from before {EARLIEST_DAY.year}.")
    every = usable(record.runs)
    days = [d for d in every if d.day <= onset and d.day > onset - timedelta(days=_YEARS_KEPT_DAYS)]
    measures = {m.id: m for m in (known or measures_of(_up_to(record, onset)))}
    events = events_before([d for d in every if d.day <= onset], record.shoes, onset)
    # Of none (no run could be given to a pair) nothing is told.
    standing = tuple(measures[name] for name in STANDING if name in measures and measures[name].value)
    contested = tuple(measures[name] for name in CONTESTED if name in measures and measures[name].value is not None)
    if not days:
        reason = "There is no run in the four years before that day." if every else "There are no runs yet."
        return WhyNow(onset, Verdict.TOO_LITTLE, reason, events=events, standing=standing)
    table = table_of(days, onset)
    daily = day_values(record, table.first, table.n_days)
    at = _weeks(table, tuple(episodes), int(_number(knowledge, "why_now_weeks_most")))
    silent = _silence(days, every, onset)
    judged, plain, not_judged = _judge(table, daily, at, knowledge, silent)
    alarm = _number(knowledge, "why_now_false_alarm")
    ranked, weeks = _ranked(judged, at, alarm)
    # Told once: a large change of a short window that nothing compares with says more than a long window as always.
    shown = {one.exposure for one in plain}
    looked = (*(one for one in ranked if one.exposure not in shown), *plain)
    needed = math.ceil(1 / alarm - 1e-9) - 1
    verdict, reason = Verdict.NOTHING_UNUSUAL, ""
    if not ranked:
        too_little = "The record is too short, or tells too little, to say what is usual for you."
        if len(at) <= LEAST_WEEKS < table.n_days // _WEEK_DAYS:
            too_little = "You had pain in too many of your weeks to say what is usual for you without it."
        verdict, reason = Verdict.TOO_LITTLE, silent or too_little
    elif weeks < needed:
        verdict, reason = Verdict.TOO_LITTLE, f"Only {weeks} of your other weeks can be compared with; {needed} are needed."
    elif any(one.unusual for one in ranked):
        verdict = Verdict.UNUSUAL
    return WhyNow(
        onset, verdict, reason, looked, events, contested, standing, tuple(not_judged), weeks, alarm, days[0].day, len(days)
    )  # fmt: skip


def _number(knowledge: Knowledge, name: str) -> float:
    value = knowledge.limits[name].value
    assert not isinstance(value, tuple)
    return float(value)


def _up_to(record: Record, onset: date) -> Record:
    return replace(record, onset=onset)


def table_of(days: Sequence[Day], until: date) -> RunTable:
    """The columns of some usable runs up to a day; a run that was not measured when it came in is measured now."""
    return run_table(days, [entry.run.measured or measure_run(entry.run) for entry in days], until)


def day_values(record: Record, first: date, n_days: int) -> dict[str, FloatArray]:
    """Values of so many days from the first on, by name, NaN where not told: sleep (the longest of a night), and what the diary tells."""
    found: dict[str, FloatArray] = {}

    def put(name: str, day: date, value: float | None) -> None:
        index = (day - first).days
        if value is None or not 0 <= index < n_days:
            return
        column = found.setdefault(name, np.full(n_days, np.nan))
        column[index] = np.fmax(column[index], value)

    known = [one for one in record.days if one.name != "sleep_h" or 0 < one.value <= _LONGEST_NIGHT_H]
    for one in (*known, *nights_of_diary(record.diary, known)):
        put(one.name, one.day, one.value)
    for told in record.diary:
        put("sitting_h", told.day, told.sitting_h)
        put("stress", told.day, told.stress)
    return found


def _silence(days: Sequence[Day], every: Sequence[Day], onset: date) -> str:
    """Why no run lately need not mean that none was run."""
    quiet = (onset - days[-1].day).days
    goes_on = any(0 < (entry.day - onset).days <= _GOES_ON_DAYS for entry in every)
    if goes_on or quiet <= LONGEST_REST_DAYS:
        return ""
    return f"The last run was {quiet} days before that day; the record may end there."


def _weeks(table: RunTable, episodes: Sequence[Episode], most: int) -> IntArray:
    """The last days of windows: the onset first, then every seventh day before it, but for weeks with pain in or just before them."""
    onset = table.n_days - 1
    # Of a spell whose end is not known only its told days are: it was no shorter than these.
    end = [one.end or one.begin + timedelta(days=max(_BEHIND_DAYS, one.days_told - 1)) for one in episodes]
    ordinary = []
    for back in range(_WEEK_DAYS, min(most * _WEEK_DAYS, onset) + 1, _WEEK_DAYS):
        day = table.date_of(onset - back)
        beside = any(
            one.begin - timedelta(days=1) <= day and day - timedelta(days=_WEEK_DAYS) <= last + timedelta(days=_BEHIND_DAYS)
            for one, last in zip(episodes, end, strict=True)
            if one.begin < table.date_of(onset)
        )
        if not beside:
            ordinary.append(onset - back)
    return np.array([onset, *ordinary], dtype=np.intp)


@dataclass(frozen=True, slots=True)
class _Look:
    """One window of one exposure in one direction: its rarity in every week, and what to tell of the week in question."""

    exposure: Exposure
    spec: WindowSpec
    direction: str
    compared: Windows
    found: Surprise
    nats: FloatArray
    told: BoolArray

    @property
    def deviations(self) -> FloatArray:
        return self.found.up if self.direction == "more" else self.found.down


@dataclass(frozen=True, slots=True)
class _Judged:
    """One exposure: its looks, and over them its weighed rarity in every week."""

    looks: tuple[_Look, ...]
    nats: FloatArray
    told: BoolArray

    @property
    def best(self) -> _Look:
        return max(self.looks, key=lambda look: (float(look.nats[0]), float(look.deviations[0])))


def _judge(
    table: RunTable, daily: Mapping[str, FloatArray], at: IntArray, knowledge: Knowledge, silent: str
) -> tuple[list[tuple[_Judged, RunTable]], list[Looked], list[NotJudged]]:
    """Exposures that can be set against other weeks, those whose change is known but nothing to set it against, and all others."""
    step = _number(knowledge, "why_now_grade_step")
    judged, plain, not_judged = [], [], []
    for exposure in knowledge.exposures.values():
        if silent and exposure.per == "run":
            not_judged.append(NotJudged(exposure.id, silent))
            continue
        looks, alone, why = _looks(exposure, table, daily, at)
        large = bool(looks) and any(np.isfinite(look.nats[0]) for look in looks)
        if alone is not None and (not looks or (alone.worth_telling and not large)):
            plain.append(alone)
        elif not looks:
            not_judged.append(NotJudged(exposure.id, why))
        if not looks:
            continue
        better = _MIDDLE_GRADE - "ABCDX".index(exposure.grade)
        nats = np.max([look.nats for look in looks], axis=0) - math.log(len(looks)) + better * math.log(step)
        judged.append((_Judged(looks, nats, np.any([look.told for look in looks], axis=0)), table))
    plain.sort(key=lambda one: not one.worth_telling)
    return judged, plain, not_judged


def _looks(
    exposure: Exposure, table: RunTable, daily: Mapping[str, FloatArray], at: IntArray
) -> tuple[tuple[_Look, ...], Looked | None, str]:
    one_device = exposure.one_device or (exposure.of == "air_c" and table.air_by_device)
    least = math.log(exposure.worth_telling) if exposure.compare == "ratio" else exposure.worth_telling
    looks, alone, why = [], None, ""
    for width in exposure.windows_days:
        spec = WindowSpec(
            exposure.of, exposure.per, exposure.take, exposure.compare, width, exposure.before_days, exposure.least_now,
            exposure.least_before, exposure.floor, one_device,
        )  # fmt: skip
        compared = windows(table, daily, spec)
        change = compared.change[at]
        found = surprise(change, compared.spread[at], at, width, seasonal=exposure.take in ("mean", "mean_by_distance"))
        if found is None:
            why = why or _why_not(exposure, spec, compared, table)
            if alone is None and np.isfinite(change[0]):
                alone = _alone(exposure, spec, compared, table, float(change[0]), least)
            continue
        for direction in ("more", "less") if exposure.direction == "either" else (exposure.direction,):
            deviations, sign = (found.up, 1) if direction == "more" else (found.down, -1)
            told = np.isfinite(deviations)
            with np.errstate(invalid="ignore"):
                nats = np.where(told & (sign * change >= least), rarity(deviations), -np.inf)
            looks.append(_Look(exposure, spec, direction, compared, found, nats, told))
    return tuple(looks), alone, why


def _alone(exposure: Exposure, spec: WindowSpec, compared: Windows, table: RunTable, change: float, least: float) -> Looked:
    """A change with nothing to set it against."""
    direction = ("more" if change >= 0 else "less") if exposure.direction == "either" else exposure.direction
    worth = (change if direction == "more" else -change) >= least
    return _told(exposure, spec, compared, table, direction, worth=worth)


def _why_not(exposure: Exposure, spec: WindowSpec, compared: Windows, table: RunTable) -> str:
    """Why the window before the onset, or what is usual, can't be told."""
    day = table.n_days - 1
    what = "runs" if exposure.per == "run" else "days"
    if spec.one_device and exposure.per == "run" and not (compared.known[day] > 0):
        return "The watch is not named, is new, or does not tell it."
    if not compared.known[day] > 0:
        return f"None of the {what} of the last {spec.window_days} days tells it."
    known, known_before = int(compared.known[day]), int(compared.known_before[day])
    if known < spec.least_now or not np.isfinite(compared.now[day]):
        of = f"{known} of {int(compared.runs[day])} {what} of the last {spec.window_days} days"
        return f"Only {of} tell it; {spec.least_now} are needed, and half of all."
    if known_before < spec.least_before:
        return f"Only {known_before} {what} of the {spec.before_days} days before tell it; {spec.least_before} are needed."
    return f"Fewer than {LEAST_WEEKS} other times can be compared with."


def _ranked(judged: Sequence[tuple[_Judged, RunTable]], at: IntArray, alarm: float) -> tuple[tuple[Looked, ...], int]:
    """Every exposure with its rank among all weeks, and how many there were.

    A week counts where nearly all can be told that can be told now: of fewer, the largest is smaller, and this week would seem rare
    for no other reason. The weeks just before the onset don't count: their windows hold some of the same runs, so what is unusual now was
    half so then.
    """
    if not judged:
        return (), 0
    nats = np.array([one.nats for one, _ in judged])
    told = np.array([one.told for one, _ in judged])
    longest = max(look.spec.window_days for one, _ in judged for look in one.looks)
    ordinary = ((told[:, 1:] & told[:, :1]).sum(axis=0) >= _ALIKE * told[:, 0].sum()) & (at[0] - at[1:] >= longest)
    highest = nats[:, 1:].max(axis=0)[ordinary]
    weeks = len(highest)
    looked = []
    for (one, table), own in zip(judged, nats[:, 0], strict=True):
        chance = (1 + int((highest >= own).sum())) / (weeks + 1) if np.isfinite(own) else 1.0
        looked.append((float(own), one.best, _against(one.best, table, chance, unusual=chance <= alarm)))
    looked.sort(key=lambda entry: (-entry[0], -entry[1].deviations[0], entry[2].exposure))
    return tuple(entry[2] for entry in looked), weeks


def _told(exposure: Exposure, spec: WindowSpec, compared: Windows, table: RunTable, direction: str, *, worth: bool) -> Looked:
    """What is known of a change before it is set against other weeks."""
    day = table.n_days - 1
    return Looked(
        exposure=exposure.id,
        window_days=spec.window_days,
        direction=direction,
        now=float(compared.now[day]),
        before=float(compared.before[day]),
        surprise=None,
        usual_low=None,
        usual_high=None,
        weeks=0,
        chance=1.0,
        unusual=False,
        worth_telling=worth,
        runs=int(compared.runs[day]),
        known=int(compared.known[day]),
        device=table.devices[compared.device[day]] if spec.one_device else "",
    )


def _against(look: _Look, table: RunTable, chance: float, *, unusual: bool) -> Looked:
    """A change set against other weeks."""
    spec = look.spec
    told = _told(look.exposure, spec, look.compared, table, look.direction, worth=bool(np.isfinite(look.nats[0])))
    if spec.compare == "ratio":
        low, high = ((told.before + spec.floor) * math.exp(edge) - spec.floor for edge in look.found.usual)
    else:
        low, high = (told.before + edge for edge in look.found.usual)
    return replace(
        told,
        surprise=float(np.clip(look.deviations[0], -_MOST_SURPRISE, _MOST_SURPRISE)),
        usual_low=low,
        usual_high=high,
        weeks=look.found.others,
        chance=chance,
        unusual=unusual,
    )


def measures_of_changes(found: WhyNow, knowledge: Knowledge) -> tuple[Measure, ...]:
    """What a look back says to knowledge: ``unusual_<exposure>``, 1 for more, -1 for less, 0 for neither, or why it is missing.

    A factor that names such a measure (``measured_by``) is present where the runner's own data show an unusual change of it.
    """
    result = []
    for one in found.looked:
        what = "runs" if knowledge.exposures[one.exposure].per == "run" else "days"
        shown = change_in_words(one, knowledge.exposures[one.exposure])
        origin = f"your own data, {one.known} of {one.runs} {what}: {shown}"
        missing = found.reason if found.verdict is Verdict.TOO_LITTLE else "" if one.surprise is not None else "too few other weeks"
        value = None if missing else 0.0 if not one.unusual else 1.0 if one.direction == "more" else -1.0
        result.append(Measure(f"unusual_{one.exposure}", value, OWN_DATA, origin, missing, one.device))
    return (*result, *(Measure(f"unusual_{one.exposure}", None, OWN_DATA, missing_because=one.why) for one in found.not_judged))


def change_in_words(one: Looked, exposure: Exposure) -> str:
    """The sentence of a change, with its numbers as its knowledge file scales and rounds them."""
    went = "more" if one.now >= one.before else "less"
    plain = f"{exposure.name[:1].upper()}{exposure.name[1:]}: {{now}} {exposure.unit}. Before it was {{before}}."
    # An exposure that is judged one way only has no sentence for the other.
    template = exposure.said.get(one.direction, plain) if went == one.direction else plain
    now, before = (f"{value * exposure.scale:.{exposure.decimals}f}" for value in (one.now, one.before))
    return template.format(now=now, before=before)
