"""The same model as a Bayesian network for pyAgrum: conditions as parents, their number tied to its prior by soft evidence."""

import itertools
import math
from dataclasses import replace

import pyagrum

from bench.plain import Plain


def sub_knowledge(knowledge, count, rng):
    """The knowledge with only `count` random conditions, and what is left of the likelihood rows."""
    kept = set(rng.choice(sorted(knowledge.conditions), count, replace=False))
    findings = {
        key: replace(f, likelihoods=tuple(row for row in f.likelihoods if row.condition in kept)) for key, f in knowledge.findings.items()
    }
    factors = {key: replace(f, links=tuple(link for link in f.links if link.condition in kept)) for key, f in knowledge.factors.items()}
    conditions = {key: c for key, c in knowledge.conditions.items() if key in kept}
    return replace(knowledge, version=f"sub {sorted(kept)}", conditions=conditions, findings=findings, factors=factors)


class Agrum:
    """A case in pyAgrum.

    An answer of weight w becomes an observed child with P = p^w: facets are the model's, the inference is pyAgrum's.
    """

    def __init__(self, knowledge, answers):
        plain = Plain(knowledge)
        self.conditions = plain.conditions
        self.network = pyagrum.BayesNet("case")
        odds = plain.odds({}, None)
        for c in self.conditions:
            self.network.add(pyagrum.LabelizedVariable(c, c, 2))
            self.network.cpt(c).fillWith([1 / (1 + odds[c]), odds[c] / (1 + odds[c])])
        self.network.add(pyagrum.RangeVariable("how_many", "", 0, len(self.conditions)))
        for c in self.conditions:
            self.network.addArc(c, "how_many")
        reached = [0.0] * (len(self.conditions) + 1)
        for present in itertools.product((0, 1), repeat=len(self.conditions)):
            count = sum(present)
            row = [0.0] * (len(self.conditions) + 1)
            row[count] = 1.0
            self.network.cpt("how_many")[dict(zip(self.conditions, present, strict=True))] = row
            pairs = zip(self.conditions, present, strict=True)
            reached[count] += math.prod(odds[c] / (1 + odds[c]) if x else 1 / (1 + odds[c]) for c, x in pairs)
        shares = knowledge.limits["size_prior"].value
        soft = [share / reach for share, reach in zip(shares, reached, strict=False)]
        self.evidence = {"how_many": [x / max(soft) for x in soft] + [0.0] * (len(reached) - len(soft))}
        for item, weight in plain.weights(answers).items():
            rows = {r.condition for r in knowledge.findings[item].used_likelihoods}
            parents = [c for c in self.conditions if c in rows]
            name = f"says_{item}"
            self.network.add(pyagrum.LabelizedVariable(name, name, 2))
            for c in parents:
                self.network.addArc(c, name)
            for present in itertools.product((0, 1), repeat=len(parents)):
                state = {c for c, x in zip(parents, present, strict=True) if x}
                p = plain.likelihood(item, answers[item], state) ** weight
                self.network.cpt(name)[dict(zip(parents, present, strict=True))] = [1 - p, p]
            self.evidence[name] = 1

    def posterior(self):
        """P(condition | answers) of every condition."""
        engine = pyagrum.LazyPropagation(self.network)
        engine.setEvidence(self.evidence)
        engine.makeInference()
        return {c: float(engine.posterior(c)[1]) for c in self.conditions}
