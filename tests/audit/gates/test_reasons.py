"""Do reasons say in plain words what the data show?"""

import pytest

from audit.gates import judge, parse
from audit.gates.reasons import beyond
from probes.stats.comparisons import gap, ratio, worst
from probes.stats.means import mean
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
        # Deviation 0.1, so the standard error is 0.0032 and the bound 1.65 of them above the mean.
        mean("m", 1000, -50.0, 12.5),
        ">= -0.02",
        "Fails: observed −0.05; the value is at most −0.045, below the limit of −0.02.",
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
    assert "rows per group behind the numbers (now 100) would decide, if" in told


def test_undecided_value_has_no_groups() -> None:
    told = reason(proportion("m", 90, 100), ">= 0.85")
    assert told.startswith("Undecided: by the tests of this gate the value may be between 0.8")
    assert "rows behind the numbers (now 100) would decide" in told


def test_rows_needed_are_set_against_the_fewest_and_the_most_of_a_group() -> None:
    uneven = [proportion("m", 28, 40, slice={"group": "a"}), proportion("m", 900, 1200, slice={"group": "b"})]
    assert "(now 40 to 1,200)" in reason(gap("m", uneven), "<= 0.10")


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


@pytest.mark.parametrize(
    ("x", "limit", "written"),
    [
        (0.15, 0.1, "0.15"),
        (0.1004, 0.1, "0.1004"),
        (0.10003, 0.1, "0.10003"),
        (-0.0204, -0.02, "−0.0204"),
        (0.1, 0.1, ""),
    ],
)
def test_a_bound_is_written_so_that_it_differs_from_the_limit(x: float, limit: float, written: str) -> None:
    assert beyond(x, limit) == written


def test_a_comparison_with_a_single_group_is_passed_over() -> None:
    lone = gap("a", [proportion("rate", 5, 1000, slice={"group": "nobody else"})])
    told = reason(worst("m", [lone, gap("b", leaves(710, 930))]), "<= 0.10")
    assert told.startswith("Fails: true positive rate of men (0.93) against women (0.71)")


def rates() -> list[Measurement]:
    names = [{"recipe": "a", "feature": "sex"}, {"recipe": "b", "feature": "age"}, {"recipe": "b"}]
    return [proportion("rate", 1, 9, slice=name) for name in names] + [proportion("other", 1, 9)]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("p.q/rat <= 1", "measured no rat; there is rate, other."),
        ("p.q/rate{recipe=c} <= 1", "measured no rate with recipe = c; there is recipe = a, b."),
        ("p.q/rate{kind=c} <= 1", "with kind = c; it has no 'kind', but recipe, feature."),
        ("p.q/rate{recipe=a, feature=age} <= 1", "there is each of these, but not together."),
        ("p.q/rate{recipe=a, feature=x} <= 1", "with recipe = a, feature = x; there is feature = sex, age."),
    ],
)
def test_what_was_not_measured_is_told_with_what_was(asked: str, said: str) -> None:
    result = ProbeResult(probe="p.q", version=1, title="", status="ok", measurements=tuple(rates()))
    (verdict,) = judge([parse(asked)], [result])
    assert (verdict.outcome, said in verdict.reason) == ("undecided", True)


@pytest.mark.parametrize(
    ("feature", "said"),
    [
        ("sex", "giving small groups one common name in sex."),
        ("sex × age", "name in sex or age, or a gate on {feature=sex} or {feature=age} in place of"),
    ],
)
def test_an_empty_group_comes_with_what_mends_it(feature: str, said: str) -> None:
    full = [proportion("rate", 5, 9, slice={"feature": feature, "group": name}) for name in "ab"]
    empty = Measurement("rate", None, None, None, 0, {"feature": feature, "group": "c"}, note="no rows")
    told = reason(gap("m", [*full, empty]), "<= 0.10")
    assert "do not bound rate of c (no rows)" in told
    assert said in told


def test_rows_that_a_parameter_limits_come_with_its_name() -> None:
    rate = proportion("success_rate", 40, 100)
    result = ProbeResult(probe="robustness.attacks", version=1, title="", status="ok", measurements=(rate,))
    told = judge([parse("robustness.attacks/success_rate <= 0.45")], [result])[0].reason
    assert told.endswith("limited by the parameters examples and per_group of robustness.attacks.")
