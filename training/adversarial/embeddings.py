"""What does a model answer when the embeddings of its words are shifted?

The shift is added to what the layer of `get_input_embeddings()` gives, while the model gets its usual inputs.
A model that derives more than embeddings from the token numbers (positions in RoBERTa, the last real token in
GPT-2) then works as ever, which it would not with `inputs_embeds`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from probes.errors import AuditError
from training.batches import Batch

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Words:
    """The word embeddings of a batch.

    Attributes:
        embeddings: (B, L, D) as the model looks them up; without a gradient.
        real: (B, L, 1) 1 for a token of the text, 0 for padding.
    """

    embeddings: "Tensor"
    real: "Tensor"


def words(module: Any, batch: Batch) -> Words:
    """The word embeddings of a batch."""
    import torch

    tokens = batch.inputs["input_ids"]
    real = batch.inputs.get("attention_mask", torch.ones_like(tokens))
    with torch.no_grad():
        found = module.get_input_embeddings()(tokens)
    return Words(found.float(), real[:, :, None].float())


def logits_at(module: Any, batch: Batch, delta: "Tensor", layer: Any) -> "Tensor":
    """The logits (B, C) with `delta` (B, L, D) added to what `layer`, the word embeddings, gives.

    Raises:
        AuditError: when the model does not look its words up in the layer of `get_input_embeddings()`.
    """
    with _shifted(layer, delta) as seen:
        logits: Tensor = module(**batch.inputs).logits
    if not seen:
        raise AuditError(
            f"{type(module).__name__} does not use the layer of its get_input_embeddings(), so its word "
            "embeddings cannot be shifted; train it with another method"
        )
    return logits


@contextmanager
def _shifted(layer: Any, delta: "Tensor") -> Iterator[list[bool]]:
    """Only the first use in a pass is shifted: a decoder that shares the layer would be shifted twice."""
    seen: list[bool] = []

    def shift(_: Any, inputs: Any, output: "Tensor") -> "Tensor":  # noqa: ARG001 - the signature of a hook
        if seen:
            return output
        seen.append(True)
        return output + delta.to(output.dtype)

    handle = layer.register_forward_hook(shift)
    try:
        yield seen
    finally:
        handle.remove()
