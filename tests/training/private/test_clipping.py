"""Is each row's gradient clipped, and noise added once a step, with ghost clipping and with hooks?"""

import math
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from probes.errors import AuditError
from training.private import randomness
from training.private.clipping import CLIPPINGS, accumulate, attached, clipped_sum, release
from training.private.gradients import rehearsal

ROWS = np.arange(12)


@pytest.fixture(params=CLIPPINGS)
def clipping(request: pytest.FixtureRequest) -> Any:
    return request.param


def _flat(tensors: Any) -> Any:
    import torch

    return torch.cat([t.detach().flatten() for t in tensors])


def _by_hand(module: Any, rows: Any, loss: Any, bound: float) -> Any:
    """The clipped sum from batches of one and plain autograd."""
    import torch

    total = torch.zeros(sum(w.numel() for w in module.parameters()))
    for row in ROWS:
        batch = rows.together(np.array([row]))
        value = loss(module(**batch.inputs).logits, batch).sum()
        gradient = _flat(torch.autograd.grad(value, list(module.parameters())))
        total += gradient * min(1.0, bound / float(gradient.norm()))
    return total


@pytest.mark.parametrize("bound", [0.1, 100.0])
def test_sum_is_that_of_gradients_clipped_one_by_one(
    bag: Any, rows: Any, tried: ModuleType, clipping: Any, bound: float
) -> None:
    bag.dropout.p = 0.0
    expected = _by_hand(bag, rows, tried.row_loss, bound)
    with rehearsal(bag, clipping=clipping, max_grad_norm=bound) as engine:
        once = _flat(clipped_sum(engine, [rows.together(ROWS)], tried.row_loss))
        often = _flat(clipped_sum(engine, rows.collate(ROWS), tried.row_loss))
    assert float((once - expected).norm()) < 1e-4 * float(expected.norm())
    assert float((often - expected).norm()) < 1e-4 * float(expected.norm())


def test_removing_any_of_32_rows_moves_the_sum_by_at_most_the_bound(
    rows: Any, tried: ModuleType, clipping: Any
) -> None:
    module, many, bound = tried.build("BERT").eval(), np.arange(32), 0.25
    for part in module.modules():
        part.training = any(True for _ in part.parameters(recurse=False))
    with rehearsal(module, clipping=clipping, max_grad_norm=bound) as engine:
        whole = _flat(clipped_sum(engine, [rows.together(many)], tried.row_loss))
        moves = [
            float(
                (
                    whole - _flat(clipped_sum(engine, [rows.together(many[many != row])], tried.row_loss))
                ).norm()
            )
            for row in many
        ]
    assert max(moves) <= bound * 1.001
    assert min(moves) > bound * 0.99, (
        "each row has a norm above the bound here, so that each moves it by the bound"
    )


@pytest.mark.parametrize("batches", [0, 1, 4])
def test_noise_has_the_scale_of_one_draw_whatever_the_batches(
    bag: Any, rows: Any, tried: ModuleType, clipping: Any, batches: int
) -> None:
    """With gradients of zero the released gradient is noise of standard deviation 0.7 x 0.5 / 8."""
    noisy: list[Any] = []
    with rehearsal(bag, clipping=clipping, max_grad_norm=0.5, noise=0.7) as engine:
        engine.optimizer.expected_batch_size = 8
        engine.optimizer.attach_step_hook(lambda dp: noisy.append(_flat([w.grad for w in dp.params])))
        for _ in range(20):
            for _ in range(batches):
                accumulate(
                    engine, rows.together(ROWS), lambda logits, batch: 0.0 * tried.row_loss(logits, batch)
                )
            release(engine)
    draws = np.stack([draw.numpy() for draw in noisy])
    expected = 0.7 * 0.5 / 8
    assert draws.std() == pytest.approx(expected, rel=6 / math.sqrt(2 * draws.size))
    assert abs(draws.mean()) < 6 * expected / math.sqrt(draws.size)
    correlation = np.corrcoef(draws)[np.triu_indices(20, 1)]
    assert np.abs(correlation).max() < 6 / math.sqrt(draws.shape[1])


def test_a_step_without_rows_adds_noise_and_moves(bag: Any, sgd: Any, clipping: Any) -> None:
    before = _flat(bag.parameters())
    with attached(
        bag, sgd, clipping=clipping, max_grad_norm=1.0, noise_multiplier=1.0, batch_size=4
    ) as engine:
        release(engine)
        assert engine.releases == [1]
    assert bool((_flat(bag.parameters()) != before).all())


def test_module_is_left_as_it_was(bag: Any, sgd: Any, rows: Any, tried: ModuleType, clipping: Any) -> None:
    keys, hooks = list(bag.state_dict()), [len(part._forward_hooks) for part in bag.modules()]
    with attached(
        bag, sgd, clipping=clipping, max_grad_norm=1.0, noise_multiplier=1.0, batch_size=4
    ) as engine:
        assert list(bag.state_dict()) == keys
        accumulate(engine, rows.together(ROWS), tried.row_loss)
        release(engine)
    assert [len(part._forward_hooks) for part in bag.modules()] == hooks
    assert not any(vars(weights) for weights in bag.parameters())
    assert not any("activations" in vars(part) for part in bag.modules())


def test_gradients_that_are_not_finite_end_the_run(
    bag: Any, sgd: Any, rows: Any, tried: ModuleType, clipping: Any
) -> None:
    with attached(
        bag, sgd, clipping=clipping, max_grad_norm=1.0, noise_multiplier=1.0, batch_size=4
    ) as engine:
        accumulate(
            engine, rows.together(ROWS), lambda logits, batch: tried.row_loss(logits, batch) * math.nan
        )
        with pytest.raises(AuditError, match="not finite"):
            release(engine)


def test_noise_of_the_same_seed_differs(tried: ModuleType, sgd: Any, bag: Any) -> None:
    """A run that is taken up again from the same state draws other noise."""
    import torch

    start, ends = {k: v.clone() for k, v in bag.state_dict().items()}, []
    for _ in range(2):
        bag.load_state_dict(start)
        torch.manual_seed(0)
        with attached(
            bag, sgd, clipping="ghost", max_grad_norm=1.0, noise_multiplier=1.0, batch_size=4
        ) as engine:
            release(engine)
        ends.append(_flat(bag.parameters()))
    assert bool((ends[0] != ends[1]).all())


def test_the_generator_is_renewed_for_each_step(bag: Any, sgd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    renewed: list[Any] = []
    monkeypatch.setattr(randomness, "renew", renewed.append)
    with attached(
        bag, sgd, clipping="hooks", max_grad_norm=1.0, noise_multiplier=1.0, batch_size=4
    ) as engine:
        release(engine)
        release(engine)
        assert renewed == [engine.optimizer.generator] * 2
