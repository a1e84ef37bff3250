"""The verb of the interview: what to ask now. A pure state machine; docs/interview.md says how it asks and when it stops.

What was answered (`interview_answers`) and the record say everything: the same answers give the same screen, whatever way led there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from math import sqrt

from backstride.interview_answers import answer, back, change, record_of, skip
from backstride.interview_words import TRIED, Known, Words, known_of
from backstride.knowledge.concepts import InterviewEntry, Knowledge
from backstride.model.assessment import Level, Reason
from backstride.model.interview import Interview, Item, Kind, Screen
from backstride.model.record import Record
from backstride.reasoning.next_question import askable, together
from backstride.reasoning.observe import IBP_ITEMS
from backstride.reasoning.triage import LEVEL_OF_ACTION, unanswered_items

__all__ = ["answer", "back", "change", "item_of", "record_of", "screen", "skip"]


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
    return _Asking(known_of(interview, record, knowledge, now)).screen()


def item_of(item: str, interview: Interview, record: Record, knowledge: Knowledge, now: datetime) -> Item:
    """One item by itself, so that its answer can be changed.

    Raises
    ------
    KeyError
        For what this knowledge does not ask.
    """
    return Words(known_of(interview, record, knowledge, now)).by_itself(item)


class _Asking:
    """Finds the next screen: the first of these that has something to ask."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.words = Words(known)

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
        return self._signs_screen("safety", self._open_safety)

    def signs(self) -> Screen | None:
        """What could still make a rule true that asks for someone sooner; after the questions, which have asked most of it."""
        return self._signs_screen("signs", self._open_signs)

    def _signs_screen(self, kind: str, items: Collection[str]) -> Screen | None:
        for group, mine in self._by_group(kind, items):
            return Screen(f"{kind}:{group.id}", Kind.SAFETY, group.title, tuple(self.words.sign(item) for item in mine))
        return None

    @cached_property
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
            if finding.answered_by == "runner" and not finding.umbrella_of and (finding.group not in TRIED or finding.id in listed)
        ]
        factors = [item for item in unanswered if item in listed and item in known.knowledge.factors]
        return [item for item in (*questions, *factors) if item in wanted and item not in known.latest]

    @cached_property
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
            of_the_runner = all(item in self.known.record.answers for item in dropped.ids)
            if len(dropped.ids) > 1 and of_the_runner and id not in seen:
                why = self.known.sentence("why_clash")
                items = tuple(self.words.question(item, why) for item in dropped.ids)
                return Screen(id, Kind.QUESTION, self.known.sentence("again"), items)
        return None

    def question(self) -> Screen | None:
        known, findings = self.known, self.known.knowledge.findings
        if self._question_screens() >= known.limit("interview_question_screens"):
            return None
        titles = {entry.group: entry.title for entry in known.screens("question") if entry.group}
        ids = together({item: gain for item, gain in known.gains.items() if findings[item].group not in TRIED}, known.knowledge, titles)
        if not ids or known.worth(ids[0]) < known.limit("interview_gain_bits"):
            return None
        items = tuple(self.words.question(item, self.words.why_tells(item)) for item in ids)
        title = titles[findings[ids[0]].group] if len(ids) > 1 else ""
        return Screen(f"question:{'+'.join(ids)}", Kind.QUESTION, title or items[0].words, items)

    def self_test(self) -> Screen | None:
        """A test that a runner may be left alone with: after the last checks, which tell for whom it is not safe."""
        known = self.known
        tests = [known.knowledge.findings[item] for item in known.gains if known.knowledge.findings[item].group in TRIED]
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
        reported = {item.id: set(findings[item.id].reports_factor.values()) for item in entry.items if item.id in findings}
        return [item.id for item in entry.items if self._is_open(item.id) and not known & reported.get(item.id, set())]

    def _left(self, now: Screen) -> int:
        known = self.known
        safety = len(list(self._by_group("safety", {*self._open_safety, *self._old()})))
        signs = len(list(self._by_group("signs", self._open_signs)))
        entries = [entry for kind in ("question", "habits") for entry in known.screens(kind) if not entry.group]
        listed = sum(bool(self._open_items(entry)) for entry in entries)
        smallest = known.limit("interview_gain_bits")
        worth = sum(known.worth(item) >= smallest for item in known.gains)
        # Every answer makes others not worth asking: some 1.3 times the root of those worth it came to be asked in made-up interviews.
        questions = min(1.3 * sqrt(worth), known.limit("interview_question_screens") - self._question_screens())
        counted = now.kind not in (Kind.WHERE, Kind.CONFIRM)
        return safety + signs + listed + round(questions) - counted
