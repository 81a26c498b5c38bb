"""Does the overview say of each area what matters most?"""

import pytest

from probes.types import Measurement
from reports import overview
from reports.record import ProbeResult, Verdict


def verdict(probe, outcome, metric="m", **more):
    told = {"value": 0.2, "low": 0.1, "high": 0.3, "limit": 0.1, "at_most": True, **more}
    return Verdict(gate="g", outcome=outcome, reason="r", probe=probe, metric=metric, **told)


def result(probe, status="ok", reason=""):
    return ProbeResult(probe=probe, version=1, title="", status=status, reason=reason)


def areas(sample, results, verdicts):
    return overview.areas(sample.full(results=tuple(results), verdicts=tuple(verdicts)))


def test_areas_stand_worst_first_and_those_without_gates_last(sample):
    found = areas(
        sample,
        [result("free.x"), result("good.x"), result("open.x"), result("bad.x")],
        [
            verdict("good.x", "pass"),
            verdict("open.x", "undecided"),
            verdict("bad.x", "fail"),
            verdict("bad.x", "pass"),
        ],
    )
    assert [(a.title, a.tone, a.counts) for a in found] == [
        ("Bad", "fail", (("fail", 1), ("pass", 1))),
        ("Open", "undecided", (("undecided", 1),)),
        ("Good", "pass", (("pass", 1),)),
        ("Free", "none", ()),
    ]


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        (
            [
                verdict("a.x", "fail", "near", p_fail_suite=0.04),
                verdict("a.x", "fail", "far", p_fail_suite=0.001),
            ],
            "Failed: far: 0.200 (0.100 to 0.300); limit at most 0.10.",
        ),
        (
            [
                verdict("a.x", "undecided", "none", value=None, low=None, high=None),
                verdict("a.x", "undecided", "some", p_fail=0.3),
                verdict("a.x", "undecided", "worse", p_fail=0.06),
            ],
            "Undecided: worse: 0.200 (0.100 to 0.300); limit at most 0.10.",
        ),
        (
            [verdict("a.x", "pass", "far", p_pass=0.001), verdict("a.x", "pass", "near", p_pass=0.04)],
            "Passed: near: 0.200 (0.100 to 0.300); limit at most 0.10.",
        ),
        (
            [verdict("a.x", "undecided", value=None, low=None, high=None)],
            "Undecided: m has no number; limit at most 0.10.",
        ),
        ([], "Nothing was measured."),
    ],
)
def test_the_most_urgent_verdict_is_told(sample, verdicts, told):
    (area,) = areas(sample, [result("a.x")], verdicts)
    assert area.told == told


def test_measured_without_gates_is_no_pass(sample):
    (area,) = overview.areas(sample.full(results=(sample.calibration(),), verdicts=()))
    assert area.told == "No gate was set: 4 numbers measured, none judged."
    assert area.tone == "none"


def test_what_is_missing_is_counted(sample):
    (area,) = areas(sample, [result("a.x", "skipped"), result("a.y", "failed"), result("a.z", "skipped")], [])
    assert area.missing == "2 probes skipped, 1 probe crashed"
    assert areas(sample, [result("a.x")], [])[0].missing == ""


def test_numbers_without_a_value_are_counted(sample):
    lost = Measurement("m", None, None, None, 0, note="no rows")
    measured = result("a.x").model_copy(update={"measurements": (lost, lost)})
    (area,) = areas(sample, [measured, result("a.y", "skipped")], [])
    assert area.missing == "1 probe skipped, 2 numbers undefined"


def test_an_area_that_was_judged_and_never_measured_is_there(sample):
    (area,) = areas(sample, [], [verdict("lost.x", "undecided", value=None, low=None, high=None)])
    assert (area.key, area.measured) == ("lost", ())


def test_an_audit_of_nothing_has_no_area(sample):
    assert areas(sample, [], []) == ()
