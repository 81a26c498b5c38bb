"""How good is the model on rows that it was not trained on?"""

import math
from typing import Any

from probes.errors import AuditError
from probes.progress import Progress, silent
from probes.types import IntArray
from training.batches import Tokens, collated, ordered
from training.record import Scores

BATCH = 32


def evaluate(
    module: Any, rows: IntArray, tokens: Tokens, tokenizer: Any, *, progress: Progress = silent
) -> Scores | None:
    """Loss and accuracy on the rows; None when there are none.

    Raises:
        AuditError: when the loss is not a number.
    """
    import torch

    if not len(rows):
        return None
    module.eval()
    batches = ordered(rows, tokens.lengths, size=BATCH)
    loss, right = 0.0, 0
    device = next(module.parameters()).device
    with torch.inference_mode(), progress("evaluating", len(batches)) as advance:
        for batch in collated(batches, tokens, tokenizer, device):
            logits = module(**batch.inputs).logits.float()
            loss += torch.nn.functional.cross_entropy(logits, batch.labels, reduction="sum").item()
            right += int((logits.argmax(dim=1) == batch.labels).sum().item())
            advance(1)
    if not math.isfinite(loss):
        raise AuditError(
            f"the loss on rows that were not trained on is {loss}: training diverged; lower learning_rate"
        )
    return Scores(rows=len(rows), loss=loss / len(rows), accuracy=right / len(rows))
