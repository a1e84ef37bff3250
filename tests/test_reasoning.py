"""Reasoning: exact, ordered by nothing but the answers, and explained to the last nat."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_enumeration import Plain

from backstride.assess import assess, network_of
from backstride.errors import CaseError
from backstride.knowledge.loader import load
from backstride.knowledge.rules import parse_rule
from backstride.model.assessment import Conclusion, Level
from backstride.model.evidence import Answer, Observation, Source
from backstride.model.record import Record, Runner
from backstride.reasoning.network import Network
from backstride.reasoning.observe import observe
from backstride.reasoning.posterior import facet_of, finding_value, infer
from backstride.reasoning.triage import LEVEL_OF_ACTION
from backstride.sampler import Plan, sample

KNOWLEDGE = load()
YES_NO = sorted(f.id for f in KNOWLEDGE.findings.values() if f.answer == "yes_no")
ANSWERS = st.dictionaries(st.sampled_from(YES_NO), st.sampled_from(["yes", "no", "unsure"]), max_size=25)


def record(answers, **runner):
    return Record("case", Runner(**runner), answers={k: Answer(v) for k, v in answers.items()})


@pytest.mark.parametrize("seed", range(4))
def test_the_engine_equals_plain_enumeration(seed):
    network = Network(KNOWLEDGE, draws=0)
    drawn = next(iter(sample(network, 1, Plan(answered=0.15, runner_only=False), seed=seed))).record
    observed = observe(drawn, KNOWLEDGE)
    posterior = infer(network, observed.findings, observed.covariates, observed.sex)
    answers = {o.id: o.value for o in observed.findings if network.table(o.id) is not None}
    factors = {o.id: o.value == "yes" for o in observed.covariates}
    expected = Plain(KNOWLEDGE).posterior(answers, factors, observed.sex)
    for i, condition in enumerate(network.conditions):
        assert math.isclose(posterior.marginal[i, 0], expected[condition], abs_tol=1e-9)


@given(ANSWERS, st.randoms())
def test_order_of_answers_changes_nothing(answers, random):
    items = list(answers.items())
    random.shuffle(items)
    assert assess(record(answers), KNOWLEDGE) == assess(record(dict(items)), KNOWLEDGE)


@given(ANSWERS)
def test_weights_add_up_to_the_stated_log_odds(answers):
    case = record(answers)
    observed = observe(case, KNOWLEDGE)
    network = network_of(KNOWLEDGE)
    posterior = infer(network, observed.findings, observed.covariates)
    for cause in assess(case, KNOWLEDGE).causes:
        log_odds = math.log(posterior.probability[1 + network.index[cause.condition], 0]) - math.log(posterior.probability[0, 0])
        assert math.isclose(cause.prior_weight + sum(w.weight for w in cause.weights), log_odds, abs_tol=1e-6)


@given(ANSWERS)
def test_a_facet_weighs_at_most_four_thirds_of_its_best_answer(answers):
    posterior = infer(network_of(KNOWLEDGE), [Observation(i, v) for i, v in answers.items() if v != "unsure"])
    n = len(KNOWLEDGE.conditions)
    facets = {}
    for item in posterior.evidence:
        facets.setdefault(facet_of(KNOWLEDGE.findings[item.observation.id]), []).append(item)
    for items in facets.values():
        together = sum(item.log_ratio(n) for item in items)
        best = np.max([np.abs(item.log_ratio(n) / item.weight) for item in items], axis=0)
        assert (np.abs(together) <= 4 / 3 * best + 1e-9).all()


@given(ANSWERS, st.sampled_from(YES_NO))
def test_unsure_changes_nothing_but_what_is_asked(answers, item):
    without = {k: v for k, v in answers.items() if k != item}
    a, b = assess(record(without), KNOWLEDGE), assess(record({**without, item: "unsure"}), KNOWLEDGE)
    assert a.causes == b.causes
    assert a.triage.level == b.triage.level


@given(ANSWERS)
def test_an_interval_holds_its_point(answers):
    for cause in assess(record(answers), KNOWLEDGE).causes:
        assert 0 <= cause.low <= cause.probability <= cause.high <= 1


NEGATIVE = {name for flag in KNOWLEDGE.red_flags.values() for name, signs in parse_rule(flag.rule).polarity().items() if False in signs}


@given(ANSWERS, st.sampled_from(sorted(set(YES_NO) - NEGATIVE)), st.integers(16, 90))
def test_one_more_yes_on_a_positive_term_never_lowers_the_rules(answers, item, age):
    def rules(given_answers):
        answer = assess(record(given_answers, age=age), KNOWLEDGE)
        return max((r.level.rank for r in answer.triage.reasons if r.red_flag), default=-1)

    assert rules({**answers, item: "yes"}) >= rules(answers)


@given(ANSWERS)
def test_no_posterior_silences_a_red_flag(answers):
    answer = assess(record(answers), KNOWLEDGE)
    fired = [f for f in KNOWLEDGE.red_flags.values() if parse_rule(f.rule).evaluate(lambda name: answers.get(name))]
    for flag in fired:
        assert answer.triage.level.rank >= LEVEL_OF_ACTION[flag.action].rank


def test_a_clear_no_to_the_confirm_question_lowers_to_the_same_day_and_no_further():
    case = record({"saddle_numbness": "yes"})
    assert assess(case, KNOWLEDGE).triage.level is Level.EMERGENCY
    confirmed = Record(case.id, case.runner, answers=case.answers, confirmations={"rf_saddle": Answer("no")})
    assert assess(confirmed, KNOWLEDGE).triage.level is Level.URGENT_SAME_DAY
    unsure = Record(case.id, case.runner, answers=case.answers, confirmations={"rf_saddle": Answer("unsure")})
    assert assess(unsure, KNOWLEDGE).triage.level is Level.EMERGENCY


def test_a_yes_taken_back_leaves_the_ranking_but_a_plain_no_stays():
    answers = {"saddle_numbness": Answer("yes")}
    back = assess(Record("case", Runner(), answers=answers, confirmations={"rf_saddle": Answer("no")}), KNOWLEDGE)
    assert [entry.ids for entry in back.dropped] == [("saddle_numbness",)]
    plain = Record("case", Runner(), answers={"saddle_numbness": Answer("no")}, confirmations={"rf_saddle": Answer("no")})
    assert assess(plain, KNOWLEDGE).dropped == ()
    examined = {"saddle_numbness": Answer("yes", Source.CLINICIAN)}
    seen = Record("case", Runner(), exam=examined, confirmations={"rf_saddle": Answer("no")})
    assert assess(seen, KNOWLEDGE).dropped == ()


def test_an_empty_case_is_not_enough_and_provisional():
    answer = assess(record({}), KNOWLEDGE)
    assert answer.conclusion is Conclusion.NOT_ENOUGH
    assert answer.triage.provisional
    assert "urinary_retention" in answer.triage.unanswered


def test_age_alone_is_not_enough():
    assert assess(record({}, age=70, sex="male"), KNOWLEDGE).conclusion is Conclusion.NOT_ENOUGH


def test_under_sixteen_is_out_of_scope_and_sees_a_doctor():
    answer = assess(record({"pain_low_back": "yes"}, age=14), KNOWLEDGE)
    assert answer.out_of_scope
    assert answer.conclusion is Conclusion.NOT_ENOUGH
    assert answer.triage.level.rank >= Level.SOON_CLINICIAN.rank


def test_contradictory_answers_are_dropped_from_the_ranking_and_asked_again():
    answer = assess(record({"pain_localised_no_spread": "yes", "pain_below_knee": "yes", "worse_sitting": "yes"}), KNOWLEDGE)
    assert {"pain_localised_no_spread", "pain_below_knee"} <= {i for d in answer.dropped for i in d.ids}
    assert {q.id for q in answer.next_questions[:2]} == {"pain_localised_no_spread", "pain_below_knee"}


@pytest.mark.parametrize(
    ("item", "value", "words"),
    [("pain_lowback", "yes", "pain_low_back"), ("worse_sitting", "maybe", "yes, no, unsure"), ("pain_severity", 11.0, "from 0 to 10")],
)
def test_impossible_answers_are_errors_with_a_remedy(item, value, words):
    with pytest.raises(CaseError, match=words):
        assess(Record("case", answers={item: Answer(value)}), KNOWLEDGE)


def test_gynaecological_causes_are_not_put_to_men():
    answer = assess(record({"pain_low_back": "yes"}, sex="male", age=30), KNOWLEDGE)
    assert next(c for c in answer.causes if c.condition == "gynaecological_pain").probability < 1e-9


def test_sampled_records_come_back_as_they_were_drawn():
    network = Network(KNOWLEDGE, draws=0)
    first = [s.record for s in sample(network, 3, Plan(), seed=5)]
    assert first == [s.record for s in sample(network, 3, Plan(), seed=5)]
    for drawn in first:
        assess(drawn, KNOWLEDGE, network)


@given(ANSWERS, st.integers(16, 90))
def test_must_not_miss_names_serious_conditions_with_a_reason_and_first_those_of_an_emergency(answers, age):
    answer = assess(record(answers, age=age), KNOWLEDGE)
    assert len(answer.must_not_miss) <= 3
    urgent = [any(r.red_flag in m.red_flags and r.level.rank >= 3 for r in answer.triage.reasons) for m in answer.must_not_miss]
    assert urgent == sorted(urgent, reverse=True)
    for entry in answer.must_not_miss:
        assert KNOWLEDGE.conditions[entry.condition].a_miss_costs
        assert entry.why
    if any(r.red_flag and r.level is Level.EMERGENCY for r in answer.triage.reasons):
        assert answer.must_not_miss


def weights_of(answer, condition):
    return {w.observation: w for w in next(c for c in answer.causes if c.condition == condition).weights}


def test_a_weight_names_the_row_it_comes_from():
    answer = assess(record({"worse_sitting": "no", "slr": "yes", "pain_timing": "next_morning"}, age=30), KNOWLEDGE)
    for condition in ("deep_gluteal_syndrome", "lumbar_radiculopathy", "axial_spondyloarthritis"):
        for item, weight in weights_of(answer, condition).items():
            if item not in KNOWLEDGE.findings:
                continue
            rows = [r for r in KNOWLEDGE.findings[item].used_likelihoods if r.condition == condition]
            row = next((r for r in rows if r.value == weight.value), rows[0])
            assert (weight.basis, weight.sources) == (row.basis, row.sources)
            assert weight.value == {"worse_sitting": "no", "slr": "yes", "pain_timing": "next_morning"}[item]


def test_an_answer_about_which_a_condition_has_no_row_is_not_among_its_weights():
    item = "peripheral_arthritis"
    with_rows = {r.condition for r in KNOWLEDGE.findings[item].used_likelihoods}
    answer = assess(record({item: "yes", "pain_low_back": "yes"}), KNOWLEDGE)
    listed = {c.condition for c in answer.causes if item in {w.observation for w in c.weights}}
    assert listed == with_rows


@pytest.mark.parametrize(("value", "sign"), [("yes", 1), ("no", -1)])
def test_a_factor_weighs_as_its_odds_ratio_says_and_keeps_its_answer(value, sign):
    answer = assess(record({"pain_low_back": "yes", "smoking": value}), KNOWLEDGE)
    weight = weights_of(answer, "abdominal_aortic_aneurysm")["smoking"]
    link = next(link for link in KNOWLEDGE.factors["smoking"].links if link.condition == "abdominal_aortic_aneurysm")
    q, ratio = KNOWLEDGE.factors["smoking"].prevalence.point, link.odds_ratio.point
    assert weight.value == value
    assert weight.weight == pytest.approx(math.log((ratio if value == "yes" else 1) / (1 + q * (ratio - 1))))
    assert math.copysign(1, weight.weight) == sign
    assert (weight.basis, weight.sources) == (link.odds_ratio.basis, link.odds_ratio.sources)
    assert "smoking" not in weights_of(answer, "sij_pain")


def test_an_interval_is_the_central_share_of_the_draws():
    posterior = infer(network_of(KNOWLEDGE), [Observation("worse_sitting", "yes")])
    row = np.concatenate([[0.5], np.linspace(0, 1, 101)])
    assert posterior.interval(row, 0.9) == pytest.approx((0.05, 0.95))
    assert posterior.interval(np.concatenate([[0.99], np.linspace(0, 1, 101)]), 0.9) == pytest.approx((0.05, 0.99))
    assert posterior.interval(np.concatenate([[0.01], np.linspace(0, 1, 101)]), 0.9) == pytest.approx((0.01, 0.95))
    assert posterior.interval(np.array([0.3]), 0.9) == (0.3, 0.3)
    assert posterior.interval(np.array([0.3, 0.2]), 0.9) == pytest.approx((0.2, 0.3))


def test_a_number_counts_as_yes_from_its_threshold():
    score = KNOWLEDGE.findings["ibp_composite"]
    assert finding_value(score, score.threshold) == "yes"
    assert finding_value(score, score.threshold - 1) == "no"


def test_a_band_of_the_leg_counts_as_yes_only_where_its_file_says():
    leg = KNOWLEDGE.findings["pain_dermatomal"]
    assert {v: finding_value(leg, v) for v in leg.values} == {v: "yes" if v in leg.positive else "no" for v in leg.values}
    assert finding_value(KNOWLEDGE.findings["worse_sitting"], "no") == "no"


def test_what_cannot_move_the_ranking_leaves_the_rest_alone():
    answers = {"pain_severity": 5.0, "worse_sitting": "yes", "age_band": "50-59", "pain_low_back": "yes"}
    assert KNOWLEDGE.findings["pain_severity"].threshold is None
    answer = assess(record(answers), KNOWLEDGE)
    posterior = infer(network_of(KNOWLEDGE), [Observation(i, v) for i, v in answers.items()])
    assert {e.observation.id for e in posterior.evidence} >= {"worse_sitting", "pain_low_back"}
    assert "pain_severity" not in {e.observation.id for e in posterior.evidence}
    assert "pain_severity" not in weights_of(answer, "lumbar_muscle_strain")


def test_the_most_telling_of_a_facet_counts_fully_and_ties_go_by_wording():
    facet = [f for f in KNOWLEDGE.findings.values() if f.facet == "nerve_tension" and f.answer == "yes_no"]
    posterior = infer(network_of(KNOWLEDGE), [Observation(f.id, "yes") for f in facet])
    n = len(KNOWLEDGE.conditions)
    by_weight = sorted(posterior.evidence, key=lambda e: -e.weight)
    assert [e.weight for e in by_weight] == [0.25**i for i in range(len(facet))]
    best = [float(np.abs(e.log_ratio(n) / e.weight).max()) for e in by_weight]
    assert best == sorted(best, reverse=True)
