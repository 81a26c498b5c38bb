"""Are verdicts wrong as seldom as promised?"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from audit.gates import judge, parse
from probes.stats.comparisons import gap
from probes.stats.proportions import proportion
from reports.record import ProbeResult


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    """benchmarks/verdicts.py, so that the tests and the published figures share one grid."""
    path = Path(__file__).parents[3] / "benchmarks" / "verdicts.py"
    spec = importlib.util.spec_from_file_location("benchmark_verdicts", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def check(bench: ModuleType, *, short: bool, runs: int) -> None:
    worst, _ = bench.worst_cells(bench.grid(short=short), runs)
    allowed = 0.05 + 3 * bench.standard_error(0.05, runs)
    wrong = {
        name: line for name, line in worst.items() if "point-value" not in name and "covered" not in name
    }
    assert len(wrong) == 6
    assert {name: line for name, line in wrong.items() if line.share > allowed} == {}
    uncovered = max(line.share for name, line in worst.items() if "covered" in name)
    assert uncovered <= 0.065 + 3 * bench.standard_error(0.065, runs)


def test_error_rates_and_coverage_on_the_short_grid(bench: ModuleType) -> None:
    check(bench, short=True, runs=500)


@pytest.mark.full
def test_error_rates_and_coverage_on_the_full_grid(bench: ModuleType) -> None:
    check(bench, short=False, runs=2000)


def test_power(bench: ModuleType) -> None:
    shares = {name: getattr(bench.simulate(cell, 4000), wanted) for name, cell, wanted in bench.POWER}
    assert shares["PASS, two groups of 500 at 0.3, limit 0.10"] >= 0.9
    assert shares["FAIL, 4 x 2,000: 0.30 0.30 0.30 0.45, limit 0.10"] >= 0.9


@pytest.mark.parametrize("true_gap", [0.0, 0.1])
def test_twenty_gates_fail_a_kept_limit_in_at_most_five_percent_of_runs(
    bench: ModuleType, true_gap: float
) -> None:
    fails, point_value = bench.suite(20, 1000, gap=true_gap)
    assert fails <= 0.05 + 3 * bench.standard_error(0.05, 1000)
    assert point_value > fails


def test_the_point_value_gate_and_the_bootstrap_fail_equal_groups(bench: ModuleType) -> None:
    equal = bench.simulate(bench.Cell("difference", np.full(8, 0.3), np.full(8, 100.0), 0.1), 2000)
    assert equal.point_fails > 0.6
    assert equal.fails <= 0.05
    assert bench.bootstrap_excludes_zero(8, 100, runs=100) > 0.95


def test_the_simulation_judges_as_an_audit_does(bench: ModuleType) -> None:
    rng = np.random.default_rng(0)
    rates, gate = np.array([0.3, 0.42, 0.5]), parse("p.q/m <= 0.10")
    for counts in rng.binomial(150, rates, size=(40, 3)):
        leaves = [proportion("r", x, 150, slice={"group": str(i)}) for i, x in enumerate(counts)]
        result = ProbeResult(probe="p.q", version=1, title="", status="ok", measurements=(gap("m", leaves),))
        outcome = judge([gate], [result])[0].outcome
        values = counts[None] / 150
        groups = bench.Estimates(values, np.full((1, 3), 150.0), np.full((1, 3), np.nan))
        fails, passes = bench.verdicts(bench.Target("difference", (groups,)), 0.1, 0.05)
        assert outcome == ("fail" if fails[0] else "pass" if passes[0] else "undecided")
