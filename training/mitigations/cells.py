"""Which cell, a group together with a class, is each row in?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from probes.errors import AuditError
from probes.types import FloatArray, Grouping, IntArray


@dataclass(frozen=True, eq=False)
class Cells:
    """The rows by group and class.

    Attributes:
        codes: (N,) the cell of each row: group x C + class; -1 where the group is not known.
        names: the cells, such as `gender = women, positive`.
        classes: C, the number of classes.
    """

    codes: IntArray
    names: tuple[str, ...]
    classes: int

    def counts(self, rows: IntArray) -> IntArray:
        """(G, C) how many of `rows` are in each cell."""
        known = self.codes[rows]
        counted = np.bincount(known[known >= 0], minlength=len(self.names))
        return np.asarray(counted.reshape(-1, self.classes))


def cells(grouping: Grouping, labels: IntArray, classes: Sequence[str]) -> Cells:
    """Every group with every class; rows of unknown group are in none."""
    codes = np.where(grouping.codes >= 0, grouping.codes * len(classes) + labels, -1)
    names = [f"{grouping.feature} = {group}, {label}" for group in grouping.names for label in classes]
    return Cells(np.asarray(codes, dtype=np.int64), tuple(names), len(classes))


def require_all(found: Cells, rows: IntArray, purpose: str) -> None:
    """Refuse rows that leave a cell empty.

    Raises:
        AuditError: with the cells that have no row.
    """
    empty = [name for name, n in zip(found.names, found.counts(rows).ravel(), strict=True) if not n]
    if empty:
        raise AuditError(
            f"{purpose} needs rows of every group with every class to train on; there is none with "
            f"{'; '.join(empty)}; join small groups into one, or give more rows"
        )


def losses_by_cell(codes: IntArray, losses: FloatArray, *, least: int = 1) -> FloatArray:
    """(G,) the mean loss of each cell that has a row; rows of unknown cell are one cell more.

    Args:
        codes: (V,) the cell of each row, -1 where it is not known.
        losses: (V,) the loss of each row.
        least: cells with fewer rows are left out, unless all have fewer.
    """
    _, places = np.unique(codes, return_inverse=True)
    rows = np.bincount(places)
    means = np.bincount(places, weights=losses) / rows
    return np.asarray(means[rows >= min(least, rows.max())])
