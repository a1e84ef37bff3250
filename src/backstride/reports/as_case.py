"""A record as a case file in the public format, for ``backstride assess``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backstride.model.evidence import Answer
from backstride.model.record import Record

__all__ = ["as_case"]

_HEAD = """\
# A case file. It holds health data: keep it as you would a letter from your doctor.
# backstride assess FILE              answers it
# backstride assess FILE --runner me  with the runs that you imported
"""


def as_case(record: Record) -> str:
    """The YAML text of a case: who it is, every answer, shoes; runs stay where they are.

    A case file has one moment for all answers: the oldest counts, so that none seems fresher than it is.
    """
    import yaml

    runner = record.runner
    person: dict[str, Any] = {"age": runner.age, "sex": runner.sex, "height_cm": runner.height_cm, "weight_kg": runner.weight_kg}
    if runner.pregnant is not None:
        person["pregnant"] = "yes" if runner.pregnant else "no"
    given = [answer.answered_at for kind in (record.answers, record.confirmations) for answer in kind.values()]
    moments = [moment for moment in given if moment is not None]
    shoes = [
        {"name": shoe.name, "first_used": shoe.first_used, "start_km": shoe.start_km or None, "retired": shoe.retired}
        for shoe in record.shoes
    ]
    case = {
        "id": record.id,
        "runner": _known(person),
        "onset": record.onset,
        "answered_at": min(moments).isoformat(timespec="minutes") if moments else None,
        "answers": _values(record.answers),
        "exam": _values(record.exam),
        "confirm": _values(record.confirmations),
        "shoes": [_known(shoe) for shoe in shoes],
    }
    return _HEAD + yaml.safe_dump(_known(case), sort_keys=False, allow_unicode=True, width=120)


def _known(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if value not in (None, {}, [])}


def _values(answers: Mapping[str, Answer]) -> dict[str, str | float]:
    return {item: answer.value for item, answer in answers.items()}
