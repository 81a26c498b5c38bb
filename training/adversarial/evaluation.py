"""How many rows does the model still get right when an attacker may shift its word embeddings?"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from probes.types import BoolArray
from training.adversarial.ascent import Ascent, ascend, ball, begin
from training.adversarial.embeddings import logits_at, words
from training.batches import Batch

if TYPE_CHECKING:
    from torch import Tensor


def withstood(module: Any, batches: Iterable[Batch], ascent: Ascent) -> BoolArray:
    """Which rows are right both as they are and at the end of an ascent of their own loss.

    Args:
        module: a classifier; it is put into evaluation mode.
        batches: the rows, in any order.
        ascent: the attack.

    Returns:
        (N,) in the order in which the batches hold the rows.
    """
    module.eval()
    found = [_right(module, batch, ascent) for batch in batches]
    return np.concatenate(found) if found else np.zeros(0, dtype=bool)


def _right(module: Any, batch: Batch, ascent: Ascent) -> BoolArray:
    import torch
    from torch.nn import functional

    layer, within = module.get_input_embeddings(), ball(ascent, words(module, batch))

    def loss(delta: "Tensor") -> "Tensor":
        return functional.cross_entropy(logits_at(module, batch, delta, layer).float(), batch.labels)

    start = begin(ascent, within)
    end = ascend(ascent, within, start, loss)
    with torch.no_grad():
        answers = [logits_at(module, batch, delta, layer) for delta in (torch.zeros_like(end), end)]
    right = [(answer.argmax(dim=1) == batch.labels).cpu().numpy() for answer in answers]
    return np.asarray(right[0] & right[1])
