"""Made-up runners with a history of measured runs: volume and rhythm resampled from a real one, everything else generated.

What is assumed of the generated part stands in `Runner`. The truth is known: nothing was planted, or one change before an onset.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np

from backstride.model.evidence import Measure
from backstride.model.run import DayValue, Run
from backstride.model.run_measures import RunMeasures, SpeedBin
from backstride.training import MEASURE_VERSION

HISTORY = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "history" / "runner_a_2018_2024.json"
FIRST = date(2022, 1, 3)
KINDS = {"longest_run": 7, "air_temperature": 7, "contact_balance": 21, "cadence": 21, "descent": 14}
"""What can be planted, and over how many days."""


@cache
def _series():
    """Stretches of the real history without a break of over three weeks: (day, km)."""
    rows = json.loads(HISTORY.read_text(encoding="utf-8"))
    runs = sorted((date.fromisoformat(row["start_date_local"][:10]).toordinal(), row["distance"] / 1000) for row in rows)
    series = [[runs[0]]]
    for run in runs[1:]:
        if run[0] - series[-1][-1][0] > 21:
            series.append([])
        series[-1].append(run)
    return [one for one in series if len(one) >= 12]


def rhythm(rng, days):
    """Days and kilometres of runs: blocks of 6 to 14 runs drawn from the real history, all scaled by one factor of this runner."""
    series, scale = _series(), np.exp(rng.normal(0, 0.35))
    own = series[rng.integers(len(series))] if rng.random() < 0.5 else None
    found, today = [], 0
    while today < days:
        one = own if own is not None else series[rng.integers(len(series))]
        length = int(rng.integers(6, 15))
        start = int(rng.integers(0, max(1, len(one) - length)))
        before = None
        for day, km in one[start : start + length]:
            today += 2 if before is None else max(1, day - before)
            before = day
            if today < days:
                found.append((today, km * scale * np.exp(rng.normal(0, 0.03))))
    return np.array([day for day, _ in found]), np.array([km for _, km in found])


def wander(rng, n, memory, deviation):
    """A series whose neighbours resemble each other (first-order autoregressive)."""
    steps = rng.normal(0, 1, n)
    values = np.empty(n)
    values[0] = steps[0]
    for i in range(1, n):
        values[i] = memory * values[i - 1] + np.sqrt(1 - memory**2) * steps[i]
    return values * deviation


@dataclass
class Runner:
    """A made-up runner; arrays by run, but `sleep_h` by day.

    Weather: a yearly wave of 5 to 10 C, days that resemble each other (0.65) with a deviation of `weather_c`, and 1.5 C by the time of day.
    Form: each run its own (white), a part that lasts some runs (0.4), and a slow drift. Four routes, whose hills differ (log-normal, 0.7).
    """

    rng: object
    days: int
    day: np.ndarray
    km: np.ndarray
    air_c: np.ndarray = field(default=None)
    values: dict = field(default_factory=dict)
    balance_deviation: float = 0.0
    sleep_h: np.ndarray = field(default=None)
    device: list = field(default_factory=list)


def runner(seed, days=540, weather_c=2.5, swap=0.0):
    rng = np.random.default_rng(seed)
    day, km = rhythm(rng, days)
    n = len(day)
    made = Runner(rng, days, day, km)

    def drift(deviation):
        return np.cumsum(rng.normal(0, 1, days))[day] / np.sqrt(365) * deviation

    wave = rng.uniform(5, 10) * np.sin(2 * np.pi * np.arange(days) / 365.25 + rng.uniform(0, 2 * np.pi))
    made.air_c = (12 + wave + wander(rng, days, 0.65, weather_c))[day] + rng.normal(0, 1.5, n)
    deviation = rng.uniform(0.003, 0.008)
    made.balance_deviation = deviation
    routes = np.exp(rng.normal(2.2, 0.7, 4))
    climb = routes[rng.choice(4, n, p=rng.dirichlet([2, 1, 1, 1]))]
    ascent = climb * np.exp(rng.normal(0, 0.15, n))
    made.values = {
        "dew_point_c": made.air_c - 8 + wander(rng, days, 0.65, 2.0)[day] + rng.normal(0, 1, n),
        "cadence_spm": rng.normal(0, 1.8, n) + wander(rng, n, 0.4, 1.2) + drift(1.5),
        "contact_balance_left": 0.502 + rng.normal(0, 0.8 * deviation, n) + wander(rng, n, 0.4, 0.6 * deviation) + drift(0.5 * deviation),
        "contact_time_ms": rng.normal(0, 4, n) + wander(rng, n, 0.4, 3) + drift(4),
        "vertical_oscillation_mm": 88 + rng.normal(0, 2, n) + wander(rng, n, 0.4, 1.5) + drift(2),
        "ascent_m_per_km": ascent,
        "descent_m_per_km": ascent * np.exp(rng.normal(0, 0.08, n)),
        "speed_mps": 2.75 + rng.normal(0, 0.12, n) + wander(rng, n, 0.3, 0.06) + drift(0.1),
        "fast_share": np.where(rng.random(n) < 0.25, rng.uniform(0.2, 0.6, n), rng.uniform(0, 0.1, n)),
        "trail_share": (rng.random(n) < 0.15).astype(float),
    }
    made.sleep_h = np.where(rng.random(days) < 0.8, 7.2 + wander(rng, days, 0.25, 0.8), np.nan)
    changed = rng.integers(days // 4, 3 * days // 4) if rng.random() < swap else days
    made.device = ["first/watch" if d < changed else "second/watch" for d in day]
    return made


def onset_for(made, kind):
    """A day with enough runs before it to plant the change in, in the last third of the history."""
    width = KINDS.get(kind, 7)
    for _ in range(300):
        day = int(made.rng.integers(made.days * 2 // 3, made.days - 1))
        inside = ((made.day > day - width) & (made.day <= day)).sum()
        before = ((made.day <= day - width) & (made.day > day - width - 30)).sum()
        if inside >= (2 if width < 21 else 4) and before >= 4:
            return day
    return None


def plant(made, kind, onset, size=1.0):
    """Change one thing before an onset; size 1 is what the issue calls medium."""
    inside = (made.day > onset - KINDS[kind]) & (made.day <= onset)
    if kind == "longest_run":
        before = (made.day <= onset - 7) & (made.day > onset - 37)
        longest = made.km[before].max()
        made.km[inside] = np.minimum(made.km[inside], longest * 1.2)
        made.km[made.rng.choice(np.flatnonzero(inside))] = longest * (1 + 0.5 * size)
    elif kind == "air_temperature":
        made.air_c[inside] += 6 * size
        made.values["dew_point_c"][inside] += 3 * size
    elif kind == "contact_balance":
        made.values["contact_balance_left"][inside] += 1.5 * size * made.balance_deviation
    elif kind == "cadence":
        made.values["cadence_spm"][inside] -= 0.04 * size * 166
    else:
        made.values["descent_m_per_km"][inside] *= 1 + size


def runs_of(made):
    """The runs as the store keeps them, measured."""
    return tuple(_run(made, i) for i in range(len(made.day)))


def _run(made, i):
    value = {name: float(column[i]) for name, column in made.values.items()}
    speed, km = max(value["speed_mps"], 1.8), float(made.km[i])
    seconds = km * 1000 / speed
    bins = [(speed + 0.25 * step, share) for step, share in ((-1, 0.2), (0, 0.6), (1, 0.2))]
    if value["fast_share"] > 0:
        bins = [(at, share * (1 - value["fast_share"])) for at, share in bins] + [(speed + 1.0, value["fast_share"])]
    profile = {}
    for at, share in bins:
        place = int(at / 0.25) * 0.25
        middle = place + 0.125
        profile[place] = SpeedBin(
            place, profile[place].seconds + share * seconds if place in profile else share * seconds, True,
            166 + 9 * (middle - 2.75) + value["cadence_spm"], 250 - 35 * (middle - 2.75) + value["contact_time_ms"],
            value["contact_balance_left"], value["vertical_oscillation_mm"] + 2 * (middle - 2.75),
        )  # fmt: skip
    device = made.device[i]
    told = {
        "distance_km": km, "moving_time_s": seconds, "mean_speed_mps": km * 1000 / seconds, "treadmill_share": 0.0,
        "weather_temperature_c": float(made.air_c[i]),
        **{name: value[name] for name in ("dew_point_c", "ascent_m_per_km", "descent_m_per_km", "trail_share")},
        "cadence_spm": 166 + 9 * (speed - 2.75) + value["cadence_spm"], "contact_balance_left": value["contact_balance_left"],
        "contact_time_ms": 250 - 35 * (speed - 2.75) + value["contact_time_ms"], "vertical_oscillation_mm": value["vertical_oscillation_mm"],
    }  # fmt: skip
    measured = RunMeasures(
        MEASURE_VERSION, tuple(Measure(name, one, "") for name, one in told.items()), tuple(profile[at] for at in sorted(profile))
    )
    start = datetime(FIRST.year, FIRST.month, FIRST.day, 17, tzinfo=UTC) + timedelta(days=int(made.day[i]))
    return Run(start, "running", km * 1000, seconds, utc_offset_s=0, device=device, origin=f"run {i}", measured=measured)


def nights_of(made):
    """Nights as day values; those that no device told are absent."""
    return tuple(DayValue(FIRST + timedelta(days=i), "sleep_h", float(h)) for i, h in enumerate(made.sleep_h) if np.isfinite(h))


def date_of(day):
    return FIRST + timedelta(days=int(day))


def without(made, chosen):
    """The same runner with some of its runs only."""
    return replace(
        made, day=made.day[chosen], km=made.km[chosen], air_c=made.air_c[chosen],
        values={name: column[chosen] for name, column in made.values.items()},
        device=[name for name, keep in zip(made.device, chosen, strict=True) if keep],
    )  # fmt: skip
