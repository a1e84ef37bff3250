"""What is known in the middle of an interview, and its items in the words of interview.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

from backstride.assess import alarm, measured, network_of
from backstride.interview_answers import AGE_YEARS, record_of
from backstride.knowledge.concepts import Finding, InterviewEntry, Knowledge, RedFlag
from backstride.knowledge.rules import Rule, parse_rule
from backstride.model.assessment import Level, Triage
from backstride.model.evidence import Measure
from backstride.model.interview import Choice, Given, Interview, Item
from backstride.model.record import Record
from backstride.reasoning.next_question import expected_gains, told_apart
from backstride.reasoning.observe import Observed, observe
from backstride.reasoning.posterior import Posterior, infer
from backstride.reasoning.triage import LEVEL_OF_ACTION, lookup_of, triage

__all__ = ["TRIED", "Known", "Words", "known_of"]

TRIED = ("test", "measurement")
"""Groups of findings that are tried, not only answered."""


def known_of(interview: Interview, record: Record, knowledge: Knowledge, now: datetime) -> Known:
    """Everything known at this moment, from the record and the answers."""
    return Known(interview, record_of(interview, record, knowledge, now), knowledge, now, _measures(_History(record)))


class _History:
    """Lets a cache find the measures of the same runs, shoes, days and diary: an interview asks for them at every screen."""

    def __init__(self, record: Record) -> None:
        self.record = record

    def __hash__(self) -> int:
        return hash((id(self.record.runs), id(self.record.shoes), id(self.record.days), id(self.record.diary), self.record.onset))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _History):
            return False
        mine, its = self.record, other.record
        same = mine.runs is its.runs and mine.shoes is its.shoes and mine.days is its.days and mine.diary is its.diary
        return same and mine.onset == its.onset


# As many as may be asked at once in a household or a club.
@lru_cache(maxsize=16)
def _measures(history: _History) -> tuple[Measure, ...]:
    return measured(history.record)


@dataclass(frozen=True)
class Known:
    """What is known at this moment, each part worked out once and only when it is needed."""

    interview: Interview
    record: Record
    knowledge: Knowledge
    now: datetime
    measures: tuple[Measure, ...]

    @cached_property
    def observed(self) -> Observed:
        """Observations, by the record and the measures."""
        return observe(self.record, self.knowledge, self.measures)

    @cached_property
    def triage(self) -> Triage:
        """By the rules alone: an interview ends early for what was said, not for what is likely."""
        return triage(self.observed, self.record, self.knowledge, {}, None)

    @cached_property
    def posterior(self) -> Posterior:
        """What fits; point estimate."""
        observed = self.observed
        return infer(network_of(self.knowledge), observed.findings, observed.covariates, observed.sex, draws=False)

    @cached_property
    def gains(self) -> dict[str, float]:
        """Expected gain of every question and test that a runner may be asked now and was not asked before."""
        findings = self.knowledge.findings
        gains = expected_gains(self.posterior, self.observed, self.knowledge)
        return {item: gain for item, gain in gains.items() if item not in self.latest and self._is_for_runner(findings[item])}

    def _is_for_runner(self, finding: Finding) -> bool:
        """Whether a runner may be asked this alone."""
        return finding.answered_by == "runner" and (finding.at_home or finding.group not in TRIED)

    def worth(self, item: str) -> float:
        """Expected gain of a question or test for one unit of its effort."""
        return self.gains[item] / self.knowledge.findings[item].effort

    @cached_property
    def today(self) -> bool:
        """Whether someone should see the runner today or now, by a rule or by what is likely."""
        likely = alarm(self.record, self.measures, network_of(self.knowledge))
        level = triage(self.observed, self.record, self.knowledge, likely, None).level
        return level.rank >= Level.URGENT_SAME_DAY.rank

    @cached_property
    def latest(self) -> dict[str, Given]:
        """What became of every item that was asked, those passed over too."""
        return self.interview.latest()

    @cached_property
    def oldest(self) -> datetime:
        """The moment before which an answer about an emergency is too old."""
        return self.now - timedelta(hours=self.limit("emergency_answer_hours"))

    def limit(self, name: str) -> float:
        """One number of limits.yaml."""
        value = self.knowledge.limits[name].value
        assert not isinstance(value, tuple)
        return value

    def asked_lately(self, item: str) -> bool:
        """Whether an item was answered or passed over, and not too long ago to count for an emergency."""
        given = self.latest.get(item)
        return given is not None and given.at >= self.oldest

    def screens(self, kind: str) -> list[InterviewEntry]:
        """Screens of one kind, in their order."""
        entries = (entry for entry in self.knowledge.interview.values() if entry.kind == kind)
        return sorted(entries, key=lambda entry: (entry.order, entry.id))

    def sentence(self, name: str, **words: str) -> str:
        """A sentence of interview.yaml, its gaps filled."""
        return self.knowledge.interview[name].title.format(**words)


class Words:
    """Items in words."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.signs = self._own("safety", "signs")
        self.questions = self._own("question", "habits")

    def _own(self, *kinds: str) -> dict[str, str]:
        """Words of items that stand on the screens of some kinds; the first screen's go before a later one's."""
        entries = [entry for kind in kinds for entry in self.known.screens(kind)]
        return {item.id: item.words for entry in reversed(entries) for item in entry.items if item.words}

    def yes_no(self) -> tuple[Choice, ...]:
        """Yes, no and unsure."""
        return self._choices("yes_no", ("yes", "no", "unsure"))

    def _choices(self, entry: str, values: Sequence[str]) -> tuple[Choice, ...]:
        words = self.known.knowledge.interview[entry].words if entry in self.known.knowledge.interview else {}
        return tuple(Choice(value, words.get(value, value.replace("_", " "))) for value in values)

    def sign(self, item: str) -> Item:
        """An item of a safety screen."""
        return self._item(item, self.signs.get(item, ""), self.why_sign(item))

    def question(self, item: str, why: str) -> Item:
        """An item that is asked by itself."""
        return self._item(item, self.questions.get(item, ""), why)

    def by_itself(self, item: str) -> Item:
        """Any item: a region, a confirm question, a finding or factor, ``"age"`` or ``"sex"``."""
        knowledge = self.known.knowledge
        if item in knowledge.regions:
            choices = tuple(choice for choice in self.yes_no() if choice.value != "unsure")
            return Item(item, knowledge.regions[item].name, choices, why=self.known.sentence("why_where"))
        if item in knowledge.red_flags:
            flag = knowledge.red_flags[item]
            return Item(item, flag.confirm, self.yes_no(), why=self.why_flag(flag, alone=True))
        return self.question(item, "")

    def _item(self, item: str, words: str, why: str) -> Item:
        knowledge = self.known.knowledge
        finding = knowledge.findings.get(item)
        words = words or (finding.question if finding is not None else self.signs.get(item, ""))
        unsure = self._choices("yes_no", ("unsure",))
        if item == "age":
            return Item(item, words, unsure, *AGE_YEARS, unit="years", why=why)
        if item == "sex":
            return Item(item, words, self._choices("sex", ("female", "male", "unsure")), why=why)
        if finding is None:
            return Item(item, words or knowledge.factors[item].question, self.yes_no(), why=why)
        if finding.answer in ("scale", "measurement"):
            return Item(item, words, unsure, finding.minimum, finding.maximum, finding.unit, why)
        if finding.answer == "yes_no":
            return Item(item, words, self.yes_no(), why=why)
        return Item(item, words, self._choices(item, tuple(dict.fromkeys((*finding.values, "unsure")))), why=why)

    def why_sign(self, item: str) -> str:
        """What a sign may mean: by a rule that it makes true alone, else by the most urgent that could still become true.

        So nobody is frightened by what the answers have ruled out.
        """
        rules = [(flag, rule) for flag, rule, signs in self._rules if item in signs]
        if item in ("age", "sex") or not rules:
            return self.known.sentence("why_about_you")
        said = lookup_of(self.known.observed)

        def order(one: tuple[RedFlag, Rule]) -> tuple[bool, bool, int, str]:
            flag, rule = one
            return not self._is_alone(rule, item), not rule.could_hold(said), -LEVEL_OF_ACTION[flag.action].rank, flag.id

        flag, rule = min(rules, key=order)
        return self.why_flag(flag, alone=self._is_alone(rule, item))

    def _is_alone(self, rule: Rule, item: str) -> bool:
        return rule.evaluate(lambda name: "yes" if name == item else None)

    def why_flag(self, flag: RedFlag, *, alone: bool) -> str:
        """What a rule's signs may mean: one of them alone, or only with others."""
        may_mean = f"{flag.may_mean[:1].lower()}{flag.may_mean[1:]}"
        return self.known.sentence("why_alone" if alone else "why_together", may_mean=may_mean)

    @cached_property
    def _rules(self) -> list[tuple[RedFlag, Rule, frozenset[str]]]:
        result = []
        for flag in self.known.knowledge.red_flags.values():
            rule = parse_rule(flag.rule)
            result.append((flag, rule, frozenset(name for name, signs in rule.polarity().items() if True in signs)))
        return result

    def why_tells(self, item: str) -> str:
        """Between which two causes an answer moves most; those that are urgent are left to the safety screens."""
        conditions = self.known.knowledge.conditions
        calm = [c.id for c in conditions.values() if Level(c.urgency).rank < Level.URGENT_SAME_DAY.rank and c.a_miss_costs != "life"]
        names = [
            conditions[c].plain_name if c else self.known.sentence("something_else") for c in told_apart(self.known.posterior, item, calm)
        ]
        one, other = (f"{name[:1].lower()}{name[1:]}" for name in names)
        return self.known.sentence("why_tells", one=one, other=other)
