"""The working as tables: every number of an answer, and nothing drawn that must not be missed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backstride.assess import assess
from backstride.evaluate import PUBLIC_CASES
from backstride.importers.case_file import read_case
from backstride.model.assessment import Dropped, Weight
from backstride.model.evidence import OWN_DATA, Measure
from backstride.names import names_for, names_of_past, reference_lines
from backstride.reports.plain import serious_conditions
from backstride.reports.working import sources_named, working
from backstride.since import remember

CASES = sorted(PUBLIC_CASES.glob("vg-*.yaml"))[::5]


def told(path, knowledge):
    answer = assess(read_case(path).record, knowledge)
    return answer, names_for(answer, knowledge)


def by_id(tables):
    found = {table.id: table for table in tables}
    assert len(found) == len(tables)
    return found


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_table_is_whole_and_what_must_not_be_missed_is_never_drawn(path, knowledge):
    answer, names = told(path, knowledge)
    tables = working(answer, names)
    for table in tables:
        assert table.rows and all(len(row.cells) == len(table.columns) for row in table.rows)
        assert all(column < len(table.columns) for column in table.numbers)
    found = by_id(tables)
    if answer.out_of_scope:
        assert "ranking" not in found and not any(table.condition for table in tables)
        return
    grave = {names.conditions[one] for one in names.miss_costs | serious_conditions(answer)}
    drawn = {row.cells[0] for table in tables for row in table.rows if row.bar}
    assert not drawn & grave and grave <= {row.cells[0] for row in found["serious"].rows}
    assert len(found["ranking"].rows) + len(found["serious"].rows) == len(answer.causes) + 1
    assert all(bar.low <= bar.at <= bar.high for row in found["ranking"].rows if (bar := row.bar))


def test_the_weights_of_a_cause_add_up_to_what_stands_below_them(knowledge):
    answer, names = told(CASES[0], knowledge)
    table = by_id(working(answer, names))[f"cause-{answer.causes[0].condition}"]
    numbers = [float(row.cells[1].replace("\u2212", "-")) for row in table.rows]
    assert table.rows[0].cells[0] == "Before any answer" and table.rows[-1].cells[0] == "Together"
    assert sum(numbers[:-1]) == pytest.approx(numbers[-1], abs=0.005 * len(numbers))


def test_what_is_missing_or_left_out_says_why(knowledge):
    answer, names = told(CASES[0], knowledge)
    cause = answer.causes[0]
    silent = replace(
        cause, weights=(*cause.weights, Weight("slr", "no", 0.0, "assumption", ()), Weight("slr", 3.0, 0.5, "derived", (), "the exam"))
    )
    measures = (
        Measure("weekly_distance_km", 31.25, "km", "16 runs", lower_bound=True),
        Measure("cadence_spm", None, "steps/min", missing_because="no run has it"),
        Measure("unusual_ascent", 1.0, OWN_DATA, "seen in May"),
        Measure("unusual_trail", 0.0, OWN_DATA, "nothing"),
    )
    answer = replace(
        answer, causes=(silent, *answer.causes[1:]), measures=measures, dropped=(Dropped(("slr",), "they clash"),), files=("one.fit: read",)
    )
    found = by_id(working(answer, names))
    cells = [row.cells for row in found["measures"].rows]
    assert [row[1:] for row in cells] == [
        ("at least 31.2 km", "16 runs"), ("missing", "no run has it"), ("found", "seen in May"), ("not found", "nothing"),
    ]  # fmt: skip
    assert found["left-out"].rows[0].cells == (names.observations["slr"], "they clash")
    assert found["files"].rows[0].cells == ("one.fit: read",)
    rows = [row.cells for row in found[f"cause-{cause.condition}"].rows]
    assert any(row[0].endswith("more that say nothing about it") for row in rows)
    assert (names.observations["slr"], "+0.50", "3", "derived; the exam", "") in rows


def test_every_source_that_is_cited_is_listed_once_and_whole(knowledge):
    answer, _ = told(CASES[0], knowledge)
    keys = sources_named(answer)
    lines = reference_lines(keys, knowledge)
    assert len(keys) == len(set(keys)) == len(lines) and list(lines) == sorted(lines)
    assert all(line.endswith(".") and ".." not in line for line in lines)
    assert reference_lines(["nobody1900"], knowledge) == ()


def test_an_old_answer_has_the_words_in_which_it_was_told(knowledge):
    case = read_case(CASES[0]).record
    answer, names = told(CASES[0], knowledge)
    past = replace(remember(answer, case, knowledge, datetime(2026, 10, 4, tzinfo=UTC)), words="Rest.", running="No.")
    old = names_of_past(past, knowledge)
    assert (old.level_words, old.running_words) == ("Rest.", "No.") and old.said == names.said
