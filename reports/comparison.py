"""The comparison of several audits: what leaves `audit compare`, and what its page is drawn from."""

from pydantic import Field

from probes.types import Measurement
from reports.canonical import canonical
from reports.record import DataInfo, Frozen, ModelInfo, ProbeResult

SCHEMA_VERSION = 1


class Side(Frozen):
    """One of the audits that are compared."""

    name: str
    model: ModelInfo
    data: DataInfo | None
    training: str = Field(description="How the model was trained, in a few words; '' when nobody told.")
    tool_version: str
    exit_code: int


class Line(Frozen):
    """A number by audit, in their order; None where it was not measured."""

    probe: str
    metric: str
    slice: dict[str, str]
    values: tuple[Measurement | None, ...]


class Comparison(Frozen):
    """Several audits side by side; the first is what the others are compared with."""

    schema_version: int = SCHEMA_VERSION
    tool_version: str
    variants: tuple[Side, ...]
    data: DataInfo | None = Field(description="The rows that all were audited on; None when they differ.")
    confidence: float
    seed: int
    notes: tuple[str, ...]
    lines: tuple[Line, ...]
    changes: tuple[ProbeResult, ...] = Field(description="Of each audit but the first against the first.")
    together: ProbeResult = Field(description="How often all models fail the same row.")

    def to_json(self) -> str:
        """Canonical JSON: the same comparison gives the same bytes."""
        return canonical(self.model_dump(mode="json"))
