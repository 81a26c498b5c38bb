"""A session without a loop, and a linear model whose gradients are known on paper."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from training.batches import Batch
from training.device import accelerator
from training.methods import Session


class Linear(torch.nn.Module):
    """The logits are the sum of the embeddings of real tokens, times W."""

    def __init__(self, embeddings: Any, weights: Any) -> None:
        super().__init__()
        self.embeddings = torch.nn.Embedding.from_pretrained(torch.tensor(embeddings), freeze=False)
        self.weights = torch.nn.Parameter(torch.tensor(weights))

    def get_input_embeddings(self) -> torch.nn.Embedding:
        return self.embeddings

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:
        found = self.embeddings(input_ids) * attention_mask[:, :, None]
        return SimpleNamespace(logits=found.sum(dim=1) @ self.weights)


@pytest.fixture
def linear() -> Linear:
    return Linear([[0.0, 0.0], [3.0, 4.0], [1.0, 0.0]], [[1.0, -1.0], [0.0, 0.0]])


@pytest.fixture
def batch() -> Batch:
    """Two texts, the second with one token of padding."""
    inputs = {"input_ids": torch.tensor([[1, 2], [2, 0]]), "attention_mask": torch.tensor([[1, 1], [1, 0]])}
    return Batch(np.array([0, 1]), inputs, torch.tensor([0, 1]))


@pytest.fixture
def session() -> Iterator[Callable[..., Session]]:
    """`session(module)` with SGD at rate 0, so that the gradients stay to be looked at."""
    with accelerator(torch.device("cpu"), "fp32") as made:
        yield lambda module: Session(made, module, torch.optim.SGD(module.parameters(), lr=0.0), None)


@pytest.fixture
def bert(tiny_model: Path) -> Any:
    from transformers import AutoModelForSequenceClassification

    return AutoModelForSequenceClassification.from_pretrained(tiny_model, local_files_only=True).eval()


@pytest.fixture
def tokens() -> Batch:
    inputs = {
        "input_ids": torch.tensor([[2, 9, 11, 30, 3], [2, 40, 3, 0, 0]]),
        "attention_mask": torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]),
    }
    return Batch(np.array([0, 1]), inputs, torch.tensor([0, 1]))
