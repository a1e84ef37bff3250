"""Made-up runners whose answers are told in the tests: one of each level, and those for whom little may be said."""

from datetime import UTC, date, datetime

from backstride.knowledge.rules import parse_rule
from backstride.model.evidence import Answer, Source
from backstride.model.record import Record, Runner

MAN = Runner(34, "male")
NOW = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
STRAIN = {
    "pain_low_back": "yes",
    "pain_back_any": "yes",
    "onset_lift_bend_twist": "yes",
    "onset_sudden": "yes",
    "pain_localised_no_spread": "yes",
    "pain_below_knee": "no",
    "worse_bending_forward": "yes",
    "worse_twisting": "yes",
    "paraspinal_tender": "yes",
    "duration_over_3_weeks": "no",
    "pain_severity": 3,
    "self_flat_or_forefoot_landing": "flat",
}


def settled(knowledge, **given):
    """Every question on which an emergency rule rests answered by no, but for those given."""
    asked = {
        name
        for flag in knowledge.red_flags.values()
        if flag.action == "emergency_now"
        for name, signs in parse_rule(flag.rule).polarity().items()
        if True in signs and name in knowledge.findings and knowledge.findings[name].answer == "yes_no"
    }
    return {**{name: "no" for name in sorted(asked) if knowledge.findings[name].answered_by == "runner"}, **given}


def record(given, runner=MAN, *, confirm=None, exam=None, at=NOW):
    def answers(values, source=Source.RUNNER):
        return {item: Answer(value, source, at) for item, value in (values or {}).items()}

    return Record("made-up", runner, date(2026, 11, 20), answers(given), answers(exam, Source.CLINICIAN), answers(confirm), assessed_at=NOW)


def typical(knowledge):
    """The case of each kind, by its name."""
    woman, man = Runner(34, "female"), MAN
    mild = {"prior_lbp": "no", "improving_2_weeks": "yes"}
    return {
        "emergency": record(
            {"pain_low_back": "yes", "saddle_numbness": "yes", "urinary_retention": "yes"}, woman, confirm={"rf_saddle": "yes"}
        ),
        "ambulance": record({"pain_low_back": "yes", "sudden_tearing_abdo": "yes"}, Runner(64, "male")),
        "same-day": record(settled(knowledge, **STRAIN, fever_chills="yes", improving_2_weeks="no"), man),
        "soon": record(settled(knowledge, pain_low_back="yes", pain_below_knee="yes", numbness_leg="yes", worse_sitting="yes"), woman),
        "routine": record(settled(knowledge, **STRAIN, prior_lbp="yes", improving_2_weeks="no"), man),
        "self-care": record(settled(knowledge, **STRAIN, **mild), man),
        "provisional": record({**STRAIN, **mild, "saddle_numbness": "unsure"}, woman),
        "empty": record({}, Runner()),
        "unsure": record(dict.fromkeys(settled(knowledge), "unsure") | {"pain_low_back": "unsure"}, Runner()),
        "under-16": record(settled(knowledge, **STRAIN), Runner(14, "female")),
        "pregnant": record(settled(knowledge, **STRAIN), Runner(31, "female", pregnant=True)),
        "no-back": record({"pain_low_back": "no", "pain_back_any": "no", "pain_buttock": "no", "pain_leg_any": "no"}, man),
    }
