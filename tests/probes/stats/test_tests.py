"""Are p-values those of the bounds, and is Holm's correction right?"""

import numpy as np
import pytest
from scipy.stats import binom
from statsmodels.stats.multitest import multipletests

from probes.stats.comparisons import gap, ratio
from probes.stats.contrasts import lower, target, upper
from probes.stats.proportions import proportion
from probes.stats.tests import holm, p_above, p_below


@pytest.mark.parametrize(("count", "limit"), [(3, 0.05), (9, 0.2), (20, 0.5)])
def test_a_plain_rate_gets_the_exact_binomial_p_value(count: int, limit: float) -> None:
    goal = target(proportion("r", count, 30))
    above, below = binom.sf(count - 1, 30, limit), binom.cdf(count, 30, limit)
    assert p_above(goal, limit) == pytest.approx(above if above <= 0.5 else 1.0)
    assert p_below(goal, limit) == pytest.approx(below if below <= 0.5 else 1.0)


@pytest.mark.parametrize("make", [gap, ratio])
def test_a_p_value_is_the_level_at_which_the_bound_meets_the_limit(make) -> None:
    goal = target(make("g", [proportion("r", x, 200) for x in (60, 80, 90)]))
    for limit in (0.05, 0.3, 0.5, 0.8, 0.9):
        above, below = p_above(goal, limit), p_below(goal, limit)
        if 1e-14 < above < 1:
            assert lower(goal, above) == pytest.approx(limit)
        if 1e-14 < below < 1:
            assert upper(goal, below) == pytest.approx(limit)


def test_certainty_ends_at_the_smallest_p_value() -> None:
    goal = target(gap("g", [proportion("r", x, 10_000) for x in (100, 9000)]))
    assert p_above(goal, 0.1) == pytest.approx(1e-15)
    assert p_below(goal, 0.1) == 1.0


def test_a_bound_at_the_limit_is_not_beyond_it() -> None:
    """Without successes the lower bound is 0 at every level, and 0 is not above 0; nor is 1 below 1."""
    assert p_above(target(proportion("r", 0, 30)), 0.0) == 1.0
    assert p_below(target(proportion("r", 30, 30)), 1.0) == 1.0


@pytest.mark.parametrize(
    "p", [[0.01, 0.04, 0.03, 0.005], [0.5], [0.6, 0.9], [0.02, 0.02, 0.02], [0.04, 0.041]]
)
def test_holm_agrees_with_statsmodels(p: list[float]) -> None:
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1])


def test_holm_of_nothing() -> None:
    assert len(holm([])) == 0
