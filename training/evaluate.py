"""How good is the model on rows that it was not trained on?"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from probes.errors import AuditError
from probes.progress import Progress, silent
from probes.types import FloatArray, IntArray
from training.batches import Tokens, collated, ordered
from training.processes import ALONE, Processes, gathered
from training.record import Scores

BATCH = 32


@dataclass(frozen=True)
class Criterion:
    """What is lowest in the best epoch.

    Attributes:
        name: as the training record calls it.
        value: (losses (V,), rows (V,)) -> the number; None stands for the mean of the losses.
    """

    name: str = "validation loss"
    value: Callable[[FloatArray, IntArray], float] | None = None


LOSS = Criterion()


def evaluate(
    module: Any,
    rows: IntArray,
    tokens: Tokens,
    tokenizer: Any,
    *,
    criterion: Criterion = LOSS,
    together: Processes = ALONE,
    progress: Progress = silent,
) -> Scores | None:
    """Loss and accuracy on the rows; None when there are none.

    Args:
        module: the classifier.
        rows: which of the tokenised rows.
        tokens: the tokenised rows.
        tokenizer: pads them.
        criterion: what else is taken of the losses.
        together: the processes that share the work; each has the scores of all rows.
        progress: shows how far it is.

    Raises:
        AuditError: when the loss is not a number.
    """
    if not len(rows):
        return None
    losses, right = _answers(module, rows, tokens, tokenizer, together, progress)
    if not math.isfinite(loss := float(losses.mean())):
        raise AuditError(
            f"the loss on rows that were not trained on is {loss}: training diverged; lower learning_rate"
        )
    value = criterion.value(losses, rows) if criterion.value else None
    return Scores(rows=len(rows), loss=loss, accuracy=float(right.mean()), criterion=value)


def _answers(
    module: Any, rows: IntArray, tokens: Tokens, tokenizer: Any, together: Processes, progress: Progress
) -> tuple[FloatArray, FloatArray]:
    """(V,) the loss of each row, and 1 where the most probable class is its label."""
    import torch

    module.eval()
    batches = ordered(np.arange(len(rows)), tokens.lengths[rows], size=BATCH)[
        together.index :: together.count
    ]
    losses, right = np.zeros(len(rows)), np.zeros(len(rows))
    device = next(module.parameters()).device
    with torch.inference_mode(), progress("evaluating", len(batches)) as advance:
        given = collated([rows[places] for places in batches], tokens, tokenizer, device)
        for places, batch in zip(batches, given, strict=True):
            logits = module(**batch.inputs).logits.float()
            lost = torch.nn.functional.cross_entropy(logits, batch.labels, reduction="none")
            losses[places] = lost.double().cpu().numpy()
            right[places] = (logits.argmax(dim=1) == batch.labels).cpu().numpy()
            advance(1)
    every = gathered((losses, right), together)
    return sum((part[0] for part in every), np.zeros(len(rows))), sum(
        (p[1] for p in every), np.zeros(len(rows))
    )
