"""Does one multinomial draw of the counts stand for a bootstrap of the rows?"""

import numpy as np
import pytest

from probes.stats.bootstrap import bootstrap

COUNTS = np.array([30, 70, 0])


def share(counts: np.ndarray) -> np.ndarray:
    return counts[:, 0] / counts.sum(axis=1)


def test_the_standard_error_is_that_of_a_rate() -> None:
    """30 of 100: sqrt(0.3 * 0.7 / 100) = 0.0458."""
    found = bootstrap(COUNTS, share, np.random.default_rng(0), draws=20_000)
    assert found.standard_error == pytest.approx(0.0458, abs=0.001)
    assert (found.low, found.high) == pytest.approx((0.21, 0.39), abs=0.011)


def test_agrees_with_drawing_rows() -> None:
    rows = np.repeat([0, 1], [30, 70])
    drawn = np.random.default_rng(1).choice(rows, size=(5000, 100))
    low, high = np.quantile((drawn == 0).mean(axis=1), [0.1, 0.9])
    found = bootstrap(COUNTS, share, np.random.default_rng(2), draws=5000, confidence=0.8)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.011)


def test_the_same_generator_gives_the_same_interval() -> None:
    first, second = (bootstrap(COUNTS, share, np.random.default_rng(3)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(("undefined", "known"), [(100, True), (101, False)])
def test_undefined_draws_are_dropped_up_to_one_in_twenty(undefined: int, known: bool) -> None:
    def statistic(counts: np.ndarray) -> np.ndarray:
        values = share(counts)
        values[:undefined] = np.nan
        return values

    found = bootstrap(COUNTS, statistic, np.random.default_rng(0), draws=2000)
    assert (found.low is not None) is known
    assert (found.standard_error is not None) is known


def test_no_rows() -> None:
    assert bootstrap(np.zeros(3, dtype=int), share, np.random.default_rng(0)).low is None
