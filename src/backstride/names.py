"""The verb that takes from knowledge the words that tell an answer, so that a report needs no knowledge of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from backstride.knowledge.concepts import Knowledge
from backstride.model.assessment import Assessment, Level
from backstride.model.past import Past
from backstride.reasoning.triage import wording_id
from backstride.reports.plain import Names, Telephone

__all__ = ["condition_names", "item_names", "names_for", "names_of_past", "reference_lines", "source_names"]


def names_for(answer: Assessment, knowledge: Knowledge) -> Names:
    """The words for one answer.

    Parameters
    ----------
    answer : Assessment
    knowledge : Knowledge
        That with which the answer was made.
    """
    level = wording_id(answer.triage.level, answer.triage.who)
    if level == "routine_pt" and answer.running_withheld == "running_serious":
        level = "routine_pt_no_running"
    urgent = [r.red_flag for r in answer.triage.reasons if r.level is Level.EMERGENCY and r.red_flag]
    if any(knowledge.red_flags[flag].ambulance for flag in urgent):
        level = "emergency_ambulance"
    wording = knowledge.wording[level]
    return replace(
        _words(knowledge),
        level_words=wording.words,
        running_words=knowledge.wording[answer.running_withheld].words if answer.running_withheld else "",
        look_again=wording.look_again,
        look_again_days=wording.look_again_days,
    )


def names_of_past(past: Past, knowledge: Knowledge) -> Names:
    """The words for an answer of earlier: its own where it kept them, else those of today.

    Parameters
    ----------
    past : Past
    knowledge : Knowledge
    """
    return replace(_words(knowledge), level_words=past.words, running_words=past.running)


def _words(knowledge: Knowledge) -> Names:
    """The words that are the same for every answer."""
    least = knowledge.limits["reason_worth_telling_nats"].value
    assert not isinstance(least, tuple)
    return Names(
        conditions=condition_names(knowledge),
        observations=item_names(knowledge),
        questions={item.id: item.question for item in knowledge.findings.values()},
        sources=source_names(knowledge),
        level_words="",
        said={item.id: item.said for kind in (knowledge.findings, knowledge.factors) for item in kind.values()},
        miss_costs=frozenset(c.id for c in knowledge.conditions.values() if c.a_miss_costs),
        telephones={
            code: Telephone(n.country, n.emergency, n.note, n.urgent_care, n.urgent_care_note)
            for code, n in knowledge.emergency_numbers.items()
        },
        no_running_advice=knowledge.wording["no_running_advice"].words,
        race_withheld=knowledge.wording["race_withheld"].words,
        no_race_advice=knowledge.wording["no_race_advice"].words,
        least_reason=float(least),
    )


def condition_names(knowledge: Knowledge) -> dict[str, str]:
    """Conditions in plain words."""
    return {key: item.plain_name for key, item in knowledge.conditions.items()}


def item_names(knowledge: Knowledge) -> dict[str, str]:
    """Findings and factors by name."""
    return {item.id: item.name for kind in (knowledge.findings, knowledge.factors) for item in kind.values()}


def source_names(knowledge: Knowledge) -> dict[str, str]:
    """Sources by first author and year; by their key where no author was seen."""
    names = {}
    for key, reference in knowledge.references.items():
        authors = reference.fields.get("authors", "").split(";")[0].strip()
        # Where no author was seen in the source, its key names it better than that remark.
        known = bool(authors) and "not shown" not in authors and "not seen" not in authors
        names[key] = f"{authors} {reference.fields.get('year', '')}".strip() if known else key
    return names


def reference_lines(keys: Iterable[str], knowledge: Knowledge) -> tuple[str, ...]:
    """Sources as they stand in a list of references, in the order of their words; one that is not known is left out."""
    return tuple(sorted(_reference(knowledge.references[key].fields) for key in keys if key in knowledge.references))


def _reference(fields: Mapping[str, str]) -> str:
    doi = fields.get("doi", "")
    parts = [*(fields.get(name, "") for name in ("authors", "year", "title", "journal")), f"doi:{doi}" if doi else ""]
    return " ".join(part if part.endswith(".") else f"{part}." for part in parts if part)
