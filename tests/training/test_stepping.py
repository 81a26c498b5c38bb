"""Is a step the same however its rows are divided, and does the plan decide how many there are?"""

from dataclasses import replace

import numpy as np
import pytest
import torch
from accelerate import Accelerator

from probes.errors import AuditError
from training import trackers
from training.batches import Batch
from training.methods import STANDARD, Session
from training.optimiser import schedule
from training.plan import Plan
from training.record import TEXTS_FILE, Scores
from training.stepping import Material, Procedure, steps
from training.train import per_epoch, total_steps

ROWS = torch.tensor([[1.0, 0.0], [0.0, 2.0], [3.0, 1.0], [0.5, 0.5], [2.0, 2.0]])


def _stepped(parts, *, accumulation, max_grad_norm=0.0):
    """The weights after steps over the rows in these parts; the loss of a row is its product with them."""
    module = torch.nn.Linear(2, 1, bias=False)
    torch.nn.init.ones_(module.weight)
    made = torch.optim.SGD(module.parameters(), lr=1.0)
    by = Accelerator(cpu=True)
    session = Session(by, *by.prepare(module, made, torch.optim.lr_scheduler.ConstantLR(made, 1.0)))

    def gradients(session, batch):
        value = session.module(ROWS[batch.rows]).mean()
        session.accelerator.backward(value)
        return value.detach()

    batches = [Batch(np.array(part), {}, torch.zeros(len(part))) for part in parts]
    taken = list(steps(session, batches, gradients, max_grad_norm=max_grad_norm, accumulation=accumulation))
    return module.weight.detach()[0], taken


@pytest.mark.parametrize("parts", [[[0, 1, 2, 3, 4]], [[0, 1], [2, 3], [4]], [[0], [1, 2, 3, 4]]])
def test_a_step_is_the_same_however_its_rows_are_divided(parts):
    """The gradient is the mean row, (1.3, 1.1), and the mean loss its sum; unequal batches count by rows."""
    weights, taken = _stepped(parts, accumulation=3)
    torch.testing.assert_close(weights, torch.tensor([1 - 1.3, 1 - 1.1]))
    assert [(rows, round(float(loss), 5)) for rows, loss in taken] == [(5, 2.4)]


def test_the_last_step_takes_what_is_left():
    taken = _stepped([[0, 1], [2], [3, 4]], accumulation=2)[1]
    assert [rows for rows, _ in taken] == [3, 2]


@pytest.mark.parametrize(("norm", "expected"), [(0.0, 5.0), (2.5, 2.5), (10.0, 5.0)])
def test_gradients_are_clipped_unless_the_norm_is_0(norm, expected):
    """Row (3, 1) and row (2, 2) have norms 3.16 and 2.83; both together, halved, (2.5, 1.5): 2.915."""
    weights, _ = _stepped([[2]], accumulation=1, max_grad_norm=norm * np.sqrt(10) / 5)
    assert (weights - 1).norm().item() == pytest.approx(expected * np.sqrt(10) / 5, rel=1e-5)


@pytest.mark.parametrize(
    ("changes", "epoch", "steps_in_all"),
    [
        ({}, 4, 8),
        ({"gradient_accumulation_steps": 3}, 2, 4),
        ({"max_steps": 5}, 4, 5),
        ({"max_steps": 9}, 4, 9),
    ],
)
def test_the_number_of_steps_follows_from_the_plan(changes, epoch, steps_in_all):
    """100 rows in batches of 32 are 4 batches, or 2 steps of up to 3 batches."""
    plan = Plan(**changes)
    assert (per_epoch(plan, 100), total_steps(plan, 100)) == (epoch, steps_in_all)


def test_max_steps_takes_the_place_of_epochs(fit_tiny, make_samples):
    samples = make_samples(100)
    each = -(-fit_tiny(samples, "any", num_train_epochs=1).data.split.sizes["train"] // 16)
    record = fit_tiny(samples, num_train_epochs=1, max_steps=2 * each + 1, early_stopping_patience=9)
    assert (record.steps, len(record.epochs)) == (2 * each + 1, 3)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("cosine", [0.5, 1.0, 0.5 + 0.5 * 0.5**0.5, 0.5, 0.5 - 0.5 * 0.5**0.5]),
        ("constant_with_warmup", [0.5, 1.0, 1.0, 1.0, 1.0]),
        ("constant", [1.0, 1.0, 1.0, 1.0, 1.0]),
        ("linear", [0.5, 1.0, 0.75, 0.5, 0.25]),
    ],
)
def test_schedules(kind, expected):
    """Five steps, one of warm-up: half the peak, the peak, then cos(pi k / 4) or a quarter less each step."""
    made = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    planned = schedule(made, Plan(warmup_steps=1, lr_scheduler_type=kind), steps=5)
    rates = []
    for _ in range(5):
        rates.append(planned.get_last_lr()[0])
        made.step()
        planned.step()
    assert rates == pytest.approx(expected)


def test_a_method_may_add_rows_and_hold_back_their_texts(fit_tiny, make_samples, method_with, tmp_path):
    """Each training row once more: twice the steps of an epoch; the list of texts is not written."""

    def doubled(given):
        n, more = len(given.texts), len(given.rows)
        return Material(
            [*given.texts, *(given.texts[row] for row in given.rows)],
            np.concatenate([given.labels, given.labels[given.rows]]),
            np.concatenate([given.rows, np.arange(n, n + more)]),
        )

    method = method_with(material=doubled, lists_texts=False)
    record = fit_tiny(make_samples(100), num_train_epochs=1, given={"method": method})
    assert record.steps == -(-2 * record.data.split.sizes["train"] // 16)
    assert not (tmp_path / "model" / TEXTS_FILE).exists()


class Heard:
    """An accelerator with a tracker that keeps what it is told."""

    def __init__(self):
        self.trackers, self.log, self.heard = ["here"], self._log, []

    def _log(self, values, step=None):
        self.heard.append((step, values))


def test_trackers_are_told_of_each_step_and_epoch():
    by = Heard()
    optimizer = type("Optimizer", (), {"param_groups": [{"lr": 0.5}]})()
    session = Session(by, None, optimizer, None)
    told = trackers.tracked(Procedure(lambda epoch, done: iter([(2, 0.25)])), session, steps=4)
    assert list(told.steps(1, 0)) == [(2, 0.25)]
    trackers.told(by, Scores(rows=1, loss=0.1, accuracy=1.0))
    assert by.heard == [
        (5, {"train/loss": 0.25, "train/learning_rate": 0.5}),
        (None, {"validation/loss": 0.1, "validation/accuracy": 1.0}),
    ]


@pytest.mark.parametrize("name", ["tensorboard", "wandb"])
def test_a_tracker_that_is_not_installed_is_a_sentence(name, monkeypatch):
    monkeypatch.setattr(trackers, "find_spec", lambda package: None)
    with pytest.raises(AuditError, match=f"pip install {name}"):
        trackers.check(Plan(report_to=name))
    trackers.check(Plan())


def test_saved_weights_have_the_rights_of_any_new_file(fit_tiny, make_samples, tmp_path):
    fit_tiny(make_samples(60), num_train_epochs=1)
    new = tmp_path / "new"
    new.touch()
    modes = {path.stat().st_mode for path in (tmp_path / "model").iterdir()}
    assert modes == {new.stat().st_mode}


def test_the_standard_method_is_a_method_like_any_other():
    assert replace(STANDARD, name="mine").gradients is STANDARD.gradients
