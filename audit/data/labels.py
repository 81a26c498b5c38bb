"""Which class of the model does each label, and each prediction, name?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from audit.data.alike import alike
from audit.data.columns import Categories
from audit.data.sentences import did_you_mean, quoted
from audit.data.table import Table
from probes.errors import AuditError
from probes.types import IntArray

NAMELESS = re.compile(r"LABEL_\d+")


@dataclass(frozen=True, eq=False)
class Answers:
    """A column of labels or predictions.

    Attributes:
        noun: `label` or `prediction`, for sentences.
        column: the name of the column.
        found: what is in it.
    """

    noun: str
    column: str
    found: Categories


def matched(table: Table, answers: Answers, classes: Sequence[str]) -> tuple[IntArray, list[str]]:
    """(N,) the class of each row as index into `classes`, -1 for an empty cell, and what to tell the reader.

    Raises:
        AuditError: with a sentence for each value that is no class, naming its rows and the classes.
    """
    index, notes = _reading(table, answers, classes)
    unknown = [value for value in answers.found.values if value not in index]
    if unknown:
        raise AuditError(*_strangers(table, answers, unknown, classes))
    translation = np.array([index[value] for value in answers.found.values] + [-1], dtype=np.int64)
    return translation[answers.found.codes], notes


def refuse_missing(table: Table, answers: Answers) -> None:
    """Refuse rows without a label.

    Raises:
        AuditError: naming the rows.
    """
    if len(answers.found.missing):
        raise AuditError(
            f"{table.where(answers.found.missing)}: no {answers.noun} in column {quoted(answers.column)}; "
            "fill it in or remove the row"
        )


def numbered(classes: Sequence[str]) -> str:
    """`0 = "no", 1 = "yes"`: the classes as the model numbers them."""
    shown = [f"{index} = {quoted(name)}" for index, name in enumerate(classes[:12])]
    return ", ".join(shown) + (f" and {len(classes) - 12:,} more" if len(classes) > 12 else "")


def _reading(table: Table, answers: Answers, classes: Sequence[str]) -> tuple[Mapping[str, int], list[str]]:
    """Value -> index of its class: by name, or if no value is a name by number, with a note that says so."""
    by_name = {name: index for index, name in enumerate(classes)}
    values = answers.found.values
    if not values or set(values) & by_name.keys():
        return by_name, []
    for other in (_by_whole_number(by_name), _by_number(classes), _by_class_label(table, answers, classes)):
        if set(values) <= other.keys():
            read = ", ".join(f"{quoted(value)} as {quoted(classes[other[value]])}" for value in values[:12])
            where = f"{answers.noun}s of column {quoted(answers.column)}"
            return other, [
                f"{table.source}: {where} are not the names of the model's classes and were read: {read}"
            ]
    return by_name, []


def _by_whole_number(by_name: Mapping[str, int]) -> Mapping[str, int]:
    return {f"{name}.0": index for name, index in by_name.items() if re.fullmatch(r"-?\d+", name)}


def _by_number(classes: Sequence[str]) -> Mapping[str, int]:
    numbers = {str(index): index for index in range(len(classes))}
    return numbers | {f"{number}.0": index for number, index in numbers.items()}


def _by_class_label(table: Table, answers: Answers, classes: Sequence[str]) -> Mapping[str, int]:
    """By the class numbers of a dataset, for a model that calls its classes only LABEL_0, LABEL_1."""
    names = table.class_names.get(answers.column, ())
    nameless = all(NAMELESS.fullmatch(name) for name in classes)
    return (
        {name: index for index, name in enumerate(names)} if nameless and len(names) == len(classes) else {}
    )


def _strangers(table: Table, answers: Answers, unknown: Sequence[str], classes: Sequence[str]) -> list[str]:
    if len(unknown) == len(answers.found.values):
        return [
            f"{table.source}: no {answers.noun} of column {quoted(answers.column)} is a class of the "
            f"model: the column has {answers.found.counted()}, the model has {numbered(classes)}; write "
            f"the {answers.noun}s as the model does, or correct id2label in the model's config.json"
        ]
    most = 10
    faults = [
        f"{table.where(answers.found.rows_of(value))}: {answers.noun} {quoted(value)} is not one of the "
        f"classes {numbered(classes)}; fix or remove the row{_meant(value, classes)}"
        for value in unknown[:most]
    ]
    more = (
        [f"{table.source}: {len(unknown) - most:,} more {answers.noun}s are not classes"]
        if len(unknown) > most
        else []
    )
    return faults + more


def _meant(value: str, classes: Sequence[str]) -> str:
    same = next((name for name in classes if alike((value, name))), None)
    return f"; did you mean {quoted(same)}?" if same else did_you_mean(value, classes)
