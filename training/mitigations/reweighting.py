"""Reweighting: which weights make group and class independent in the training rows?"""

import numpy as np

from probes.types import FloatArray, IntArray
from training.mitigations.cells import Cells, require_all


def reweighting(cells: Cells, rows: IntArray) -> FloatArray:
    """The weight of each row, with which being in a group says nothing of the class.

    Formula: w(g, c) = P(g) P(c) / P(g, c), the shares taken over `rows` of known group. A weight above 1
        belongs to a
    cell with fewer rows than independence would give it. The weights of the rows of known group have a mean
    of 1; rows of unknown group have the weight 1.

    Args:
        cells: the cell of each of N rows.
        rows: which rows are trained on.

    Returns:
        (N,) the weights, above 0, for `training.losses.weighted`; rows outside `rows` have the weight of
        their cell, so that a validation loss can be taken as the training loss is.

    Raises:
        AuditError: when a group has no row of a class: no weight makes them independent then.

    Reference: Kamiran and Calders (2012), Data preprocessing techniques for classification without
        discrimination, "Reweighing", with more than two groups and classes.
    """
    require_all(cells, rows, "reweighting")
    share = cells.counts(rows) / cells.counts(rows).sum()
    table = share.sum(axis=1, keepdims=True) * share.sum(axis=0, keepdims=True) / share
    weights = np.ones(len(cells.codes))
    known = cells.codes >= 0
    weights[known] = table.ravel()[cells.codes[known]]
    return weights
