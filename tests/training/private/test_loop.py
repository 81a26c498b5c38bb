"""Are steps drawn, counted and kept as the ledger says?"""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from probes.errors import AuditError
from training.private import ledger as books
from training.private import loop, randomness
from training.private.clipping import attached
from training.private.settings import Mechanism

Train = Callable[..., list[loop.Step]]


@pytest.fixture
def train(bag: Any, sgd: Any, rows: Any, tried: ModuleType) -> Train:
    """Take all steps of a mechanism with the small model."""

    def run(
        mechanism: Mechanism,
        *,
        ledger: Any = None,
        module: Any = bag,
        optimizer: Any = sgd,
        clipping: Any = "ghost",
    ) -> list[loop.Step]:
        import torch

        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: 1.0)
        with attached(
            module,
            optimizer,
            clipping=clipping,
            max_grad_norm=mechanism.max_grad_norm,
            noise_multiplier=mechanism.noise_multiplier,
            batch_size=mechanism.batch_size,
        ) as engine:
            return list(
                loop.steps(
                    engine,
                    rows.collate,
                    tried.row_loss,
                    mechanism=mechanism,
                    ledger=ledger or books.opened(mechanism),
                    schedule=schedule,
                )
            )

    return run


def test_a_step_is_counted_once_however_many_batches_it_has(train: Train, mechanism: Mechanism) -> None:
    taken = train(mechanism)
    assert [step.ledger.steps for step in taken] == [1, 2, 3]
    assert [s.steps for s in taken[-1].ledger.segments] == [3]
    assert all(step.loss > 0 for step in taken if step.rows)


def test_steps_without_rows_are_counted(
    train: Train, mechanism: Mechanism, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(randomness, "poisson", lambda *_: np.array([], dtype=np.int64))
    taken = train(replace(mechanism, rows=64, batch_size=1, steps=5))
    assert [step.rows for step in taken] == [0] * 5
    assert taken[-1].ledger.steps == 5
    assert all(np.isnan(step.loss) for step in taken)


def test_a_resumed_run_takes_the_steps_that_are_left(train: Train, mechanism: Mechanism) -> None:
    spent = books.resumed(books.charged(books.opened(mechanism), mechanism, steps=2), mechanism)
    (last,) = train(mechanism, ledger=spent)
    assert (last.ledger.steps, last.ledger.resumed) == (3, 1)
    assert train(mechanism, ledger=last.ledger) == []


def test_two_runs_of_one_plan_differ(train: Train, bag: Any, mechanism: Mechanism) -> None:
    import torch

    start, ends = {k: v.clone() for k, v in bag.state_dict().items()}, []
    for _ in range(2):
        bag.load_state_dict(start)
        torch.manual_seed(0)
        train(mechanism)
        ends.append(bag.embedding.weight.detach().clone())
    assert bool((ends[0] != ends[1]).all())


def test_it_learns(bag: Any, rows: Any, tried: ModuleType, train: Train) -> None:
    """With much noise budget and 64 rows the loss falls from ln 2; the second token tells the label."""
    import torch

    bag.dropout.p = 0.0
    optimizer = torch.optim.AdamW(bag.parameters(), lr=0.03)
    mechanism = Mechanism(64, batch_size=32, max_grad_norm=1.0, noise_multiplier=0.3, delta=1e-3, steps=60)
    taken = train(mechanism, optimizer=optimizer)
    assert np.mean([step.loss for step in taken[-10:]]) < 0.75 * np.mean([step.loss for step in taken[:10]])


# Planted bugs.


def _shuffling(rows: int, rate: float, rng: np.random.Generator) -> Any:
    return rng.permutation(rows)[: round(rows * rate)]


def _too_many(rows: int, rate: float, rng: np.random.Generator) -> Any:
    return np.flatnonzero(rng.random(rows) < 1.5 * rate)


@pytest.mark.parametrize(
    ("draw", "reason"), [(_shuffling, "hardly varied"), (_too_many, "sample rate was not")]
)
def test_rows_drawn_in_another_way(
    train: Train, mechanism: Mechanism, monkeypatch: pytest.MonkeyPatch, draw: Any, reason: str
) -> None:
    monkeypatch.setattr(randomness, "poisson", draw)
    with pytest.raises(AuditError, match=reason):
        train(replace(mechanism, steps=loop.MANY))


def test_draws_of_poisson_sampling_pass() -> None:
    """A false alarm has a probability of some 1e-9: none in 200 runs, at small and large rates."""
    rng = randomness.rows_generator()
    for rows, batch, count in ((64, 16, 60), (1000, 3, 60), (10, 10, 60), (50, 1, 200), (5, 2, 3)):
        mechanism = Mechanism(
            rows, batch_size=batch, max_grad_norm=1, noise_multiplier=1, delta=1e-3, steps=count
        )
        for _ in range(40):
            loop.check_draws(rng.binomial(rows, batch / rows, count).tolist(), mechanism)


def test_steps_counted_after_accumulation(
    train: Train, mechanism: Mechanism, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, calls = loop.charged, iter(range(9))
    monkeypatch.setattr(loop, "charged", lambda book, m: right(book, m) if next(calls) % 2 else book)
    with pytest.raises(AuditError, match="the ledger counts 0 steps"):
        train(mechanism)


@pytest.mark.parametrize("clipping", ["hooks", "ghost"])
def test_a_frozen_adapter(train: Train, bag: Any, mechanism: Mechanism, clipping: Any) -> None:
    """The optimiser works on the embedding alone, though the head is trainable too."""
    import torch

    optimizer = torch.optim.SGD(bag.embedding.parameters(), lr=0.1)
    with pytest.raises(AuditError, match=r"did not move head\.weight, head\.bias"):
        train(mechanism, optimizer=optimizer, clipping=clipping)
