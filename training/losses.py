"""How large is the loss of each row, and how do rows make up the loss of a batch?

What a method does to the loss is either a row loss (label smoothing, a teacher) or a way to take the mean
(weights, worst group), so that each goes together with each other and with every way of making gradients.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from probes.types import FloatArray
from training.batches import Batch
from training.methods import Loss

if TYPE_CHECKING:
    from torch import Tensor

RowLoss = Callable[["Tensor", Batch], "Tensor"]
"""`row_loss(logits (B, C), batch)`: the loss (B,) of each row, in nats."""


def cross_entropy_of_rows(smoothing: float = 0.0) -> RowLoss:
    """Cross-entropy in nats against labels of which each class gets a share `smoothing / C`."""

    def row_loss(logits: "Tensor", batch: Batch) -> "Tensor":
        from torch.nn import functional

        return functional.cross_entropy(
            logits.float(), batch.labels, label_smoothing=smoothing, reduction="none"
        )

    return row_loss


def mean(row_loss: RowLoss) -> Loss:
    """Every row of a batch counts the same."""
    return lambda logits, batch: row_loss(logits, batch).mean()


def weighted(row_loss: RowLoss, weights: FloatArray) -> Loss:
    """The loss of row i counts `weights[i]` times.

    Formula: sum of w_i l_i over the batch, divided by its number of rows. It is not divided by the sum of the
    weights: that would make a row count for more in a batch of light rows.

    Args:
        row_loss: the loss of each row.
        weights: (N,) one weight for each row that `Batch.rows` can name, with a mean of 1 over the training
            rows.
    """

    def loss(logits: "Tensor", batch: Batch) -> "Tensor":
        import torch

        losses = row_loss(logits, batch)
        return (
            losses * torch.as_tensor(weights[batch.rows], dtype=losses.dtype, device=losses.device)
        ).mean()

    return loss
