"""Do gaps and ratios have the right value, interval and note?"""

from itertools import pairwise

import numpy as np
import pytest

from probes.stats.comparisons import gap, ratio, worst
from probes.stats.means import mean
from probes.stats.proportions import proportion
from probes.types import Measurement


def leaves(*counts: int, rows: int = 100, metric: str = "rate") -> list[Measurement]:
    return [
        proportion(metric, x, rows, slice={"feature": "g", "group": f"g{i}"}) for i, x in enumerate(counts)
    ]


EMPTY = proportion("rate", 0, 0, slice={"feature": "g", "group": "nobody"}, undefined="no rows")


def test_known_gap_and_ratio() -> None:
    """Rates 0.2, 0.5, 0.4: gap 0.3, ratio 0.4; 300 rows."""
    difference, quotient = gap("g", leaves(20, 50, 40)), ratio("r", leaves(20, 50, 40))
    assert (difference.value, quotient.value) == pytest.approx((0.3, 0.4))
    assert (difference.n, quotient.n) == (300, 300)
    assert 0 < difference.low < 0.3 < difference.high < 1
    assert 0 < quotient.low < 0.4 < quotient.high < 1
    assert (difference.comparisons[0].contrast, quotient.comparisons[0].contrast) == ("difference", "ratio")


@pytest.mark.parametrize("make", [gap, ratio])
def test_order_and_names_of_groups_do_not_matter(make) -> None:
    first, second = make("g", leaves(20, 50, 40)), make("g", leaves(40, 20, 50))
    assert (first.value, first.low, first.high) == (second.value, second.low, second.high)


def test_equal_groups() -> None:
    difference, quotient = gap("g", leaves(30, 30)), ratio("r", leaves(30, 30))
    assert (difference.value, difference.low) == (0, 0)
    assert (quotient.value, quotient.high) == (1, 1)
    assert difference.high > 0
    assert quotient.low < 1


def test_ends_of_rates_stay_within_0_and_1() -> None:
    assert gap("g", leaves(0, 1, rows=1)).high == 1.0
    assert gap("g", leaves(0, 100)).high <= 1.0


def test_undefined_groups_are_left_out_and_named() -> None:
    difference = gap("g", [*leaves(20, 50), EMPTY], note="a remark")
    assert difference.value == pytest.approx(0.3)
    assert difference.note == "a remark; left out because it is undefined there: nobody"
    assert difference.low is not None
    assert len(difference.comparisons[0].groups) == 3


def test_many_undefined_groups_are_counted() -> None:
    assert "and 2 more" in gap("g", [*leaves(20, 50), *[EMPTY] * 7]).note
    assert "more" not in gap("g", [*leaves(20, 50), *[EMPTY] * 5]).note


@pytest.mark.parametrize("make", [gap, ratio])
@pytest.mark.parametrize("groups", [[], leaves(20), [*leaves(20), EMPTY]])
def test_fewer_than_two_groups_are_undefined(make, groups: list[Measurement]) -> None:
    found = make("g", groups)
    assert (found.value, found.low, found.high) == (None, None, None)
    assert "fewer than two groups" in found.note


def test_two_groups_are_enough() -> None:
    assert gap("g", leaves(20, 20)).value == 0


def test_ratio_of_zeros_and_of_negative_means_is_undefined() -> None:
    assert "value 0" in ratio("r", leaves(0, 0)).note
    assert ratio("r", leaves(0, 1)).value == 0
    negative = [mean("m", 9, -9.0, 18.0), mean("m", 9, 9.0, 18.0)]
    assert ratio("r", negative).value is None
    assert gap("g", negative).value == pytest.approx(2)


def test_gap_of_means_may_be_larger_than_1() -> None:
    assert gap("g", [mean("m", 9, 0.0, 9.0), mean("m", 9, 90.0, 909.0)]).high > 10


def test_a_leaf_without_bounds_leaves_the_interval_open() -> None:
    found = gap("g", [mean("m", 1, 0.5, 0.25, slice={"group": "few"}), *leaves(20)])
    assert found.value == pytest.approx(0.3)
    assert (found.low, found.high) == (None, None)
    why = "one row: how far the values spread is not known"
    assert found.note == f"no interval, because there is none for few ({why})"


def test_worst_gap_and_worst_ratio() -> None:
    small, large = leaves(20, 25), leaves(10, 50, metric="other")
    assert worst("w", [gap("a", small), gap("b", large)]).value == pytest.approx(0.4)
    assert worst("w", [ratio("a", small), ratio("b", large)]).value == pytest.approx(0.2)
    both = worst("w", [gap("a", small), gap("b", large)])
    assert len(both.comparisons) == 2
    assert both.low < gap("b", large).low
    assert both.high == pytest.approx(gap("b", large).high)


def test_worst_without_a_defined_part() -> None:
    found = worst("w", [gap("a", leaves(20))])
    assert found.value is None
    assert "fewer than two" in found.note
    assert worst("w", []).note == "nothing to compare"


def test_worst_keeps_the_reasons_of_undefined_parts() -> None:
    found = worst("w", [gap("a", leaves(20)), gap("b", leaves(20, 50))])
    assert found.value == pytest.approx(0.3)
    assert "fewer than two" in found.note


@pytest.mark.parametrize("truth", [(0.3, 0.3, 0.3), (0.3, 0.45, 0.4)])
def test_the_interval_contains_the_true_gap_and_ratio(truth: tuple[float, ...]) -> None:
    rng, runs = np.random.default_rng(0), 300
    drawn = [leaves(*rng.binomial(100, truth)) for _ in range(runs)]
    gaps, ratios = [gap("g", d) for d in drawn], [ratio("r", d) for d in drawn]
    true_gap, true_ratio = max(truth) - min(truth), min(truth) / max(truth)
    assert np.mean([g.low <= true_gap <= g.high for g in gaps]) >= 0.935
    assert np.mean([r.low <= true_ratio <= r.high for r in ratios]) >= 0.935


def test_more_confidence_is_wider() -> None:
    widths = [(g := gap("g", leaves(20, 50), confidence=c)).high - g.low for c in (0.8, 0.9, 0.99)]
    assert all(a < b for a, b in pairwise(widths))
