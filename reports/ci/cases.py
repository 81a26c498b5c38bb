"""What does each gate, and each crashed probe, mean for a build?"""

import hashlib
import json
from dataclasses import dataclass
from typing import Literal

from reports import display, statement
from reports.record import ProbeResult, Verdict
from reports.statement import Judged

Level = Literal["failure", "error", "undecided", "passed"]

LEVELS: tuple[Level, ...] = ("failure", "error", "undecided", "passed")
"""Worst first, as the exit code ranks them."""


@dataclass(frozen=True)
class Case:
    """One line of a build's answer. Nothing is hidden in its strings.

    Attributes:
        level: how bad it is; undecided is not passed.
        probe: the probe behind it.
        rule: the same for all gates on one measurement: `probe/metric`, or the probe.
        name: the gate on its measurement: `metric{feature=gender} <= 0.10`.
        title: the same in words.
        message: why.
        gate: the gate as written, to find where; "" for a crashed probe.
        fingerprint: the same in every run that judges this measurement of this slice, whatever it says.
    """

    level: Level
    probe: str
    rule: str
    name: str
    title: str
    message: str
    gate: str
    fingerprint: str


def cases(record: Judged) -> list[Case]:
    """The gates and the crashed probes, worst first; without gates there is one undecided case."""
    judged = [_judged(verdict, record.suite.undecided) for verdict in record.verdicts]
    crashed = [_crashed(result) for result in record.results if result.status == "failed"]
    found = [*judged, *crashed] if judged else [_ungated(record), *crashed]
    return sorted(found, key=lambda case: LEVELS.index(case.level))


def _judged(verdict: Verdict, undecided: str) -> Case:
    sign = "<=" if verdict.at_most else ">="
    where = ", ".join(f"{k}={v}" for k, v in verdict.slice.items())
    name = f"{verdict.metric}{{{where}}}" if where else verdict.metric
    return Case(
        level=_level(verdict, undecided),
        probe=display.name(verdict.probe),
        rule=display.name(f"{verdict.probe}/{verdict.metric}"),
        name=display.name(f"{name} {sign} {display.limit(verdict.limit)}"),
        title=display.sentence(statement.about(verdict)),
        message=display.visible(verdict.reason),
        gate=verdict.gate,
        fingerprint=_hash(verdict.probe, verdict.metric, sorted(verdict.slice.items()), verdict.at_most),
    )


def _level(verdict: Verdict, undecided: str) -> Level:
    if verdict.outcome == "fail" or (verdict.outcome == "undecided" and undecided == "fail"):
        return "failure"
    return "passed" if verdict.outcome == "pass" else "undecided"


def _crashed(result: ProbeResult) -> Case:
    probe = display.name(result.probe)
    reason = display.visible(result.reason) or "No reason was given."
    return Case(
        "error", probe, probe, "probe crashed", f"Probe {probe} crashed", reason, "", _hash(result.probe)
    )


def _ungated(record: Judged) -> Case:
    told = statement.overall(record)
    return Case("undecided", "gates", "gates", "no gates", told.headline, told.sentences[0], "", _hash())


def _hash(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
