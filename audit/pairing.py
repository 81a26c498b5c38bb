"""Which audits are compared, and did they see the same rows?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import reports
from audit.data.sentences import quoted
from probes.errors import AuditError
from probes.faults import Faults
from probes.home import told
from probes.types import IntArray
from reports import training
from reports.comparison import Side
from reports.outcomes import Outcomes, beside
from reports.record import AuditRecord

RECORD = "record.json"


@dataclass(frozen=True, eq=False)
class Audit:
    """A finished audit.

    Attributes:
        name: how it is called among those that it is compared with.
        record: its record.
        outcomes: the answers to single rows; None when they were not kept.
    """

    name: str
    record: AuditRecord
    outcomes: Outcomes | None


def opened(paths: Sequence[Path]) -> tuple[Audit, ...]:
    """The audits in these record files, or in these folders with a record.json.

    An audit is called by its folder, or by the whole path when two have folders of the same name.

    Raises:
        AuditError: with the faults of all of them.
    """
    faults = Faults()
    found = [faults.attempt(_opened, located(path)) for path in paths]
    faults.check()
    audits = [audit for audit in found if audit is not None]
    for names in ([a.name for a in audits], [told(str(p)) for p in paths]):
        if len(set(names)) == len(names):
            return tuple(replace(a, name=n) for a, n in zip(audits, names, strict=True))
    raise AuditError(f"{', '.join(map(str, paths))}: the same audit is named twice; name different ones")


def located(path: Path) -> Path:
    """The record that a user names by its file or by the folder of the audit."""
    return path / RECORD if path.is_dir() else path


def side(audit: Audit) -> Side:
    """What a comparison says of an audit."""
    record = audit.record
    return Side(
        name=audit.name,
        model=record.model,
        data=record.data,
        training=training.words(record.training),
        tool_version=record.tool_version,
        exit_code=record.exit_code,
    )


def _opened(file: Path) -> Audit:
    record = reports.read(file)
    name = file.parent.name if file.name == RECORD else file.stem
    return Audit(name or file.name, record, beside(file, record))


def mismatches(first: Audit, second: Audit) -> list[str]:
    """Why the numbers of two audits should not be set against each other, each a sentence."""
    return [*_other_rows(first, second), *_other_meaning(first, second), *_other_probes(first, second)]


def _other_rows(first: Audit, second: Audit) -> list[str]:
    one, other = first.record.data, second.record.data
    if one is None or other is None:
        lacking = first.name if one is None else second.name
        return [] if one is other else [f"{lacking} was audited without data and the other audit with data"]
    if _asked(first) == _asked(second):
        return []
    return [
        f"{first.name} and {second.name} were audited on different data ({one.source}, {one.rows:,} rows; "
        f"{other.source}, {other.rows:,} rows): texts, labels or groups differ, or stand in another order"
    ]


def _asked(audit: Audit) -> str:
    data = audit.record.data
    return (data.inputs_fingerprint or data.fingerprint) if data else ""


def _other_meaning(first: Audit, second: Audit) -> list[str]:
    one, other = first.record, second.record
    faults = []
    if set(one.model.classes) != set(other.model.classes):
        classes = (", ".join(map(quoted, r.model.classes)) for r in (one, other))
        faults.append(f"{first.name} and {second.name} have different classes: {' against '.join(classes)}")
    if one.suite.positive != other.suite.positive:
        faults.append(
            f"{first.name} counts {one.suite.positive!r} as the positive outcome and {second.name} "
            f"{other.suite.positive!r}"
        )
    return faults


def _other_probes(first: Audit, second: Audit) -> list[str]:
    versions = {r.probe: r.version for r in first.record.results}
    return [
        f"the probe {r.probe} has version {versions[r.probe]} in {first.name} and version {r.version} in "
        f"{second.name}: its numbers do not mean the same"
        for r in second.record.results
        if versions.get(r.probe, r.version) != r.version
    ]


def aligned(audits: Sequence[Audit]) -> tuple[Outcomes, ...]:
    """The outcomes of all audits, row beside row, with the classes in the order of the first.

    () when an audit kept none, or when they are not of the same rows.
    """
    kept = [audit.outcomes for audit in audits if audit.outcomes is not None]
    if len(kept) < len(audits) or not kept:
        return ()
    first = kept[0]
    if not all(_same_rows(first, other) for other in kept[1:]):
        return ()
    return (first, *(_reordered(other, first.classes) for other in kept[1:]))


def _same_rows(one: Outcomes, other: Outcomes) -> bool:
    return (
        one.inputs_fingerprint == other.inputs_fingerprint
        and set(one.classes) == set(other.classes)
        and np.array_equal(one.ids, other.ids)
    )


def _reordered(outcomes: Outcomes, classes: tuple[str, ...]) -> Outcomes:
    if outcomes.classes == classes:
        return outcomes
    place = np.array([*(classes.index(name) for name in outcomes.classes), -1])
    columns = [outcomes.classes.index(name) for name in classes]
    return replace(
        outcomes,
        classes=classes,
        labels=None if outcomes.labels is None else _moved(place, outcomes.labels),
        predicted=_moved(place, outcomes.predicted),
        probabilities=None if outcomes.probabilities is None else outcomes.probabilities[:, columns],
        positive=None if outcomes.positive is None else int(place[outcomes.positive]),
    )


def _moved(place: IntArray, codes: IntArray) -> IntArray:
    # -1, no valid answer, takes the last place, which is -1.
    return np.asarray(place[codes])
