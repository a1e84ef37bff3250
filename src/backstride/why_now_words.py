"""The verb that takes from knowledge the words that tell a look back, so that its report needs no knowledge."""

from __future__ import annotations

from collections.abc import Iterable

from backstride.knowledge.concepts import Exposure, Knowledge
from backstride.model.evidence import Measure
from backstride.model.why_now import WhyNow
from backstride.names import source_names
from backstride.reports.why_now import ChangeWords
from backstride.why_now import change_in_words

__all__ = ["change_words"]

_DECIMALS = {"acwr_ratio": 1, "week_to_week_ratio": 1, "sweat_loss_estimated_l": 1, "body_mass_loss_share": 1}
_SCALE = {"body_mass_loss_share": 100.0}
_ONLY_WHEN = {"pairs_in_use_4_weeks": 1.0}
"""A figure that says something at this value only."""


def change_words(found: WhyNow, knowledge: Knowledge) -> ChangeWords:
    """Sentences, names, grades and sources for one look back."""
    sources = source_names(knowledge)
    return ChangeWords(
        sentences={one.exposure: change_in_words(one, knowledge.exposures[one.exposure]) for one in found.looked},
        usual={
            one.exposure: _between(one.usual_low, one.usual_high, knowledge.exposures[one.exposure])
            for one in found.looked
            if one.usual_low is not None and one.usual_high is not None
        },
        names={id: one.name for id, one in knowledge.exposures.items()},
        grades={id: one.grade for id, one in knowledge.exposures.items()},
        back_specific={id: _about_backs(one, knowledge) for id, one in knowledge.exposures.items()},
        sources={id: tuple(sources.get(source, source) for source in one.sources) for id, one in knowledge.exposures.items()},
        notes={id: one.note for id, one in knowledge.exposures.items()},
        what={id: "runs" if one.per == "run" else "days" for id, one in knowledge.exposures.items()},
        contested=_figures("contested", found.contested, knowledge),
        standing=_figures("standing", found.standing, knowledge),
    )


def _between(low: float, high: float, exposure: Exposure) -> str:
    """Two numbers as they are told; none below 0 where there can be none."""
    shown = [edge * exposure.scale for edge in (low, high)]
    if exposure.unit not in ("C", "C dew point"):
        shown = [max(edge, 0.0) for edge in shown]
    first, last = (f"{edge:.{exposure.decimals}f}" for edge in shown)
    return f"{first} to {last} {exposure.unit}"


def _about_backs(exposure: Exposure, knowledge: Knowledge) -> str:
    factor = knowledge.factors.get(exposure.factor)
    return factor.back_specific if factor is not None else "no"


def _figures(kind: str, measures: Iterable[Measure], knowledge: Knowledge) -> tuple[str, ...]:
    told = []
    for measure in measures:
        wording = knowledge.wording.get(f"{kind}_{measure.id}")
        if wording is None or measure.value is None or measure.value != _ONLY_WHEN.get(measure.id, measure.value):
            continue
        value = measure.value * _SCALE.get(measure.id, 1.0)
        told.append(wording.words.format(value=f"{value:.{_DECIMALS.get(measure.id, 0)}f}"))
    return tuple(told)
