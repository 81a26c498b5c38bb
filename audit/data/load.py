"""Which rows are audited? Read, checked for every fault at once, grouped and counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from audit.data import alike, groups
from audit.data.classes import Classified, classify
from audit.data.content import Content, opened, read_content
from audit.data.held_out import HeldOut, resolve, seen_in_training
from audit.data.mentions import lexicon_for
from audit.data.options import DataOptions, check
from audit.data.roles import Roles
from audit.data.sentences import plural, quoted
from audit.data.table import Table
from probes.faults import Faults
from probes.types import Grouping, IntArray, Predictions, Samples
from reports.record import DataInfo


@dataclass(frozen=True, eq=False)
class AuditData:
    """What is audited on.

    Attributes:
        samples: the rows.
        classes: the names of the classes: those of the model, or those that the data name; () without labels.
        predictions: the answers of the model when they were given in a file, else None.
        info: what the record says of the data.
        labelled_fingerprint: sha256 of texts and labels alone, by which an audit knows training data.
    """

    samples: Samples
    classes: tuple[str, ...]
    predictions: Predictions | None
    info: DataInfo
    labelled_fingerprint: str


def load(
    options: DataOptions,
    *,
    classes: tuple[str, ...] | None,
    positive: str | None,
    training: Mapping[str, Any] | None,
    folder: Path | None = None,
) -> AuditData:
    """Read what `options` name.

    Args:
        options: where the rows are and what their columns mean. When they name neither data nor predictions,
            the held-out rows of the training record are read.
        classes: the names of the model's classes; None when the data shall tell.
        positive: the class that counts as the positive outcome, to be checked against the classes.
        training: the content of training.json beside the model, or None.
        folder: the model folder, to see which audited texts training has seen.

    Raises:
        AuditError: with all faults of options, file and rows, each a sentence with file, line or row, value
            and what to do.
    """
    check(options)
    chosen, held_out = resolve(options, training)
    faults = Faults()
    table, roles = _opened(chosen, held_out, faults)
    content = read_content(table, roles, chosen, faults)
    classified = faults.attempt(classify, table, content.answers, classes, positive)
    grouped = faults.attempt(_grouped, table, content)
    faults.check()
    assert classified is not None  # noqa: S101 - without faults both are there
    assert grouped is not None  # noqa: S101 - without faults both are there
    groupings, notes = grouped
    notes = [*classified.notes, *_notes(table, content, classified), *notes]
    notes += seen_in_training(table, content.texts or (), folder)
    return _audit_data(_source(options, chosen, held_out), content, classified, groupings, notes)


def _opened(options: DataOptions, held_out: HeldOut | None, faults: Faults) -> tuple[Table, Roles]:
    """The table; when it cannot be had, what is wrong with the lexicons is told with it."""
    found = faults.attempt(opened, options, held_out)
    if found is None:
        for name in options.group_from_text:
            faults.attempt(lexicon_for, name, options.lexicon)
        faults.check()
    assert found is not None  # noqa: S101 - a table without faults is a table
    return found


def _grouped(table: Table, content: Content) -> tuple[Mapping[str, Grouping], list[str]]:
    faults = Faults()
    found = [faults.attempt(groups.grouping, table.source, name, column) for name, column in content.groups]
    faults.check()
    return groups.by_feature(table.source, [grouping for grouping in found if grouping is not None])


def _notes(table: Table, content: Content, classified: Classified) -> list[str]:
    """What a reader should know of labels, groups and names of rows."""
    noted = [(answers.column, answers.found, "classes") for answers in content.answers]
    noted += [(name, column, "groups") for name, column in content.groups]
    notes = [
        note for name, column, kind in noted for note in alike.warnings(table.source, name, column, kind)
    ]
    labels = classified.codes.get("label")
    if labels is not None and len(present := np.unique(labels)) == 1:
        only = quoted(classified.classes[present[0]])
        notes.append(
            f"{table.source}: every row has the label {only}; rates of the other classes are undefined"
        )
    return notes + _repeated(table, content)


def _repeated(table: Table, content: Content) -> list[str]:
    if not content.named:
        return []
    names, first, times = np.unique(content.ids.astype(str), return_index=True, return_counts=True)
    twice = np.flatnonzero(times > 1)
    if not len(twice):
        return []
    return [
        f"{table.source}: {plural(len(twice), 'identifier')} stand{'s' if len(twice) == 1 else ''} on "
        f"several rows, such as {quoted(names[twice[0]])}, first on {table.place(first[twice[:1]])}; check "
        "that no row is counted twice"
    ]


def _audit_data(
    source: str,
    content: Content,
    classified: Classified,
    groupings: Mapping[str, Grouping],
    notes: list[str],
) -> AuditData:
    labels = classified.codes.get("label")
    predictions = _predictions(classified.codes.get("prediction"), content)
    samples = Samples(content.texts, labels, groupings, content.ids, content.fingerprint)
    info = DataInfo(
        source=source,
        fingerprint=samples.fingerprint,
        inputs_fingerprint=content.inputs_fingerprint,
        rows=len(samples),
        invalid_rows=0 if predictions is None else int(np.count_nonzero(~predictions.valid)),
        labels={} if labels is None else _counts(labels, classified.classes),
        groups={feature: groups.counts(grouping) for feature, grouping in groupings.items()},
        warnings=tuple(notes),
    )
    return AuditData(samples, classified.classes, predictions, info, content.labelled_fingerprint)


def _predictions(codes: IntArray | None, content: Content) -> Predictions | None:
    """The given answers; a row is invalid without a prediction, or with a score missing or not finite."""
    if codes is None:
        return None
    if content.scores is None:
        return Predictions(codes)
    return Predictions(np.where(np.isfinite(content.scores), codes, -1), scores=content.scores)


def _counts(labels: IntArray, classes: tuple[str, ...]) -> dict[str, int]:
    return dict(zip(classes, np.bincount(labels, minlength=len(classes)).tolist(), strict=True))


def _source(options: DataOptions, chosen: DataOptions, held_out: HeldOut | None) -> str:
    named = options.predictions or options.data
    if held_out is not None:
        return (
            f"{named or held_out.data.source} (rows of the training record's split {quoted(held_out.split)})"
        )
    return f"{named} (split {quoted(chosen.split)})" if chosen.split else str(named)
