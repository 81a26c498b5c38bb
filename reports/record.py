"""The audit record: what leaves a run, and the one thing that every report is drawn from."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from probes.types import Curve, Example, Highlights, Measurement, Table
from reports.canonical import canonical
from reports.jsonable import jsonable

SCHEMA_VERSION = 1

Outcome = Literal["pass", "fail", "undecided"]
Status = Literal["ok", "skipped", "failed"]


class Frozen(BaseModel):
    """What leaves a run: it cannot be changed, and holds JSON only."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _made_jsonable(cls, given: Any) -> Any:
        return jsonable(given)


class ModelInfo(Frozen):
    """The model that was audited."""

    reference: str = Field(
        description="What the user named: a folder, a hub id, `py:module:function`, or `predictions`."
    )
    kind: Literal["transformers", "python", "predictions"]
    fingerprint: str | None = Field(
        description="sha256 over the files of the folder; None for code and predictions."
    )
    architecture: str | None = Field(default=None, description="Name of the class in transformers.")
    parameters: int | None = Field(default=None, description="Number of weights.")
    classes: tuple[str, ...] = Field(description="In the order of the model's columns.")
    device: str | None = None
    dtype: str | None = None
    postprocessing: str | None = Field(
        default=None,
        description="What decides in place of the model's largest probability; None for nothing.",
    )


class GroupCount(Frozen):
    """How many rows a group has."""

    group: str
    rows: int


class DataInfo(Frozen):
    """The data that the model was audited on."""

    source: str = Field(description="What the user named.")
    fingerprint: str = Field(description="sha256 over the values that were audited, in their order.")
    inputs_fingerprint: str | None = Field(
        default=None,
        description="The fingerprint without predictions and scores: equal when two models were asked about "
        "the same rows. None in records that do not tell.",
    )
    rows: int
    invalid_rows: int = Field(default=0, description="Rows to which the model gave no valid answer.")
    labels: dict[str, int] = Field(default_factory=dict, description="Rows per true label.")
    groups: dict[str, tuple[GroupCount, ...]] = Field(
        default_factory=dict, description="Rows per group, 'unknown' included."
    )
    warnings: tuple[str, ...] = Field(default=(), description="What may be wrong with the data.")


class ProbeResult(Frozen):
    """What one probe found, or why it found nothing."""

    probe: str
    version: int = Field(description="Counts up when the same data would give other numbers.")
    title: str = Field(description="The question that the probe answers.")
    status: Status
    reason: str = Field(default="", description="Why it was skipped or failed.")
    parameters: dict[str, Any] = Field(default_factory=dict, description="As run, defaults filled in.")
    measurements: tuple[Measurement, ...] = ()
    exhibits: tuple[Annotated[Table | Curve | Example | Highlights, Field(discriminator="kind")], ...] = ()


class Verdict(Frozen):
    """What a gate says of one measurement.

    A passed gate says that the measurement is within the limit on this data, and nothing more.
    """

    gate: str = Field(description="As written: `probe/metric{slice} <= limit`.")
    outcome: Outcome
    reason: str = Field(description="One or two sentences in plain words.")
    probe: str
    metric: str
    slice: dict[str, str] = Field(default_factory=dict)
    limit: float
    at_most: bool = Field(description="True for `<=`, False for `>=`.")
    value: float | None = Field(default=None, description="As measured.")
    low: float | None = Field(default=None, description="Lower end of its interval.")
    high: float | None = Field(default=None, description="Upper end of its interval.")
    p_fail: float | None = Field(
        default=None, description="p-value of 'the limit is kept', corrected within the gate."
    )
    p_fail_suite: float | None = Field(
        default=None, description="The same, corrected for all gates of the run (Holm)."
    )
    p_pass: float | None = Field(
        default=None, description="p-value of 'the limit is broken' (largest over the pairs)."
    )
    detectable: float | None = Field(
        default=None, description="Smallest true value that this data would have failed in 80 % of runs."
    )
    rows_needed: int | None = Field(
        default=None, description="About how many rows per group would decide an undecided gate."
    )


class OutcomesInfo(Frozen):
    """The file beside the record with what the model answered to each row."""

    file: str = Field(description="Its name; it stands in the folder of the record.")
    sha256: str
    rows: int


class Environment(Frozen):
    """Where the audit ran."""

    python: str
    platform: str
    packages: dict[str, str]


class SuiteInfo(Frozen):
    """What was asked."""

    names: tuple[str, ...]
    probes: tuple[str, ...]
    gates: tuple[str, ...]
    alpha: float = Field(
        description="Largest share of wrong FAILs over the whole suite, and of wrong PASSes per gate."
    )
    confidence: float = Field(description="Level of the intervals.")
    positive: str | None = Field(description="The class that counts as the positive outcome.")
    seed: int = Field(description="Seed of everything that was drawn at random.")
    undecided: Literal["undecided", "pass", "fail"] = "undecided"
    allow_invalid: bool = False


class AuditRecord(Frozen):
    """One audit: what was audited, how, what was found, and what the gates say."""

    schema_version: int = Field(
        default=SCHEMA_VERSION, description="Counts up when an older reader would not understand the record."
    )
    tool_version: str
    command: str = Field(default="", description="The command that repeats this audit.")
    model: ModelInfo
    data: DataInfo | None
    shift: dict[str, DataInfo] = Field(
        default_factory=dict, description="Further data that the audited data was compared with, by name."
    )
    suite: SuiteInfo
    environment: Environment
    results: tuple[ProbeResult, ...]
    verdicts: tuple[Verdict, ...]
    exit_code: int = Field(
        description="0 passed, 1 a gate failed, 3 undecided, 4 a probe crashed and no gate failed."
    )
    training: dict[str, Any] | None = Field(default=None, description="training.json of the model folder.")
    outcomes: OutcomesInfo | None = Field(
        default=None, description="Where the answers to single rows are; None when they were not kept."
    )

    def to_json(self) -> str:
        """Canonical JSON: the same record gives the same bytes."""
        return canonical(self.model_dump(mode="json"))

    def _repr_html_(self) -> str:
        """A summary for notebooks."""
        from reports.notebook import summary

        return summary(self)

    def measurement(self, probe: str, metric: str, **part: str) -> Measurement:
        """The one measurement of `metric` by `probe` whose slice contains `part`.

        Raises:
            KeyError: when there is none, or more than one.
        """
        found = [
            m
            for r in self.results
            if r.probe == probe
            for m in r.measurements
            if m.metric == metric and part.items() <= dict(m.slice).items()
        ]
        if len(found) != 1:
            raise KeyError(f"{len(found)} measurements of {probe}/{metric} have {part}")
        return found[0]
