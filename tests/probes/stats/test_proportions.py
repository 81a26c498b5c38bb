"""Do rates come with intervals that contain the true rate often enough?"""

import numpy as np
import pytest
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint

from probes.stats import proportions
from probes.stats.proportions import proportion, wilson


def coverage(rows: int, rates: np.ndarray) -> np.ndarray:
    """Exact: the chance of every count times whether its interval holds the rate."""
    counts = np.arange(rows + 1)
    low, high = wilson(counts, np.full(rows + 1, rows))
    chance = binom.pmf(counts[:, None], rows, rates)
    return (chance * ((low[:, None] <= rates) & (rates <= high[:, None]))).sum(axis=0)


def test_without_the_quarter_it_is_wilsons_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proportions, "CONTINUITY", 0.0)
    counts, totals = np.array([0, 3, 15, 30]), np.full(4, 30)
    expected = proportion_confint(counts, totals, alpha=0.1, method="wilson")
    np.testing.assert_allclose(wilson(counts, totals, confidence=0.9), expected, atol=1e-12)


@pytest.mark.parametrize("rows", [30, 33, 38, 44, 84, 200, 2000])
def test_coverage_is_kept_exactly(rows: int) -> None:
    assert coverage(rows, np.linspace(0.05, 0.9, 341)).min() >= 0.935


@pytest.mark.full
def test_coverage_is_kept_exactly_everywhere() -> None:
    rows = [*range(30, 301), *range(350, 2001, 50)]
    assert min(coverage(n, np.linspace(0.05, 0.9, 1701)).min() for n in rows) >= 0.94


def test_ends_stay_within_0_and_1() -> None:
    low, high = wilson(np.array([0, 5]), np.array([5, 5]))
    assert low[0] == 0
    assert high[1] == 1
    assert (low < high).all()


def test_known_rate() -> None:
    """3 of 4: value 0.75; successes swapped with failures mirror the interval."""
    rate, mirrored = proportion("r", 3, 4), proportion("r", 1, 4)
    assert (rate.value, rate.n, rate.successes, rate.standard_error) == (0.75, 4, 3, None)
    assert rate.low == pytest.approx(1 - mirrored.high)
    assert rate.high == pytest.approx(1 - mirrored.low)


def test_no_rows_is_undefined_and_says_why() -> None:
    rate = proportion("r", 0, 0, slice={"group": "a"}, undefined="no positive labels")
    assert (rate.value, rate.low, rate.high, rate.n, rate.note) == (None, None, None, 0, "no positive labels")


def test_higher_confidence_is_wider() -> None:
    narrow, wide = proportion("r", 30, 100, confidence=0.9), proportion("r", 30, 100, confidence=0.99)
    assert wide.low < narrow.low < 0.3 < narrow.high < wide.high
