"""Does each measurement keep its limit, as far as the data can tell?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from audit.gates import planning, reasons
from audit.gates.gate import Gate
from audit.gates.planning import Plan
from probes.stats.contrasts import Target, target
from probes.stats.limits import testable
from probes.stats.tests import holm, p_above, p_below
from probes.types import Measurement
from reports.record import Outcome, ProbeResult, Verdict


@dataclass(frozen=True, eq=False)
class _Case:
    """One gate on one measurement, tested by itself.

    Attributes:
        gate: the gate.
        measurement: what it judges; None when there is nothing of that name.
        obstacle: why nothing can be tested, or "".
        goal: what is tested; None with an obstacle.
        gaps: leaves without bounds; they leave open what must hold for every pair.
        p_fail: p-value of "the limit is kept".
        p_pass: p-value of "the limit is broken".
    """

    gate: Gate
    measurement: Measurement | None = None
    obstacle: str = ""
    goal: Target | None = None
    gaps: tuple[Measurement, ...] = ()
    p_fail: float | None = None
    p_pass: float | None = None


def judge(
    gates: Sequence[Gate],
    results: Sequence[ProbeResult],
    *,
    alpha: float = 0.05,
    invalid_rows: int = 0,
    allow_invalid: bool = False,
) -> tuple[Verdict, ...]:
    """One verdict for every gate and every measurement that it speaks of.

    A gate fails when the data rule out that the limit is kept, passes when they rule out that it is broken,
    and is undecided otherwise. Over the whole run at most `alpha` of audits fail a gate that is truly kept
    (Holm's correction); each gate that is truly broken passes in at most `alpha` of audits. A gate whose
    metric was skipped, failed, undefined or never measured is undecided.

    Args:
        gates: the limits.
        results: what the probes found.
        alpha: the largest share of wrong verdicts, above 0 and below one half.
        invalid_rows: rows to which the model gave no valid answer; with any, nothing passes.
        allow_invalid: let gates pass in spite of invalid rows.

    Raises:
        ValueError: when alpha is no error rate.
    """
    if not 0 < alpha < 0.5:
        raise ValueError(f"alpha = {alpha}: an error rate lies above 0 and below 0.5")
    blocked = invalid_rows if not allow_invalid else 0
    cases = [case for gate in gates for case in _cases(gate, results)]
    tested = [case for case in cases if case.p_fail is not None]
    corrected = dict(zip(map(id, tested), holm([case.p_fail or 0.0 for case in tested]), strict=True))
    gate_alpha = alpha / max(len(tested), 1)
    verdicts = (_verdict(case, corrected.get(id(case)), alpha, gate_alpha) for case in cases)
    return tuple(_blocked(verdict, blocked) for verdict in verdicts)


def _cases(gate: Gate, results: Sequence[ProbeResult]) -> Iterable[_Case]:
    named = [result for result in results if result.probe == gate.probe]
    found = [m for result in named for m in result.measurements if _speaks_of(gate, m)]
    if not found:
        return [_Case(gate, obstacle=_nothing(gate, named))]
    return [_case(gate, measurement) for measurement in found]


def _speaks_of(gate: Gate, measurement: Measurement) -> bool:
    return measurement.metric == gate.metric and gate.slice.items() <= dict(measurement.slice).items()


def _nothing(gate: Gate, results: Sequence[ProbeResult]) -> str:
    if not results:
        return f"Undecided: the probe {gate.probe} did not run."
    for result in results:
        if result.status != "ok":
            what = "was skipped" if result.status == "skipped" else "failed"
            return f"Undecided: the probe {gate.probe} {what}: {result.reason}."
    return reasons.unmeasured(gate, [m for result in results for m in result.measurements])


def _case(gate: Gate, measurement: Measurement) -> _Case:
    goal = target(measurement) if measurement.value is not None else None
    if goal is None:
        return _Case(gate, measurement, obstacle=reasons.unjudged(measurement))
    gaps = tuple(leaf for c in measurement.comparisons for leaf in c.groups if not testable(leaf))
    # The largest gap is below a limit, and the smallest ratio above it, only when every pair is.
    above = None if gaps and goal.contrast == "ratio" else p_above(goal, gate.limit)
    below = None if gaps and goal.contrast == "difference" else p_below(goal, gate.limit)
    p_fail, p_pass = (above, below) if gate.at_most else (below, above)
    return _Case(gate, measurement, "", goal, gaps, p_fail, p_pass)


def _verdict(case: _Case, p_suite: float | None, alpha: float, gate_alpha: float) -> Verdict:
    plain = _plain(case, p_suite)
    if case.goal is None or case.measurement is None or case.measurement.value is None:
        return plain
    value, outcome = case.measurement.value, _outcome(case, p_suite, alpha)
    if outcome == "pass":
        plan = Plan(case.gate.limit, case.gate.at_most, gate_alpha, alpha)
        return _told(plain, outcome, reasons.passed(case.goal, case.gate, value, plan))
    if outcome == "fail":
        # The level at which this gate had to fail by itself for the run to keep alpha.
        own = alpha * (case.p_fail or 0.0) / (p_suite or 1.0)
        plan = Plan(case.gate.limit, case.gate.at_most, own, alpha)
        return _told(plain, outcome, reasons.failed(case.goal, case.gate, case.measurement, plan))
    return _undecided(case, plain, Plan(case.gate.limit, case.gate.at_most, gate_alpha, alpha))


def _outcome(case: _Case, p_suite: float | None, alpha: float) -> Outcome:
    if p_suite is not None and p_suite <= alpha:
        return "fail"
    return "pass" if case.p_pass is not None and case.p_pass <= alpha else "undecided"


def _plain(case: _Case, p_suite: float | None) -> Verdict:
    found = case.measurement
    return Verdict(
        gate=case.gate.text,
        outcome="undecided",
        reason=case.obstacle,
        probe=case.gate.probe,
        metric=case.gate.metric,
        slice=dict(found.slice if found else case.gate.slice),
        limit=case.gate.limit,
        at_most=case.gate.at_most,
        value=found.value if found else None,
        low=found.low if found else None,
        high=found.high if found else None,
        p_fail=case.p_fail,
        p_fail_suite=None if p_suite is None else float(p_suite),
        p_pass=case.p_pass,
    )


def _told(verdict: Verdict, outcome: Outcome, reason: str) -> Verdict:
    return verdict.model_copy(update={"outcome": outcome, "reason": reason})


def _undecided(case: _Case, plain: Verdict, plan: Plan) -> Verdict:
    assert case.goal is not None and case.measurement is not None  # noqa: S101, PT018 - for the type checker
    smallest = planning.detectable(case.goal, plan)
    if case.gaps:
        return plain.model_copy(update={"reason": reasons.untestable(case.gaps), "detectable": smallest})
    rows = planning.rows_needed(case.goal, plan)
    reason = reasons.undecided(case.goal, case.gate, case.measurement, plan, rows, smallest)
    return plain.model_copy(update={"reason": reason, "detectable": smallest, "rows_needed": rows})


def _blocked(verdict: Verdict, invalid_rows: int) -> Verdict:
    if not invalid_rows or verdict.outcome != "pass":
        return verdict
    rows = "1 row" if invalid_rows == 1 else f"{invalid_rows:,} rows"
    told = f"Undecided: the model gave no valid answer to {rows}, so that nothing passes."
    return _told(verdict, "undecided", f"{told} Without them: {verdict.reason}")
