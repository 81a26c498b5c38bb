"""What is asked of a training run, and what does it take to start one?"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from audit import data
from audit.data import AuditData, DataOptions
from audit.faults import Faults
from audit.resources import resolve
from audit.suites import suggestion
from probes.errors import AuditError
from probes.progress import Progress, silent
from training import device, folder
from training.base import Start
from training.fit import fit
from training.plan import Plan
from training.record import Source, TrainingRecord

HUB = "hf:"


class TrainingConfig(Plan):
    """Everything a training run depends on; a key of a plan file has the name of its command-line option."""

    data: str = Field(
        description="Labelled texts: a file, a saved datasets folder, `hf:NAME`, or a resource."
    )
    text: str | None = Field(default=None, description="Column of the texts; left out, `text`.")
    label: str | None = Field(default=None, description="Column of the labels; left out, `label`.")
    split: str | None = Field(default=None, description="Split of `hf:NAME` or of a datasets folder.")
    classes: tuple[str, ...] = Field(
        default=(),
        description="Class names in the order of the model's outputs; left out, the labels sorted.",
    )
    base: str = Field(
        default="minilm-l6", description="Model to begin with: a folder, a resource, or a hub id."
    )
    out: str = Field(description="Folder to make.")

    @property
    def plan(self) -> Plan:
        """What of it training itself needs."""
        return Plan.model_validate(self.model_dump(include=set(Plan.model_fields)))


@dataclass(frozen=True, eq=False)
class _Ready:
    """What was checked before the first weight is loaded."""

    rows: AuditData
    base: Start


def read(path: Path | None) -> dict[str, Any]:
    """The settings in a plan file.

    Raises:
        AuditError: when it cannot be read or is not TOML.
    """
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise AuditError(f"{path}: cannot be read: {error}; name another file with --plan") from None
    except tomllib.TOMLDecodeError as error:
        raise AuditError(f"{path}: not valid TOML: {error}") from None


def build(*layers: Mapping[str, Any]) -> TrainingConfig:
    """One configuration from layers of settings, later ones before earlier ones.

    Raises:
        AuditError: with one sentence per wrong setting.
    """
    merged = {key: value for layer in layers for key, value in layer.items()}
    try:
        return TrainingConfig.model_validate(merged)
    except ValidationError as error:
        raise AuditError(*(_fault(e) for e in error.errors())) from None


def train(config: TrainingConfig, *, force: bool = False, progress: Progress = silent) -> TrainingRecord:
    """Fine-tune as asked and leave the model and its training record in `config.out`.

    Raises:
        AuditError: with the faults of data, base, device and folder together.
    """
    ready = _prepare(config, force=force)
    return fit(
        config.plan,
        ready.rows.samples,
        ready.rows.classes,
        base=ready.base,
        out=Path(config.out),
        source=_source(config),
        force=force,
        progress=progress,
    )


def _prepare(config: TrainingConfig, *, force: bool) -> _Ready:
    faults = Faults()
    faults.attempt(lambda: folder.check(Path(config.out), force=force))
    faults.attempt(lambda: device.check(config.plan))
    base = faults.attempt(lambda: _base(config.base))
    rows = faults.attempt(lambda: _rows(config))
    faults.check()
    assert base is not None  # noqa: S101 - without faults both are there
    assert rows is not None  # noqa: S101
    return _Ready(rows, base)


def _rows(config: TrainingConfig) -> AuditData:
    options = DataOptions(
        data=resolve(config.data), text=config.text, label=config.label or "label", split=config.split
    )
    return data.load(options, classes=config.classes or None, positive=None, training=None)


def _base(reference: str) -> Start:
    from audit.models.fingerprint import fingerprint
    from audit.models.folder import find
    from audit.models.preflight import preflight_base

    found = find(resolve(reference))
    if faults := preflight_base(found):
        raise AuditError(*faults)
    return Start(found, reference, fingerprint(found))


def _source(config: TrainingConfig) -> Source:
    at_hub = config.data.startswith(HUB)
    return Source(
        source=config.data,
        path=None if at_hub else str(Path(resolve(config.data)).absolute()),
        text=config.text or "text",
        label=config.label or "label",
        part=config.split,
    )


def _fault(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"]) or "plan"
    if error["type"] == "extra_forbidden":
        return f"{key} is not a setting of training{suggestion(key, tuple(TrainingConfig.model_fields))}"
    if error["type"] == "missing":
        return f"{key} is missing; give it with --{key} or in the plan file"
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return f"{key} = {error['input']!r}: {error['msg'][0].lower()}{error['msg'][1:]}"
