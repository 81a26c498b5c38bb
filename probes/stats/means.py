"""How far may the true mean be from the observed one?"""

import math
from collections.abc import Mapping

from probes.types import Measurement

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
    span: float | None = None,
) -> Measurement:
    """A mean with its interval and standard error, from sums alone.

    Formula: `total / n`, with `total ± t s / sqrt(n)` over n, t of Student's distribution with n - 1 degrees
    of freedom.
    Range: that of the values.
    Undefined: without rows. With one row, or when all values are equal, the mean is defined and its interval
    is not, because nothing shows how far the values spread; a gate on it is undecided. Where `span` is given,
    equal values get the standard error `2 span / n`, which bounds what n equal rows can hide: by the rule of
    three a share of 3 / n of the rows may differ, each by at most the span.

    Args:
        metric: the name of the number.
        n: how many values.
        total: their sum.
        total_of_squares: the sum of their squares.
        slice: what part of the data it speaks of.
        confidence: the level of the interval.
        undefined: the note when there are no values.
        span: the largest possible value minus the smallest (1 for a probability), where it is known.

    References:
        Student (1908), The probable error of a mean, Biometrika 6.
        J. A. Hanley, A. Lippman-Hand (1983), If nothing goes wrong, is everything all right?, JAMA 249.
    """
    from scipy.special import stdtrit

    where = dict(slice or {})
    if n == 0:
        return Measurement(metric, None, None, None, 0, where, undefined)
    value = float(total) / n
    error = _standard_error(n, value, float(total_of_squares), span)
    if error is None:
        note = "one row" if n == 1 else f"{n} rows that are all equal"
        return Measurement(
            metric, value, None, None, n, where, f"{note}: how far the values spread is not known"
        )
    reach = float(stdtrit(n - 1, 0.5 + confidence / 2)) * error
    return Measurement(metric, value, value - reach, value + reach, n, where, standard_error=error)


def _standard_error(n: int, value: float, total_of_squares: float, span: float | None) -> float | None:
    if n == 1:
        return None
    variance = total_of_squares / n - value**2
    if variance > _ROUNDING * total_of_squares / n:
        return math.sqrt(variance / (n - 1))
    return 2 * span / n if span is not None else None
