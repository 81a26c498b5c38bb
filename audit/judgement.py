"""How would other gates judge the same measurements?"""

from collections.abc import Sequence

from audit.agenda import effective, gate
from audit.exits import exit_code
from audit.faults import Faults
from audit.gates import judge
from reports.record import AuditRecord


def rejudge(
    record: AuditRecord,
    *,
    gates: Sequence[str] | None = None,
    alpha: float | None = None,
    undecided: str | None = None,
) -> AuditRecord:
    """The record with new verdicts; what is None stays as it was.

    Raises:
        AuditError: with one sentence per gate or setting that is wrong.
    """
    faults = Faults()
    read = [g for text in gates or record.suite.gates if (g := faults.attempt(gate, text))]
    level = record.suite.alpha if alpha is None else alpha
    counted = undecided or record.suite.undecided
    if not 0 < level < 0.5:
        faults.add(f"alpha = {level}: give a number above 0 and below 0.5")
    if counted not in ("undecided", "pass", "fail"):
        faults.add(f"undecided = {counted!r}: give undecided, pass or fail")
    faults.check()
    held = effective(read)
    verdicts = judge(
        held,
        record.results,
        alpha=level,
        invalid_rows=record.data.invalid_rows if record.data else 0,
        allow_invalid=record.suite.allow_invalid,
    )
    suite = {"gates": tuple(g.text for g in held), "alpha": level, "undecided": counted}
    return record.model_copy(
        update={
            "suite": record.suite.model_copy(update=suite),
            "verdicts": verdicts,
            "exit_code": int(exit_code(verdicts, record.results, undecided=counted)),
        }
    )
