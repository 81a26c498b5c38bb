"""Which gaps and ratios between groups do the data rule out, at a given error rate?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from probes.stats.limits import Estimates, estimates, one_sided, testable
from probes.types import BoolArray, FloatArray, Measurement

Contrast = Literal["value", "difference", "ratio", "ordered"]


@dataclass(frozen=True, eq=False)
class Target:
    """The number that a gate judges, as the extreme of many statements about pairs of groups.

    Attributes:
        contrast: "difference" (the largest over all ordered pairs), "ratio" (the smallest), "ordered" (the
            first of two groups minus the second), or "value" (one number).
        families: the groups of each comparison; pairs are formed within a family.
    """

    contrast: Contrast
    families: tuple[Estimates, ...]

    @property
    def statements(self) -> int:
        """How many ordered pairs there are; 1 for a plain value."""
        sizes = [family.values.shape[-1] for family in self.families]
        return sum(int(stated(self.contrast, k).sum()) for k in sizes)


def stated(contrast: Contrast, groups: int) -> BoolArray:
    """(K, K) the pairs, row against column, that a contrast of K groups speaks of."""
    every = np.ones((groups, groups), dtype=bool)
    if contrast == "ordered":
        return np.triu(every, k=1)
    return every if contrast == "value" else ~np.eye(groups, dtype=bool)


def target(measurement: Measurement) -> Target | None:
    """What of a measurement can be tested; None when nothing can.

    Raises:
        ValueError: when differences and ratios are mixed, which no probe does.
    """
    if not measurement.comparisons:
        return Target("value", (estimates([measurement]),)) if testable(measurement) else None
    contrasts = {comparison.contrast for comparison in measurement.comparisons}
    if len(contrasts) != 1:
        raise ValueError(f"{measurement.metric}: differences and ratios cannot be compared with each other")
    families = (estimates(comparison.groups) for comparison in measurement.comparisons)
    kept = tuple(family for family in families if len(family.values) >= 2)
    return Target(contrasts.pop(), kept) if kept else None


def lower(goal: Target, level: float) -> FloatArray:
    """A lower bound of the number that is too high in at most `level` of repeated audits.

    The largest gap is above a bound when one pair's is (union-intersection: the level is divided by the
    number of pairs); the smallest ratio is above it when every pair's is (intersection-union: the level is
    not divided).

    Shape: (...), the leading axes of the estimates.

    References:
        R. L. Berger, J. C. Hsu (1996), Bioequivalence trials, intersection-union tests and equivalence
        confidence sets, Statistical Science 11, section 4 (intersection-union).
        S. N. Roy (1953), On a heuristic method of test construction, Annals of Mathematical Statistics 24
        (union-intersection).
    """
    tail = level if goal.contrast == "ratio" else level / goal.statements
    return _extreme(goal, [pair_bounds(goal.contrast, family, tail)[0] for family in goal.families])


def upper(goal: Target, level: float) -> FloatArray:
    """An upper bound of the number that is too low in at most `level` of repeated audits; see `lower`."""
    tail = level / goal.statements if goal.contrast == "ratio" else level
    return _extreme(goal, [pair_bounds(goal.contrast, family, tail)[1] for family in goal.families])


def _extreme(goal: Target, bounds: Sequence[FloatArray]) -> FloatArray:
    flat = np.concatenate([b.reshape(*b.shape[:-2], -1) for b in bounds], axis=-1)
    return np.asarray((np.fmin if goal.contrast == "ratio" else np.fmax).reduce(flat, axis=-1))


def pair_values(contrast: Contrast, groups: Estimates) -> FloatArray:
    """(..., K, K) observed value of each ordered pair, row against column; NaN where there is none."""
    a, b = groups.values[..., :, None], groups.values[..., None, :]
    if contrast == "value":
        return np.asarray(a)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _pairs(contrast, a / b if contrast == "ratio" else a - b)


def pair_bounds(contrast: Contrast, groups: Estimates, tail: float) -> tuple[FloatArray, FloatArray]:
    """Bounds of each ordered pair's difference or ratio, each wrong in at most `tail` of repeated audits.

    Formula: the variance of each group is recovered from the distance between its value and its own one-sided
    bound: `low = a - b - sqrt((a - low(a))² + (high(b) - b)²)`. For the ratio, the same for `a - r b`, solved
    for r.
    Shape: (..., K, K) each; NaN for pairs that the contrast does not speak of. For "value": (..., 1, 1).

    References:
        R. G. Newcombe (1998), Interval estimation for the difference between independent proportions,
        Statistics in Medicine 17, method 10, which takes Wilson's bounds of each group. Here they are the
        exact ones: with Wilson's, a limit is wrongly kept in up to 6.4 % of audits at a nominal 5 %
        (docs/design/verdict-bounds.md).
        G. Y. Zou, A. Donner (2008), Construction of confidence limits about effect measures, Statistics in
        Medicine 27. A. Donner, G. Y. Zou (2012), Closed-form confidence intervals for functions of the normal
        mean and standard deviation, Statistical Methods in Medical Research 21, section 2 (ratio).
    """
    low, high = one_sided(groups, tail)
    if contrast == "value":
        return low[..., :, None], high[..., :, None]
    value = groups.values
    bounds = (
        _ratio_bounds(value, np.maximum(low, 0), high)
        if contrast == "ratio"
        else _difference_bounds(value, low, high)
    )
    return _pairs(contrast, bounds[0]), _pairs(contrast, bounds[1])


def _difference_bounds(value: FloatArray, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    gap = value[..., :, None] - value[..., None, :]
    down, up = value - low, high - value
    below = np.hypot(down[..., :, None], up[..., None, :])
    above = np.hypot(up[..., :, None], down[..., None, :])
    return gap - below, gap + above


def _ratio_bounds(value: FloatArray, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    product = value[..., :, None] * value[..., None, :]
    near, far = low * (2 * value - low), high * (2 * value - high)
    with np.errstate(divide="ignore", invalid="ignore"):
        down = near[..., :, None] / (product + _root(product**2 - near[..., :, None] * far[..., None, :]))
        up = (product + _root(product**2 - far[..., :, None] * near[..., None, :])) / near[..., None, :]
    # Where a lower bound is 0: the numerator may be 0 (ratio 0), the denominator may be (no upper bound).
    down = np.where(near[..., :, None] == 0, 0.0, down)
    return down, np.where(near[..., None, :] == 0, np.inf, up)


def _root(square: FloatArray) -> FloatArray:
    # Never negative but for rounding: near <= value² and far <= value².
    return np.asarray(np.sqrt(np.maximum(square, 0)))


def _pairs(contrast: Contrast, values: FloatArray) -> FloatArray:
    return np.where(stated(contrast, values.shape[-1]), values, np.nan)
