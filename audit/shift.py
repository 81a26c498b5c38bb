"""What is the model tried on beside the audited rows, and what does it answer there?"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from audit import data
from audit.config import AuditConfig
from audit.data import AuditData, DataOptions
from audit.data.held_out import trained_on
from audit.data.readers import is_file
from audit.resources import resolve
from probes.faults import Faults
from probes.types import Context, Predictions, Samples
from reports.record import DataInfo

Answer = Callable[[AuditData], tuple[Samples, Predictions | None]]


def load(
    config: AuditConfig,
    *,
    classes: tuple[str, ...] | None,
    training: Mapping[str, Any] | None,
    folder: Path | None,
    grouped: bool,
) -> dict[str, AuditData]:
    """Name -> rows, read with the columns of the audited data.

    Args:
        config: what the user asked for.
        classes: the classes of the model; None when the data shall tell.
        training: the content of training.json beside the model, or None.
        folder: the model folder, to see which of the texts training has seen.
        grouped: whether the groups are needed too, because rules decide by them.

    Raises:
        AuditError: with the faults of all data sets together.
    """
    faults, found = Faults(), {}
    for name, source in config.shift.items():
        options = faults.attempt(_options, config, source, training, grouped=grouped)
        if options:
            found[name] = faults.attempt(
                data.load, options, classes=classes, positive=None, training=training, folder=folder
            )
    faults.check()
    return {
        name: replace(rows, info=rows.info.model_copy(update={"source": config.shift[name]}))
        for name, rows in found.items()
        if rows is not None
    }


def contexts(main: Context, loaded: Mapping[str, AuditData], answer: Answer) -> dict[str, Context]:
    """Name -> the rows with the model's answers to them; all else is as for the audited rows."""
    answered = {name: answer(rows) for name, rows in loaded.items()}
    return {
        name: replace(main, samples=samples, predictions=predictions, shifted={})
        for name, (samples, predictions) in answered.items()
    }


def told(loaded: Mapping[str, AuditData], found: Mapping[str, Context]) -> dict[str, DataInfo]:
    """What the record says of each data set."""
    return {
        name: rows.info.model_copy(update={"invalid_rows": int((~found[name].answers.valid).sum())})
        for name, rows in loaded.items()
    }


def _options(
    config: AuditConfig, source: str, training: Mapping[str, Any] | None, *, grouped: bool
) -> DataOptions:
    """The options that read one more source as the audited data is read."""
    given = {name: getattr(config, name) for name in DataOptions.model_fields}
    own = trained_on(training) if config.data is None and config.predictions is None else None
    place = resolve(source)
    given |= {
        "data": None if config.predictions is not None else place,
        "predictions": place if config.predictions is not None else None,
        "split": None if is_file(place) else config.split,
        "text": config.text or (own.text if own else None),
        "label": config.label or (own.label if own else None),
        "id": None,
    }
    if not grouped:
        given |= {"group": (), "group_from_text": (), "lexicon": None}
    return DataOptions(**given)
