"""Case files: whatever stands in one, the answer is a case or a readable error."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstride.assess import assess
from backstride.errors import CaseError
from backstride.importers.case_file import read_case
from backstride.knowledge.loader import load
from backstride.reports.as_json import as_json

KNOWLEDGE = load()
KEYS = ("id", "runner", "onset", "answers", "exam", "confirm", "runs", "shoes", "answered_at", "assessed_at", "uncoded", "expect")
WORDS = ["yes", "no", "unsure", "2026-10-04", "female", "slightly"]
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(10**6), 10**6), st.floats(), st.text(max_size=8), st.sampled_from(WORDS))
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=6
)
ITEMS = st.dictionaries(st.sampled_from([*KNOWLEDGE.findings, *KNOWLEDGE.factors]), SCALARS, max_size=6)
RUNNER = st.fixed_dictionaries({}, optional=dict.fromkeys(("age", "sex", "pregnant", "height_cm"), SCALARS))
PAIR = st.fixed_dictionaries({"name": SCALARS}, optional={"start_km": SCALARS, "first_used": SCALARS})
LIKELY = {"answers": ITEMS, "exam": ITEMS, "runner": RUNNER, "shoes": st.lists(PAIR, max_size=2)}
CASES = st.fixed_dictionaries({}, optional={key: VALUES | LIKELY[key] if key in LIKELY else VALUES for key in KEYS})


def answered(path):
    try:
        case = read_case(path)
        return assess(case.record, KNOWLEDGE)
    except CaseError as error:
        assert str(error)
        return None


@given(case=CASES)
def test_any_mapping_is_a_case_or_a_readable_error(tmp_path_factory, case):
    path = tmp_path_factory.mktemp("cases") / "case.json"
    path.write_text(json.dumps(case))
    answer = answered(path)
    if answer is not None:
        json.dumps(as_json(answer), allow_nan=False)


@given(data=st.binary(max_size=200) | st.text(alphabet="ab: -[]{}&*!'\"\n\t#?|>%@", max_size=80).map(str.encode))
def test_any_bytes_are_a_case_or_a_readable_error(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("cases") / "case.yaml"
    path.write_bytes(data)
    answered(path)


def test_a_whole_case_is_read_as_written(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(
        """
id: whole
runner: {age: 34, sex: female, height_cm: 170, weight_kg: 60, pregnant: no}
onset: 2026-10-04
answered_at: 2026-10-05T08:00+02:00
answers: {pain_low_back: yes, pain_severity: 4}
exam: {slr: no}
confirm: {rf_saddle: no}
shoes: [{name: blue, first_used: 2026-03-01, start_km: 12.5}]
runs: [runs]
"""
    )
    case = read_case(path)
    record = case.record
    assert (record.id, record.runner.age, record.runner.sex, record.runner.pregnant) == ("whole", 34, "female", False)
    assert str(record.onset) == "2026-10-04"
    assert record.answers["pain_severity"].value == 4.0
    assert record.answers["pain_low_back"].answered_at.isoformat() == "2026-10-05T08:00:00+02:00"
    assert record.exam["slr"].value == "no"
    assert record.confirmations["rf_saddle"].value == "no"
    assert record.shoes[0].start_km == 12.5
    assert case.run_paths == (tmp_path / "runs",)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("id: a\n\nanswers:\n  pain_severity: [3]\n", 4, "no answer"),
        ("runner:\n  age: old\n", 2, "0 to 120"),
        ("runner:\n  sex: f\n", 2, "female or male"),
        ("onset: 4.10.2026\n", 1, "2026-10-04"),
        ("shoes:\n  - first_used: 2026-01-01\n", 2, "no name"),
        ("shoes:\n  - {name: a, km: 3}\n", 2, "unknown key 'km'"),
        ("assessed_at: soon\n", 1, "moment"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, text, line, words):
    path = tmp_path / "case.yaml"
    path.write_text(text)
    with pytest.raises(CaseError, match=words) as caught:
        read_case(path)
    assert caught.value.place == f"{path}:{line}"
    assert caught.value.remedy


def test_an_archive_counts_every_run_once(tmp_path):
    from datetime import UTC, datetime

    from backstride.example.fit_writer import RunPlan
    from backstride.example.garmin_writer import garmin_zip
    from backstride.example.strava_writer import StravaActivity, write_strava_zip
    from backstride.gather import case_record

    plans = [RunPlan(datetime(2026, 5, 1 + day, 6, tzinfo=UTC), 5000.0 + day, 1500) for day in range(3)]
    told = [StravaActivity(plan, 100 + day, title=f"day {day}") for day, plan in enumerate(plans)]
    write_strava_zip(
        tmp_path / "strava.zip", [*told, StravaActivity(RunPlan(datetime(2026, 6, 1, 6, tzinfo=UTC), 3000.0, 900), 900, ending="")]
    )
    (tmp_path / "garmin.zip").write_bytes(garmin_zip(plans))
    case = tmp_path / "case.yaml"
    case.write_text("runs: [strava.zip, garmin.zip]\n")
    record, _ = case_record(case)
    assert [run.start.day for run in record.runs] == [1, 2, 3, 1]
    assert record.runs[0].title == "day 0"
    assert record.runs[0].load_samples()["time_s"].size > 10
