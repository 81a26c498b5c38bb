"""How does a batch become gradients? Each method of training is a few functions that the loop takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from training.batches import Batch
from training.plan import Plan
from training.processes import ALONE, Processes, whole
from training.stepping import Begin, Material, epochs

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
        together: the processes that share each batch.
    """

    accelerator: "Accelerator"
    module: Any
    optimizer: Any
    schedule: Any
    together: Processes = ALONE


Gradients = Callable[[Session, Batch], "Tensor"]
"""Leaves the gradient of a batch in the parameters, as far as it goes by this process's share of the rows,
and returns the loss of the whole batch."""


def as_given(material: Material) -> Material:
    """Train on the rows as they are."""
    return material


def anything(plan: Plan, rows: int | None) -> None:
    """Can follow every plan."""


@dataclass(frozen=True)
class Method:
    """A way to train.

    Attributes:
        name: as in the training record.
        gradients: makes the function that turns a batch into gradients, from the plan.
        begin: makes the steps of a run from it; a method that takes its own steps need not use it.
        material: what is trained on, from what was given: with copies, for example. Rows that were given keep
            their numbers.
        identity: what the weights depend on beside plan and rows, as plain data, for the checkpoint.
        check: refuses a plan that the method cannot follow on so many training rows; None when their number
            is not known yet.
        lists_texts: whether keys of the texts and counts of their labels may lie beside the weights; in a
            private run they may not.
        chooses_epoch: whether training stops early and keeps the epoch of the lowest validation loss;
            otherwise all epochs are run and the last is kept.
    """

    name: str
    gradients: Callable[[Plan], Gradients]
    begin: Begin = field(default_factory=epochs)
    material: Callable[[Material], Material] = as_given
    identity: Mapping[str, Any] = field(default_factory=dict)
    check: Callable[[Plan, int | None], None] = anything
    lists_texts: bool = True
    chooses_epoch: bool = True


def cross_entropy(smoothing: float) -> Loss:
    """Cross-entropy in nats against labels of which each class gets a share `smoothing / C`."""

    def loss(logits: "Tensor", batch: Batch) -> "Tensor":
        from torch.nn import functional

        return functional.cross_entropy(logits.float(), batch.labels, label_smoothing=smoothing)

    return loss


def logits(session: Session, batch: Batch) -> "Tensor":
    """(B, C) the logits of the batch, with the gradient of this process's share of the rows."""
    own = session.module(**batch.inputs).logits
    return whole(own, len(batch.rows), session.together)


def plain(loss: Loss) -> Gradients:
    """One forward and one backward pass."""

    def gradients(session: Session, batch: Batch) -> "Tensor":
        value = loss(logits(session, batch), batch)
        session.accelerator.backward(value)
        return value.detach()

    return gradients


STANDARD = Method("standard", lambda plan: plain(cross_entropy(plan.label_smoothing_factor)))
