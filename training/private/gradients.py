"""Is the gradient that is clipped for a row the gradient of that row?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from probes.errors import AuditError
from probes.types import IntArray
from training.batches import Batch
from training.private.clipping import Clipping, Engine, RowLoss, accumulate, attached, hooks_at_the_edge

if TYPE_CHECKING:
    from torch import Tensor

Together = Callable[[IntArray], Batch]
"""Rows, as numbers from 0 to N - 1, as one physical batch."""

TOLERANCE = 1e-4
"""Relative error of a gradient that rounding in fp32 may make."""

FLOOR = 0.01
"""A tensor with less than this share of a row's gradient is held to the share: some, as the bias of
attention's keys, have a gradient of exactly zero, of which rounding leaves noise."""

Gradients = Mapping[str, "Tensor"]
"""Trainable tensor -> (rows, *shape) its gradient for each row."""

OPACUS_ERRORS = (RuntimeError, ValueError, NotImplementedError, AttributeError, TypeError, IndexError)
"""What Opacus raises on layers that it has no rule for."""


@contextmanager
def rehearsal(
    module: Any, *, clipping: Clipping, max_grad_norm: float, noise: float = 0.0
) -> Iterator[Engine]:
    """An engine whose steps leave the weights where they are."""
    import torch

    still = torch.optim.SGD([w for w in module.parameters() if w.requires_grad], lr=0.0)
    with attached(
        module, still, clipping=clipping, max_grad_norm=max_grad_norm, noise_multiplier=noise, batch_size=1
    ) as engine:
        yield engine


def check_gradients(module: Any, together: Together, rows: IntArray, loss: RowLoss) -> Gradients:
    """Compare the gradients that Opacus finds for each row of a batch with those of batches of one.

    Returns:
        The gradients of the rows.

    Raises:
        AuditError: when one of them is off by more than 1e-4, or a trainable tensor has none.
    """
    alone = _alone(module, together, rows, loss)
    found = _within_batch(module, together(rows), loss)
    lengths = row_norms(alone)
    off = {name: _deviation(alone[name], found.get(name), lengths) for name in alone}
    if wrong := {name: error for name, error in off.items() if not error <= TOLERANCE}:
        raise AuditError(_sentence(module, wrong, len(off)))
    return found


def ghost_fault(module: Any, batch: Batch, loss: RowLoss, gradients: Gradients) -> str:
    """Why ghost clipping cannot be used with this model; empty when the norms that it finds are right."""
    expected = row_norms(gradients)
    try:
        with rehearsal(module, clipping="ghost", max_grad_norm=1.0) as engine:
            accumulate(engine, batch, loss)
            error = ((engine.samples.per_sample_gradient_norms - expected) / expected).abs().max()
    except OPACUS_ERRORS as reason:
        return f"ghost clipping does not support it: {reason}"
    return f"ghost clipping finds norms that are {float(error):.2g} off" if float(error) > TOLERANCE else ""


def row_norms(gradients: Gradients) -> "Tensor":
    """(rows,) the norm of each row's whole gradient."""
    import torch

    norms: Tensor = torch.stack([g.flatten(1).norm(dim=1) for g in gradients.values()]).norm(dim=0)
    return norms


def _alone(module: Any, together: Together, rows: IntArray, loss: RowLoss) -> Gradients:
    import torch

    parts: dict[str, list[Tensor]] = {name: [] for name, w in module.named_parameters() if w.requires_grad}
    for row in rows:
        module.zero_grad(set_to_none=True)
        batch = together(np.array([row]))
        _backward(loss(module(**batch.inputs).logits, batch))
        grads = {name: w.grad for name, w in module.named_parameters() if w.requires_grad}
        if unused := [name for name, grad in grads.items() if grad is None]:
            raise AuditError(
                f"the loss does not depend on {_listed(unused)}: training would fill it with noise; freeze it"
            )
        for name, grad in grads.items():
            parts[name].append(grad)
    module.zero_grad(set_to_none=True)
    return {name: torch.stack(found) for name, found in parts.items()}


def _within_batch(module: Any, batch: Batch, loss: RowLoss) -> dict[str, "Tensor"]:
    with rehearsal(module, clipping="hooks", max_grad_norm=1.0):
        try:
            with hooks_at_the_edge():
                _backward(loss(module(**batch.inputs).logits, batch))
        except OPACUS_ERRORS as error:
            raise AuditError(
                f"{type(module).__name__} cannot be trained privately: Opacus finds no gradient for each "
                f"row: {error}"
            ) from error
        samples = {name: getattr(w, "grad_sample", None) for name, w in module.named_parameters()}
    module.zero_grad(set_to_none=True)
    # A list is a tensor that was met by two backward passes, which one loss never makes.
    return {name: s for name, s in samples.items() if s is not None and not isinstance(s, list)}


def _backward(losses: Any) -> None:
    losses.sum().backward()


def _deviation(alone: "Tensor", found: "Tensor | None", lengths: "Tensor") -> float:
    if found is None or found.shape != alone.shape:
        return float("inf")
    error = (found - alone).flatten(1).norm(dim=1)
    return float((error / alone.flatten(1).norm(dim=1).maximum(FLOOR * lengths)).max())


def _sentence(module: Any, wrong: Mapping[str, float], count: int) -> str:
    worst = sorted(wrong, key=lambda name: -wrong[name])
    tied = _tied(module)
    shown = [f"{name} (tied to {', '.join(tied[name])})" if name in tied else name for name in worst]
    errors = [error for error in wrong.values() if np.isfinite(error)]
    size = f"up to {max(errors):.0%} off" if errors else "not one for each row"
    return (
        f"{type(module).__name__} cannot be trained privately: for {len(wrong)} of {count} trainable "
        f"tensors the gradient of a row in a batch is not that of the row alone ({size}): {_listed(shown)}. "
        "Layers that work on something shared by the whole batch, as relative position embeddings do, or "
        "that use a tensor of another layer, hide the rows from Opacus; the epsilon would be wrong. Freeze "
        "these tensors, take an adapter that does, or another model"
    )


def _tied(module: Any) -> dict[str, list[str]]:
    names: dict[int, list[str]] = {}
    for name, weights in module.named_parameters(remove_duplicate=False):
        names.setdefault(id(weights), []).append(name)
    return {first: others for first, *others in names.values() if others}


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
