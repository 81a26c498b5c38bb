"""How large may a perturbation be, and which way is steepest? The balls that perturbations stay in.

A perturbation (B, L, D) is added to the word embeddings of a batch. Each example has a ball of its own, and
the radius is a share of the size of that example's embeddings, so that it means the same for every encoder
and length of text:

- `l2`: the length of the perturbation over all tokens together is at most radius x the length of the
  embeddings over all tokens together: ||delta_i||_2 <= r ||E_i||_2 (the Frobenius norms of the (L, D) arrays,
  padding left out).
- `linf`: each component is at most radius x the root mean square of the components of the embeddings:
  max |delta_i| <= r ||E_i||_2 / sqrt(n_i D), for n_i tokens. The ball of `linf` lies inside that of `l2` with
  the same radius, and touches it in its corners.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Norm:
    """One way of measuring a perturbation.

    Attributes:
        limit: (embeddings (B, L, D), real (B, L, 1)) -> (B, 1, 1) what a radius of 1 is for each example.
        project: (delta, limit (B, 1, 1)) -> the nearest perturbation in the ball.
        steepest: gradient -> the step of size 1 along which the loss rises most; 0 where the gradient is 0 or
            not finite.
    """

    limit: Callable[["Tensor", "Tensor"], "Tensor"]
    project: Callable[["Tensor", "Tensor"], "Tensor"]
    steepest: Callable[["Tensor"], "Tensor"]


def lengths(values: "Tensor") -> "Tensor":
    """(B, 1, 1) the Frobenius norm of each example."""
    from torch import linalg

    found: Tensor = linalg.vector_norm(values, dim=(1, 2), keepdim=True)
    return found


def _whole_length(embeddings: "Tensor", real: "Tensor") -> "Tensor":
    return lengths(embeddings * real)


def _component(embeddings: "Tensor", real: "Tensor") -> "Tensor":
    components = real.sum(dim=1, keepdim=True).clamp(min=1) * embeddings.shape[2]
    return lengths(embeddings * real) / components.sqrt()


def _scaled(delta: "Tensor", limit: "Tensor") -> "Tensor":
    return delta * (limit / lengths(delta).clamp(min=_tiny(delta))).clamp(max=1)


def _clamped(delta: "Tensor", limit: "Tensor") -> "Tensor":
    return delta.clamp(min=-limit, max=limit)


def _unit(gradient: "Tensor") -> "Tensor":
    finite = gradient.nan_to_num(0, 0, 0)
    # The largest component first: squares of gradients of 1e-25 are no numbers in fp32.
    finite = finite / finite.abs().amax(dim=(1, 2), keepdim=True).clamp(min=_tiny(gradient))
    return finite / lengths(finite).clamp(min=_tiny(gradient))


def _signs(gradient: "Tensor") -> "Tensor":
    return gradient.nan_to_num(0, 0, 0).sign()


def _tiny(values: "Tensor") -> float:
    import torch

    return torch.finfo(values.dtype).tiny


NORMS: Mapping[str, Norm] = {
    "l2": Norm(_whole_length, _scaled, _unit),
    "linf": Norm(_component, _clamped, _signs),
}
