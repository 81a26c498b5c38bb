"""Is one broken probe kept from taking the audit with it, and does the record say how to repeat the audit?"""

from contextlib import contextmanager

import numpy as np
import pytest

from audit import config, runner
from audit.agenda import Agenda
from probes.errors import AuditError, Skip
from probes.registry import Probe
from probes.types import Context, Example, Measurement, Samples

EMPTY = Context(Samples(None, None, {}, np.array([]), ""), ("no", "yes"))


def measured(function, **options):
    return runner.measure(Probe("a.b", function), {}, EMPTY, **options)


def test_findings_are_kept():
    def fine(ctx):
        """Is it fine?"""
        yield Measurement("rows", 0.0, None, None, n=len(ctx.samples))

    result = measured(fine)
    assert (result.status, result.title, result.measurements[0].metric) == ("ok", "Is it fine?", "rows")


def test_a_crash_is_told_with_its_place_and_without_the_machines_paths():
    def broken(ctx):
        yield Measurement("rows", 1.0, None, None, n=1)
        raise ZeroDivisionError("by nothing")

    result = measured(broken)
    assert (result.status, result.measurements) == ("failed", ())
    assert result.reason.startswith("ZeroDivisionError: by nothing (test_runner.py line ")
    assert "/" not in result.reason


def test_a_skip_is_told_with_its_reason():
    def lacking(ctx):
        raise Skip("no rows")
        yield

    assert (measured(lacking).status, measured(lacking).reason) == ("skipped", "no rows")


def test_a_fault_of_the_user_stops_the_audit():
    def faulty(ctx):
        raise AuditError("your metric raises")
        yield

    with pytest.raises(AuditError, match="your metric raises"):
        measured(faulty)


@pytest.mark.parametrize(("asked", "kept"), [(False, 0), (True, 1)])
def test_texts_of_the_data_stay_out_unless_asked_for(asked, kept):
    def showing(ctx):
        yield Example("texts", (("a", "b"),))

    assert len(measured(showing, examples=asked).exhibits) == kept


def test_a_probe_can_tell_how_far_it_is():
    told = []

    @contextmanager
    def progress(task, total):
        told.append((task, total))
        yield told.append

    def patient(ctx):
        with ctx.progress("thinking", 2) as advance:
            advance(2)
        yield Measurement("thoughts", 2.0, None, None, n=2)

    agenda = Agenda(((Probe("a.b", patient), {}),), ())
    runner._ask(agenda, EMPTY, config.build({}), progress)
    assert told == [("probes", 1), ("thinking", 2), 2, 1]


def test_the_command_repeats_the_audit():
    asked = config.build(
        {
            "model": "my model",
            "group": ["sex", "age"],
            "gates": ["p/m <= 0.1"],
            "suite_gates": False,
            "include_examples": True,
            "params": {"fairness.template": {"frames": ["a", "b"]}},
        }
    )
    assert runner.command(asked) == (
        "audit run 'my model' --group sex --group age --gate 'p/m <= 0.1' --no-suite-gates "
        "--param fairness.template.frames=a,b --include-examples"
    )
