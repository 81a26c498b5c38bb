"""At which error rate do the data rule out the limit, and what is left of it over many tests?"""

from collections.abc import Callable, Sequence

import numpy as np

from probes.stats.contrasts import Target, lower, upper
from probes.types import FloatArray

SMALLEST = 1e-15
# At a tail of one half a bound meets the value itself; there is nothing to learn beyond.
_HALF = 0.5
_STEPS = 40


def p_above(goal: Target, limit: float) -> float:
    """The p-value of "the true number is at most the limit": small when the data rule that out.

    Formula: the smallest level at which the lower bound is above the limit.
    Range: 1e-15 to 1; 1 stands for every level above one half.
    How to read it: a gate `<= limit` fails at level alpha when this is at most alpha.
    """
    return _smallest_level(lambda level: float(lower(goal, level)) > limit)


def p_below(goal: Target, limit: float) -> float:
    """The p-value of "the true number is at least the limit": small when ruled out."""
    return _smallest_level(lambda level: float(upper(goal, level)) < limit)


def _smallest_level(holds: Callable[[float], bool]) -> float:
    """Bisection on the logarithm, to the end at which the statement holds, so that outcomes agree with it."""
    if not holds(_HALF):
        return 1.0
    low, high = np.log(SMALLEST), np.log(_HALF)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(float(np.exp(middle))) else (middle, high)
    return float(np.exp(high))


def p_even(one: int, other: int) -> float | None:
    """The p-value of "both outcomes are equally likely", exact and two-sided.

    With the rows that two models decide differently it is McNemar's exact test, with the rises and falls of
    paired numbers the sign test.

    Formula: twice the smaller tail of the binomial distribution with `one + other` trials and chance one
    half, at most 1.
    Range: 0 to 1.
    Undefined: None when there is neither.

    References:
        Q. McNemar (1947), Note on the sampling error of the difference between correlated proportions,
        Psychometrika 12.
    """
    from scipy.special import bdtr

    trials = one + other
    return min(1.0, 2 * float(bdtr(min(one, other), trials, 0.5))) if trials else None


def holm(p_values: Sequence[float]) -> FloatArray:
    """p-values corrected so that one or more of them is wrong in at most the level of runs.

    Formula: in rising order the i-th of m (from 0) is multiplied by m - i, and never falls below the one
    before.
    Shape: that of `p_values`.
    Range: 0 to 1.

    References:
        S. Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of
        Statistics 6, section 2.
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    rising = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(rising, 1.0)
    return corrected
