"""The model of docs/how-it-decides.md written down once more in the plainest way: loops over sets, no arrays.

It shares no arithmetic with the engine, so that tests and bench can hold one against the other.
"""

import itertools
import math

from backstride.reasoning.network import present_probability
from backstride.reasoning.posterior import facet_of


class Plain:
    """The network of some knowledge, by enumeration.

    Parameters
    ----------
    knowledge : Knowledge
    """

    def __init__(self, knowledge):
        self.knowledge = knowledge
        self.conditions = list(knowledge.conditions)
        self.floor = knowledge.limits["probability_floor"].value
        sizes = range(min(3, len(self.conditions)) + 1)
        self.states = [frozenset(s) for n in sizes for s in itertools.combinations(self.conditions, n)]

    def clip(self, p):
        return min(max(p, self.floor), 1 - self.floor)

    def odds(self, factors, sex):
        """Prior odds of every condition, given factors (id -> bool) and sex."""
        result = {}
        for c in self.knowledge.conditions.values():
            odds = c.prior.point / (1 - c.prior.point)
            if sex is not None and c.only_for_sex and c.only_for_sex != sex:
                odds *= math.exp(-50)
            for factor_id, present in factors.items():
                factor = self.knowledge.factors[factor_id]
                for link in factor.links:
                    if link.condition == c.id and link.use == "yes" and factor.reranks:
                        ratio = link.odds_ratio.point
                        odds *= (ratio if present else 1) / (1 + factor.prevalence.point * (ratio - 1))
            result[c.id] = odds
        return result

    def prior(self, factors, sex):
        """P(S) of every state."""
        odds = self.odds(factors, sex)
        shares = self.knowledge.limits["size_prior"].value
        raw = {s: math.prod(odds[c] for c in s) for s in self.states}
        by_size = [math.fsum(w for s, w in raw.items() if len(s) == n) for n in range(4)]
        return {s: shares[len(s)] * w / by_size[len(s)] for s, w in raw.items()}

    def likelihood(self, finding_id, value, state):
        """P(value | state)."""
        finding = self.knowledge.findings[finding_id]
        if finding.background_by_value:
            return self._choice(finding, state)[value]
        b = self.clip(finding.background.point)
        rows = {r.condition: self.clip(present_probability(r, finding).point) for r in finding.used_likelihoods if r.condition in state}
        raising = [p for p in rows.values() if p > b]
        yes = 1 - (1 - b) * math.prod((1 - p) / (1 - b) for p in raising) if raising else min([b, *rows.values()])
        yes = self.clip(yes)
        return yes if value == "yes" else 1 - yes

    def _choice(self, finding, state):
        values = list(finding.background_by_value)
        background = self._to_one([self.clip(finding.background_by_value[v]) for v in values])
        columns = []
        for condition in state:
            rows = {r.value: self.clip(present_probability(r, finding).point) for r in finding.used_likelihoods if r.condition == condition}
            if rows:
                columns.append(self._to_one([rows.get(v, background[i]) for i, v in enumerate(values)]))
        mixed = [sum(column[i] for column in columns) / len(columns) for i in range(len(values))] if columns else background
        return dict(zip(values, self._to_one([self.clip(p) for p in mixed]), strict=True))

    @staticmethod
    def _to_one(shares):
        total = sum(shares)
        return [p / total for p in shares]

    def weights(self, answers):
        """Facet weight of every answer: the most telling 1, the next a quarter, ..."""
        facets = {}
        for item, value in answers.items():
            finding = self.knowledge.findings[item]
            nothing = math.log(self.likelihood(item, value, frozenset()))
            telling = sorted((abs(math.log(self.likelihood(item, value, {c})) - nothing) for c in self.conditions), reverse=True)
            facets.setdefault(facet_of(finding), []).append(([-round(t, 9) for t in telling], finding.question, item))
        discount = self.knowledge.limits["facet_discount"].value
        return {entry[2]: discount**place for facet in facets.values() for place, entry in enumerate(sorted(facet))}

    def posterior(self, answers, factors=None, sex=None):
        """P(condition | answers) of every condition.

        Parameters
        ----------
        answers : dict of finding id to value
        factors : dict of factor id to bool, optional
        sex : str, optional
        """
        mass = self.prior(factors or {}, sex)
        for item, w in self.weights(answers).items():
            for state in self.states:
                mass[state] *= self.likelihood(item, answers[item], state) ** w
        total = math.fsum(mass.values())
        return {c: math.fsum(w for s, w in mass.items() if c in s) / total for c in self.conditions}
