"""Ten of the planted runners once more, through files: does the look back say the same of runs that were written, read, merged and measured?

Each run becomes a FIT file of a Strava archive, with the weather in its list; imported into a store, read back, looked back on. Our writer
holds one speed a run and even steps a minute, so fast parts of a run and trails are not in the files.
"""

import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from backstride.example.fit_writer import RunPlan
from backstride.example.strava_writer import StravaActivity, write_strava_zip
from backstride.model.record import Record
from backstride.why_now import why_now
from bench.histories import FIRST, nights_of, runs_of
from bench.why_now import history, is_right, knowledge

RUNNERS, EVERY_S = 10, 10
HILL_M = 25.0
LEVEL_SHARE = 0.6


def pieces():
    return range(RUNNERS)


def run(i):
    kind, made, onset = history(i, 1.0, {})
    nights = nights_of(made)
    direct = why_now(Record("made up", runs=runs_of(made), days=nights), knowledge(), onset)
    with tempfile.TemporaryDirectory(prefix="backstride-files-") as folder:
        stored = through_files(made, Path(folder))
        filed = why_now(replace(stored, days=nights), knowledge(), onset)
    return {"kind": kind, "runs": len(made.day), "direct": plain(direct, kind), "filed": plain(filed, kind)}


def plain(found, kind):
    return {
        "first": found.looked[0].exposure if found.looked else "",
        "right": bool(found.looked) and is_right(kind, found.looked[0]),
        "unusual": [one.exposure for one in found.unusual],
        "surprise": {one.exposure: one.surprise if one.direction == "more" else -one.surprise for one in found.looked},
        "order": [one.exposure for one in found.looked],
    }


def through_files(made, folder):
    from backstride.intake import import_paths
    from backstride.record import with_stored
    from backstride.store.store import open_store

    write_strava_zip(folder / "archive.zip", (activity(made, i) for i in range(len(made.day))))
    store = open_store(folder / "home", f"sqlite:///{folder}/home/backstride.sqlite3")
    me = store.runner_or_new("me", "UTC")
    import_paths(store, me, [folder / "archive.zip"])
    record = with_stored(Record("me"), store, me)
    assert len(record.runs) == len(made.day)
    return record


def activity(made, i):
    value = {name: float(column[i]) for name, column in made.values.items()}
    speed, km = max(value["speed_mps"], 1.8), float(made.km[i])
    plan = RunPlan(
        start=datetime(FIRST.year, FIRST.month, FIRST.day, 17, tzinfo=UTC) + timedelta(days=int(made.day[i])),
        distance_m=km * 1000,
        duration_s=round(km * 1000 / speed),
        every_s=EVERY_S,
        cadence_spm=2 * round((166 + 9 * (speed - 2.75) + value["cadence_spm"]) / 2),
        seed=i,
        contact_time_ms=250 - 35 * (speed - 2.75) + value["contact_time_ms"],
        contact_balance_left=value["contact_balance_left"],
        vertical_oscillation_mm=value["vertical_oscillation_mm"] + 2 * (speed - 2.75),
        altitude_m=heights(km, value["ascent_m_per_km"], value["descent_m_per_km"]),
        manufacturer=1,
        product=4315,
    )
    cells = {"Weather Temperature": f"{made.air_c[i]:.2f}", "Dewpoint": f"{value['dew_point_c']:.2f}"}
    return StravaActivity(plan, 7_000_000 + i, cells=cells)


def heights(km, ascent, descent):
    """Level first, then hills of about `HILL_M` that sum up to the ascent and descent of the run."""
    hills = max(1, round(max(ascent, descent) * km / HILL_M))
    ups = np.tile([ascent * km / hills, -descent * km / hills], hills)
    level = np.zeros(round(len(ups) * LEVEL_SHARE / (1 - LEVEL_SHARE)))
    return tuple((1000 + np.concatenate([level, np.cumsum([0.0, *ups])])).tolist())


def report(results):
    rows, same, order, signed = [], 0, [], []
    for i, one in enumerate(results):
        direct, filed = one["direct"], one["filed"]
        shared = [name for name in direct["order"] if name in filed["order"]]
        ranks = correlation(range(len(shared)), [filed["order"].index(name) for name in shared])
        alike = correlation(*([side["surprise"][name] for name in shared] for side in (direct, filed)), ranked=False)
        order.append(ranks)
        signed.append(alike)
        same += direct["first"] == filed["first"]
        told = [", ".join(side["unusual"]) or "nothing" for side in (direct, filed)]
        cells = [
            str(i),
            one["kind"],
            f"{one['runs']}",
            direct["first"],
            filed["first"],
            *told,
            str(len(shared)),
            f"{ranks:.2f}",
            f"{alike:.2f}",
        ]
        rows.append(f"| {' | '.join(cells)} |")
    right = [sum(one[side]["right"] for one in results) for side in ("direct", "filed")]
    return "\n".join(
        [
            "## The same through files",
            "",
            f"The first {RUNNERS} of the runners with a planted change, each run written as a FIT file, imported and measured. The same exposure "
            f"comes first in {same} of {RUNNERS}; the planted one in {right[0]} without files and {right[1]} with them. The order of all that both "
            f"judged correlates by {np.median(order):.2f} (median; Spearman), their surprises by {np.median(signed):.2f}. Fast parts of "
            "a run and trails are not in the files, and cadence comes in steps of two.",
            "",
            "| runner | planted | runs | first, direct | first, through files | unusual, direct | unusual, through files | judged by both | order | surprise |",
            "|---|---|---|---|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def correlation(one, other, ranked=True):
    one, other = (np.argsort(np.argsort(values)) if ranked else np.asarray(values) for values in (one, other))
    return float(np.corrcoef(one, other)[0, 1])
