"""Which values of a rate or a mean do the data rule out, at a given error rate?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from probes.types import FloatArray, Measurement


@dataclass(frozen=True, eq=False)
class Estimates:
    """The rates or means of K independent groups.

    Leading axes stand for repetitions, so that a simulation runs through the same code as an audit.

    Attributes:
        values: (..., K) observed rates or means.
        sizes: (..., K) rows behind each.
        errors: (..., K) standard errors of means; NaN for rates.
    """

    values: FloatArray
    sizes: FloatArray
    errors: FloatArray

    def resized(self, sizes: FloatArray) -> "Estimates":
        """The same values as if they had been observed on groups of these sizes."""
        return Estimates(self.values, sizes, self.errors * np.sqrt(self.sizes / sizes))

    @property
    def spread(self) -> FloatArray:
        """(..., K) standard deviation of each value over repeated audits."""
        rates = np.sqrt(np.clip(self.values * (1 - self.values), 0, None) / self.sizes)
        return np.where(np.isnan(self.errors), rates, self.errors)


def testable(leaf: Measurement) -> bool:
    """Whether bounds can be put on the number: a rate with its numerator, a mean with its standard error."""
    return leaf.value is not None and (leaf.successes is not None or leaf.standard_error is not None)


def estimates(leaves: Sequence[Measurement]) -> Estimates:
    """The testable leaves as arrays."""
    kept = [leaf for leaf in leaves if testable(leaf)]
    return Estimates(
        values=np.array([leaf.value for leaf in kept], dtype=float),
        sizes=np.array([leaf.n for leaf in kept], dtype=float),
        errors=np.array([_error(leaf) for leaf in kept], dtype=float),
    )


def _error(leaf: Measurement) -> float | None:
    return leaf.standard_error if leaf.successes is None else None


def one_sided(groups: Estimates, tail: float) -> tuple[FloatArray, FloatArray]:
    """Lower and upper bounds of each rate or mean, each wrong in at most `tail` of repeated audits.

    Formula: Clopper-Pearson for rates, `value ± t s / sqrt(n)` for means.
    Shape: (..., K) each.

    References:
        C. J. Clopper, E. S. Pearson (1934), The use of confidence or fiducial limits illustrated in the
        case of the binomial, Biometrika 26.
    """
    rates, means = np.isnan(groups.errors), np.isfinite(groups.errors)
    low, high = np.array(groups.values), np.array(groups.values)
    if rates.any():
        low[rates], high[rates] = _exact(groups.values[rates], groups.sizes[rates], tail)
    if means.any():
        reach = _student(groups.sizes[means], tail) * groups.errors[means]
        low[means], high[means] = low[means] - reach, high[means] + reach
    return low, high


def _exact(rates: FloatArray, sizes: FloatArray, tail: float) -> tuple[FloatArray, FloatArray]:
    from scipy.special import betainccinv, betaincinv

    # Repetitions share few different counts, and the quantile is the slow part.
    different, where = np.unique(rates + 1j * sizes, return_inverse=True)
    x, rest = different.real * different.imag, (1 - different.real) * different.imag
    tiny = np.finfo(float).tiny
    low = np.where(x == 0, 0.0, betaincinv(np.maximum(x, tiny), rest + 1, tail))
    high = np.where(rest == 0, 1.0, betainccinv(x + 1, np.maximum(rest, tiny), tail))
    return low[where], high[where]


def _student(sizes: FloatArray, tail: float) -> FloatArray:
    from scipy.special import stdtrit

    return np.asarray(-stdtrit(np.maximum(sizes - 1, 1), tail))
