"""Is ordinary back pain frightened? Made-up runners with a strained back, drawn from the network, through the whole answer."""

from collections import Counter
from functools import cache

from backstride.assess import assess
from backstride.knowledge.loader import load
from backstride.reasoning.network import Network
from backstride.sampler import Plan, sample

RECORDS, PIECE = 20_000, 500
STATE = ("lumbar_muscle_strain",)
WAYS = {
    "everything": Plan(state=STATE, confirm_withdrawn=0.5),
    "half": Plan(state=STATE, confirm_withdrawn=0.5, answered=0.5, safety_answered=True),
}
TITLES = {"everything": "all items answered", "half": "safety items and half of the others"}
LEVELS = ("emergency", "same day", "soon, doctor", "soon, therapist", "routine or self-care")


@cache
def network():
    return Network(load(), draws=0)


def pieces():
    return [f"{way}-{number}" for way in WAYS for number in range(RECORDS // PIECE)]


def level_of(answer):
    level, who = str(answer.triage.level), str(answer.triage.who)
    if level == "soon_clinician":
        return "soon, doctor" if who == "doctor" else "soon, therapist"
    return {"emergency": "emergency", "urgent_same_day": "same day"}.get(level, "routine or self-care")


def run(piece):
    way, number = piece.split("-")
    levels, rules, serious, empty = Counter(), Counter(), Counter(), 0
    for drawn in sample(network(), PIECE, WAYS[way], seed=1000 + int(number)):
        answer = assess(drawn.record, network().knowledge, network())
        level = level_of(answer)
        levels[level] += 1
        decisive = {r.red_flag or f"{r.condition} (probability)" for r in answer.triage.reasons if r.level is answer.triage.level}
        rules.update(f"{level}|{rule}" for rule in decisive)
        serious.update(entry.condition for entry in answer.must_not_miss)
        empty += not answer.must_not_miss
    return {"way": way, "levels": levels, "rules": rules, "serious": serious, "empty": empty}


def report(results):
    lines = [
        "## Ordinary back pain",
        "",
        f"{RECORDS:,} made-up runners with a strained back, items a runner can answer, half of the yeses that have a confirm question "
        "withdrawn by it (`make shows-a`). Backgrounds are those of the evidence files.",
        "",
        "| level | " + " | ".join(TITLES[way] for way in WAYS) + " |",
        "|---|---|---|",
    ]
    total = {way: {key: Counter() for key in ("levels", "rules", "serious")} for way in WAYS}
    empty = Counter()
    for result in results:
        for key in ("levels", "rules", "serious"):
            total[result["way"]][key].update(result[key])
        empty[result["way"]] += result["empty"]

    def row(name, count):
        return f"| {name} | " + " | ".join(f"{count(way) / RECORDS:.1%}" for way in WAYS) + " |"

    lines += [row(level, lambda way, level=level: total[way]["levels"][level]) for level in LEVELS]
    lines.append(row("emergency, same day and soon with a doctor together", lambda way: sum(total[way]["levels"][x] for x in LEVELS[:3])))
    lines.append(row("must-not-miss empty", lambda way: empty[way]))
    lines += ["", "Which rules decide (a record can have several; those under 0.3 % left out):", "", "| level | rule | all | half |"]
    lines.append("|---|---|---|---|")
    for level in LEVELS[:4]:
        counts = {key.split("|")[1] for way in WAYS for key in total[way]["rules"] if key.startswith(f"{level}|")}
        shares = {rule: [total[way]["rules"][f"{level}|{rule}"] / RECORDS for way in WAYS] for rule in counts}
        for rule, share in sorted(shares.items(), key=lambda item: -item[1][0]):
            if max(share) >= 0.003:
                lines.append(f"| {level} | {rule} | {share[0]:.1%} | {share[1]:.1%} |")
    return "\n".join([*lines, ""])
