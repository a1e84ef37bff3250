"""Looking back over made-up runners of whom the truth is known: one change planted before an onset, or nothing.

Limits, exposures and the order of the reasons were chosen on runners of other seeds (0 to 2,000). Whoever changes them after reading these
figures takes new first seeds: what was tuned on can't judge. The planted change must come first in its own direction; whoever could not be
judged counts as not found.
"""

import collections
from functools import cache

from backstride.knowledge.loader import load
from backstride.model.record import Record
from backstride.model.why_now import Verdict
from backstride.why_now import why_now
from bench.histories import KINDS, date_of, nights_of, onset_for, plant, runner, runs_of
from bench.n_of_1 import share

UNPLANTED, PLANTED = 300_000, 400_000
"""First seeds. Every size and world has the same runners' seeds, so that sizes are compared on the same runners."""
NEXT_TRY = 1_000_000
RUNNERS, MORE, PIECE = 250, 1_000, 125
SIZES = {"none": 0.0, "small": 0.5, "medium": 1.0, "large": 2.0}
WORLDS = {
    "as assumed": {},
    "weather of single days varies more (4 instead of 2.5 C)": {"weather_c": 4.0},
    "one year of history instead of one and a half": {"days": 365},
    "a new watch on the way": {"swap": 1.0},
}
SAME = {"air_temperature": ("air_temperature", "dew_point")}
"""Warmer air is planted with a higher dew point: either name is right."""
DIRECTIONS = {"cadence": "less"}
ACWR, WEEK = 1.5, 1.1
CHANGED = {
    "longest_run": ("a run 1.5 times the longest of 30 days", "1.25", "2"),
    "air_temperature": ("+6 C for 7 days", "+3", "+12"),
    "contact_balance": ("balance +1.5 own SD for 3 weeks", "+0.75", "+3"),
    "cadence": ("cadence -4 % for 3 weeks", "-2 %", "-8 %"),
    "descent": ("descent doubled for 2 weeks", "1.5 times", "3 times"),
}


@cache
def knowledge():
    return load()


def pieces():
    first = [f"{world}-{size}-0-{n}" for world in range(len(WORLDS)) for size in SIZES for n in range(RUNNERS // PIECE)]
    return [*first, *(f"0-{size}-1-{n}" for size in ("none", "medium") for n in range(MORE // PIECE))]


def run(piece):
    world, size, more, number = piece.split("-")
    begin = int(number) * PIECE + (RUNNERS if int(more) else 0)
    settings = list(WORLDS.values())[int(world)]
    found = [one(i, SIZES[size], settings) for i in range(begin, begin + PIECE)]
    return {"world": int(world), "size": size, "more": int(more), "found": found}


def history(i, size, settings):
    """The i-th runner: what was planted (None: nothing), the onset and the record. Seeds without a day to ask about are passed over."""
    kind = list(KINDS)[i % len(KINDS)] if size else None
    seed = (PLANTED if size else UNPLANTED) + i
    while (onset := onset_for(made := runner(seed, **settings), kind)) is None:
        seed += NEXT_TRY
    if kind:
        plant(made, kind, onset, size)
    return kind, made, date_of(onset)


def one(i, size, settings):
    kind, made, onset = history(i, size, settings)
    found = why_now(Record("made up", runs=runs_of(made), days=nights_of(made)), knowledge(), onset)
    contested = {m.id: m.value for m in found.contested}
    top = found.looked[0] if found.looked else None
    return {
        "kind": kind,
        "judged": found.verdict is not Verdict.TOO_LITTLE,
        "first": top.exposure if top else "",
        "right": top is not None and is_right(kind, top),
        "unusual": [looked.exposure for looked in found.unusual],
        "named": any(is_right(kind, looked) for looked in found.unusual),
        "acwr": contested.get("acwr_ratio", 0.0) > ACWR,
        "week": contested.get("week_to_week_ratio", 0.0) > WEEK,
    }


def is_right(kind, looked):
    return looked.exposure in SAME.get(kind, (kind,)) and looked.direction == DIRECTIONS.get(kind, "more")


def report(results):
    def runners(world=0, size="none", more=0):
        return [r for piece in results if (piece["world"], piece["size"], piece["more"]) == (world, size, more) for r in piece["found"]]

    return "\n".join(
        [
            *head_lines(runners),
            *kind_lines(runners),
            *instead_lines(runners(size="medium") + runners(size="medium", more=1)),
            *false_lines(runners() + runners(more=1)),
            *alarm_lines(runners() + runners(more=1), runners(size="medium") + runners(size="medium", more=1)),
            *world_lines(runners),
        ]
    )


def part(runners, holds):
    return share(sum(map(holds, runners)), len(runners))


def with_any(r):
    return bool(r["unusual"])


def told_first(r):
    return r["right"] and bool(r["unusual"])


def told_other(r):
    return bool(r["unusual"]) and not r["right"]


def head_lines(runners):
    nobody, medium = runners(), runners(size="medium")
    more_nobody, more_medium = runners(more=1), runners(size="medium", more=1)
    groups = [(nobody, medium), (more_nobody, more_medium), (nobody + more_nobody, medium + more_medium)]
    rows = [
        ("nothing planted: any reason given", 0, with_any, "at most 5 %"),
        ("medium change planted: ranked first", 1, lambda r: r["right"], "at least 80 %"),
        ("... ranked first and called unusual", 1, told_first, ""),
        ("... called unusual, at any rank", 1, lambda r: r["named"], ""),
        ("... another change called unusual and ranked first", 1, told_other, ""),
        ("... nothing called unusual", 1, lambda r: not r["unusual"], ""),
    ]
    unjudged = sum(not r["judged"] for rs in (nobody, medium, more_nobody, more_medium) for r in rs)
    return [
        "## One planted change",
        "",
        f"Volume and rhythm from blocks of a real history, everything else made up (`bench/histories.py`); one and a half years, one watch. "
        f"{RUNNERS} runners without a change before the day that is asked about, {RUNNERS} with one of five, each in turn. Beside them "
        f"{MORE:,} and {MORE:,} further ones, for a figure that stands on more. In brackets the 95 % interval (Wilson). "
        f"{unjudged or 'None'} of all of them could not be judged.",
        "",
        f"| | {RUNNERS} + {RUNNERS} runners | {MORE:,} + {MORE:,} others | all | aim |",
        "|---|---|---|---|---|",
        *(f"| {words} | {' | '.join(part(group[planted], holds) for group in groups)} | {aim} |" for words, planted, holds, aim in rows),
        "",
        "An aim that lies within the brackets is neither met for sure nor missed. Being first is not yet being told: of a medium change that "
        "lasts a week or two most runners have seen the like in an ordinary week, and then nothing is called unusual.",
        "",
    ]


def kind_lines(runners):
    sizes = {size: runners(size=size) for size in ("small", "medium", "large")}
    every = {**sizes, "medium": sizes["medium"] + runners(size="medium", more=1)}
    rows = []
    for kind, (words, small, large) in CHANGED.items():
        cells = [f"{words} ({small}; {large})"]
        for rs in every.values():
            own = [r for r in rs if r["kind"] == kind]
            cells.append(f"{sum(r['right'] for r in own) / len(own):.0%}, {sum(map(told_first, own)) / len(own):.0%}")
        rows.append(f"| {' | '.join(cells)} |")
    cells = [f"{part(rs, lambda r: r['right'])}, {part(rs, told_first)}" for rs in sizes.values()]
    return [
        "### By kind and size",
        "",
        f"Ranked first; ranked first and called unusual. {RUNNERS // len(KINDS)} runners a kind and size, {(RUNNERS + MORE) // len(KINDS)} for "
        "the medium one. Small is half and large is double of medium (in brackets). A small change may lie below what is worth telling "
        "(knowledge/exposures): a longest run below 1.3 times, half of the cadences below 2 %.",
        "",
        "| medium (small; large) | small | medium | large |",
        "|---|---|---|---|",
        *rows,
        f"| all, {RUNNERS} a size | {' | '.join(cells)} |",
        "",
    ]


def instead_lines(medium):
    rows = []
    for kind in KINDS:
        wrong = collections.Counter(r["first"] for r in medium if r["kind"] == kind and not r["right"])
        named = ", ".join(f"{name} {count}" for name, count in wrong.most_common(6))
        air = [r for r in medium if r["kind"] == kind and r["right"] and r["first"] != kind]
        beside = f" (right as {air[0]['first']}: {len(air)})" if air else ""
        rows.append(f"| {kind}{beside} | {sum(wrong.values())} | {named} |")
    return [
        "### Ranked first instead",
        "",
        f"Of {(RUNNERS + MORE) // len(KINDS)} runners with a medium change of each kind.",
        "",
        "| planted | not first | first instead |",
        "|---|---|---|",
        *rows,
        "",
    ]


def false_lines(nobody):
    counted = collections.Counter(r["unusual"][0] for r in nobody if r["unusual"])
    several = sum(len(r["unusual"]) > 1 for r in nobody)
    return [
        "### What was told where nothing was planted",
        "",
        f"Of {len(nobody):,} runners {sum(counted.values())} were given a reason, {several} of them more than one. The first: "
        + ", ".join(f"{name} {count}" for name, count in counted.most_common())
        + ".",
        "",
    ]


def alarm_lines(nobody, medium):
    groups = {"nothing planted": nobody, **{f"planted: {kind}": [r for r in medium if r["kind"] == kind] for kind in KINDS}}
    alarms = (lambda r: r["acwr"], lambda r: r["week"], with_any)
    rows = [f"| {words} | {len(rs):,} | {' | '.join(part(rs, holds) for holds in alarms)} |" for words, rs in groups.items()]
    return [
        "### Beside: two popular rules on the same runners",
        "",
        f"Alarms of the acute:chronic ratio above {ACWR} and of the ten-percent rule (a week's distance over {WEEK} times that of the week "
        "before), as `backstride.training` computes them. They look at distance only; a ratio that can't be computed is no alarm.",
        "",
        f"| runners | number | ACWR above {ACWR} | ten-percent rule | a reason by backstride |",
        "|---|---|---|---|---|",
        *rows,
        "",
    ]


def world_lines(runners):
    rows = []
    for world, words in enumerate(WORLDS):
        nobody, medium = runners(world), runners(world, "medium")
        shares = [part(nobody, with_any), part(medium, lambda r: r["right"]), part(medium, told_first)]
        edges = [f"{sum(r['right'] for r in runners(world, size)) / RUNNERS:.0%}" for size in ("small", "large")]
        unjudged = sum(not r["judged"] for r in nobody + medium)
        rows.append(f"| {words} | {' | '.join([*shares, *edges])} | {unjudged} |")
    return [
        "### Harder made-up runners",
        "",
        f"{RUNNERS} without a change and {RUNNERS} with one in each row; of the first row the same as above.",
        "",
        "| runners | nothing planted: any reason | medium ranked first | first and called unusual | small first | large first | not judged |",
        "|---|---|---|---|---|---|---|",
        *rows,
        "",
    ]
