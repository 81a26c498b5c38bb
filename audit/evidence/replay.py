"""Do the stored answers still give the numbers of the record, to the last digit?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from audit import runner
from audit.evidence.roots import record_file
from audit.gates import judge, parse
from probes.errors import AuditError
from probes.registry import Probe, discover
from probes.types import Context, Example
from reports import files, outcomes
from reports.record import AuditRecord, ProbeResult

Status = Literal["same", "different", "not replayed"]

_CODE = re.compile(r"(?:py:)?[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


@dataclass(frozen=True)
class Replayed:
    """What came of one probe, or of the verdicts."""

    what: str
    status: Status
    detail: str = ""


def replay(path: Path, *, run_code: bool = False) -> tuple[Replayed, ...]:
    """Measure again from the outcomes beside a record, and judge again; neither model nor texts are needed.

    What asked the model, or needs texts, cannot be replayed and is listed so. Numbers are compared as the
    record writes them, exactly.

    Args:
        path: a record, or the folder of one.
        run_code: replay also probes whose parameters name Python code, which is then run.

    Raises:
        AuditError: when there are no outcomes, or they are not those of the record.
    """
    record_path = record_file(path)
    record = files.read(record_path)
    stored = outcomes.beside(record_path, record)
    if stored is None:
        raise AuditError(
            f"beside {record_path} there are no outcomes to replay; audit again without --no-outcomes"
        )
    context = stored.context(seed=record.suite.seed, confidence=record.suite.confidence)
    probes = (_probe(result, context, run_code=run_code) for result in record.results)
    return (*probes, _verdicts(record))


def _probe(result: ProbeResult, context: Context, *, run_code: bool) -> Replayed:
    known = discover().get(result.probe)
    if obstacle := _obstacle(known, result, run_code=run_code):
        return Replayed(result.probe, "not replayed", obstacle)
    assert known is not None  # noqa: S101 - a probe that is not known is an obstacle
    try:
        again = runner.measure(known, known.complete(result.parameters), context)
    except AuditError as error:
        return Replayed(result.probe, "different", str(error))
    if again.status == "skipped" and result.status in ("ok", "skipped"):
        return Replayed(result.probe, "not replayed", again.reason)
    difference = next(_differences(result, again), "")
    return Replayed(result.probe, "different" if difference else "same", difference)


def _obstacle(known: Probe | None, result: ProbeResult, *, run_code: bool) -> str:
    if known is None:
        return "this version of Assay does not have it"
    if known.version != result.version:
        return f"the record has version {result.version} of it, this version of Assay {known.version}"
    # A record may come from anyone, and must not choose what code runs here.
    code = next(filter(_CODE.fullmatch, _strings(result.parameters)), "")
    return f"its parameters name the code {code}; run it with --run-code" if code and not run_code else ""


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for inner in value.values() for text in _strings(inner))
    elif isinstance(value, list | tuple):
        yield from (text for inner in value for text in _strings(inner))


def _differences(recorded: ProbeResult, again: ProbeResult) -> Iterator[str]:
    """What is not the same; texts of the data are not in the outcomes and are left out."""
    one, other = recorded.model_dump(mode="json"), again.model_dump(mode="json")
    if one["status"] != other["status"]:
        yield f"it was {_told(recorded)}, and is now {_told(again)}"
    for name in ("measurements", "exhibits"):
        before, after = ([x for x in side[name] if x.get("kind") != Example.kind] for side in (one, other))
        if len(before) != len(after):
            yield f"{len(before)} {name} in the record, {len(after)} now"
        yield from (_difference(a, b) for a, b in zip(before, after, strict=False) if a != b)


def _told(result: ProbeResult) -> str:
    return result.status if result.status == "ok" else f"{result.status} ({result.reason})"


def _difference(one: dict[str, Any], other: dict[str, Any]) -> str:
    what = one.get("metric") or one.get("title")
    where = ", ".join(f"{k}={v}" for k, v in one.get("slice", {}).items())
    field = next(key for key in one if one[key] != other.get(key))
    return f"{what}{{{where}}}: {field} is {one[field]!r} in the record, {other.get(field)!r} now"


def _verdicts(record: AuditRecord) -> Replayed:
    again = judge(
        [parse(text) for text in record.suite.gates],
        record.results,
        alpha=record.suite.alpha,
        invalid_rows=record.data.invalid_rows if record.data else 0,
        allow_invalid=record.suite.allow_invalid,
    )
    different = [a.gate for a, b in zip(record.verdicts, again, strict=False) if a != b]
    if len(again) != len(record.verdicts):
        different.append(f"{len(record.verdicts)} verdicts in the record, {len(again)} now")
    return Replayed("verdicts", "different" if different else "same", "; ".join(different[:1]))
