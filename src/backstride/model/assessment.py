"""What reasoning returns: the answer, each step with its source."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backstride.model.evidence import Measure, Observation

__all__ = [
    "Advice",
    "Assessment",
    "Belief",
    "Cause",
    "Conclusion",
    "Contributor",
    "Dropped",
    "Level",
    "MustNotMiss",
    "NextQuestion",
    "Other",
    "Reason",
    "Triage",
    "Watch",
    "Weight",
    "Who",
]


class Level(StrEnum):
    """How soon, mildest first. Compare by `rank`."""

    SELF_CARE = "self_care"
    ROUTINE_PT = "routine_pt"
    SOON_CLINICIAN = "soon_clinician"
    URGENT_SAME_DAY = "urgent_same_day"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """0 (self-care) to 4 (emergency)."""
        return list(Level).index(self)


class Who(StrEnum):
    """Who should see the runner, in rising precedence at one level."""

    SELF = "self"
    PHYSICAL_THERAPIST = "physical_therapist"
    DOCTOR = "doctor"
    EMERGENCY_DEPARTMENT = "emergency_department"


class Conclusion(StrEnum):
    """What the ranking as a whole says."""

    ONE_STANDS_OUT = "one_stands_out"
    SEVERAL_REMAIN = "several_remain"
    UNEXPLAINED = "unexplained"
    NOT_ENOUGH = "not_enough"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why triage is at its level: a red flag that fired, or a condition that leads.

    ``red_flag`` is empty for a reason that comes from a condition, and the other way round.
    """

    level: Level
    who: Who
    text: str
    red_flag: str = ""
    condition: str = ""
    say: str = ""
    observations: tuple[str, ...] = ()
    confirm: str = ""
    confirm_answer: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Triage:
    """Level, who, by when and why; `provisional` while an emergency item is unanswered."""

    level: Level
    who: Who
    by_when: str
    reasons: tuple[Reason, ...]
    provisional: bool
    unanswered: tuple[str, ...]
    ask_again: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weight:
    """How much one observation spoke for (positive) or against a cause, in nats."""

    observation: str
    value: str | float
    weight: float
    basis: str
    sources: tuple[str, ...]
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """One condition with its probability and 90 % interval.

    ``prior_weight`` plus all weights is the log-odds of this condition alone against "something else".
    """

    condition: str
    probability: float
    low: float
    high: float
    prior_weight: float
    weights: tuple[Weight, ...]

    @property
    def speaks_for(self) -> tuple[Weight, ...]:
        """What spoke for it, most telling first."""
        return tuple(sorted((w for w in self.weights if w.weight > 0), key=lambda w: (-w.weight, w.observation)))

    @property
    def speaks_against(self) -> tuple[Weight, ...]:
        """What spoke against it, most telling first."""
        return tuple(sorted((w for w in self.weights if w.weight < 0), key=lambda w: (w.weight, w.observation)))


@dataclass(frozen=True, slots=True)
class Other:
    """Something that the knowledge files do not describe."""

    probability: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MustNotMiss:
    """A serious condition to be ruled out, with the reason: never a bar in a chart."""

    condition: str
    probability: float
    why: tuple[str, ...]
    red_flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contributor:
    """Something that may have fed the pain, with the grade of its evidence.

    ``stance`` is ``"may_have_contributed"`` or, for a factor that evidence contradicts, ``"not_supported"``.
    """

    factor: str
    grade: str
    observed: str
    stance: str
    conditions: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NextQuestion:
    """A question worth asking, with the entropy it is expected to remove."""

    id: str
    expected_gain_bits: float
    answered_by: str
    effort: float


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, when, and how well that is supported."""

    id: str
    moment: str
    grade: str
    text: str
    caution: str
    condition: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Belief:
    """A popular belief that touches this runner: the claim as it is heard, the verdict, and what holds instead.

    ``not_the_problem`` is empty unless evidence contradicts the claim.
    """

    id: str
    claim: str
    verdict: str
    grade: str
    text: str
    sources: tuple[str, ...]
    not_the_problem: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """A sign to watch for from now on: ``now`` for the emergency department, else for a doctor on the same day."""

    id: str
    words: str
    now: bool


@dataclass(frozen=True, slots=True)
class Dropped:
    """Answers left out of the ranking because they contradict each other, or repeat a more exact one."""

    ids: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """The whole answer for one record.

    ``running_withheld`` is the id of the wording that says why nothing is told in favour of running; empty when nothing
    speaks against it.
    """

    id: str
    knowledge_version: str
    reviewed: bool
    triage: Triage
    conclusion: Conclusion
    conclusion_reason: str
    interval: float
    causes: tuple[Cause, ...]
    other: Other
    must_not_miss: tuple[MustNotMiss, ...]
    contributors: tuple[Contributor, ...]
    next_questions: tuple[NextQuestion, ...]
    advice: tuple[Advice, ...]
    beliefs: tuple[Belief, ...]
    observations: tuple[Observation, ...]
    dropped: tuple[Dropped, ...]
    measures: tuple[Measure, ...]
    notes: tuple[str, ...] = ()
    out_of_scope: str = ""
    running_withheld: str = ""
    files: tuple[str, ...] = ()
    watch: tuple[Watch, ...] = ()
