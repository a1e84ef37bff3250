"""Mutated files through every reader and measure: none may crash, take long, or go without its line.

    python -m bench.fuzz [COUNT] [SEED]

Inputs are small files of every format from our own writers, changed by flips, cuts, repeats, swaps and foreign pieces. A fault
prints its seed, so that it can be made again: input N of a seed is always the same.
"""

import gzip
import io
import json
import resource
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
from rich.progress import track

from backstride.example.apple_writer import AppleExport, apple_route, apple_xml
from backstride.example.fit_writer import DeveloperField, RunPlan, fit_bytes
from backstride.example.garmin_writer import garmin_zip
from backstride.example.strava_writer import LANGUAGES, StravaActivity, activities_csv, write_strava_zip
from backstride.importers.folder import read_runs
from backstride.training import measure_run

INPUTS, PIECE, SEED = 200_000, 5_000, 6
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
    b'"',
    b",",
    b"\r\n",
    b"[[[[",
    b'{"a":',
    b"null",
    b"NaN",
    b"-1",
    b"=1+1",
    b"\x0b",
    b"&#11;",
    b"]]>",
    b"1970-01-01",
    b"99999999999999999999",
)
START = datetime(2026, 5, 1, 6, tzinfo=UTC)


def plan(**more):
    return RunPlan(START, 500.0, 300, **more)


def rich_plan():
    fields = (DeveloperField("Power", "Watts", 250.0),)
    path = ((50.0, 8.0), (50.01, 8.0))
    dynamics = {"contact_time_ms": 250.0, "contact_balance_left": 0.5, "vertical_oscillation_mm": 90.0, "temperature_c": 20.0}
    return plan(seed=1, path=path, altitude_m=(1.0, 30.0, 2.0), pauses=((60, 20),), developer_fields=fields, **dynamics)


def suunto():
    samples = "".join(
        f"<Sample><Time>{i}</Time><HR>2.1</HR><Speed>3</Speed><UTC>2026-05-01T06:00:{i:02d}Z</UTC></Sample>"
        f"<Sample><Latitude>0.79</Latitude><Longitude>-2.1</Longitude><UTC>2026-05-01T06:00:{i:02d}.5Z</UTC></Sample>"
        for i in range(30)
    )
    head = "<Duration>30</Duration><Distance>90</Distance><Activity>Running</Activity><DateTime>2026-05-01T08:00:00</DateTime>"
    log = f"<DeviceLog><Header>{head}</Header><Device><Name>S</Name></Device><Samples>{samples}</Samples></DeviceLog>"
    header = {"Duration": 30, "Distance": 90, "Activity": 3, "DateTime": "2026-05-01T08:00:00.000+02:00"}
    rows = [{"TimeISO8601": f"2026-05-01T08:00:{i:02d}.000+02:00", "HR": 2.1, "Speed": 3, "Distance": 3 * i} for i in range(30)]
    as_json = {"DeviceLog": {"Header": header, "Device": {"Name": "S"}, "Samples": rows}}
    return f'<?xml version="1.0"?><sml>{log}</sml>'.encode(), json.dumps(as_json).encode()


@cache
def seeds():
    """A small file of every format, by name."""
    fit, rich = fit_bytes(plan()), fit_bytes(rich_plan(), plan(sport="cycling"))
    points = "".join(f'<trkpt lat="{50 + i / 10000}" lon="8"><ele>1</ele><time>2026-05-01T06:00:{i:02d}Z</time></trkpt>' for i in range(40))
    gpx = f'<?xml version="1.0"?><gpx creator="x"><trk><type>running</type><trkseg>{points}</trkseg></trk></gpx>'.encode()
    rows = "".join(
        f"<Trackpoint><Time>2026-05-01T06:00:{i:02d}Z</Time><DistanceMeters>{3 * i}</DistanceMeters></Trackpoint>" for i in range(40)
    )
    tcx = (
        '<TrainingCenterDatabase><Activities><Activity Sport="Running"><Lap StartTime="2026-05-01T06:00:00Z"><TotalTimeSeconds>40'
        f"</TotalTimeSeconds><DistanceMeters>120</DistanceMeters><Track>{rows}</Track></Lap></Activity></Activities></TrainingCenterDatabase>"
    ).encode()
    sml, suunto_json = suunto()
    found = {"a.fit": fit, "rich.fit": rich, "a.gpx": gpx, "a.tcx": tcx, "a.sml": sml, "suunto.json": suunto_json}
    found |= {f"{name}.gz": gzip.compress(found[name]) for name in ("a.fit", "a.gpx", "a.tcx")}
    told = [StravaActivity(plan(), 100 + i, title="Run", private_note='low "back", stiff', gear="Acme One") for i in range(4)]
    for language in ("en", "de", "fr"):
        found[f"activities-{language}.csv"] = "".join(activities_csv(told, LANGUAGES[language])).encode()
    head = "Activity Type,Date,Favorite,Title,Distance,Calories,Time,Avg HR,Max HR,Aerobic TE,Avg Run Cadence,Max Run Cadence,Avg Pace"
    found["garmin.csv"] = f'{head}\nRunning,2026-05-01 08:00:00,false,"Run, easy",5.00,300,00:25:00,150,170,--,170,184,5:00\n'.encode()
    export = AppleExport([plan(contact_time_ms=250.0, vertical_oscillation_mm=90.0)], background=20)
    found["export.xml"] = b"".join(apple_xml(export))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("apple_health_export/export.xml", found["export.xml"])
        target.writestr("apple_health_export/workout-routes/route_2026-05-01_8.00am.gpx", apple_route(rich_plan()))
    found["apple.zip"] = archive.getvalue()
    found["garmin.zip"] = garmin_zip([plan()], days=3, monitoring=1)
    with zipfile.ZipFile(io.BytesIO(found["garmin.zip"])) as garmin:
        found |= {f"garmin-{Path(name).name}": garmin.read(name) for name in garmin.namelist() if name.endswith(".json")}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.zip"
        write_strava_zip(path, told, shoes=[("blue", "Acme", "One")])
        found["strava.zip"] = path.read_bytes()
    found["shoes.csv"] = b"Shoe Name,Shoe Brand,Shoe Model,Shoe Default Sport Types\nblue,Acme,One,Run\n"
    return found


def mutated(data, rng):
    data = bytearray(data)
    for _ in range(int(rng.integers(1, 6))):
        at = int(rng.integers(0, len(data) + 1))
        kind = rng.integers(0, 6)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << int(rng.integers(0, 8))
        elif kind == 1 and at < len(data):
            data[at] = int(rng.integers(0, 256))
        elif kind == 2 and rng.random() < 0.5:
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


def one(seed, number, folder):
    """Put one input through everything; gives its format, what became of it, and how long it took."""
    corpus = seeds()
    rng = np.random.default_rng((seed, number))
    name = sorted(corpus)[int(rng.integers(0, len(corpus)))]
    path = Path(folder) / name
    path.write_bytes(mutated(corpus[name], rng))
    begin = time.perf_counter()
    try:
        warnings.simplefilter("error")  # a warning would be seen on somebody's screen
        outcomes = read_runs([path])
        for outcome in outcomes:
            assert outcome.detail and "reader failed" not in outcome.detail, outcome.detail
            for run in outcome.runs:
                measure_run(run)
    except Exception as error:
        error.add_note(f"input {number} of seed {seed} ({name})")
        raise
    finally:
        path.unlink()
    return name, [outcome.state for outcome in outcomes], time.perf_counter() - begin


def pieces():
    return range(INPUTS // PIECE)


def run(piece):
    states, slowest = Counter(), (0.0, 0)
    with tempfile.TemporaryDirectory(prefix="backstride-fuzz-") as folder:
        for number in range(piece * PIECE, (piece + 1) * PIECE):
            name, became, took = one(SEED, number, folder)
            slowest = max(slowest, (took, number))
            states.update(f"{name}: {state}" for state in became)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"states": states, "slowest_s": slowest[0], "input": slowest[1], "peak_bytes": peak}


def report(found):
    slowest = max(found, key=lambda piece: piece["slowest_s"])
    peak = max(piece["peak_bytes"] for piece in found)
    total = Counter()
    for piece in found:
        for key, count in piece["states"].items():
            total[key.rpartition(": ")[2]] += count
    kinds = len({key.rpartition(": ")[0] for piece in found for key in piece["states"]})
    words = ", ".join(f"{count:,} {state}" for state, count in sorted(total.items()))
    return (
        f"## Damaged inputs\n\n{len(found) * PIECE:,} mutated inputs of {kinds} kinds (`make fuzz`, seed {SEED}) through readers and "
        "measures: "
        f"no crash, each file and member with its line ({words}). Slowest {slowest['slowest_s']:.2f} s "
        f"(input {slowest['input']}; aim under {SLOW_S:.0f}); peak memory of a process that read {PIECE:,} of them {peak / 1e6:.0f} MB "
        f"(aim under {LARGE_BYTES / 1e6:.0f}).\n"
    )


def main(count, seed):
    with tempfile.TemporaryDirectory(prefix="backstride-fuzz-") as folder:
        slowest = max((one(seed, number, folder)[2], number) for number in track(range(count), description="Fuzzing"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"{count:,} inputs, seed {seed}: no crash; slowest {slowest[0]:.2f} s (input {slowest[1]}), peak memory {peak / 1e6:.0f} MB")
    return 0 if slowest[0] < SLOW_S and peak < LARGE_BYTES else 1


if __name__ == "__main__":
    arguments = [int(value) for value in sys.argv[1:]]
    sys.exit(main(arguments[0] if arguments else INPUTS, arguments[1] if len(arguments) > 1 else SEED))
