"""How far may a number computed from counts be from its true value?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from probes.types import FloatArray, IntArray

# An interval from the draws in which the number is defined describes those draws only; beyond this share of
# undefined ones it would hide how often the data do not define the number at all.
UNDEFINED_SHARE = 0.05


@dataclass(frozen=True)
class Interval:
    """A bootstrap interval.

    Attributes:
        low: lower end, or None when too many draws left the number undefined.
        high: upper end, or None.
        standard_error: standard deviation of the draws, or None.
    """

    low: float | None
    high: float | None
    standard_error: float | None


def bootstrap(
    counts: IntArray,
    statistic: Callable[[FloatArray], FloatArray],
    rng: np.random.Generator,
    *,
    draws: int = 2000,
    confidence: float = 0.95,
) -> Interval:
    """The percentile interval of a number that is a function of counts.

    Drawing N rows with replacement and counting them into K cells is one multinomial draw of N with the
    observed shares, so a draw costs K numbers and not N rows.

    Not for the gap between the largest and the smallest of several groups: there the draws lie above the
    truth and the interval of a model without any gap excludes 0. Use `probes.stats.comparisons.gap`.

    Args:
        counts: (K,) rows in each cell.
        statistic: takes (B, K) counts, gives (B,) numbers; NaN where the number is undefined.
        rng: where the draws come from.
        draws: how many.
        confidence: the level of the interval.

    References:
        B. Efron, R. J. Tibshirani (1993), An Introduction to the Bootstrap, section 13.3 (percentile
        interval).
    """
    cells = np.asarray(counts)
    total = int(cells.sum())
    if total == 0:
        return Interval(None, None, None)
    values = np.asarray(statistic(rng.multinomial(total, cells / total, size=draws).astype(float)))
    defined = values[np.isfinite(values)]
    if draws - len(defined) > UNDEFINED_SHARE * draws:
        return Interval(None, None, None)
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(low), float(high), float(np.std(defined, ddof=1)))
