"""What stands in the columns that the audit needs?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from audit.data.columns import Categories, categories, ids, scores, texts
from audit.data.fingerprint import Column, fingerprint
from audit.data.held_out import HeldOut, select_split
from audit.data.labels import Answers
from audit.data.mentions import feature_name, lexicon_for, mentioned
from audit.data.options import DataOptions
from audit.data.readers import read
from audit.data.roles import Roles, assigned, columns
from audit.data.table import Table
from probes.errors import AuditError
from probes.faults import Faults
from probes.types import FloatArray


@dataclass(frozen=True, eq=False)
class Content:
    """The columns, by their part.

    Attributes:
        texts: (N,) texts, or None.
        answers: the columns of labels and predictions.
        scores: (N,) scores of the positive class, NaN where missing, or None.
        groups: feature and groups, those derived from texts included.
        ids: (N,) names of the rows.
        named: whether a column named the rows.
    """

    texts: list[str] | None
    answers: tuple[Answers, ...]
    scores: FloatArray | None
    groups: tuple[tuple[str, Categories], ...]
    ids: npt.NDArray[Any]
    named: bool

    @property
    def fingerprint(self) -> str:
        """The sha256 of all of it but the names of the rows."""
        return fingerprint(self._by_role())

    @property
    def inputs_fingerprint(self) -> str:
        """The sha256 of what a model is asked and what is true of it, without any model's answers."""
        asked = {k: v for k, v in self._by_role().items() if k not in ("prediction", "score")}
        return fingerprint(asked)

    @property
    def labelled_fingerprint(self) -> str:
        """The sha256 of texts and labels alone, whatever groups they are divided into."""
        return fingerprint({k: v for k, v in self._by_role().items() if k in ("text", "label")})

    def _by_role(self) -> Mapping[str, Column]:
        found: dict[str, Column | None] = {"text": self.texts}
        found |= {answers.noun: answers.found for answers in self.answers}
        found |= {"score": self.scores} | {f"group:{name}": column for name, column in self.groups}
        return {role: column for role, column in found.items() if column is not None}


def opened(options: DataOptions, held_out: HeldOut | None) -> tuple[Table, Roles]:
    """The table with the columns that the options name, and the part of each.

    Raises:
        AuditError: when the source cannot be read, has no rows, or lacks columns.
    """
    wanted = columns(options)
    names = [*(column.name for column in wanted), *(held_out.columns if held_out else ())]
    table = read(options.predictions or options.data or "", dict.fromkeys(names), split=options.split)
    roles = assigned(options, table, wanted)
    if not len(table):
        raise AuditError(f"{table.source}: no rows; name a file with at least one row below its header")
    return (select_split(table, held_out) if held_out else table), roles


def read_content(table: Table, roles: Roles, options: DataOptions, faults: Faults) -> Content:
    """The columns of the table; what is wrong with a column joins the faults, and the column is left out."""
    read_texts = faults.attempt(texts, table, roles.text) if roles.text else None
    return Content(
        texts=read_texts,
        answers=tuple(_answers(table, roles, faults)),
        scores=faults.attempt(scores, table, roles.score) if roles.score else None,
        groups=(*_columns(table, roles, faults), *_mentions(read_texts, options, faults)),
        ids=ids(table, roles.id),
        named=roles.id is not None,
    )


def _answers(table: Table, roles: Roles, faults: Faults) -> Iterator[Answers]:
    for noun, column in (("label", roles.label), ("prediction", roles.prediction)):
        if column is not None:
            found = faults.attempt(categories, table, column)
            if found is not None:
                yield Answers(noun, column, found)


def _columns(table: Table, roles: Roles, faults: Faults) -> Iterator[tuple[str, Categories]]:
    for column in roles.groups:
        found = faults.attempt(categories, table, column)
        if found is not None:
            yield column, found


def _mentions(
    found: list[str] | None, options: DataOptions, faults: Faults
) -> Iterator[tuple[str, Categories]]:
    for name in options.group_from_text:
        lexicon = faults.attempt(lexicon_for, name, options.lexicon)
        if lexicon is not None and found is not None:
            yield feature_name(lexicon), mentioned(found, lexicon)
