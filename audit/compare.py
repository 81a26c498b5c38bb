"""How do several models of the same task compare, who pays for what, and whom do all of them fail?"""

from collections.abc import Iterator, Sequence

import numpy as np

from audit import changes, environment
from audit.changes import result
from audit.pairing import Audit, aligned, mismatches, side
from probes.errors import AuditError
from probes.stats.comparisons import gap
from probes.stats.homogenization import expected, homogenization, observed, patterns
from probes.types import BoolArray, Context, Finding, Measurement, Table
from reports.comparison import Comparison, Line
from reports.outcomes import Outcomes
from reports.record import ProbeResult

CHANGE, TOGETHER = "compare.change", "compare.homogenization"


def compare(
    audits: Sequence[Audit], *, confidence: float = 0.95, seed: int = 0, force: bool = False
) -> Comparison:
    """All numbers of the audits side by side, the changes against the first, and the failures of all.

    Args:
        audits: two or more.
        confidence: the level of the intervals.
        seed: of the bootstrap.
        force: compare also what does not belong together, and say so.

    Raises:
        AuditError: with fewer than two audits and, without `force`, for audits of different data, classes or
            probe versions.
    """
    if len(audits) < 2:
        raise AuditError("name at least two audits to compare")
    first, rest = audits[0], audits[1:]
    reasons = [reason for other in rest for reason in mismatches(first, other)]
    if reasons and not force:
        raise AuditError(*(f"{reason}; compare audits that match, or add --force" for reason in reasons))
    rows = aligned(audits)
    return Comparison(
        tool_version=environment.tool_version(),
        variants=tuple(map(side, audits)),
        data=None if reasons else first.record.data,
        confidence=confidence,
        seed=seed,
        notes=(*(f"Compared by force: {reason}." for reason in reasons), *_notes(rows)),
        lines=tuple(_lines(audits)),
        changes=tuple(_change(first, other, confidence) for other in rest),
        together=_together(rows, [a.name for a in audits], confidence, seed),
    )


def _notes(rows: Sequence[Outcomes]) -> Iterator[str]:
    if not rows:
        yield (
            "Not compared row by row: the answers to single rows of the same data are not there for every "
            "audit. Intervals of changes take the audits as independent, and it is not known whom all fail."
        )


def _lines(audits: Sequence[Audit]) -> Iterator[Line]:
    """Every number that two audits or more have, in the order of the first that has it."""
    found: dict[tuple[str, int], dict[changes.Key, dict[int, Measurement]]] = {}
    for place, audit in enumerate(audits):
        for measured in audit.record.results:
            numbers = found.setdefault((measured.probe, measured.version), {})
            for m in measured.measurements:
                numbers.setdefault(changes.key(m), {})[place] = changes.bare(m)
    for (probe, _), numbers in found.items():
        for by_place in numbers.values():
            if len(by_place) > 1:
                any_ = next(iter(by_place.values()))
                values = tuple(by_place.get(place) for place in range(len(audits)))
                yield Line(probe=probe, metric=any_.metric, slice=dict(any_.slice), values=values)


def _change(first: Audit, other: Audit, confidence: float) -> ProbeResult:
    found = changes.between(first.record, other.record, aligned((first, other)), confidence)
    return result(CHANGE, f"What changes from {first.name} to {other.name}?", found, changes.NOTHING)


def _together(rows: Sequence[Outcomes], names: Sequence[str], confidence: float, seed: int) -> ProbeResult:
    title = "Does everyone who is failed by one model have another that gets it right?"
    if not rows:
        return result(TOGETHER, title, (), "the answers to single rows of the same data are not there")
    if rows[0].labels is None:
        return result(TOGETHER, title, (), "the data has no true labels")
    return result(TOGETHER, title, tuple(_failures(rows, names, confidence, seed)), "")


def _failures(
    rows: Sequence[Outcomes], names: Sequence[str], confidence: float, seed: int
) -> Iterator[Finding]:
    valid = np.all([o.predicted >= 0 for o in rows], axis=0)
    failed = np.stack([o.predicted != o.labels for o in rows], axis=1)
    context = rows[0].context(seed=seed, confidence=confidence)
    yield from _of(context, failed[valid], {})
    for feature, grouping in rows[0].groups.items():
        leaves = []
        for code, group in enumerate(grouping.names):
            where = {"feature": feature, "group": group}
            numbers = _of(context, failed[valid & (grouping.codes == code)], where)
            leaves.append(numbers[0])
            yield from numbers
        if leaves:
            yield gap("systemic_failure_rate_gap", leaves, slice={"feature": feature}, confidence=confidence)
    yield _counts(failed[valid], names)


def _of(context: Context, failed: BoolArray, where: dict[str, str]) -> tuple[Measurement, ...]:
    rng = context.rng(":".join([TOGETHER, *where.values()]))
    return homogenization(patterns(failed), rng, slice=where, confidence=context.confidence)


def _counts(failed: BoolArray, names: Sequence[str]) -> Table:
    found = patterns(failed)
    chance = expected(found.rates) * found.rows
    rows = tuple(
        (k, n, round(float(e), 1), n / e if e else None)
        for k, (n, e) in enumerate(zip(observed(found).tolist(), chance, strict=True))
    )
    return Table(
        "Rows by the number of models that fail them",
        ("models that fail", "rows", "rows if they failed independently", "ratio"),
        rows,
        f"The models: {', '.join(names)}. Independent failures: the Poisson-binomial distribution of their "
        "failure rates.",
    )
