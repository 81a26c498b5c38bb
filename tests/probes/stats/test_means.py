"""Do means come with the interval of Student's t?"""

import numpy as np
import pytest
from scipy import stats

from probes.stats.means import mean


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


def test_equal_values_with_a_span_follow_the_rule_of_three() -> None:
    """100 equal rows: with 5 % error up to 3 % of the rows may differ, each by at most the span of 1."""
    found = of([0.0] * 100, span=1.0)
    assert found.standard_error == pytest.approx(0.02)
    assert found.value + stats.norm.ppf(0.95) * found.standard_error >= 0.03


def test_two_rows_are_enough() -> None:
    """0 and 1: mean 0.5, standard error 0.5."""
    assert of([0.0, 1.0]).standard_error == pytest.approx(0.5)
    assert of([0.0, 1.0], span=1.0).standard_error == pytest.approx(0.5)
