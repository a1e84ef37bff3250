"""Patterns: against plain dense arithmetic, what must not matter, what can't be judged; coverage, false reports and power."""

import itertools
import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstride.example.diaries import simulated_diary
from backstride.knowledge.loader import load
from backstride.model.pattern import LAGS, DailyExposure
from backstride.n_of_1 import PatternLimits, patterns

BEGIN = date(2026, 1, 1)
LIMITS = PatternLimits.of({key: limit.value for key, limit in load().limits.items() if key.startswith("pattern_")})
ALL = replace(LIMITS, days_each_side=1)
"""So that short diaries have all their exposures weighed."""
PRIOR = (LIMITS.prior_points, LIMITS.prior_lag_decay)


def weigh(sim, limits=LIMITS):
    return patterns(sim.exposures, sim.pain, sim.ran, BEGIN, limits)


def diary(seed=1, **arguments):
    return simulated_diary(np.random.default_rng(seed), **{"days": 90, "exposures": 4, "prior": PRIOR, **arguments})


def by_place(result):
    return {(a.exposure, a.lag_days): a for a in result.associations}


class Plain:
    """The model with whole matrices and nothing clever: no tridiagonal inverse, no Fourier transform, no eigenvalues."""

    def __init__(self, sim):
        told = np.isfinite(sim.pain)
        told[: LAGS - 1] = False
        self.rows = np.flatnonzero(told)
        self.start, self.end = self.rows[0] - LAGS + 1, self.rows[-1] + 1
        span = slice(self.start, self.end)
        self.days = self.end - self.start
        self.scaled = []
        for exposure in sim.exposures:
            values = exposure.values[span]
            known = exposure.applies[span] & np.isfinite(values)
            self.scaled.append(np.where(known, (values - values[known].mean()) / values[known].std(), 0))
        self.rows = self.rows - self.start
        self.pain, ran = sim.pain[span][self.rows], sim.ran[span]
        phase = (self.rows + 0.5) / self.days
        waves = min(int(2 * self.days / LIMITS.trend_days), len(self.rows) // 10)
        trend = [np.ones(len(self.rows)), phase, *(np.cos(np.pi * k * phase) for k in range(1, waves + 1))]
        self.trend = np.column_stack([*trend, *(ran[self.rows - lag].astype(float) for lag in range(LAGS))])
        self.memories = np.arange(0, 0.96, 0.025)

    def table(self, scaled, move=0):
        return np.column_stack([scaled[k][(self.rows - lag - move) % self.days] for k in range(len(scaled)) for lag in range(LAGS)])

    def inverse(self, memory):
        apart = np.abs(self.rows[:, None] - self.rows)
        return np.linalg.inv(memory**apart)

    def free_of_trend(self, memory):
        """The inverse of the noise's correlation without what the trend takes, and its part of the log likelihood."""
        q = self.inverse(memory)
        taken = q @ self.trend @ np.linalg.solve(self.trend.T @ q @ self.trend, self.trend.T @ q)
        # The trend's own scale adds a constant.
        return q - taken, 0.5 * (np.linalg.slogdet(q)[1] - np.linalg.slogdet(self.trend.T @ q @ self.trend)[1])

    def effects(self):
        """Mean and 95 % interval by drawing from the parts of the posterior."""
        x = self.table(self.scaled)
        prior = np.tile(LIMITS.prior_points * LIMITS.prior_lag_decay ** np.arange(LAGS), len(self.scaled)) ** 2
        free = len(self.rows) - self.trend.shape[1]
        parts = []
        for memory in self.memories:
            m, base = self.free_of_trend(memory)
            xx, xy, yy = x.T @ m @ x, x.T @ m @ self.pain, self.pain @ m @ self.pain
            for log_noise in np.linspace(-3, 2, 81):
                noise = math.exp(log_noise)
                precision = xx / noise + np.diag(1 / prior)
                mean = np.linalg.solve(precision, xy / noise)
                fit = yy / noise - xy @ mean / noise
                log = base - 0.5 * (free * log_noise + np.linalg.slogdet(precision)[1] + np.log(prior).sum() + fit)
                parts.append((log, mean, np.sqrt(np.diag(np.linalg.inv(precision)))))
        weight = np.exp(np.array([p[0] for p in parts]) - max(p[0] for p in parts))
        rng = np.random.default_rng(0)
        chosen = rng.choice(len(parts), 100_000, p=weight / weight.sum())
        mean, sd = np.array([p[1] for p in parts])[chosen], np.array([p[2] for p in parts])[chosen]
        drawn = mean + sd * rng.normal(size=mean.shape)
        return mean.mean(axis=0), *np.quantile(drawn, (0.025, 0.975), axis=0)

    def p(self):
        free = len(self.rows) - self.trend.shape[1]
        m = max(
            ((*self.free_of_trend(v), v) for v in self.memories), key=lambda t: t[1] - free / 2 * math.log(self.pain @ t[0] @ self.pain)
        )[0]

        def strength(scaled, move):
            x = self.table(scaled, move)
            return np.abs(x.T @ m @ self.pain) / np.sqrt(np.einsum("ij,ik,kj->j", x, m, x))

        turned = [x[::-1] for x in self.scaled]
        moves = [strength(scaled, move).max() for scaled in (self.scaled, turned) for move in range(self.days)]
        return np.array([np.mean([s >= own - 1e-9 for s in moves]) for own in strength(self.scaled, 0)])


@pytest.mark.parametrize("seed", [1, 2])
def test_effects_and_intervals_are_those_of_plain_dense_arithmetic(seed):
    sim = diary(seed, exposures=3, days=70, missing=0.2)
    plain = Plain(sim)
    for told, mean, low, high in zip(weigh(sim, ALL).associations, *plain.effects(), strict=True):
        scale = (told.mean_above - told.mean_below) / scaled_by(sim, told.exposure, plain)
        assert (told.effect_points, told.low, told.high) == pytest.approx((scale * mean, scale * low, scale * high), abs=0.01)


def scaled_by(sim, name, plain):
    values = next(e.values for e in sim.exposures if e.id == name)[plain.start : plain.end]
    return values[np.isfinite(values)].std()


@pytest.mark.parametrize(("seed", "missing"), [(1, 0.2), (2, 0.4), (3, 0.0)])
def test_corrected_p_is_that_of_plain_moves_of_the_whole_table(seed, missing):
    sim = diary(seed, exposures=3, missing=missing)
    assert [a.p_corrected for a in weigh(sim, ALL).associations] == pytest.approx(Plain(sim).p())


def test_a_long_ring_gets_untold_days_rather_than_a_slow_length():
    """1,013 days is a prime; 1,024 is not, so p comes in steps of 1 in 2,048."""
    sim = diary(exposures=3, days=1013, missing=0.0)
    sim.pain[: LAGS - 1] = np.nan
    moves = np.array([a.p_corrected for a in weigh(sim).associations]) * 2 * 1024
    assert moves == pytest.approx(np.round(moves))


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 100), st.floats(-50, 50), st.permutations(range(4)))
def test_units_order_and_the_level_of_pain_do_not_matter(seed, factor, shift, order):
    sim = diary(seed)
    before = by_place(weigh(sim))
    exposures = [replace(sim.exposures[i], values=sim.exposures[i].values * factor + shift, step=0.0) for i in order]
    plain = [replace(e, step=0.0) for e in sim.exposures]
    before = by_place(patterns(plain, sim.pain, sim.ran, BEGIN, LIMITS))
    after = by_place(patterns(exposures, sim.pain - 1, sim.ran, BEGIN, LIMITS))
    assert before.keys() == after.keys()
    for place, one in before.items():
        other = after[place]
        assert (one.effect_points, one.low, one.high) == pytest.approx((other.effect_points, other.low, other.high), abs=1e-4)
        assert one.p_corrected == pytest.approx(other.p_corrected)
        assert (one.mornings_above, one.mornings_below) == (other.mornings_above, other.mornings_below)
        assert one.points_per_unit == pytest.approx(other.points_per_unit * factor, abs=1e-4, rel=1e-3)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 40), st.integers(0, 40))
def test_days_without_a_told_morning_at_either_end_do_not_matter(seed, before, after):
    sim = diary(seed)
    told = np.isfinite(sim.pain)
    told[: LAGS - 1] = False
    sim.pain[~told] = np.nan

    def padded(values, with_what):
        return np.concatenate([np.full(before, with_what), values, np.full(after, with_what)])

    more = [replace(e, values=padded(e.values, 7.0), applies=padded(e.applies, True)) for e in sim.exposures]
    wide = patterns(more, padded(sim.pain, np.nan), padded(sim.ran, True), BEGIN - timedelta(days=before), LIMITS)
    assert wide == weigh(sim)


def test_a_planted_effect_is_told_in_the_runners_own_units():
    """0.6 points of pain for one SD of heat."""
    sim = simulated_diary(np.random.default_rng(8), days=400, exposures=4, planted=((0, 0, 0.6),))
    first = weigh(sim).reported[0]
    values = sim.exposures[0].values
    sd = np.nanstd(values)
    assert (first.exposure, first.lag_days, first.unit, first.direction) == ("exposure_0", 0, "C", "higher")
    assert first.cut == round(np.nanquantile(values, 2 / 3))
    assert first.mean_above == pytest.approx(np.nanmean(values[values > first.cut]), abs=0.3)
    assert first.low < 0.6 * (first.mean_above - first.mean_below) / sd < first.high
    assert first.points_per_unit == pytest.approx(0.6 / sd, rel=0.3)
    told = np.isfinite(sim.pain)
    assert first.mornings_above == (told & (np.nan_to_num(values, nan=-99) > first.cut))[LAGS - 1 :].sum()
    assert first.p_corrected <= LIMITS.report_p


def test_the_lag_is_the_days_between_exposure_and_morning():
    sim = simulated_diary(np.random.default_rng(3), days=400, exposures=4, planted=((3, 2, -1.2),))
    told = weigh(sim).reported[0]
    assert (told.exposure, told.lag_days, told.direction) == ("exposure_3", 2, "lower")


def test_a_shared_trend_is_no_pattern():
    """Pain that heals while evenings grow longer: both only drift."""
    rng = np.random.default_rng(5)
    days = 150
    drift = np.linspace(-1, 1, days) + 0.3 * np.cos(np.linspace(0, 4, days))
    light = DailyExposure("light", "h", 10 + 3 * drift + rng.normal(0, 0.3, days), np.ones(days, bool))
    pain = np.round(4 - 2 * drift + rng.normal(0, 1, days))
    result = patterns([light], pain, np.zeros(days, bool), BEGIN, LIMITS)
    assert result.associations
    assert result.reported == ()


def test_running_itself_is_not_told_as_the_heat_of_runs():
    """Pain after each run, whatever the weather: an exposure of run days must not take it up."""
    rng = np.random.default_rng(6)
    days = 200
    ran = np.arange(days) % 7 < 3
    heat = DailyExposure("heat", "C", np.where(ran, 20 + rng.normal(0, 5, days), np.nan), ran, 1.0)
    pain = np.round(2 + 2.5 * ran + rng.normal(0, 0.8, days))
    assert patterns([heat], pain, ran, BEGIN, LIMITS).reported == ()


def test_two_exposures_that_go_together_are_named_as_alike():
    sim = diary(days=200)
    twin = replace(sim.exposures[3], id="twin", values=sim.exposures[3].values * 2 + 0.01 * np.arange(200) % 3)
    result = by_place(patterns([*sim.exposures, twin], sim.pain, sim.ran, BEGIN, LIMITS))
    assert result["twin", 0].alike == ("exposure_3",)
    assert result["exposure_3", 1].alike == ("twin",)
    assert result["exposure_0", 0].alike == ()


def exposure(values, applies=None, unit="C", step=1.0):
    values = np.asarray(values, float)
    return DailyExposure("it", unit, values, np.ones(len(values), bool) if applies is None else np.asarray(applies), step)


@pytest.mark.parametrize(
    ("values", "applies", "why"),
    [
        (np.full(90, 20.0), None, "hardly changed"),
        (np.r_[np.full(86, 20.0), np.full(4, 30.0)], None, "hardly changed: only"),
        (np.where(np.arange(90) % 3, np.nan, np.arange(90) % 7), None, "Known on 30 of 90 days; at least 50%"),
        (np.full(90, np.nan), None, "Known on 0 of 90"),
        (np.full(90, np.inf), None, "Known on 0 of 90"),
        (np.arange(90.0), np.zeros(90, bool), "no such day"),
    ],
)
def test_an_exposure_that_cannot_be_judged_says_why(values, applies, why):
    sim = diary(missing=0.0)
    sim.pain[: LAGS - 1] = np.nan
    result = patterns([exposure(values, applies), *sim.exposures], sim.pain, sim.ran, BEGIN, LIMITS)
    assert [n.exposure for n in result.not_judged] == ["it"]
    assert why in result.not_judged[0].why
    assert {a.exposure for a in result.associations} == {f"exposure_{i}" for i in range(4)}
    alone = patterns([exposure(values, applies)], sim.pain, sim.ran, BEGIN, LIMITS)
    assert alone.associations == ()
    assert alone.why_not


@pytest.mark.parametrize(
    ("values", "step", "cut"),
    [
        (np.arange(90) % 2, 0.0, 0.0),
        (np.arange(90) % 4 == 0, 0.0, 0.0),
        (18 + np.arange(90) % 9 + 0.3, 1.0, 24.0),
        (7 + np.arange(90) % 9 / 100, 1.0, 7.05),
    ],
)
def test_the_cut_is_the_own_upper_third_in_steps_that_read_well(values, step, cut):
    pain = np.round(3 + np.sin(np.arange(90) * 2.0))
    result = patterns([exposure(values, step=step)], pain, np.zeros(90, bool), BEGIN, LIMITS)
    assert result.associations[0].cut == pytest.approx(cut, abs=0.011)
    assert result.associations[0].mornings_above + result.associations[0].mornings_below == 90 - LAGS + 1


def test_too_short_a_diary_says_how_much_is_needed():
    sim = diary(days=60)
    sim.pain[np.flatnonzero(np.isfinite(sim.pain))[35:]] = np.nan
    result = weigh(sim)
    assert result.associations == result.not_judged == ()
    assert f"{result.mornings} of {result.days} mornings told; 40 are needed." == result.why_not


@pytest.mark.parametrize("days", [0, 1, 3, 4, 5, 366])
def test_no_morning_a_single_one_and_a_year_of_missing_ones(days):
    nothing = patterns([exposure(np.arange(days))], np.full(days, np.nan), np.zeros(days, bool), BEGIN, LIMITS)
    assert (nothing.first_day, nothing.days, nothing.mornings) == (None, 0, 0)
    assert nothing.why_not == "No morning told; 40 are needed."
    if days > LAGS:
        pain = np.full(days, np.nan)
        pain[days // 2 + 2] = 5
        single = patterns([exposure(np.arange(days))], pain, np.zeros(days, bool), BEGIN, LIMITS)
        assert single.why_not == "1 of 1 mornings told; 40 are needed."
        assert single.last_day == BEGIN + timedelta(days=days // 2 + 2)


def test_pain_that_never_changed_or_that_running_foretells_is_no_pattern():
    sim = diary(missing=0.0)
    same = patterns(sim.exposures, np.full(90, 3.0), sim.ran, BEGIN, LIMITS)
    assert same.associations == ()
    assert same.why_not == "Pain was the same on all 87 told mornings."
    foretold = patterns(sim.exposures, 1.0 + 3.0 * sim.ran, sim.ran, BEGIN, LIMITS)
    assert foretold.associations
    assert foretold.reported == ()


def test_without_exposures_nothing_is_weighed():
    sim = diary()
    assert patterns([], sim.pain, sim.ran, BEGIN, LIMITS).why_not


def test_arrays_of_different_length_are_refused():
    sim = diary()
    with pytest.raises(ValueError, match="one value a day"):
        patterns(sim.exposures, sim.pain[:-1], sim.ran, BEGIN, LIMITS)


def test_told_mornings_far_apart_in_years():
    sim = diary(days=1200)
    sim.pain[60:1130] = np.nan
    assert weigh(sim).associations


def test_the_first_in_the_list_is_the_surest():
    result = weigh(diary(4, days=365, exposures=8))
    assert len(result.reported) > 1
    assert all(
        (a.p_corrected, -abs(a.effect_points)) <= (b.p_corrected, -abs(b.effect_points)) for a, b in itertools.pairwise(result.reported)
    )


def test_intervals_cover_what_they_say():
    """Effects drawn from the stated prior; bench/n_of_1.py has the figure with 1,200 runners."""
    inside = total = 0
    for seed in range(45):
        sim = simulated_diary(np.random.default_rng([1, seed]), days=90 + seed, exposures=6, prior=PRIOR)
        for a in weigh(sim).associations:
            k = int(a.exposure[-1])
            true = sim.truth[k, a.lag_days] * (a.mean_above - a.mean_below) / np.nanstd(sim.exposures[k].values)
            inside += a.low <= true <= a.high
            total += 1
    assert total > 900
    assert 0.93 <= inside / total <= 0.97


def test_of_runners_without_any_effect_at_most_one_in_twenty_is_told_of_one():
    told = [bool(weigh(simulated_diary(np.random.default_rng([2, seed]), days=90)).reported) for seed in range(60)]
    assert sum(told) <= 3


def test_a_large_effect_is_mostly_found():
    found = 0
    for seed in range(20):
        sim = simulated_diary(np.random.default_rng([3, seed]), days=180, planted=((3, 0, 0.75),))
        found += "exposure_3" in {a.exposure for a in weigh(sim).reported}
    assert found >= 16
