"""The shape of every kind of knowledge file, described once.

From this one description come the check with its line-exact messages and the JSON Schema for editors.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backstride.marked_yaml import Node, Plain

__all__ = ["KINDS", "Problem", "check_node", "json_schema", "write_schemas"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a knowledge file: where, which field, what, and what to do."""

    file: str
    line: int
    field: str
    message: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.field}: {self.message} {self.remedy}".rstrip()


@dataclass(frozen=True, slots=True)
class Shape:
    """What a value may look like.

    ``kind`` is text, words, number, flag, list, map (keys are free) or record (keys are `fields`).
    """

    kind: str
    words: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    item: Shape | None = None
    fields: Mapping[str, Shape] = field(default_factory=dict)
    required: tuple[str, ...] = ()


TEXT = Shape("text")
FLAG = Shape("flag")
IDS = Shape("list", item=TEXT)


def _words(*words: str) -> Shape:
    return Shape("words", words=words)


def _number(low: float | None = None, high: float | None = None) -> Shape:
    return Shape("number", low=low, high=high)


def _list(item: Shape) -> Shape:
    return Shape("list", item=item)


def _record(required: str, **fields: Shape) -> Shape:
    return Shape("record", fields=fields, required=tuple(required.split()))


BASIS = _words("published", "derived", "assumption")
SEX = _words("female", "male")
YES_NO = _words("yes", "no")
DAY_VALUES = ("sleep_h", "sitting_h", "stress")
"""Values of days that an exposure may be of."""
RUN_VALUES = (
    "distance_km", "moving_time_s", "mean_speed_mps", "ascent_m_per_km", "descent_m_per_km", "treadmill_share", "trail_share",
    "track_share", "temperature_c", "weather_temperature_c", "dew_point_c", "wet_bulb_c", "contact_time_drift_ms", "contact_balance_drift",
    "vertical_oscillation_drift_mm", "cadence_drift_spm", "cadence_at_speed", "contact_time_at_speed", "vertical_oscillation_at_speed",
    "contact_balance_at_speed", "hard_share", "air_c",
)  # fmt: skip
"""Columns of the runs that an exposure may be of (`training.run_table`)."""


def _figure(low: float, high: float | None) -> Shape:
    n = _number(low, high)
    return _record("point", point=n, low=n, high=n, basis=BASIS, sources=IDS)


PROBABILITY = _figure(0, 1)
"""0 and 1 are kept away from by a floor."""
PRIOR = _figure(1e-9, 0.999)
PREVALENCE = _figure(0, 0.99)
RATIO = _figure(0, None)
ODDS_RATIO = _figure(0.01, 1000)

LIKELIHOOD = _record(
    "condition value basis use",
    condition=TEXT, value=TEXT, if_present=PROBABILITY, if_absent=PROBABILITY, lr_positive=RATIO, lr_negative=RATIO,
    basis=BASIS, verified=_words("yes", "no", "n/a", "partly"), use=_words("yes", "no", "alternative"), belief=TEXT, sources=IDS,
    population=TEXT, n=TEXT, note=TEXT,
)  # fmt: skip

LINK = _record(
    "condition odds_ratio use", condition=TEXT, odds_ratio=ODDS_RATIO, use=_words("yes", "seed_only"), belief=TEXT, note=TEXT,
)  # fmt: skip

KINDS: Mapping[str, Shape] = {
    "conditions": _record(
        "id name plain_name group definition prior urgency reviewed_by",
        id=TEXT, name=TEXT, plain_name=TEXT, group=_words("mechanical", "neural", "bone_stress", "hip", "serious", "visceral"),
        definition=TEXT, prior=PRIOR, prior_note=TEXT,
        urgency=_words("emergency", "urgent_same_day", "soon_clinician", "routine_pt", "self_care"),
        a_miss_costs=_words("life", "lasting_harm", "season"), only_for_sex=SEX, snomed_ct=TEXT, icd10=IDS, reviewed_by=IDS,
    ),
    "findings": _record(
        "id name group question answer answered_by effort reviewed_by",
        id=TEXT, name=TEXT, group=TEXT, question=TEXT, how=TEXT,
        answer=_words("yes_no", "choice", "location", "scale", "measurement"), values=IDS, positive=IDS,
        minimum=_number(), maximum=_number(), unit=TEXT, threshold=_number(), answered_by=_words("runner", "therapist"),
        effort=_number(0.1, 100), only_for_sex=SEX, unsafe_when=TEXT, at_home=YES_NO, needs_helper=YES_NO, gate=TEXT, steps=IDS,
        timer_s=_number(1, 600), stop_rule=TEXT, facet=TEXT, background=PROBABILITY,
        background_by_value=Shape("map", item=_number(0, 1)),
        background_candidates=_list(_record("figure", figure=PROBABILITY, population=TEXT, n=TEXT, verified=TEXT, sources=IDS, note=TEXT)),
        overlaps_with=IDS, umbrella_of=IDS,
        excludes=_list(_record("value other other_value", value=TEXT, other=TEXT, other_value=TEXT, reason=TEXT)),
        implies=Shape("map", item=Shape("map", item=TEXT)), reports_factor=Shape("map", item=TEXT), notes=TEXT,
        said=Shape("map", item=TEXT),
        likelihoods=_list(LIKELIHOOD), reviewed_by=IDS,
    ),
    "factors": _record(
        "id name group how_measured threshold grade back_specific prevalence reviewed_by",
        id=TEXT, name=TEXT, group=TEXT, question=TEXT, how_measured=TEXT, threshold=TEXT, unit=TEXT, data_source=IDS, run_file_fields=IDS,
        measured_by=_list(_record(
            "measure", measure=TEXT, above=_number(), at_least=_number(), at_most=_number(), below=_number(), only_yes=YES_NO,
        )),
        prevalence=PREVALENCE, effect_metric=TEXT, effect=RATIO, effect_outcome=TEXT, effect_population=TEXT, reranks=FLAG,
        grade=_words("A", "B", "C", "D", "X"), back_specific=_words("yes", "no", "partly"), beliefs=IDS, only_for_sex=SEX,
        links=_list(LINK), said=Shape("map", item=TEXT),
        sources=IDS, note=TEXT, reviewed_by=IDS,
    ),
    "red_flags": _record(
        "id finding question may_mean conditions action who rule reviewed_by",
        id=TEXT, finding=TEXT, question=TEXT, may_mean=TEXT, conditions=IDS, action=_words("emergency_now", "same_day", "within_days"),
        who=_words("emergency_department", "doctor", "physical_therapist"), rule=TEXT, confirm=TEXT, say=TEXT, ambulance=FLAG,
        handling_note=TEXT, published_accuracy=TEXT, accuracy_verified=TEXT, population=TEXT, sources=IDS, reviewed_by=IDS,
    ),
    "advice": _record(
        "id target_type target moment text grade reviewed_by",
        id=TEXT, target_type=_words("general", "condition", "factor", "program"), target=TEXT,
        moment=_words("tonight", "until_seen", "can_i_run", "race_coming", "plan", "exercise"), text=TEXT, grade=TEXT, grade_system=TEXT,
        guidelines=IDS, sources=IDS, verified=TEXT, caution=TEXT, exercise=TEXT, dose=TEXT, easier=TEXT, harder=TEXT, stop_rule=TEXT,
        includes_exercise=FLAG,
        reviewed_by=IDS,
    ),
    "beliefs": _record(
        "id parent claim represented_by verdict grade text reviewed_by",
        id=TEXT, parent=TEXT, claim=TEXT, represented_by=IDS, verdict=TEXT, grade=_words("A", "B", "C", "D", "X"), text=TEXT, sources=IDS,
        not_the_problem=TEXT, reviewed_by=IDS,
    ),
    "regions": _record(
        "id name view side findings reviewed_by",
        id=TEXT, name=TEXT, view=_words("front", "back"), side=_words("left", "right", "middle"), findings=IDS, reviewed_by=IDS,
    ),
    "outcome_measures": _record(
        "id name fields reviewed_by", id=TEXT, name=TEXT, fields=Shape("map", item=TEXT), sources=IDS, reviewed_by=IDS,
    ),
    "trials": _record(
        "id name change reads days block_days stop_above stop_rule grade back_specific advice reviewed_by",
        id=TEXT, name=TEXT, change=TEXT, reads=_words("cadence_ratio", "descent_m_per_km", "mean_speed_ratio", "pair"),
        at_least=_number(0), at_most=_number(0), days=_number(7, 180), block_days=_number(2, 28), settle_days=_number(0, 14),
        needs=_list(_record(
            "what why", what=_words("usual_cadence_spm", "usual_descent_m_per_km", "usual_mean_speed_mps", "other_pair_km"),
            at_least=_number(0), at_most=_number(0), why=TEXT,
        )),
        stop_above=_number(0, 7), stop_rule=TEXT, not_for=IDS, not_when=_list(_record("rule why", rule=TEXT, why=TEXT)),
        grade=_words("A", "B", "C", "D"), grade_system=TEXT, back_specific=_words("yes", "no", "partly"), advice=IDS, sources=IDS,
        caution=TEXT, note=TEXT, reviewed_by=IDS,
    ),
    "exposures": _record(
        "id name group of per take compare unit direction windows_days before_days worth_telling grade said reviewed_by",
        id=TEXT, name=TEXT, group=_words("load", "intensity", "terrain", "form", "heat", "surface", "life"),
        of=_words(*RUN_VALUES, *DAY_VALUES), per=_words("run", "day"),
        take=_words("longest", "sum", "mean", "mean_by_distance", "days"), compare=_words("ratio", "difference"),
        unit=TEXT, direction=_words("more", "less", "either"), windows_days=_list(_number(3, 42)), before_days=_number(14, 365),
        worth_telling=_number(0), grade=_words("A", "B", "C", "D", "X"), said=Shape("map", item=TEXT), least_now=_number(1, 21),
        least_before=_number(1, 60), floor=_number(0), decimals=_number(0, 3), scale=_number(0.001, 1000),
        one_device=YES_NO, step=_number(0.001), factor=TEXT, sources=IDS, note=TEXT, reviewed_by=IDS,
    ),
    "references": Shape("map", item=Shape("map", item=TEXT)),
    "limits": Shape("map", item=_record(
        "value basis reason", value=Shape("numbers"), minimum=_number(), maximum=_number(), basis=BASIS, reason=TEXT, sources=IDS,
    )),
    "wording": Shape("map", item=_record(
        "words", words=TEXT, by_when=TEXT, look_again=TEXT, look_again_days=_number(0, 60),
    )),
    "interview": Shape("map", item=_record(
        "kind", kind=_words("where", "safety", "question", "signs", "habits", "answers", "sentence"), order=_number(0), title=TEXT,
        group=TEXT, items=_list(_record("id", id=TEXT, words=TEXT)), words=Shape("map", item=TEXT), reviewed_by=IDS,
    )),
    "emergency_numbers": Shape("map", item=_record(
        "country emergency sources checked verified reviewed_by", country=TEXT, emergency=IDS, note=TEXT, urgent_care=TEXT,
        urgent_care_note=TEXT, sources=IDS, checked=TEXT, verified=_words("yes", "partly", "no"), reviewed_by=IDS,
    )),
    "watch_card": Shape("map", item=_record(
        "words go rank red_flags reviewed_by", words=TEXT, go=_words("now", "today"), rank=_number(1, 100), when=TEXT, red_flags=IDS,
        reviewed_by=IDS,
    )),
}  # fmt: skip

Report = Callable[[int, str, str, str], None]


def check_node(node: Node, shape: Shape, file: str, where: str = "") -> tuple[Plain, list[Problem]]:
    """Check a file, or the part of it that `where` names, against its shape; all problems at once.

    Returns
    -------
    plain, problems
        The plain values, and what is wrong; use the values only when nothing is.
    """
    problems: list[Problem] = []

    def report(line: int, field: str, message: str, remedy: str) -> None:
        problems.append(Problem(file, line, field, message, remedy))

    return _walk(node, shape, where, report), problems


def _walk(node: Node, shape: Shape, where: str, report: Report) -> Plain:
    if shape.kind == "record":
        return _record_of(node, shape, where, report)
    if shape.kind == "map":
        if not isinstance(node.value, dict):
            report(node.line, where or "file", "should hold 'key: value' lines.", "Write one name, a colon and its value a line.")
            return {}
        assert shape.item is not None
        return {key: _walk(value, shape.item, _join(where, key), report) for key, value in node.value.items()}
    if shape.kind == "list":
        if not isinstance(node.value, list):
            report(node.line, where, "should be a list.", "Write it as [first, second], or as lines that start with '- '.")
            return []
        assert shape.item is not None
        return [_walk(value, shape.item, f"{where}[{i + 1}]", report) for i, value in enumerate(node.value)]
    return _leaf(node, shape, where, report)


def _record_of(node: Node, shape: Shape, where: str, report: Report) -> Plain:
    if not isinstance(node.value, dict):
        report(node.line, where or "file", "should hold 'key: value' lines.", f"Known keys: {', '.join(shape.fields)}.")
        return {}
    for key in shape.required:
        if key not in node.value:
            report(node.line, _join(where, key), "is missing.", "Add it.")
    result: dict[str, Plain] = {}
    for key, value in node.value.items():
        if key not in shape.fields:
            near = difflib.get_close_matches(key, shape.fields, n=1)
            remedy = f"Did you mean '{near[0]}'?" if near else f"Known keys: {', '.join(shape.fields)}."
            report(node.key_lines[key], _join(where, key), "is not a known key.", remedy)
        else:
            result[key] = _walk(value, shape.fields[key], _join(where, key), report)
    _check_order(node, result, where, report)
    return result


def _check_order(node: Node, figure: Mapping[str, Plain], where: str, report: Report) -> None:
    for lower, upper in (("low", "point"), ("point", "high"), ("minimum", "maximum")):
        low, high = figure.get(lower), figure.get(upper)
        if _is_number(low) and _is_number(high) and low > high:  # type: ignore[operator]
            line = node.key_lines[lower]
            report(line, where or lower, f"{lower} {low} is above {upper} {high}.", "Put them in order: low, point, high.")


def _leaf(node: Node, shape: Shape, where: str, report: Report) -> Plain:
    value = node.value
    if isinstance(value, dict | list) and shape.kind != "numbers":
        report(node.line, where, "should be a single value.", "Remove the brackets or the lines below it.")
        return None
    if shape.kind == "numbers":
        items = value if isinstance(value, list) else [node]
        if not items or not all(_is_number(item.value) for item in items):
            report(node.line, where, "should be a number or a list of numbers.", "Use a point as decimal sign.")
        return node.plain()
    if shape.kind == "number":
        if not _is_number(value):
            report(node.line, where, f"'{value}' is not a number.", "Use a point as decimal sign, no unit.")
        elif (shape.low is not None and value < shape.low) or (shape.high is not None and value > shape.high):  # type: ignore[operator]
            top = "and above" if shape.high is None else f"to {shape.high:g}"
            report(node.line, where, f"{value} is outside its range.", f"Write a number from {shape.low:g} {top}.")
        return node.plain()
    if shape.kind == "flag":
        if not isinstance(value, bool):
            report(node.line, where, f"'{value}' is neither true nor false.", "Write true or false.")
        return node.plain()
    if isinstance(value, bool) and shape.kind == "words":
        report(node.line, where, f"'{str(value).lower()}' is not one of its words.", f"Write one of: {', '.join(shape.words)}.")
        return ""
    if value is None or isinstance(value, bool):
        report(node.line, where, "should be text.", "Put it in quotes." if value is not None else "Add it, or leave the line out.")
        return ""
    text = value if isinstance(value, str) else str(value)
    if shape.kind == "words" and text not in shape.words:
        report(node.line, where, f"'{text}' is not one of its words.", f"Write one of: {', '.join(shape.words)}.")
    return text


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _join(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def json_schema(kind: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of one kind of knowledge file, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"backstride {kind}", **_json(KINDS[kind])}


def _json(shape: Shape) -> dict[str, Any]:
    if shape.kind == "record":
        properties = {key: _json(value) for key, value in shape.fields.items()}
        return {"type": "object", "properties": properties, "required": list(shape.required), "additionalProperties": False}
    if shape.kind == "map":
        assert shape.item is not None
        return {"type": "object", "additionalProperties": _json(shape.item)}
    if shape.kind == "list":
        assert shape.item is not None
        return {"type": "array", "items": _json(shape.item)}
    if shape.kind == "numbers":
        return {"anyOf": [{"type": "number"}, {"type": "array", "items": {"type": "number"}}]}
    if shape.kind == "number":
        limits = {"minimum": shape.low, "maximum": shape.high}
        return {"type": "number", **{key: value for key, value in limits.items() if value is not None}}
    if shape.kind == "flag":
        return {"type": "boolean"}
    if shape.kind == "words":
        return {"enum": list(shape.words)}
    return {"type": ["string", "number"]}


def write_schemas(folder: Path) -> tuple[Path, ...]:
    """Write ``<kind>.schema.json`` of every kind into a folder, for editors; the folder is made if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for kind in KINDS:
        path = folder / f"{kind}.schema.json"
        path.write_text(f"{json.dumps(json_schema(kind), indent=2, ensure_ascii=False)}\n", encoding="utf-8")
        paths.append(path)
    return tuple(paths)
