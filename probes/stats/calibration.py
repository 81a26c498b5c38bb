"""How far is the confidence of a model from how often it is right?"""

import math
from collections.abc import Mapping
from statistics import NormalDist

import numpy as np

from probes.types import BoolArray, FloatArray, Measurement

BINS = 15
FEWEST = 10
"""Rows of a bin; with fewer rows there are fewer bins."""


def calibration_error(
    metric: str,
    confidence_of: FloatArray,
    right: BoolArray,
    *,
    slice: Mapping[str, str] | None = None,  # noqa: A002 - the name of the field
    confidence: float = 0.95,
    undefined: str = "there are too few rows to bin",
) -> Measurement:
    """The root mean square difference of confidence and accuracy, over bins of equally many rows.

    Formula: with d_b the share of right rows of bin b minus its mean confidence, p_b its share of right rows
    and v_b = p_b (1 - p_b) / (n_b - 1), `sqrt(max(0, Σ n_b / n (d_b² - v_b)))`. The v_b take away what chance
    adds to every d_b²: without them a perfectly calibrated model has an error of about sqrt(bins / (4 n)).
    There are 15 bins, fewer where they would have fewer than ten rows. Interval: that of the sum, roughly
    normal with variance Σ (n_b / n)² (4 d_b² v_b + 2 v_b²), and the root of its ends.
    Range: 0 to 1.
    How to read it: 0 means that in each bin the model is right as often as it is confident; 0.1 that the two
    are about ten points apart. Differences within a bin are not seen.
    Undefined: with fewer than ten rows.

    Args:
        metric: the name of the number.
        confidence_of: (N,) the probability that the model gives its own decision.
        right: (N,) whether the decision is right.
        slice: what part of the data it speaks of.
        confidence: the level of the interval.
        undefined: the note when there are too few rows.

    References:
        A. Kumar, P. Liang, T. Ma (2019), Verified uncertainty calibration, section 4.1 (the debiased
        estimator; they take it of every class, we of the decision).
        C. Guo, G. Pleiss, Y. Sun, K. Weinberger (2017), On calibration of modern neural networks, section 2.
    """
    n, where = len(right), dict(slice or {})
    if n < FEWEST:
        return Measurement(metric, None, None, None, n, where, undefined)
    square, variance = _binned(confidence_of, right)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    low, value, high = (math.sqrt(max(0.0, square + side * z * math.sqrt(variance))) for side in (-1, 0, 1))
    # The root is not normal near 0; half the interval in units of z is what a test of differences goes by.
    error = (high - low) / (2 * z) or None
    return Measurement(metric, value, low, min(high, 1.0), n, where, standard_error=error)


def _binned(confidence_of: FloatArray, right: BoolArray) -> tuple[float, float]:
    """The debiased mean square difference and the variance of its estimate."""
    order = np.lexsort((right, confidence_of))
    bins = max(1, min(BINS, len(order) // FEWEST))
    square = variance = 0.0
    for rows in np.array_split(order, bins):
        share, rate = len(rows) / len(order), float(right[rows].mean())
        # With half a row of either kind, so that a bin that is all right is not taken as free of chance.
        smoothed = (right[rows].sum() + 0.5) / (len(rows) + 1)
        noise = float(rate * (1 - rate) / (len(rows) - 1))
        spread = float(smoothed * (1 - smoothed) / (len(rows) - 1))
        apart = (rate - float(confidence_of[rows].mean())) ** 2 - noise
        square += share * apart
        variance += share**2 * (4 * max(apart, 0.0) * spread + 2 * spread**2)
    return square, variance
