"""Is homogenization 1 for independent models, and what it should be for others?"""

import itertools

import numpy as np
import pytest

from probes.stats.homogenization import Patterns, expected, homogenization, observed, patterns


def rng():
    return np.random.default_rng(0)


def test_two_models_that_fail_the_same_rows_by_hand():
    """100 rows; both fail 10 of them, the first 10 more, the second 20 more: 0.10 / (0.20 * 0.30) = 5 / 3."""
    rows = [(True, True)] * 10 + [(True, False)] * 10 + [(False, True)] * 20 + [(False, False)] * 60
    systemic, chance, ratio = homogenization(patterns(np.array(rows)), rng())
    assert (systemic.value, systemic.successes, systemic.n) == (0.1, 10, 100)
    assert chance.value == pytest.approx(0.06)
    assert ratio.value == pytest.approx(5 / 3)
    assert ratio.low < 5 / 3 < ratio.high


def test_one_model_twice_has_the_inverse_of_its_rate():
    """The ratio is p / p² = 1 / p."""
    failed = np.repeat([[True, True], [False, False]], [25, 75], axis=0)
    assert homogenization(patterns(failed), rng())[2].value == pytest.approx(4.0)


@pytest.mark.parametrize(("models", "rate"), [(2, 0.3), (3, 0.15), (4, 0.1)])
def test_independent_models_have_one_in_their_interval(models, rate):
    """In at least 95 % of repeated audits; three standard errors of 200 runs are 4.6 %."""
    draws, inside = np.random.default_rng(1), 0
    for _ in range(200):
        ratio = homogenization(patterns(draws.random((500, models)) < rate), draws)[2]
        inside += ratio.low <= 1 <= ratio.high
    assert inside >= 200 * (0.95 - 0.046)


def test_the_number_of_failing_models_by_chance_is_that_of_all_patterns():
    """Against the sum over all eight patterns of three models."""
    rates = np.array([0.1, 0.4, 0.7])
    by_hand = np.zeros(4)
    for failed in itertools.product((0, 1), repeat=3):
        by_hand[sum(failed)] += np.prod([r if f else 1 - r for r, f in zip(rates, failed, strict=True)])
    assert expected(rates) == pytest.approx(by_hand)


def test_rows_are_counted_by_how_many_models_fail_them():
    found = patterns(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 0], [1, 1, 1], [0, 1, 0]], dtype=bool))
    assert observed(found).tolist() == [1, 1, 2, 1]
    assert found.rates.tolist() == pytest.approx([0.6, 0.8, 0.2])


def test_the_order_of_rows_does_not_matter():
    failed = np.random.default_rng(3).random((200, 3)) < 0.4
    turned = failed[np.random.default_rng(4).permutation(200)]
    assert homogenization(patterns(failed), rng()) == homogenization(patterns(turned), rng())


def test_no_common_failure_still_leaves_room_above():
    """Two models, 100 rows, each fails 10 others: 0, and Wilson's upper end, about 0.04, over 0.01."""
    rows = [(True, False)] * 10 + [(False, True)] * 10 + [(False, False)] * 80
    ratio = homogenization(patterns(np.array(rows)), rng())[2]
    assert (ratio.value, ratio.low) == (0, 0)
    assert ratio.high > 3


@pytest.mark.parametrize(
    ("failed", "why"),
    [(np.zeros((50, 2), bool), "fails no row"), (np.zeros((0, 2), bool), "no row has a valid answer")],
)
def test_where_there_is_no_ratio_it_says_why(failed, why):
    ratio = homogenization(patterns(failed), rng())[2]
    assert ratio.value is None
    assert why in ratio.note


def test_patterns_without_rows_have_no_rates():
    assert np.isnan(Patterns(np.zeros((0, 2), bool), np.zeros(0, int)).rates).all()
