"""GroupDRO: how is the loss of the worst group made small rather than the mean over all rows?"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from probes.types import FloatArray, IntArray
from training.batches import Batch
from training.losses import RowLoss

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(eq=False)
class GroupDRO:
    """A `Loss` with memory: a group counts for more in a batch the larger its loss has been.

    For each batch, with L_g the mean loss of the rows of group g in it (0 where it has none):
    q_g <- q_g exp(eta (L_g + adjustment_g)), made to sum to 1, and the loss is sum_g q_g (L_g +
    adjustment_g).

    The weights move once for each batch, however often its loss is asked for (adversarial training asks
    several times); the last answer counts. `state_dict` and `load_state_dict` let accelerate keep them in
    checkpoints: `accelerator.register_for_checkpointing(group_dro)`.

    Attributes:
        row_loss: the loss of each row.
        codes: (N,) the group of each row, usually `Cells.codes`; rows of unknown group (-1) are one group
            more.
        step_size: eta; 0.01 as in the reference.
        adjustments: (G,) added to a group's loss, `size_adjustments` or 0.
        weights: (G,) q; equal at first.

    Reference: Sagawa et al. (2020), Distributionally robust neural networks for group shifts, algorithm 1;
        the
    adjustments are those of section 3.3. It needs strong weight decay or early stopping to help (section
    3.2).
    """

    row_loss: RowLoss
    codes: IntArray
    step_size: float = 0.01
    adjustments: FloatArray | None = None
    weights: FloatArray = field(init=False)
    _next: FloatArray = field(init=False)
    _batch: Batch | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        unknown = bool((self.codes < 0).any())
        groups = int(self.codes.max(initial=-1)) + 1
        self.codes = np.where(self.codes < 0, groups, self.codes)
        self.weights = self._next = np.full(groups + unknown, 1 / max(1, groups + unknown))

    def __call__(self, logits: "Tensor", batch: Batch) -> "Tensor":
        """The loss of a batch with the weights that follow from it."""
        import torch

        if batch is not self._batch:
            self.weights, self._batch = self._next, batch
        losses = self._by_group(self.row_loss(logits, batch), batch)
        self._next = _moved(self.weights, losses.detach().double().cpu().numpy(), self.step_size)
        return (torch.as_tensor(self._next, dtype=losses.dtype, device=losses.device) * losses).sum()

    def _by_group(self, losses: "Tensor", batch: Batch) -> "Tensor":
        import torch

        codes = torch.as_tensor(self.codes[batch.rows], device=losses.device)
        sums = losses.new_zeros(len(self.weights)).index_add(0, codes, losses)
        counts = torch.bincount(codes, minlength=len(self.weights))
        means = sums / counts.clamp(min=1)
        if self.adjustments is None:
            return means
        added = torch.as_tensor(self.adjustments, dtype=losses.dtype, device=losses.device)
        return torch.where(counts > 0, means + added, means)

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {"weights": self._next.tolist()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a checkpoint."""
        self.weights = self._next = np.array(state["weights"], dtype=np.float64)
        self._batch = None


def size_adjustments(codes: IntArray, strength: float, *, cells: int = 0) -> FloatArray:
    """(G,) `strength` / sqrt(n_g): small groups, which a model overfits first, count as worse than they look.

    Args:
        codes: (N,) the group of each training row.
        strength: C of the reference.
        cells: groups there are at least, also without a row.

    Sagawa et al. (2020), equation 5; strengths from 0 to 5 are tried there. Rows of unknown group are the
    last group.
    """
    counts = np.bincount(np.where(codes < 0, codes.max(initial=-1) + 1, codes), minlength=cells)
    return strength / np.sqrt(np.maximum(counts, 1))


def _moved(weights: FloatArray, losses: FloatArray, step_size: float) -> FloatArray:
    exponents = np.log(weights) + step_size * losses
    raised = np.exp(exponents - exponents.max())
    return np.asarray(raised / raised.sum())
