"""What are the classes, and which of them is each label and each prediction?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.data.columns import Categories, in_order
from audit.data.labels import Answers, matched, refuse_missing
from audit.data.sentences import did_you_mean, listed, quoted
from audit.data.table import Table
from probes.errors import AuditError
from probes.faults import Faults
from probes.types import IntArray

MOST_CLASSES = 1_000
WHOLE = re.compile(r"(-?\d+)\.0+")


@dataclass(frozen=True, eq=False)
class Classified:
    """Labels and predictions as classes.

    Attributes:
        classes: the names of the classes.
        codes: `label` and `prediction`, as far as there are: (N,) index into `classes`, -1 for an empty cell.
        notes: what a reader should know of how they were read.
    """

    classes: tuple[str, ...]
    codes: Mapping[str, IntArray]
    notes: list[str]


def classify(
    table: Table, given: Sequence[Answers], classes: tuple[str, ...] | None, positive: str | None
) -> Classified:
    """The class of each label and prediction.

    Args:
        table: the rows.
        given: the columns of labels and predictions.
        classes: the classes of the model; None when labels and predictions shall tell.
        positive: the name of the positive class, if one was named.

    Raises:
        AuditError: with all faults of labels, predictions and positive class.
    """
    faults = Faults()
    agreed, notes = agree(table, given) if classes is None else (list(given), [])
    names = faults.attempt(lambda: classes or classes_of(table, agreed)) if given or classes else ()
    codes: dict[str, IntArray] = {}
    for answers in agreed:
        if answers.noun == "label":
            faults.attempt(refuse_missing, table, answers)
        if names and (found := faults.attempt(matched, table, answers, names)):
            codes[answers.noun] = found[0]
            notes += found[1]
    if names:
        faults.attempt(check_positive, positive, names)
    faults.check()
    return Classified(names or (), codes, notes)


def classes_of(table: Table, given: Sequence[Answers]) -> tuple[str, ...]:
    """The classes that labels and predictions name, when no model says what they are.

    Raises:
        AuditError: when there are fewer than two or too many, or labels and predictions have none in common.
    """
    sets = [set(answers.found.values) for answers in given]
    names = in_order(list(set().union(*sets)))
    if len(names) > MOST_CLASSES:
        raise AuditError(*(_too_many(table, answers) for answers in given if len(answers.found.values) > 1))
    if len(sets) == 2 and all(sets) and len(names) > 2 and not sets[0] & sets[1]:
        raise AuditError(
            f"{table.source}: the labels {listed(in_order(list(sets[0])))} (column "
            f"{quoted(given[0].column)}) and the predictions {listed(in_order(list(sets[1])))} (column "
            f"{quoted(given[1].column)}) have no value in common; write both the same way"
        )
    if len(names) < 2:
        columns = " and ".join(f"column {quoted(answers.column)}" for answers in given)
        raise AuditError(
            f"{table.source}: {columns} hold{'s' if len(given) == 1 else ''} {listed(names)} and no second "
            "class; a classifier has at least two: check the columns, or name the classes in the "
            "configuration"
        )
    return names


def agree(table: Table, given: Sequence[Answers]) -> tuple[list[Answers], list[str]]:
    """Labels and predictions where `1.0` is read as `1` when that is how the other column writes it.

    A column of whole numbers with an empty cell becomes `1.0` on its way through pandas.
    """
    everything = {value for answers in given for value in answers.found.values}
    changed = [_whole(answers, everything) for answers in given]
    notes = [
        f"{table.source}: {new.noun}s {listed(old.found.values)} of column {quoted(old.column)} were read as "
        f"{listed(new.found.values)}"
        for old, new in zip(given, changed, strict=True)
        if new is not old
    ]
    return changed, notes


def check_positive(positive: str | None, classes: Sequence[str]) -> None:
    """Refuse a positive class that is not a class.

    Raises:
        AuditError: with the classes.
    """
    if positive is not None and positive not in classes:
        raise AuditError(
            f"--positive {positive}: not one of the classes {listed(classes)}"
            f"{did_you_mean(positive, classes) or '; name one of them'}"
        )


def _whole(answers: Answers, everything: set[str]) -> Answers:
    matches = [WHOLE.fullmatch(value) for value in answers.found.values]
    whole = [match[1] for match in matches if match]
    if len(whole) < len(matches) or not whole or not everything & set(whole):
        return answers
    return Answers(answers.noun, answers.column, Categories(tuple(whole), answers.found.codes))


def _too_many(table: Table, answers: Answers) -> str:
    return (
        f"{table.source}: column {quoted(answers.column)} has {len(answers.found.values):,} different "
        f"{answers.noun}s, such as {listed(answers.found.values, most=3)}; check that it is the right "
        f"column (a class is one of at most {MOST_CLASSES:,})"
    )
