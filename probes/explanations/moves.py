"""Does the answer move as attributed when the identity terms of a text are deleted or swapped?"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from probes.stats.proportions import proportion
from probes.types import Context, FloatArray, Measurement

MOVED = 0.05
"""In log-odds, about one point of probability at one half: the sign of what moves less means nothing."""


@dataclass(frozen=True, eq=False)
class Moves:
    """What was attributed to the terms of each text, and what their change does.

    Attributes:
        how: `deletion` or `swap`.
        attributed: (T,) by how much the log-odds should fall.
        measured: (T,) by how much they fall.
    """

    how: str
    attributed: FloatArray
    measured: FloatArray


def agreement(ctx: Context, moves: Moves, where: Mapping[str, str]) -> tuple[Measurement, Measurement]:
    """The share of texts in which both have the same sign, and the rank correlation of the two."""
    known = np.isfinite(moves.attributed) & np.isfinite(moves.measured)
    attributed, measured = moves.attributed[known], moves.measured[known]
    moved = (np.abs(measured) >= MOVED) & (attributed != 0)
    same = int((np.sign(attributed[moved]) == np.sign(measured[moved])).sum())
    share = proportion(
        f"{moves.how}_sign_agreement", same, int(moved.sum()), slice=where, confidence=ctx.confidence,
        undefined=f"no answer moves by {MOVED} in log-odds or more",
    )  # fmt: skip
    return share, _correlation(f"{moves.how}_rank_correlation", attributed, measured, where, ctx.confidence)


def _correlation(
    metric: str, first: FloatArray, second: FloatArray, where: Mapping[str, str], confidence: float
) -> Measurement:
    """Spearman's correlation with Fisher's interval, its error by Bonett and Wright (2000), formula 3."""
    from scipy.stats import spearmanr

    n = len(first)
    if n < 4 or min(np.ptp(first), np.ptp(second)) == 0:
        note = f"{n} texts" if n < 4 else "the same in every text"
        return Measurement(metric, None, None, None, n, where, f"{note}: there is no order to compare")
    value = float(spearmanr(first, second).statistic)
    centre = math.atanh(min(max(value, -1 + 1e-12), 1 - 1e-12))
    reach = NormalDist().inv_cdf(0.5 + confidence / 2) * math.sqrt((1 + value**2 / 2) / (n - 3))
    low, high = math.tanh(centre - reach), math.tanh(centre + reach)
    return Measurement(metric, value, min(low, value), max(high, value), n, where)
