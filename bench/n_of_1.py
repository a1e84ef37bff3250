"""Does it keep happening: coverage, false reports, power and speed of `backstride.n_of_1`, and the size of the test for blocks."""

import time
from datetime import date
from functools import cache
from math import sqrt

import numpy as np

from backstride.example.diaries import remembering_noise, simulated_diary
from backstride.knowledge.loader import load
from backstride.model.pattern import LAGS
from backstride.n_of_1 import PatternLimits, patterns
from backstride.randomised import block_test, design

PIECE = 50
COVERAGE, NULL, POWER, TRIALS = 1_200, 300, 100, 2_000
COVERAGE_DAYS = (90, 180, 365)
WORLDS = {
    "90 days, 8 exposures": {"days": 90},
    "180 days, 8 exposures": {"days": 180},
    "365 days, 8 exposures": {"days": 365},
    "180 days, 15 exposures": {"days": 180, "exposures": 15},
    "180 days, pain of 0 to 2": {"days": 180, "level": (0, 2)},
    "180 days, with flares": {"days": 180, "flares": True},
    "180 days, runs less when sore": {"days": 180, "rests_when_sore": 0.15},
}
EFFECTS, POWER_DAYS = (0.25, 0.5, 0.75, 1.0), (60, 90, 180, 365)
PAIRS = (4, 5, 6, 7, 8, 10, 12)
SPEEDS = ((912, 15), (1825, 15), (3650, 15))
BEGIN = date(2026, 1, 1)
OFTEN, EVERY_DAY = 0, 3
"""Planted: heat of run days, and something of all days."""


@cache
def limits():
    return PatternLimits.of({key: limit.value for key, limit in load().limits.items() if key.startswith("pattern_")})


def weigh(sim):
    return patterns(sim.exposures, sim.pain, sim.ran, BEGIN, limits())


def pieces():
    names = [f"coverage-{n}" for n in range(COVERAGE // PIECE)]
    names += [f"null-{world}-{n}" for world in range(len(WORLDS)) for n in range(NULL // PIECE)]
    names += [f"power-{effect}-{days}" for effect in range(len(EFFECTS)) for days in range(len(POWER_DAYS))]
    return [*names, *(f"size-{pairs}" for pairs in PAIRS), *(f"speed-{n}" for n in range(len(SPEEDS)))]


def run(piece):
    kind, *numbers = piece.split("-")
    numbers = [int(n) for n in numbers]
    work = {"coverage": coverage, "null": null, "power": power, "size": size, "speed": speed}[kind]
    return {"kind": kind, "limits": repr(limits()), **work(*numbers)}


def coverage(number):
    inside, told = np.zeros((len(COVERAGE_DAYS), LAGS), int), np.zeros((len(COVERAGE_DAYS), LAGS), int)
    reported, reported_inside, kept, weighed = 0, 0, [], 0
    for i in range(PIECE):
        rng = np.random.default_rng([1, number, i])
        row = i % len(COVERAGE_DAYS)
        sim = simulated_diary(
            rng, days=COVERAGE_DAYS[row], exposures=int(rng.integers(4, 13)), prior=(limits().prior_points, limits().prior_lag_decay)
        )
        result = weigh(sim)
        weighed += bool(result.associations)
        kept.append(sim.kept)
        for a in result.associations:
            k = int(a.exposure.split("_")[1])
            held = a.low <= contrast(sim, k, a) <= a.high
            inside[row, a.lag_days] += held
            told[row, a.lag_days] += 1
            reported += a.reported
            reported_inside += a.reported and held
    counts = {"inside": inside.tolist(), "told": told.tolist(), "kept": float(np.mean(kept)), "weighed": weighed}
    return counts | {"reported": reported, "reported_inside": int(reported_inside)}


def contrast(sim, k, association):
    """The true effect between days above the cut and the others."""
    values = sim.exposures[k].values
    sd = values[np.isfinite(values)].std()
    return sim.truth[k, association.lag_days] * (association.mean_above - association.mean_below) / sd


def null(world, number):
    settings = list(WORLDS.values())[world]
    found, weighed = 0, 0
    for i in range(PIECE):
        result = weigh(simulated_diary(np.random.default_rng([2, world, number, i]), **settings))
        weighed += bool(result.associations)
        found += bool(result.reported)
    return {"world": world, "found": found, "weighed": weighed}


def power(effect, days):
    hits = {OFTEN: 0, EVERY_DAY: 0}
    other, weighed, mornings = 0, 0, []
    for i in range(POWER):
        planted = tuple((k, 0, EFFECTS[effect]) for k in hits)
        sim = simulated_diary(np.random.default_rng([3, effect, days, i]), days=POWER_DAYS[days], planted=planted)
        result = weigh(sim)
        names = {a.exposure for a in result.reported}
        for k in hits:
            hits[k] += f"exposure_{k}" in names
        other += bool(names - {f"exposure_{k}" for k in hits})
        weighed += bool(result.associations)
        mornings.append(result.mornings)
    counts = {"effect": effect, "days": days, "run_days": hits[OFTEN], "every_day": hits[EVERY_DAY]}
    return counts | {"other": other, "weighed": weighed, "mornings": float(np.mean(mornings))}


def size(pairs):
    """Pain that remembers and drifts, whole numbers, weeks as blocks; nothing depends on the arm."""
    rejected = 0
    for i in range(TRIALS):
        rng = np.random.default_rng([4, pairs, i])
        blocks = design(pairs, 7, int(rng.integers(2**32)))
        days = 14 * pairs
        pain = np.clip(np.round(4 - 2 * np.arange(days) / days + 1.2 * remembering_noise(rng, days, rng.uniform(0.2, 0.7))), 0, 10)
        result = block_test(blocks, np.where(rng.random(days) < 0.3, np.nan, pain))
        rejected += result.p <= 0.05
    return {"pairs": pairs, "rejected": int(rejected)}


def speed(number):
    days, exposures = SPEEDS[number]
    sim = simulated_diary(np.random.default_rng(5), days=days, exposures=exposures, prior=(limits().prior_points, limits().prior_lag_decay))
    weigh(sim)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        weigh(sim)
        times.append(time.perf_counter() - began)
    return {"days": days, "exposures": exposures, "seconds": min(times)}


def report(results):
    kinds = {kind: [r for r in results if r["kind"] == kind] for kind in ("coverage", "null", "power", "size", "speed")}
    if {r["limits"] for r in results} != {repr(limits())}:
        raise SystemExit("The limits of patterns changed since these figures: remove .cache and measure again.")
    sections = [coverage_lines(kinds["coverage"]), null_lines(kinds["null"]), power_lines(kinds["power"])]
    return "\n".join([line for lines in [*sections, size_lines(kinds["size"]), speed_lines(kinds["speed"])] for line in [*lines, ""]])


def share(hits, of):
    """A share with its 95 % interval (Wilson)."""
    p, z = hits / of, 1.96
    middle, half = (p + z * z / (2 * of)) / (1 + z * z / of), z * sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return f"{p:.1%} ({middle - half:.1%} to {middle + half:.1%})"


def coverage_lines(results):
    inside, told = (np.sum([r[key] for r in results], axis=0) for key in ("inside", "told"))
    reported, reported_inside = (sum(r[key] for r in results) for key in ("reported", "reported_inside"))
    rows = [
        f"| {days} | {told[i].sum():,} | "
        + " | ".join(f"{inside[i, lag] / told[i, lag]:.1%}" for lag in range(LAGS))
        + f" | {inside[i].sum() / told[i].sum():.1%} |"
        for i, days in enumerate(COVERAGE_DAYS)
    ]
    return [
        "## Patterns: coverage of the intervals",
        "",
        f"{COVERAGE:,} made-up runners ({sum(r['weighed'] for r in results):,} with mornings enough), 4 to 12 exposures, all effects drawn from the "
        f"stated prior ({limits().prior_points:g} points for one SD, times {limits().prior_lag_decay:g} a day), 30 % of mornings missing. Diaries as in "
        "`backstride.example.diaries`. The true effect is that on pain before it is rounded and kept in 0 to 10 "
        f"({1 - np.mean([r['kept'] for r in results]):.1%} of the told mornings were cut).",
        "",
        f"**{inside.sum() / told.sum():.1%} of {told.sum():,} intervals of {limits().interval_share:.0%} hold the true effect.** "
        f"Of the {reported:,} that were told, {reported_inside / reported:.1%}.",
        "",
        "Lag 0 lies a little lower, by what the model leaves out: an exposure that is missing counts as usual, healing need not follow slow waves, "
        "and pain ends at 0 and 10.",
        "",
        "| days | intervals | lag 0 | lag 1 | lag 2 | lag 3 | all |",
        "|---|---|---|---|---|---|---|",
        *rows,
    ]


def null_lines(results):
    rows = []
    for world, words in enumerate(WORLDS):
        found, weighed = (sum(r[key] for r in results if r["world"] == world) for key in ("found", "weighed"))
        rows.append(f"| {words} | {weighed} | {found} | {share(found, weighed)} |")
    found, weighed = (sum(r[key] for r in results) for key in ("found", "weighed"))
    return [
        "## Patterns: runners without any effect",
        "",
        f"**Something was told of {share(found, weighed)} of {weighed:,} runners**, over all exposures and lags together.",
        "",
        "| made-up runners | weighed | told of something | share |",
        "|---|---|---|---|",
        *rows,
    ]


def power_lines(results):
    rows = []
    for r in results:
        counts = " | ".join(str(r[key]) for key in ("weighed", "every_day", "run_days", "other"))
        rows.append(f"| {EFFECTS[r['effect']]:g} | {POWER_DAYS[r['days']]} | {r['mornings']:.0f} | {counts} |")
    return [
        "## Patterns: power",
        "",
        f"Two effects on the next morning planted among 8 exposures, {POWER} runners a row: one exposure of every day, and heat of run days (3 to 5 a week, "
        "with a season in it). Points for one SD; between days above the cut and the others they are about 1.6 times as large. Noise of 0.7 to 1.5 points.",
        "",
        "| points | days | mornings told | weighed | told: every day | told: run days | told of another exposure |",
        "|---|---|---|---|---|---|---|",
        *rows,
    ]


def size_lines(results):
    rows = []
    for r in results:
        pairs = r["pairs"]
        attainable = 2 * np.floor(0.05 * 2**pairs / 2) / 2**pairs
        rows.append(f"| {pairs} | {attainable:.2%} | {share(r['rejected'], TRIALS)} |")
    return [
        "## Blocks: size of the randomisation test",
        "",
        f"{TRIALS:,} trials a row without any effect; weeks as blocks, pain with trend and memory, whole numbers, 30 % of mornings missing; p at most 0.05.",
        "Each coin's outcome is counted, so the size is exact; it is at most that without ties. 4 and 5 pairs can't reach 0.05.",
        "",
        "| pairs | exact size without ties | rejected |",
        "|---|---|---|",
        *rows,
    ]


def speed_lines(results):
    rows = [f"| {r['days']:,} | {r['exposures']} | {r['seconds']:.2f} |" for r in results]
    return [
        "## Patterns: speed",
        "",
        "`patterns` alone, least of five; other work ran beside it.",
        "",
        "| days | exposures | seconds |",
        "|---|---|---|",
        *rows,
    ]
