"""How long `changes` and `patterns` take on one, two, five and ten years of runs and diary in a real store.

300 runs a year come in as a Strava archive of FIT files with running dynamics, altitude and weather; a diary entry for every day. Each
command's work is timed in a process of its own, three times, and the median of each step told.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

import numpy as np

from bench.pieces import ROOT

ALONE = True
YEARS, RUNS_A_YEAR, DAYS_A_YEAR, TIMES = (1, 2, 5, 10), 300, 365, 3
MOST_S = 1.0
LAST, ONSET = date(2026, 6, 30), date(2026, 6, 27)
VERBS = ("changes", "patterns")


def pieces():
    return YEARS


def run(years):
    with tempfile.TemporaryDirectory(prefix="backstride-years-") as folder:
        home = Path(folder) / "home"
        fill(home, years * RUNS_A_YEAR, years * DAYS_A_YEAR)
        found = {"years": years}
        for verb in VERBS:
            some = [timed(home, verb) for _ in range(TIMES)]
            found[verb] = {step: median(one[step] for one in some) for step in some[0]}
    return found


def fill(home, runs, days):
    from backstride.example.fit_writer import RunPlan
    from backstride.example.strava_writer import StravaActivity, write_strava_zip
    from backstride.intake import import_paths
    from backstride.model.diary import DiaryEntry
    from backstride.store.connect import writing
    from backstride.store.store import open_store

    rng = np.random.default_rng([100_000, days])
    first = LAST - timedelta(days=days - 1)
    store = open_store(home, f"sqlite:///{home}/backstride.sqlite3")
    me = store.runner_or_new("me", "UTC")

    def activities():
        for number, day in enumerate(np.sort(rng.choice(days, runs, replace=False)).tolist()):
            at = datetime.combine(first + timedelta(days=day), datetime.min.time(), UTC) + timedelta(hours=6)
            km, air = rng.uniform(5, 15), 12 + 9 * np.sin(2 * np.pi * day / 365.25) + rng.normal(0, 3)
            hill = rng.uniform(2, 30)
            plan = RunPlan(
                at, km * 1000, int(km * 1000 / rng.uniform(2.5, 3.0)), 30, cadence_spm=2 * int(rng.normal(83, 1)), seed=number,
                contact_time_ms=rng.normal(250, 5), contact_balance_left=rng.normal(0.5, 0.004), vertical_oscillation_mm=rng.normal(88, 3),
                temperature_c=float(round(air)), altitude_m=(100.0, 100.0, 100.0, 100.0 + hill, 100.0),
            )  # fmt: skip
            yield StravaActivity(plan, 5_000_000 + number, cells={"Weather Temperature": f"{air:.1f}", "Dewpoint": f"{air - 6:.1f}"})

    with tempfile.TemporaryDirectory() as folder:
        write_strava_zip(Path(folder) / "archive.zip", activities())
        import_paths(store, me, [Path(folder) / "archive.zip"])
    assert len(store.runs(me)) == runs
    with writing():
        for i in range(days):
            day = first + timedelta(days=i)
            told = {"pain_morning": float(rng.integers(0, 4)), "sitting_h": float(rng.integers(4, 11)), "stress": float(rng.integers(0, 8))}
            evening = {"pain_after": float(rng.integers(0, 4)), "sleep_h": float(np.round(rng.normal(7, 0.8), 1))}
            store.tell_diary(me, DiaryEntry(datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=20), day, told | evening))


def timed(home, verb):
    """Seconds of the work step by step, and of the command as it is typed."""
    inside = subprocess.run(
        [sys.executable, "-m", "bench.ten_years", str(home), verb], cwd=ROOT, check=True, capture_output=True, text=True
    )
    environment = {**os.environ, "BACKSTRIDE_HOME": str(home)}
    environment.pop("BACKSTRIDE_DATABASE", None)
    typed = [sys.executable, "-m", "backstride", verb, *(["--onset", str(ONSET)] if verb == "changes" else [])]
    begin = time.monotonic()
    subprocess.run(typed, env=environment, check=True, capture_output=True)
    return json.loads(inside.stdout) | {"typed": time.monotonic() - begin}


def work(home, verb):
    """The work of a command in this process; what is loaded and opened before is its start."""
    from backstride.knowledge.loader import load
    from backstride.model.record import Record
    from backstride.own_data import spells
    from backstride.patterns import patterns_of
    from backstride.record import with_stored
    from backstride.store.store import open_store
    from backstride.why_now import why_now

    store, knowledge = open_store(home, f"sqlite:///{home}/backstride.sqlite3"), load()
    me = store.runner("me")
    begin, busy = time.perf_counter(), time.process_time()
    record = with_stored(Record("me"), store, me)
    have = time.perf_counter()
    if verb == "changes":
        judged = len(why_now(record, knowledge, ONSET, spells(record.diary, knowledge, LAST)).looked)
    else:
        judged = len({one.exposure for one in patterns_of(record, knowledge, LAST).associations})
    times = {"read": have - begin, "look": time.perf_counter() - have, "busy": time.process_time() - busy}
    return times | {"judged": judged, "load": os.getloadavg()[0]}


def report(results):
    rows = []
    for one in results:
        cells = []
        for verb in VERBS:
            step = one[verb]
            cells += [
                f"{step['read']:.2f}",
                f"{step['look']:.2f}",
                f"{together(one, verb):.2f}",
                f"**{step['busy']:.2f}**",
                f"{step['typed']:.2f}",
            ]
        rows.append(f"| {one['years']} | {one['years'] * RUNS_A_YEAR:,} | {' | '.join(cells)} |")
    half, whole = results[-2:]
    growth = ", ".join(f"`{verb}` takes {whole[verb]['busy'] / half[verb]['busy']:.1f} times the processor's time" for verb in VERBS)
    load = max(one[verb]["load"] for one in results for verb in VERBS)
    judged = " and ".join(f"{whole[verb]['judged']:.0f} exposures by `{verb}`" for verb in VERBS)
    return "\n".join(
        [
            "## Years of runs and diary",
            "",
            f"{RUNS_A_YEAR} runs and {DAYS_A_YEAR} diary days a year in a store on SQLite; ten years are {RUNS_A_YEAR * 10:,} runs and "
            f"{DAYS_A_YEAR * 10:,} days, and {judged} are judged. Seconds in a fresh process, median of {TIMES}; its start (imports, opening "
            f"the store, knowledge) stands apart. The aim is at most {MOST_S:g} s for each. Beside the clock stands the processor's time, which "
            f"is what the clock shows where nothing else runs: here {load:.0f} processes wanted {os.cpu_count()} processors. Typed is the command "
            "as it is typed, from an empty process to the text, start included.",
            "",
            "| years | runs | changes: reading the store | looking back | together | **processor** | typed "
            "| patterns: reading the store | weighing | together | **processor** | typed |",
            "|---|---|---|---|---|---|---|---|---|---|---|---|",
            *rows,
            "",
            f"With twice the record ({half['years']} to {whole['years']} years) {growth}. Looking back goes four years back at most.",
            "",
        ]
    )


def together(one, verb):
    return one[verb]["read"] + one[verb]["look"]


if __name__ == "__main__":
    print(json.dumps(work(Path(sys.argv[1]), sys.argv[2])))
