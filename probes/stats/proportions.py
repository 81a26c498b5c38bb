"""How far may the true rate be from the observed one?"""

from collections.abc import Mapping
from statistics import NormalDist

import numpy as np

from probes.types import FloatArray, IntArray, Measurement

# A quarter of a row moves each end outwards. Without it the coverage of a 95 % interval falls to 91.9 %
# (38 rows at a rate of 0.09); with it, it is 94.0 % or more for every rate from 0.05 to 0.9 and 30 rows or
# more.
CONTINUITY = 0.25


def wilson(
    successes: IntArray | FloatArray, totals: IntArray | FloatArray, *, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """The score interval of a rate, with a quarter of a row as continuity correction.

    Formula: the rates p for which `|x ± 1/4 - n p| = z sqrt(n p (1 - p))`, solved for p; without the quarter
    it is Wilson's interval.
    Shape: that of `successes` and `totals`.
    Range: 0 to 1.
    How to read it: in at least 94.0 % of repeated audits a 95 % interval contains the true rate, for every
    rate from 0.05 to 0.9 and 30 to 2,000 rows (by exact enumeration).
    Undefined: where the total is 0; the interval is then 0 to 1.

    References:
        E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22.
        R. G. Newcombe (1998), Two-sided confidence intervals for the single proportion, Statistics in
        Medicine 17, section 2, methods 3 and 4; he moves the ends by half a row, which covers 96 % and is
        wider.
    """
    x, n = np.asarray(successes, dtype=float), np.asarray(totals, dtype=float)
    z2 = NormalDist().inv_cdf(0.5 + confidence / 2) ** 2
    low, _ = _score_ends(np.maximum(x - CONTINUITY, 0), n, z2)
    _, high = _score_ends(np.minimum(x + CONTINUITY, n), n, z2)
    return low, high


def _score_ends(x: FloatArray, n: FloatArray, z2: float) -> tuple[FloatArray, FloatArray]:
    centre = (x + z2 / 2) / (n + z2)
    half = np.sqrt(z2 * (x * (1 - x / np.maximum(n, np.finfo(float).tiny)) + z2 / 4)) / (n + z2)
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


def proportion(
    metric: str,
    successes: int,
    total: int,
    *,
    slice: Mapping[str, str] | None = None,  # noqa: A002 - the name of the field
    confidence: float = 0.95,
    undefined: str = "there are no rows to take the rate of",
) -> Measurement:
    """A rate with its interval, as a measurement that gates can test.

    Formula: `successes / total`.
    Range: 0 to 1.
    Undefined: when `total` is 0; `undefined` then says why.

    Args:
        metric: the name of the number.
        successes: the numerator.
        total: the denominator, the measurement's `n`.
        slice: what part of the data it speaks of.
        confidence: the level of the interval.
        undefined: the note when there are no rows.
    """
    where = dict(slice or {})
    x, n = int(successes), int(total)
    if n == 0:
        return Measurement(metric, None, None, None, 0, where, undefined)
    low, high = wilson(np.array(x), np.array(n), confidence=confidence)
    return Measurement(metric, x / n, float(low), float(high), n, where, successes=x)
