"""Numbers from knowledge files as a point and draws within their ranges.

Column 0 of every array is the point estimate, columns 1 to n are draws.
Every draw is seeded from the wording of what it belongs to (a name or a question, never an id or a position),
so that neither the order of files nor a renaming of ids moves an interval.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np
import numpy.typing as npt

from backstride.knowledge.concepts import Knowledge, Number

__all__ = ["Draws", "ends", "logistic", "logit"]

FloatArray = npt.NDArray[np.float64]

_Z90 = 1.6448536269514722
"""A stated range is read as 90 %: its ends lie this many standard deviations from the point."""


def logit(p: float) -> float:
    """Log-odds of a probability within (0, 1)."""
    return math.log(p) - math.log1p(-p)


def logistic(x: FloatArray) -> FloatArray:
    """Inverse of `logit`, element by element."""
    return np.asarray(1.0 / (1.0 + np.exp(-x)), dtype=np.float64)


class Draws:
    """Draws parameters: logit-normal for probabilities, log-normal for ratios, median at the point.

    Parameters
    ----------
    knowledge : Knowledge
        Gives the number of draws, the floor of probabilities, the spreads where no range is stated,
        and the share of variance that assumption rows have in common.
    """

    def __init__(self, knowledge: Knowledge, count: int | None = None, seed: int = 0) -> None:
        limits = knowledge.limits
        self.count = int(_number(knowledge, "draws")) if count is None else count
        self.floor = _number(knowledge, "probability_floor")
        self._spread = {
            "background": _number(knowledge, "spread_background_logit"),
            "likelihood": _number(knowledge, "spread_missing_range_logit"),
            "prior": _number(knowledge, "spread_missing_range_logit"),
            "ratio": _number(knowledge, "spread_missing_range_logit"),
        }
        self._shared = _number(knowledge, "shared_shock")
        self._seed = seed
        self._common = {kind: self._normals(f"shared shock of every assumed {kind}") for kind in self._spread}
        assert limits

    def probability(self, number: Number, kind: str, *words: str) -> FloatArray:
        """Point and draws of a probability, clipped to [floor, 1 - floor]; shape (1 + count,)."""
        centre = logit(self._clip(number.point))
        low = logit(self._clip(number.low)) if number.low is not None else None
        high = logit(self._clip(number.high)) if number.high is not None else None
        values = logistic(self._around(centre, low, high, kind, number.basis, words))
        values[0] = self._clip(number.point)
        return np.clip(values, self.floor, 1 - self.floor)

    def log_odds(self, number: Number, *words: str) -> FloatArray:
        """Point and draws of a prior's log-odds; shape (1 + count,). Priors may lie below the floor of likelihoods."""
        low = logit(number.low) if number.low else None
        high = logit(number.high) if number.high else None
        return self._around(logit(number.point), low, high, "prior", number.basis, words)

    def log_ratio(self, number: Number, *words: str) -> FloatArray:
        """Point and draws of the logarithm of a ratio; shape (1 + count,)."""
        low = math.log(number.low) if number.low else None
        high = math.log(number.high) if number.high else None
        return self._around(math.log(number.point), low, high, "ratio", number.basis, words)

    def _around(self, centre: float, low: float | None, high: float | None, kind: str, basis: str, words: tuple[str, ...]) -> FloatArray:
        own = self._normals("|".join((kind, *words)))
        z = own if basis != "assumption" else math.sqrt(1 - self._shared) * own + math.sqrt(self._shared) * self._common[kind]
        spread = self._spread[kind]
        down = max(centre - low, 0.0) / _Z90 if low is not None else spread
        up = max(high - centre, 0.0) / _Z90 if high is not None else spread
        values = centre + np.where(z < 0, down, up) * z
        values[0] = centre
        return np.asarray(values, dtype=np.float64)

    def _normals(self, words: str) -> FloatArray:
        digest = hashlib.blake2b(f"{self._seed}|{words}".encode(), digest_size=16).digest()
        generator = np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))
        return np.concatenate([[0.0], generator.standard_normal(self.count)])

    def _clip(self, p: float) -> float:
        return min(max(p, self.floor), 1 - self.floor)


def ends(number: Number, knowledge: Knowledge, kind: str) -> tuple[float, float]:
    """The ends of a probability's range: as stated, else the 5th and 95th percentile of its assumed spread.

    Parameters
    ----------
    number : Number
    knowledge : Knowledge
    kind : str
        "background", "likelihood" or "prior": whose spread is meant.
    """
    spread = _number(knowledge, "spread_background_logit" if kind == "background" else "spread_missing_range_logit")
    floor = _number(knowledge, "probability_floor") if kind != "prior" else 0.0
    centre = logit(min(max(number.point, floor), 1 - floor))
    low, high = (1 / (1 + math.exp(-(centre + sign * _Z90 * spread))) for sign in (-1, 1))
    return low if number.low is None else number.low, high if number.high is None else number.high


def _number(knowledge: Knowledge, name: str) -> float:
    value = knowledge.limits[name].value
    assert not isinstance(value, tuple)
    return float(value)
