"""Do one-sided bounds agree with the textbook, and what is testable?"""

import numpy as np
import pytest
from scipy import stats

from probes.stats.limits import Estimates, estimates, one_sided
from probes.stats.limits import testable as can_be_tested
from probes.stats.means import mean
from probes.stats.proportions import proportion
from probes.types import Measurement


@pytest.mark.parametrize("count", [0, 1, 7, 29, 30])
def test_rates_get_exact_bounds(count: int) -> None:
    """By definition: at the lower bound this count or more has probability `tail`, mirrored above."""
    low, high = one_sided(estimates([proportion("r", count, 30)]), 0.03)
    if count > 0:
        assert stats.binom.sf(count - 1, 30, low[0]) == pytest.approx(0.03)
    else:
        assert low[0] == 0
    if count < 30:
        assert stats.binom.cdf(count, 30, high[0]) == pytest.approx(0.03)
    else:
        assert high[0] == 1


def test_means_get_students_bounds() -> None:
    low, high = one_sided(estimates([mean("m", 5, 10.0, 30.0)]), 0.05)
    error = np.sqrt((30 - 20) / 4 / 5)
    np.testing.assert_allclose([low[0], high[0]], 2 + np.array([-1, 1]) * stats.t.ppf(0.95, 4) * error)


def test_rates_and_means_side_by_side_keep_their_own_bounds() -> None:
    both = [proportion("r", 3, 30), mean("m", 5, 10.0, 30.0)]
    together = one_sided(estimates(both), 0.05)
    alone = [one_sided(estimates([leaf]), 0.05) for leaf in both]
    np.testing.assert_allclose(together, np.concatenate(alone, axis=1))


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        (proportion("r", 3, 30), True),
        (mean("m", 5, 10.0, 30.0), True),
        (proportion("r", 0, 0), False),
        (mean("m", 1, 1.0, 1.0), False),
        (Measurement("bare", 0.5, 0.4, 0.6, 100), False),
    ],
)
def test_testable(leaf: Measurement, expected: bool) -> None:
    assert can_be_tested(leaf) is expected
    assert len(estimates([leaf]).values) == expected


def test_resized_groups_spread_with_the_root_of_the_rows() -> None:
    small = Estimates(np.array([0.5, 2.0]), np.array([100.0, 100.0]), np.array([np.nan, 0.3]))
    np.testing.assert_allclose(small.spread, [0.05, 0.3])
    np.testing.assert_allclose(small.resized(np.array([400.0, 400.0])).spread, [0.025, 0.15])


def test_repetitions_are_bounded_one_by_one() -> None:
    values = np.array([[0.1, 0.5], [0.0, 1.0]])
    many = one_sided(Estimates(values, np.full((2, 2), 20.0), np.full((2, 2), np.nan)), 0.05)
    one = one_sided(Estimates(values[1], np.full(2, 20.0), np.full(2, np.nan)), 0.05)
    np.testing.assert_allclose([side[1] for side in many], one)
