"""What is the model tried on beside the audited rows, and what does it answer there?"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from audit import data
from audit.config import AuditConfig
from audit.data import AuditData, DataOptions
from audit.data.held_out import trained_on
from audit.data.readers import is_file, read
from audit.data.sentences import did_you_mean, plural
from audit.resources import resolve
from probes.faults import Faults
from probes.types import Context, Predictions, Samples
from reports.record import DataInfo
from training.split import text_key

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


def told(loaded: Mapping[str, AuditData], main: Context) -> dict[str, DataInfo]:
    """What the record says of each data set, and what may be wrong with the comparison."""
    return {name: _described(main, main.shifted[name], rows.info) for name, rows in loaded.items()}


def _described(main: Context, data: Context, info: DataInfo) -> DataInfo:
    warnings = (*info.warnings, *_unlabelled(main, data, info.source), *_shared(main, data, info.source))
    invalid = int((~data.answers.valid).sum())
    return info.model_copy(update={"invalid_rows": invalid, "warnings": warnings})


def _unlabelled(main: Context, data: Context, source: str) -> Iterator[str]:
    if main.samples.labels is not None and data.samples.labels is None:
        yield (
            f"{source}: no column of true labels; what compares labels, such as the accuracy, is not "
            "measured on it"
        )


def _shared(main: Context, data: Context, source: str) -> Iterator[str]:
    """A warning when the rows are, in part or as a whole, those that they are compared with."""
    ours, theirs = main.samples.inputs, data.samples.inputs
    if ours is None or theirs is None:
        if _answered_alike(main, data):
            yield (
                f"{source}: the same labels and answers, row by row, as in the audited data; rows compared "
                "with themselves show no shift"
            )
        return
    keys = set(map(text_key, ours))
    count = sum(text_key(text) in keys for text in theirs)
    if count:
        yield (
            f"{source}: {count:,} of {plural(len(theirs), 'text')} ({count / len(theirs):.1%}) also "
            f"stand{'s' if count == 1 else ''} in the audited data; the two are compared as independent "
            "samples, and on common texts nothing can shift"
        )


def _answered_alike(main: Context, data: Context) -> bool:
    def known(ctx: Context) -> list[np.ndarray[Any, Any]]:
        return [np.asarray(part) for part in (ctx.samples.labels, ctx.answers.labels, ctx.answers.scores)]

    return all(np.array_equal(one, other) for one, other in zip(known(main), known(data), strict=True))


def _options(
    config: AuditConfig, source: str, training: Mapping[str, Any] | None, *, grouped: bool
) -> DataOptions:
    """The options that read one more source as the audited data is read."""
    given = {name: getattr(config, name) for name in DataOptions.model_fields}
    own = trained_on(training) if config.data is None and config.predictions is None else None
    place = resolve(source)
    split = None if is_file(place) else config.split
    given |= {
        "data": None if config.predictions is not None else place,
        "predictions": place if config.predictions is not None else None,
        "split": split,
        "text": config.text or (own.text if own else None),
        "label": _label(config.label or (own.label if own else None), place, split),
        "id": None,
    }
    if not grouped:
        given |= {"group": (), "group_from_text": (), "lexicon": None}
    return DataOptions(**given)


def _label(wanted: str | None, place: str, split: str | None) -> str | None:
    """The column of the labels; None where the source has neither it nor one whose name is close to it."""
    if wanted is None:
        return None
    header = read(place, (wanted,), split=split).header
    # A close name is a slip of the pen, and the fault of the missing column then names it.
    return wanted if wanted in header or did_you_mean(wanted, header) else None
