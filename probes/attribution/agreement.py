"""Do two attributions of a text rank its units alike?"""

import numpy as np

from probes.types import FloatArray

TOP = 5
"""How many units count as the top of a text."""


def rank_correlation(one: FloatArray, other: FloatArray) -> float | None:
    """Spearman's rank correlation of two attributions of the same units.

    Formula: the correlation of the ranks, ties at their mean rank.
    Shape: (U,) each.
    Range: -1 to 1. How to read it: 1 when both rank the units alike, 0 when knowing one ranking tells
    nothing of the other.
    Undefined: None with fewer than two units, or when all scores of one are equal.

    References:
        C. Spearman (1904), The proof and measurement of association between two things, American Journal of
        Psychology 15.
    """
    from scipy.stats import rankdata

    if len(one) < 2 or not np.ptp(one) or not np.ptp(other):
        return None
    return float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])


def top_overlap(one: FloatArray, other: FloatArray, *, top: int = TOP) -> float | None:
    """The share of the `top` highest units that two attributions have in common.

    Formula: |A ∩ B| / k, with A and B the k = min(top, U - 1) units of the highest scores; of equal scores
    the earlier unit comes first.
    Shape: (U,) each.
    Range: 0 to 1. How to read it: 1 when both point at the same units; two random rankings share k / U.
    Undefined: None with fewer than two units.

    References:
        J. DeYoung et al. (2020), ERASER, section 4 (agreement of discrete rationales); S. Krishna et al.
        (2022), The Disagreement Problem in Explainable Machine Learning, section 4.1 (feature agreement).
    """
    if len(one) < 2:
        return None
    k = min(top, len(one) - 1)
    first, second = (set(np.argsort(-scores, kind="stable")[:k].tolist()) for scores in (one, other))
    return len(first & second) / k
