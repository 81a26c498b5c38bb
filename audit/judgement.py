"""How would other gates judge the same measurements?"""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.agenda import effective, gate
from audit.exits import exit_code
from audit.gates import judge
from probes.faults import Faults
from reports.record import AuditRecord, Outcome, Verdict
from reports.terminal import plain


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


@dataclass(frozen=True, repr=False)
class Check:
    """What gates say of a record, all together.

    Attributes:
        verdicts: one for each gate and measurement.
    """

    verdicts: tuple[Verdict, ...]

    @property
    def outcome(self) -> Outcome:
        """The worst of the verdicts; undecided when there is none."""
        found = {verdict.outcome for verdict in self.verdicts}
        return "fail" if "fail" in found else "pass" if found == {"pass"} else "undecided"

    @property
    def passed(self) -> bool:
        """Whether every verdict is a pass, and there is one."""
        return self.outcome == "pass"

    @property
    def failed(self) -> bool:
        """Whether a verdict is a fail."""
        return self.outcome == "fail"

    @property
    def undecided(self) -> bool:
        """Whether nothing failed and something could not be told."""
        return self.outcome == "undecided"

    def __str__(self) -> str:
        """Why the outcome is what it is."""
        reasons = [plain(v.reason) for v in self.verdicts if v.outcome == self.outcome]
        return "\n".join(reasons or ["Undecided: no gate was set."])

    __repr__ = __str__


def check(record: AuditRecord, *gates: str, alpha: float | None = None) -> Check:
    """What gates say of a record: `assert audit.check(record, "fairness.rates/accuracy >= 0.8").passed`.

    The error rates hold over the gates of one call. They are looser, in all, over several calls: who asks
    more often is wrong more often.

    Args:
        record: the measurements.
        *gates: gates; none for those of the record.
        alpha: largest share of wrong verdicts; None for that of the record.

    Raises:
        AuditError: with one sentence per gate that is wrong.
    """
    return Check(rejudge(record, gates=gates or None, alpha=alpha).verdicts)
