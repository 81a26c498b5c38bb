"""Which decision rules even out the groups of a model that is trained already? Found, and left beside it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field, ValidationError

from audit import data, grouping, models
from audit.data import AuditData, DataOptions
from audit.resources import resolve
from probes.errors import AuditError
from probes.faults import Faults
from probes.progress import Progress, silent
from probes.types import Grouping
from training import record
from training.mitigations import thresholds
from training.mitigations.thresholds import Constraint, Postprocessing
from training.split import VALIDATION


class MitigationConfig(DataOptions):
    """What the rules are to keep, and the rows on which they are found."""

    model: str = Field(description="A model folder.")
    constraint: Constraint = Field(default="equalized_odds", description="What is to be equal in all groups.")
    objective: str = Field(
        default="balanced_accuracy_score", description="What is to be as large as the constraint allows."
    )
    positive: str | None = Field(
        default=None, description="The class that counts as the positive outcome; left out, the second."
    )
    seed: int = Field(default=0, ge=0, description="Seed of decisions that are left to chance.")
    device: str = Field(default="auto", description="`auto`, `cpu`, `cuda`, `cuda:1`, `mps`.")


@dataclass(frozen=True, eq=False)
class _Ready:
    """What was checked before the model is loaded."""

    rows: AuditData
    grouping: Grouping
    positive: int


def build(**settings: Any) -> MitigationConfig:
    """The configuration.

    Raises:
        AuditError: with one sentence per wrong setting.
    """
    try:
        return MitigationConfig.model_validate(settings)
    except ValidationError as error:
        raise AuditError(*(_fault(e) for e in error.errors())) from None


def mitigate(config: MitigationConfig, *, force: bool = False, progress: Progress = silent) -> Postprocessing:
    """Find the rules and leave them as `postprocessing.json` in the model folder, where an audit finds them.

    With no data named, they are found on the validation rows of the training record: rows that the weights
    were not fitted to and that `audit run` does not measure on.

    Raises:
        AuditError: with the faults of model, data and groups together.
    """
    folder = Path(config.model)
    ready = _prepare(config, folder, force=force)
    rows = ready.rows.samples
    assert rows.inputs is not None  # noqa: S101 - `_check_rows` refused rows without
    assert rows.labels is not None  # noqa: S101
    model = models.load(config.model, device=config.device, progress=progress)
    answers = models.predict_checked(model, rows.inputs)
    assert answers.probabilities is not None  # noqa: S101 - a model gives them
    found = thresholds.fit_thresholds(
        answers.probabilities[:, ready.positive],
        (rows.labels == ready.positive).astype(np.int64),
        Grouping(
            ready.grouping.feature, ready.grouping.names, np.where(answers.valid, ready.grouping.codes, -1)
        ),
        positive=model.classes[ready.positive],
        constraint=config.constraint,
        objective=config.objective,
        seed=config.seed,
    )
    thresholds.write(folder, found)
    return found


def _prepare(config: MitigationConfig, folder: Path, *, force: bool) -> _Ready:
    _check_folder(folder, force=force)
    training = record.read(folder)
    classes = models.labels(str(folder))
    known = training.model_dump(mode="json") if training else None
    options = DataOptions.model_validate(config.model_dump(include=set(DataOptions.model_fields)))
    if options.data is None and options.split is None:
        options = options.model_copy(update={"split": VALIDATION})
    options = options.model_copy(update={"data": resolve(options.data) if options.data else None})
    faults = Faults()
    rows = faults.attempt(
        data.load, options, classes=classes, positive=config.positive, training=known, folder=folder
    )
    faults.attempt(_check_classes, classes)
    faults.attempt(_check_rows, rows, config)
    features = (*config.group, *config.group_from_text)
    groups = faults.attempt(grouping.one, rows.samples, features, "audit mitigate") if rows else None
    faults.check()
    assert rows is not None  # noqa: S101 - without faults all are there
    assert groups is not None  # noqa: S101
    return _Ready(rows, groups, classes.index(config.positive) if config.positive else 1)


def _check_folder(folder: Path, *, force: bool) -> None:
    if not folder.is_dir():
        raise AuditError(f"{folder} is no folder; name the folder of a model, into which the rules are put")
    if faults := models.preflight(folder):
        raise AuditError(*faults)
    if (folder / thresholds.FILE).exists() and not force:
        raise AuditError(f"{folder / thresholds.FILE} is there already; replace it with --force")


def _check_classes(classes: tuple[str, ...]) -> None:
    if len(classes) != 2:
        raise AuditError(
            f"the model has {len(classes)} classes ({', '.join(map(repr, classes))}); thresholds are for two"
        )


def _check_rows(rows: AuditData | None, config: MitigationConfig) -> None:
    if config.predictions is not None:
        raise AuditError("audit mitigate asks the model itself; name texts with --data")
    if rows is not None and (rows.samples.inputs is None or rows.samples.labels is None):
        raise AuditError("rules are found on texts with labels; name their columns with --text and --label")


def _fault(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"]) or "settings"
    return f"{key} = {error['input']!r}: {error['msg'][0].lower()}{error['msg'][1:]}"
