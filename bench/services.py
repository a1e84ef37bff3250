"""The same runner from three services, and the same archive twice: is every run counted once, with the source of every field?"""

import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backstride import intake
from backstride.example.apple_writer import AppleExport, write_apple_export
from backstride.example.fit_writer import RunPlan
from backstride.example.garmin_writer import garmin_zip
from backstride.example.strava_writer import StravaActivity, write_strava_zip
from backstride.store.store import open_store

RUNS = 200


def pieces():
    return range(1)


def plans():
    """Every other day, on some days two runs close in time; with what a watch measures."""
    start = datetime(2025, 3, 1, 16, 30, tzinfo=UTC)
    for number in range(RUNS):
        begin = start + timedelta(days=number - number % 5 // 4, minutes=70 * (number % 5 // 4), seconds=number % 50)
        yield RunPlan(
            begin,
            5000.0 + 37 * number,
            1800 + 13 * number,
            every_s=5,
            seed=number,
            contact_time_ms=250.0,
            vertical_oscillation_mm=90.0,
            utc_offset_s=7200,
        )


def run(_):
    some = list(plans())
    with tempfile.TemporaryDirectory(prefix="backstride-services-") as folder:
        where = Path(folder)
        told = [StravaActivity(p, 100 + i, title=f"Run {i}", private_note="stiff", gear="Acme One") for i, p in enumerate(some)]
        write_strava_zip(where / "strava.zip", told, shoes=[("blue", "Acme", "One")])
        (where / "garmin.zip").write_bytes(garmin_zip(some))
        write_apple_export(where / "apple.zip", AppleExport(some))
        store = open_store(where / "home", f"sqlite:///{folder}/home/backstride.sqlite3")
        me = store.runner_or_new("me", "Europe/Berlin")
        rows = []
        for name in ("strava", "strava", "garmin", "apple"):
            done = intake.import_paths(store, me, [where / f"{name}.zip"])
            rows.append([name, dict(done.states), len(store.runs(me, sport="running"))])
        origins = Counter()
        unknown = 0
        for stored in store.runs(me, sport="running"):
            whole = store.run(me, stored.key)
            kind = {source.key: source.files[0][2].rpartition("!")[2].rpartition("/")[2] for source in whole.sources}
            for name, origin in whole.origin_of.items():
                file = kind.get(origin, "")
                unknown += not file
                origins[name, "FIT" if ".fit" in file else file if file.endswith((".csv", ".json", ".xml")) else file[-4:]] += 1
    return {"rows": rows, "origins": sorted([*key, count] for key, count in origins.items()), "unknown": unknown}


def report(found):
    (one,) = found
    lines = ["| import | what became of its files | runs then |", "|---|---|---|"]
    lines += [f"| {name} | {', '.join(f'{n} {s}' for s, n in states.items())} | {runs} |" for name, states, runs in one["rows"]]
    lines += ["", f"Where the fields of the {one['rows'][-1][2]} runs come from ({one['unknown']} fields without a source):", ""]
    lines += ["| field | source | runs |", "|---|---|---|", *(f"| {name} | {kind} | {count} |" for name, kind, count in one["origins"])]
    head = f"## The same runs from three services\n\n{RUNS} runs, some two a day an hour apart, as archives of one runner; the first twice."
    return head + "\n\n" + "\n".join(lines) + "\n"
