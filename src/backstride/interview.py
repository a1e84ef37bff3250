"""The verb of the interview: what to ask now. A pure state machine; docs/interview.md says how it asks and when it stops.

What was answered (`interview_answers`) and the record say everything: the same answers give the same screen, whatever way led there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from math import sqrt

from backstride.assess import alarm, network_of
from backstride.interview_answers import AGE_YEARS, answer, back, change, record_of, skip
from backstride.knowledge.concepts import Finding, InterviewEntry, Knowledge, RedFlag
from backstride.knowledge.rules import Rule, parse_rule
from backstride.model.assessment import Level, Reason, Triage
from backstride.model.evidence import Measure
from backstride.model.interview import Choice, Given, Interview, Item, Kind, Screen
from backstride.model.record import Record
from backstride.reasoning.next_question import askable, expected_gains, together, told_apart
from backstride.reasoning.observe import IBP_ITEMS, Observed, observe
from backstride.reasoning.posterior import Posterior, infer
from backstride.reasoning.triage import LEVEL_OF_ACTION, lookup_of, triage, unanswered_items
from backstride.training import measures_of

__all__ = ["answer", "back", "change", "item_of", "record_of", "screen", "skip"]

_TRIED = ("test", "measurement")


def screen(interview: Interview, record: Record, knowledge: Knowledge, now: datetime) -> Screen:
    """What to ask now.

    Parameters
    ----------
    interview : Interview
    record : Record
        What is known besides the interview: who it is, runs, shoes, days, earlier answers.
    knowledge : Knowledge
    now : datetime
        Zone-aware. Answers about emergencies that are older than ``emergency_answer_hours`` are asked again before anything else.

    Returns
    -------
    Screen
        Of kind `Kind.DONE` when it is over. After an emergency it is over at once; who answers that screen goes on.

    Raises
    ------
    CaseError
        For an answer in `record` that knowledge does not describe.
    """
    now_known = _Known(interview, record_of(interview, record, knowledge, now), knowledge, now, _measures(_History(record)))
    return _Asking(now_known).screen()


def item_of(item: str, interview: Interview, record: Record, knowledge: Knowledge, now: datetime) -> Item:
    """One item by itself, so that its answer can be changed.

    Raises
    ------
    KeyError
        For what this knowledge does not ask.
    """
    known = _Known(interview, record_of(interview, record, knowledge, now), knowledge, now, ())
    return _Words(known).by_itself(item)


class _History:
    """Lets a cache find the measures of the same runs, shoes and days: an interview asks for them at every screen."""

    def __init__(self, record: Record) -> None:
        self.record = record

    def __hash__(self) -> int:
        return hash((id(self.record.runs), id(self.record.shoes), id(self.record.days), self.record.onset))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _History):
            return False
        mine, its = self.record, other.record
        return mine.runs is its.runs and mine.shoes is its.shoes and mine.days is its.days and mine.onset == its.onset


@lru_cache(maxsize=1)
def _measures(history: _History) -> tuple[Measure, ...]:
    return measures_of(history.record)


@dataclass(frozen=True)
class _Known:
    """What is known at this moment, each part worked out once and only when it is needed."""

    interview: Interview
    record: Record
    knowledge: Knowledge
    now: datetime
    measures: tuple[Measure, ...]

    @cached_property
    def observed(self) -> Observed:
        return observe(self.record, self.knowledge, self.measures)

    @cached_property
    def triage(self) -> Triage:
        """By the rules alone: an interview ends early for what was said, not for what is likely."""
        return triage(self.observed, self.record, self.knowledge, {}, None)

    @cached_property
    def posterior(self) -> Posterior:
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
        return finding.answered_by == "runner" and (finding.at_home or finding.group not in _TRIED)

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
        return self.interview.latest()

    @cached_property
    def oldest(self) -> datetime:
        """The moment before which an answer about an emergency is too old."""
        return self.now - timedelta(hours=self.limit("emergency_answer_hours"))

    def limit(self, name: str) -> float:
        value = self.knowledge.limits[name].value
        assert not isinstance(value, tuple)
        return value

    def asked_lately(self, item: str) -> bool:
        given = self.latest.get(item)
        return given is not None and given.at >= self.oldest

    def screens(self, kind: str) -> list[InterviewEntry]:
        entries = (entry for entry in self.knowledge.interview.values() if entry.kind == kind)
        return sorted(entries, key=lambda entry: (entry.order, entry.id))

    def sentence(self, name: str, **words: str) -> str:
        return self.knowledge.interview[name].title.format(**words)


class _Asking:
    """Finds the next screen: the first of these that has something to ask."""

    def __init__(self, known: _Known) -> None:
        self.known = known
        self.words = _Words(known)

    def screen(self) -> Screen:
        steps = (
            self.still_so,
            self.emergency,
            self.started_since,
            self.where,
            self.safety,
            self.again,
            self.question,
            self.story,
            self.signs,
            self.self_test,
            self.habits,
        )
        found = next((screen for step in steps if (screen := step()) is not None), None)
        if found is None:
            found = Screen("done", Kind.DONE, self.known.sentence("done"))
        left = 0 if found.kind is Kind.DONE else max(self._left(found), 1)
        return replace(found, left=left, knowledge_version=self.known.knowledge.version)

    def still_so(self) -> Screen | None:
        """Old yes answers, for themselves: on a list of what may have started since, an unmarked one would take them back."""
        items = [item for item in self._old() if self.known.record.answers[item].value == "yes"]
        return self._old_screen("still_so", "still_so", items) if items else None

    def started_since(self) -> Screen | None:
        """The other old answers, by the groups in which they were asked first."""
        for group, items in self._by_group("safety", self._old()):
            return self._old_screen(f"since:{group.id}", "started_since", items)
        return None

    def _old(self) -> list[str]:
        """Answers that are too old and without which an emergency rule is not settled, or on which one rests."""
        triage = self.known.triage
        rested_on = {item for reason in self._emergencies() for item in reason.observations}
        matters = {*triage.unanswered, *rested_on}
        return [item for item in triage.ask_again if item in matters and not self.known.asked_lately(item)]

    def _old_screen(self, id: str, title: str, items: list[str]) -> Screen:
        known = self.known
        times = [at for item in items if (at := known.record.answers[item].answered_at) is not None]
        day = min(times).astimezone(known.now.tzinfo)
        words = known.sentence(title, day=f"{day:%A}, {day:%B} {day.day}")
        return Screen(id, Kind.SAFETY, words, tuple(self.words.sign(item) for item in items))

    def _emergencies(self) -> list[Reason]:
        return [reason for reason in self.known.triage.reasons if reason.level is Level.EMERGENCY and reason.red_flag]

    def emergency(self) -> Screen | None:
        """The end, when a rule is sure of an emergency; else the confirm question of one that has fired."""
        to_confirm: list[Reason] = []
        sure: list[Reason] = []
        for reason in self._emergencies():
            found = any(item in self.known.record.exam and self.known.record.exam[item].value == "yes" for item in reason.observations)
            open_question = reason.confirm and not reason.confirm_answer and not found and not self.known.asked_lately(reason.red_flag)
            (to_confirm if open_question else sure).append(reason)
        if any(not self._gone_on(reason) for reason in sure):
            ids = "+".join(sorted(reason.red_flag for reason in sure))
            return Screen(f"emergency:{ids}", Kind.DONE, self.known.sentence("emergency"))
        if not to_confirm:
            return None
        flag = self.known.knowledge.red_flags[min(reason.red_flag for reason in to_confirm)]
        return Screen(f"confirm:{flag.id}", Kind.CONFIRM, self.known.sentence("confirm"), (self.words.by_itself(flag.id),))

    def _gone_on(self, reason: Reason) -> bool:
        """Whether the runner went on after this emergency was told, and said nothing of it since."""
        about = {*reason.observations, reason.red_flag}
        last = max((place for place, given in enumerate(self.known.interview.given) if given.item in about), default=-1)
        return any(
            id.startswith("emergency:") and reason.red_flag in id.partition(":")[2].split("+") and count > last
            for id, count in self.known.interview.seen
        )

    def where(self) -> Screen | None:
        if any(id == "where" for id, _ in self.known.interview.seen):
            return None
        regions = sorted(self.known.knowledge.regions.values(), key=lambda region: (region.view, region.id))
        items = tuple(self.words.by_itself(region.id) for region in regions)
        return Screen("where", Kind.WHERE, self.known.screens("where")[0].title, items)

    def safety(self) -> Screen | None:
        return self._signs_screen("safety", self._open_safety())

    def signs(self) -> Screen | None:
        """What could still make a rule true that asks for someone sooner; after the questions, which have asked most of it."""
        return self._signs_screen("signs", self._open_signs())

    def _signs_screen(self, kind: str, items: Collection[str]) -> Screen | None:
        for group, mine in self._by_group(kind, items):
            return Screen(f"{kind}:{group.id}", Kind.SAFETY, group.title, tuple(self.words.sign(item) for item in mine))
        return None

    def _open_signs(self) -> list[str]:
        known = self.known
        actions = [action for action, level in LEVEL_OF_ACTION.items() if level.rank > known.triage.level.rank]
        unanswered = unanswered_items(known.observed, known.knowledge, actions)
        # The score of the inflammatory pattern is counted from its items, so these are asked in its place.
        wanted = {*unanswered, *(IBP_ITEMS if "ibp_composite" in unanswered else ())}
        # Factors repeat findings, mostly, and tests have steps: of both only those that a screen names.
        listed = {item.id for entry in known.screens("signs") for item in entry.items}
        questions = [
            finding.id
            for finding in askable(known.observed, known.knowledge)
            if finding.answered_by == "runner" and not finding.umbrella_of and (finding.group not in _TRIED or finding.id in listed)
        ]
        factors = [item for item in unanswered if item in listed and item in known.knowledge.factors]
        return [item for item in (*questions, *factors) if item in wanted and item not in known.latest]

    def _open_safety(self) -> list[str]:
        """What was not asked yet: items that settle an emergency rule, and the other signs that stand with them on a screen."""
        known, runner = self.known, self.known.record.runner
        needed = [item for item in known.triage.unanswered if not known.asked_lately(item)]
        *regular, _ = known.screens("safety")
        beside = [item.id for group in regular for item in group.items if self._is_open(item.id)]
        about = [name for name, value in (("age", runner.age), ("sex", runner.sex)) if value is None and name not in known.latest]
        return list(dict.fromkeys((*needed, *beside, *about)))

    def _is_open(self, item: str) -> bool:
        """Whether a finding or factor was neither told nor passed over, does not follow from what was told, and applies to this runner."""
        known = self.known
        finding = known.knowledge.findings.get(item)
        if item in known.latest or item in known.observed.said or item in ("age", "sex") or item in self._follows:
            return False
        return finding is None or not finding.only_for_sex or known.observed.sex in (None, finding.only_for_sex)

    @cached_property
    def _follows(self) -> frozenset[str]:
        findings = self.known.knowledge.findings
        told = ((findings[o.id], o.value) for o in self.known.observed.findings)
        return frozenset(name for finding, value in told if isinstance(value, str) for name in finding.implies.get(value, {}))

    def _by_group(self, kind: str, items: Collection[str]) -> Iterable[tuple[InterviewEntry, list[str]]]:
        """The items by their screens, in order; what no screen holds comes with the last, so that nothing stays unasked."""
        groups = self.known.screens(kind)
        held = {item.id for group in groups for item in group.items}
        for group in groups:
            mine = [item.id for item in group.items if item.id in items]
            if group is groups[-1]:
                mine += sorted(item for item in items if item not in held)
            if mine:
                yield group, mine
                items = [item for item in items if item not in mine]

    def again(self) -> Screen | None:
        """Answers that contradict each other are asked again, once."""
        seen = {id for id, _ in self.known.interview.seen}
        for dropped in self.known.observed.dropped:
            id = f"again:{'+'.join(sorted(dropped.ids))}"
            if len(dropped.ids) > 1 and id not in seen:
                why = self.known.sentence("why_clash")
                items = tuple(self.words.question(item, why) for item in dropped.ids)
                return Screen(id, Kind.QUESTION, self.known.sentence("again"), items)
        return None

    def question(self) -> Screen | None:
        known, findings = self.known, self.known.knowledge.findings
        if self._question_screens() >= known.limit("interview_question_screens"):
            return None
        titles = {entry.group: entry.title for entry in known.screens("question") if entry.group}
        ids = together({item: gain for item, gain in known.gains.items() if findings[item].group not in _TRIED}, known.knowledge, titles)
        if not ids or known.worth(ids[0]) < known.limit("interview_gain_bits"):
            return None
        items = tuple(self.words.question(item, self.words.why_tells(item)) for item in ids)
        title = titles[findings[ids[0]].group] if len(ids) > 1 else ""
        return Screen(f"question:{'+'.join(ids)}", Kind.QUESTION, title or items[0].words, items)

    def self_test(self) -> Screen | None:
        """A test that a runner may be left alone with: after the last checks, which tell for whom it is not safe."""
        known = self.known
        tests = [known.knowledge.findings[item] for item in known.gains if known.knowledge.findings[item].group in _TRIED]
        tests = [test for test in tests if known.worth(test.id) >= known.limit("interview_gain_bits")]
        if not tests or self._question_screens() >= known.limit("interview_question_screens") or known.today:
            return None
        best = min(tests, key=lambda test: (-known.worth(test.id), test.question))
        item = self.words.question(best.id, self.words.why_tells(best.id))
        return Screen(f"test:{best.id}", Kind.SELF_TEST, best.name, (item,), (best.gate, *best.steps, best.stop_rule), best.timer_s)

    def _question_screens(self) -> int:
        return sum(id.startswith(("question:", "test:")) for id, _ in self.known.interview.seen)

    def story(self) -> Screen | None:
        return self._listed(Kind.QUESTION, "why_story")

    def habits(self) -> Screen | None:
        return self._listed(Kind.HABITS, "why_habit")

    def _listed(self, kind: Kind, why: str) -> Screen | None:
        for entry in self.known.screens(kind):
            if not entry.group and (items := self._open_items(entry)):
                return Screen(entry.id, kind, entry.title, tuple(self.words.question(item, self.known.sentence(why)) for item in items))
        return None

    def _open_items(self, entry: InterviewEntry) -> list[str]:
        """Items of a screen that are open and that neither the runs nor another answer tell."""
        known = {factor.id for factor in self.known.observed.factors}
        findings = self.known.knowledge.findings
        return [
            item.id
            for item in entry.items
            if self._is_open(item.id) and item.id not in known
            and not (item.id in findings and findings[item.id].reports_factor and known & set(findings[item.id].reports_factor.values()))
        ]  # fmt: skip

    def _left(self, now: Screen) -> int:
        known = self.known
        safety = len(list(self._by_group("safety", {*self._open_safety(), *self._old()})))
        signs = len(list(self._by_group("signs", self._open_signs())))
        entries = [entry for kind in ("question", "habits") for entry in known.screens(kind) if not entry.group]
        listed = sum(bool(self._open_items(entry)) for entry in entries)
        smallest = known.limit("interview_gain_bits")
        worth = sum(known.worth(item) >= smallest for item in known.gains)
        # Every answer makes others not worth asking: some 1.3 times the root of those worth it came to be asked in made-up interviews.
        questions = min(1.3 * sqrt(worth), known.limit("interview_question_screens") - self._question_screens())
        return safety + signs + listed + round(questions) - 1


class _Words:
    """Items in words."""

    def __init__(self, known: _Known) -> None:
        self.known = known
        self.signs = self._own("safety", "signs")
        self.questions = self._own("question", "habits")

    def _own(self, *kinds: str) -> dict[str, str]:
        """Words of items that stand on the screens of some kinds; the first screen's go before a later one's."""
        entries = [entry for kind in kinds for entry in self.known.screens(kind)]
        return {item.id: item.words for entry in reversed(entries) for item in entry.items if item.words}

    def yes_no(self) -> tuple[Choice, ...]:
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
