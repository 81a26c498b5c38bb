"""How far is the confidence of a model from how often it is right?"""

import math
from collections.abc import Mapping
from statistics import NormalDist

import numpy as np

from probes.types import BoolArray, FloatArray, IntArray, Measurement

BINS = 15
FEWEST = 100
"""Rows. With fewer, 15 bins would have fewer than six rows each, too few to tell chance from error; and the
error over fewer bins is another number, not to be compared with that of other data."""


def calibration_error(
    metric: str,
    confidence_of: FloatArray,
    right: BoolArray,
    *,
    slice: Mapping[str, str] | None = None,  # noqa: A002 - the name of the field
    confidence: float = 0.95,
    undefined: str = f"fewer than {FEWEST} rows are too few to compare confidence with accuracy",
) -> Measurement:
    """The root mean square difference of confidence and accuracy, over bins of equally many rows.

    Formula: with d_b the share of right rows of bin b minus its mean confidence, p_b its share of right rows
    and v_b = p_b (1 - p_b) / (n_b - 1), `sqrt(max(0, Σ n_b / n (d_b² - v_b)))`. The v_b take away what chance
    adds to every d_b²: without them a perfectly calibrated model has an error of about sqrt(bins / (4 n)).
    There are 15 bins. Rows of equal confidence are in the same bin, since nothing but whether they are right
    could tell them apart; so there are fewer bins where many are equal. Interval: that of the sum, taken as
    roughly normal around a value of at least 0 with variance Σ (n_b / n)² (4 d_b² v_b + 2 v_b²), and the root
    of its ends. Standard error: the longer side of the interval in units of z, since the root is skewed
    near 0.
    Range: 0 to 1.
    How to read it: 0 means that in each bin the model is right as often as it is confident; 0.1 that the two
    are about ten points apart. Differences within a bin are not seen. In simulated audits of 100 to 3,000
    rows (calibrated, too sure, wavy, and saturated models) a 95 % interval covers the truth in 92 % or more,
    and that of the difference between two sets of rows with the same error excludes 0 in at most 6 %, also at
    sizes as unequal as 3,000 and 150.
    Undefined: with fewer than 100 rows.

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
    # A sum below 0 is chance; around it the interval could lie below 0 as a whole, and have no width.
    ends = (max(square, 0.0) + side * z * math.sqrt(variance) for side in (-1, 0, 1))
    low, value, high = (math.sqrt(max(0.0, end)) for end in ends)
    error = max(high - value, value - low) / z
    return Measurement(metric, value, low, min(high, 1.0), n, where, standard_error=error)


def _binned(confidence_of: FloatArray, right: BoolArray) -> tuple[float, float]:
    """The debiased mean square difference and the variance of its estimate."""
    order = np.argsort(confidence_of)
    starts = _starts(confidence_of[order])
    sizes = np.diff([*starts, len(order)])
    hits = np.add.reduceat(right[order].astype(float), starts)
    rates, sure = hits / sizes, np.add.reduceat(confidence_of[order], starts) / sizes
    # With half a row of either kind, so that a bin that is all right is not taken as free of chance.
    smoothed = (hits + 0.5) / (sizes + 1)
    spread = smoothed * (1 - smoothed) / (sizes - 1)
    apart = (rates - sure) ** 2 - rates * (1 - rates) / (sizes - 1)
    shares = sizes / len(order)
    variance = shares**2 * (4 * np.maximum(apart, 0) * spread + 2 * spread**2)
    return float((shares * apart).sum()), float(variance.sum())


def _starts(ordered: FloatArray) -> IntArray:
    """Where each bin of the ascending confidences starts: at most 15 bins, cut where confidence changes.

    A bin ends at the change that is nearest to where its share of the rows ends, and has at least half of it.
    """
    n = len(ordered)
    changes = np.array([0, *(np.flatnonzero(np.diff(ordered)) + 1), n])
    wanted = -(-np.arange(1, BINS + 1) * n // BINS)
    place = np.searchsorted(changes, wanted)
    before, after = changes[place - 1], changes[place]
    edges = [0]
    for end in np.where(wanted - before < after - wanted, before, after).tolist():
        if end - edges[-1] >= n / (2 * BINS):
            edges.append(end)
    # What is left after the last edge belongs to the last bin.
    return np.array(edges[:-1])
