"""An assessment as plain text for 80 columns: what to do first, then what fits, then why now, then what to ask."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from backstride.model.assessment import Advice, Assessment, Cause, Level, Triage, Weight

__all__ = ["Names", "Telephone", "advice_by_moment", "fit", "plain_text", "serious_conditions", "working_text"]

_WIDTH = 79
_FITS_WELL, _FITS_PARTLY = 0.4, 0.1
_MOMENTS = {"tonight": "Tonight:", "can_i_run": "Can I run?", "until_seen": "Until I'm seen:", "race_coming": "My race:"}
_SHOWN_CAUSES = 3
_SHOWN_UNANSWERED = 5


@dataclass(frozen=True, slots=True)
class Telephone:
    """Whom to call in a country: the numbers that send an ambulance, and the line for what can't wait but is no emergency (or empty)."""

    country: str
    emergency: tuple[str, ...]
    note: str = ""
    urgent_care: str = ""
    urgent_care_note: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Words for ids, handed in by the door so that a report needs no knowledge of its own.

    Attributes
    ----------
    conditions, observations, questions : mapping of id to words
    sources : mapping of source id to a short reference
    level_words : str
        What is said at this assessment's level.
    running_words : str
        Why nothing is said in favour of running; empty when something is.
    said : mapping of id to mapping of value to words
        What an answer, or a factor that was found, says: a clause for "You said ...".
    miss_costs : frozenset of str
        Conditions that must not be missed for long.
    telephones : mapping of ISO 3166 code to Telephone
        ``"other"`` for a country that isn't among them.
    no_running_advice, race_withheld, no_race_advice : str
        What is said where no advice is known, and of a race while running is withheld.
    look_again : str
        When to have it looked at again, with ``{day}`` for the day that is `look_again_days` away; empty at an emergency.
    look_again_days : int
    least_reason : float
        A smaller weight, in nats, is not named as a reason.
    """

    conditions: Mapping[str, str]
    observations: Mapping[str, str]
    questions: Mapping[str, str]
    sources: Mapping[str, str]
    level_words: str
    running_words: str = ""
    said: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    miss_costs: frozenset[str] = frozenset()
    telephones: Mapping[str, Telephone] = field(default_factory=dict)
    no_running_advice: str = ""
    race_withheld: str = ""
    no_race_advice: str = ""
    look_again: str = ""
    look_again_days: int = 0
    least_reason: float = 0.0


def plain_text(answer: Assessment, names: Names, *, working: bool = False) -> str:
    """The answer in words, at most 79 columns wide.

    Parameters
    ----------
    answer : Assessment
    names : Names
    working : bool
        Add probabilities, intervals, every weight and what was left out.
    """
    lines: list[str] = [*_head(answer), *_what_to_do(answer, names)]
    if answer.out_of_scope:
        lines += ["", *_wrap(answer.out_of_scope)]
    elif answer.triage.level is not Level.EMERGENCY:
        lines += _what_fits(answer, names)
        if answer.triage.level is not Level.URGENT_SAME_DAY:
            lines += [*_why_now(answer, names), *_what_to_ask(answer, names)]
    if working and not answer.out_of_scope:
        lines += _working(answer, names)
    lines += ["", "-" * _WIDTH, *_wrap(_closing(answer))]
    return "\n".join(lines) + "\n"


def _wrap(text: str, indent: str = "", first: str | None = None) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent if first is None else first, subsequent_indent=indent) or [""]


def _title(text: str) -> list[str]:
    return ["", text.upper(), "-" * len(text)]


def _head(answer: Assessment) -> list[str]:
    return [f"backstride: an answer for {answer.id}", "=" * min(_WIDTH, 26 + len(answer.id))]


def _what_to_do(answer: Assessment, names: Names) -> list[str]:
    triage = answer.triage
    lines = [*_title("What to do first"), *_wrap(names.level_words), *_reasons(answer, names)]
    if triage.level is not Level.EMERGENCY:
        lines += _still_to_answer(triage, names)
    if names.running_words and not (answer.out_of_scope and answer.running_withheld == "running_unknown"):
        lines += ["", *_wrap(f"Can I run? {names.running_words}")]
    for item in advice_by_moment(answer):
        named = item.condition in serious_conditions(answer) and not answer.out_of_scope
        about = f" ({names.conditions[item.condition]})" if named else ""
        lines += ["", *_wrap(f"{_MOMENTS[item.moment]}{about} {item.text} [grade {item.grade}]")]
        if item.caution:
            lines += _wrap(f"Take care: {item.caution.rstrip('.')}.", "  ")
    return lines


def _still_to_answer(triage: Triage, names: Names) -> list[str]:
    if not triage.provisional:
        return []
    count = len(triage.unanswered)
    asked = "One emergency question is" if count == 1 else f"{count} emergency questions are"
    lines = ["", *_wrap(f"This is not the all-clear: {asked} still to be answered. Add them to your case:")]
    for item in triage.unanswered[:_SHOWN_UNANSWERED]:
        again = " Asked again: the answer is more than two days old." if item in triage.ask_again else ""
        lines += _wrap(f"{names.questions.get(item, 'How old are you?')}{again} [{item}]", "    ", "  - ")
    rest = triage.unanswered[_SHOWN_UNANSWERED:]
    if rest:
        lines += _wrap(f"and {', '.join(rest)} ('backstride ask ID' explains each).", "    ", "  - ")
    return lines


def _reasons(answer: Assessment, names: Names) -> list[str]:
    lines: list[str] = []
    # Where no cause may be put forward none is named as a reason either; its level stands.
    told = [r for r in answer.triage.reasons if not (answer.out_of_scope and r.condition)]
    for reason in told[:4]:
        said = [names.observations.get(item, item).lower() for item in reason.observations]
        yours = f" You said: {'; '.join(said)}." if said else ""
        back = " Asked again, you said no: still to be seen today." if reason.confirm and reason.confirm_answer == "no" else ""
        lines += _wrap(f"{reason.text}{yours}{back}", "    ", "  - ")
        if reason.confirm and reason.level is Level.EMERGENCY and reason.confirm_answer != "yes":
            lines += _wrap(f"Be sure of it: {reason.confirm} Only a clear no (confirm: {reason.red_flag}: no) makes it today.", "    ")
        if reason.say and reason.level.rank >= Level.URGENT_SAME_DAY.rank and not back:
            lines += _wrap(f'Say there: "{reason.say}"', "    ")
    if len(told) > 4:
        lines.append(f"  - and {len(told) - 4} more, see --working")
    return lines


def serious_conditions(answer: Assessment) -> set[str]:
    """What is listed as not to be missed: named as an action, never among the causes that fit."""
    return {entry.condition for entry in answer.must_not_miss}


def advice_by_moment(answer: Assessment) -> list[Advice]:
    """One piece of advice a moment, and all that is about what must not be missed."""
    serious = serious_conditions(answer)
    about_serious = [item for item in answer.advice if item.condition in serious and item.moment in _MOMENTS]
    return [*about_serious, *_first_by_moment(item for item in answer.advice if item not in about_serious)]


def _first_by_moment(advice: Iterable[Advice]) -> list[Advice]:
    found: dict[str, Advice] = {}
    for item in advice:
        if item.moment in _MOMENTS:
            found.setdefault(item.moment, item)
    return [found[moment] for moment in _MOMENTS if moment in found]


def _what_fits(answer: Assessment, names: Names) -> list[str]:
    if answer.triage.level is Level.URGENT_SAME_DAY:
        words = "What fits, and why now, waits until a doctor has seen you; --working shows it to whoever does."
        return [*_not_to_be_missed(answer, names), *_title("What fits"), *_wrap(words)]
    lines = [*_title("What fits"), *_wrap(answer.conclusion_reason)]
    serious = serious_conditions(answer)
    if answer.causes and answer.causes[0].condition in serious and answer.conclusion != "not_enough":
        first = answer.causes[0]
        lines += ["", *_wrap(f"What fits best must not be missed, see below: {names.conditions[first.condition]}.")]
        lines += _one_reason(first.speaks_for, "for", names) + _one_reason(first.speaks_against, "against", names)
    if answer.conclusion != "not_enough":
        for cause in [c for c in answer.causes if c.condition not in serious][:_SHOWN_CAUSES]:
            lines += ["", *_wrap(f"{names.conditions[cause.condition]}: {fit(cause, answer)}.")]
            lines += _one_reason(cause.speaks_for, "for", names) + _one_reason(cause.speaks_against, "against", names)
    return [*lines, *_not_to_be_missed(answer, names)]


def _not_to_be_missed(answer: Assessment, names: Names) -> list[str]:
    if not answer.must_not_miss:
        return []
    lines = ["", *_wrap("Not to be missed. Ask whoever sees you to rule these out:")]
    for entry in answer.must_not_miss:
        lines += _wrap(f"{names.conditions[entry.condition]}: {entry.why[0]}", "    ", "  - ")
    return lines


def fit(cause: Cause, answer: Assessment) -> str:
    """How well a cause fits, in words; never "you have"."""
    if cause.probability >= _FITS_WELL and answer.conclusion != "unexplained":
        return "fits well"
    return "fits partly" if cause.probability >= _FITS_PARTLY else "can't tell"


def _one_reason(weights: Iterable[Weight], side: str, names: Names) -> list[str]:
    for weight in weights:
        said = "no" if weight.value == "no" else "yes" if weight.value == "yes" else str(weight.value)
        source = names.sources.get(weight.sources[0], "") if weight.sources else ""
        basis = f"{weight.basis}; {source}" if source else weight.basis
        return _wrap(f"{side}: {names.observations.get(weight.observation, weight.observation)}: {said} [{basis}]", "      ", "    ")
    return []


def _why_now(answer: Assessment, names: Names) -> list[str]:
    if not answer.contributors and not answer.measures:
        return []
    lines = _title("Why now")
    may = [c for c in answer.contributors if c.stance == "may_have_contributed"]
    for contributor in may:
        source = names.sources.get(contributor.sources[0], "") if contributor.sources else ""
        cited = f"; {source}" if source else ""
        words = f"{names.observations[contributor.factor]} ({contributor.observed}) [grade {contributor.grade}{cited}]"
        lines += _wrap(words, "    ", "  - ")
    if not may:
        lines += _wrap("Nothing that is known to contribute was found in what you gave.")
    if answer.beliefs:
        lines += ["", "Often said, and what the evidence says:"]
    for belief in answer.beliefs:
        lines += _wrap(f'"{belief.claim}": {belief.verdict}. {belief.text} [grade {belief.grade}]', "    ", "  * ")
    missing = [m for m in answer.measures if m.missing_because]
    for measure in missing[:3]:
        lines += _wrap(f"Not known: {measure.id.replace('_', ' ')}, because {measure.missing_because}.", "    ", "  . ")
    return lines


def _what_to_ask(answer: Assessment, names: Names) -> list[str]:
    if not answer.next_questions:
        return []
    lines = _title("What would tell more")
    for question in answer.next_questions[:3]:
        by = " (a therapist's test)" if question.answered_by == "therapist" else ""
        lines += _wrap(f"{names.questions.get(question.id, question.id)}{by} [{question.id}]", "    ", "  - ")
    return lines


def working_text(answer: Assessment, names: Names) -> str:
    """Every number behind an answer, one step behind it: probabilities, intervals, weights, rules, and what was left out."""
    return "\n".join(_working(answer, names)[1:]) + "\n"


def _working(answer: Assessment, names: Names) -> list[str]:
    share = f"{answer.interval:.0%}"
    lines = [
        *_title("The working"),
        *_wrap(f"Probability with its {share} interval; weights in nats add up to the log-odds of that cause alone."),
    ]
    for cause in answer.causes:
        if cause.probability < 0.005 and cause is not answer.causes[0]:
            continue
        lines += ["", f"{cause.probability:6.1%} ({cause.low:.1%} to {cause.high:.1%})  {names.conditions[cause.condition]}"]
        lines.append(f"        {cause.prior_weight:+6.2f}  before any answer")
        for weight in (*cause.speaks_for, *cause.speaks_against):
            cited = f" {', '.join(weight.sources)}" if weight.sources else ""
            lines += _wrap(f"{weight.weight:+6.2f}  {weight.observation} = {weight.value} [{weight.basis}{cited}]", " " * 16, " " * 8)
    lines += ["", f"{answer.other.probability:6.1%} ({answer.other.low:.1%} to {answer.other.high:.1%})  something not described here"]
    for reason in answer.triage.reasons:
        name = reason.red_flag or reason.condition
        lines += _wrap(
            f"rule {name}: {reason.level}, {reason.who}; from {', '.join(reason.observations) or 'its probability'}", "    ", "  "
        )
    for dropped in answer.dropped:
        lines += _wrap(f"left out of the ranking: {', '.join(dropped.ids)}: {dropped.reason}", "    ", "  ")
    for measure in answer.measures:
        value = f"{measure.value:.3g} {measure.unit}" if measure.value is not None else f"missing, {measure.missing_because}"
        lines += _wrap(f"{measure.id}: {value} ({measure.origin})", "    ", "  ")
    for file in answer.files:
        lines += _wrap(file, "    ", "  ")
    return lines


def _closing(answer: Assessment) -> str:
    review = "" if answer.reviewed else " No clinician has reviewed its rules, words or numbers yet; most of its numbers are assumptions."
    cheer = "" if answer.running_withheld else " Running is good for backs: most runners with back pain run again."
    return f"This says what fits, never what you have: it is not a diagnosis.{review}{cheer} Knowledge {answer.knowledge_version}."
