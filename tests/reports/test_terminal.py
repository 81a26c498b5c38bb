"""Does the terminal show the verdicts, and obey nothing that a string says?"""

import io
import unicodedata

import pytest
from rich.console import Console

from probes.types import Measurement
from reports.record import ProbeResult
from reports.terminal import plain, show


def shown(record, **options):
    out = io.StringIO()
    show(record, Console(file=out, width=80, **options))
    return out.getvalue()


def test_verdicts_stand_worst_first_with_value_interval_limit_and_reason(sample):
    lines = [line.strip() for line in shown(sample.full()).splitlines()]
    worst = next(v for v in sample.full().verdicts if v.outcome == "fail")
    assert lines[0] == "FAIL       Equalized odds difference by gender"
    interval = f"{worst.low:.3f} to {worst.high:.3f}"
    assert lines[1] == f"{worst.value:.3f} (95 % interval {interval}), limit at most 0.10"
    assert lines[2].startswith("The true positive rates of two groups")
    starts = [line.split()[0] for line in shown(sample.full()).splitlines() if line[:1].isupper()]
    assert starts[:7] == ["FAIL", "UNDECIDED", "UNDECIDED", "PASS", "PASS", "SKIPPED", "CRASHED"]
    assert lines[-1] == "Exit code 1: a gate failed."


def test_lines_fit_into_80_columns(sample, hostile):
    for record in (sample.full(), sample.many(5, long=True), hostile.record(hostile.corpus())):
        assert max(Console(width=80).measure(line).maximum for line in shown(record).splitlines()) <= 80


def test_no_gates_never_reads_as_a_pass(sample):
    assert "No gates were set." in shown(sample.ungated())
    assert "PASS" not in shown(sample.ungated())


def test_no_string_controls_the_terminal(hostile):
    text = shown(hostile.record(hostile.corpus()))
    assert {unicodedata.category(c) for c in text if c != "\n"} & {"Cc", "Cs", "Zl", "Zp"} == set()
    assert "[red]F[/red]" in text


def test_colour_only_where_it_is_wanted(sample, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;31mFAIL" in shown(sample.full(), force_terminal=True, color_system="standard")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1;31m" not in shown(sample.full(), force_terminal=True, color_system="standard")


COMMAND = (
    "mkdir -p /a/very/long/way && curl -L https://example.org/" + "x" * 300 + " -o y.zip && pip install z"
)


@pytest.mark.parametrize("status", ["skipped", "ok"])
def test_a_command_has_a_line_of_its_own_that_is_neither_cut_nor_broken(sample, status):
    reason = "recipe clare cannot run: " + "words " * 200 + f"; run `{COMMAND}`"
    lost = Measurement("success_rate", None, None, None, 0, {"recipe": "clare"}, reason)
    result = ProbeResult(
        probe="a.x",
        version=1,
        title="",
        status=status,
        reason=reason if status == "skipped" else "",
        measurements=(lost,) if status == "ok" else (),
    )
    lines = shown(sample.full(results=(result,))).splitlines()
    assert f"[1] {COMMAND}" in lines
    assert any(line.rstrip().endswith("run [1]") for line in lines)


def test_numbers_without_a_value_are_named_and_those_of_groups_left_to_the_report(sample):
    lost = [
        Measurement("rate", None, None, None, 0, {"recipe": "clare"}, "it lacks a model"),
        Measurement("rate", None, None, None, 0, {"feature": "sex", "group": "f"}, "too few rows"),
    ]
    result = ProbeResult(probe="a.x", version=1, title="", status="ok", measurements=tuple(lost))
    text = shown(sample.full(results=(result,)))
    assert "UNDEFINED  a.x, rate: recipe clare" in text
    assert "it lacks a model" in text
    assert "too few rows" not in text


def test_without_gates_the_main_numbers_of_each_probe_are_shown(sample):
    text = shown(sample.ungated())
    assert "calibration.reliability" in text
    assert "Expected calibration error  0.041 (0.031 to 0.052)" in text
    assert "Expected calibration error" not in shown(sample.full())


@pytest.mark.parametrize(("text", "safe"), [("a\x1b[2Jb", "a[U+001B][2Jb"), ("two\nlines", "two\nlines")])
def test_plain(text, safe):
    assert plain(text) == safe
