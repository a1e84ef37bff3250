"""The verb around one change at a time: what may be tried, beginning it, and what it showed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from backstride.assess import assess
from backstride.errors import BackstrideError
from backstride.interview_answers import record_of
from backstride.knowledge.concepts import Knowledge, TrialPlan
from backstride.knowledge.rules import Lookup, parse_rule
from backstride.model.assessment import Assessment
from backstride.model.diary import DiaryDay
from backstride.model.evidence import Measure
from backstride.model.interview import KeptInterview
from backstride.model.record import Record
from backstride.model.trial import Arm, Kept, Mornings, Offer, StopMet, Trial, TrialBlock, TrialResult, TrialTest, Way
from backstride.names import names_for
from backstride.randomised import Block, block_test, design, pairs_needed
from backstride.reasoning.observe import observe
from backstride.reasoning.triage import lookup_of, rule_signs
from backstride.reports.sections import day_in_words
from backstride.training import measure_run
from backstride.training.adherence import other_pairs, usual_way, way_of_run
from backstride.training.history import History, usable

__all__ = ["Standing", "begin", "blocks_needed", "end", "offers", "result", "running", "standing", "stop_met"]

_ASK = "Run 'backstride' and answer its questions first."
_AGAIN = "Run 'backstride' again and answer what it asks."
_WHOLE = "'backstride' tells the whole answer."
_CLEARED = ("", "running_provisional", "running_unknown")
"""With these nothing that was said speaks against running. With the last two too little was said, so nothing is begun either."""


@dataclass(frozen=True)
class Standing:
    """What the runner's own answers say about trying anything.

    Attributes
    ----------
    against : str
        Why nothing may be begun now, in words; empty when something may.
    remedy : str
        What to do about it.
    unsafe : bool
        Whether the answers themselves speak against it, so that what is being tried is to be stopped too; false where they are only
        missing, old or open.
    answer : Assessment or None
        None without answers.
    lookup : callable or None
        How a rule sees the answers.
    """

    against: str = ""
    remedy: str = ""
    unsafe: bool = False
    answer: Assessment | None = None
    lookup: Lookup | None = None


def standing(kept: KeptInterview | None, base: Record, knowledge: Knowledge, now: datetime) -> Standing:
    """Whether the runner's latest answers allow trying anything.

    Nothing may be begun without an interview, with answers about warning signs older than ``trial_answer_days``, or while running is
    withheld: from a clinician soon on, where a stress injury of bone or something not to be missed is not ruled out, while an emergency
    question is open or its answer older than ``emergency_answer_hours``, and where no cause leads.

    Parameters
    ----------
    kept : KeptInterview or None
        The latest; None when there is none.
    base : Record
        What is known besides: who it is, runs, shoes, days.
    knowledge : Knowledge
    now : datetime
        Zone-aware.
    """
    if kept is None or not kept.interview.answers():
        return Standing("Nothing is known of warning signs yet.", _ASK)
    record = record_of(kept.interview, base, knowledge, now)
    answer = assess(record, knowledge)
    names = names_for(answer, knowledge)
    lookup = lookup_of(observe(record, knowledge, answer.measures))
    if answer.running_withheld not in _CLEARED:
        against = " Can I run? ".join(words for words in (names.level_words, names.running_words) if words)
        return Standing(against, _WHOLE, True, answer, lookup)
    if answer.out_of_scope:
        return Standing(answer.out_of_scope, _WHOLE, False, answer, lookup)
    signs = rule_signs(knowledge)
    times = [a.answered_at for item, a in record.answers.items() if item in signs and a.answered_at is not None]
    oldest = min(times, default=now)
    if now - oldest > timedelta(days=_limit(knowledge, "trial_answer_days")):
        words = f"Some of your answers about warning signs are {(now - oldest).days} days old."
        return Standing(words, "Run 'backstride --fresh' and answer anew.", False, answer, lookup)
    if answer.running_withheld:
        return Standing(names.running_words, _AGAIN, False, answer, lookup)
    return Standing("", "", False, answer, lookup)


def offers(stand: Standing, record: Record, days: Sequence[DiaryDay], knowledge: Knowledge, today: date) -> tuple[Offer, ...]:
    """Every change of the knowledge files, with what speaks against trying it now; best supported first.

    Parameters
    ----------
    stand : Standing
        Where it speaks against everything, no change says so again.
    record : Record
        With runs and shoes.
    days : sequence of DiaryDay
    knowledge : Knowledge
    today : date
        The runner's day.
    """
    history = _history(record, today)
    found = [_offer(plan, stand, record, history, days, knowledge, today) for plan in knowledge.trials.values()]
    return tuple(sorted(found, key=lambda offer: (not offer.open, offer.grade, offer.plan)))


def _offer(
    plan: TrialPlan, stand: Standing, record: Record, history: History, days: Sequence[DiaryDay], knowledge: Knowledge, today: date
) -> Offer:
    usual_pair, others = other_pairs(history, record.shoes, int(_limit(knowledge, "trial_before_days")))
    needed = [need for need in plan.needs if need.what == "other_pair_km"]
    ready = {name: km for name, km in others.items() if all(need.at_least is None or km >= need.at_least for need in needed)}
    if plan.reads == "pair":
        usual = Measure("usual_pair", None, "", usual_pair, "" if usual_pair else "no run of late tells in which pair it was")
    else:
        usual = usual_way(plan.reads, history)
    against = [
        *_by_answers(plan, stand, knowledge),
        *_by_diary(plan, days, knowledge, today),
        *_by_need(plan, usual, ready),
    ]
    return Offer(
        plan=plan.id,
        name=plan.name,
        change=plan.change,
        stop_rule=plan.stop_rule,
        caution=plan.caution,
        grade=plan.grade,
        back_specific=plan.back_specific,
        days=plan.days,
        block_days=plan.block_days,
        against=tuple(against),
        usual=usual,
        pairs=tuple(ready) if plan.reads == "pair" else (),
        sources=plan.sources,
    )


def _by_answers(plan: TrialPlan, stand: Standing, knowledge: Knowledge) -> Iterator[str]:
    if stand.lookup is not None:
        for bar in plan.not_when:
            if parse_rule(bar.rule).evaluate(stand.lookup):
                yield bar.why
    if stand.answer is not None:
        least = _limit(knowledge, "trial_not_for_probability")
        for cause in stand.answer.causes:
            if cause.condition in plan.not_for and cause.probability >= least:
                name = knowledge.conditions[cause.condition].plain_name
                yield f"First have this ruled out: {name[:1].lower()}{name[1:]}."


def _by_diary(plan: TrialPlan, days: Sequence[DiaryDay], knowledge: Knowledge, today: date) -> Iterator[str]:
    since = today - timedelta(days=_limit(knowledge, "trial_quiet_days"))
    met = _first_stop((day for day in days if since < day.day <= today), plan.stop_above)
    if met is not None:
        what = "the pain spread" if met.pain is None else f"you told pain of {met.pain:g}, and it stops above {met.above:g}"
        yield f"On {day_in_words(met.day)} {what}. Start when a week was quiet."


def _by_need(plan: TrialPlan, usual: Measure, ready: Mapping[str, float]) -> Iterator[str]:
    if usual.missing_because:
        yield f"Your runs can't show it: {usual.missing_because}."
    for need in plan.needs:
        if need.what == "other_pair_km":
            if not ready:
                yield need.why
        elif need.what == usual.id and usual.value is not None:
            low = need.at_least is not None and usual.value < need.at_least
            high = need.at_most is not None and usual.value > need.at_most
            if low or high:
                yield need.why


def begin(
    plan_id: str,
    stand: Standing,
    record: Record,
    days: Sequence[DiaryDay],
    trials: Iterable[Trial],
    knowledge: Knowledge,
    now: datetime,
    today: date,
    *,
    pair: str = "",
    blocks: int = 0,
    days_per_block: int = 0,
    seed: int = 0,
) -> Trial:
    """Begin to try one change, from tomorrow on.

    Parameters
    ----------
    plan_id : str
        Of knowledge/trials.
    stand, record, days, knowledge, today
        As for `offers`.
    trials : iterable of Trial
        All that were begun before.
    now : datetime
        Zone-aware; the trial is known by it.
    pair : str
        Which other pair, where more than one could be tried.
    blocks, days_per_block : int
        For blocks in an order that a coin decides: how many in all, an even number, and how long each is; 0 for what the file says.
        Without blocks the change holds all the time.
    seed : int
        Of the coin; kept with the trial.

    Raises
    ------
    BackstrideError
        While another one runs, when it is not offered, or for blocks that can't be.
    """
    plan = knowledge.trials.get(plan_id)
    if plan is None:
        raise BackstrideError(f"There is no change '{plan_id}' to try.", remedy=f"Write one of: {', '.join(knowledge.trials)}.")
    now_tried = running(trials, today)
    if now_tried is not None:
        remedy = "One change at a time, else nobody can tell which one it was. 'backstride try stop' ends it."
        raise BackstrideError(f"'{now_tried.name}' is being tried until {day_in_words(now_tried.planned_end)}.", remedy=remedy)
    if stand.against:
        raise BackstrideError(f"Nothing new is tried now. {stand.against}", remedy=stand.remedy)
    offer = next(offer for offer in offers(stand, record, days, knowledge, today) if offer.plan == plan_id)
    if not offer.open:
        raise BackstrideError(f"'{plan.name}' is not for now. {' '.join(offer.against)}", remedy="See 'backstride try' for the others.")
    drawn = _blocks(plan, blocks, days_per_block, seed, knowledge)
    return Trial(
        plan=plan.id,
        name=plan.name,
        change=plan.change,
        stop_rule=plan.stop_rule,
        begun_at=now,
        first_day=today + timedelta(days=1),
        days=sum(block.days for block in drawn) or plan.days,
        way=Way(plan.reads, plan.at_least, plan.at_most, _pair(offer, pair) if plan.reads == "pair" else ""),
        stop_above=float(plan.stop_above),
        blocks=drawn,
        settle_days=plan.settle_days if drawn else 0,
        seed=seed if drawn else 0,
        knowledge_version=knowledge.version,
    )


def _pair(offer: Offer, wanted: str) -> str:
    known = ", ".join(f"'{name}'" for name in offer.pairs)
    named = [name for name in offer.pairs if name.casefold() == wanted.casefold()]
    if named:
        return named[0]
    if wanted:
        raise BackstrideError(f"'{wanted}' is not a pair that can be tried.", remedy=f"You could try {known}.")
    if len(offer.pairs) > 1:
        raise BackstrideError("More than one pair could be tried.", remedy=f"Say --pair with one of {known}.")
    return offer.pairs[0]


def _blocks(plan: TrialPlan, blocks: int, days_per_block: int, seed: int, knowledge: Knowledge) -> tuple[TrialBlock, ...]:
    if not blocks:
        if days_per_block:
            raise BackstrideError("Days of a block were named, but no blocks.", remedy="Say how many, as in --blocks 12.")
        return ()
    length, most = days_per_block or plan.block_days, _limit(knowledge, "trial_days_most")
    if blocks < 2 or blocks % 2:
        raise BackstrideError(f"{blocks} blocks can't be halved.", remedy="Name an even number: half with the change, half as usual.")
    if length <= plan.settle_days:
        least = plan.settle_days + 1
        raise BackstrideError(f"A block of {length} days is too short for this.", remedy=f"Name {least} days or more.")
    if blocks * length > most:
        raise BackstrideError(f"{blocks} blocks of {length} days are too long.", remedy=f"{most:g} days in all are the most.")
    return tuple(TrialBlock(offset, count, Arm(arm)) for offset, count, arm in design(blocks // 2, length, seed))


def running(trials: Iterable[Trial], today: date) -> Trial | None:
    """The one that is being tried; None when none is."""
    return next((trial for trial in trials if trial.runs_on(today)), None)


def end(trial: Trial, today: date) -> Trial:
    """The same, with today as its last day."""
    return replace(trial, ended_on=today)


def blocks_needed(knowledge: Knowledge) -> int:
    """Fewest blocks in all with which a difference could be told from chance (``trial_chance``)."""
    return 2 * pairs_needed(_limit(knowledge, "trial_chance"))


def stop_met(trial: Trial, days: Iterable[DiaryDay]) -> StopMet | None:
    """Whether the diary meets the stop rule: the first day on which pain went above the limit or spread; None when it does not.

    The day on which it was begun counts too: what was told before was looked at then.
    """
    begun = trial.first_day - timedelta(days=1)
    return _first_stop((day for day in days if begun <= day.day <= trial.last_day), trial.stop_above)


def _first_stop(days: Iterable[DiaryDay], above: float) -> StopMet | None:
    for day in sorted(days, key=lambda day: day.day):
        if day.spreading:
            return StopMet(day.day, None, above)
        if day.worst_pain is not None and day.worst_pain > above:
            return StopMet(day.day, day.worst_pain, above)
    return None


def result(
    trial: Trial, record: Record, days: Sequence[DiaryDay], knowledge: Knowledge, today: date, stand: Standing | None = None
) -> TrialResult:
    """How a trial stands: first whether to stop, then how well it was kept to, then pain on the mornings after.

    A morning belongs to the day before it. All told mornings count, those after a day without a run too, and those of days on which the
    change was not kept to: else the good days would be picked. Blocks are compared when the last one is over, so that nobody stops at
    a lucky moment.

    Parameters
    ----------
    trial : Trial
    record : Record
        With runs.
    days : sequence of DiaryDay
    knowledge : Knowledge
        For the limits.
    today : date
        The runner's day.
    stand : Standing, optional
        What the latest answers say.
    """
    pain = {day.day: day.pain_morning for day in days if day.pain_morning is not None}
    before_days = [trial.first_day - timedelta(days=1 + i) for i in range(int(_limit(knowledge, "trial_before_days")))]
    its_days = [trial.first_day + timedelta(days=i) for i in range(max((trial.last_day - trial.first_day).days + 1, 0))]
    counted = [day for day in its_days if not _settles(trial, day)]
    by_arm = {arm: _mornings(pain, [day for day in counted if trial.arm_on(day) is arm], today) for arm in Arm}
    before = _mornings(pain, before_days, today)
    over = not trial.runs_on(today)
    needed = int(_limit(knowledge, "trial_mornings_needed"))
    other = by_arm[Arm.USUAL] if trial.blocks else before
    kept = tuple(_kept(trial, record, today))
    return TrialResult(
        trial=trial,
        today=today,
        over=over,
        stop=stop_met(trial, days),
        unsafe=stand.against if stand is not None and stand.unsafe and not over else "",
        kept=kept,
        followed=_followed(kept, knowledge),
        before=before,
        change=by_arm[Arm.CHANGE],
        usual=by_arm[Arm.USUAL],
        enough=min(by_arm[Arm.CHANGE].told, other.told) >= needed,
        needed=needed,
        test=_test(trial, pain, its_days, knowledge) if trial.blocks and over else None,
        chance=_limit(knowledge, "trial_chance"),
        blocks_needed=blocks_needed(knowledge),
    )


def _settles(trial: Trial, day: date) -> bool:
    offset = (day - trial.first_day).days
    return any(0 <= offset - block.begin_offset_days < trial.settle_days for block in trial.blocks)


def _mornings(pain: Mapping[date, float], days: Sequence[date], today: date) -> Mornings:
    """Over the mornings after these days that have come."""
    mornings = [morning for day in days if (morning := day + timedelta(days=1)) <= today]
    told = [pain[morning] for morning in mornings if morning in pain]
    return Mornings(sum(told) / len(told) if told else None, len(told), len(mornings))


def _kept(trial: Trial, record: Record, today: date) -> Iterator[Kept]:
    before = _history(record, trial.first_day - timedelta(days=1))
    runs = [entry for entry in usable(record.runs) if trial.first_day <= entry.day <= min(trial.last_day, today)]
    for arm in Arm if trial.blocks else (Arm.CHANGE,):
        mine = [entry for entry in runs if trial.arm_on(entry.day) is arm]
        read = [way_of_run(trial.way.reads, entry, before, trial.way.pair) for entry in mine]
        values = [measure.value for measure in read if measure.value is not None]
        fits = [value == 1 if trial.way.reads == "pair" else trial.way.fits(value) for value in values]
        unknown = Counter(measure.missing_because for measure in read if measure.value is None)
        yield Kept(arm, len(mine), len(values), sum(fit == (arm is Arm.CHANGE) for fit in fits), dict(sorted(unknown.items())))


def _followed(kept: Sequence[Kept], knowledge: Knowledge) -> bool | None:
    if not all(one.known for one in kept):
        return None
    least = _limit(knowledge, "trial_kept_share")
    return all(one.kept >= least * one.known for one in kept)


def _test(trial: Trial, pain: Mapping[date, float], days: Sequence[date], knowledge: Knowledge) -> TrialTest:
    chance = _limit(knowledge, "trial_chance")
    series = [pain.get(day + timedelta(days=1)) for day in days]
    blocks = [Block(begin, length, "B" if arm is Arm.CHANGE else "A") for begin, length, arm in trial.blocks]
    done = block_test(blocks, series, level=chance, skip_days=trial.settle_days, seed=trial.seed)
    return TrialTest(done.difference, done.low, done.high, done.p, done.smallest_p, done.pairs, done.pairs_dropped)


def _history(record: Record, last: date) -> History:
    return History([entry for entry in usable(record.runs) if entry.day <= last], last, measure_run)


def _limit(knowledge: Knowledge, name: str) -> float:
    value = knowledge.limits[name].value
    assert not isinstance(value, tuple)
    return float(value)
