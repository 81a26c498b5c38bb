"""What changed from one audit to another, and does the change keep its limits?"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from audit import changes, environment
from audit.exits import exit_code
from audit.gates import Gate, judge, parse
from audit.pairing import Audit, aligned, mismatches, side
from probes.errors import AuditError
from probes.faults import Faults
from probes.suggestion import suggestion
from reports.diff import Changed, DiffRecord, DiffSettings
from reports.outcomes import Outcomes
from reports.record import AuditRecord, DataInfo

PROBE = "diff"
TITLE = "What changed from the baseline to the candidate?"


class DiffConfig(BaseModel):
    """What `audit diff` is asked for; in a settings file it is the table `[diff]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gates: tuple[str, ...] = Field(default=(), description="Limits on changes: `diff.accuracy >= -0.02`.")
    alpha: float = Field(default=0.05, gt=0, lt=0.5, description="Largest share of wrong verdicts.")
    confidence: float = Field(default=0.95, gt=0.5, lt=1, description="Level of the intervals.")
    undecided: Literal["undecided", "pass", "fail"] = Field(
        default="undecided", description="What an undecided gate counts as in the exit code."
    )
    allow_invalid: bool = Field(
        default=False, description="Whether gates may pass although some rows have no valid answer."
    )


def build(*layers: Mapping[str, Any]) -> DiffConfig:
    """One configuration from layers of settings, later ones before earlier ones.

    Raises:
        AuditError: with one sentence per wrong setting.
    """
    try:
        return DiffConfig.model_validate({k: v for layer in layers for k, v in layer.items()})
    except ValidationError as error:
        raise AuditError(*(_fault(e) for e in error.errors())) from None


def _fault(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"diff.{key} is not a setting{suggestion(key, tuple(DiffConfig.model_fields))}"
    return f"diff.{key} = {error['input']!r}: {error['msg'][0].lower()}{error['msg'][1:]}"


def diff(baseline: Audit, candidate: Audit, config: DiffConfig, *, force: bool = False) -> DiffRecord:
    """The candidate against the baseline.

    Args:
        baseline: the audit of the model as it was.
        candidate: the audit of the model as it would be.
        config: gates and levels.
        force: compare also what does not belong together, and say so.

    Raises:
        AuditError: for gates that cannot be read, and, without `force`, for audits of different data, classes
            or probe versions.
    """
    faults = Faults()
    asked = faults.attempt(gates, config) or ()
    reasons = mismatches(baseline, candidate)
    if not force:
        faults.add(*(f"{reason}; compare audits that match, or add --force" for reason in reasons))
    faults.check()
    pair = aligned((baseline, candidate))
    found = changes.between(baseline.record, candidate.record, pair, config.confidence)
    result = changes.result(PROBE, TITLE, found, changes.NOTHING)
    data = _data(baseline.record.data, candidate.record.data, pair)
    verdicts = judge(
        asked,
        [result],
        alpha=config.alpha,
        invalid_rows=data.invalid_rows if data else 0,
        allow_invalid=config.allow_invalid,
    )
    return DiffRecord(
        tool_version=environment.tool_version(),
        baseline=side(baseline),
        candidate=side(candidate),
        data=data,
        paired=bool(pair),
        notes=(*(f"Compared by force: {reason}." for reason in reasons), *_notes(baseline, candidate, pair)),
        suite=DiffSettings(**config.model_dump()),
        results=(result,),
        verdicts=verdicts,
        changed=tuple(_changed(baseline.record, candidate.record, config.confidence)),
        exit_code=int(exit_code(verdicts, [result], undecided=config.undecided)),
    )


def gates(config: DiffConfig) -> tuple[Gate, ...]:
    """The gates on changes.

    Raises:
        AuditError: with one sentence per gate that cannot be read or names no change.
    """
    faults = Faults()
    found = [gate for text in config.gates if (gate := faults.attempt(_gate, text))]
    faults.check()
    return tuple(found)


def _gate(text: str) -> Gate:
    gate = parse(text)
    if gate.probe != PROBE:
        raise AuditError(
            f"gate {text!r}: `audit diff` gates changes, such as 'diff.accuracy >= -0.02'; gates on the "
            "measurements of one audit belong to `audit run` and `audit gate`"
        )
    if gate.metric not in changes.METRICS:
        raise AuditError(
            f"gate {text!r}: no change is called {gate.metric!r}{suggestion(gate.metric, changes.METRICS)}"
        )
    return gate


def _data(one: DataInfo | None, other: DataInfo | None, pair: Sequence[Outcomes]) -> DataInfo | None:
    if one is None or other is None:
        return None
    invalid = max(one.invalid_rows, other.invalid_rows)
    if pair:
        invalid = int(((pair[0].predicted < 0) | (pair[1].predicted < 0)).sum())
    return one.model_copy(update={"invalid_rows": invalid, "warnings": ()})


def _notes(baseline: Audit, candidate: Audit, pair: Sequence[Outcomes]) -> Iterator[str]:
    if not pair:
        lacking = [a.name for a in (baseline, candidate) if a.outcomes is None]
        why = (
            f"the answers to single rows of {' and '.join(lacking)} are not beside the record"
            if lacking
            else "the two audits are not of the same rows"
        )
        yield (
            f"Not compared row by row: {why}. The intervals take the two audits as independent; on the same "
            "rows they are then wider than they need be."
        )
    parameters = {r.probe: r.parameters for r in baseline.record.results}
    for result in candidate.record.results:
        if parameters.get(result.probe, result.parameters) != result.parameters:
            yield f"The probe {result.probe} ran with different parameters in the two audits."
    for one, other in ((baseline, candidate), (candidate, baseline)):
        only = {r.probe for r in one.record.results} - {r.probe for r in other.record.results}
        if only:
            yield f"Only measured in {one.name}: {', '.join(sorted(only))}."


def _changed(baseline: AuditRecord, candidate: AuditRecord, confidence: float) -> Iterator[Changed]:
    """Every number that both audits have, probe by probe; those of other probe versions are left out."""
    results = {(r.probe, r.version): r for r in baseline.results}
    for result in candidate.results:
        before = results.get((result.probe, result.version))
        for one, other in changes.common(before, result) if before else ():
            yield Changed(
                probe=result.probe,
                metric=other.metric,
                slice=dict(other.slice),
                baseline=changes.bare(one),
                candidate=changes.bare(other),
                difference=changes.independent(one, other, confidence),
            )


def settings(path: Path | None) -> dict[str, Any]:
    """The table [diff] of the settings file.

    Raises:
        AuditError: when the file cannot be read, or [diff] is no table.
    """
    from audit.config import content

    found = content(path).get("diff", {})
    if not isinstance(found, dict):
        raise AuditError(f"diff = {found!r} is not a table; write the settings of `audit diff` below [diff]")
    return found
