"""Balanced sampling: which rows does an epoch show so that every cell is shown as often?"""

import numpy as np

from probes.types import IntArray
from training.mitigations.cells import Cells, require_all


def balanced(cells: Cells, rows: IntArray, rng: np.random.Generator) -> IntArray:
    """As many rows as there are, of which every group with every class has the same share.

    The rows of a cell are shown in turn: each as often as any other of its cell, or once more. Rows of
    unknown group are shown once each. The sizes of the cells differ by at most 1.

    Args:
        cells: the cell of each of N rows.
        rows: which rows are trained on.
        rng: which rows of a cell are shown once more, and which cells have a row more.

    Returns:
        (len(rows),) rows, some more than once and some not at all; their order has no meaning.

    Raises:
        AuditError: when a cell has no row.

    Reference: Idrissi et al. (2022), Simple data balancing achieves competitive worst-group-accuracy: "RWG",
        with
    turns in place of independent draws.
    """
    require_all(cells, rows, "balanced sampling")
    codes = cells.codes[rows]
    members = [rows[codes == code] for code in range(len(cells.names))]
    wanted = np.diff(np.linspace(0, (codes >= 0).sum(), len(members) + 1).round().astype(np.int64))
    shown = [_in_turn(m, n, rng) for m, n in zip(members, rng.permutation(wanted), strict=True)]
    return np.concatenate([rows[codes < 0], *shown])


def _in_turn(members: IntArray, wanted: int, rng: np.random.Generator) -> IntArray:
    rounds, rest = divmod(wanted, len(members))
    return np.concatenate([np.tile(members, rounds), rng.permutation(members)[:rest]])
