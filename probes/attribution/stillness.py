"""How does a module stay as it was while its gradients are taken?"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def still(module: Any) -> Iterator[None]:
    """Evaluation mode and frozen parameters, whose gradients nobody wants; both as before afterwards."""
    modes = [(part, part.training) for part in module.modules()]
    wanted = [(weights, weights.requires_grad) for weights in module.parameters()]
    module.eval().requires_grad_(requires_grad=False)
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training
        for weights, required in wanted:
            weights.requires_grad = required
