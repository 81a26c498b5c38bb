"""Do the paired bounds keep their level, for intervals and for gates?"""

import numpy as np
import pytest
from scipy.special import gammaln

from audit.gates import judge, parse
from probes.stats.limits import Estimates, one_sided
from probes.stats.paired import paired_difference
from probes.stats.tests import p_even
from reports.record import ProbeResult


def table(rows):
    """Every pair of counts of rows that only the first, and only the second, counts."""
    first, second = (a.ravel() for a in np.meshgrid(np.arange(rows + 1), np.arange(rows + 1), indexing="ij"))
    kept = first + second <= rows
    return first[kept], second[kept]


def chances(first, second, rows, p, q):
    """The multinomial chance of each pair of counts."""
    rest = rows - first - second
    ways = gammaln(rows + 1) - gammaln(first + 1) - gammaln(second + 1) - gammaln(rest + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = (np.where(x > 0, x * np.log(c), 0.0) for x, c in ((first, p), (second, q), (rest, 1 - p - q)))
        return np.exp(ways + sum(logs))


def worst_error(rows, tail, differences, shares):
    """The largest chance, over true differences and shares of differing rows, of a bound that is wrong."""
    first, second = table(rows)
    values, changed = (first - second) / rows, (first + second) / rows
    sizes = np.full(values.shape, float(rows))
    errors = np.sqrt(np.maximum(changed - values**2, 0) / rows)
    low, high = one_sided(Estimates(values, sizes, errors, changed), tail)
    worst = 0.0
    for d in differences:
        for moved in (m for m in shares if m >= abs(d)):
            chance = chances(first, second, rows, (moved + d) / 2, (moved - d) / 2)
            worst = max(worst, chance[low > d + 1e-9].sum(), chance[high < d - 1e-9].sum())
    return worst


@pytest.mark.parametrize("rows", [20, 50, 100])
def test_a_bound_is_wrong_in_at_most_its_level(rows):
    """By exact enumeration; these two errors are the wrong PASS and wrong FAIL of a gate on a change."""
    assert worst_error(rows, 0.05, (-0.1, -0.02, 0, 0.05), (0.02, 0.05, 0.1, 0.2, 0.4, 0.95)) <= 0.05


@pytest.mark.full
@pytest.mark.parametrize("tail", [0.05, 0.05 / 8, 0.05 / 56])
@pytest.mark.parametrize("rows", [30, 50, 100, 200, 400])
def test_the_whole_grid(rows, tail):
    shares = (0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 0.95)
    assert (
        worst_error(rows, tail, (-0.2, -0.1, -0.05, -0.02, -0.01, 0, 0.02, 0.05, 0.1), shares) <= 1.08 * tail
    )


def gated(gained, lost, rows, limit):
    found = paired_difference("accuracy", gained, lost, rows)
    result = ProbeResult(probe="diff", version=1, title="", status="ok", measurements=(found,))
    return judge([parse(f"diff.accuracy >= {limit}")], [result])[0]


@pytest.mark.parametrize(
    ("gained", "lost", "rows", "outcome"),
    [
        (10, 10, 2000, "pass"),  # the same, and few rows differ
        (10, 10, 50, "undecided"),
        (20, 220, 2000, "fail"),  # ten points lost
        (0, 0, 1000, "pass"),
        (0, 0, 10, "undecided"),
    ],
)
def test_three_outcomes_at_a_margin_of_two_points(gained, lost, rows, outcome):
    assert gated(gained, lost, rows, -0.02).outcome == outcome


@pytest.mark.parametrize(
    ("rows", "limit", "moved"), [(12, -0.25, 0.5), pytest.param(60, -0.1, 0.2, marks=pytest.mark.full)]
)
def test_verdicts_at_the_limit_are_wrong_in_at_most_five_percent(rows, limit, moved):
    """Every pair of counts is judged, and weighed by its chance when the truth is the limit itself."""
    first, second = table(rows)
    outcomes = np.array(
        [gated(int(a), int(b), rows, limit).outcome for a, b in zip(first, second, strict=True)]
    )
    chance = chances(first, second, rows, (moved + limit) / 2, (moved - limit) / 2)
    assert chance.sum() == pytest.approx(1)
    assert chance[outcomes == "pass"].sum() <= 0.05
    assert chance[outcomes == "fail"].sum() <= 0.05


def test_the_interval_is_that_of_tango_where_both_are_good():
    """With 500 rows, 40 and 20 differing, bisection on Tango's score equation gives 0.00993 and 0.07160."""
    found = paired_difference("accuracy", 40, 20, 500)
    assert (found.value, found.n, found.paired) == (0.04, 500, (40, 20))
    assert (found.low, found.high) == pytest.approx((0.00993, 0.07160), abs=0.002)


@pytest.mark.parametrize(("gained", "lost", "rows"), [(0, 0, 5), (5, 0, 5), (0, 5, 5), (1, 0, 1), (2, 3, 5)])
def test_edges_have_an_interval_around_the_value(gained, lost, rows):
    found = paired_difference("accuracy", gained, lost, rows)
    assert -1 <= found.low <= found.value <= found.high <= 1
    turned = paired_difference("accuracy", lost, gained, rows)
    assert (-turned.high, -turned.low) == pytest.approx((found.low, found.high))


@pytest.mark.parametrize("rows", [7, 30, 49])
def test_every_pair_of_counts_has_bounds_around_its_value(rows):
    for gained, lost in zip(*map(np.ndarray.tolist, table(rows)), strict=True):
        found = paired_difference("accuracy", gained, lost, rows)
        assert found.low <= found.value <= found.high


def test_without_rows_it_is_undefined():
    assert paired_difference("accuracy", 0, 0, 0, undefined="nobody").note == "nobody"


def test_mcnemar_of_ten_against_two_by_hand():
    """2 (C(12,0) + C(12,1) + C(12,2)) / 2^12 = 2 * 79 / 4096."""
    assert p_even(10, 2) == pytest.approx(158 / 4096)
    assert p_even(2, 10) == p_even(10, 2)
    assert p_even(0, 0) is None
