"""Do the bounds of gaps and ratios keep their error rate, exactly?"""

from itertools import permutations, product

import numpy as np
import pytest
from scipy.stats import beta, binom

from probes.stats.comparisons import gap, ratio
from probes.stats.contrasts import Target, lower, pair_bounds, pair_values, target, upper
from probes.stats.limits import Estimates, estimates
from probes.stats.means import mean
from probes.stats.proportions import proportion
from probes.types import Comparison, Measurement


def rates(counts: list[int], rows: list[int]) -> Estimates:
    return estimates([proportion("r", x, n) for x, n in zip(counts, rows, strict=True)])


def by_hand(a: int, n: int, b: int, m: int, tail: float) -> tuple[float, float]:
    """Newcombe's method 10 with scipy's Clopper-Pearson bounds, one pair."""
    p, q = a / n, b / m
    low = [beta.ppf(tail, x, t - x + 1) if x else 0.0 for x, t in ((a, n), (b, m))]
    high = [beta.ppf(1 - tail, x + 1, t - x) if x < t else 1.0 for x, t in ((a, n), (b, m))]
    down = np.sqrt((p - low[0]) ** 2 + (high[1] - q) ** 2)
    up = np.sqrt((high[0] - p) ** 2 + (q - low[1]) ** 2)
    return p - q - down, p - q + up


@pytest.mark.parametrize("counts", [[3, 12], [0, 20], [20, 0], [7, 7]])
def test_difference_bounds_by_hand(counts: list[int]) -> None:
    low, high = pair_bounds("difference", rates(counts, [20, 25]), 0.05)
    assert (low[0, 1], high[0, 1]) == pytest.approx(by_hand(counts[0], 20, counts[1], 25, 0.05))
    assert np.isnan(low[0, 0])


@pytest.mark.parametrize("counts", [[3, 12], [20, 20], [5, 1], [12, 24]])
def test_ratio_bounds_are_where_the_linear_contrast_meets_zero(counts: list[int]) -> None:
    """At the bound r, `a - r b` has 0 as its own bound."""
    groups = rates(counts, [20, 25])
    low, high = (side[0, 1] for side in pair_bounds("ratio", groups, 0.05))
    (a, b), tail = groups.values, 0.05
    below, above = (
        [beta.ppf(tail, x, n - x + 1), beta.ppf(1 - tail, x + 1, max(n - x, 1e-9))]
        for x, n in zip(counts, (20, 25), strict=True)
    )
    at_low = a - low * b - np.hypot(a - below[0], low * (above[1] - b))
    at_high = a - high * b + np.hypot(below[1] - a, high * (b - above[0]))
    assert (at_low, at_high) == pytest.approx((0, 0), abs=1e-9)
    assert low < a / b < high


def test_ratio_bounds_at_zero() -> None:
    """0 of 20 against 5 of 20: the ratio may be 0; the other way round it has no upper bound."""
    low, high = pair_bounds("ratio", rates([0, 5], [20, 20]), 0.05)
    assert low[0, 1] == 0
    assert np.isfinite(high[0, 1])
    assert high[1, 0] == np.inf
    assert low[1, 0] > 0


def test_extremes_over_pairs_and_their_levels() -> None:
    """Three groups, six ordered pairs: one side takes a sixth of the level, the other the whole."""
    counts, rows = [10, 25, 60], [100, 80, 120]
    pairs = list(permutations(zip(counts, rows, strict=True), 2))
    goal = Target("difference", (rates(counts, rows),))
    assert goal.statements == 6
    assert lower(goal, 0.06) == pytest.approx(max(by_hand(*a, *b, 0.01)[0] for a, b in pairs))
    assert upper(goal, 0.06) == pytest.approx(max(by_hand(*a, *b, 0.06)[1] for a, b in pairs))


def test_ratio_takes_the_levels_the_other_way_round() -> None:
    groups = rates([10, 25, 60], [100, 80, 120])
    goal = Target("ratio", (groups,))
    assert lower(goal, 0.06) == pytest.approx(np.nanmin(pair_bounds("ratio", groups, 0.06)[0]))
    assert upper(goal, 0.06) == pytest.approx(np.nanmin(pair_bounds("ratio", groups, 0.01)[1]))


def test_a_plain_value_takes_the_whole_level_on_both_sides() -> None:
    goal = target(proportion("r", 3, 20))
    assert goal is not None
    assert (goal.contrast, goal.statements) == ("value", 1)
    assert lower(goal, 0.05) == pytest.approx(beta.ppf(0.05, 3, 18))
    assert upper(goal, 0.05) == pytest.approx(beta.ppf(0.95, 4, 17))


def test_families_add_their_pairs() -> None:
    both = Target("difference", (rates([1, 2], [9, 9]), rates([1, 2, 3], [9, 9, 9])))
    assert both.statements == 2 + 6
    assert upper(both, 0.05) == max(upper(Target("difference", (f,)), 0.05) for f in both.families)


def test_pair_values() -> None:
    groups = rates([1, 2], [4, 4])
    assert pair_values("difference", groups)[1, 0] == 0.25
    assert pair_values("ratio", groups)[0, 1] == 0.5
    assert pair_values("value", rates([1], [4]))[0, 0] == 0.25


def test_nothing_to_test() -> None:
    assert target(Measurement("bare", 0.5, 0.4, 0.6, 10)) is None
    assert target(gap("g", [proportion("r", 1, 2), proportion("r", 0, 0)])) is None


def test_mixed_contrasts_are_refused() -> None:
    leaves = (proportion("r", 1, 2), proportion("r", 1, 2))
    mixed = Measurement(
        "m", 0.5, None, None, 4, comparisons=(Comparison("ratio", leaves), Comparison("difference", leaves))
    )
    with pytest.raises(ValueError, match="cannot be compared"):
        target(mixed)


def errors(contrast: str, rows: tuple[int, int], limit: float, tail: float) -> tuple[float, float]:
    """The largest exact chance, over true rates, that a bound is wrong by as much as the limit."""
    x, y = (grid.ravel() for grid in np.meshgrid(*(np.arange(n + 1) for n in rows), indexing="ij"))
    values = np.stack([x / rows[0], y / rows[1]], axis=-1)
    groups = Estimates(
        values, np.broadcast_to(np.array(rows, dtype=float), values.shape), np.full(values.shape, np.nan)
    )
    low, high = (
        side[:, 0, 1].reshape(rows[0] + 1, rows[1] + 1) for side in pair_bounds(contrast, groups, tail)
    )
    base = np.arange(0.05, 0.951, 0.025)
    other = base + limit if contrast == "difference" else base * limit
    base, other = base[(other >= 0.05) & (other <= 0.95)], other[(other >= 0.05) & (other <= 0.95)]
    first, second = (
        binom.pmf(np.arange(rows[0] + 1), rows[0], other[:, None]),
        binom.pmf(np.arange(rows[1] + 1), rows[1], base[:, None]),
    )
    return tuple(
        float(np.einsum("pi,ij,pj->p", first, wrong, second).max()) for wrong in (low > limit, high < limit)
    )


SIZES = [(30, 30), (50, 50), (30, 100), (100, 30), (30, 400), (400, 30), (200, 200), (5, 5)]


@pytest.mark.parametrize("rows", SIZES)
@pytest.mark.parametrize("limit", [0.05, 0.2])
def test_wrong_pass_of_a_gap_is_at_most_five_percent_exactly(rows: tuple[int, int], limit: float) -> None:
    assert errors("difference", rows, limit, 0.05)[1] <= 0.05


@pytest.mark.parametrize(("rows", "tail"), [*product(SIZES, (0.025, 0.05 / 56))])
def test_wrong_fail_of_a_gap_is_at_most_its_level_exactly(rows: tuple[int, int], tail: float) -> None:
    assert errors("difference", rows, 0.1, tail)[0] <= tail


@pytest.mark.parametrize("rows", SIZES)
def test_wrong_pass_and_fail_of_a_ratio_are_at_most_their_level_exactly(rows: tuple[int, int]) -> None:
    assert errors("ratio", rows, 0.8, 0.05)[0] <= 0.05
    assert errors("ratio", rows, 0.8, 0.05 / 12)[1] <= 0.05 / 12


@pytest.mark.full
@pytest.mark.parametrize("rows", [(30, 2000), (2000, 30), (100, 1000), (1000, 100), (500, 500), (1000, 1000)])
@pytest.mark.parametrize("limit", [0.05, 0.1, 0.15, 0.2])
def test_wrong_verdicts_of_larger_groups_exactly(rows: tuple[int, int], limit: float) -> None:
    assert errors("difference", rows, limit, 0.05)[1] <= 0.05
    assert errors("difference", rows, limit, 0.05 / 56)[0] <= 0.05 / 56
    assert errors("ratio", rows, 1 - limit, 0.05)[0] <= 0.0505


@pytest.mark.parametrize(
    ("rows", "spreads"), [((30, 30), (1, 1)), ((5, 200), (3, 1)), ((10, 10), (1, 4)), ((2, 2), (1, 1))]
)
def test_bounds_of_a_difference_of_means(rows: tuple[int, int], spreads: tuple[float, float]) -> None:
    """Normal values with a true difference of 0.5: each bound is wrong in at most 5 %."""
    rng, runs = np.random.default_rng(0), 4000
    drawn = [
        rng.normal(centre, spread, (runs, n))
        for centre, spread, n in zip((0.5, 0), spreads, rows, strict=True)
    ]
    values = np.stack([d.mean(axis=1) for d in drawn], axis=-1)
    stderr = np.stack([d.std(axis=1, ddof=1) / np.sqrt(d.shape[1]) for d in drawn], axis=-1)
    low, high = pair_bounds(
        "difference", Estimates(values, np.broadcast_to(np.array(rows, float), values.shape), stderr), 0.05
    )
    allowed = 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
    assert np.mean(low[:, 0, 1] > 0.5) <= allowed
    assert np.mean(high[:, 0, 1] < 0.5) <= allowed


def test_ratio_of_means_that_may_be_zero_has_no_lower_bound() -> None:
    leaves = [mean("m", 4, 1.0, 1.0), mean("m", 100, 50.0, 26.0)]
    assert ratio("r", leaves).low == 0.0
