"""How is a model that is being trained asked for its answers?"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from probes.types import FloatArray
from training.batches import collated, ordered, tokenise

BATCH = 64


@dataclass(frozen=True, eq=False)
class InTraining:
    """A module in the middle of training as a `probes.types.Model`; it answers without dropout.

    Attributes:
        module: the module.
        tokenizer: the tokenizer that belongs to it.
        classes: the names of the classes.
        max_length: tokens of a text that the model sees.
    """

    module: Any
    tokenizer: Any
    classes: tuple[str, ...]
    max_length: int

    def predict(self, inputs: Sequence[str]) -> FloatArray:
        """Class probabilities (N, C) of N texts."""
        import torch

        answers = np.zeros((len(inputs), len(self.classes)))
        tokens = tokenise(
            self.tokenizer, inputs, np.zeros(len(inputs), dtype=np.int64), max_length=self.max_length
        )
        batches = ordered(np.arange(len(inputs)), tokens.lengths, size=BATCH)
        with _at_rest(self.module), torch.inference_mode():
            device = next(self.module.parameters()).device
            for batch in collated(batches, tokens, self.tokenizer, device):
                logits = self.module(**batch.inputs).logits.float()
                answers[batch.rows] = logits.softmax(dim=1).cpu().numpy()
        return answers


@contextmanager
def _at_rest(module: Any) -> Iterator[None]:
    training = module.training
    module.eval()
    try:
        yield
    finally:
        module.train(training)
