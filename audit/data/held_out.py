"""Which rows did training hold out, and has it seen the texts that are audited?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from audit.data.columns import categories, texts
from audit.data.fingerprint import fingerprint
from audit.data.options import DataOptions, given
from audit.data.readers import is_file
from audit.data.sentences import listed, plural
from audit.data.table import Table
from probes.errors import AuditError
from probes.home import expanded
from training import record
from training.split import TEST, assign, text_key


@dataclass(frozen=True)
class HeldOut:
    """One split of the data that a model was trained on.

    Attributes:
        split: `test`, or another one that training made.
        data: what the training record says of the data.
    """

    split: str
    data: record.Data

    @property
    def columns(self) -> tuple[str, str]:
        """The columns that training read."""
        return self.data.text, self.data.label


def choose(options: DataOptions, training: Mapping[str, Any] | None) -> DataOptions | None:
    """The options if they, or the training record, name data; None when there is no data to audit on.

    Raises:
        AuditError: when columns or groups are named but no data, or the training record is damaged.
    """
    if options.data is not None or options.predictions is not None:
        return options
    data = trained_on(training)
    if data is not None and (options.split is not None or data.split.fractions.get(TEST, 0) > 0):
        return options
    flags = list(given(options))
    if flags:
        raise AuditError(
            f"{', '.join(flags)}: there is no data to speak of; name a file with --data or --predictions"
        )
    return None


def resolve(options: DataOptions, training: Mapping[str, Any] | None) -> tuple[DataOptions, HeldOut | None]:
    """Options that name a source, and the split of the training data to select from it, if any.

    Raises:
        AuditError: when no data is named, or a split of a file that has none.
    """
    data = trained_on(training)
    if options.data is None and options.predictions is None:
        return _recorded(options, data)
    if options.data is None or options.split is None or not is_file(options.data):
        return options, None
    if data is None:
        raise AuditError(
            f"--split {options.split}: {options.data} is one file, and no training record says how it was "
            "split; leave --split out"
        )
    return options.model_copy(update={"split": None}), HeldOut(options.split, data)


def trained_on(training: Mapping[str, Any] | None) -> record.Data | None:
    """What the training record says of its data.

    Raises:
        AuditError: when that part of the record is damaged.
    """
    if training is None or training.get("data") is None:
        return None
    try:
        return record.Data.model_validate(training["data"])
    except ValidationError as error:
        keys = listed(".".join(map(str, fault["loc"])) for fault in error.errors())
        raise AuditError(
            f"{record.RECORD_FILE}: damaged under data, at {keys}; train again, or remove the file"
        ) from None


def select_split(table: Table, held_out: HeldOut) -> Table:
    """The rows of a split, once it is certain that the data are those of the training.

    Raises:
        AuditError: when the data have changed, or the split is unknown or empty.
    """
    data = held_out.data
    fractions = data.split.fractions
    if held_out.split not in fractions:
        raise AuditError(
            f"--split {held_out.split}: training made the splits {listed(fractions)}; name one of these"
        )
    read = texts(table, data.text)
    found = fingerprint({"text": read, "label": categories(table, data.label)})
    if found != data.fingerprint:
        raise AuditError(_changed(table, data, found))
    splits = assign([text_key(text) for text in read], seed=data.split.seed, fractions=fractions)
    rows = np.flatnonzero(splits == held_out.split)
    if not len(rows):
        raise AuditError(
            f"{table.source}: the split {held_out.split} has no rows; name other data with --data"
        )
    return table.take(rows)


def seen_in_training(table: Table, audited: Sequence[str], folder: Path | None) -> list[str]:
    """A warning when texts also stand in the training data of the model in `folder`.

    Texts are compared by `training.split.text_key`: without regard to case, spacing and Unicode form.
    """
    keys = record.texts(folder) if folder is not None else frozenset()
    rows = np.array(
        [row for row, text in enumerate(audited) if text_key(text) in keys] if keys else [], dtype=np.int64
    )
    if not len(rows):
        return []
    return [
        f"{len(rows):,} of {plural(len(audited), 'audited text')} ({len(rows) / len(audited):.1%}) also "
        f"stand in the training data, such as {table.where(rows[:1])}; what is measured on them says "
        "little about new texts"
    ]


def _recorded(options: DataOptions, data: record.Data | None) -> tuple[DataOptions, HeldOut]:
    if data is None:
        raise AuditError(
            "no data is named; name a file with --data, or the answers of a model with --predictions"
        )
    if data.path is not None and not expanded(data.path).exists():
        raise AuditError(
            f"{data.path}: the data of the training record is gone; put it back, name other data with "
            f"--data, or move {record.RECORD_FILE} away to audit without data"
        )
    found = {
        "data": str(expanded(data.path)) if data.path else data.source,
        "split": data.part,
        "text": options.text or data.text,
        "label": options.label or data.label,
    }
    return options.model_copy(update=found), HeldOut(options.split or TEST, data)


def _changed(table: Table, data: record.Data, found: str) -> str:
    return (
        f"{table.source}: not the data that the model was trained on: {plural(len(table), 'row')} with "
        f"fingerprint {found[:12]}…, in the training record {plural(data.rows, 'row')} with "
        f"{data.fingerprint[:12]}…; so its held-out rows cannot be found: put the file back as it was, or "
        "name rows that training has not seen with --data"
    )
