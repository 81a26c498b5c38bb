"""Can this model be trained privately, and how? Tried on the model itself and rows of the data."""

from dataclasses import dataclass
from typing import Any

from probes.errors import AuditError
from probes.types import IntArray
from training.private import randomness
from training.private.bound import check_bound, check_noise
from training.private.clipping import Clipping, RowLoss
from training.private.gradients import Together, check_gradients, ghost_fault, row_norms
from training.private.mixing import check_mixing
from training.private.settings import Mechanism
from training.private.stillness import shaken, without_dropout

FEW, MANY = 4, 32
"""Rows whose gradients are compared; rows that are removed one at a time."""


@dataclass(frozen=True)
class Cleared:
    """A model that can be trained privately.

    Attributes:
        clipping: the cheapest way to clip that is right for it.
        reason: why it is not ghost clipping, when it is not.
    """

    clipping: Clipping
    reason: str = ""


def preflight(
    module: Any, optimizer: Any, together: Together, loss: RowLoss, mechanism: Mechanism
) -> Cleared:
    """Try every assumption of the privacy proof on the model, with a few rows of the data.

    Costs about as much as five steps of 32 rows. The weights are as before when it is over, and nothing of
    the rows is kept.

    Args:
        module: the model, on its device, with its adapters.
        optimizer: the optimiser that will train it.
        together: makes a physical batch of rows, given as numbers from 0 to N - 1.
        loss: the loss of each row.
        mechanism: the numbers of the run.

    Raises:
        AuditError: with what stands in the way.
    """
    check_tensors(module, optimizer)
    rows = _some(mechanism.rows)
    modes = [(part, part.training) for part in module.modules()]
    try:
        check_mixing(module, together(rows[:FEW]))
        with without_dropout(module), shaken(module):
            gradients = check_gradients(module, together, rows[:FEW], loss)
            fault = ghost_fault(module, together(rows[:FEW]), loss, gradients)
            clipping: Clipping = "hooks" if fault else "ghost"
            # Half of the smallest norm, so that there is something to clip in every row.
            bound = min(mechanism.max_grad_norm, float(row_norms(gradients).min()) / 2)
            check_bound(module, together, rows, loss, clipping=clipping, max_grad_norm=bound)
            check_noise(
                module,
                together,
                rows[:FEW],
                loss,
                clipping=clipping,
                max_grad_norm=bound,
                noise_multiplier=mechanism.noise_multiplier,
            )
    finally:
        for part, training in modes:
            part.training = training
    return Cleared(clipping, fault)


def check_tensors(module: Any, optimizer: Any) -> None:
    """Refuse an optimiser that works on other tensors than the trainable ones of the module, or not in fp32.

    Raises:
        AuditError: with the tensors.
    """
    import torch

    trained = {id(w) for group in optimizer.param_groups for w in group["params"]}
    trainable = {name: w for name, w in module.named_parameters() if w.requires_grad}
    if not trainable:
        raise AuditError("no tensor of the model is trainable; take another adapter")
    if left := [name for name, w in trainable.items() if id(w) not in trained]:
        raise AuditError(
            f"the optimiser does not have {', '.join(left[:5])}, which the model would train: put the model "
            "on its device before adding adapters, and make the optimiser afterwards"
        )
    if len(trained) > len({id(w) for w in trainable.values()}):
        raise AuditError(
            "the optimiser has tensors that the model does not train: make it from the trainable ones"
        )
    if half := [name for name, w in trainable.items() if w.dtype != torch.float32]:
        raise AuditError(
            f"{half[0]} is {trainable[half[0]].dtype}: private training is in fp32; set precision = 'fp32'"
        )


def _some(rows: int) -> IntArray:
    return randomness.rows_generator().choice(rows, size=min(MANY, rows), replace=False)
