"""Do means come with an interval that covers the truth and stays where means can be?"""

import math

import numpy as np
import pytest
from scipy import optimize, stats

from probes.stats.means import mean, within


def of(values: list[float], **more: float) -> object:
    return mean("m", len(values), sum(values), sum(v * v for v in values), **more)


def test_agrees_with_scipy() -> None:
    values = np.random.default_rng(0).normal(3, 2, 17).tolist()
    found = of(values, confidence=0.9)
    low, high = stats.t.interval(0.9, 16, loc=np.mean(values), scale=stats.sem(values))
    assert (found.low, found.high, found.standard_error) == pytest.approx((low, high, stats.sem(values)))
    assert (found.value, found.n, found.successes) == (pytest.approx(np.mean(values)), 17, None)


def test_no_rows_is_undefined() -> None:
    assert (mean("m", 0, 0, 0, undefined="empty").value, mean("m", 0, 0, 0, undefined="empty").note) == (
        None,
        "empty",
    )


@pytest.mark.parametrize(
    ("values", "told"), [([0.3], "one row:"), ([0.3] * 7, "7 rows that"), ([0.1] * 1000, "1000 rows that")]
)
def test_without_spread_there_is_no_interval_and_the_note_says_so(values: list[float], told: str) -> None:
    found = of(values)
    assert found.value == pytest.approx(values[0])
    assert (found.low, found.high, found.standard_error) == (None, None, None)
    assert found.note.startswith(told)


@pytest.mark.parametrize(("bounds", "furthest"), [((0.0, 1.0), 1.0), ((-1.0, 1.0), 1.0), ((-3.0, 1.0), 3.0)])
def test_equal_values_between_bounds_follow_the_rule_of_three(bounds, furthest) -> None:
    """100 zeros: with 5 % error up to 3 % of the rows may differ, each by at most the further bound."""
    found = of([0.0] * 100, bounds=bounds)
    assert found.standard_error == pytest.approx(0.02 * furthest)
    assert found.low <= 0 < 0.03 * furthest <= found.high or -found.low >= 0.03 * furthest
    assert found.value + stats.norm.ppf(0.95) * found.standard_error >= 0.03


def test_two_rows_are_enough() -> None:
    """0 and 1: mean 0.5, standard error 0.5."""
    assert of([0.0, 1.0]).standard_error == pytest.approx(0.5)
    assert of([0.0, 1.0], bounds=(0.0, 1.0)).standard_error == pytest.approx(0.5)


@pytest.mark.parametrize("bounds", [(0.0, 1.0), (-1.0, 1.0), (0.0, math.inf), (-math.inf, 1.0)])
@pytest.mark.parametrize("values", [[0.0, 0.1], [1.0] * 9 + [0.0], [1.0] * 5, [0.0] * 3, [0.0, 1.0]])
def test_it_stays_within_the_bounds(values, bounds) -> None:
    """Student's interval of 0 and 0.1 begins at -0.59, that of nine 1 and one 0 ends at 1.13."""
    found = of(values, bounds=bounds)
    if found.low is None:
        assert math.inf in bounds or -math.inf in bounds
        return
    assert bounds[0] <= found.low <= found.value <= found.high <= bounds[1]
    assert found.low < found.high


def test_a_bound_on_one_side_cuts_the_interval_of_student() -> None:
    cut, plain = of([0.0, 0.1, 0.5], bounds=(0.0, math.inf)), of([0.0, 0.1, 0.5])
    assert (cut.low, cut.high) == (0.0, plain.high)
    assert plain.low < 0


def test_of_zeros_and_ones_it_solves_the_equation_of_wilson() -> None:
    """18 of 20, with t of 19 degrees of freedom for z: the ends are roots, found by bisection."""
    low, high = stats.norm.ppf(0.975), stats.t.ppf(0.975, 19)
    rows = 20 * (low / high) ** 2
    ends = [
        optimize.brentq(
            lambda p, x=x: abs(x - rows * p) - low * math.sqrt(rows * p * (1 - p)), *between, xtol=1e-12
        )
        for x, between in ((0.9 * rows - 0.25, (0.01, 0.85)), (0.9 * rows + 0.25, (0.95, 0.9999)))
    ]
    found = of([1.0] * 18 + [0.0] * 2, bounds=(0.0, 1.0))
    assert (found.low, found.high) == pytest.approx(ends, abs=1e-9)


def test_in_the_middle_of_the_range_it_is_that_of_student() -> None:
    values = np.random.default_rng(0).normal(0.5, 0.05, 60).tolist()
    found, plain = of(values, bounds=(0.0, 1.0)), of(values)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=3e-4)


@pytest.mark.parametrize(("true", "n", "least"), [(0.95, 20, 0.91), (0.95, 80, 0.92), (0.99, 80, 0.895)])
def test_near_a_bound_it_covers_the_truth(true, n, least) -> None:
    """Means over ten perturbations, of texts some of which are fragile; Student covers 0.88, 0.92, 0.85."""
    rng = np.random.default_rng(0)
    rows = rng.binomial(10, rng.beta(5 * true, 5 * (1 - true), (800, n))) / 10
    found = [mean("m", n, row.sum(), (row**2).sum(), bounds=(0.0, 1.0)) for row in rows]
    assert np.mean([one.low <= true <= one.high for one in found]) >= least


def test_within_cuts_an_interval_and_leaves_what_has_none() -> None:
    assert (within(of([0.0, 1.0]), (0.0, 1.0)).low, within(of([0.0, 1.0]), (0.0, 1.0)).high) == (0.0, 1.0)
    assert within(of([0.3]), (0.0, 1.0)) == of([0.3])
