"""Which texts are attacked, when not all can be?"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from probes.content import digest
from probes.stats.proportions import wilson
from probes.types import Context, IntArray

MOST = 50_000


@dataclass(frozen=True, eq=False)
class Sample:
    """The rows to attack.

    Attributes:
        rows: (n,) the rows; the first of them stand for all rows, the others for single groups.
        whole: how many stand for all rows.
        groups: feature -> for each group the places in `rows` of those that stand for it.
        wanted: how many were to stand for all rows; more than `whole` where there are not so many.
    """

    rows: IntArray
    whole: int
    groups: Mapping[str, tuple[IntArray, ...]]
    wanted: int


def sampled(ctx: Context, rows: IntArray, wanted: int, *, per_group: int = 0) -> Sample:
    """Some of the rows, and from each group so many more that it has at least `per_group`, if it has them.

    What is drawn for a group counts for that group alone: anything else would give a group of another feature
    more of its rows than their share.
    """
    whole = drawn(ctx, rows, wanted)
    taken, groups = list(whole.tolist()), {}
    place = {row: index for index, row in enumerate(taken)}
    for feature, grouping in ctx.samples.groups.items():
        parts = []
        for code in range(len(grouping.names)):
            own = whole[grouping.codes[whole] == code]
            rest = np.setdiff1d(rows[grouping.codes[rows] == code], own)
            members = [*own.tolist(), *drawn(ctx, rest, max(0, per_group - len(own))).tolist()]
            new = [row for row in members if row not in place]
            place |= {row: len(taken) + index for index, row in enumerate(new)}
            taken += new
            parts.append(np.array([place[row] for row in members], dtype=np.int64))
        groups[feature] = tuple(parts)
    return Sample(np.array(taken, dtype=np.int64), len(whole), groups, wanted)


def drawn(ctx: Context, rows: IntArray, wanted: int) -> IntArray:
    """Some of the rows, with the same shares of labels and groups as all of them.

    Rows of the same label and the same groups are put together, ordered by a hash of seed and text, and of
    the whole line every k-th is taken. So the draw depends on the content of the rows alone, a rate of the
    drawn rows estimates that of all without weights, and a stratum gets its share to within one row.

    Shape: (min(wanted, rows),), in the order of the hashes.

    References:
        W. G. Cochran (1977), Sampling Techniques, section 8.3 (systematic sampling of a stratified list).
    """
    keys = {row: digest(f"{ctx.seed}:{ctx.texts[row]}") for row in rows.tolist()}
    cells = dict(zip(rows.tolist(), _cells(ctx, rows).tolist(), strict=True))
    first: dict[int, bytes] = {}
    for row, cell in cells.items():
        first[cell] = min(keys[row], first.get(cell, keys[row]))
    line = sorted(cells, key=lambda row: (first[cells[row]], cells[row], keys[row]))
    taken = min(wanted, len(line))
    places = ((np.arange(taken) + 0.5) * len(line) / max(taken, 1)).astype(int)
    return np.array(sorted((line[place] for place in places), key=keys.__getitem__), dtype=np.int64)


def needed(width: float, *, confidence: float, accuracy: float) -> int:
    """How many texts give the success rate an interval of at most that half width, whatever the rate is.

    Formula: the smallest n for which Wilson's interval of n // 2 successes is at most `2 width` wide,
    divided by the share of texts that the model gets right, because only these are attacked.
    Range: 1 to 50,000.
    Undefined: never; where the model is never right, the result is 50,000.
    """
    sizes = np.arange(1, MOST + 1)
    low, high = wilson(sizes // 2, sizes, confidence=confidence)
    narrow = np.flatnonzero((high - low) / 2 <= width)
    attacked = int(sizes[narrow[0]]) if len(narrow) else MOST
    return min(MOST, math.ceil(attacked / max(accuracy, attacked / MOST)))


def _cells(ctx: Context, rows: IntArray) -> IntArray:
    """(rows,) number of the label and groups that a row has."""
    columns = [ctx.labels[rows], *(grouping.codes[rows] for grouping in ctx.samples.groups.values())]
    return np.unique(np.stack(columns), axis=1, return_inverse=True)[1].ravel()
