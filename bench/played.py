"""The interview played against the 40 public cases: what a case does not state is answered "unsure"."""

import random
from dataclasses import replace
from functools import cache
from statistics import median

from backstride.assess import assess
from backstride.evaluate import expectation_of, read_cases
from backstride.knowledge.loader import load
from backstride.model.interview import Kind
from backstride.model.record import Record, Runner
from backstride.reasoning.observe import observe
from backstride.reasoning.triage import unanswered_emergency_items
from bench.player import NOW, order_of_causes, play

ORDERS = 10


@cache
def knowledge():
    return load()


def pieces():
    return range(len(read_cases()))


def deciding_fact(facts, accepted):
    """The stated fact whose removal most changes triage, else the rank of the accepted cause."""
    whole = assess(facts, knowledge())
    order = order_of_causes(facts, knowledge())
    rank = min((order.index(c) for c in accepted), default=0)
    found = []
    for item in facts.answers:
        less = replace(facts, answers={k: v for k, v in facts.answers.items() if k != item})
        level = assess(less, knowledge()).triage.level.rank
        ranked = order_of_causes(less, knowledge())
        worse = min((ranked.index(c) for c in accepted), default=0) - rank
        found.append((abs(level - whole.triage.level.rank), worse, item))
    return max(found)[2] if found else None


def settles_at(tops):
    """After how many screens the first cause is the last one and stays."""
    final = tops[-1]
    at = len(tops)
    while at > 0 and tops[at - 1] == final:
        at -= 1
    return at + 1


def one_by_one(facts, items, start):
    """First causes when items are asked one a screen in this order."""
    record, tops = start, [order_of_causes(start, knowledge())[0]]
    for item in items:
        if item in facts.answers:
            record = replace(record, answers={**record.answers, item: facts.answers[item]})
        tops.append(order_of_causes(record, knowledge())[0])
    return tops


def run(piece):
    case = read_cases()[piece]
    facts = replace(case.record, assessed_at=NOW)
    accepted = expectation_of(case, knowledge().conditions).accepted
    played = play(facts, knowledge())
    tap = next((at + 1 for at, one in enumerate(played.screens) if one.kind is Kind.WHERE), 0)
    runner = Runner(facts.runner.age, facts.runner.sex)
    must = set(unanswered_emergency_items(observe(Record("x", runner, assessed_at=NOW), knowledge()), knowledge()))
    first_four = [one for one in played.screens[tap:] if one.kind is Kind.SAFETY][:4]
    asked_first = {item.id for one in first_four for item in one.items}
    fact = deciding_fact(facts, accepted)
    safety = played.safety
    asked_at = next((at for at, one in enumerate(played.screens, 1) if fact in {item.id for item in one.items}), None)
    regions = {f for one in played.screens[:tap] for item in one.items for f in knowledge().regions[item.id].findings}
    if asked_at is None and fact in regions:
        asked_at = tap
    tops = [order_of_causes(record, knowledge())[0] for record in played.records]
    start = played.records[safety - 1]
    askable = [f.id for f in knowledge().findings.values() if f.answered_by == "runner" and f.id not in start.answers]
    rng = random.Random(piece)
    orders = [rng.sample(askable, len(askable)) for _ in range(ORDERS)]
    return {
        "case": case.record.id,
        "emergency_items": len(must),
        "not_asked_in_four": sorted(must - asked_first),
        "deciding": fact,
        "asked_after_safety": None if asked_at is None else max(asked_at - safety, 0),
        "screens": len(played.screens) - safety,
        "top_after": settles_at(tops[safety - 1 :]) - 1,
        "random": median(settles_at(one_by_one(facts, order, start)) - 1 for order in orders),
        "fixed": settles_at(one_by_one(facts, sorted(askable), start)) - 1,
        "found": bool(accepted & set(order_of_causes(played.records[-1], knowledge())[:3])),
        "covered": bool(accepted),
    }


def report(found):
    late = [one for one in found if one["not_asked_in_four"]]
    asked = [one["asked_after_safety"] for one in found if one["asked_after_safety"] is not None]
    never = [f"{one['case']} ({one['deciding']})" for one in found if one["asked_after_safety"] is None]
    rows = [
        "| case | deciding fact | asked, screens after safety | screens in all | first cause settled: ours | random order | fixed order |"
    ]
    rows += ["|---|---|---|---|---|---|---|"]
    for one in found:
        at = "not asked" if one["asked_after_safety"] is None else one["asked_after_safety"]
        rows.append(
            f"| {one['case']} | {one['deciding']} | {at} | {one['screens']} | {one['top_after']} | {one['random']:g} | {one['fixed']} |"
        )
    middle = {name: median(one[name] for one in found) for name in ("top_after", "random", "fixed", "screens")}
    covered = [one for one in found if one["covered"]]
    rows.append(
        f"| median | | {median(asked):g} | {middle['screens']:g} | {middle['top_after']:g} | {middle['random']:g} | {middle['fixed']:g} |"
    )
    return (
        f'## Played against the public cases\n\nWhat a case does not state is answered "unsure". Emergency items not asked within the first '
        f"four screens after the tap (apart from confirm questions and from what an emergency shows): {len(late)} of {len(found)} cases. The deciding fact (the stated fact without "
        f"which triage changes most, else the accepted cause's rank) was asked a median of {median(asked):g} screens after safety (aim at most "
        f"12); never asked in {len(never)}: {', '.join(never) or '-'}. Accepted cause among the first three at the end: "
        f"{sum(one['found'] for one in covered)} of {len(covered)}. Random and fixed order ask one item a screen after the same safety screens; "
        f"random is the median of {ORDERS} orders.\n\n" + "\n".join(rows) + "\n"
    )
