"""What the knowledge files say, as plain immutable values.

The loader makes these from YAML (or from its compiled form); reasoning reads them. No clinical number stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = [
    "AdviceItem",
    "BeliefItem",
    "Condition",
    "Contradiction",
    "EmergencyNumber",
    "Exposure",
    "Factor",
    "Finding",
    "InterviewEntry",
    "InterviewItem",
    "Knowledge",
    "Likelihood",
    "Limit",
    "Link",
    "MeasureLimit",
    "Number",
    "OutcomeMeasure",
    "RedFlag",
    "Reference",
    "Region",
    "TrialBar",
    "TrialNeed",
    "TrialPlan",
    "WatchSign",
    "Wording",
]


@dataclass(frozen=True, slots=True)
class Number:
    """A figure with its range and where it comes from.

    ``basis`` is ``published``, ``derived`` (computed from published figures) or ``assumption``.
    ``low`` and ``high`` are None where no range is stated.
    """

    point: float
    low: float | None = None
    high: float | None = None
    basis: str = "assumption"
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How often a finding has a value when a condition is present.

    ``if_present`` is P(value | condition), None where only a likelihood ratio is published.
    ``if_absent`` is the source's own comparator, kept to be compared with the background.
    ``use`` is ``yes`` for the one preferred row of a condition, finding and value; else ``no`` or ``alternative``.
    """

    condition: str
    value: str
    if_present: Number | None
    if_absent: Number | None = None
    lr_positive: Number | None = None
    lr_negative: Number | None = None
    basis: str = "assumption"
    verified: str = ""
    use: str = "yes"
    belief: str = ""
    population: str = ""
    n: str = ""
    sources: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """``value`` of this finding cannot be true together with ``other_value`` of ``other``; ``reason`` says why in a few words."""

    value: str
    other: str
    other_value: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A question, self-test or therapist's test.

    ``answer`` is ``yes_no``, ``choice``, ``location``, ``scale`` or ``measurement``.
    ``values`` are the allowed words of a choice or location; ``minimum``/``maximum``/``unit`` bound a number.
    ``positive`` are the values that count as "yes" for likelihood rows written for "yes" (a location's bands).
    ``threshold`` is the number from which a scale counts as "yes" for its likelihood rows (``ibp_composite``).
    ``background`` is P(yes) in a runner with ordinary back pain; ``background_by_value`` the same for a choice.
    ``facet`` names the group of findings that say the same thing; alone in it when empty.
    ``umbrella_of`` are the more exact ids that take precedence over this one.
    ``implies`` maps a value of this finding to what it entails of others (id -> value).
    ``reports_factor`` maps a value (or ``>500``, ``<1``) to the factor that it reports.
    ``unsafe_when`` is a rule; while it is true the test is not offered.
    ``at_home`` says that a therapist would leave a runner alone with this test (``needs_helper``: with someone who helps). Such a test
    has a ``gate`` (when to leave it out, in the runner's words), ``steps`` (one action each) and a ``stop_rule``; ``timer_s`` is how long
    it is held, 0 without a timer. A test that is not at home is never offered to a runner alone, whoever answers it.
    ``effort`` is the runner's or therapist's effort to answer, 1 = one tap (an assumption).
    ``said`` maps a value to what it says, as a clause for "You said ...".
    """

    id: str
    name: str
    group: str
    question: str
    answer: str
    answered_by: str
    effort: float
    how: str = ""
    notes: str = ""
    facet: str = ""
    values: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    threshold: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    only_for_sex: str = ""
    unsafe_when: str = ""
    at_home: bool = False
    needs_helper: bool = False
    gate: str = ""
    steps: tuple[str, ...] = ()
    timer_s: int = 0
    stop_rule: str = ""
    background: Number | None = None
    background_by_value: Mapping[str, float] = field(default_factory=dict)
    background_candidates: tuple[Mapping[str, object], ...] = ()
    overlaps_with: tuple[str, ...] = ()
    umbrella_of: tuple[str, ...] = ()
    excludes: tuple[Contradiction, ...] = ()
    implies: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    reports_factor: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    likelihoods: tuple[Likelihood, ...] = ()
    reviewed_by: tuple[str, ...] = ()
    file: str = ""

    @property
    def used_likelihoods(self) -> tuple[Likelihood, ...]:
        """The rows that the network uses."""
        return tuple(row for row in self.likelihoods if row.use == "yes")


@dataclass(frozen=True, slots=True)
class Link:
    """Odds ratio between a factor and a condition.

    ``use`` is ``yes``, or ``seed_only`` for a link kept only so that a popular claim can be shown and answered.
    """

    condition: str
    odds_ratio: Number
    use: str = "yes"
    belief: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class MeasureLimit:
    """The limits between which a computed measure means this factor: ``above < value <= at_most``.

    ``at_least``/``below`` are the closed/open counterparts; None means unbounded. ``only_yes`` is true where the measure can show the
    factor, but its silence says nothing against it.
    """

    measure: str
    above: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    below: float | None = None
    only_yes: bool = False


@dataclass(frozen=True, slots=True)
class Factor:
    """Something that may contribute; ``grade`` is A to D, or X for contradicted or conflicting.

    ``question`` asks the runner for it with yes, no or unsure; empty where only a measurement or a therapist can tell, or where a finding
    reports it.
    ``reranks`` is false where the published effect is on any running injury: it raises every cause alike,
    so the factor is a contributor but does not move one cause above another.
    ``said`` maps "yes" to what it says to the runner, as a clause.
    """

    id: str
    name: str
    group: str
    how_measured: str
    threshold: str
    grade: str
    back_specific: str
    prevalence: Number
    question: str = ""
    unit: str = ""
    data_source: tuple[str, ...] = ()
    run_file_fields: tuple[str, ...] = ()
    measured_by: tuple[MeasureLimit, ...] = ()
    effect_metric: str = ""
    effect: Number | None = None
    effect_outcome: str = ""
    effect_population: str = ""
    beliefs: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    sources: tuple[str, ...] = ()
    note: str = ""
    only_for_sex: str = ""
    reranks: bool = True
    said: Mapping[str, str] = field(default_factory=dict)
    reviewed_by: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """A cause of pain. ``urgency`` is its level when no rule fires and it leads.

    ``a_miss_costs`` is ``life`` (or bladder and legs for good), ``lasting_harm`` (an organ, a bone, a joint) or ``season`` (months of
    healing); empty for a condition that may be missed for some weeks without harm.
    ``only_for_sex`` says for whom it exists at all.
    """

    id: str
    name: str
    plain_name: str
    group: str
    definition: str
    prior: Number
    urgency: str
    a_miss_costs: str = ""
    only_for_sex: str = ""
    snomed_ct: str = ""
    icd10: tuple[str, ...] = ()
    prior_note: str = ""
    reviewed_by: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A safety rule. ``action`` is ``emergency_now``, ``same_day`` or ``within_days``.

    ``ambulance`` stands where an ambulance is to be called instead of travelling.
    """

    id: str
    finding: str
    question: str
    may_mean: str
    conditions: tuple[str, ...]
    action: str
    who: str
    rule: str
    confirm: str = ""
    say: str = ""
    handling_note: str = ""
    ambulance: bool = False
    published_accuracy: str = ""
    accuracy_verified: str = ""
    population: str = ""
    sources: tuple[str, ...] = ()
    reviewed_by: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class AdviceItem:
    """A recommendation for a condition, a factor or everyone, at a moment.

    A target of ``program`` is for this program, never told to a runner. ``includes_exercise`` marks what asks for running or
    exercise at a moment that is not about it.
    """

    id: str
    target_type: str
    target: str
    text: str
    grade: str
    moment: str
    grade_system: str = ""
    guidelines: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    verified: str = ""
    caution: str = ""
    exercise: str = ""
    dose: str = ""
    easier: str = ""
    harder: str = ""
    stop_rule: str = ""
    includes_exercise: bool = False
    reviewed_by: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class BeliefItem:
    """A popular claim, what stands for it here, and the honest verdict.

    ``not_the_problem`` says to a runner whom it touches that it is not the problem: only where evidence contradicts the claim.
    """

    id: str
    parent: str
    claim: str
    represented_by: tuple[str, ...]
    verdict: str
    grade: str
    text: str
    sources: tuple[str, ...] = ()
    not_the_problem: str = ""
    reviewed_by: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class Region:
    """A region of the body map and the findings that pain there means. ``side`` is left, right or middle."""

    id: str
    name: str
    view: str
    side: str
    findings: tuple[str, ...]
    reviewed_by: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class OutcomeMeasure:
    """A score used in follow-up, with its smallest important change and its licence."""

    id: str
    name: str
    fields: Mapping[str, str]
    sources: tuple[str, ...] = ()
    reviewed_by: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Something a runner's record tells from run to run or day to day, and how its change is told.

    ``of`` names a column of the runs (a measure, or one computed over the runs) or a value of the days. ``take`` says how a window of
    days becomes one number: ``longest`` run, ``sum`` (a week of it), ``mean`` of the runs or days, ``mean_by_distance``, or ``days`` on
    which was run. A window of ``windows_days`` up to the onset is compared with the ``before_days`` before it, by ``ratio`` (``floor``
    added to both sides) or ``difference``; ``least_now`` and ``least_before`` say how many runs or days must tell it. ``worth_telling``
    is the least change (a ratio, or a difference in the unit) that means anything. ``scale`` times the number is what is told, with so
    many ``decimals``. ``one_device`` is true where devices differ: windows are compared within one only. ``step`` is the unit to which
    a pattern rounds its cut; without one it is no pattern. ``said`` tells a change: ``more`` and ``less`` in terms of {now} and
    {before}; ``pattern`` the days above a {cut}.
    """

    id: str
    name: str
    group: str
    of: str
    per: str
    take: str
    compare: str
    unit: str
    direction: str
    windows_days: tuple[int, ...]
    before_days: int
    worth_telling: float
    grade: str
    said: Mapping[str, str]
    least_now: int = 2
    least_before: int = 4
    floor: float = 0.0
    decimals: int = 0
    scale: float = 1.0
    one_device: bool = False
    step: float | None = None
    factor: str = ""
    sources: tuple[str, ...] = ()
    note: str = ""
    reviewed_by: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class TrialBar:
    """Where a change is not offered: while `rule` is true, and `why` in a sentence to the runner."""

    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class TrialNeed:
    """What must be so for a change to make sense: a quantity of the runner's usual way between limits, both included.

    ``what`` is ``usual_cadence_spm``, ``usual_descent_m_per_km``, ``usual_mean_speed_mps`` or ``other_pair_km`` (kilometres on a pair that
    is not the usual one); ``why`` says to the runner why it is not offered outside of the limits.
    """

    what: str
    why: str
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class TrialPlan:
    """One change that a runner may try on themselves.

    ``reads`` names what of a run shows that it was kept to (``cadence_ratio``, ``descent_m_per_km``, ``mean_speed_ratio``, ``pair``), kept
    between ``at_least`` and ``at_most``. ``days`` is how long it is tried; in blocks, a block has ``block_days``, of which the first
    ``settle_days`` count for neither side. Pain above ``stop_above`` (0 to 10), or pain that spreads, meets the stop rule.
    It is never offered while running is withheld; ``not_for`` names conditions that must be unlikely besides, ``not_when`` what else
    speaks against it. ``advice`` is what it rests on: none of that may be advice against something.
    """

    id: str
    name: str
    change: str
    reads: str
    days: int
    block_days: int
    stop_above: float
    stop_rule: str
    grade: str
    back_specific: str
    advice: tuple[str, ...]
    at_least: float | None = None
    at_most: float | None = None
    settle_days: int = 0
    needs: tuple[TrialNeed, ...] = ()
    not_for: tuple[str, ...] = ()
    not_when: tuple[TrialBar, ...] = ()
    grade_system: str = ""
    sources: tuple[str, ...] = ()
    caution: str = ""
    note: str = ""
    reviewed_by: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A source. ``verified`` is yes when the figure was seen in the source."""

    id: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Limit:
    """A number that reasoning uses and that is not a property of a finding, factor or condition.

    ``value`` is a number or a tuple of numbers, each between ``minimum`` and ``maximum``; ``reason`` says why it is so;
    ``basis`` as in `Number`.
    """

    id: str
    value: float | tuple[float, ...]
    reason: str
    basis: str = "assumption"
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """What is said to the runner at a level or beside a figure: ``words`` (with ``{value}`` for the figure), and ``by_when``.

    ``look_again`` says when to have it looked at again, with ``{day}`` for the day that is ``look_again_days`` away.
    """

    id: str
    words: str
    by_when: str = ""
    look_again: str = ""
    look_again_days: int = 0


@dataclass(frozen=True, slots=True)
class EmergencyNumber:
    """Whom to call in a country, by its ISO 3166 code of two letters; ``id`` ``"other"`` holds where no entry does.

    ``emergency`` are the numbers that send an ambulance, the surest first; ``urgent_care`` is the line for what can't wait but
    is no emergency, empty where no number for the whole country was found. ``verified`` is yes when both were seen in a source of
    the country's own services, partly when one was, or in a source of others.
    """

    id: str
    country: str
    emergency: tuple[str, ...]
    sources: tuple[str, ...]
    checked: str
    verified: str
    note: str = ""
    urgent_care: str = ""
    urgent_care_note: str = ""
    reviewed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WatchSign:
    """A sign to watch for after an answer, worded for "if any of this starts".

    ``go`` is ``now`` (emergency department) or ``today`` (doctor). ``when`` is a rule that says for whom it is shown, empty for
    everybody; of more signs than a card has room for those of the lowest ``rank`` are shown. ``red_flags`` are the rules it stands for.
    """

    id: str
    words: str
    go: str
    rank: float
    red_flags: tuple[str, ...]
    when: str = ""
    reviewed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InterviewItem:
    """One item of a screen: a finding or factor, ``age`` or ``sex``; `words` replace its question where they stand."""

    id: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class InterviewEntry:
    """How the interview asks: a screen, the words of answers, or a sentence.

    ``kind`` is ``where``, ``safety``, ``question``, ``signs`` or ``habits`` for a screen, ``answers`` for the words of a finding's values
    (in `words`; of the finding that the entry is named after, or of every yes/no question), ``sentence`` for a text (in `title`).
    Screens of one kind come by `order`. A question screen names either its `items` or the `group` of findings it gathers.
    """

    id: str
    kind: str
    title: str = ""
    order: float = 0.0
    group: str = ""
    items: tuple[InterviewItem, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    reviewed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All knowledge files together, in the order of their ids (file order means nothing).

    ``version`` is a digest of every file's content, overlays included.
    """

    version: str
    conditions: Mapping[str, Condition]
    findings: Mapping[str, Finding]
    factors: Mapping[str, Factor]
    red_flags: Mapping[str, RedFlag]
    advice: Mapping[str, AdviceItem]
    beliefs: Mapping[str, BeliefItem]
    regions: Mapping[str, Region]
    outcome_measures: Mapping[str, OutcomeMeasure]
    references: Mapping[str, Reference]
    limits: Mapping[str, Limit]
    wording: Mapping[str, Wording]
    interview: Mapping[str, InterviewEntry]
    emergency_numbers: Mapping[str, EmergencyNumber] = field(default_factory=dict)
    watch_card: Mapping[str, WatchSign] = field(default_factory=dict)
    trials: Mapping[str, TrialPlan] = field(default_factory=dict)
    exposures: Mapping[str, Exposure] = field(default_factory=dict)

    @property
    def reviewed(self) -> bool:
        """True when every file has been reviewed by someone."""
        kinds = (self.conditions, self.findings, self.factors, self.red_flags, self.advice, self.beliefs, self.trials, self.exposures)
        tables = all(n.reviewed_by for n in self.emergency_numbers.values()) and all(s.reviewed_by for s in self.watch_card.values())
        tables = tables and all(screen.reviewed_by for screen in self.interview.values() if screen.kind == "safety")
        return tables and all(item.reviewed_by for kind in kinds for item in kind.values())
