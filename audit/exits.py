"""What does a run answer to the shell?"""

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.record import ProbeResult, Verdict


class Exit(IntEnum):
    """The exit codes; they are an interface that builds rely on."""

    PASSED = 0
    GATE_FAILED = 1
    USER_FAULT = 2
    UNDECIDED = 3
    CRASHED = 4
    INTERRUPTED = 130


def exit_code(verdicts: "Sequence[Verdict]", results: "Sequence[ProbeResult]", *, undecided: str) -> Exit:
    """The code of a finished audit: a failed gate says most, then a crashed probe, then an undecided gate."""
    outcomes = {undecided if v.outcome == "undecided" else v.outcome for v in verdicts}
    if "fail" in outcomes:
        return Exit.GATE_FAILED
    if any(r.status == "failed" for r in results):
        return Exit.CRASHED
    return Exit.UNDECIDED if "undecided" in outcomes else Exit.PASSED
