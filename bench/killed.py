"""An import that is killed without warning and done again: does it come to the same end as one that was left alone?

1,000 runs as a Strava archive, imported by the command. Each piece kills it once with SIGKILL at a random moment, runs the same
command again to its end, and compares all that an export holds, the times of the import apart.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from functools import cache
from pathlib import Path

from backstride.example.strava_writer import daily_runs, write_strava_zip
from bench.pieces import ROOT

KILLS, SEED, RUNS = 100, 4, 1000
FOLDER = ROOT / ".cache" / "shows-b" / "killed"


def pieces():
    return range(KILLS)


@cache
def archive():
    path = FOLDER / f"strava-{RUNS}.zip"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.part")
        write_strava_zip(partial, daily_runs(RUNS, 1200, 10, ("fit.gz", "tcx.gz", "gpx")))
        partial.replace(path)
    return path


def command(home, *words):
    environment = {**os.environ, "BACKSTRIDE_HOME": str(home), "TZ": "UTC"}
    environment.pop("BACKSTRIDE_DATABASE", None)
    return subprocess.Popen(
        [sys.executable, "-m", "backstride", *map(str, words)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def content(home):
    """All that an export holds, but for the times of imports."""
    target = home / "look.zip"
    assert command(home, "export", target).wait() == 0
    found = {}
    with zipfile.ZipFile(target) as exported:
        for name in exported.namelist():
            data = exported.read(name)
            if name.endswith("imports.jsonl"):
                lines = [json.loads(line) for line in data.splitlines()]
                data = [{k: v for k, v in line.items() if k not in ("begun_at", "ended_at")} for line in lines]
            found[name] = data
    return found


@cache
def left_alone():
    """The end of an import that nobody stops."""
    with tempfile.TemporaryDirectory(prefix="backstride-killed-") as folder:
        home = Path(folder) / "home"
        assert command(home, "import", archive()).wait() == 0
        return content(home)


def streams(home):
    return sum(1 for _ in home.glob("streams/*/*/*.parquet"))


def wait_for(process, home, rng):
    """Until a random number of streams is there and a random moment more; over all of an import, and what comes after the last stream."""
    wanted = rng.randrange(RUNS + 1)
    while process.poll() is None and streams(home) < wanted:
        time.sleep(0.02)
    try:
        process.wait(rng.uniform(0.0, 0.5 if wanted < RUNS else 2.0))
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    process.wait()


def is_done(home):
    """Whether the import had come to its end before it was killed."""
    environment = {**os.environ, "BACKSTRIDE_HOME": str(home), "TZ": "UTC"}
    environment.pop("BACKSTRIDE_DATABASE", None)
    said = subprocess.run(
        [sys.executable, "-m", "backstride", "imports", "--json"], env=environment, capture_output=True, text=True, check=False
    )
    return said.returncode == 0 and any(one["state"] == "done" for one in json.loads(said.stdout))


def run(piece):
    whole = left_alone()
    with tempfile.TemporaryDirectory(prefix="backstride-killed-") as folder:
        home = Path(folder) / "home"
        process = command(home, "import", archive())
        wait_for(process, home, random.Random(SEED * 1000 + piece))
        kept, ended = streams(home), is_done(home)
        again = 0 if ended else command(home, "import", archive()).wait()
        same = again == 0 and content(home) == whole
        if not same:
            shutil.copytree(home, FOLDER / f"differs-{piece}", dirs_exist_ok=True)
        return {"in_time": not ended, "streams_kept": kept, "same": same}


def report(found):
    kept = sorted(piece["streams_kept"] for piece in found)
    late = sum(not piece["in_time"] for piece in found)
    return (
        f"## Killed and done again\n\n{RUNS:,} runs in an archive (FIT, TCX, GPX in turn). SIGKILL at {len(found)} random points, of which "
        f"{late} came after the import had ended; {kept[0]:,} to {kept[-1]:,} of {RUNS:,} streams were there then (median "
        f"{kept[len(kept) // 2]:,}). The same command again: {sum(piece['same'] for piece in found)} of {len(found)} exports equal that of an import that was left "
        "alone (times of the import apart).\n"
    )
