"""Does the loop stop when it should, and keep the best weights?"""

import numpy as np
import pytest
import torch
from accelerate import Accelerator

from probes.errors import AuditError
from training import loop
from training.batches import Batch, ordered, shuffled
from training.methods import Session
from training.optimiser import optimiser, schedule, warmup_steps
from training.plan import Plan
from training.record import Scores


class Counter(torch.nn.Module):
    """One weight, which a step of SGD with gradient -1 and learning rate 1 raises by one."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))


def _run(losses, *, epochs=None, patience=99, loss=0.0):
    module = Counter()
    made = torch.optim.SGD(module.parameters(), lr=1.0)
    flat = torch.optim.lr_scheduler.LambdaLR(made, lambda step: 1.0)
    session = Session(Accelerator(cpu=True), module, made, flat)

    def gradients(session, batch):
        session.module.weight.grad = torch.tensor(-1.0)
        return torch.tensor(loss)

    scores = iter(
        [x if x is None or isinstance(x, Scores) else Scores(rows=1, loss=x, accuracy=0.5) for x in losses]
    )
    rows = Batch(np.array([0]), {}, torch.tensor([0]))
    course = loop.run(
        session, lambda epoch: [rows], gradients, lambda: next(scores),
        epochs=epochs or len(losses), patience=patience, max_grad_norm=9.0, advance=lambda done: None,
    )  # fmt: skip
    return course, module.weight.item()


@pytest.mark.parametrize(
    ("losses", "patience", "run", "best"),
    [
        ([3.0, 2.0, 1.0], 1, 3, 3),
        ([1.0, 2.0, 3.0, 4.0], 2, 3, 1),
        ([2.0, 1.0, 1.5, 0.5], 2, 4, 4),
        ([2.0, 1.0, 1.5, 1.0, 0.5], 2, 4, 2),
        ([1.0, 1.0], 5, 2, 1),
        ([None, None, None], 1, 3, 3),
    ],
)
def test_training_stops_after_patience_and_the_best_weights_come_back(losses, patience, run, best):
    """Each epoch is one step that adds 1 to the weight, so the weight says which epoch it comes from."""
    course, weight = _run(losses, patience=patience)
    assert (len(course.epochs), course.best, weight) == (run, best, float(best))


def test_what_a_mitigation_makes_small_chooses_the_epoch_not_the_loss():
    """The loss is lowest in epoch 3, the criterion in epoch 2."""
    scores = [
        Scores(rows=1, loss=loss, accuracy=0.5, criterion=value) for loss, value in ((3, 2), (2, 1), (1, 3))
    ]
    assert _run(scores)[0].best == 2


def test_a_loss_that_is_no_number_ends_training():
    with pytest.raises(AuditError, match="diverged"):
        _run([1.0], loss=float("nan"))


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
@pytest.mark.parametrize("batches", [ordered, shuffled])
def test_every_row_is_in_exactly_one_batch(batches, size):
    rng = np.random.default_rng(0)
    rows, lengths = np.arange(100, 600), rng.integers(1, 50, size=600)
    made = batches(rows, lengths, size=size, **({"rng": rng} if batches is shuffled else {}))
    assert sorted(np.concatenate(made)) == rows.tolist()
    assert max(map(len, made)) <= size


def test_batches_of_like_length_need_less_padding():
    """Lengths are uniform on 1 to 100: random batches of 16 would pad them to about 94, or 86 % more."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 101, size=4000)
    padded = sum(
        lengths[batch].max() * len(batch) for batch in shuffled(np.arange(4000), lengths, size=16, rng=rng)
    )
    assert padded < 1.05 * lengths.sum()


def test_the_learning_rate_rises_and_falls_linearly():
    """Ten steps, two of warm-up: 1/3, 2/3, then 8/8 falling by 1/8 to 1/8 at the last step."""
    weight = torch.nn.Parameter(torch.zeros(1))
    made = torch.optim.SGD([weight], lr=1.0)
    planned = schedule(made, Plan(warmup_steps=0.2), steps=10)
    rates = []
    for _ in range(10):
        rates.append(planned.get_last_lr()[0])
        made.step()
        planned.step()
    assert rates == pytest.approx([1 / 3, 2 / 3, *(k / 8 for k in range(8, 0, -1))])
    assert planned.get_last_lr() == [0.0]


@pytest.mark.parametrize(
    ("given", "steps", "expected"), [(0.1, 50, 5), (0, 50, 0), (7, 50, 7), (70, 50, 50), (1, 50, 1)]
)
def test_warmup_is_a_share_below_one_and_a_number_from_one(given, steps, expected):
    assert warmup_steps(Plan(warmup_steps=given), steps) == expected


def test_only_matrices_decay_and_frozen_weights_are_left_out():
    module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.LayerNorm(2), torch.nn.Linear(2, 2))
    module[2].weight.requires_grad = False
    groups = optimiser(module, Plan(weight_decay=0.3)).param_groups
    shapes = {group["weight_decay"]: [tuple(w.shape) for w in group["params"]] for group in groups}
    assert shapes == {0.3: [(2, 3)], 0.0: [(2,), (2,), (2,), (2,)]}
