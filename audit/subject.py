"""What is audited: the model, the data, and the model's answers to the data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np

from audit import data, decisions, models, shift
from audit.config import AuditConfig
from audit.data import AuditData
from audit.resources import resolve
from probes.errors import AuditError
from probes.faults import Faults
from probes.progress import Progress
from probes.suggestion import suggestion
from probes.types import Context, Model, Predictions, Samples
from reports.record import DataInfo, ModelInfo
from training import record
from training.mitigations import thresholds
from training.mitigations.thresholds import Postprocessing

A = TypeVar("A")
BLACK_BOX = "py:"


@dataclass(frozen=True, eq=False)
class Subject:
    """The audited model and data, ready for the probes; `shift` is the further data by name."""

    context: Context
    model: ModelInfo
    data: DataInfo | None
    shift: Mapping[str, DataInfo]
    training: dict[str, Any] | None

    @property
    def invalid_rows(self) -> int:
        """Rows to which the model gave no valid answer, those of further data included."""
        return sum(info.invalid_rows for info in (self.data, *self.shift.values()) if info)


class AuditedModel(Model, Protocol):
    """A model that can say what it is."""

    @property
    def info(self) -> ModelInfo:
        """What the record says of it."""


def prepare(
    config: AuditConfig,
    plan: Callable[[AuditConfig], A],
    *,
    before: Sequence[str] = (),
    progress: Progress,
) -> tuple[A, Subject]:
    """The plan and the subject; what can be checked without loading the model is checked first.

    Args:
        config: what the user asked for.
        plan: makes the plan of it.
        before: faults that were found before.
        progress: how progress is shown.

    Raises:
        AuditError: with those and the faults of plan, model folder and data together; else with those of the
            model.
    """
    faults = Faults()
    faults.add(*before)
    agenda = faults.attempt(plan, config)
    folder, classes = faults.attempt(_located, config) or (None, ())
    training = faults.attempt(_training, folder)
    rows = faults.attempt(_rows, config, classes or None, training, folder)
    rules = faults.attempt(_rules, folder)
    further = faults.attempt(
        shift.load,
        config,
        classes=classes or (rows.classes if rows else None),
        training=training,
        folder=folder,
        grouped=rules is not None,
    )
    for found in (rows, *(further or {}).values()):
        if rules and found:
            faults.attempt(decisions.check, rules, found.samples, classes)
    if classes and rows is None:
        faults.attempt(_positive, config.positive, classes)
    faults.check()
    assert agenda is not None  # noqa: S101 - a plan without faults is a plan
    subject = _subject(config, classes, rows, further or {}, training, rules, progress)
    return agenda, subject


def _located(config: AuditConfig) -> tuple[Path | None, tuple[str, ...]]:
    """The model folder, if there is one, and the classes; () when the predictions will tell them.

    Raises:
        AuditError: when there is nothing to audit, or no model that can be opened safely.
    """
    if (config.model is None) == (config.predictions is None):
        raise AuditError(
            "name what to audit: a model (folder, hub id, py:module:function) or --predictions FILE"
        )
    if config.model is None:
        return None, config.classes
    if config.model.startswith(BLACK_BOX):
        return None, models.python_model(config.model, config.classes).classes
    if config.classes:
        raise AuditError("--class names the classes of a black box; a model folder names its own")
    folder = models.find(config.model)
    if faults := models.preflight(folder):
        raise AuditError(*faults)
    return folder, models.labels(str(folder))


def _training(folder: Path | None) -> dict[str, Any] | None:
    """The training record in the model folder, if there is one.

    Raises:
        AuditError: when there is one that cannot be read.
    """
    found = record.read(folder) if folder else None
    return found.model_dump(mode="json") if found else None


def _rules(folder: Path | None) -> Postprocessing | None:
    """The rules in the model folder that decide in its place, if there are any.

    Raises:
        AuditError: when there are some that cannot be read.
    """
    return thresholds.read(folder) if folder else None


def _rows(
    config: AuditConfig, classes: tuple[str, ...] | None, training: dict[str, Any] | None, folder: Path | None
) -> AuditData | None:
    options = data.choose(config, training)
    if options is None and config.shift:
        raise AuditError(
            "--shift compares further data with the audited data, and there is none; name it with --data"
        )
    if options is None:
        return None
    options = options.model_copy(update={"data": resolve(options.data) if options.data else None})
    return data.load(options, classes=classes, positive=config.positive, training=training, folder=folder)


def _positive(name: str | None, classes: tuple[str, ...]) -> int | None:
    """The index of the positive class: the one named, else the second of two."""
    if name is None:
        return 1 if len(classes) == 2 else None
    if name not in classes:
        raise AuditError(f"positive = {name!r} is not a class of the model{suggestion(name, classes)}")
    return classes.index(name)


def _subject(
    config: AuditConfig,
    classes: tuple[str, ...],
    rows: AuditData | None,
    further: Mapping[str, AuditData],
    training: dict[str, Any] | None,
    rules: Postprocessing | None,
    progress: Progress,
) -> Subject:
    model = _open(config, classes, progress)
    names = model.classes if model else rows.classes if rows else classes

    def answered(found: AuditData | None) -> tuple[Samples, Predictions | None]:
        samples, predictions = _answered(model, found)
        if rules and predictions:
            predictions = decisions.mitigated(rules, samples, predictions, names)
        return samples, predictions

    samples, predictions = answered(rows)
    context = Context(
        samples=samples,
        classes=names,
        positive=_positive(config.positive, names),
        predictions=predictions,
        model=model,
        seed=config.seed,
        confidence=config.confidence,
    )
    context = replace(context, shifted=shift.contexts(context, further, answered))
    info = _told(rows.info, predictions, rules) if rows else None
    described = model.info if model else _predictions_info(config, names)
    if rules:
        described = described.model_copy(update={"postprocessing": decisions.described(rules)})
    return Subject(context, described, info, shift.told(further, context), training)


def _told(info: DataInfo, predictions: Predictions | None, rules: Postprocessing | None) -> DataInfo:
    """What the record says of the data, once they have answers."""
    warnings = (*info.warnings, decisions.warning(rules)) if rules else info.warnings
    return info.model_copy(update={"invalid_rows": _invalid(predictions), "warnings": warnings})


def _open(config: AuditConfig, classes: tuple[str, ...], progress: Progress) -> AuditedModel | None:
    if config.model is None:
        return None
    if config.model.startswith(BLACK_BOX):
        return models.python_model(config.model, classes)
    return models.load(config.model, device=config.device, dtype=config.dtype, progress=progress)


def _answered(model: AuditedModel | None, rows: AuditData | None) -> tuple[Samples, Predictions | None]:
    if rows is None:
        return Samples(None, None, {}, np.array([], dtype=np.str_), fingerprint=""), None
    if model is None or rows.samples.inputs is None:
        return rows.samples, rows.predictions
    return rows.samples, models.predict_checked(model, rows.samples.inputs)


def _invalid(predictions: Predictions | None) -> int:
    return 0 if predictions is None else int(np.count_nonzero(~predictions.valid))


def _predictions_info(config: AuditConfig, classes: tuple[str, ...]) -> ModelInfo:
    return ModelInfo(reference=str(config.predictions), kind="predictions", fingerprint=None, classes=classes)
