"""Trials in blocks: the coin, the exact test against plain enumeration, its size on null data, its interval."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstride.errors import BackstrideError
from backstride.randomised import block_test, design, pairs_needed, smallest_p

POINTS = st.integers(0, 10)
PAIRS = st.lists(st.tuples(POINTS, POINTS), min_size=1, max_size=9)


def trial(pairs, seed=3):
    """Blocks of one day, and pain such that each pair has these values under A and B."""
    blocks = design(len(pairs), 1, seed)
    return blocks, [dict(zip("AB", pairs[i // 2], strict=True))[block.arm] for i, block in enumerate(blocks)]


def plain(differences):
    """Two-sided p by all assignments, with whole numbers."""
    sums = [
        abs(sum(s * d for s, d in zip(signs, differences, strict=True))) for signs in itertools.product((1, -1), repeat=len(differences))
    ]
    return sum(s >= abs(sum(differences)) for s in sums) / len(sums)


@given(st.integers(1, 40), st.integers(1, 30), st.integers(0, 2**40))
def test_each_pair_has_both_arms_and_no_day_is_left_out(pairs, days, seed):
    blocks = design(pairs, days, seed)
    assert [b.begin_offset_days for b in blocks] == [i * days for i in range(2 * pairs)]
    assert {b.days for b in blocks} == {days}
    assert all({a.arm, b.arm} == {"A", "B"} for a, b in zip(blocks[::2], blocks[1::2], strict=True))
    assert blocks == design(pairs, days, seed)


def test_the_coin_is_fair_and_has_no_memory():
    first = np.array([[b.arm == "B" for b in design(10, 7, seed)[::2]] for seed in range(2000)])
    assert abs(first.mean() - 0.5) < 0.015
    assert abs(np.corrcoef(first[:, :-1].ravel(), first[:, 1:].ravel())[0, 1]) < 0.03


@given(PAIRS)
def test_p_is_that_of_plain_enumeration(pairs):
    result = block_test(*trial(pairs))
    assert result.exact
    assert result.p == plain([b - a for a, b in pairs])
    assert result.smallest_p <= result.p
    assert result.difference == pytest.approx(np.mean([b - a for a, b in pairs]))


@given(PAIRS)
def test_the_other_arm_turns_the_sign_and_nothing_else(pairs):
    one, other = block_test(*trial(pairs)), block_test(*trial([(b, a) for a, b in pairs]))
    assert one.p == other.p
    assert one.difference == pytest.approx(-other.difference)
    assert (one.low is None) == (other.low is None)
    if one.low is not None:
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)), min_size=6, max_size=9))
def test_the_interval_holds_the_shifts_that_the_test_does_not_reject(pairs):
    result = block_test(*trial(pairs))
    assert result.low <= result.difference <= result.high
    step = 1e-3
    for shift, inside in ((result.low - step, False), (result.low + step, True), (result.high - step, True), (result.high + step, False)):
        moved = block_test(*trial([(a, b - shift) for a, b in pairs]))
        if inside and not result.low + step <= shift <= result.high - step:
            continue
        assert (moved.p > 0.05) is inside


@pytest.mark.parametrize(("pairs", "smallest"), [(0, 1), (1, 1), (2, 0.5), (5, 0.0625), (6, 0.03125), (16, 2 / 2**16)])
def test_smallest_p_within_reach(pairs, smallest):
    assert smallest_p(pairs) == smallest
    result = block_test(*trial([(0, 1)] * pairs)) if pairs else block_test((), [])
    assert result.p == result.smallest_p == smallest


def test_pairs_without_a_difference_do_not_help():
    result = block_test(*trial([(0, 2)] * 6 + [(3, 3)] * 4))
    assert result.p == result.smallest_p == smallest_p(6)
    assert block_test(*trial([(3, 3)] * 8)).p == 1


def test_pairs_needed_for_five_percent():
    assert pairs_needed() == 6
    assert smallest_p(pairs_needed()) <= 0.05 < smallest_p(pairs_needed() - 1)
    assert pairs_needed(1) == 1
    with pytest.raises(BackstrideError):
        pairs_needed(0)


def test_a_block_without_a_told_day_drops_its_pair_and_a_missing_day_is_not_zero():
    blocks = design(7, 4, 1)
    pain = [4.0 if b.arm == "A" else 1.0 for b in blocks for _ in range(b.days)]
    pain[0:4] = [None] * 4
    pain[9] = float("nan")
    result = block_test(blocks, pain)
    assert (result.pairs, result.pairs_dropped) == (6, 1)
    assert (result.pain_a, result.pain_b, result.difference) == (4, 1, -3)
    assert result.mornings_a + result.mornings_b == 47
    assert result.p == smallest_p(6)


def test_a_trial_that_was_stopped_early_is_read_as_far_as_it_went():
    blocks = design(8, 3, 5)
    result = block_test(blocks, [2.0] * 20)
    assert (result.pairs, result.pairs_dropped) == (3, 5)
    assert block_test(blocks, []) == block_test(blocks, [None] * 48)
    assert block_test(blocks, []).difference is None


def test_days_in_which_the_block_before_fades_can_be_left_out():
    blocks = design(6, 5, 2)
    pain = [9.0 if day == 0 else (3.0 if b.arm == "A" else 2.0) for b in blocks for day in range(b.days)]
    assert block_test(blocks, pain, skip_days=1).pain_a == 3
    assert block_test(blocks, pain, skip_days=5).pairs == 0


def test_more_pairs_than_can_be_counted_are_drawn_with_the_same_answer():
    rng = np.random.default_rng(4)
    pairs = [tuple(row) for row in rng.normal(5, 1, (16, 2)) + np.array([0.0, 0.9])]
    counted = block_test(*trial(pairs))
    # A pair without a difference changes neither the sum nor any outcome of it: p must stay.
    drawn = block_test(*trial([*pairs, (5.0, 5.0)]))
    assert counted.exact and not drawn.exact
    assert drawn.p == pytest.approx(counted.p, abs=4 * np.sqrt(counted.p / 100_000))
    many = block_test(*trial([(3.0, 2.0)] * 60))
    assert many.p == many.smallest_p == smallest_p(60) == pytest.approx(1e-5, rel=1e-3)
    assert (many.low, many.high) == (-1, -1)


def test_size_on_null_data_is_the_exact_one_whatever_the_pain_does():
    """Pain fixed beforehand, with a trend and memory: only the coin is random, so over all coins the size is what it must be."""
    rng = np.random.default_rng(11)
    for pairs in (5, 6, 7):
        fixed = np.round(np.clip(6 - np.arange(2 * pairs) * 0.4 + rng.normal(0, 2, 2 * pairs).cumsum() * 0.5, 0, 10))
        gap = fixed[1::2] - fixed[::2]
        attained = []
        for coin in itertools.product((1, -1), repeat=pairs):
            values = [(0.0, s * d) for s, d in zip(coin, gap, strict=True)]
            attained.append(block_test(*trial(values)).p)
        for level in (0.05, 0.1, 0.25, 0.5):
            reachable = max((p for p in attained if p <= level), default=0.0)
            assert np.mean(np.array(attained) <= level) == reachable


def test_what_cannot_be_a_trial_is_refused():
    for arguments in ((0, 7, 1), (3, 0, 1), (3, 7, -1)):
        with pytest.raises(BackstrideError):
            design(*arguments)
    blocks = design(2, 1, 0)
    with pytest.raises(BackstrideError, match="partner"):
        block_test(blocks[:3], [1, 2, 3])
    with pytest.raises(BackstrideError, match="both arms"):
        block_test((blocks[0], blocks[0]._replace(begin_offset_days=1)), [1, 2])
