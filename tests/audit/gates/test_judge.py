"""Does every measurement get the verdict that the data allow, and the reason for it?"""

import time

import numpy as np
import pytest

from audit.gates import judge, parse
from probes.stats.comparisons import gap, ratio, worst
from probes.stats.means import mean
from probes.stats.proportions import proportion
from probes.types import Measurement
from reports.record import ProbeResult, Verdict

EMPTY = proportion("rate", 0, 0, slice={"group": "nobody"}, undefined="no positive labels")


def leaves(*counts: int, rows: int = 1000, metric: str = "rate") -> list[Measurement]:
    return [proportion(metric, x, rows, slice={"group": f"g{i}"}) for i, x in enumerate(counts)]


def ran(*measurements: Measurement, probe: str = "p.q") -> ProbeResult:
    return ProbeResult(probe=probe, version=1, title="", status="ok", measurements=measurements)


def one(measurement: Measurement, rule: str, **more: object) -> Verdict:
    (verdict,) = judge([parse(f"p.q/{measurement.metric} {rule}")], [ran(measurement)], **more)
    return verdict


@pytest.mark.parametrize(
    ("measurement", "rule", "outcome"),
    [
        (gap("m", leaves(700, 702)), "<= 0.10", "pass"),
        (gap("m", leaves(710, 930)), "<= 0.10", "fail"),
        (gap("m", leaves(700, 790)), "<= 0.10", "undecided"),
        (gap("m", leaves(710, 930)), ">= 0.10", "pass"),
        (gap("m", leaves(700, 702)), ">= 0.10", "fail"),
        (ratio("m", leaves(700, 702)), ">= 0.80", "pass"),
        (ratio("m", leaves(300, 600)), ">= 0.80", "fail"),
        (ratio("m", leaves(300, 370)), ">= 0.80", "undecided"),
        (ratio("m", leaves(300, 600)), "<= 0.80", "pass"),
        (ratio("m", leaves(700, 702)), "<= 0.80", "fail"),
        (proportion("m", 900, 1000), ">= 0.85", "pass"),
        (proportion("m", 900, 1000), ">= 0.95", "fail"),
        (proportion("m", 900, 1000), "<= 0.91", "undecided"),
        (mean("m", 100, 50.0, 30.0), "<= 0.60", "pass"),
        (mean("m", 100, 50.0, 30.0), "<= 0.40", "fail"),
        (mean("m", 100, 50.0, 30.0), "<= 0.51", "undecided"),
        (worst("m", [gap("a", leaves(700, 702)), gap("b", leaves(710, 930))]), "<= 0.10", "fail"),
        (worst("m", [gap("a", leaves(700, 702)), gap("b", leaves(705, 700))]), "<= 0.10", "pass"),
        (gap("m", [mean("s", 400, 200 + d, 120.0 + d) for d in (0, 1)]), "<= 0.10", "pass"),
    ],
)
def test_outcomes(measurement: Measurement, rule: str, outcome: str) -> None:
    verdict = one(measurement, rule)
    assert verdict.outcome == outcome
    assert (verdict.value, verdict.low, verdict.high) == (
        measurement.value,
        measurement.low,
        measurement.high,
    )
    assert verdict.p_fail_suite == verdict.p_fail
    assert (verdict.p_fail <= 0.05) is (outcome == "fail")
    assert (verdict.p_pass <= 0.05) is (outcome == "pass")


@pytest.mark.parametrize(
    "measurement",
    [
        Measurement("m", None, None, None, 0, note="no rows"),
        Measurement("m", 0.01, 0.0, 0.02, 1000),
        gap("m", leaves(700)),
        gap("m", [*leaves(700, 700), EMPTY]),
        gap("m", [mean("s", 1, 0.5, 0.25), mean("s", 1, 0.5, 0.25)]),
        ratio("m", leaves(0, 0)),
        mean("m", 50, 0.0, 0.0),
    ],
)
def test_what_cannot_be_tested_never_passes(measurement: Measurement) -> None:
    verdict = one(measurement, "<= 0.10")
    assert verdict.outcome == "undecided"
    assert verdict.reason.startswith("Undecided: ")


def test_an_undefined_group_keeps_a_gap_from_passing_but_not_from_failing() -> None:
    assert one(gap("m", [*leaves(710, 930), EMPTY]), "<= 0.10").outcome == "fail"
    verdict = one(gap("m", [*leaves(700, 702), EMPTY]), "<= 0.10")
    assert "rate of nobody (no positive labels)" in verdict.reason
    assert (verdict.p_pass, verdict.rows_needed) == (None, None)
    assert one(ratio("m", [*leaves(300, 600), EMPTY]), ">= 0.8").outcome == "fail"
    assert one(ratio("m", [*leaves(600, 600), EMPTY]), ">= 0.8").outcome == "undecided"


@pytest.mark.parametrize(("count", "told"), [(3, "m3"), (5, "2 more")])
def test_many_undefined_groups_are_counted(count: int, told: str) -> None:
    empty = [proportion("rate", 0, 0, slice={"group": f"m{i + 1}"}) for i in range(count)]
    reason = one(gap("m", [*leaves(700, 702), *empty]), "<= 0.10").reason
    assert told in reason
    assert ("more" in reason) is (count == 5)


def test_skipped_failed_absent_and_never_run_are_undecided_with_the_reason() -> None:
    skipped = ProbeResult(probe="a.s", version=1, title="", status="skipped", reason="no groups are known")
    failed = ProbeResult(probe="a.f", version=1, title="", status="failed", reason="division by zero")
    gates = [parse(t) for t in ("a.s/m <= 1", "a.f/m <= 1", "p.q/other{feature=x} <= 1", "a.n/m <= 1")]
    verdicts = judge(gates, [skipped, failed, ran(gap("m", leaves(1, 2)))])
    assert [v.outcome for v in verdicts] == ["undecided"] * 4
    expected = [
        "was skipped: no groups are known",
        "failed: division by zero",
        "no other; there is m.",
        "did not run",
    ]
    assert all(part in v.reason for part, v in zip(expected, verdicts, strict=True))
    assert [v.p_fail for v in verdicts] == [None] * 4
    assert dict(verdicts[2].slice) == {"feature": "x"}


def test_one_verdict_per_matching_slice() -> None:
    parts = [gap("m", leaves(700, 702), slice={"feature": f, "class": c}) for f in "ab" for c in "xy"]
    assert len(judge([parse("p.q/m <= 0.1")], [ran(*parts)])) == 4
    chosen = judge([parse("p.q/m{class=y} <= 0.1")], [ran(*parts)])
    assert [dict(v.slice) for v in chosen] == [{"feature": "a", "class": "y"}, {"feature": "b", "class": "y"}]


def test_invalid_rows_block_passes_and_nothing_else() -> None:
    good, bad = gap("m", leaves(700, 702)), gap("m", leaves(710, 930))
    blocked = one(good, "<= 0.1", invalid_rows=3)
    assert blocked.outcome == "undecided"
    assert "no valid answer to 3 rows" in blocked.reason
    assert "answer to 1 row," in one(good, "<= 0.1", invalid_rows=1).reason
    assert one(bad, "<= 0.1", invalid_rows=3).outcome == "fail"
    assert one(good, "<= 0.1", invalid_rows=3, allow_invalid=True).outcome == "pass"


def test_fails_are_corrected_over_the_run_and_passes_are_not() -> None:
    """A p-value between 0.005 and 0.05 fails alone; beside nine that are kept it does not."""
    near, kept = gap("near", leaves(700, 845)), gap("kept", leaves(700, 700))
    gates = [parse("p.q/near <= 0.10"), *[parse("p.q/kept <= 0.10")] * 9]
    alone, among = judge(gates[:1], [ran(near)])[0], judge(gates, [ran(near, kept)])[0]
    assert 0.005 < alone.p_fail <= 0.05
    assert alone.outcome == "fail"
    assert among.p_fail == alone.p_fail
    assert among.p_fail_suite == pytest.approx(10 * alone.p_fail)
    assert among.outcome == "undecided"
    assert [v.outcome for v in judge(gates, [ran(near, kept)])[1:]] == ["pass"] * 9


def test_gates_that_cannot_be_tested_do_not_count_in_the_correction() -> None:
    near = gap("near", leaves(700, 845))
    verdicts = judge([parse("p.q/near <= 0.10"), *[parse("p.z/m <= 0.1")] * 30], [ran(near)])
    assert verdicts[0].outcome == "fail"


def test_alpha_itself_decides() -> None:
    """At alpha equal to the p-value the verdict falls; just below it does not."""
    good, bad = gap("m", leaves(700, 702)), gap("m", leaves(700, 845))
    passing, failing = one(good, "<= 0.06").p_pass, one(bad, "<= 0.1").p_fail
    assert one(good, "<= 0.06", alpha=passing).outcome == "pass"
    assert one(good, "<= 0.06", alpha=passing * 0.999).outcome == "undecided"
    assert one(bad, "<= 0.1", alpha=failing).outcome == "fail"
    assert one(bad, "<= 0.1", alpha=failing * 0.999).outcome == "undecided"


@pytest.mark.parametrize("alpha", [0.0, 0.5, -1.0, 1.0])
def test_alpha_must_be_an_error_rate(alpha: float) -> None:
    with pytest.raises(ValueError, match="error rate"):
        judge([], [], alpha=alpha)


def test_renaming_and_reordering_groups_changes_nothing() -> None:
    first, second = (
        one(gap("m", leaves(600, 700, 650)), "<= 0.1"),
        one(gap("m", leaves(650, 600, 700)), "<= 0.1"),
    )
    keys = ("outcome", "p_fail", "p_pass", "detectable")
    assert [getattr(first, k) for k in keys] == pytest.approx([getattr(second, k) for k in keys])


def test_the_same_audit_gets_the_same_verdicts() -> None:
    assert one(gap("m", leaves(700, 790)), "<= 0.1") == one(gap("m", leaves(700, 790)), "<= 0.1")


def test_no_gates() -> None:
    assert judge([], [ran()]) == ()


def test_twenty_gates_on_eight_groups_and_sixty_groups_are_quick() -> None:
    many = [gap("m", leaves(*range(30, 38), rows=100)) for _ in range(20)]
    many.append(gap("m", leaves(*np.arange(30, 90) % 50, rows=100)))
    judge([parse("p.q/m <= 0.1")], [ran(many[0])])
    start = time.process_time()
    judge([parse("p.q/m <= 0.1")], [ran(*many)])
    assert time.process_time() - start < 3
