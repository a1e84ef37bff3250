"""Every number behind an answer as tables: for a page or paper; `plain.working_text` tells the same on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from backstride.model.assessment import Assessment, Weight
from backstride.model.evidence import OWN_DATA, Measure
from backstride.reports.plain import Names, fit, serious_conditions

__all__ = ["Bar", "Row", "Table", "sources_named", "working"]

_LEAST_SHOWN = 0.005
"""A cause that is less likely is not taken apart, unless it leads."""
_WORDS = {
    "self_care": "self-care",
    "routine_pt": "a physical therapist",
    "soon_clinician": "within days",
    "urgent_same_day": "the same day",
    "emergency": "an emergency",
    "runner": "you",
    "therapist": "a therapist",
    "physical_therapist": "physical therapist",
    "emergency_department": "emergency department",
    "tonight": "tonight",
    "can_i_run": "can I run?",
    "until_seen": "until I'm seen",
    "race_coming": "my race",
    "plan": "later",
    "may_have_contributed": "may have added to it",
    "not_supported": "evidence speaks against it",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A probability with its interval, to be drawn beside its row; all from 0 to 1."""

    at: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """Cells as text. ``bar`` is None for what is never drawn: a condition that must not be missed."""

    cells: tuple[str, ...]
    bar: Bar | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes
    ----------
    id : str
        Of one word, to lead to it.
    caption : str
    columns : tuple of str
    rows : tuple of Row
    numbers : frozenset of int
        Columns that hold numbers, to be set in line.
    about : str
        What the table says, in a sentence; may be empty.
    condition : str
        Of a table that takes one cause apart; else empty.
    """

    id: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    numbers: frozenset[int] = frozenset()
    about: str = ""
    condition: str = ""


def working(answer: Assessment, names: Names) -> tuple[Table, ...]:
    """The tables of an answer that have rows, what led to its level first.

    Where the answer is out of scope nothing was ranked, so nothing of a ranking is among them.

    Parameters
    ----------
    answer : Assessment
    names : Names
    """
    tables = [_rules(answer, names)]
    if not answer.out_of_scope:
        tables += [_ranking(answer, names), _serious(answer, names), *_taken_apart(answer, names), _left_out(answer, names)]
    tables += [_contributors(answer, names), _advice(answer, names), _beliefs(answer, names), _questions(answer, names)]
    return tuple(table for table in (*tables, _measures(answer), _files(answer)) if table.rows)


def sources_named(answer: Assessment) -> tuple[str, ...]:
    """Keys of all sources that an answer rests on, each once."""
    named = [weight.sources for cause in answer.causes for weight in cause.weights]
    named += [reason.sources for reason in answer.triage.reasons]
    named += [contributor.sources for contributor in answer.contributors]
    named += [advice.sources for advice in answer.advice]
    named += [belief.sources for belief in answer.beliefs]
    return tuple(sorted({source for sources in named for source in sources}))


def _rows(cells: Iterable[tuple[str, ...]]) -> tuple[Row, ...]:
    return tuple(Row(one) for one in cells)


def _cited(sources: Iterable[str], names: Names) -> str:
    return "; ".join(names.sources.get(source, source) for source in sources)


def _observed(ids: Iterable[str], names: Names) -> str:
    return "; ".join(names.observations.get(item, item) for item in ids)


def _percent(share: float) -> str:
    return f"{share:.1%}"


def _between(low: float, high: float) -> str:
    return f"{low:.1%} to {high:.1%}"


def _interval(answer: Assessment) -> str:
    return f"{answer.interval:.0%} interval"


def _rules(answer: Assessment, names: Names) -> Table:
    rows = _rows(
        (
            reason.text,
            _WORDS[reason.level],
            _WORDS.get(reason.who, reason.who),
            _observed(reason.observations, names) or "how likely it is",
            _cited(reason.sources, names),
        )
        for reason in answer.triage.reasons
    )
    return Table("rules", "Why this soon: the rules that spoke", ("Rule", "How soon", "Who", "From", "Sources"), rows)


def _ranking(answer: Assessment, names: Names) -> Table:
    grave = names.miss_costs | serious_conditions(answer)
    rows = []
    for cause in answer.causes:
        if cause.condition not in grave:
            cells = (names.conditions[cause.condition], _percent(cause.probability), _between(cause.low, cause.high), fit(cause, answer))
            rows.append(Row(cells, Bar(cause.probability, cause.low, cause.high)))
    other = answer.other
    cells = ("Something not described here", _percent(other.probability), _between(other.low, other.high), "")
    rows.append(Row(cells, Bar(other.probability, other.low, other.high)))
    columns = ("Cause", "Probability", _interval(answer), "In words")
    about = "How likely each cause is after what you said, and how far that may be off."
    return Table("ranking", "What fits", columns, tuple(rows), frozenset({1, 2}), about)


def _serious(answer: Assessment, names: Names) -> Table:
    """What a miss would cost much: in numbers, with what it was listed for, and never drawn."""
    why = {entry.condition: " ".join(entry.why) for entry in answer.must_not_miss}
    grave = [c for c in answer.causes if c.condition in names.miss_costs | why.keys()]
    rows = _rows(
        (
            names.conditions[c.condition],
            _percent(c.probability),
            _between(c.low, c.high),
            why.get(c.condition, "not listed"),
        )
        for c in sorted(grave, key=lambda c: (c.condition not in why, -c.probability))
    )
    columns = ("Condition", "Probability", _interval(answer), "Why it is listed")
    about = "Each of these is told as a thing to do where there is a reason for it, even if its number is small."
    return Table("serious", "What must not be missed", columns, rows, frozenset({1, 2}), about)


def _taken_apart(answer: Assessment, names: Names) -> Iterator[Table]:
    columns = ("What was said or measured", "Weight", "As", "Rests on", "Sources")
    about = "A weight above 0 speaks for it, below 0 against it. They add up to the log-odds of this cause alone (in nats)."
    for cause in answer.causes:
        if cause.probability < _LEAST_SHOWN and cause is not answer.causes[0]:
            continue
        rows: list[tuple[str, ...]] = [("Before any answer", _weight(cause.prior_weight), "", "", "")]
        rows += [_weighed(weight, names) for weight in (*cause.speaks_for, *cause.speaks_against)]
        silent = [weight for weight in cause.weights if weight.weight == 0]
        if silent:
            rows.append((f"{len(silent)} more that say nothing about it", _weight(0.0), "", "", ""))
        rows.append(("Together", _weight(cause.prior_weight + sum(weight.weight for weight in cause.weights)), "", "", ""))
        caption = f"{names.conditions[cause.condition]}: {_percent(cause.probability)} ({_between(cause.low, cause.high)})"
        yield Table(f"cause-{cause.condition}", caption, columns, _rows(rows), frozenset({1}), about, cause.condition)


def _weighed(weight: Weight, names: Names) -> tuple[str, ...]:
    name = names.observations.get(weight.observation, weight.observation)
    said = f"{weight.value:g}" if isinstance(weight.value, float) else str(weight.value).replace("_", " ")
    basis = f"{weight.basis}; {weight.origin}" if weight.origin else weight.basis
    return name, _weight(weight.weight), said, basis, _cited(weight.sources, names)


def _weight(nats: float) -> str:
    # A true minus sign: a screen reader says "minus", and a line never breaks after it.
    return f"{nats:+.2f}".replace("-", "\u2212")


def _left_out(answer: Assessment, names: Names) -> Table:
    rows = _rows((_observed(dropped.ids, names), dropped.reason) for dropped in answer.dropped)
    return Table("left-out", "Left out of the ranking", ("What", "Why"), rows)


def _contributors(answer: Assessment, names: Names) -> Table:
    rows = _rows(
        (names.observations.get(c.factor, c.factor), _WORDS.get(c.stance, c.stance), c.observed, c.grade, _cited(c.sources, names))
        for c in answer.contributors
    )
    return Table("contributors", "Why now: what was looked at", ("What", "Says", "Seen in", "Grade", "Sources"), rows)


def _advice(answer: Assessment, names: Names) -> Table:
    rows = _rows((a.text, _WORDS.get(a.moment, a.moment), a.grade, _cited(a.sources, names)) for a in answer.advice)
    return Table("advice", "Advice and what it rests on", ("Advice", "When", "Grade", "Sources"), rows)


def _beliefs(answer: Assessment, names: Names) -> Table:
    rows = _rows((b.claim, b.verdict, b.grade, _cited(b.sources, names)) for b in answer.beliefs)
    return Table("beliefs", "Often said", ("Claim", "Verdict", "Grade", "Sources"), rows)


def _questions(answer: Assessment, names: Names) -> Table:
    rows = _rows(
        (names.questions.get(q.id, q.id), _WORDS.get(q.answered_by, q.answered_by), f"{q.expected_gain_bits:.3f}")
        for q in answer.next_questions
    )
    about = "How much an answer would narrow it down, in bits."
    return Table("questions", "What would tell more", ("Question", "Answered by", "Gain"), rows, frozenset({2}), about)


def _measures(answer: Assessment) -> Table:
    # A measure of nothing but "was found" has no number of its own: its origin says what it is.
    rows = _rows((m.id.replace("_", " "), _value(m), m.origin or m.missing_because) for m in answer.measures)
    return Table(
        "measures", "Measured from runs, shoes and diary", ("Measure", "Value", "From, or why it is missing"), rows, frozenset({1})
    )


def _value(measure: Measure) -> str:
    if measure.value is None:
        return "missing"
    if measure.unit == OWN_DATA:
        return "found" if measure.value else "not found"
    return f"{'at least ' if measure.lower_bound else ''}{measure.value:.3g} {measure.unit}".rstrip()


def _files(answer: Assessment) -> Table:
    return Table("files", "Files", ("What became of it",), _rows((line,) for line in answer.files))
