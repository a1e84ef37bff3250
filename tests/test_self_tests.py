"""Tests that a runner does alone: only what a therapist would leave someone alone with, each with its gate, steps and stop rule."""

import re
import shutil

import pytest

from backstride.knowledge.check import check
from backstride.knowledge.files import SHIPPED
from backstride.knowledge.loader import load
from backstride.knowledge.rules import parse_rule
from backstride.reports.item_page import PageWords, item_page

KNOWLEDGE = load()
AT_HOME = [f for f in KNOWLEDGE.findings.values() if f.at_home]

PRESSED = {"bone_point_tender", "gluteal_tender", "ischial_tender", "no_midline_pain", "paraspinal_tender", "trochanter_palpation"}
POINTED = {"fortin_finger"}
LOADED = {"single_leg_stance_30s", "hop_test", "back_extensor_hold"}
STRETCHED = {"active_knee_extension_deficit", "seated_piriformis_stretch", "slr"}
BONE_STRESS = (
    "pain_groin", "pain_sacrum", "limp_gait", "cannot_bear_weight", "night_pain_any", "night_pain_unrelenting", "worse_impact", "prior_bsi",
    "prior_bsi_history", "low_energy_availability", "menstrual_disturbance", "recent_pregnancy", "steroid_use", "prolonged_steroids",
    "bone_point_tender",
)  # fmt: skip


def test_only_what_a_therapist_would_leave_someone_alone_with_is_done_at_home():
    assert {f.id for f in AT_HOME} == PRESSED | POINTED | LOADED | STRETCHED


@pytest.mark.parametrize("finding", ["slump", "stork", "kemp", "crossed_slr", "fadir", "faber_any", "sij_cluster", "centralisation"])
def test_what_belongs_to_a_therapist_is_not_offered_at_home(finding):
    assert not KNOWLEDGE.findings[finding].at_home
    assert "do not try it alone" in item_page(finding, KNOWLEDGE.findings[finding], None, words())


@pytest.mark.parametrize("finding", AT_HOME, ids=lambda finding: finding.id)
def test_each_has_a_gate_steps_of_one_action_and_a_stop_rule(finding):
    assert finding.answered_by == "runner"
    assert finding.gate and finding.stop_rule
    assert 3 <= len(finding.steps) <= 8
    assert all(len(step.split()) <= 17 for step in finding.steps)
    assert "stop" in finding.stop_rule.lower()
    assert not finding.how, "The steps say how; two texts would drift apart."


@pytest.mark.parametrize("finding", sorted(LOADED | STRETCHED))
def test_what_loads_a_leg_or_moves_the_spine_has_a_rule_that_withholds_it(finding):
    rule = parse_rule(KNOWLEDGE.findings[finding].unsafe_when)
    assert rule.evaluate({"major_trauma": "yes", "cannot_bear_weight": "yes"}.get)


@pytest.mark.parametrize("sign", BONE_STRESS)
def test_nobody_hops_with_a_sign_of_bone_stress(sign):
    assert parse_rule(KNOWLEDGE.findings["hop_test"].unsafe_when).evaluate({sign: "yes"}.get)


def test_legs_are_lifted_and_held_only_with_a_helper():
    assert {f.id for f in AT_HOME if f.needs_helper} == {"slr", "back_extensor_hold"}


def test_the_timer_never_runs_longer_than_the_steps_say():
    timed = {f.id: f.timer_s for f in AT_HOME if f.timer_s}
    assert timed == {"single_leg_stance_30s": 30, "seated_piriformis_stretch": 5, "back_extensor_hold": 60}
    for finding, seconds in timed.items():
        assert f"{seconds} seconds" in " ".join(KNOWLEDGE.findings[finding].steps)


@pytest.mark.parametrize(
    ("finding", "value", "factor"),
    [
        ("active_knee_extension_deficit", ">30", "hamstring_tightness"),
        ("back_extensor_hold", "<58", "core_endurance_low"),
        ("self_lean_or_push", "yes", "trunk_forward_lean"),
        ("self_heavy_loud_landing", "yes", "impact_loading_high"),
        ("self_side_lean_or_shift", "yes", "lateral_trunk_shift"),
        ("self_one_side_works_harder", "yes", "gct_imbalance"),
        ("shoes_bought_months_ago", "<1", "shoe_recent_change"),
        ("shoes_km_estimate", ">500", "shoe_mileage_high"),
        ("sitting_hours_a_day", ">5", "sitting_time_high"),
    ],
)
def test_a_runner_without_watch_video_or_shoe_log_can_tell_it(finding, value, factor):
    found = KNOWLEDGE.findings[finding]
    assert found.reports_factor[value] == factor
    assert found.likelihoods == (), "A self-report of a factor moves no cause by itself."
    number = re.fullmatch(r"[<>](\d+)", value)
    assert not number or number[1] in KNOWLEDGE.factors[factor].threshold or finding == "shoes_bought_months_ago"


def test_the_page_of_a_test_shows_gate_steps_and_stop_rule_in_this_order():
    finding = KNOWLEDGE.findings["slr"]
    page = " ".join(item_page("slr", finding, None, words()).split())
    places = [page.index(text) for text in (finding.gate, "Have someone help you.", f"1. {finding.steps[0]}", finding.stop_rule)]
    assert places == sorted(places)


@pytest.mark.parametrize("key", ["gate", "steps", "stop_rule"])
def test_a_test_at_home_without_its_safety_words_is_refused(tmp_path, key):
    target = tmp_path / "mine" / "findings" / "gluteal_tender.yaml"
    target.parent.mkdir(parents=True)
    shutil.copy(SHIPPED / "findings" / "gluteal_tender.yaml", target)
    target.write_text(re.sub(rf"^{key}:.*\n(?:  .*\n)*", "", target.read_text(encoding="utf-8"), flags=re.MULTILINE), encoding="utf-8")
    assert [(p.field, p.remedy) for p in check((tmp_path / "mine",)).errors] == [(key, "Add it, or write at_home: no.")]


def words():
    names = {item.id: item.name for kind in (KNOWLEDGE.findings, KNOWLEDGE.factors) for item in kind.values()}
    return PageWords({key: item.plain_name for key, item in KNOWLEDGE.conditions.items()}, names)
