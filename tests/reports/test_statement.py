"""Is the audit summed up in the right words?"""

import pytest

from reports.record import ProbeResult, Verdict
from reports.statement import about, bound, overall, worst_first


def verdict(outcome, **more):
    return Verdict(
        **{
            "gate": outcome,
            "outcome": outcome,
            "reason": "r",
            "probe": "p",
            "metric": "m_gap",
            "limit": 0.1,
            "at_most": True,
        }
        | more
    )


def record(sample, *outcomes, code=0, crashed=False, told="undecided"):
    status = "failed" if crashed else "ok"
    return sample.ungated().model_copy(
        update={
            "verdicts": tuple(map(verdict, outcomes)),
            "results": (ProbeResult(probe="p", version=1, title="t", status=status),),
            "exit_code": code,
            "suite": sample.SUITE.model_copy(update={"undecided": told}),
        }
    )


@pytest.mark.parametrize(
    ("outcomes", "tone", "headline"),
    [
        ((), "none", "No gates were set."),
        (("pass",), "pass", "The gate passed."),
        (("pass", "pass"), "pass", "All 2 gates passed."),
        (("pass", "undecided"), "undecided", "No gate failed; 1 of 2 gates is undecided."),
        (("undecided",) * 3, "undecided", "No gate failed; 3 of 3 gates are undecided."),
        (("undecided",), "undecided", "The gate is undecided."),
        (("pass", "undecided", "fail"), "fail", "1 of 3 gates failed."),
        (("fail",), "fail", "The gate failed."),
    ],
)
def test_the_worst_outcome_makes_the_headline(sample, outcomes, tone, headline):
    said = overall(record(sample, *outcomes))
    assert (said.tone, said.headline) == (tone, headline)
    assert dict(said.counts) == {o: outcomes.count(o) for o in ("fail", "undecided", "pass")}


def test_no_gates_and_exit_code_0_is_no_pass(sample):
    assert overall(record(sample)).exit == "Exit code 0: the audit ran; no gate was set."


def test_a_crash_takes_the_pass_away(sample):
    said = overall(record(sample, "pass", code=4, crashed=True))
    assert said.tone == "undecided"
    assert said.sentences[1] == "1 probe crashed and measured nothing."
    assert said.exit == "Exit code 4: a probe crashed and no gate failed."


def test_undecided_counted_as_passed_is_said(sample):
    said = overall(record(sample, "undecided", code=0, told="pass"))
    assert said.tone == "undecided"
    assert said.exit == "Exit code 0: every gate passed (undecided gates counted as passed)."


def test_worst_first_keeps_the_order_of_the_gates():
    ordered = worst_first(
        [verdict("pass"), verdict("fail", gate="1"), verdict("undecided"), verdict("fail", gate="2")]
    )
    assert [v.gate for v in ordered] == ["1", "2", "undecided", "pass"]


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({}, "m gap"),
        ({"feature": "gender"}, "m gap by gender"),
        ({"feature": "gender", "group": "women", "class": "toxic"}, "m gap for women (gender), class toxic"),
        ({"direction": "women → men"}, "m gap, direction women → men"),
        ({"feature": "F "}, "m gap by F[space]"),
    ],
)
def test_what_a_verdict_speaks_of(part, words):
    assert about(verdict("pass", slice=part)) == words


def test_limits_in_words():
    assert (bound(verdict("pass")), bound(verdict("pass", at_most=False))) == (
        "at most 0.10",
        "at least 0.10",
    )
