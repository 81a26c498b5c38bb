"""Are the detectable gap and the rows needed what simulated audits show?"""

import numpy as np
import pytest

from audit.gates.planning import Plan, detectable, hardest_pair, rows_needed
from probes.stats.comparisons import gap, ratio, worst
from probes.stats.contrasts import Target, lower, target, upper
from probes.stats.limits import Estimates
from probes.stats.means import mean
from probes.stats.proportions import proportion
from probes.types import Measurement


def goal_of(measurement: Measurement) -> Target:
    goal = target(measurement)
    assert goal is not None
    return goal


def leaves(*counts: int, rows: int = 100) -> list[Measurement]:
    return [proportion("r", x, rows) for x in counts]


def drawn(rates: np.ndarray, rows: float, contrast: str, runs: int = 2000, seed: int = 5) -> Target:
    values = np.random.default_rng(seed).binomial(int(rows), rates, size=(runs, len(rates))) / int(rows)
    return Target(
        contrast, (Estimates(values, np.full(values.shape, float(int(rows))), np.full(values.shape, np.nan)),)
    )


def fails_and_passes(goal: Target, plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    over, under = lower(goal, plan.above) > plan.limit, upper(goal, plan.below) < plan.limit
    return (over, under) if plan.at_most else (under, over)


CASES = [
    (gap("g", leaves(30, 34)), Plan(0.1, at_most=True, fail=0.05, passes=0.05)),
    (gap("g", leaves(30, 48)), Plan(0.1, at_most=True, fail=0.05, passes=0.05)),
    (gap("g", leaves(30, 33, 35, 36)), Plan(0.1, at_most=True, fail=0.01, passes=0.05)),
    (gap("g", leaves(3, 30, 20, 10)), Plan(0.2, at_most=True, fail=0.05, passes=0.05)),
    (gap("g", leaves(30, 50)), Plan(0.1, at_most=False, fail=0.05, passes=0.05)),
    (ratio("r", leaves(45, 50)), Plan(0.8, at_most=False, fail=0.05, passes=0.05)),
    (ratio("r", leaves(30, 50, 45)), Plan(0.8, at_most=False, fail=0.05, passes=0.05)),
    (proportion("v", 90, 100), Plan(0.85, at_most=False, fail=0.05, passes=0.05)),
    (proportion("v", 80, 100), Plan(0.7, at_most=True, fail=0.05, passes=0.05)),
]


@pytest.mark.parametrize(("measurement", "plan"), CASES)
def test_with_the_rows_needed_about_80_percent_of_runs_are_decided(
    measurement: Measurement, plan: Plan
) -> None:
    goal = goal_of(measurement)
    rows = rows_needed(goal, plan)
    assert rows is not None
    fails, passes = fails_and_passes(drawn(goal.families[0].values, rows, goal.contrast), plan)
    assert np.mean(fails | passes) == pytest.approx(0.8, abs=0.06)


@pytest.mark.parametrize(
    ("measurement", "plan"),
    [
        (gap("g", leaves(100, 100, rows=500)), Plan(0.1, at_most=True, fail=0.05, passes=0.05)),
        (gap("g", leaves(5, 5, rows=100)), Plan(0.05, at_most=True, fail=0.01, passes=0.05)),
        (ratio("r", leaves(250, 250, rows=500)), Plan(0.8, at_most=False, fail=0.05, passes=0.05)),
        (proportion("v", 180, 200), Plan(0.85, at_most=False, fail=0.05, passes=0.05)),
    ],
)
def test_the_detectable_value_fails_in_about_80_percent_of_runs(measurement: Measurement, plan: Plan) -> None:
    goal = goal_of(measurement)
    found = detectable(goal, plan)
    assert found is not None
    middle = goal.families[0].values[0]
    low = {"value": found, "difference": max(middle - found / 2, 0), "ratio": middle * found}[goal.contrast]
    rates = {"value": [found], "difference": [low, low + found], "ratio": [low, middle]}[goal.contrast]
    fails, _ = fails_and_passes(drawn(np.array(rates), goal.families[0].sizes[0], goal.contrast), plan)
    assert np.mean(fails) == pytest.approx(0.8, abs=0.07)


PLAN = Plan(0.1, at_most=True, fail=0.05, passes=0.05)
RATIO = Plan(0.8, at_most=False, fail=0.05, passes=0.05)


def test_no_number_of_rows_decides_a_value_at_the_limit() -> None:
    assert rows_needed(goal_of(gap("g", leaves(30, 40))), PLAN) is None


def test_more_gates_ask_for_more() -> None:
    goal = goal_of(gap("g", leaves(30, 45)))
    strict = Plan(0.1, at_most=True, fail=0.001, passes=0.05)
    assert rows_needed(goal, strict) > rows_needed(goal, PLAN)
    assert detectable(goal, strict) > detectable(goal, PLAN)


def test_groups_of_a_few_rows_could_have_shown_nothing() -> None:
    assert detectable(goal_of(gap("g", leaves(1, 1, rows=2))), PLAN) is None


@pytest.mark.parametrize(("make", "at_most"), [(gap, False), (ratio, True)])
def test_a_gate_that_asks_for_a_difference_has_no_detectable_value(make, at_most: bool) -> None:
    assert (
        detectable(goal_of(make("g", leaves(30, 45))), Plan(0.1, at_most=at_most, fail=0.05, passes=0.05))
        is None
    )


def test_means_scale_with_their_standard_error() -> None:
    """Twice the spread: the detectable value is twice as far from the limit, with four times the rows."""
    narrow, wide = (mean("m", 100, 100 * c, 100 * c * c + 99 * s * s) for c, s in ((0.05, 0.5), (0.05, 1.0)))
    near, far = (detectable(goal_of(m), PLAN) for m in (narrow, wide))
    assert far - 0.1 == pytest.approx(2 * (near - 0.1), rel=1e-3)
    few, many = (rows_needed(goal_of(m), PLAN) for m in (narrow, wide))
    assert many == pytest.approx(4 * few, rel=0.05)
    low_gate = Plan(0.1, at_most=False, fail=0.05, passes=0.05)
    assert detectable(goal_of(narrow), low_gate) < 0.1


def test_a_gap_of_means_is_detected_beyond_its_limit() -> None:
    found = detectable(goal_of(gap("g", [mean("m", 100, 0.0, 99.0), mean("m", 100, 0.0, 99.0)])), PLAN)
    error = np.sqrt(2) * 0.1
    assert found == pytest.approx(0.1 + (1.984 + 0.8416) * error, abs=0.01)


def test_the_hardest_pair_is_named() -> None:
    assert hardest_pair(goal_of(gap("g", leaves(30, 60, 50))), PLAN) == (0, 1, 0)
    assert hardest_pair(
        goal_of(ratio("g", leaves(30, 60, 50))), Plan(0.8, at_most=False, fail=0.05, passes=0.05)
    ) == (0, 0, 1)
    both = worst("w", [gap("a", leaves(30, 30)), gap("b", leaves(30, 60))])
    assert hardest_pair(goal_of(both), PLAN) == (1, 1, 0)


@pytest.mark.parametrize(
    ("make", "plan", "counts"),
    [
        (gap, PLAN, (30, 36)),
        (gap, PLAN, (30, 50)),
        (ratio, RATIO, (45, 50)),
        (ratio, RATIO, (30, 50)),
    ],
)
def test_rows_needed_over_several_families(make, plan: Plan, counts: tuple[int, int]) -> None:
    """The same rates in two families: all pairs of both must be shown to pass, one of either to fail."""
    families = worst("w", [make("a", leaves(*counts)), make("b", leaves(*counts))])
    goal = goal_of(families)
    rows = rows_needed(goal, plan)
    assert rows is not None
    one, other = (
        drawn(family.values, rows, goal.contrast, seed=i).families[0]
        for i, family in enumerate(goal.families)
    )
    fails, passes = fails_and_passes(Target(goal.contrast, (one, other)), plan)
    assert np.mean(fails | passes) == pytest.approx(0.8, abs=0.06)
