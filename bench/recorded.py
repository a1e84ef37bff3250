"""Every recording and archive beside the repository through one import: are ledger and totals what the manifest says?"""

import json
import math
import tempfile
from datetime import datetime
from pathlib import Path

from backstride import intake
from backstride.store.store import open_store
from bench.pieces import ROOT

DATA = ROOT.parent / "shared" / "data"
WHY = {
    "fit/sports-lib__empty-activities.fit": "the decoders of the manifest stop at its header, which says 0 bytes; its records are sound",
}
KINDS = ("fit", "tcx", "gpx", "sml", "corrupt", "archives")


def pieces():
    return range(1)


def sources_of(store, me, path):
    """What the store has of one file or archive: (start, distance, timer time, records) of every source, earliest first."""
    found = []
    for source in store.sources(me):
        if any(p == str(path) or p.startswith(f"{path}!") for _, _, p in source.files):
            run = source.run
            found.append((run.start.timestamp(), run.distance_m, run.timer_time_s, run.record_count, run.sport))
    return sorted(found)


def run(_):
    if not DATA.is_dir():
        return None
    manifest = {f["path"]: f for f in json.loads((DATA / "manifest.json").read_text())["files"]}
    rows, differ = [], []
    with tempfile.TemporaryDirectory(prefix="backstride-recorded-") as folder:
        store = open_store(Path(folder) / "home", f"sqlite:///{folder}/home/backstride.sqlite3")
        for kind in KINDS:
            me = store.runner_or_new(kind, "")
            done = intake.import_paths(store, me, [DATA / kind])
            rows.append([kind, len(store.files(me, done.number)), dict(done.states), len(store.runs(me))])
            for path, about in manifest.items():
                if path.startswith(f"{kind}/") and "truth" in about:
                    differ += [f"{path}: {line}" for line in differences(sources_of(store, me, DATA / path), about)]
    return {"rows": rows, "differ": differ}


def differences(found, about):
    """In what a file's sources differ from its truth."""
    truth = about["truth"]
    if isinstance(truth.get("sessions"), list):
        yield from of_sessions(found, truth)
    if truth.get("lenient_decoder_records"):
        records = sum(row[3] for row in found)
        if records < truth["lenient_decoder_records"]:
            yield f"{records} records, fewer than the {truth['lenient_decoder_records']} of a lenient decoder"
    if "header_values" in truth:
        stated = dict(reversed(truth["header_values"]))
        yield from one(found, float(stated["Distance"]), 0.01, float(stated["Duration"]))
    if "trackpoints" in truth and sum(row[3] for row in found) != truth["trackpoints"]:
        yield f"{sum(row[3] for row in found)} points, not {truth['trackpoints']}"
    if truth.get("lap_time_sum_s"):
        yield from one(found, truth["lap_distance_sum_m"], 0.01, truth["lap_time_sum_s"])
    elif "haversine_2d_m" in truth:
        yield from one(found, truth["haversine_2d_m"], 0.1, None)
    listed = [truth.get("activities"), truth.get("running_workouts")]
    for activity in [activity for some in listed if isinstance(some, list) for activity in some]:
        # The web list rounds to 10 m and tells the local time.
        rounded = about["kind"] == "garmin-web-csv"
        at = datetime.fromisoformat(activity["start_utc"]).timestamp()
        close = [row for row in found if rounded or abs(row[0] - at) < 2]
        if not any(math.isclose(row[1] or 0, activity["distance_m"], abs_tol=5 if rounded else 0.5) for row in close):
            yield f"no run of {activity['distance_m']} m at {activity['start_utc']}"


def of_sessions(found, truth):
    if len(found) != len(truth["sessions"]):
        yield f"{len(found)} sessions, not {len(truth['sessions'])}"
    if sum(row[3] for row in found) != truth["records"]:
        yield f"{sum(row[3] for row in found)} records, not {truth['records']}"
    stated = sorted((s["total_distance"] or 0.0, s["total_timer_time"] or 0.0) for s in truth["sessions"])
    ours = sorted((row[1] or 0.0, row[2] or 0.0) for row in found)
    for (distance, timer), (d, t) in zip(stated, ours, strict=False):
        if not (math.isclose(distance, d, abs_tol=0.01) and math.isclose(timer, t, abs_tol=0.01)):
            yield f"{d} m, {t} s, not {distance} m, {timer} s"


def one(found, distance_m, within_m, timer_s):
    """Whether there is one source with these totals."""
    if len(found) != 1:
        yield f"{len(found)} runs, not one"
        return
    _, distance, timer, *_ = found[0]
    if not math.isclose(distance or 0.0, distance_m, abs_tol=within_m):
        yield f"{distance} m, not {distance_m} m"
    if timer_s is not None and not math.isclose(timer or 0.0, timer_s, abs_tol=0.01):
        yield f"{timer} s, not {timer_s} s"


def report(found):
    head = "## Recordings\n\n"
    if found[0] is None:
        return head + "The recordings are not part of the repository; without them this part measures nothing.\n"
    lines = ["| folder | files | what became of them | runs |", "|---|---|---|---|"]
    for kind, files, states, runs in found[0]["rows"]:
        lines.append(f"| {kind} | {files} | {', '.join(f'{count} {state}' for state, count in states.items())} | {runs} |")
    differ = found[0]["differ"]
    lines += [
        "",
        f"Totals, sessions and records that differ from the manifest: {len(differ)}.",
        *(f"- {line} ({WHY.get(line.partition(': ')[0], 'not explained')})" for line in differ),
    ]
    return head + "\n".join(lines) + "\n"
