"""Mutated run files through every reader: none may crash, take long, or go without its line.

    python -m bench.fuzz [COUNT] [SEED]

Inputs are small files of every format from our own writers, changed by flips, cuts, repeats, swaps and foreign pieces. A fault
prints its seed, so that it can be made again: input N of a seed is always the same.
"""

import gzip
import io
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from rich.progress import track

from backstride.example.fit_writer import RunPlan, fit_bytes
from backstride.importers.folder import read_runs

SLOW_S, LARGE_BYTES = 10.0, 1_000_000_000
PIECES = (
    b"\xff" * 4,
    b"\0" * 16,
    b"<",
    b"</trkpt>",
    b"&a;",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b".FIT",
    b"\x1f\x8b\x08",
    b"1e999",
    b"-",
    b"\x40",
)


def seeds():
    """A small file of every format."""
    fit = fit_bytes(RunPlan(datetime(2026, 5, 1, 6, tzinfo=UTC), 500.0, 300))
    points = "".join(f'<trkpt lat="{50 + i / 10000}" lon="8"><ele>1</ele><time>2026-05-01T06:00:{i:02d}Z</time></trkpt>' for i in range(40))
    gpx = f'<?xml version="1.0"?><gpx creator="x"><trk><type>running</type><trkseg>{points}</trkseg></trk></gpx>'.encode()
    rows = "".join(
        f"<Trackpoint><Time>2026-05-01T06:00:{i:02d}Z</Time><DistanceMeters>{3 * i}</DistanceMeters></Trackpoint>" for i in range(40)
    )
    tcx = (
        '<TrainingCenterDatabase><Activities><Activity Sport="Running"><Lap StartTime="2026-05-01T06:00:00Z"><TotalTimeSeconds>40'
        f"</TotalTimeSeconds><DistanceMeters>120</DistanceMeters><Track>{rows}</Track></Lap></Activity></Activities></TrainingCenterDatabase>"
    ).encode()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("activities/1.fit.gz", gzip.compress(fit))
        target.writestr("activities/2.gpx", gpx)
        target.writestr("activities.csv", b"a,b")
    return {
        "a.fit": fit,
        "a.gpx": gpx,
        "a.tcx": tcx,
        "a.fit.gz": gzip.compress(fit),
        "a.gpx.gz": gzip.compress(gpx),
        "a.tcx.gz": gzip.compress(tcx),
        "a.zip": archive.getvalue(),
    }


def mutated(data, rng):
    data = bytearray(data)
    for _ in range(int(rng.integers(1, 6))):
        at = int(rng.integers(0, len(data) + 1))
        kind = rng.integers(0, 6)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << int(rng.integers(0, 8))
        elif kind == 1 and at < len(data):
            data[at] = int(rng.integers(0, 256))
        elif kind == 2:
            del data[at:]
        elif kind == 3:
            data[at:at] = PIECES[int(rng.integers(0, len(PIECES)))]
        elif kind == 4:
            span = int(rng.integers(1, 200))
            data[at:at] = data[at : at + span] * int(rng.integers(1, 4))
        else:
            del data[at : at + int(rng.integers(1, 50))]
        if not data:
            data = bytearray(b"\0")
    return bytes(data)


def main(count, seed):
    corpus = seeds()
    states, slowest = Counter(), (0.0, 0)
    with tempfile.TemporaryDirectory(prefix="backstride-fuzz-") as folder:
        for number in track(range(count), description="Fuzzing"):
            rng = np.random.default_rng((seed, number))
            name = sorted(corpus)[int(rng.integers(0, len(corpus)))]
            path = Path(folder) / name
            path.write_bytes(mutated(corpus[name], rng))
            begin = time.perf_counter()
            try:
                outcomes = read_runs([path])
                for outcome in outcomes:
                    assert outcome.detail
                    for run in outcome.runs:
                        run.load_samples()
            except Exception as error:
                print(f"input {number} of seed {seed} ({name}): {type(error).__name__}: {error}", file=sys.stderr)
                return 1
            took = time.perf_counter() - begin
            slowest = max(slowest, (took, number))
            states.update(f"{name.removeprefix('a.')}: {outcome.state}" for outcome in outcomes)
            path.unlink()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"{count:,} inputs, seed {seed}: no crash; slowest {slowest[0]:.2f} s (input {slowest[1]}), peak memory {peak / 1e6:.0f} MB")
    for state, times in sorted(states.items()):
        print(f"  {state}: {times:,}")
    return 0 if slowest[0] < SLOW_S and peak < LARGE_BYTES else 1


if __name__ == "__main__":
    arguments = [int(value) for value in sys.argv[1:]]
    sys.exit(main(arguments[0] if arguments else 200_000, arguments[1] if len(arguments) > 1 else 0))
