"""Does the exit code say what the verdicts say?"""

import pytest

from audit.exits import Exit, exit_code
from reports.record import ProbeResult, Verdict


def verdict(outcome):
    return Verdict(gate="p/m <= 0", outcome=outcome, reason="", probe="p", metric="m", limit=0, at_most=True)


def result(status):
    return ProbeResult(probe="p", version=1, title="", status=status)


@pytest.mark.parametrize(
    ("outcomes", "statuses", "undecided", "code"),
    [
        ([], [], "undecided", Exit.PASSED),
        (["pass", "pass"], ["ok", "skipped"], "undecided", Exit.PASSED),
        (["pass", "fail", "undecided"], ["ok"], "undecided", Exit.GATE_FAILED),
        (["pass", "undecided"], ["ok"], "undecided", Exit.UNDECIDED),
        (["pass", "undecided"], ["ok"], "pass", Exit.PASSED),
        (["pass", "undecided"], ["ok"], "fail", Exit.GATE_FAILED),
        (["undecided"], ["failed"], "undecided", Exit.CRASHED),
        (["pass"], ["failed"], "pass", Exit.CRASHED),
        (["fail"], ["failed"], "undecided", Exit.GATE_FAILED),
    ],
)
def test_exit_code(outcomes, statuses, undecided, code):
    got = exit_code([verdict(o) for o in outcomes], [result(s) for s in statuses], undecided=undecided)
    assert got == code


def test_the_codes_are_an_interface():
    assert [int(e) for e in Exit] == [0, 1, 2, 3, 4, 130]
