"""Which column of the file plays which part?"""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.data.options import DataOptions
from audit.data.sentences import did_you_mean, listed, quoted
from audit.data.table import Table
from probes.errors import AuditError


@dataclass(frozen=True)
class Roles:
    """The column of each part; None where there is none."""

    text: str | None
    label: str | None
    prediction: str | None
    score: str | None
    id: str | None
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column to look for.

    Attributes:
        name: the name of the column.
        flag: the option that names it.
        named: whether the user named it; else it is the one that is looked for by default.
        needed: whether the audit cannot do without it.
    """

    name: str
    flag: str
    named: bool
    needed: bool


def columns(options: DataOptions) -> tuple[Column, ...]:
    """The columns to read."""
    alone = options.predictions is not None
    found = [
        _one(options.text, "text", default=not alone, needed=True),
        _one(options.label, "label", default=True, needed=False),
        _one(options.prediction, "prediction", default=alone, needed=True),
        _one(options.score, "score", default=False, needed=True),
        _one(options.id, "id", default=False, needed=True),
        *(Column(group, "group", named=True, needed=True) for group in options.group),
    ]
    return tuple(column for column in found if column is not None)


def assigned(options: DataOptions, table: Table, wanted: Sequence[Column]) -> Roles:
    """The part of each column of the table.

    Raises:
        AuditError: with a sentence for each column that is missing.
    """
    faults = [
        _missing(table, column) for column in wanted if column.needed and column.name not in table.header
    ]
    if faults:
        raise AuditError(*faults)
    there = {column.flag: column.name for column in wanted if column.name in table.header}
    return Roles(
        text=there.get("text"),
        label=there.get("label"),
        prediction=there.get("prediction"),
        score=there.get("score"),
        id=there.get("id"),
        groups=options.group,
    )


def _one(given: str | None, flag: str, *, default: bool, needed: bool) -> Column | None:
    if given is not None:
        return Column(given, flag, named=True, needed=True)
    return Column(flag, flag, named=False, needed=needed) if default else None


def _missing(table: Table, column: Column) -> str:
    known = f"its columns are {listed(table.header, most=40)}"
    if not column.named:
        return (
            f"{table.source}: no column {quoted(column.name)}; name the column with --{column.flag}: {known}"
        )
    meant = did_you_mean(column.name, table.header)
    return f"{table.source}: no column {quoted(column.name)} (--{column.flag}); {known}{meant}"
