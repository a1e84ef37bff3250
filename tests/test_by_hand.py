"""The case that docs/how-it-decides.md works by hand: three conditions, two questions, fractions over 128."""

import math
from dataclasses import replace

import pytest
from plain_enumeration import Plain

from backstride.knowledge.concepts import Condition, Finding, Knowledge, Likelihood, Limit, Number
from backstride.knowledge.loader import load
from backstride.model.evidence import Observation
from backstride.reasoning import explanation
from backstride.reasoning.network import Network
from backstride.reasoning.posterior import infer

BY_HAND = {"strain": 76 / 128, "nerve": 98 / 128, "joint": 48.25 / 128}


def condition(name, prior):
    return Condition(name, name, name, "mechanical", name, Number(prior), "routine_pt")


def finding(name, background, **present):
    rows = tuple(Likelihood(c, "yes", Number(p)) for c, p in present.items())
    return Finding(name, name, "pain", f"{name}?", "yes_no", "runner", 1.0, background=Number(background), likelihoods=rows)


@pytest.fixture
def small() -> Knowledge:
    shipped = load()
    return replace(
        shipped,
        version="by hand",
        conditions={c.id: c for c in (condition("joint", 0.2), condition("nerve", 0.2), condition("strain", 0.5))},
        findings={
            "below_knee": finding("below_knee", 0.1, nerve=0.7, strain=0.05),
            "worse_sitting": finding("worse_sitting", 0.4, nerve=0.6),
        },
        factors={},
        limits={**shipped.limits, "size_prior": Limit("size_prior", (0.1, 0.6, 0.2, 0.1), "by hand")},
    )


def posterior_of(knowledge):
    answers = [Observation("below_knee", "yes"), Observation("worse_sitting", "no")]
    return infer(Network(knowledge, draws=0), answers)


def test_the_engine_agrees_with_the_case_worked_by_hand(small):
    posterior = posterior_of(small)
    for i, name in enumerate(posterior.network.conditions):
        assert math.isclose(posterior.marginal[i, 0], BY_HAND[name], abs_tol=1e-12)
    assert math.isclose(posterior.probability[0, 0], 6.75 / 128, abs_tol=1e-12)


def test_plain_enumeration_agrees_with_it_too(small):
    plain = Plain(small).posterior({"below_knee": "yes", "worse_sitting": "no"})
    assert plain == pytest.approx(BY_HAND, abs=1e-12)


def test_the_weights_for_the_nerve_are_those_of_the_page(small):
    nerve = next(c for c in explanation.causes(posterior_of(small), small) if c.condition == "nerve")
    assert nerve.prior_weight == pytest.approx(0.0, abs=1e-12)
    assert {w.observation: w.weight for w in nerve.weights} == pytest.approx({"below_knee": math.log(7), "worse_sitting": math.log(2 / 3)})
    assert [w.observation for w in nerve.speaks_for] == ["below_knee"]
    assert [w.observation for w in nerve.speaks_against] == ["worse_sitting"]
