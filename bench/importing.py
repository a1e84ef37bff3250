"""How fast an archive comes in, beside a plain fitdecode loop on the same processors in the same run; how long a list takes.

5,000 one-hour runs at one record a second with running dynamics, altitude and positions, from our own writer, as a Strava archive.
"""

import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

from backstride.example.strava_writer import daily_runs, write_strava_zip
from bench.pieces import ROOT

ALONE = True
RUNS, PEER_FILES, LISTINGS = 5000, 24, 5
FASTER, PEAK_MB, LIST_S = 10.0, 600.0, 1.0
FOLDER = ROOT / ".cache" / "shows-b" / "importing"


def pieces():
    return range(1)


def archive():
    path = FOLDER / f"strava-{RUNS}.zip"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.part")
        write_strava_zip(partial, rich_runs())
        partial.replace(path)
    return path


def rich_runs():
    for number, activity in enumerate(daily_runs(RUNS)):
        latitude = 52.0 + number % 50 / 100
        plan = replace(
            activity.plan,
            seed=number,
            contact_time_ms=250.0,
            contact_balance_left=0.5,
            vertical_oscillation_mm=90.0,
            step_length_mm=1100.0,
            temperature_c=18.0,
            altitude_m=(100.0, 130.0, 90.0, 120.0),
            path=((latitude, 13.4), (latitude + 0.09, 13.4)),
        )
        yield replace(activity, plan=plan)


def decode(data):
    """The peer: every message of a file by fitdecode, nothing kept but their number."""
    import fitdecode

    with fitdecode.FitReader(data) as reader:
        return sum(frame.frame_type == fitdecode.FIT_FRAME_DATA for frame in reader)


def peer_rate(path):
    """Files a second of the peer, on two processors."""
    with zipfile.ZipFile(path) as content:
        names = [name for name in content.namelist() if name.endswith(".fit.gz")]
        some = [gzip.decompress(content.read(name)) for name in names[:: len(names) // PEER_FILES][:PEER_FILES]]
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(decode, some[:2]))
        begin = time.monotonic()
        assert all(count > 3600 for count in pool.map(decode, some))
        return len(some) / (time.monotonic() - begin)


def memory_mb(pid):
    """Memory of a process and its children, shared pages counted once for each that shares them in part (PSS)."""
    total = 0.0
    for path in [Path(f"/proc/{pid}"), *(Path(f"/proc/{child}") for child in children(pid))]:
        try:
            lines = (path / "smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000
        except (OSError, StopIteration):
            continue
    return total


def children(pid):
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            direct = task.read_text().split()
        except OSError:
            continue
        found += direct + [deeper for child in direct for deeper in children(child)]
    return found


def backstride(home, *words):
    environment = {**os.environ, "BACKSTRIDE_HOME": str(home)}
    environment.pop("BACKSTRIDE_DATABASE", None)
    return subprocess.Popen([sys.executable, "-m", "backstride", *map(str, words)], env=environment, stdout=subprocess.DEVNULL)


def run(_):
    path = archive()
    before = peer_rate(path)
    with tempfile.TemporaryDirectory(prefix="backstride-importing-") as folder:
        home = Path(folder) / "home"
        begin, peak = time.monotonic(), 0.0
        process = backstride(home, "import", path)
        while process.poll() is None:
            peak = max(peak, memory_mb(process.pid))
            time.sleep(0.2)
        took = time.monotonic() - begin
        assert process.returncode == 0
        after = peer_rate(path)
        size = sum(p.stat().st_size for p in home.rglob("*") if p.is_file())
        listing = []
        for _ in range(LISTINGS):
            begin = time.monotonic()
            assert backstride(home, "runs", "--all").wait() == 0
            listing.append(time.monotonic() - begin)
        shutil.rmtree(home)
    rates = {"ours": RUNS / took, "peer": (before + after) / 2}
    return {**rates, "took_s": took, "peak_mb": peak, "store_mb": size / 1e6, "listing_s": sorted(listing)[LISTINGS // 2]}


def report(found):
    (one,) = found
    ratio = one["ours"] / one["peer"]
    return (
        f"## Speed of an import\n\n{RUNS:,} one-hour runs ({RUNS * 3601 / 1e6:.0f} million samples with running dynamics) as a Strava "
        f"archive: {one['took_s']:.0f} s, {one['ours']:.1f} runs a second; a plain fitdecode loop over the same two processors, measured "
        f"before and after in the same run: {one['peer']:.2f}. Ratio {ratio:.1f} (aim {FASTER:.0f}). Peak memory of all processes together "
        f"{one['peak_mb']:.0f} MB (aim at most {PEAK_MB:.0f}). The store then takes {one['store_mb']:.0f} MB. Listing all of them from "
        f"a cold start: {one['listing_s']:.2f} s, median of {LISTINGS} (aim at most {LIST_S:.0f}).\n"
    )
