"""An answer as a conversation ends: what to do first, in the order in which a runner asks, then what fits, then why now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from backstride.model.assessment import Advice, Assessment, Cause, Level, Weight, Who
from backstride.model.evidence import Source
from backstride.reports.plain import Names, advice_by_moment, fit, serious_conditions
from backstride.reports.sections import Line, Mark, Part, Section, as_text, day_in_words
from backstride.reports.watch_card import numbers_to_call, urgent_care_line, watch_card

__all__ = ["because", "causes_told", "conversation", "conversation_text"]

_WHO = list(Who)
_SHOWN_BY = {Source.RUNS: " Your runs show it.", Source.DIARY: " Your diary shows it."}
_CAUSES = 3
_BELIEFS = 3
_CONTRIBUTORS = 3
_REASONS = 3
_SIGNS_IN_A_REASON = 3
_UNANSWERED = 5


def conversation_text(
    answer: Assessment, names: Names, *, country: str, race_day: date | None, today: date, plain: bool = False, width: int = 79
) -> str:
    """The sections of `conversation` as text; `plain` for a screen reader."""
    return as_text(conversation(answer, names, country=country, race_day=race_day, today=today), plain=plain, width=width)


def conversation(answer: Assessment, names: Names, *, country: str, race_day: date | None, today: date) -> tuple[Section, ...]:
    """What a runner is told, section by section.

    At an emergency nothing but the action, the number and what to say there. While someone is to be seen the same day nothing
    of what fits. Advice of grade X is never among it; for a race nothing while running is withheld.

    Parameters
    ----------
    answer : Assessment
    names : Names
        From `names.names_for` of the same answer.
    country : str
        Where the runner is, as ISO 3166 code of two letters; empty when not known.
    race_day : date or None
        A day before today is no race to come.
    today : date
        The runner's day.
    """
    level = answer.triage.level
    if level is Level.EMERGENCY:
        return (_emergency(answer, names, country), _about(answer))
    sections = [_first(answer, names, country)]
    if answer.out_of_scope:
        # Outside its scope the program says not to run only where someone is to be seen first.
        sections += _running(answer, names) if level.rank >= Level.SOON_CLINICIAN.rank else ()
    else:
        sections += _moments(answer, names, race_day, today)
        sections += _fits(answer, names)
        if level is not Level.URGENT_SAME_DAY:
            sections += [*_why_now(answer, names), *_beliefs(answer)]
    card = watch_card(answer, names, country=country, today=today)
    return (*sections, *([card] if card else ()), _about(answer))


def _emergency(answer: Assessment, names: Names, country: str) -> Section:
    lines = [Line(names.level_words, Mark.ACTION), *numbers_to_call(names, country), *_reasons(answer, names)]
    return Section(Part.FIRST, "What to do now", tuple(lines))


def _first(answer: Assessment, names: Names, country: str) -> Section:
    lines = [Line(names.level_words, Mark.ACTION)]
    if answer.triage.level is Level.URGENT_SAME_DAY:
        lines += urgent_care_line(names, country)
    lines += [*_reasons(answer, names), *_still_to_answer(answer, names)]
    if answer.out_of_scope:
        lines.append(Line(answer.out_of_scope))
    return Section(Part.FIRST, "What to do first", tuple(lines))


def _reasons(answer: Assessment, names: Names) -> Iterator[Line]:
    """Why, in the runner's own words, and what to say there: each sign once, from the rules that reached the level.

    A rule of one sign comes before one of several: what it says to say there is more exact.
    """
    at_level = [r for r in answer.triage.reasons if r.level is answer.triage.level and (r.red_flag or not answer.out_of_scope)]
    told: set[str] = set()
    shown = 0
    for reason in sorted(at_level, key=lambda r: (-_WHO.index(r.who), len(r.observations) or len(answer.observations))):
        signs = [sign for sign in reason.observations if sign not in told]
        if shown == _REASONS or (reason.observations and not signs):
            continue
        told |= set(signs)
        shown += 1
        yield Line(because(signs, answer, names) or reason.text, Mark.ITEM)
        taken_back = bool(reason.confirm) and reason.confirm_answer == "no"
        if taken_back:
            yield Line("Asked again, you said no. It is still to be seen today.", Mark.UNDER)
        if reason.say and reason.level.rank >= Level.URGENT_SAME_DAY.rank and not taken_back:
            yield Line(f'Say there: "{reason.say}"', Mark.UNDER)


def because(signs: Sequence[str], answer: Assessment, names: Names) -> str:
    """Signs in the words of whoever stated them; empty where there are no words for any of them."""
    found = {o.id for o in answer.observations if o.source is Source.CLINICIAN}
    parts = []
    for who, mine in (("You said", [s for s in signs if s not in found]), ("The exam found that", [s for s in signs if s in found])):
        clauses = [words for sign in mine if (words := names.said.get(sign, {}).get("yes"))]
        if clauses:
            parts.append(f"{who} {_listed(clauses)}.")
    return " ".join(parts)


def _listed(clauses: list[str]) -> str:
    shown = clauses[:_SIGNS_IN_A_REASON]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])}, and {shown[-1]}"


def _still_to_answer(answer: Assessment, names: Names) -> Iterator[Line]:
    triage = answer.triage
    if not triage.provisional:
        return
    count = len(triage.unanswered)
    asked = "One question about an emergency is" if count == 1 else f"{count} questions about emergencies are"
    yield Line(f"This is not the all-clear: {asked} still open.")
    for item in triage.unanswered[:_UNANSWERED]:
        again = " Your answer is more than two days old." if item in triage.ask_again else ""
        yield Line(f"{names.questions.get(item, 'How old are you?')}{again}", Mark.ITEM)
    if count > _UNANSWERED:
        yield Line(f"And {count - _UNANSWERED} more.", Mark.ITEM)


def _moments(answer: Assessment, names: Names, race_day: date | None, today: date) -> Iterator[Section]:
    told = advice_by_moment(answer)
    tonight = [line for item in told if item.moment == "tonight" for line in _advice(item, answer, names)]
    if tonight:
        yield Section(Part.TONIGHT, "Tonight", tuple(tonight))
    yield from _running(answer, names)
    waiting = [line for item in told if item.moment == "until_seen" for line in _advice(item, answer, names)]
    if waiting:
        title = "Until it is better" if answer.triage.level is Level.SELF_CARE else "Until I'm seen"
        yield Section(Part.UNTIL_SEEN, title, tuple(waiting))
    if race_day is not None and race_day >= today:
        race = [line for item in told if item.moment == "race_coming" for line in _advice(item, answer, names)]
        if answer.running_withheld:
            race = [Line(names.race_withheld)]
        title = f"My race on {day_in_words(race_day)} ({_days_left((race_day - today).days)})"
        yield Section(Part.RACE, title, tuple(race or [Line(names.no_race_advice)]))


def _running(answer: Assessment, names: Names) -> Iterator[Section]:
    lines = [Line(names.running_words)] if answer.running_withheld else []
    if not lines:
        lines = [line for item in advice_by_moment(answer) if item.moment == "can_i_run" for line in _advice(item, answer, names)]
    yield Section(Part.CAN_I_RUN, "Can I run?", tuple(lines or [Line(names.no_running_advice)]))


def _advice(item: Advice, answer: Assessment, names: Names) -> Iterator[Line]:
    about = f"{names.conditions[item.condition]}: " if item.condition in serious_conditions(answer) else ""
    yield Line(f"{about}{item.text}", grade=item.grade)
    if item.caution:
        yield Line(f"Take care: {item.caution.rstrip('.')}.", Mark.UNDER)


def _days_left(days: int) -> str:
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


def causes_told(answer: Assessment, names: Names) -> tuple[Cause, ...]:
    """The causes that are put into words, at most three.

    None that is listed as not to be missed, as that is told as an action; and none of which a miss would cost much but which
    fits too little for the list: naming it would only frighten.
    """
    if answer.out_of_scope or answer.conclusion == "not_enough" or answer.triage.level.rank >= Level.URGENT_SAME_DAY.rank:
        return ()
    serious = serious_conditions(answer)
    fitting = [c for c in answer.causes if c.condition not in serious]
    return tuple(c for c in fitting if c.condition not in names.miss_costs or fit(c, answer) != "can't tell")[:_CAUSES]


def _fits(answer: Assessment, names: Names) -> Iterator[Section]:
    if answer.triage.level is Level.URGENT_SAME_DAY:
        lines = [Line("What fits, and why now, waits until a doctor has seen you."), *_to_rule_out(answer, names)]
        yield Section(Part.FITS, "What fits", tuple(lines))
        return
    lines = [Line(answer.conclusion_reason)]
    if answer.conclusion != "not_enough" and answer.causes and answer.causes[0].condition in serious_conditions(answer):
        words = f"What fits best must not be missed: {_lower(names.conditions[answer.causes[0].condition])}."
        lines += [Line(words, Mark.ITEM), *_for_and_against(answer.causes[0], answer, names)]
    for cause in causes_told(answer, names):
        lines += [Line(f"{names.conditions[cause.condition]}: {fit(cause, answer)}.", Mark.ITEM), *_for_and_against(cause, answer, names)]
    yield Section(Part.FITS, "What fits", (*lines, *_to_rule_out(answer, names)))


def _for_and_against(cause: Cause, answer: Assessment, names: Names) -> Iterator[Line]:
    yield Line(f"For: {_reason(cause.speaks_for, answer, names)}", Mark.UNDER)
    yield Line(f"Against: {_reason(cause.speaks_against, answer, names)}", Mark.UNDER)


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


def _to_rule_out(answer: Assessment, names: Names) -> Iterator[Line]:
    if answer.must_not_miss:
        named = "; ".join(_lower(names.conditions[entry.condition]) for entry in answer.must_not_miss)
        yield Line(f"Ask whoever sees you to rule out: {named}.")


def _reason(weights: Iterable[Weight], answer: Assessment, names: Names) -> str:
    found = {o.id for o in answer.observations if o.source is Source.CLINICIAN}
    for weight in weights:
        words = names.said.get(weight.observation, {}).get(str(weight.value))
        if words and abs(weight.weight) >= names.least_reason:
            return f"{'The exam found that' if weight.observation in found else 'You said'} {words}."
    return "nothing that you said."


def _why_now(answer: Assessment, names: Names) -> Iterator[Section]:
    shown_by = {o.id: shown for o in answer.observations if (shown := _SHOWN_BY.get(o.source))}
    lines = []
    for contributor in answer.contributors:
        words = names.said.get(contributor.factor, {}).get("yes")
        if words and contributor.stance == "may_have_contributed":
            known = shown_by.get(contributor.factor, "")
            lines.append(Line(f"{words[0].upper()}{words[1:]}.{known}", Mark.ITEM, contributor.grade))
    if lines:
        yield Section(Part.WHY_NOW, "Why now: what may have added to it", tuple(lines[:_CONTRIBUTORS]))


def _beliefs(answer: Assessment) -> Iterator[Section]:
    lines: list[Line] = []
    for belief in answer.beliefs[:_BELIEFS]:
        lead = belief.not_the_problem or f"The evidence: {belief.verdict}."
        lines += [Line(f'"{belief.claim}"', Mark.ITEM), Line(f"{lead} {belief.text}", Mark.UNDER, belief.grade)]
    if lines:
        yield Section(Part.BELIEFS, "Often said", tuple(lines))


def _about(answer: Assessment) -> Section:
    review = "" if answer.reviewed else " No clinician has reviewed its rules and words yet."
    if answer.triage.level is Level.EMERGENCY:
        return Section(Part.ABOUT, "About this answer", (Line(f"This is not a diagnosis.{review}"),))
    guesses = "" if answer.reviewed else " Most of its numbers are assumptions."
    cheer = "" if answer.running_withheld else " Running is good for backs: most runners with back pain run again."
    words = f"This says what fits. It is not a diagnosis.{review}{guesses}{cheer} Knowledge {answer.knowledge_version}."
    return Section(Part.ABOUT, "About this answer", (Line(words),))
