"""The comparison of two audits: what leaves `audit diff`, and what its page is drawn from."""

from typing import Literal

from pydantic import Field

from probes.types import Measurement
from reports.canonical import canonical
from reports.comparison import Side
from reports.record import DataInfo, Frozen, ProbeResult, Verdict

SCHEMA_VERSION = 1


class DiffSettings(Frozen):
    """What was asked."""

    gates: tuple[str, ...] = ()
    alpha: float = 0.05
    confidence: float = 0.95
    undecided: Literal["undecided", "pass", "fail"] = "undecided"
    allow_invalid: bool = False


class Changed(Frozen):
    """A number that both audits have."""

    probe: str
    metric: str
    slice: dict[str, str]
    baseline: Measurement
    candidate: Measurement
    difference: Measurement | None = Field(
        description="Candidate minus baseline as if the audits were independent; None where that is unknown."
    )


class DiffRecord(Frozen):
    """The candidate against the baseline."""

    schema_version: int = SCHEMA_VERSION
    tool_version: str
    baseline: Side
    candidate: Side
    data: DataInfo | None = Field(description="The rows that both were audited on.")
    paired: bool = Field(description="Whether row was compared with row.")
    notes: tuple[str, ...] = Field(description="What a reader must know of the comparison.")
    suite: DiffSettings
    results: tuple[ProbeResult, ...]
    verdicts: tuple[Verdict, ...]
    changed: tuple[Changed, ...]
    exit_code: int

    def to_json(self) -> str:
        """Canonical JSON: the same comparison gives the same bytes."""
        return canonical(self.model_dump(mode="json"))
