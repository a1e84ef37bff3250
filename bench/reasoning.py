"""How long an answer takes: one more answer in an interview, one posterior beside pyAgrum, one case as a whole process."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyagrum

from backstride.assess import network_of
from backstride.evaluate import PUBLIC_CASES
from backstride.knowledge.loader import load
from backstride.reasoning.network import Network
from backstride.reasoning.next_question import next_questions
from backstride.reasoning.observe import observe
from backstride.reasoning.posterior import infer
from backstride.sampler import Plan, sample
from bench.agrum import Agrum, sub_knowledge

INTERVIEWS, ASKED, PROCESSES = 12, 60, 10
FORBIDDEN = ("django", "polars", "altair", "matplotlib", "pandas")


def one_more_answer():
    """Milliseconds for observe + posterior with 60 draws + next question, for every answer of whole interviews."""
    knowledge = load()
    network = network_of(knowledge)
    took = []
    for drawn in sample(network, INTERVIEWS, Plan(), seed=3):
        items = list(drawn.record.answers.items())
        np.random.default_rng(0).shuffle(items)
        for count in range(1, min(ASKED, len(items)) + 1):
            record = replace(drawn.record, answers=dict(items[:count]))
            begin = time.perf_counter()
            observed = observe(record, knowledge)
            posterior = infer(network, observed.findings, observed.covariates, observed.sex)
            next_questions(posterior, observed, knowledge)
            _ = posterior.marginal
            took.append(1000 * (time.perf_counter() - begin))
    return took[ASKED:]  # The first interview builds the tables.


def beside_pyagrum():
    """Medians in ms of the same posterior by both, on random sub-networks, taken in turn; and the largest difference."""
    rng = np.random.default_rng(1)
    ours, theirs, worst = [], [], 0.0
    for seed in range(20):
        knowledge = sub_knowledge(load(), 8, rng)
        network = Network(knowledge, draws=0)
        record = next(iter(sample(network, 1, Plan(answered=0.2, covariates=False), seed=seed))).record
        findings = observe(record, knowledge).findings
        posterior = infer(network, findings)
        case = Agrum(knowledge, {item.observation.id: item.value for item in posterior.evidence})
        begin = time.perf_counter()
        marginal = infer(network, findings).marginal
        ours.append(1000 * (time.perf_counter() - begin))
        engine = pyagrum.LazyPropagation(case.network)
        begin = time.perf_counter()
        engine.setEvidence(case.evidence)
        engine.makeInference()
        expected = {c: float(engine.posterior(c)[1]) for c in case.conditions}
        theirs.append(1000 * (time.perf_counter() - begin))
        worst = max(worst, *(abs(marginal[i, 0] - expected[c]) for i, c in enumerate(network.conditions)))
    return statistics.median(ours), statistics.median(theirs), worst


def whole_process():
    """Seconds of `backstride assess CASE --json` and of a bare Python that imports NumPy, in turn."""
    case = sorted(PUBLIC_CASES.glob("vg-*.yaml"))[0]
    command = [sys.executable, "-m", "backstride", "assess", str(case), "--json"]
    bare = [sys.executable, "-c", "import numpy"]
    took, floor = [], []
    for _ in range(PROCESSES):
        for arguments, into in ((command, took), (bare, floor)):
            begin = time.perf_counter()
            subprocess.run(arguments, check=True, capture_output=True)
            into.append(time.perf_counter() - begin)
    return statistics.median(took), statistics.median(floor)


def imported():
    """What of the heavy libraries an assessment of a case imports."""
    case = sorted(PUBLIC_CASES.glob("vg-*.yaml"))[0]
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "probe.py"
        script.write_text(
            "import json, sys\nfrom backstride.cli.commands import app\n"
            f"try:\n    app(['assess', {str(case)!r}, '--json'])\nexcept SystemExit:\n    pass\n"
            f"print(json.dumps([m for m in {FORBIDDEN!r} if m in sys.modules]))\n",
            encoding="utf-8",
        )
        done = subprocess.run([sys.executable, str(script)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main():
    took = one_more_answer()
    p50, p95 = np.quantile(took, [0.5, 0.95])
    print(f"one more answer (posterior, 60 draws, next question): median {p50:.1f} ms, p95 {p95:.1f} ms over {len(took)} answers")
    ours, theirs, worst = beside_pyagrum()
    print(f"posterior of 8 conditions: {ours:.2f} ms, pyAgrum {theirs:.2f} ms, ratio {theirs / ours:.1f}; largest difference {worst:.0e}")
    process, bare = whole_process()
    print(f"assess CASE --json, whole process: median {process:.2f} s of {PROCESSES}; a bare Python with NumPy {bare:.2f} s")
    print(f"heavy libraries imported by it: {imported() or 'none'}")


if __name__ == "__main__":
    main()
