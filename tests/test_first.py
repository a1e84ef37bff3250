"""What a runner is told first, the watch card, and whom to call."""

import re
from datetime import UTC, date, datetime
from zoneinfo import available_timezones

import pytest
from cases_told import STRAIN, record, settled, typical
from hypothesis import given, settings
from hypothesis import strategies as st
from test_golden import compare

from backstride.assess import assess
from backstride.country_of_zone import country_of_zone
from backstride.knowledge.check import check
from backstride.knowledge.loader import load
from backstride.model.assessment import Level
from backstride.model.record import Runner
from backstride.names import names_for
from backstride.reports.conversation import causes_told, conversation, conversation_text
from backstride.reports.sections import Mark, Part, as_text
from backstride.reports.watch_card import card_text, watch_card

TODAY = date(2026, 11, 24)
RACE = date(2026, 12, 6)
KNOWLEDGE = load()


def told(case, country="DE", race=RACE):
    answer = assess(case, KNOWLEDGE)
    return answer, conversation(answer, names_for(answer, KNOWLEDGE), country=country, race_day=race, today=TODAY)


def text_of(case, country="DE", race=RACE, **how):
    answer = assess(case, KNOWLEDGE)
    return conversation_text(answer, names_for(answer, KNOWLEDGE), country=country, race_day=race, today=TODAY, **how)


def parts(sections):
    return [section.part for section in sections]


def words(sections, part):
    return " ".join(line.text for section in sections if section.part is part for line in section.lines)


@pytest.fixture(scope="module")
def cases():
    return typical(KNOWLEDGE)


@pytest.mark.parametrize("name", ["emergency", "ambulance", "same-day", "soon", "routine", "self-care", "provisional", "under-16"])
def test_what_a_typical_runner_is_told_stays(name, cases):
    text = text_of(cases[name])
    compare(f"first-{name}.txt", text.replace(KNOWLEDGE.version, "VERSION"))


def test_the_card_stays(cases):
    answer = assess(cases["routine"], KNOWLEDGE)
    card = watch_card(answer, names_for(answer, KNOWLEDGE), country="GB", today=TODAY)
    compare("watch-card.txt", card_text(card, made=TODAY))


def test_levels_are_what_the_cases_are_for(cases):
    level = {name: assess(case, KNOWLEDGE).triage.level for name, case in cases.items()}
    assert level["emergency"] is level["ambulance"] is Level.EMERGENCY
    assert level["same-day"] is level["pregnant"] is Level.URGENT_SAME_DAY
    assert level["soon"] is level["under-16"] is Level.SOON_CLINICIAN
    assert level["routine"] is Level.ROUTINE_PT
    assert level["self-care"] is Level.SELF_CARE
    assert all(assess(cases[name], KNOWLEDGE).triage.provisional for name in ("provisional", "empty", "unsure"))


def test_an_emergency_is_the_action_the_number_and_what_to_say(cases):
    for name in ("emergency", "ambulance"):
        _, sections = told(cases[name])
        assert parts(sections) == [Part.FIRST, Part.ABOUT]
        first = sections[0].lines
        assert first[0].mark is Mark.ACTION
        assert first[1].mark is Mark.CALL
        assert "112" in first[1].text
        assert "Say there:" in words(sections, Part.FIRST)
    assert "Go to an emergency department now" in words(told(cases["emergency"])[1], Part.FIRST)
    assert "Call an ambulance now" in words(told(cases["ambulance"])[1], Part.FIRST)


def test_an_emergency_taken_down_by_a_clear_no_asks_for_no_ambulance():
    case = record(settled(KNOWLEDGE, pain_low_back="yes", sudden_tearing_abdo="yes"), Runner(34, "male"), confirm={"rf_tear": "no"})
    answer, sections = told(case)
    assert answer.triage.level is Level.URGENT_SAME_DAY
    first = words(sections, Part.FIRST)
    assert "ambulance" not in first
    assert "Asked again, you said no. It is still to be seen today." in first
    assert "Say there" not in first


def test_the_order_is_the_one_in_which_a_runner_asks(cases):
    _, sections = told(cases["routine"])
    assert parts(sections)[:6] == [Part.FIRST, Part.TONIGHT, Part.CAN_I_RUN, Part.UNTIL_SEEN, Part.RACE, Part.FITS]
    assert parts(sections)[-2:] == [Part.WATCH, Part.ABOUT]


def test_each_sign_is_given_as_a_reason_once_and_the_exact_one_first(cases):
    said = [line.text for line in told(cases["emergency"])[1][0].lines if line.text.startswith("You said")]
    assert len(said) == len(set(said)) == 2
    exam = record(settled(KNOWLEDGE, pain_low_back="yes"), exam={"paresis_exam": "yes"})
    assert "The exam found that a muscle in the leg is weak." in words(told(exam)[1], Part.FIRST)


@pytest.mark.parametrize(
    ("day", "left"), [(TODAY, "today"), (date(2026, 11, 25), "tomorrow"), (RACE, "in 12 days"), (date(2027, 4, 1), "in 128 days")]
)
def test_a_race_to_come_has_its_day_and_the_days_left(day, left, cases):
    title = next(section.title for section in told(cases["routine"], race=day)[1] if section.part is Part.RACE)
    assert title == f"My race on {day.day} {day:%B} {day.year} ({left})"


def test_no_race_no_section_and_a_past_one_is_none(cases):
    assert Part.RACE not in parts(told(cases["routine"], race=None)[1])
    assert Part.RACE not in parts(told(cases["routine"], race=date(2026, 11, 23))[1])


def test_where_running_is_withheld_so_is_the_race(cases):
    for name in ("same-day", "soon", "provisional", "empty", "unsure", "pregnant"):
        answer, sections = told(cases[name])
        assert answer.running_withheld
        assert words(sections, Part.RACE) == KNOWLEDGE.wording["race_withheld"].words
        assert words(sections, Part.CAN_I_RUN) == KNOWLEDGE.wording[answer.running_withheld].words


def test_the_same_day_nothing_of_what_fits_is_told(cases):
    answer, sections = told(cases["same-day"])
    assert causes_told(answer, names_for(answer, KNOWLEDGE)) == ()
    assert "waits until a doctor has seen you" in words(sections, Part.FITS)
    assert not {Part.WHY_NOW, Part.BELIEFS} & set(parts(sections))
    assert "116117" in words(sections, Part.FIRST)


def test_outside_its_scope_no_cause_is_named(cases):
    for name in ("under-16", "no-back"):
        _, sections = told(cases[name])
        assert not {Part.FITS, Part.TONIGHT, Part.RACE, Part.BELIEFS} & set(parts(sections))
        assert Part.WATCH in parts(sections)
    assert Part.CAN_I_RUN in parts(told(cases["under-16"])[1])
    assert Part.CAN_I_RUN not in parts(told(cases["no-back"])[1])


def test_a_cause_has_one_reason_for_and_one_against_in_the_runners_words(cases):
    answer, sections = told(cases["routine"])
    fits = next(section for section in sections if section.part is Part.FITS).lines
    causes = [line.text for line in fits if line.mark is Mark.ITEM]
    assert 1 <= len(causes) <= 3
    assert len([line for line in fits if line.text.startswith("For: ")]) == len(causes)
    assert len([line for line in fits if line.text.startswith("Against: ")]) == len(causes)
    assert "You said it began when you lifted, bent or twisted." in words(sections, Part.FITS)
    assert not [item for item in answer.observations if item.id in words(sections, Part.FITS) and "_" in item.id]


def test_a_belief_is_not_the_problem_only_where_evidence_contradicts_it(cases):
    _, sections = told(cases["routine"])
    assert "Landing flat or on the front of the foot is not the problem." in words(sections, Part.BELIEFS)
    for belief in KNOWLEDGE.beliefs.values():
        assert not belief.not_the_problem or belief.verdict.startswith("contradicted")
    heel = {**STRAIN, "self_flat_or_forefoot_landing": "heel"}
    answer = assess(record(settled(KNOWLEDGE, **heel)), KNOWLEDGE)
    assert "SC4b" not in [belief.id for belief in answer.beliefs]


def test_every_answer_that_ranks_can_be_said_to_the_runner():
    silent = [f.id for f in KNOWLEDGE.findings.values() if f.used_likelihoods and f.answer == "yes_no" and set(f.said) != {"yes", "no"}]
    assert silent == []
    rules = {name for flag in KNOWLEDGE.red_flags.values() for name in _names(flag.rule)}
    assert [name for name in sorted(rules) if name in KNOWLEDGE.findings and _mute(KNOWLEDGE.findings[name])] == []


def _names(rule):
    from backstride.knowledge.rules import parse_rule

    return parse_rule(rule).names()


def _mute(finding):
    return finding.answer == "yes_no" and not finding.umbrella_of and "yes" not in finding.said


# the card

CAUDA_EQUINA = ("saddle", "bladder", "control", "genital_feeling", "both_legs")


def test_every_emergency_rule_stands_on_the_card_for_somebody():
    covered = {flag for sign in KNOWLEDGE.watch_card.values() if sign.go == "now" for flag in sign.red_flags}
    assert covered == {flag.id for flag in KNOWLEDGE.red_flags.values() if flag.action == "emergency_now"}


def test_a_sign_of_squeezed_nerves_is_hidden_from_nobody():
    alone = {"rf_saddle", "rf_retention", "rf_incontinence", "rf_bowel", "rf_sexual", "rf_bilateral"}
    always = {flag for name in CAUDA_EQUINA for flag in KNOWLEDGE.watch_card[name].red_flags}
    assert alone <= always
    assert not any(KNOWLEDGE.watch_card[name].when for name in CAUDA_EQUINA)


def test_the_card_says_when_to_have_it_looked_at_again(cases):
    assert "by 8 December 2026" in words(told(cases["self-care"])[1], Part.WATCH)
    assert "by 1 December 2026" in words(told(cases["soon"])[1], Part.WATCH)
    assert "Be seen today" in words(told(cases["same-day"])[1], Part.WATCH)


def test_who_it_is_decides_what_stands_on_the_card():
    def signs(runner, **given):
        return [sign.id for sign in assess(record(settled(KNOWLEDGE, **{**STRAIN, **given}), runner), KNOWLEDGE).watch]

    assert "pregnancy" in signs(Runner(30, "female"))
    assert "pregnancy" in signs(Runner())
    assert "pregnancy" not in signs(Runner(30, "male"))
    assert "pregnancy" not in signs(Runner(63, "female"))
    assert "artery" in signs(Runner(63, "male"))
    assert "hip_bone" in signs(Runner(30, "male"), pain_groin="yes")
    assert "cancer_pain" in signs(Runner(30, "male"), cancer_history="yes")


# whom to call


def test_the_number_is_that_of_the_country(cases):
    for country, numbers in (("GB", "999 or 112"), ("us", "911"), ("AU", "000 or 112"), ("JP", "119"), ("NO", "113 or 112")):
        assert f": {numbers}." in words(told(cases["emergency"], country)[1], Part.FIRST)


def test_an_unknown_country_gets_112_with_its_limits(cases):
    for country in ("", "XX"):
        first = words(told(cases["emergency"], country)[1], Part.FIRST)
        assert "Emergency number: 112. 112 works from a mobile phone in most countries, not in all" in first
        assert "any other country" not in first


def test_countries_that_are_asked_for_are_there():
    known = set(KNOWLEDGE.emergency_numbers)
    union = set(re.findall("..", "ATBEBGHRCYCZDKEEFIFRDEGRHUIEITLVLTLUMTNLPLPTROSKSIESSE"))
    assert len(union) == 27
    assert {*union, "GB", "CH", "NO", "IS", "US", "CA", "MX", "AU", "NZ", "JP", "CN", "IN", "BR", "ZA", "other"} <= known
    for number in KNOWLEDGE.emergency_numbers.values():
        assert number.sources
        assert number.reviewed_by == ()
        assert date.fromisoformat(number.checked) <= datetime.now(UTC).date()


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Germany:\n  country: x\n", "Germany"),
        ("DE:\n  country: Germany\n  emergency: [call]\n", "DE.emergency[1]"),
        ("DE:\n  country: Germany\n  emergency: [0]\n", "DE.emergency[1]"),
        ("DE:\n  country: Germany\n  emergency: []\n", "DE.emergency"),
    ],
)
def test_a_number_that_nobody_could_call_is_an_error(text, field, tmp_path):
    rest = "  sources: [kv_116117]\n  checked: '2026-11-24'\n  verified: no\n  reviewed_by: []\n"
    emergency = "" if "emergency" in text else "  emergency: ['112']\n"
    (tmp_path / "emergency_numbers.yaml").write_text(text + emergency + rest)
    problems = check((tmp_path,)).errors
    assert [(p.file.rsplit("/", 1)[-1], p.field) for p in problems] == [("emergency_numbers.yaml", field)]


def test_an_overlay_adds_a_country_and_a_sign(tmp_path, cases):
    (tmp_path / "emergency_numbers.yaml").write_text(
        "KR:\n  country: South Korea\n  emergency: ['119']\n  sources: [hse_112]\n"
        "  checked: '2026-11-24'\n  verified: no\n  reviewed_by: []\n"
    )
    (tmp_path / "watch_card.yaml").write_text("mine:\n  words: Mine\n  go: now\n  rank: 6\n  red_flags: [rf_saddle]\n  reviewed_by: []\n")
    mine = load((tmp_path,))
    answer = assess(cases["routine"], mine)
    sections = conversation(answer, names_for(answer, mine), country="KR", race_day=None, today=TODAY)
    assert "Emergency number in South Korea: 119." in words(sections, Part.WATCH)
    assert "Mine" in words(sections, Part.WATCH)


def test_a_sign_for_today_that_rules_call_an_emergency_is_an_error(tmp_path):
    (tmp_path / "watch_card.yaml").write_text("mine:\n  words: Mine\n  go: today\n  rank: 6\n  red_flags: [rf_saddle]\n  reviewed_by: []\n")
    assert [problem.field for problem in check((tmp_path,)).errors] == ["mine.go"]


def test_a_zone_names_its_country():
    assert country_of_zone("Europe/Berlin") == "DE"
    assert country_of_zone("America/New_York") == "US"
    assert country_of_zone("Asia/Kolkata") == "IN"
    assert country_of_zone("UTC") == country_of_zone("") == country_of_zone("no/where") == ""
    assert sum(country_of_zone(zone) != "" for zone in available_timezones()) > 300


# whatever is answered

ITEMS = sorted(item.id for item in KNOWLEDGE.findings.values() if item.answer == "yes_no" and item.answered_by == "runner")
ANSWERS = st.dictionaries(st.sampled_from(ITEMS), st.sampled_from(["yes", "no", "unsure"]), max_size=25)
RUNNERS = st.builds(
    Runner,
    age=st.none() | st.integers(10, 90),
    sex=st.sampled_from([None, "female", "male"]),
    pregnant=st.sampled_from([None, True, False]),
)


@settings(max_examples=60)
@given(given_answers=ANSWERS, runner=RUNNERS, clear=st.booleans(), country=st.sampled_from(["DE", "US", "ZA", ""]))
def test_whatever_is_answered(given_answers, runner, clear, country):
    given_all = settled(KNOWLEDGE, **given_answers) if clear else given_answers
    answer = assess(record(given_all, runner), KNOWLEDGE)
    names = names_for(answer, KNOWLEDGE)
    sections = conversation(answer, names, country=country, race_day=RACE, today=TODAY)
    text = as_text(sections)
    assert max(map(len, text.splitlines())) <= 79
    for name in names.conditions.values():
        assert f"you have {name.lower()}" not in text.lower()
    against = [item.text for item in KNOWLEDGE.advice.values() if item.grade.startswith(("X", "against"))]
    shown = {line.text for section in sections for line in section.lines}
    assert not [line for line in shown if any(line.endswith(advice) for advice in against)]
    if answer.triage.level is Level.EMERGENCY:
        assert parts(sections) == [Part.FIRST, Part.ABOUT]
        assert watch_card(answer, names, country=country, today=TODAY) is None
        return
    card = watch_card(answer, names, country=country, today=TODAY)
    signs = [line for line in card.lines if line.mark is Mark.ITEM]
    assert len(signs) <= 12
    assert [sign.id for sign in answer.watch[:5]] == list(CAUDA_EQUINA)
    printed = card_text(card, made=TODAY).splitlines()
    assert max(map(len, printed)) <= 80
    assert all(any(f"- {sign.text}" in row for row in printed) for sign in signs), "a sign takes one line"
    if answer.running_withheld:
        said = {item.text for item in answer.advice if item.moment in ("can_i_run", "race_coming", "plan", "exercise")}
        assert not said & shown
        assert "most runners with back pain run again" not in text
    if answer.triage.level is Level.URGENT_SAME_DAY or answer.out_of_scope:
        assert causes_told(answer, names) == ()
    assert not {c.condition for c in causes_told(answer, names)} & {m.condition for m in answer.must_not_miss}


def test_a_screen_reader_hears_the_same_sentences(cases):
    for case in cases.values():
        drawn, spoken = text_of(case), text_of(case, plain=True)
        assert "---" not in spoken
        assert "  - " not in spoken
        for section in told(case)[1]:
            for line in section.lines:
                assert " ".join(line.text.split()) in " ".join(spoken.split())
                assert " ".join(line.text.split()) in " ".join(drawn.split())


def test_answers_older_than_two_days_are_said_to_be_old():
    case = record(settled(KNOWLEDGE, **STRAIN), at=datetime(2026, 11, 20, 8, 0, tzinfo=UTC))
    assert "Your answer is more than two days old." in words(told(case)[1], Part.FIRST)
