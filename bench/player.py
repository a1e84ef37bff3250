"""Somebody who answers an interview from a list of facts, and what is known after every screen."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from backstride.assess import network_of
from backstride.interview import answer, record_of, screen
from backstride.model.interview import Interview, Kind
from backstride.model.record import Record, Runner
from backstride.reasoning.observe import observe
from backstride.reasoning.posterior import infer

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
MOST_SCREENS = 120


@dataclass
class Played:
    """What was asked, screen by screen, and the record after each."""

    screens: list = field(default_factory=list)
    records: list = field(default_factory=list)

    @property
    def safety(self):
        """How many screens came before the first that is not about safety."""
        return next(
            (at for at, one in enumerate(self.screens) if one.kind not in (Kind.WHERE, Kind.SAFETY, Kind.CONFIRM)), len(self.screens)
        )


def values_of(one, record, knowledge, unstated="unsure"):
    """The answers of somebody who knows `record`, and says "unsure" of what it does not hold."""
    said = {item: given.value for item, given in record.answers.items()}
    if one.kind is Kind.WHERE:
        fitting = [
            r for r in (knowledge.regions[item.id] for item in one.items) if r.findings and all(said.get(f) == "yes" for f in r.findings)
        ]
        # One tap: the place that says most.
        return {max(fitting, key=lambda r: (len(r.findings), r.id)).id: "yes"} if fitting else {}
    values = {}
    for item in one.items:
        known = record.confirmations[item.id].value if item.id in record.confirmations else said.get(item.id)
        if item.id == "age":
            known = record.runner.age
        elif item.id == "sex":
            known = record.runner.sex
        allowed = {choice.value for choice in item.choices}
        if known is not None and (not isinstance(known, str) or known in allowed):
            values[item.id] = known
        elif unstated in allowed:
            values[item.id] = unstated
    return values


def play(facts: Record, knowledge, most=MOST_SCREENS):
    """Play an interview to its end; after an emergency it is gone on with, to see everything that would be asked."""
    interview, played = Interview(), Played()
    base = Record(facts.id, Runner(), facts.onset, shoes=facts.shoes, runs=facts.runs)
    for _ in range(most):
        one = screen(interview, base, knowledge, NOW)
        if one.kind is Kind.DONE and not one.id.startswith("emergency"):
            break
        interview = answer(interview, one, values_of(one, facts, knowledge), NOW)
        played.screens.append(one)
        played.records.append(record_of(interview, base, knowledge, NOW))
    return played


def order_of_causes(record, knowledge):
    """Conditions, most probable first."""
    observed = observe(replace(record, runs=()), knowledge)
    network = network_of(knowledge)
    posterior = infer(network, observed.findings, observed.covariates, observed.sex, draws=False)
    ranked = sorted(zip(-posterior.marginal[:, 0], network.conditions, strict=True))
    return [condition for _, condition in ranked]
