"""How is a model held still while it is examined? Without dropout, and away from zero gradients."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SHAKE = 0.02
"""Standard deviation of what is added to trainable tensors: as large as the weights of a new layer."""


@contextmanager
def without_dropout(module: Any) -> Iterator[None]:
    """Switch off what training mode changes, and leave on those parts that hold trainable tensors.

    Opacus watches only parts in training mode. Linear layers, embeddings and norms compute the same in both
    modes; dropout, which does not, holds no tensors.
    """
    modes = [(part, part.training) for part in module.modules()]
    for part, _ in modes:
        part.training = any(weights.requires_grad for weights in part.parameters(recurse=False))
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


@contextmanager
def shaken(module: Any) -> Iterator[None]:
    """Move every trainable tensor a little, and put it back afterwards.

    A new LoRA adapter starts with a factor of zeros, so that the gradient of the other factor is zero
    whatever a layer computes, and comparing it would compare nothing.
    """
    import torch

    rng = torch.Generator().manual_seed(0)
    trainable = [weights for weights in module.parameters() if weights.requires_grad]
    kept = [weights.detach().clone() for weights in trainable]
    with torch.no_grad():
        for weights in trainable:
            weights.add_(SHAKE * torch.randn(weights.shape, generator=rng).to(weights))
    try:
        yield
    finally:
        with torch.no_grad():
            for weights, old in zip(trainable, kept, strict=True):
                weights.copy_(old)
        module.zero_grad(set_to_none=True)
