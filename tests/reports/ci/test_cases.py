"""Does a build learn of every gate what the exit code says?"""

import pytest

from reports.ci.cases import cases


def levels(record):
    return [case.level for case in cases(record)]


def test_every_gate_and_every_crash_is_a_case_worst_first(sample):
    """The sample: one gate failed, two undecided, two passed, one probe crashed, one was skipped."""
    assert levels(sample.full()) == ["failure", "error", "undecided", "undecided", "passed", "passed"]


@pytest.mark.parametrize(("counted", "level"), [("fail", "failure"), ("pass", "undecided")])
def test_undecided_fails_when_the_run_says_so_and_never_passes(sample, counted, level):
    full = sample.full()
    record = full.model_copy(update={"suite": full.suite.model_copy(update={"undecided": counted})})
    assert levels(record).count("passed") == 2
    assert levels(record).count(level) >= 2


def test_no_gates_are_not_a_pass(sample):
    assert levels(sample.ungated()) == ["error", "undecided"]


def test_there_are_500_hostile_strings(words):
    assert len(words) >= 500


def test_fingerprints_tell_gates_apart_and_outlive_another_value_limit_and_order(sample):
    full = sample.full()
    before = {case.fingerprint for case in cases(full)}
    assert len(before) == 6
    moved = tuple(
        v.model_copy(update={"value": 0.5, "limit": 0.3, "reason": "x"}) for v in full.verdicts[::-1]
    )
    assert {case.fingerprint for case in cases(full.model_copy(update={"verdicts": moved}))} == before
