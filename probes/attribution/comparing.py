"""How far do two methods agree, text by text?"""

from collections.abc import Callable, Sequence

import numpy as np

from probes.attribution.catalogue import METHODS
from probes.attribution.result import Attribution
from probes.types import FloatArray

Statistic = Callable[[FloatArray, FloatArray], float | None]
"""`rank_correlation` or `top_overlap`."""


def compared(one: Sequence[Attribution], other: Sequence[Attribution], statistic: Statistic) -> FloatArray:
    """The statistic for each text that neither method withholds and for which it is defined.

    Where one of the methods has no signs, the sizes of the scores are compared.

    Args:
        one: attributions of N texts by one method.
        other: those of the same texts, with the same units, by another.
        statistic: what is computed of the two rows of scores.

    Returns:
        (K,) with K <= N.
    """
    pairs = [_scores(a, b) for a, b in zip(one, other, strict=True) if not (a.withheld or b.withheld)]
    found = [statistic(*pair) for pair in pairs]
    return np.array([value for value in found if value is not None], dtype=float)


def _scores(one: Attribution, other: Attribution) -> tuple[FloatArray, FloatArray]:
    if METHODS[one.method].signed and METHODS[other.method].signed:
        return one.scores, other.scores
    return np.abs(one.scores), np.abs(other.scores)
