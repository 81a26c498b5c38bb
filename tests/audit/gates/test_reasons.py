"""Do reasons say in plain words what the data show?"""

import pytest

from audit.gates import judge, parse
from audit.gates.reasons import beyond, number
from probes.stats.comparisons import gap, ratio, worst
from probes.stats.proportions import proportion
from probes.types import Measurement
from reports.record import ProbeResult


def leaves(women: int, men: int, rows: int = 1000, metric: str = "true_positive_rate") -> list[Measurement]:
    return [proportion(metric, x, rows, slice={"group": g}) for g, x in (("women", women), ("men", men))]


def reason(measurement: Measurement, rule: str) -> str:
    result = ProbeResult(probe="p.q", version=1, title="", status="ok", measurements=(measurement,))
    return judge([parse(f"p.q/m {rule}")], [result])[0].reason


DECIDED = [
    (
        gap("m", leaves(700, 702)),
        "<= 0.10",
        "The gap of 0.002 is within the limit of 0.10: "
        "for every pair of groups the data rule out more than 0.036.",
    ),
    (
        gap("m", leaves(710, 930)),
        "<= 0.10",
        "Fails: men (0.93) against women (0.71): the gap is at least 0.187, above the limit of 0.10.",
    ),
    (
        ratio("m", leaves(300, 600)),
        ">= 0.80",
        "Fails: women (0.30) against men (0.60): the ratio is at most 0.557, below the limit of 0.80.",
    ),
    (
        ratio("m", leaves(700, 702)),
        ">= 0.80",
        "The ratio of 0.997 is within the limit of at least 0.80: "
        "for every pair of groups the data rule out less than 0.949.",
    ),
    (
        gap("m", leaves(710, 930)),
        ">= 0.10",
        "The gap of 0.22 is within the limit of at least 0.10: the data rule out less than 0.187.",
    ),
    (
        proportion("m", 900, 1000),
        ">= 0.85",
        "The value of 0.90 is within the limit of at least 0.85: the data rule out less than 0.883.",
    ),
    (
        proportion("m", 900, 1000),
        ">= 0.95",
        "Fails: observed 0.90; the value is at most 0.915, below the limit of 0.95.",
    ),
    (
        worst("m", [gap("a", leaves(700, 702)), gap("b", leaves(710, 930, metric="false_positive_rate"))]),
        "<= 0.10",
        "Fails: false positive rate of men (0.93) against women (0.71): "
        "the gap is at least 0.182, above the limit of 0.10.",
    ),
]


@pytest.mark.parametrize(("measurement", "rule", "expected"), DECIDED)
def test_decided(measurement: Measurement, rule: str, expected: str) -> None:
    assert reason(measurement, rule) == expected


def test_undecided_says_what_is_open_and_what_would_close_it() -> None:
    told = reason(gap("m", leaves(70, 75, rows=100)), "<= 0.10")
    assert told.startswith(
        "Undecided: men (0.75) against women (0.70): "
        "by the tests of this gate the gap may be between 0.00 and 0.15"
    )
    assert "would have failed a true gap of 0.279 in 80 %" in told
    assert "rows per group would decide, if the observed values are the true ones." in told


def test_undecided_value_has_no_groups() -> None:
    told = reason(proportion("m", 90, 100), ">= 0.85")
    assert told.startswith("Undecided: by the tests of this gate the value may be between 0.8")
    assert "rows would decide" in told


def test_exactly_at_the_limit_no_rows_decide() -> None:
    assert "not even 10,000,000 rows per group would decide" in reason(
        gap("m", leaves(30, 40, rows=100)), "<= 0.10"
    )


def test_a_ratio_never_reads_above_1() -> None:
    assert "and 1.00; the limit is at least 0.80" in reason(ratio("m", leaves(30, 33, rows=100)), ">= 0.80")


def test_what_cannot_be_tested_says_why() -> None:
    undefined = Measurement("m", None, None, None, 0, note="no positive labels")
    assert reason(undefined, "<= 0.1") == "Undecided: the number is undefined: no positive labels."
    assert "without the counts" in reason(Measurement("m", 0.1, 0.0, 0.2, 9), "<= 0.1")
    assert (
        reason(Measurement("m", 0.1, None, None, 1, note="one row"), "<= 0.1")
        == "Undecided: the number cannot be tested: one row."
    )
    lone = gap("m", [leaves(1, 1)[0], Measurement("s", 0.5, None, None, 1)], note="a remark")
    assert "without the counts" in reason(lone, "<= 0.1")


NUMBERS = [
    (0.1, "0.10"),
    (0.104, "0.104"),
    (0.0, "0.00"),
    (0.00324, "0.0032"),
    (0.01, "0.01"),
    (-0.004, "-0.004"),
    (12.5, "12.50"),
]


@pytest.mark.parametrize(("x", "written"), NUMBERS)
def test_numbers(x: float, written: str) -> None:
    assert number(x) == written


@pytest.mark.parametrize(
    ("x", "limit", "written"),
    [(0.15, 0.1, "0.15"), (0.1004, 0.1, "0.1004"), (0.10003, 0.1, "0.10003"), (0.1, 0.1, "")],
)
def test_a_bound_is_written_so_that_it_differs_from_the_limit(x: float, limit: float, written: str) -> None:
    assert beyond(x, limit) == written


def test_a_comparison_with_a_single_group_is_passed_over() -> None:
    lone = gap("a", [proportion("rate", 5, 1000, slice={"group": "nobody else"})])
    told = reason(worst("m", [lone, gap("b", leaves(710, 930))]), "<= 0.10")
    assert told.startswith("Fails: true positive rate of men (0.93) against women (0.71)")
