"""What may be tried and why not, how a trial stands, and what it showed: in words, and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from backstride.model.trial import Arm, Kept, Mornings, Offer, StopMet, Trial, TrialResult, TrialTest, Way
from backstride.reports.sections import Line, Mark, Part, Section, day_in_words
from backstride.reports.visible import visible

__all__ = ["begun_section", "offer_json", "offer_section", "offers_section", "result_json", "result_section", "trial_json"]

_BACK = {"yes": "from people with back pain", "partly": "in part about backs", "no": "not about backs"}
_WEEK = 7
_NO_CAUSE = (
    "This can't prove a cause: pain often eases on its own, and you knew what you changed. Blocks in an order set by chance can tell more."
)


def offers_section(offers: Sequence[Offer], against: str) -> Section:
    """What may be tried, and why not the others.

    Parameters
    ----------
    offers : sequence of Offer
    against : str
        Why nothing may be begun now, with what to do about it; empty when something may.
    """
    lines = [Line(f"Nothing new is tried now. {against}", Mark.ACTION)] if against else []
    able = [] if against else [offer for offer in offers if offer.open]
    if able:
        lines.append(Line("Try one change at a time, and log your pain each morning. These could be tried:"))
    for offer in able:
        lines.append(Line(f"{offer.plan}: {offer.name}, for {_span(offer.days)} (evidence {_rests_on(offer)})", Mark.ITEM))
        lines += [Line(text, Mark.UNDER) for text in _texts(offer)]
    rest = [offer for offer in offers if offer not in able]
    if rest:
        lines.append(Line("Not for now:"))
    lines += [Line(f"{offer.plan}: {offer.name}. {visible(' '.join(offer.against))}".rstrip(), Mark.ITEM) for offer in rest]
    if able:
        lines.append(Line(f"To begin: backstride try start {able[0].plan}", Mark.COMMAND))
        slower = "With --blocks 12 the change comes and goes, in an order set by chance: slower, but it can show more."
        lines.append(Line(slower, Mark.COMMAND))
    return Section(Part.TRY, "One change to try", tuple(lines))


def offer_section(offer: Offer) -> Section:
    """One change for itself: what to do and when to stop, or why not now."""
    lines = [Line(text) for text in _texts(offer)] if offer.open else [Line(visible(why)) for why in offer.against]
    last = Line(f"For {_span(offer.days)}. Evidence {_rests_on(offer)}.", Mark.UNDER, offer.grade)
    return Section(Part.TRY, visible(offer.name), (*lines, last) if offer.open else tuple(lines))


def _rests_on(offer: Offer) -> str:
    return f"{offer.grade}, {_BACK[offer.back_specific]}"


def _texts(offer: Offer) -> list[str]:
    return [text for text in (offer.change, _usual(offer), offer.caution, offer.stop_rule) if text]


def _span(days: int) -> str:
    return f"{days // _WEEK} weeks" if days % _WEEK == 0 and days > _WEEK else f"{days} days"


def _usual(offer: Offer) -> str:
    if offer.pairs:
        pairs = " or ".join(f"'{name}'" for name in offer.pairs)
        return visible(f"You mostly wear '{offer.usual.origin}'. The other pair could be {pairs}.")
    value = offer.usual.value
    if value is None:
        return ""
    words = {
        "usual_cadence_spm": f"Your usual is {value:.0f} steps a minute.",
        "usual_descent_m_per_km": f"Your usual is {value:.0f} m down a km.",
    }
    return words.get(offer.usual.id, f"Your usual is {value * 3.6:.1f} km an hour, stops left out.")


def begun_section(trial: Trial, blocks_needed: int) -> Section:
    """What is tried from now on, when to stop, and what to log."""
    until = day_in_words(trial.planned_end)
    lines = [
        Line(_change(trial), Mark.ACTION),
        Line(f"From {day_in_words(trial.first_day)} to {until}. Change nothing else in that time."),
        Line(visible(trial.stop_rule)),
        Line("Log your pain each morning, on days without a run too: backstride log"),
        Line("See how it goes: backstride try show"),
    ]
    if trial.blocks:
        lines.insert(2, Line("Follow the blocks as they are, though you may like another order better:"))
        lines[3:3] = [Line(words, Mark.ITEM) for words in _block_words(trial)]
        if len(trial.blocks) < blocks_needed:
            lines.append(Line(_too_few(len(trial.blocks), blocks_needed)))
    return Section(Part.TRY, f"You try: {visible(trial.name)}", tuple(lines))


def _change(trial: Trial) -> str:
    return visible(f"{trial.change} The other pair is '{trial.way.pair}'." if trial.way.pair else trial.change)


def _block_words(trial: Trial) -> Iterator[str]:
    for block in trial.blocks:
        first = trial.first_day.fromordinal(trial.first_day.toordinal() + block.begin_offset_days)
        last = first.fromordinal(first.toordinal() + block.days - 1)
        yield f"{day_in_words(first)} to {day_in_words(last)}: {'with the change' if block.arm is Arm.CHANGE else 'as usual'}"


def _too_few(blocks: int, needed: int) -> str:
    return f"{blocks} blocks are too few to tell a change from chance. That needs {needed} or more."


def result_section(result: TrialResult) -> Section:
    """How a trial stands: whether to stop, how well it was kept to, and how the mornings were.

    While it is to be stopped nothing is said of how to go on, and of one that was ended before it began there is nothing to say.
    """
    trial = result.trial
    title = f"{'You tried' if result.over else 'You try'}: {visible(trial.name)}"
    lines = [*_stop(result), Line(_where(result))]
    if (lines[0].mark is Mark.ACTION and not result.over) or trial.last_day < trial.first_day:
        return Section(Part.TRY, title, tuple(lines))
    lines.append(Line(_change(trial)))
    if trial.blocks and not result.over:
        arm = trial.arm_on(result.today)
        if arm is not None:
            lines.append(Line(f"Today: {'with the change' if arm is Arm.CHANGE else 'as usual'}.", Mark.ACTION))
        lines += [Line(words, Mark.ITEM) for words in _block_words(trial)]
    lines += [line for kept in result.kept for line in _kept(kept, trial.way, result.over)]
    lines += _pain(result)
    if not result.over:
        lines.append(Line(visible(trial.stop_rule)))
    return Section(Part.TRY, title, tuple(lines))


def _stop(result: TrialResult) -> Iterator[Line]:
    if result.unsafe:
        yield Line(f"Stop this now. {result.unsafe}", Mark.ACTION)
    if result.stop is not None:
        now = "" if result.over else "Stop this now. "
        yield Line(f"{now}{_met(result.stop)}", Mark.ACTION)
    if not result.over and (result.unsafe or result.stop is not None):
        yield Line("End it with 'backstride try stop', then answer the questions of 'backstride'.", Mark.COMMAND)


def _met(stop: StopMet) -> str:
    day = day_in_words(stop.day)
    if stop.pain is None:
        return f"On {day} the pain spread, and that meets the stop rule."
    return f"On {day} you told pain of {stop.pain:g}. The stop rule says {stop.above:g} at most."


def _where(result: TrialResult) -> str:
    trial, done = result.trial, (result.today - result.trial.first_day).days + 1
    if result.over:
        first, last = day_in_words(trial.first_day), day_in_words(trial.last_day)
        if trial.last_day < trial.first_day:
            return "It was ended before its first day."
        early = " It was ended early." if trial.last_day < trial.planned_end else ""
        return f"It went from {first} to {last}.{early}"
    if done < 1:
        return f"It begins on {day_in_words(trial.first_day)}."
    return f"Day {done} of {trial.days}, until {day_in_words(trial.planned_end)}."


def _kept(kept: Kept, way: Way, over: bool) -> Iterator[Line]:
    with_change = kept.arm is Arm.CHANGE
    if kept.known:
        runs = f"{kept.kept} of {kept.known} runs"
        yield Line(f"{runs} {_way(way)}." if with_change else f"Of the days as usual, {runs} were without the change.")
    elif kept.runs:
        yield Line("None of the runs shows whether you kept to it.")
    else:
        yield Line(f"No run{'' if over else ' yet'} on a day {'with the change' if with_change else 'as usual'}.")
    for why, count in kept.unknown_because.items():
        yield Line(f"{count} more can't be told: {visible(why)}.", Mark.UNDER)


def _way(way: Way) -> str:
    if way.reads == "pair":
        return visible(f"were in '{way.pair}'")
    if way.reads == "descent_m_per_km":
        return f"had {_range(way, 1, 'm')} down a km"
    if way.reads == "cadence_ratio":
        low, high = (None if limit is None else limit - 1 for limit in (way.at_least, way.at_most))
        above = Way(way.reads, low, high)
        return f"were {_range(above, 100, '%')} above your usual steps a minute"
    return f"were at {_range(way, 100, '%')} of your usual speed"


def _range(way: Way, times: float, unit: str) -> str:
    space = "" if unit == "%" else " "
    low, high = (None if limit is None else f"{round(limit * times, 3):g}" for limit in (way.at_least, way.at_most))
    if low is not None and high is not None:
        return f"{low} to {high}{space}{unit}"
    return f"{high}{space}{unit} or less" if low is None else f"{low}{space}{unit} or more"


def _pain(result: TrialResult) -> Iterator[Line]:
    blocks = bool(result.trial.blocks)
    other = result.usual if blocks else result.before
    if not result.over:
        told, of = result.change.told + result.usual.told, result.change.of + result.usual.of
        yield Line(f"Told so far: {told} of {of} mornings. It is compared when it is over, so that nobody stops at a lucky moment.")
        return
    yield Line(f"With the change: {_mean(result.change)}")
    if blocks:
        yield Line(f"As usual: {_mean(result.usual)}")
    yield Line(f"Before: {_mean(result.before)}")
    if result.followed is False:
        yield Line("It was kept to on too few of the runs, so what follows says little of the change.")
    if result.test is not None and result.test.difference is not None and result.enough:
        yield from _tested(result, result.test)
    elif not result.enough:
        yield Line(f"Too few mornings were told to compare: {result.needed} on each side are needed.")
    elif result.change.mean is not None and other.mean is not None:
        yield Line(f"With the change that is {_difference(result.change.mean - other.mean)}.")
        yield Line(_NO_CAUSE)


def _mean(mornings: Mornings) -> str:
    if mornings.mean is None:
        return f"no morning was told, of {mornings.of}."
    return f"pain on waking was {mornings.mean:.1f} on average; {mornings.told} of {mornings.of} mornings were told."


def _difference(points: float) -> str:
    shown = f"{abs(points):.1f}"
    return "no more and no less" if shown == "0.0" else f"{shown} points {'less' if points < 0 else 'more'}"


def _tested(result: TrialResult, test: TrialTest) -> Iterator[Line]:
    assert test.difference is not None
    span = ""
    if test.low is not None and test.high is not None:
        span = f" (from {_difference(test.low)} to {_difference(test.high)})"
    yield Line(f"With the change, pair by pair of blocks, that is {_difference(test.difference)}{span}.")
    if test.pairs_dropped:
        pairs = f"{test.pairs_dropped} {'pair' if test.pairs_dropped == 1 else 'pairs'}"
        yield Line(f"{pairs} of blocks had no told morning on one side and were left out.", Mark.UNDER)
    hundred = f"{round(100 * test.p)} of 100" if test.p >= 0.01 else "less than 1 of 100"
    if test.smallest_p > result.chance:
        yield Line(_too_few(2 * test.pairs, result.blocks_needed))
    elif test.p <= result.chance:
        yield Line(f"Chance alone would give as much in {hundred} cases. So for you, in that time, it went with {_side(test)} pain.")
    else:
        yield Line(f"Chance alone would give as much in {hundred} cases. So it may be chance, or too small to be seen.")
    if result.trial.ended_on is not None:
        yield Line("It was ended early. If that was due to how it went, these figures lean to one side.")


def _side(test: TrialTest) -> str:
    return "less" if (test.difference or 0.0) < 0 else "more"


def offer_json(offer: Offer) -> dict[str, Any]:
    """An offer for programs."""
    return {**asdict(offer), "open": offer.open}


def trial_json(trial: Trial) -> dict[str, Any]:
    """A trial for programs: its state, and its last day."""
    return {**trial.as_plain(), "last_day": trial.last_day.isoformat()}


def _mornings_json(mornings: Mornings, over: bool) -> dict[str, Any]:
    return {**asdict(mornings), "mean": mornings.mean if over else None}


def result_json(result: TrialResult) -> dict[str, Any]:
    """How a trial stands, for programs.

    Means are null until it is over. ``difference`` is with the change less before it: null for blocks, whose test tells it, and with too
    few told mornings.
    """
    other = result.usual if result.trial.blocks else result.before
    difference = None
    if result.over and result.enough and not result.trial.blocks and result.change.mean is not None and other.mean is not None:
        difference = result.change.mean - other.mean
    stop = None if result.stop is None else {**asdict(result.stop), "day": result.stop.day.isoformat()}
    return {
        "trial": trial_json(result.trial),
        "today": result.today.isoformat(),
        "over": result.over,
        "stop": stop,
        "unsafe": result.unsafe,
        "kept": [asdict(kept) for kept in result.kept],
        "followed": result.followed,
        "before": asdict(result.before),
        "with_change": _mornings_json(result.change, result.over),
        "as_usual": _mornings_json(result.usual, result.over) if result.trial.blocks else None,
        "enough": result.enough,
        "mornings_needed": result.needed,
        "difference": difference,
        "test": None if result.test is None else asdict(result.test),
    }
