"""A trial in blocks whose order a coin decided, and the exact test that goes with that coin.

Two blocks make a pair: one with arm A (usually: as before), one with arm B (the change). A coin, thrown for each pair before the trial,
decides which comes first. So the test assumes nothing of how pain behaves over time: it asks how often the coin alone would have
given a difference as large.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backstride.errors import BackstrideError

__all__ = ["Block", "BlockTest", "block_test", "design", "pairs_needed", "smallest_p"]

Arm = Literal["A", "B"]
_ALL_UP_TO_PAIRS = 16
_DRAWS = 100_000
_SAME = 1e-9


class Block(NamedTuple):
    """Days in a row with one arm.

    Attributes
    ----------
    begin_offset_days : int
        First day of the block, counted from the first day of the trial (0).
    days : int
    arm : str
        ``"A"`` or ``"B"``.
    """

    begin_offset_days: int
    days: int
    arm: Arm


@dataclass(frozen=True, slots=True)
class BlockTest:
    """What a trial in blocks showed.

    Attributes
    ----------
    pairs, pairs_dropped : int
        Pairs of blocks that could be compared, and those that could not since one of their blocks has no told morning.
    mornings_a, mornings_b : int
        Told mornings in the pairs that could be compared.
    pain_a, pain_b : float or None
        Mean over those pairs of the blocks' mean pain, 0 to 10; None without a pair.
    difference : float or None
        ``pain_b - pain_a``, in points: below zero means less pain with B.
    low, high : float or None
        Interval that the test gives by inversion: all shifts between the arms that it does not reject. None with too few pairs.
    p : float
        Share of the coin's outcomes with a difference at least as large, in either direction, ties counted in; 1 without a pair.
    smallest_p : float
        Smallest p that these pairs could have given. A pair without any difference cannot help.
    exact : bool
        True when all outcomes of the coin were counted, false when drawn ones stand for them.
    """

    pairs: int
    pairs_dropped: int
    mornings_a: int
    mornings_b: int
    pain_a: float | None
    pain_b: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float
    smallest_p: float
    exact: bool


def design(pairs: int, days_per_block: int, seed: int) -> tuple[Block, ...]:
    """Blocks of a trial, in order, both arms once in each pair, the order in a pair by a coin.

    Parameters
    ----------
    pairs, days_per_block : int
        1 or more.
    seed : int
        Of the coin, 0 or more. The same seed gives the same order, so keep the blocks or the seed.

    Returns
    -------
    tuple of Block
        Twice as many as pairs, without gaps.

    Raises
    ------
    BackstrideError
        For less than one pair or one day, or a seed below 0.
    """
    if pairs < 1 or days_per_block < 1:
        raise BackstrideError(f"A trial of {pairs} pairs of blocks of {days_per_block} days cannot be.", remedy="Use 1 or more of both.")
    if seed < 0:
        raise BackstrideError(f"The seed is {seed}.", remedy="Use 0 or more.")
    b_first = np.random.default_rng(seed).integers(0, 2, pairs)
    arms = [arm for first in b_first for arm in (("B", "A") if first else ("A", "B"))]
    return tuple(Block(i * days_per_block, days_per_block, "A" if arm == "A" else "B") for i, arm in enumerate(arms))


def smallest_p(pairs: int) -> float:
    """Smallest p, in either direction, that a trial of so many pairs can give: 2 of the ``2 ** pairs`` outcomes; 1 without a pair."""
    return 2.0 ** min(0, 1 - pairs) if pairs <= _ALL_UP_TO_PAIRS else 1 / (1 + _DRAWS)


def pairs_needed(p: float = 0.05) -> int:
    """Fewest pairs of blocks that can give this p or a smaller one: 6 for 0.05.

    Raises
    ------
    BackstrideError
        For a p that no number of pairs is counted for (1 in 100,001 or less), or above 1.
    """
    if not 1 / (1 + _DRAWS) < p <= 1:
        raise BackstrideError(f"p = {p} is not within reach.", remedy="Use more than 0.00001 and at most 1.")
    return max(1, math.ceil(1 - math.log2(p)))


def block_test(
    blocks: Sequence[Block], pain: Sequence[float | None] | NDArray[np.float64], *, level: float = 0.05, skip_days: int = 0, seed: int = 0
) -> BlockTest:
    """Compare the arms of a trial in blocks by the coin that ordered them.

    Parameters
    ----------
    blocks : sequence of Block
        From `design`: the first two are a pair, the next two, and so on.
    pain : sequence of float or None, shape (days,)
        Pain on the morning after each day of the trial, 0 to 10; None or NaN where it was not told. Days past its end were not told.
    level : float
        The interval leaves out shifts with this p or less. 0.05 gives a 95 % interval.
    skip_days : int
        First days of each block that count for neither arm, so that what the block before did can fade. Settle it before the trial.
    seed : int
        For the drawn outcomes; only with more than 16 pairs.

    Returns
    -------
    BlockTest
        Exact with up to 16 pairs. Above, 100,000 drawn outcomes stand for all, and the one that came counts too, so that p is
        never too small. Which mornings were told must not depend on the arm. `low` and `high` also assume that the change moves
        pain by the same amount in each pair; p does not.

    Raises
    ------
    BackstrideError
        When two blocks that should be a pair do not hold both arms.
    """
    told = np.asarray(pain, dtype=float)
    means: list[dict[Arm, float]] = []
    counts: dict[Arm, int] = {"A": 0, "B": 0}
    if len(blocks) % 2:
        raise BackstrideError("The last block of the trial has no partner.", remedy="Use the blocks as they were designed.")
    for pair in zip(blocks[::2], blocks[1::2], strict=True):
        if {block.arm for block in pair} != {"A", "B"}:
            raise BackstrideError("Two blocks that are a pair must hold both arms.", remedy="Use the blocks as they were designed.")
        values: dict[Arm, NDArray[np.float64]] = {b.arm: told[b.begin_offset_days + skip_days : b.begin_offset_days + b.days] for b in pair}
        values = {arm: v[~np.isnan(v)] for arm, v in values.items()}
        if all(v.size for v in values.values()):
            means.append({arm: float(v.mean()) for arm, v in values.items()})
            counts = {arm: counts[arm] + values[arm].size for arm in counts}
    dropped = len(blocks) // 2 - len(means)
    if not means:
        return BlockTest(0, dropped, 0, 0, None, None, None, None, None, 1.0, 1.0, exact=True)
    differences = np.array([pair["B"] - pair["A"] for pair in means])
    exact = len(means) <= _ALL_UP_TO_PAIRS
    flipped = _other_outcomes(len(means), seed)
    low, high = _interval(differences, flipped, level)
    moved = int((np.abs(differences) > _SAME).sum())
    return BlockTest(
        pairs=len(means),
        pairs_dropped=dropped,
        mornings_a=counts["A"],
        mornings_b=counts["B"],
        pain_a=float(np.mean([pair["A"] for pair in means])),
        pain_b=float(np.mean([pair["B"] for pair in means])),
        difference=float(differences.mean()),
        low=low,
        high=high,
        p=_share_as_large(differences, flipped),
        smallest_p=max(2.0 ** min(0, 1 - moved), 1 / (1 + len(flipped))),
        exact=exact,
    )


def _other_outcomes(pairs: int, seed: int) -> NDArray[np.float64]:
    """Which pairs had the other order, 1 or 0, a row for each other outcome of the coin.

    An outcome and its mirror give the same absolute difference, so one of the two stands for both: the last pair is never flipped.
    """
    if pairs <= _ALL_UP_TO_PAIRS:
        flipped = (np.arange(1, 2 ** (pairs - 1))[:, None] >> np.arange(pairs)) & 1
        return flipped.astype(float)
    return np.random.default_rng(seed).integers(0, 2, (_DRAWS, pairs)).astype(float)


def _share_as_large(differences: NDArray[np.float64], flipped: NDArray[np.float64]) -> float:
    came = differences.sum()
    others = np.abs(came - 2 * (flipped @ differences))
    return float((1 + (others >= abs(came) - _SAME * np.abs(differences).sum()).sum()) / (1 + len(flipped)))


def _interval(differences: NDArray[np.float64], flipped: NDArray[np.float64], level: float) -> tuple[float | None, float | None]:
    """All shifts of B against A with a p above `level`.

    With a shift below the mean difference, an outcome is at least as large as the one that came when the mean of the flipped pairs, or of
    the others, is at most that shift. So the limits are order statistics of these means, and no search is needed.
    """
    rank = math.floor(level * (1 + len(flipped)))
    if rank < 1:
        return None, None
    count, total = flipped.sum(axis=1), flipped @ differences
    pairs = len(differences)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.stack([total / count, (differences.sum() - total) / (pairs - count)])
    always = (count == 0) | (count == pairs)
    lowest, highest = np.where(always, -np.inf, means.min(axis=0)), np.where(always, np.inf, means.max(axis=0))
    low, high = np.sort(lowest)[rank - 1], -np.sort(-highest)[rank - 1]
    return (float(low), float(high)) if np.isfinite(low) and np.isfinite(high) else (None, None)
