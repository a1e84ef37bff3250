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
    """The end of an import that nobody stops, and how long it takes."""
    with tempfile.TemporaryDirectory(prefix="backstride-killed-") as folder:
        home = Path(folder) / "home"
        begin = time.monotonic()
        assert command(home, "import", archive()).wait() == 0
        took = time.monotonic() - begin
        return content(home), took


def run(piece):
    whole, took = left_alone()
    moment = random.Random(SEED * 1000 + piece).uniform(0.02, 1.0) * took
    with tempfile.TemporaryDirectory(prefix="backstride-killed-") as folder:
        home = Path(folder) / "home"
        process = command(home, "import", archive())
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        kept = sum(1 for _ in home.rglob("*.parquet"))
        again = command(home, "import", archive()).wait()
        same = again == 0 and content(home) == whole
        if not same:
            shutil.copytree(home, FOLDER / f"differs-{piece}", dirs_exist_ok=True)
        return {"killed": process.returncode == -signal.SIGKILL, "streams_kept": kept, "same": same}


def report(found):
    killed = [piece for piece in found if piece["killed"]]
    kept = sorted(piece["streams_kept"] for piece in killed)
    return (
        f"## Killed and done again\n\n{RUNS:,} runs in an archive (FIT, TCX, GPX in turn). SIGKILL at {len(found)} random moments, of "
        f"which {len(found) - len(killed)} came after the end; then between {kept[0]:,} and {kept[-1]:,} of the streams were there (median "
        f"{kept[len(kept) // 2]:,}). The same command again: {sum(piece['same'] for piece in found)} of {len(found)} exports equal that of "
        "an import that was left alone (times of the import apart).\n"
    )
