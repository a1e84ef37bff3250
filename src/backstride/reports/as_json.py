"""An assessment as the public JSON object."""

from __future__ import annotations

from typing import Any

from backstride.model.assessment import Assessment, Cause, Weight

__all__ = ["as_json"]


def as_json(answer: Assessment) -> dict[str, Any]:
    """The public form: plain values, keys as documented in ``docs/architecture.md``."""
    triage = answer.triage
    return {
        "id": answer.id,
        "knowledge_version": answer.knowledge_version,
        "reviewed": answer.reviewed,
        "triage": {
            "level": str(triage.level),
            "who": str(triage.who),
            "by_when": triage.by_when,
            "reasons": [
                {key: value for key, value in (("red_flag", r.red_flag), ("condition", r.condition), ("text", r.text), ("say", r.say),
                                               ("confirm_answer", r.confirm_answer)) if value}
                for r in triage.reasons
            ],
            "provisional": triage.provisional,
            "unanswered": list(triage.unanswered),
            "ask_again": list(triage.ask_again),
        },
        "conclusion": str(answer.conclusion),
        "conclusion_reason": answer.conclusion_reason,
        "out_of_scope": answer.out_of_scope,
        "running_withheld": answer.running_withheld,
        "interval": answer.interval,
        "causes": [_cause(cause) for cause in answer.causes],
        "other": {"probability": answer.other.probability, "low": answer.other.low, "high": answer.other.high},
        "must_not_miss": [{"condition": m.condition, "probability": m.probability, "why": list(m.why)} for m in answer.must_not_miss],
        "contributors": [
            {"factor": c.factor, "grade": c.grade, "observed": c.observed, "stance": c.stance, "sources": list(c.sources)}
            for c in answer.contributors
        ],
        "next_questions": [
            {"id": q.id, "expected_gain_bits": q.expected_gain_bits, "answered_by": q.answered_by} for q in answer.next_questions
        ],
        "advice": [{"id": a.id, "moment": a.moment, "grade": a.grade, "text": a.text, "caution": a.caution} for a in answer.advice],
        "beliefs": [{"id": b.id, "claim": b.claim, "verdict": b.verdict, "grade": b.grade, "text": b.text} for b in answer.beliefs],
        "dropped": [{"ids": list(d.ids), "reason": d.reason} for d in answer.dropped],
        "measures": [
            {"id": m.id, "value": m.value, "unit": m.unit, "origin": m.origin, "missing_because": m.missing_because}
            for m in answer.measures
        ],
        "files": list(answer.files),
    }  # fmt: skip


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "condition": cause.condition,
        "probability": cause.probability,
        "low": cause.low,
        "high": cause.high,
        "prior_weight": cause.prior_weight,
        "for": [_weight(w) for w in cause.speaks_for],
        "against": [_weight(w) for w in cause.speaks_against],
    }


def _weight(weight: Weight) -> dict[str, Any]:
    return {
        "observation": weight.observation,
        "value": weight.value,
        "weight": weight.weight,
        "basis": weight.basis,
        "sources": list(weight.sources),
    }
