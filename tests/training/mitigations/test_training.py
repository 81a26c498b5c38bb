"""Do the mitigations in training do what their formulas say, and shrink the gap that the probes measure?"""

import numpy as np
import pytest
import torch

from probes.errors import AuditError
from probes.types import Grouping
from training.batches import Batch
from training.losses import cross_entropy_of_rows, mean, weighted
from training.methods import plain
from training.mitigations.balancing import balanced
from training.mitigations.cells import cells
from training.mitigations.group_dro import GroupDRO, size_adjustments
from training.mitigations.reweighting import reweighting

ROWS = cross_entropy_of_rows()
GAPS = ("demographic_parity_difference", "equalized_odds_difference")


def _cells(codes, labels, groups=2, classes=2):
    names = tuple(f"g{i}" for i in range(groups))
    return cells(
        Grouping("sort", names, np.array(codes)), np.array(labels), [f"c{i}" for i in range(classes)]
    )


def _gap_after(planted, audited, train, scores, gaps, gradients, **options):
    return gaps(audited, (scores(train(planted, gradients, **options), audited) > 0.5).astype(int))


@pytest.mark.parametrize("name", ["reweighting", "balancing", "group_dro"])
def test_each_mitigation_shrinks_the_planted_gap(planted, audited, train, scores, gaps, plain_gaps, name):
    """Without mitigation "a" gets the positive label far more often; with it, the gap is below a third."""
    found = cells(planted.grouping, planted.labels, ("no", "yes"))
    rng = np.random.default_rng(0)
    gradients, options = {
        "reweighting": (plain(weighted(ROWS, reweighting(found, planted.rows))), {}),
        "balancing": (plain(mean(ROWS)), {"rows": lambda _: balanced(found, planted.rows, rng)}),
        "group_dro": (plain(GroupDRO(ROWS, found.codes, step_size=0.05)), {}),
    }[name]
    after = _gap_after(planted, audited, train, scores, gaps, gradients, **options)
    for gap in GAPS:
        assert plain_gaps[gap] > 0.3
        assert after[gap] < 0.3 * plain_gaps[gap], (gap, after[gap], plain_gaps[gap])


def test_weights_of_a_table_worked_out_by_hand():
    """Kamiran and Calders: 10 rows, g0 with 4 of 6 positive, g1 with 1 of 4; P(c1) = 1/2.

    w(g0, c1) = 0.6 x 0.5 / 0.4 = 3/4, w(g0, c0) = 0.3 / 0.2 = 3/2, w(g1, c1) = 0.2 / 0.1 = 2, w(g1, c0) = 0.2
    / 0.3 = 2/3.
    """
    codes, labels = [0] * 6 + [1] * 4, [1, 1, 1, 1, 0, 0, 1, 0, 0, 0]
    weights = reweighting(_cells(codes, labels), np.arange(10))
    np.testing.assert_allclose(weights, [0.75] * 4 + [1.5] * 2 + [2.0] + [2 / 3] * 3)


@pytest.mark.parametrize(("groups", "classes"), [(2, 2), (3, 2), (2, 4)])
def test_in_the_weighted_table_group_and_class_are_independent(groups, classes):
    rng = np.random.default_rng(0)
    codes, labels = rng.integers(-1, groups, 500), rng.integers(0, classes, 500) * rng.integers(0, 2, 500)
    labels[: classes * groups] = np.tile(np.arange(classes), groups)
    codes[: classes * groups] = np.repeat(np.arange(groups), classes)
    weights = reweighting(_cells(codes, labels, groups, classes), np.arange(500))
    table = np.zeros((groups, classes))
    np.add.at(table, (codes[codes >= 0], labels[codes >= 0]), weights[codes >= 0])
    np.testing.assert_allclose(table, table.sum(1, keepdims=True) * table.sum(0) / table.sum(), rtol=1e-9)
    assert weights[codes >= 0].mean() == pytest.approx(1)
    assert (weights[codes < 0] == 1).all()


def test_weights_look_at_training_rows_only():
    found = _cells([0, 0, 1, 1, 0, 0, 0], [0, 1, 0, 1, 1, 1, 1])
    np.testing.assert_allclose(reweighting(found, np.arange(4)), 1)


def test_independent_groups_have_weight_one():
    np.testing.assert_allclose(reweighting(_cells([0, 0, 1, 1], [0, 1, 0, 1]), np.arange(4)), 1)


@pytest.mark.parametrize(
    "use", [reweighting, lambda found, rows: balanced(found, rows, np.random.default_rng(0))]
)
def test_an_empty_cell_is_refused(use):
    with pytest.raises(AuditError, match="sort = g1, c1"):
        use(_cells([0, 0, 1], [0, 1, 0]), np.arange(3))


def test_balanced_rows_show_every_cell_as_often():
    """100 rows with known group in 4 cells of 70, 20, 9, 1; 7 rows of unknown group are shown once each."""
    codes = np.repeat([0, 0, 1, 1, -1], [70, 20, 9, 1, 7])
    labels = np.repeat([0, 1, 0, 1, 0], [70, 20, 9, 1, 7])
    found = _cells(codes, labels)
    rows = balanced(found, np.arange(107), np.random.default_rng(0))
    assert len(rows) == 107
    assert found.counts(rows).tolist() == [[25, 25], [25, 25]]
    times = np.bincount(rows, minlength=107)
    assert set(times[:70]) == {0, 1}
    assert set(times[70:90]) == {1, 2}
    assert set(times[90:99]) == {2, 3}
    assert times[99] == 25
    assert (times[100:] == 1).all()


def test_balanced_rows_are_rows_of_the_training_part():
    found = _cells([0, 0, 1, 1] * 5, [0, 1, 0, 1] * 5)
    part = np.arange(4, 17)
    rows = balanced(found, part, np.random.default_rng(1))
    assert set(rows) <= set(part)
    assert len(rows) == len(part)
    assert np.ptp(found.counts(rows)) == 1


def test_group_dro_weights_follow_the_formula():
    """Two batches with group losses (1, 2) and (3, -) at eta = 0.5: q ~ (e^0.5, e^1), then (e^2, e^1)."""
    dro = GroupDRO(lambda logits, batch: logits[:, 0], np.array([0, 1, 1, 0]), step_size=0.5)
    first = Batch(np.array([0, 1, 2]), {}, torch.zeros(3))
    q = np.exp([0.5, 1.0]) / np.exp([0.5, 1.0]).sum()
    for _ in range(3):  # asked for the same batch again, as adversarial training does
        loss = dro(torch.tensor([[1.0], [1.0], [3.0]]), first)
        assert loss.item() == pytest.approx(q @ [1, 2], rel=1e-6)
    loss = dro(torch.tensor([[3.0]]), Batch(np.array([3]), {}, torch.zeros(1)))
    q = np.exp([2.0, 1.0]) / np.exp([2.0, 1.0]).sum()
    assert loss.item() == pytest.approx(3 * q[0], rel=1e-6)
    np.testing.assert_allclose(dro.state_dict()["weights"], q)


def test_group_dro_goes_on_from_a_checkpoint():
    def fresh():
        return GroupDRO(lambda logits, batch: logits[:, 0], np.array([0, 1]), step_size=0.5)

    steps = [
        (torch.tensor([[float(i)], [1.0]]), Batch(np.array([0, 1]), {}, torch.zeros(2))) for i in range(4)
    ]
    whole, first, second = fresh(), fresh(), fresh()
    expected = [whole(*step).item() for step in steps]
    for step in steps[:2]:
        first(*step)
    second.load_state_dict(first.state_dict())
    assert [second(*step).item() for step in steps[2:]] == expected[2:]


def test_group_dro_of_one_group_is_the_mean():
    logits, batch = torch.randn(5, 2), Batch(np.arange(5), {}, torch.tensor([0, 1, 1, 0, 1]))
    dro = GroupDRO(ROWS, np.zeros(5, dtype=int))
    torch.testing.assert_close(dro(logits, batch), mean(ROWS)(logits, batch))


def test_rows_of_unknown_group_are_a_group_of_their_own():
    dro = GroupDRO(ROWS, np.array([0, -1, 1]))
    assert len(dro.weights) == 3
    assert np.isfinite(dro(torch.randn(1, 2), Batch(np.array([1]), {}, torch.tensor([0]))).item())


def test_size_adjustments():
    """C / sqrt(n): 2 / sqrt(4) = 1, 2 / sqrt(1) = 2; a group that is absent from a batch gets none."""
    codes = np.array([0, 0, 0, 0, 1])
    np.testing.assert_allclose(size_adjustments(codes, 2.0), [1, 2])
    dro = GroupDRO(
        lambda logits, batch: logits[:, 0], codes, adjustments=size_adjustments(codes, 2.0), step_size=1.0
    )
    dro(torch.zeros(1, 1), Batch(np.array([0]), {}, torch.zeros(1)))
    np.testing.assert_allclose(dro.state_dict()["weights"], np.exp([1, 0]) / np.exp([1, 0]).sum())


def test_weights_scale_the_gradient_of_their_rows():
    logits = torch.zeros(2, 2, requires_grad=True)
    weighted(ROWS, np.array([9.0, 0.0, 3.0]))(
        logits, Batch(np.array([2, 1]), {}, torch.tensor([0, 0]))
    ).backward()
    torch.testing.assert_close(logits.grad, torch.tensor([[-0.75, 0.75], [0.0, 0.0]]))
