"""Is the arithmetic consistent with itself? Records drawn with drawn parameters, one answer a facet, then inferred.

Three looks. Where the true set of causes falls in the posterior computed with the very parameters it was drawn with: flat,
if sampling and inference tell the same story. How often the shown 90 % interval, from other draws, holds the
probability that the true parameters give. How often a condition is present at a stated probability.
"""

from functools import cache

import numpy as np

from backstride.knowledge.loader import load
from backstride.model.evidence import Observation
from backstride.reasoning.network import Network
from backstride.reasoning.posterior import infer
from backstride.sampler import Plan, sample

RECORDS, PIECE = 6_000, 250
BINS = 20
EDGES = (0.0, 0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
CHI_SQUARE_95 = 30.14
"""95th percentile of chi-square with 19 degrees of freedom."""


@cache
def networks():
    knowledge = load()
    return Network(knowledge, seed=1), Network(knowledge, seed=0), knowledge.limits["interval_share"].value


def pieces():
    return [str(n) for n in range(RECORDS // PIECE)]


def run(piece):
    truth, shown, share = networks()
    rng = np.random.default_rng(int(piece))
    order = np.random.default_rng(0).permutation(len(truth.members))
    place = np.argsort(order)
    state_rank, draw_rank = np.zeros(BINS, int), np.zeros(shown.draws.count + 1, int)
    inside = {"all": 0, "first three": 0}
    stated, present, entries = np.zeros(len(EDGES) - 1), np.zeros(len(EDGES) - 1), np.zeros(len(EDGES) - 1)
    plan = Plan(column=None, one_per_facet=True, answered=0.5, covariates=False)
    for drawn in sample(truth, PIECE, plan, seed=5000 + int(piece)):
        answers = [Observation(item, answer.value) for item, answer in drawn.record.answers.items()]
        true_posterior, posterior = infer(truth, answers), infer(shown, answers)
        wanted = np.isin(truth.conditions, drawn.state).astype(float)
        row = int(np.flatnonzero((truth.members == wanted).all(axis=1))[0])
        p = true_posterior.probability[:, drawn.column]
        u = p[order[: place[row]]].sum() + rng.random() * p[row]
        state_rank[min(int(u * BINS), BINS - 1)] += 1
        first = np.argsort(-posterior.marginal[:, 0])[:3]
        for i in range(len(truth.conditions)):
            low, high = posterior.interval(posterior.marginal[i], share)
            true = true_posterior.marginal[i, drawn.column]
            held = low <= true <= high
            inside["all"] += held
            if i in first:
                inside["first three"] += held
                draw_rank[int((posterior.marginal[i, 1:] < true).sum())] += 1
        bins = np.clip(np.searchsorted(EDGES, posterior.marginal[:, 0], side="right") - 1, 0, len(EDGES) - 2)
        np.add.at(stated, bins, posterior.marginal[:, 0])
        np.add.at(present, bins, wanted)
        np.add.at(entries, bins, 1)
    counts = {"conditions": len(truth.conditions), "inside": {k: int(v) for k, v in inside.items()}}
    return counts | {
        "state_rank": state_rank.tolist(),
        "draw_rank": draw_rank.tolist(),
        "stated": stated.tolist(),
        "present": present.tolist(),
        "entries": entries.tolist(),
    }


def report(results):
    def total(key):
        return np.sum([r[key] for r in results], axis=0)

    state_rank, draw_rank = total("state_rank"), total("draw_rank")
    expected = state_rank.sum() / BINS
    chi = float(((state_rank - expected) ** 2 / expected).sum())
    fifths = [int(part.sum()) for part in np.array_split(draw_rank, 5)]
    held = {key: sum(r["inside"][key] for r in results) for key in ("all", "first three")}
    entries = RECORDS * results[0]["conditions"]
    lines = [
        "## Self-consistency",
        "",
        f"{RECORDS:,} records, each drawn with parameters of its own within their ranges, one answer a facet, half answered.",
        "",
        f"- Rank of the true set of causes in the posterior of the same parameters, {BINS} bins of {expected:.0f} expected: "
        f"{', '.join(map(str, state_rank))}. Chi-square {chi:.1f}; flat when under {CHI_SQUARE_95} (95 %, 19 degrees of freedom).",
        f"- The 90 % interval holds the probability that the true parameters give: {held['all'] / entries:.1%} over all conditions, "
        f"{held['first three'] / (3 * RECORDS):.1%} over the first three.",
        f"- Rank of that probability among the 60 draws, first three conditions, in fifths: {', '.join(map(str, fifths))}. "
        "Draws are not updated by one runner's answers, so this need not be quite flat.",
        "- Stated probability against how often the condition is there:",
        "",
        "| stated | entries | mean stated | present |",
        "|---|---|---|---|",
    ]
    stated, present, count = total("stated"), total("present"), total("entries")
    for i in range(len(EDGES) - 1):
        if count[i]:
            share = f"{stated[i] / count[i]:.3f} | {present[i] / count[i]:.3f}"
            lines.append(f"| {EDGES[i]:g} to {EDGES[i + 1]:g} | {int(count[i]):,} | {share} |")
    return "\n".join([*lines, ""])
