"""What is stated about an audit? An in-toto Statement with the predicate "test result"."""

from collections.abc import Mapping
from typing import Any

from reports.ci.cases import Case, cases
from reports.record import AuditRecord

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"


def statement(record: AuditRecord, digests: Mapping[str, str]) -> dict[str, Any]:
    """The files by their sha256, and what the gates said of the model.

    An undecided gate is a warned test, and an audit without gates has the result WARNED: neither passed.

    References:
        in-toto Attestation Framework, spec/v1/statement.md and spec/predicates/test-result.md (version 0.1).
    """
    found = cases(record)
    configured = [name for name in digests if name.startswith("config/") or name == "audit/record.json"]
    return {
        "_type": STATEMENT,
        "subject": [_descriptor(name, digest) for name, digest in sorted(digests.items())],
        "predicateType": PREDICATE,
        "predicate": {
            "result": _result(found),
            "configuration": [_descriptor(name, digests[name]) for name in sorted(configured)],
            "passedTests": _names(found, "passed"),
            "warnedTests": _names(found, "undecided"),
            "failedTests": _names(found, "failure", "error"),
        },
    }


def _result(found: list[Case]) -> str:
    levels = {case.level for case in found}
    if levels & {"failure", "error"}:
        return "FAILED"
    return "WARNED" if "undecided" in levels else "PASSED"


def _names(found: list[Case], *levels: str) -> list[str]:
    return [f"{case.probe}/{case.name}" for case in found if case.level in levels]


def _descriptor(name: str, digest: str) -> dict[str, Any]:
    return {"name": name, "digest": {"sha256": digest}}
