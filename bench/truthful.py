"""The interview with 2,000 made-up runners who answer truthfully: what is known after how many questions, and where it stops."""

from dataclasses import replace
from functools import cache

from backstride.assess import assess, network_of
from backstride.knowledge.loader import load
from backstride.sampler import Plan, sample
from bench.player import NOW, order_of_causes, play

RECORDS, PIECE, SEED = 2000, 50, 11
STEPS = (0, 1, 2, 3, 4, 6, 8, 10, 12, 15, 20, 25, 30)
PLAN = Plan(confirm_withdrawn=0.5)


@cache
def knowledge():
    return load()


@cache
def endless():
    """The same knowledge with an interview that goes on while anything can be asked."""
    known = knowledge()
    limits = {**known.limits}
    limits["question_gain_bits"] = replace(limits["question_gain_bits"], value=1e-6)
    for name in ("interview_most_questions", "interview_most_screens"):
        if name in limits:
            limits[name] = replace(limits[name], value=STEPS[-1] + 5)
    return replace(known, limits=limits, version=f"{known.version}-endless")


def pieces():
    return range(RECORDS // PIECE)


def looked_at(facts, state, played):
    """For a number of question screens: whether a true cause is among the first three, and whether the level is safe."""
    safe_level = assess(facts, knowledge()).triage.level.rank
    rows = {}
    for step in STEPS:
        at = played.safety - 1 + step
        if at >= len(played.records):
            break
        record = played.records[at]
        first = order_of_causes(record, knowledge())[:3]
        level = assess(record, knowledge()).triage.level.rank
        rows[step] = [bool(set(state) & set(first)) if state else None, level >= safe_level]
    return rows


def run(piece):
    found = []
    for drawn in sample(network_of(knowledge()), PIECE, PLAN, seed=SEED + piece):
        facts = replace(drawn.record, assessed_at=NOW)
        whole = play(facts, endless())
        stopped = play(facts, knowledge())
        last = stopped.records[-1]
        level = assess(facts, knowledge()).triage.level.rank
        end = [
            bool(set(drawn.state) & set(order_of_causes(last, knowledge())[:3])) if drawn.state else None,
            assess(last, knowledge()).triage.level.rank >= level,
        ]
        everything = bool(set(drawn.state) & set(order_of_causes(facts, knowledge())[:3])) if drawn.state else None
        curve = {str(step): row for step, row in looked_at(facts, drawn.state, whole).items()}
        found.append(
            {
                "curve": curve,
                "end": end,
                "all": everything,
                "screens": len(stopped.screens),
                "questions": len(stopped.screens) - stopped.safety,
            }
        )
    return found


def share(values):
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else float("nan")


def report(found):
    records = [one for piece in found for one in piece]
    rows = ["| question screens after safety | records | a true cause among the first three | level safe |", "|---|---|---|---|"]
    for step in STEPS:
        here = [one["curve"][str(step)] for one in records if str(step) in one["curve"]]
        if here:
            rows.append(f"| {step} | {len(here):,} | {share(row[0] for row in here):.1%} | {share(row[1] for row in here):.1%} |")
    end = [one["end"] for one in records]
    questions = sorted(one["questions"] for one in records)
    screens = sorted(one["screens"] for one in records)
    rows.append(f"| where it stops | {len(end):,} | {share(row[0] for row in end):.1%} | {share(row[1] for row in end):.1%} |")
    rows.append(f"| everything answered | {len(records):,} | {share(one['all'] for one in records):.1%} | (the measure) |")
    middle, ninth = len(questions) // 2, len(questions) * 9 // 10
    return (
        f"## Truthful made-up runners\n\n{len(records):,} records drawn from the network, half of the yeses with a confirm question withdrawn by "
        "it. A level is safe when it is at or above that of everything answered. The interview stops after a median of "
        f"{questions[middle]} screens behind safety (nine in ten: at most {questions[ninth]}), {screens[middle]} in all.\n\n"
        + "\n".join(rows)
        + "\n"
    )
