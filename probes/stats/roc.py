"""How well does a score tell two kinds of rows apart?"""

import math
from collections.abc import Mapping
from statistics import NormalDist

import numpy as np

from probes.types import FloatArray, Measurement


def auroc(
    metric: str,
    higher: FloatArray,
    lower: FloatArray,
    *,
    slice: Mapping[str, str] | None = None,  # noqa: A002 - the name of the field
    confidence: float = 0.95,
    undefined: str = "one of the two kinds has no rows",
) -> Measurement:
    """The area under the receiver operating characteristic of a score, with DeLong's interval.

    Formula: `Pr(x > y) + Pr(x = y) / 2` for x of `higher` and y of `lower`. With X_i the share of `lower`
    below the i-th of `higher`, ties half, and Y_j likewise, the variance is `var(X) / m + var(Y) / n`; the
    interval is on the logit scale, so that it stays within 0 and 1.
    Range: 0 to 1.
    How to read it: 1 when every row of `higher` has a larger score than every row of `lower`, 0.5 when the
    score does not tell them apart.
    Undefined: without rows of one kind. When the two do not overlap at all, or one has a single row, the
    variance is not known from them; the standard error is then that of one discordant row of the smaller
    kind, `1 / min(m, n)`.

    Args:
        metric: the name of the number.
        higher: (m,) scores of the rows that should have the larger ones.
        lower: (n,) scores of the others.
        slice: what part of the data it speaks of.
        confidence: the level of the interval.
        undefined: the note when one kind has no rows.

    References:
        E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson (1988), Biometrics 44, by the ranks of X. Sun, W. Xu
        (2014), Fast implementation of DeLong's algorithm, IEEE Signal Processing Letters 21.
    """
    where, m, n = dict(slice or {}), len(higher), len(lower)
    if not (m and n):
        return Measurement(metric, None, None, None, m + n, where, undefined)
    below, above = _shares_below(lower, higher), 1 - _shares_below(higher, lower)
    value = float(below.mean())
    error = _error(below, above) or 1 / min(m, n)
    low, high = _ends(value, error, NormalDist().inv_cdf(0.5 + confidence / 2))
    return Measurement(metric, value, low, high, m + n, where, standard_error=error)


def _shares_below(scores: FloatArray, of: FloatArray) -> FloatArray:
    """For each of `of` the share of `scores` that is smaller, ties half."""
    ordered = np.sort(scores)
    sides = (np.searchsorted(ordered, of, side=side) for side in ("left", "right"))
    return np.asarray(sum(sides) / (2 * len(scores)))


def _error(below: FloatArray, above: FloatArray) -> float:
    if min(len(below), len(above)) < 2:
        return 0.0
    return math.sqrt(float(below.var(ddof=1)) / len(below) + float(above.var(ddof=1)) / len(above))


def _ends(value: float, error: float, z: float) -> tuple[float, float]:
    from scipy.special import expit, logit

    if not 0 < value < 1:
        return max(0.0, value - z * error), min(1.0, value + z * error)
    reach = z * error / (value * (1 - value))
    return float(expit(logit(value) - reach)), float(expit(logit(value) + reach))
