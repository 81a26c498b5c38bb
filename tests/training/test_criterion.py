"""Does the best epoch have the lowest of what the mitigation makes small?"""

import numpy as np
import pytest

from probes.types import Grouping
from training.composition import _adjustments, _criterion, unshown
from training.mitigations.cells import cells, losses_by_cell
from training.plan import Plan
from training.stepping import Material

CLASSES = ("no", "yes")
GROUPS = np.array([0, 0, 0, 1, 0, 1, 0, 0, 1, -1])
LABELS = np.array([0, 0, 1, 1, 0, 0, 0, 1, 1, 0])
TRAINED = np.arange(6)
"""Rows trained on: cells a-no 3, a-yes 1, b-yes 1, b-no 1. Validated on: one of a-no, a-yes, b-yes, none."""
VALIDATED = np.arange(6, 10)
LOSSES = np.array([0.2, 0.4, 0.6, 1.0])


@pytest.fixture
def found():
    return cells(Grouping("sort", ("a", "b"), GROUPS), LABELS, CLASSES)


@pytest.fixture
def material():
    return Material([f"text {i}" for i in range(10)], LABELS, TRAINED)


@pytest.mark.parametrize(
    ("mitigation", "expected"),
    [
        # P(a) = 4/6, P(no) = 4/6: weights a-no 8/9, a-yes 4/3, b-yes 2/3; 1 for the row of no group.
        ("reweighting", (8 / 9 * 0.2 + 4 / 3 * 0.4 + 2 / 3 * 0.6 + 1.0) / 4),
        ("balanced", (0.2 + 0.4 + 0.6 + 1.0) / 4),
        ("group_dro", 1.0),
    ],
)
def test_the_criterion_of_each_mitigation(mitigation, expected, found, material):
    criterion = _criterion(Plan(mitigation=mitigation), found, material)
    assert criterion.value(LOSSES, VALIDATED) == pytest.approx(expected)
    assert criterion.name != "validation loss"


def test_without_mitigation_it_is_the_loss(found, material):
    assert _criterion(Plan(), found, material).value is None


@pytest.mark.parametrize(
    ("codes", "losses", "expected"),
    [
        ([0, 2, 2], [1.0, 2.0, 4.0], [1.0, 3.0]),
        ([-1, 0], [5.0, 1.0], [5.0, 1.0]),
        ([0, 0], [1.0, 3.0], [2.0]),
    ],
)
def test_cells_without_rows_have_no_loss(codes, losses, expected):
    assert losses_by_cell(np.array(codes), np.array(losses)).tolist() == expected


@pytest.mark.parametrize(("least", "expected"), [(1, [9.0, 2.0]), (2, [2.0]), (3, [2.0])])
def test_cells_of_few_rows_are_left_out_unless_all_are_small(least, expected):
    """One row with a loss of 9, two with a mean of 2."""
    assert losses_by_cell(np.array([0, 1, 1]), np.array([9.0, 1.0, 3.0]), least=least).tolist() == expected


def test_small_cells_are_adjusted_by_their_training_rows(found, material):
    """Strength 2: 2/sqrt(3) for the three rows of a-no, 2 for one row, as for the unknown one."""
    adjusted = _adjustments(found, material, 2.0)
    assert adjusted == pytest.approx([2 / np.sqrt(3), 2, 2, 2, 2])


@pytest.mark.parametrize(
    ("settings", "rows", "fault"),
    [
        ({"attacker": "none"}, 100, ""),
        ({"num_train_epochs": 1}, 100, "num_train_epochs to two"),
        ({"num_train_epochs": 2}, 100, ""),
        ({"max_steps": 4}, 100, "max_steps = 4 ends within epoch 1, which has 4 steps"),
        ({"max_steps": 5}, 100, ""),
        ({"max_steps": 2, "gradient_accumulation_steps": 2}, 100, "which has 2 steps"),
        ({"max_steps": 1}, None, ""),
    ],
)
def test_an_attacker_whose_texts_nobody_would_see_is_refused(settings, rows, fault):
    told = unshown(Plan(**{"attacker": "typos", **settings}), rows)
    assert (fault in told) if fault else not told
