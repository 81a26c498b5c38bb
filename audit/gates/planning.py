"""What could this data have shown, and how many rows would decide?"""

from dataclasses import dataclass, replace

import numpy as np

from probes.stats.contrasts import Contrast, Target, pair_bounds, stated
from probes.stats.limits import Estimates, one_sided
from probes.types import BoolArray, FloatArray

POWER = 0.8
_POWER_QUANTILE = 0.8416
MOST_ROWS = 10_000_000
_RUNS = 500
_STEPS = 30
# Halves the ratio of ten million to one until it is below 1.01.
_SIZE_STEPS = 11


@dataclass(frozen=True)
class Plan:
    """The limit and the error rates that a gate works with.

    Attributes:
        limit: the limit.
        at_most: True for `<=`.
        fail: error rate at which this gate fails, corrected for the other gates of the run.
        passes: error rate at which it passes.
    """

    limit: float
    at_most: bool
    fail: float
    passes: float

    @property
    def above(self) -> float:
        """The error rate of the statement that the number is above the limit."""
        return self.fail if self.at_most else self.passes

    @property
    def below(self) -> float:
        """The error rate of the statement that the number is below the limit."""
        return self.passes if self.at_most else self.fail


@dataclass(frozen=True, eq=False)
class _Statement:
    """`a - slope b - offset`, above 0 exactly when a pair's difference or ratio is above the limit."""

    slope: float
    offset: float
    contrast: Contrast

    def value(self, a: FloatArray, b: FloatArray) -> FloatArray:
        return np.asarray(a[..., :, None] - self.slope * b[..., None, :] - self.offset)

    def reach(self, a: FloatArray, b: FloatArray) -> FloatArray:
        return np.asarray(np.hypot(a[..., :, None], self.slope * b[..., None, :]))

    def pairs(self, values: FloatArray) -> FloatArray:
        """The last two axes as one, with the pairs that the contrast speaks of."""
        return np.asarray(values[..., stated(self.contrast, values.shape[-1])])


def _statement(goal: Target, limit: float) -> _Statement:
    slopes = {"value": 0.0, "difference": 1.0, "ordered": 1.0, "ratio": limit}
    return _Statement(slopes[goal.contrast], 0.0 if goal.contrast == "ratio" else limit, goal.contrast)


def rows_needed(goal: Target, plan: Plan) -> int | None:
    """About how many rows per group decide the gate in 80 % of runs, were the observed values the true ones.

    Formula: the smallest n for which the gate passes or fails in 80 % of simulated audits, each value drawn
    from a normal distribution around the observed one, bounds as wide as at the observed values; rounded up
    to two digits.
    Range: 1 to 10,000,000.
    Undefined: None when not even ten million rows decide, as when the observed value lies at the limit.
    """
    if _decided(goal, plan, MOST_ROWS) < POWER:
        return None
    low, high = 1.0, float(MOST_ROWS)
    for _ in range(_SIZE_STEPS):
        middle = float(np.sqrt(low * high))
        low, high = (low, middle) if _decided(goal, plan, middle) >= POWER else (middle, high)
    return _two_digits(high)


def _two_digits(number: float) -> int:
    unit = int(10 ** max(len(str(int(number))) - 2, 0))
    return int(np.ceil(number / unit)) * unit


def _decided(goal: Target, plan: Plan, rows: float) -> float:
    """Share of simulated audits with `rows` rows per group in which the gate passes or fails."""
    rng = np.random.default_rng(0)
    shown = [
        _shown(goal, plan, family.resized(np.full_like(family.sizes, rows)), rng) for family in goal.families
    ]
    above, below = (np.stack(side) for side in zip(*shown, strict=True))
    if goal.contrast == "ratio":
        return float(np.mean(above.all(axis=0) | below.any(axis=0)))
    return float(np.mean(above.any(axis=0) | below.all(axis=0)))


def _shown(
    goal: Target, plan: Plan, family: Estimates, rng: np.random.Generator
) -> tuple[BoolArray, BoolArray]:
    """(runs,) whether the family shows that the number is above, and below, the limit."""
    statement = _statement(goal, plan.limit)
    drawn = family.values + family.spread * rng.standard_normal((_RUNS, len(family.values)))
    value = statement.pairs(statement.value(drawn, drawn))
    down, up = (statement.pairs(side) for side in _reaches(goal, plan, family, statement))
    above, below = value > down, value < -up
    if goal.contrast == "ratio":
        return np.all(above, axis=-1), np.any(below, axis=-1)
    return np.any(above, axis=-1), np.all(below, axis=-1)


def _reaches(
    goal: Target, plan: Plan, family: Estimates, statement: _Statement
) -> tuple[FloatArray, FloatArray]:
    """How far below, and above, its value the bound of each pair's statement lies."""
    above = plan.above if goal.contrast == "ratio" else plan.above / goal.statements
    below = plan.below / goal.statements if goal.contrast == "ratio" else plan.below
    low, high = one_sided(family, above)
    down = statement.reach(family.values - low, high - family.values)
    low, high = one_sided(family, below)
    return down, statement.reach(high - family.values, family.values - low)


def hardest_pair(goal: Target, plan: Plan) -> tuple[int, int, int]:
    """Family, row and column of the pair that is furthest from being shown to keep the limit."""
    ratio = goal.contrast == "ratio"
    bounds = [pair_bounds(goal.contrast, family, plan.passes)[0 if ratio else 1] for family in goal.families]
    pick = np.nanmin if ratio else np.nanmax
    extremes = [float(pick(b)) for b in bounds]
    family = int((np.argmin if ratio else np.argmax)(extremes))
    row, column = np.argwhere(bounds[family] == extremes[family])[0]
    return family, int(row), int(column)


def detectable(goal: Target, plan: Plan) -> float | None:
    """The true value nearest to the limit that this data would have failed in 80 % of runs.

    It lies between the two groups that are hardest to show within the limit; every group keeps its size.

    Formula: the value at which the pair's bound lies 0.84 standard deviations beyond the limit, at the error
    rate with which this gate fails.
    Undefined: None when no value could have failed, as in groups of a few rows, and for a gate that asks for
    a gap to be large or a ratio to be small.
    """
    if goal.contrast in ("difference", "ratio") and plan.at_most == (goal.contrast == "ratio"):
        return None
    pair = _pair(goal, plan)
    near, far = plan.limit, _far_end(goal, plan, pair)
    if not _would_fail(goal, plan, pair, far):
        return None
    for _ in range(_STEPS):
        middle = (near + far) / 2
        near, far = (near, middle) if _would_fail(goal, plan, pair, middle) else (middle, far)
    return far


def _pair(goal: Target, plan: Plan) -> Estimates:
    index, row, column = hardest_pair(goal, plan)
    family, both = goal.families[index], [row] if goal.contrast == "value" else [row, column]
    return family.of(both)


def _far_end(goal: Target, plan: Plan, pair: Estimates) -> float:
    if goal.contrast == "ratio":
        return 0.0
    if np.isnan(pair.errors).all():
        return 1.0 if plan.at_most else -1.0 if goal.contrast == "ordered" else 0.0
    reach = 2 * _needed(goal, plan, pair)
    return plan.limit + reach if plan.at_most else plan.limit - reach


def _would_fail(goal: Target, plan: Plan, pair: Estimates, value: float) -> bool:
    moved = replace(pair, values=_moved(goal, pair, value))
    statement = _statement(goal, plan.limit)
    shown = float(statement.pairs(statement.value(moved.values, moved.values)).flat[0])
    return (shown if plan.at_most else -shown) >= _needed(goal, plan, moved)


def _needed(goal: Target, plan: Plan, pair: Estimates) -> float:
    """How far beyond the limit the pair's statement must lie to fail in 80 % of runs."""
    statement = _statement(goal, plan.limit)
    down, up = (statement.pairs(side) for side in _reaches(goal, plan, pair, statement))
    spread = statement.pairs(statement.reach(pair.spread, pair.spread))
    return float((down if plan.at_most else up).flat[0] + _POWER_QUANTILE * spread.flat[0])


def _moved(goal: Target, pair: Estimates, value: float) -> FloatArray:
    """The pair's values changed so that they have this difference or ratio."""
    if goal.contrast == "value":
        return np.array([value])
    if goal.contrast == "ratio":
        return np.array([value * pair.values[1], pair.values[1]])
    middle = float(pair.values.mean())
    if np.isnan(pair.errors).all():
        middle = min(max(middle, abs(value) / 2), 1 - abs(value) / 2)
    return np.array([middle + value / 2, middle - value / 2])
