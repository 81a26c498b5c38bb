"""How does a classifier become a differentiable function of the embeddings of its tokens?"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from probes.attribution.encoding import Encoded
from probes.errors import Skip

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Function:
    """The log-odds of a class as a function of the embeddings that a module looks up for its tokens.

    The log-odds of class t are log p_t - log (1 - p_t) = z_t - log Σ_{k≠t} exp z_k; with two classes, the
    difference of the logits. Probabilities saturate, so that a sure answer would have nothing to explain.

    The embeddings are put in the place of those that the layer of `get_input_embeddings()` gives, while the
    module gets the token numbers of the text itself: what it derives from them (positions in RoBERTa, the
    last token in GPT-2) is the same along the whole path from a baseline to the text.

    Attributes:
        module: the torch module.
        tokenizer: the tokenizer that belongs to it.
        budget: most tokens of a batch, padding included.
        pads: whether texts of different lengths may share a batch.
    """

    module: Any
    tokenizer: Any
    budget: int
    pads: bool = True

    @property
    def device(self) -> Any:
        """Where the module lives."""
        return self.module.get_input_embeddings().weight.device

    def embeddings(self, ids: "Tensor") -> "Tensor":
        """(B, L, D) in float32, without a gradient."""
        import torch

        with torch.no_grad():
            found: Tensor = self.module.get_input_embeddings()(ids)
        return found.float()

    def missing(self, baseline: str) -> "Tensor":
        """(D,) the embedding that stands for a missing token."""
        weights: Tensor = self.module.get_input_embeddings().weight.detach()
        if baseline == "zero":
            return weights.new_zeros(weights.shape[1]).float()
        return weights[getattr(self.tokenizer, f"{baseline}_token_id")].float()

    def log_odds(self, embeddings: "Tensor", inputs: dict[str, "Tensor"], targets: "Tensor") -> "Tensor":
        """(B,) in float32 of the targets (B,), with a graph back to the embeddings (B, L, D)."""
        return odds(self.answer(embeddings, inputs).logits, targets)

    def answer(self, embeddings: "Tensor", inputs: dict[str, "Tensor"], **wanted: bool) -> Any:
        """What the module gives for the embeddings, with whatever else is `wanted` of it."""
        with self._in_place(embeddings):
            return self.module(**inputs, **wanted)

    @contextmanager
    def _in_place(self, embeddings: "Tensor") -> Iterator[None]:
        """Only the first look-up of a pass is replaced: a decoder may share the layer."""
        layer = self.module.get_input_embeddings()
        used: list[bool] = []

        def put(_: Any, inputs: Any, output: "Tensor") -> "Tensor":  # noqa: ARG001 - the signature of a hook
            if used:
                return output
            if output.shape != embeddings.shape:
                raise Skip(f"{type(self.module).__name__} looks up its words in another order than it reads")
            used.append(True)
            return embeddings.to(output.dtype)

        handle = layer.register_forward_hook(put)
        try:
            yield
        finally:
            handle.remove()
        if not used:
            raise Skip(f"{type(self.module).__name__} does not use the layer of its get_input_embeddings()")


def odds(logits: "Tensor", targets: "Tensor") -> "Tensor":
    """(B,) log-odds of the targets (B,), from logits (B, C)."""
    chosen, wide = targets[:, None], logits.float()
    return wide.gather(1, chosen)[:, 0] - wide.scatter(1, chosen, -float("inf")).logsumexp(1)


@dataclass(frozen=True, eq=False)
class Batch:
    """Texts as tensors.

    Attributes:
        inputs: what the module gets, (B, L) each.
        content: (B, L) 1 for the tokens of a text, 0 for special tokens and padding.
        real: (B, L) True for tokens, False for padding.
        targets: (B,) the explained classes.
    """

    inputs: dict[str, "Tensor"]
    content: "Tensor"
    real: "Tensor"
    targets: "Tensor"

    def at(self, rows: "Tensor") -> "Batch":
        """Some of the rows, in any number."""
        inputs = {name: tensor[rows] for name, tensor in self.inputs.items()}
        return Batch(inputs, self.content[rows], self.real[rows], self.targets[rows])


def collate(function: Function, texts: Sequence[Encoded], targets: Sequence[int]) -> Batch:
    """The texts as a batch, padded to the longest on the tokenizer's side."""
    import torch
    from transformers.data.data_collator import pad_without_fast_tokenizer_warning

    columns = [dict(text.columns) | {"content": text.content.astype(int)} for text in texts]
    names = list(texts[0].columns)
    table = pad_without_fast_tokenizer_warning(  # type: ignore[no-untyped-call]
        function.tokenizer, {name: [row[name] for row in columns] for name in names}, return_tensors="pt"
    )
    inputs = {name: table[name].to(function.device) for name in names}
    real = inputs["attention_mask"].bool()
    content = torch.zeros_like(inputs["input_ids"])
    content[real] = torch.as_tensor(np.concatenate([text.content for text in texts]).astype(np.int64)).to(
        content
    )
    return Batch(inputs, content, real, torch.as_tensor(np.asarray(targets), device=function.device))
