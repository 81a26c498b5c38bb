"""By how much do two shares of the same rows differ?"""

from collections.abc import Mapping

import numpy as np

from probes.stats.limits import estimates, one_sided
from probes.types import Measurement


def paired_difference(
    metric: str,
    only_first: int,
    only_second: int,
    total: int,
    *,
    slice: Mapping[str, str] | None = None,  # noqa: A002 - the name of the field
    confidence: float = 0.95,
    undefined: str = "there are no rows to compare",
) -> Measurement:
    """The first share minus the second, both of the same rows, as a measurement that gates can test.

    Rows that both count, or neither, tell nothing about the difference; only those that differ do.

    Formula: `(only_first - only_second) / total`; the interval has the paired bounds of
    `probes.stats.limits.one_sided` at (1 - confidence) / 2 each.
    Range: -1 to 1.
    How to read it: above 0 the first counts more rows.
    Undefined: when `total` is 0; `undefined` then says why.

    Args:
        metric: the name of the number.
        only_first: rows that the first counts and the second does not.
        only_second: rows that the second counts and the first does not.
        total: all rows that both were asked about, the measurement's `n`.
        slice: what part of the data it speaks of.
        confidence: the level of the interval.
        undefined: the note when there are no rows.

    References:
        R. G. Newcombe (1998), Improved confidence intervals for the difference between binomial proportions
        based on paired data, Statistics in Medicine 17, method 10, which takes the correlation of the two
        shares; here it is that of the two kinds of differing rows, which are cells of one multinomial.
    """
    where = dict(slice or {})
    if total == 0:
        return Measurement(metric, None, None, None, 0, where, undefined)
    counts = int(only_first), int(only_second)
    value = (counts[0] - counts[1]) / total
    bare = Measurement(metric, value, None, None, int(total), where, paired=counts)
    low, high = one_sided(estimates([bare]), (1 - confidence) / 2)
    ends = np.clip([low[0], high[0]], -1, 1).tolist()
    return Measurement(metric, value, ends[0], ends[1], int(total), where, paired=counts)
