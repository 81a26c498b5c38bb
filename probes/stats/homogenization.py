"""Do several models fail the same rows more often than chance would have it?"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from probes.stats.bootstrap import bootstrap
from probes.stats.proportions import proportion, wilson
from probes.types import BoolArray, FloatArray, IntArray, Measurement


@dataclass(frozen=True, eq=False)
class Patterns:
    """Which models failed together, and in how many rows; all that homogenization depends on.

    Attributes:
        failed: (K, M) the models that fail in each pattern that occurs.
        counts: (K,) rows of each.
    """

    failed: BoolArray
    counts: IntArray

    @property
    def rows(self) -> int:
        """All rows."""
        return int(self.counts.sum())

    @property
    def rates(self) -> FloatArray:
        """(M,) the failure rate of each model; NaN without rows."""
        return np.asarray(self.counts @ self.failed / (self.rows or np.nan))


def patterns(failures: BoolArray) -> Patterns:
    """The patterns of failures (N, M), N rows and M models."""
    failed, counts = np.unique(failures, axis=0, return_counts=True)
    return Patterns(failed, counts)


def expected(rates: FloatArray) -> FloatArray:
    """(M + 1,) the chance that 0, 1, ... M models fail a row, if they failed independently.

    Formula: the Poisson-binomial distribution of M trials with these chances, by convolution.
    """
    distribution = np.ones(1)
    for rate in rates:
        distribution = np.convolve(distribution, [1 - rate, rate])
    return distribution


def observed(found: Patterns) -> IntArray:
    """(M + 1,) rows that 0, 1, ... M models fail."""
    together = found.failed.sum(axis=1)
    return np.bincount(together, weights=found.counts, minlength=found.failed.shape[1] + 1).astype(np.int64)


def homogenization(
    found: Patterns,
    rng: np.random.Generator,
    *,
    slice: Mapping[str, str] | None = None,  # noqa: A002 - the name of the field
    confidence: float = 0.95,
) -> tuple[Measurement, Measurement, Measurement]:
    """How often all models fail the same row, how often they would by chance, and the ratio of the two.

    Formula: `systemic_failure_rate` = share of rows that every model fails; `independent_failure_rate` = the
    product of the models' failure rates; `homogenization` = the first over the second. The interval of the
    ratio is the wider, at each end, of the bootstrap over patterns and of Wilson's interval of the first
    over the second: the bootstrap alone knows nothing of patterns that did not occur.
    Range: rates 0 to 1; the ratio 0 and above.
    How to read it: 1 means that failures fall together as often as independent ones would; 3 means that
    three times as many rows have nobody who gets them right. Rows that are hard for every model raise it too:
    it says that the same people are failed, not why.
    Undefined: without rows; the ratio also when a model fails no row.

    Args:
        found: the patterns.
        rng: where the bootstrap draws come from.
        slice: what part of the data they speak of.
        confidence: the level of the intervals.

    References:
        R. Bommasani et al. (2022), Picking on the Same Person: Does Algorithmic Monoculture lead to Outcome
        Homogenization?, NeurIPS, section 3 (the ratio).
        C. Toups et al. (2023), Ecosystem-level Analysis of Deployed Machine Learning Reveals Homogeneous
        Outcomes, NeurIPS, section 3 (the Poisson-binomial baseline).
    """
    where = dict(slice or {})
    rows, rates = found.rows, found.rates
    together = int(found.counts[found.failed.all(axis=1)].sum())
    systemic = proportion(
        "systemic_failure_rate", together, rows, slice=where, confidence=confidence, undefined=_NOBODY
    )
    if not rows:
        return systemic, _undefined("independent_failure_rate", where), _undefined("homogenization", where)
    chance = float(rates.prod())
    product = Measurement("independent_failure_rate", chance, None, None, rows, where)
    if not chance:
        note = "a model fails no row of this group" if where else "a model fails no row"
        return systemic, product, Measurement("homogenization", None, None, None, rows, where, note)
    low, high = _interval(found, together, chance, rng, confidence)
    ratio = together / rows / chance
    return systemic, product, Measurement("homogenization", ratio, low, high, rows, where)


_NOBODY = "no row has a valid answer of every model"


def _undefined(metric: str, where: Mapping[str, str]) -> Measurement:
    return Measurement(metric, None, None, None, 0, where, _NOBODY)


def _interval(
    found: Patterns, together: int, chance: float, rng: np.random.Generator, confidence: float
) -> tuple[float, float]:
    drawn = bootstrap(found.counts, lambda counts: _ratio(counts, found.failed), rng, confidence=confidence)
    low, high = wilson(np.array(together), np.array(found.rows), confidence=confidence)
    ends = [(float(low) / chance, float(high) / chance)]
    if drawn.low is not None and drawn.high is not None:
        ends.append((drawn.low, drawn.high))
    return min(low for low, _ in ends), max(high for _, high in ends)


def _ratio(counts: FloatArray, failed: BoolArray) -> FloatArray:
    """(B,) the ratio of each draw (B, K)."""
    rows = counts.sum(axis=1)
    rates = counts @ failed / rows[:, None]
    chance = rates.prod(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(counts @ failed.all(axis=1) / rows / np.where(chance > 0, chance, np.nan))
