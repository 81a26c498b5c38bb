"""Does one row move the sum by at most C, and is the noise on it what the ledger says?"""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from probes.errors import AuditError
from probes.types import IntArray
from training.private.clipping import Clipping, RowLoss, accumulate, clipped_sum, release
from training.private.gradients import Together, rehearsal

if TYPE_CHECKING:
    from torch import Tensor

TOLERANCE = 1e-3
"""Share of C that rounding may add."""

IMPROBABLE = 1e-9
"""Below this probability the noise is not what it should be."""


def check_bound(
    module: Any,
    together: Together,
    rows: IntArray,
    loss: RowLoss,
    *,
    clipping: Clipping,
    max_grad_norm: float,
) -> None:
    """Refuse a model with which removing a row moves the clipped sum by more than C.

    The sum over all rows, in two physical batches, must be the sum of what each row gives alone, and no row
    may give more than C: then removing any one of them moves it by at most C. For the row that gives most,
    and is longest, the sum without it is computed as well.

    Args:
        module: the model, held still.
        together: makes a physical batch.
        rows: the rows to try, 32 or so.
        loss: the loss of each row.
        clipping: how gradients are clipped.
        max_grad_norm: C; below the norms of most rows, so that there is something to clip.

    Raises:
        AuditError: when the bound does not hold.
    """
    with rehearsal(module, clipping=clipping, max_grad_norm=max_grad_norm) as engine:
        halves = [together(half) for half in np.array_split(rows, 2) if len(half)]
        whole = clipped_sum(engine, halves, loss)
        total, largest, most = [tensor.clone() for tensor in whole], rows[0], 0.0
        for row in rows:
            alone = clipped_sum(engine, [together(np.array([row]))], loss)
            for left, tensor in zip(total, alone, strict=True):
                left.sub_(tensor)
            if _norm(alone) > most:
                largest, most = row, _norm(alone)
        rest = [together(rows[rows != largest])] if len(rows) > 1 else []
        without = clipped_sum(engine, rest, loss) if rest else [0 * tensor for tensor in whole]
    removed = _norm([tensor - other for tensor, other in zip(whole, without, strict=True)])
    apart = _norm(total)
    if not max(most, removed) <= max_grad_norm * (1 + TOLERANCE):
        raise AuditError(
            f"removing one row moves the clipped sum of gradients by {max(most, removed):.3g}, more than "
            f"max_grad_norm = {max_grad_norm:.3g}: rows are not clipped one by one, and epsilon would be "
            "wrong"
        )
    if not apart <= max_grad_norm * TOLERANCE * math.sqrt(len(rows)):
        raise AuditError(
            f"the clipped sum over {len(rows)} rows is {apart:.3g} off the sum of the rows alone: what a "
            "row adds depends on the other rows, and epsilon would be wrong"
        )


def check_noise(
    module: Any,
    together: Together,
    rows: IntArray,
    loss: RowLoss,
    *,
    clipping: Clipping,
    max_grad_norm: float,
    noise_multiplier: float,
) -> None:
    """Refuse noise of the wrong size, noise added more or less than once a step, and noise that comes twice.

    Two steps over the same rows, each in two physical batches, are released with the weights held still; what
    they have beyond the clipped sum, in units of noise_multiplier x C, must look like two independent draws
    from N(0, 1).

    Raises:
        AuditError: when that has a probability below 1e-9.
    """
    with rehearsal(module, clipping=clipping, max_grad_norm=max_grad_norm, noise=noise_multiplier) as engine:
        batches = [together(half) for half in np.array_split(rows, 2) if len(half)]
        clean = _flat(clipped_sum(engine, batches, loss))
        released: list[Tensor] = []
        engine.optimizer.attach_step_hook(lambda dp: released.append(_flat([w.grad for w in dp.params])))
        for _ in range(2):
            for batch in batches:
                accumulate(engine, batch, loss)
            release(engine)
    if len(released) != 2:
        raise AuditError(
            f"noise was added {len(released)} times in two steps of two physical batches, not once a step"
        )
    first, second = ((noisy - clean).double() / (noise_multiplier * max_grad_norm) for noisy in released)
    for noise in (first, second):
        _check_scale(float((noise**2).sum()), len(noise), noise_multiplier)
    _check_fresh(first, second)


def _check_scale(squares: float, size: int, noise_multiplier: float) -> None:
    from scipy.stats import chi2

    if min(chi2.cdf(squares, size), chi2.sf(squares, size)) < IMPROBABLE:
        raise AuditError(
            f"the noise of a step is {math.sqrt(squares / size):.3g} times as large as noise_multiplier = "
            f"{noise_multiplier:g} asks for: epsilon would be wrong"
        )


def _check_fresh(first: "Tensor", second: "Tensor") -> None:
    from scipy.stats import norm

    alike = float(first @ second) / math.sqrt(float(first @ first))  # N(0, 1) when the two are independent
    if abs(alike) > norm.isf(IMPROBABLE / 2):
        raise AuditError(
            "the noise of one step comes back in the next, so that it can be taken off; epsilon would be "
            "wrong"
        )


def _norm(tensors: list["Tensor"]) -> float:
    return math.sqrt(sum(float(tensor.norm()) ** 2 for tensor in tensors))


def _flat(tensors: list["Tensor"]) -> "Tensor":
    import torch

    return torch.cat([tensor.detach().flatten() for tensor in tensors])
