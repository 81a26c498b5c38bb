"""How far may the true mean be from the observed one?"""

import math
from collections.abc import Mapping
from dataclasses import replace
from statistics import NormalDist

import numpy as np

from probes.stats.proportions import wilson
from probes.types import Measurement

Bounds = tuple[float, float]
UNBOUNDED: Bounds = (-math.inf, math.inf)
_ROUNDING = 1e-12


def mean(
    metric: str,
    n: int,
    total: float,
    total_of_squares: float,
    *,
    slice: Mapping[str, str] | None = None,  # noqa: A002 - the name of the field
    confidence: float = 0.95,
    undefined: str = "there are no rows to take the mean of",
    bounds: Bounds = UNBOUNDED,
) -> Measurement:
    """A mean with its interval and standard error, from sums alone.

    Formula: `total / n`. Without bounds the interval is `mean ± t s / sqrt(n)` over n, t of Student's
    distribution with n - 1 degrees of freedom. For values between bounds a and b it is that of a rate: with
    `m = (mean - a) / (b - a)`, and `e = m (1 - m) (b - a)² / s²` the rows that each row is worth, at least 1,
    Wilson's interval (see `probes.stats.proportions`) of `m` over `n e (z / t)²` rows, stretched to a and b.
    Range: that of the values; neither the mean nor its interval leaves the bounds.
    How to read it: values that crowd at a bound, with a few far away, are skewed, and Student's interval
    misses the side where the few are. In simulated audits, 95 % intervals of the mean consistency of 20 to
    200 texts, truly 0.95 or 0.99, cover it in 92 to 98 % with bounds, in 85 to 94 % without (save where
    most samples are without any spread). Values that crowd in the middle of their range are as well covered
    as by Student. No interval sees what is so rare that no row shows it.
    Undefined: without rows. With one row the mean is defined and its interval is not, because nothing shows
    how far the values spread; a gate on it is undecided. So it is when all values are equal, unless both
    bounds are known: equal values then get the standard error `2 d / n`, with d the distance to the further
    bound, which covers what n equal rows can hide: by the rule of three a share of 3 / n of the rows may
    differ, each by at most d.

    Args:
        metric: the name of the number.
        n: how many values.
        total: their sum.
        total_of_squares: the sum of their squares.
        slice: what part of the data it speaks of.
        confidence: the level of the interval.
        undefined: the note when there are no values.
        bounds: the smallest and the largest possible value ((0, 1) for a probability).

    References:
        Student (1908), The probable error of a mean, Biometrika 6.
        E. L. Korn, B. I. Graubard (1998), Confidence intervals for proportions with small expected number of
        positive counts estimated from survey data, Survey Methodology 24, section 2 (the effective number of
        rows; they take the interval of Clopper and Pearson, we that of Wilson).
        J. A. Hanley, A. Lippman-Hand (1983), If nothing goes wrong, is everything all right?, JAMA 249.
    """
    where = dict(slice or {})
    if n == 0:
        return Measurement(metric, None, None, None, 0, where, undefined)
    value = float(total) / n
    error = _standard_error(n, value, float(total_of_squares), bounds)
    if error is None:
        note = "one row" if n == 1 else f"{n} rows that are all equal"
        return Measurement(
            metric, value, None, None, n, where, f"{note}: how far the values spread is not known"
        )
    low, high = _interval(n, value, error, bounds, confidence)
    return Measurement(metric, value, low, high, n, where, standard_error=error)


def within(measured: Measurement, bounds: Bounds) -> Measurement:
    """The measurement with its interval cut to the values that the number can have."""
    if measured.low is None or measured.high is None:
        return measured
    return replace(measured, low=max(measured.low, bounds[0]), high=min(measured.high, bounds[1]))


def _standard_error(n: int, value: float, total_of_squares: float, bounds: Bounds) -> float | None:
    if n == 1:
        return None
    variance = total_of_squares / n - value**2
    if variance > _ROUNDING * total_of_squares / n:
        return math.sqrt(variance / (n - 1))
    furthest = max(value - bounds[0], bounds[1] - value)
    return 2 * furthest / n if math.isfinite(furthest) else None


def _interval(n: int, value: float, error: float, bounds: Bounds, confidence: float) -> Bounds:
    from scipy.special import stdtrit

    t = float(stdtrit(n - 1, 0.5 + confidence / 2))
    low, high = bounds
    if not math.isfinite(high - low):
        return max(value - t * error, low), min(value + t * error, high)
    # Rounding may leave the mean of values at a bound just beyond it.
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    worth = max(share * (1 - share) * ((high - low) / error) ** 2, n)
    rows = worth * (NormalDist().inv_cdf(0.5 + confidence / 2) / t) ** 2
    ends = wilson(np.array(share * rows), np.array(rows), confidence=confidence)
    below, above = min(float(ends[0]), share), max(float(ends[1]), share)
    return low + below * (high - low), low + above * (high - low)
