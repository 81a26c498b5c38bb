"""How does an audit stand among the findings of code scanning, as SARIF 2.1.0?"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from reports import display
from reports.canonical import canonical
from reports.ci.cases import Case, cases
from reports.ci.places import Places
from reports.record import ProbeResult
from reports.statement import Judged

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 25_000
"""GitHub refuses a run with more."""

# What is known to be within its limit is no finding, and is left out: GitHub would raise an alert for it.
_KINDS: Mapping[str, tuple[str, str]] = {"failure": ("fail", "error"), "undecided": ("open", "none")}
_NOTIFIED: Mapping[str, str] = {"failed": "error", "skipped": "note"}


def sarif(record: Judged, places: Places) -> str:
    """One run: a result for each gate that failed ("fail") or is undecided ("open").

    Probes that crashed or were skipped are notifications of the invocation, which was not successful when
    one crashed.

    References:
        SARIF Version 2.1.0, OASIS Standard (2020), section 3.27.9 (kind), 3.27.10 (level is "none" unless
        the kind is "fail"), 3.27.17 (partialFingerprints), 3.20 (invocation), 3.11 (messages).
    """
    found = [case for case in cases(record) if case.level in _KINDS][:MOST_RESULTS]
    rules = {rule: index for index, rule in enumerate(dict.fromkeys(case.rule for case in found))}
    driver = {
        "name": "Assay",
        "version": display.name(record.tool_version),
        "rules": _rules(list(rules), record),
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [_invocation(record)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(case, rules[case.rule], places) for case in found],
    }
    return canonical({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rules(rules: Sequence[str], record: Judged) -> list[dict[str, Any]]:
    titles = {display.name(result.probe): result.title for result in record.results}
    return [_rule(rule, titles.get(rule.partition("/")[0], "")) for rule in rules]


def _rule(rule: str, title: str) -> dict[str, Any]:
    words = display.sentence(rule.partition("/")[2].replace("_", " ")) or rule
    told = {"text": _message(display.name(title) if title else words)}
    return {"id": rule, "shortDescription": {"text": _message(words)}, "fullDescription": told, "help": told}


def _result(case: Case, rule: int, places: Places) -> dict[str, Any]:
    kind, level = _KINDS[case.level]
    shown: dict[str, Any] = {
        "ruleId": case.rule,
        "ruleIndex": rule,
        "kind": kind,
        "level": level,
        "message": {"text": _message(f"{case.title}: {case.message}")},
        # GitHub tells alerts apart by the second; without it, by the text of the line, so that a gate that
        # speaks of several features would be one alert, and a changed limit a new one.
        "partialFingerprints": {
            "assayVerdict/v1": case.fingerprint,
            "primaryLocationLineHash": f"{case.fingerprint[:16]}:1",
        },
    }
    return shown | ({"locations": [_location(case, places)]} if places.file else {})


def _location(case: Case, places: Places) -> dict[str, Any]:
    file = {"uri": quote(places.file), "uriBaseId": "%SRCROOT%"}
    return {"physicalLocation": {"artifactLocation": file, "region": {"startLine": places.line(case.gate)}}}


def _invocation(record: Judged) -> dict[str, Any]:
    told = [_notification(result) for result in record.results if result.status in _NOTIFIED]
    crashed = any(result.status == "failed" for result in record.results)
    return {
        "executionSuccessful": not crashed,
        "exitCode": record.exit_code,
        "toolExecutionNotifications": told,
    }


def _notification(result: ProbeResult) -> dict[str, Any]:
    what = "crashed" if result.status == "failed" else "was skipped"
    text = f"The probe {display.name(result.probe)} {what}: {display.visible(result.reason)}"
    return {"level": _NOTIFIED[result.status], "message": {"text": _message(text)}}


def _message(text: str) -> str:
    """`text` with nothing in it that would be read as a link or a placeholder (section 3.11)."""
    return re.sub(r"[\\\[\]]", r"\\\g<0>", text).replace("{", "{{").replace("}", "}}")
