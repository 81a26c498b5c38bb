"""Which texts are asked together?"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from probes.types import IntArray

# Matrix products are 6 % faster on CPUs with AMX when the number of rows is a multiple of this.
ALIGNED = 32
# Embeddings are padded before they are packed: so many times the budget at most.
WIDEST = 2

Layout = Literal["padded", "alike", "packed"]
"""How rows share a batch: filled up to the longest of them, only those of one length, or end to end."""


def longest_first(lengths: Sequence[int]) -> list[int]:
    """Rows by falling length: little padding, and a lack of memory shows at the start."""
    return [int(row) for row in np.argsort(-np.asarray(lengths, dtype=np.int64), kind="stable")]


def first_batch(
    rows: Sequence[int], lengths: Sequence[int], *, budget: int, layout: Layout = "padded"
) -> Sequence[int]:
    """The head of `rows` that fits `budget` tokens; at least one row.

    Args:
        rows: rows by falling length.
        lengths: tokens of each row.
        budget: most tokens of a batch; of padded rows the padding counts too.
        layout: how rows share a batch.
    """
    longest = max(1, lengths[rows[0]])
    if layout == "packed":
        ends = np.cumsum([lengths[row] for row in rows[: max(1, WIDEST * budget // longest)]])
        return rows[: max(1, int(np.searchsorted(ends, budget, side="right")))]
    most = max(1, budget // longest)
    if most >= 2 * ALIGNED:
        most -= most % ALIGNED
    head = rows[:most]
    return head if layout == "padded" else [row for row in head if lengths[row] == lengths[rows[0]]]


def padded(rows: Sequence[Sequence[int]], *, value: int, left: bool) -> IntArray:
    """Rows of different lengths as one array (rows, longest), filled up with `value`."""
    longest = max(len(row) for row in rows)
    table = np.full((len(rows), longest), value, dtype=np.int64)
    for line, row in zip(table, rows, strict=True):
        line[longest - len(row) if left else 0 : longest if left else len(row)] = row
    return table
