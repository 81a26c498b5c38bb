"""What do the tests of private training share?"""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from training.private.settings import Mechanism


def _beside(name: str) -> ModuleType:
    """A module beside this file, found by its path: tests are no package."""
    spec = importlib.util.spec_from_file_location(f"private_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def tried() -> ModuleType:
    """tests/training/private/architectures.py."""
    return _beside("architectures")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny tensors: threads only wait for each other."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def mechanism() -> Mechanism:
    return Mechanism(64, batch_size=16, max_grad_norm=0.5, noise_multiplier=0.8, delta=1e-3, steps=3)


@pytest.fixture
def rows(tried: ModuleType) -> Any:
    """64 rows of tokens."""
    return tried.make_rows(64)


@pytest.fixture
def bag() -> Any:
    """The smallest text classifier: the mean of embeddings, dropout, and a linear head; 500 weights."""
    import torch

    class Bag(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = torch.nn.Embedding(60, 8)
            self.between: Any = torch.nn.Identity()
            self.dropout = torch.nn.Dropout(0.1)
            self.head = torch.nn.Linear(8, 2)

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            weights = attention_mask / attention_mask.sum(dim=1, keepdim=True)
            pooled = (self.embedding(input_ids) * weights.unsqueeze(-1)).sum(dim=1)
            return SimpleNamespace(logits=self.head(self.dropout(self.between(pooled))))

    with torch.random.fork_rng():
        torch.manual_seed(0)
        return Bag()


@pytest.fixture
def sgd(bag: Any) -> Any:
    import torch

    return torch.optim.SGD(bag.parameters(), lr=0.1)
