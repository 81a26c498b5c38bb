"""Does a difference with a sign keep its error rates, and judge one direction only?"""

import numpy as np
import pytest

from audit.gates import judge, parse
from probes.stats.comparisons import difference
from probes.stats.contrasts import Target, lower, stated, upper
from probes.stats.limits import Estimates
from probes.stats.means import mean
from probes.stats.proportions import proportion
from reports.record import ProbeResult

RUNS = 4_000


def rate(x, n, name="a"):
    return proportion("accuracy", x, n, slice={"data": name})


def verdict(measurement, gate):
    result = ProbeResult(probe="p.q", version=1, title="t?", status="ok", measurements=(measurement,))
    (found,) = judge([parse(gate)], [result])
    return found


def test_the_first_minus_the_second():
    found = difference("drop", rate(80, 100), rate(60, 100, "b"))
    assert found.value == pytest.approx(0.2)
    assert found.low < 0.2 < found.high
    back = difference("drop", rate(60, 100), rate(80, 100, "b"))
    assert (back.value, back.low, back.high) == pytest.approx((-0.2, -found.high, -found.low))


def test_the_pair_is_the_only_statement():
    assert stated("ordered", 2).tolist() == [[False, True], [False, False]]
    assert stated("difference", 2).tolist() == [[False, True], [True, False]]
    assert stated("value", 1).tolist() == [[True]]


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [(1600, 1200, "fail"), (1600, 1600, "pass"), (1200, 1600, "pass"), (1600, 1500, "undecided")],
)
def test_a_gate_asks_for_one_direction(first, second, outcome):
    """2,000 rows each and a limit of 0.05: 0.8 against 0.6, 0.8, 0.75 and 0.6 against 0.8."""
    found = verdict(difference("drop", rate(first, 2000, "x"), rate(second, 2000, "y")), "p.q/drop <= 0.05")
    assert found.outcome == outcome
    if outcome != "pass":
        assert "x (0.80) against y" in found.reason
    if outcome == "undecided":
        assert found.rows_needed is None or found.rows_needed > 2000
        assert 0.05 < found.detectable < 0.2


def test_a_negative_difference_may_be_asked_for():
    found = verdict(difference("drop", rate(300, 2000), rate(900, 2000, "b")), "p.q/drop >= -0.2")
    assert found.outcome == "fail"
    assert verdict(difference("drop", rate(900, 2000), rate(900, 2000)), "p.q/drop >= -0.2").outcome == "pass"
    close = verdict(difference("drop", rate(500, 1000), rate(690, 1000, "b")), "p.q/drop >= -0.2")
    assert close.outcome == "undecided"
    assert "between \N{MINUS SIGN}0." in close.reason
    assert close.detectable < -0.2


def test_one_undefined_side_leaves_it_open():
    found = difference("drop", rate(1, 2, "x"), rate(0, 0, "y"))
    assert found.value is None
    assert "y" in found.note
    assert verdict(found, "p.q/drop <= 1").outcome == "undecided"


def test_means_have_a_difference_too():
    one, other = (mean("m", 100, 100 * m, 100 * (m**2 + 0.04)) for m in (0.5, 0.2))
    found = difference("rise", one, other)
    assert found.value == pytest.approx(0.3)
    # Standard errors of 0.02 each: the difference has 0.028, and 1.98 of these on either side.
    assert found.high - found.value == pytest.approx(1.98 * 0.2 / np.sqrt(99) * np.sqrt(2), rel=0.02)


@pytest.mark.parametrize(("before", "after", "n"), [(0.85, 0.85, 200), (0.95, 0.9, 60), (0.6, 0.5, 40)])
def test_it_is_wrong_as_seldom_as_it_says(before, after, n):
    """Each bound is on the wrong side of the true difference in at most 5 % of audits (and three errors)."""
    rng = np.random.default_rng(0)
    values = rng.binomial(n, [before, after], size=(RUNS, 2)) / n
    goal = Target("ordered", (Estimates(values, np.full((RUNS, 2), float(n)), np.full((RUNS, 2), np.nan)),))
    most = 0.05 + 3 * np.sqrt(0.05 * 0.95 / RUNS)
    assert (lower(goal, 0.05) > before - after + 1e-12).mean() <= most
    assert (upper(goal, 0.05) < before - after - 1e-12).mean() <= most
