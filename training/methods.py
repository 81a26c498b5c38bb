"""How does a batch become gradients? Each method of training is one function that the loop takes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training.batches import Batch
from training.plan import Plan

if TYPE_CHECKING:
    from accelerate import Accelerator
    from torch import Tensor

Loss = Callable[["Tensor", Batch], "Tensor"]
"""`loss(logits (B, C), batch)`: the number to be made small, a mean over the batch."""


@dataclass(frozen=True, eq=False)
class Session:
    """What a step works with.

    Attributes:
        accelerator: device, precision and gradient scaling.
        module: the prepared module.
        optimizer: the prepared optimiser.
        schedule: the prepared schedule of the learning rate.
    """

    accelerator: "Accelerator"
    module: Any
    optimizer: Any
    schedule: Any


Gradients = Callable[[Session, Batch], "Tensor"]
"""Leaves the gradient of a batch in the parameters and returns the loss."""


@dataclass(frozen=True)
class Method:
    """A way to train.

    Attributes:
        name: as in the training record.
        gradients: makes the function that the loop takes, from the plan.
    """

    name: str
    gradients: Callable[[Plan], Gradients]


def cross_entropy(smoothing: float) -> Loss:
    """Cross-entropy in nats against labels of which each class gets a share `smoothing / C`."""

    def loss(logits: "Tensor", batch: Batch) -> "Tensor":
        from torch.nn import functional

        return functional.cross_entropy(logits.float(), batch.labels, label_smoothing=smoothing)

    return loss


def plain(loss: Loss) -> Gradients:
    """One forward and one backward pass."""

    def gradients(session: Session, batch: Batch) -> "Tensor":
        value = loss(session.module(**batch.inputs).logits, batch)
        session.accelerator.backward(value)
        return value.detach()

    return gradients


STANDARD = Method("standard", lambda plan: plain(cross_entropy(plan.label_smoothing_factor)))
