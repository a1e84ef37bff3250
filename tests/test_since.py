"""Coming back: an answer kept as it was told, and what changed since."""

import dataclasses
import json
from datetime import timedelta

import pytest
from cases_told import MAN, NOW, STRAIN, record, settled, typical
from hypothesis import given, settings
from hypothesis import strategies as st
from test_golden import compare

from backstride.assess import assess
from backstride.knowledge.loader import load
from backstride.model.assessment import Level
from backstride.model.past import Past
from backstride.names import names_for
from backstride.reports.changes import changes_section, past_section
from backstride.reports.sections import as_text
from backstride.since import remember, since

KNOWLEDGE = load()
THEN = NOW - timedelta(days=9)


def past(case, at=NOW):
    return remember(assess(case, KNOWLEDGE), case, KNOWLEDGE, at)


def told(before, after, case):
    section = changes_section(since(before, after, KNOWLEDGE), names_for(assess(case, KNOWLEDGE), KNOWLEDGE))
    return as_text((section,))


@pytest.fixture(scope="module")
def cases():
    return typical(KNOWLEDGE)


def test_what_is_kept_comes_back_the_same(cases):
    for case in cases.values():
        kept = past(case)
        assert Past.from_plain(json.loads(json.dumps(kept.as_plain()))) == kept


@pytest.mark.parametrize("plain", [{}, {"at": "yesterday"}, {"level": "terrible"}])
def test_what_is_not_a_kept_answer_is_refused(plain, cases):
    whole = past(cases["routine"]).as_plain()
    with pytest.raises((KeyError, ValueError)):
        Past.from_plain({**whole, **plain} if plain else {})


def test_nothing_changed_is_said(cases):
    before, after = past(cases["routine"], THEN), past(cases["routine"])
    changes = since(before, after, KNOWLEDGE)
    assert changes.nothing
    assert "Nothing that you said has changed, and the answer is the same." in told(before, after, cases["routine"])


def test_a_new_sign_raises_the_level_and_says_why(cases):
    before, after = past(cases["self-care"], THEN), past(cases["same-day"])
    changes = since(before, after, KNOWLEDGE)
    assert changes.level_moved == 3
    assert "rf_fever" in changes.new_red_flags
    text = told(before, after, cases["same-day"])
    assert "It is more urgent now." in text
    assert "New: You said there was fever or shivering." in text
    assert "Then you said there was no fever" not in text
    assert "fits better" not in text, "the same day no cause is spoken of"
    compare("since-fever.txt", text.replace(KNOWLEDGE.version, "VERSION"))


def test_getting_better_lowers_it_and_shows_which_answers_moved(cases):
    worse = record(settled(KNOWLEDGE, **STRAIN, prior_lbp="no", improving_2_weeks="no"), MAN)
    before, after = past(worse, THEN), past(cases["self-care"])
    text = told(before, after, cases["self-care"])
    assert (before.level, after.level) == (Level.ROUTINE_PT, Level.SELF_CARE)
    assert "It is less urgent now." in text
    assert "Then you said it did not get clearly better within 2 weeks; now you say it got" in " ".join(text.split())
    compare("since-better.txt", text.replace(KNOWLEDGE.version, "VERSION"))


def test_a_cause_that_moved_a_lot_is_named_in_words(cases):
    leg = {**STRAIN, "pain_below_knee": "yes", "pain_leg_dominant": "yes", "pain_localised_no_spread": "no", "slr": "yes"}
    case = record(settled(KNOWLEDGE, **leg), MAN)
    before, after = past(cases["routine"], THEN), past(case)
    changes = since(before, after, KNOWLEDGE)
    assert {change.condition for change in changes.causes} >= {"lumbar_radiculopathy", "lumbar_muscle_strain"}
    text = told(before, after, case)
    assert "Sciatica - an irritated spinal nerve: fits better now." in text
    assert "%" not in text


def test_open_questions_answered_since_are_told(cases):
    done = record(settled(KNOWLEDGE, **STRAIN, prior_lbp="yes", improving_2_weeks="yes"), MAN)
    open_before = record({**STRAIN, "prior_lbp": "yes", "improving_2_weeks": "yes"}, MAN)
    text = told(past(open_before, THEN), past(done), done)
    assert "The questions about emergencies are answered now; they were open then." in text
    text = told(past(done, THEN), past(open_before), open_before)
    assert "Some questions about emergencies are open now; they were answered then." in text


def test_other_knowledge_is_named_and_an_old_answer_shows_its_own(cases):
    old = dataclasses.replace(past(cases["routine"], THEN), knowledge_version="0.1-old", words="What was said then.")
    text = told(old, past(cases["routine"]), cases["routine"])
    assert "made with knowledge 0.1-old" in text
    assert KNOWLEDGE.version in text
    shown = as_text((past_section(old),))
    assert "THE ANSWER OF 15 NOVEMBER 2026" in shown
    assert "What was said then." in shown
    assert "Made with knowledge 0.1-old." in shown
    assert "Strained or overworked low back: fits well." in shown


def test_an_old_emergency_shows_no_cause(cases):
    shown = as_text((past_section(past(cases["emergency"])),))
    assert "fits" not in shown
    assert "Go to an emergency department now" in shown


def test_numbers_choices_and_unsure_are_told_in_words(cases):
    before = record(settled(KNOWLEDGE, **STRAIN, pain_timing="next_morning", worse_sitting="yes"), MAN)
    after = record(settled(KNOWLEDGE, **{**STRAIN, "pain_severity": 6}, pain_timing="during_late", worse_sitting="unsure"), MAN)
    text = " ".join(told(past(before, THEN), past(after), after).split())
    assert "it is worst on the morning after a run; now you say it is worst late in a run" in text
    assert 'Then you said "3" (pain intensity 0-10); now you say "6"' in text
    assert "now you say that you are not sure" in text


ITEMS = sorted(f.id for f in KNOWLEDGE.findings.values() if f.answer == "yes_no" and f.answered_by == "runner")
ANSWERS = st.dictionaries(st.sampled_from(ITEMS), st.sampled_from(["yes", "no", "unsure"]), max_size=15)


@settings(max_examples=30)
@given(first=ANSWERS, second=ANSWERS)
def test_whatever_changed(first, second):
    cases = record(first, MAN), record(second, MAN)
    before, after = past(cases[0], THEN), past(cases[1])
    there, back = since(before, after, KNOWLEDGE), since(after, before, KNOWLEDGE)
    assert there.level_moved == -back.level_moved
    assert there.new_red_flags == back.gone_red_flags
    assert there.newly_answered == back.no_longer_answered
    assert {(c.condition, c.before, c.after) for c in there.causes} == {(c.condition, c.after, c.before) for c in back.causes}
    assert since(before, dataclasses.replace(before, at=after.at), KNOWLEDGE).nothing
    text = told(before, after, cases[1])
    assert max(map(len, text.splitlines())) <= 79
    if after.level.rank >= Level.URGENT_SAME_DAY.rank:
        assert "fits" not in text
