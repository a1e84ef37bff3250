"""Does the engine compute what its documentation says? Against plain enumeration, and against pyAgrum where it can go."""

from functools import cache

import numpy as np

from backstride.knowledge.loader import load
from backstride.reasoning.network import Network
from backstride.reasoning.observe import observe
from backstride.reasoning.posterior import infer
from backstride.sampler import Plan, sample
from bench.agrum import Agrum, sub_knowledge
from bench.plain import Plain

FULL, SUB, PIECE = 500, 100, 10
CONDITIONS_OF_SUB = 8


@cache
def full():
    knowledge = load()
    return Network(knowledge, draws=0), Plain(knowledge)


def pieces():
    return [f"full-{n}" for n in range(FULL // PIECE)] + [f"agrum-{n}" for n in range(SUB // PIECE)]


def run(piece):
    kind, number = piece.split("-")
    rng = np.random.default_rng(int(number))
    worst = 0.0
    for i in range(PIECE):
        seed = 10_000 + int(number) * PIECE + i
        if kind == "full":
            network, plain = full()
        else:
            network = Network(sub_knowledge(load(), CONDITIONS_OF_SUB, rng), draws=0)
            plain = None
        plan = Plan(answered=float(rng.uniform(0.05, 0.4)), runner_only=False, covariates=kind == "full")
        record = next(iter(sample(network, 1, plan, seed=seed))).record
        observed = observe(record, network.knowledge)
        covariates = observed.covariates if kind == "full" else ()
        sex = observed.sex if kind == "full" else None
        posterior = infer(network, observed.findings, covariates, sex)
        answers = {item.observation.id: item.value for item in posterior.evidence}
        if plain is not None:
            expected = plain.posterior(answers, {o.id: o.value == "yes" for o in covariates}, sex)
        else:
            expected = Agrum(network.knowledge, answers).posterior()
        worst = max(worst, *(abs(posterior.marginal[i, 0] - expected[c]) for i, c in enumerate(network.conditions)))
    return {"kind": kind, "cases": PIECE, "worst": worst}


def report(results):
    lines = ["## The arithmetic", "", "Largest difference of any condition's probability (`make shows-a`).", ""]
    lines += ["| against | random cases | largest difference |", "|---|---|---|"]
    titles = {"full": "plain enumeration, the whole network", "agrum": f"pyAgrum, {CONDITIONS_OF_SUB} random conditions at a time"}
    for kind, title in titles.items():
        chosen = [r for r in results if r["kind"] == kind]
        lines.append(f"| {title} | {sum(r['cases'] for r in chosen)} | {max(r['worst'] for r in chosen):.1e} |")
    return "\n".join([*lines, ""])
