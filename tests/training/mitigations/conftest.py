"""Rows with a planted bias, a small model that learns it, and the fairness probes that measure it."""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from probes.fairness.demographic_parity import demographic_parity
from probes.fairness.equalized_odds import equalized_odds
from probes.types import Context, FloatArray, Grouping, IntArray, Predictions, Samples
from training import loop
from training.batches import Batch
from training.methods import Loss, Session

CLASSES = ("no", "yes")


@dataclass(frozen=True, eq=False)
class Planted:
    """Rows whose label follows a noisy signal and, wrongly, the group.

    Attributes:
        features: (N, 3) the signal, the group, and 1.
        labels: (N,) 1 for yes.
        grouping: half the rows are in "a", where 80 % are yes, half in "b", where 20 % are.
    """

    features: FloatArray
    labels: IntArray
    grouping: Grouping

    @property
    def rows(self) -> IntArray:
        return np.arange(len(self.labels))


def _planted(n: int, seed: int, *, biased: bool) -> Planted:
    rng = np.random.default_rng(seed)
    groups = rng.integers(2, size=n)
    shares = np.where(groups == 0, 0.8, 0.2) if biased else np.full(n, 0.5)
    labels = (rng.random(n) < shares).astype(np.int64)
    signal = (2 * labels - 1) + rng.normal(scale=1.5, size=n)
    features = np.stack([signal, 2.0 * groups - 1, np.ones(n)], axis=1)
    return Planted(features, labels, Grouping("sort", ("a", "b"), groups))


@pytest.fixture(scope="session")
def planted() -> Planted:
    return _planted(4000, 0, biased=True)


@pytest.fixture(scope="session")
def audited() -> Planted:
    """Rows in which the group says nothing of the label, so that a gap is that of the model alone."""
    return _planted(8000, 1, biased=False)


class Logistic(torch.nn.Module):
    """Logistic regression that answers as a classifier of transformers does."""

    def __init__(self, features: int = 3) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(features, 2, bias=False)
        torch.nn.init.zeros_(self.layer.weight)

    def forward(self, x: Any) -> Any:
        return SimpleNamespace(logits=self.layer(x))


def _train(
    data: Planted, gradients: Any, *, epochs: int = 20, rows: Callable[[int], IntArray] | None = None
) -> Logistic:
    """The real loop over batches of 100; `rows(epoch)` says which rows an epoch shows."""
    module = Logistic(data.features.shape[1])
    made = torch.optim.SGD(module.parameters(), lr=0.3)
    flat = torch.optim.lr_scheduler.LambdaLR(made, lambda step: 1.0)
    accelerator = SimpleNamespace(backward=torch.autograd.backward, clip_grad_norm_=lambda *_: None)
    x, y = torch.tensor(data.features, dtype=torch.float32), torch.tensor(data.labels)

    def batches(epoch: int) -> list[Batch]:
        shown = np.random.default_rng(epoch).permutation(rows(epoch) if rows else data.rows)
        parts = np.array_split(shown, max(1, len(shown) // 100))
        return [Batch(part, {"x": x[part]}, y[part]) for part in parts]

    loop.run(
        Session(accelerator, module, made, flat), batches, gradients, lambda: None,
        epochs=epochs, patience=epochs + 1, max_grad_norm=1.0, advance=lambda _: None,
    )  # fmt: skip
    return module


def _scores(module: Logistic, data: Planted) -> FloatArray:
    with torch.no_grad():
        logits = module(torch.tensor(data.features, dtype=torch.float32)).logits
    return logits.softmax(dim=1)[:, 1].double().numpy()


def _gaps(data: Planted, decisions: IntArray) -> dict[str, float]:
    samples = Samples(None, data.labels, {"sort": data.grouping}, data.rows, "f" * 64)
    ctx = Context(samples, CLASSES, positive=1, predictions=Predictions(decisions))
    found = [*demographic_parity(ctx), *equalized_odds(ctx)]
    return {m.metric: m.value for m in found if m.value is not None}


@pytest.fixture(scope="session")
def train() -> Callable[..., Logistic]:
    return _train


@pytest.fixture(scope="session")
def scores() -> Callable[..., FloatArray]:
    return _scores


@pytest.fixture(scope="session")
def gaps() -> Callable[..., dict[str, float]]:
    """`gaps(data, decisions)`: metric -> value, as the fairness probes measure it."""
    return _gaps


@pytest.fixture(scope="session")
def plain_gaps(planted: Planted, audited: Planted, train: Any, scores: Any, gaps: Any) -> dict[str, float]:
    """The gaps without mitigation."""
    from training.methods import cross_entropy, plain

    loss: Loss = cross_entropy(0.0)
    return gaps(audited, (scores(train(planted, plain(loss)), audited) > 0.5).astype(int))
