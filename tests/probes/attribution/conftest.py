"""Which models have attributions that are known on paper?"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest


@dataclass(frozen=True, eq=False)
class Rigged:
    """A module and a tokenizer as a model; satisfies `GradientModel`."""

    module: Any
    tokenizer: Any
    classes: tuple[str, ...] = ("no", "yes")
    asked: list[int] = field(default_factory=list)

    def predict(self, inputs):
        import torch

        self.asked.append(len(inputs))
        rows = []
        for text in inputs:
            with torch.no_grad():
                found = self.tokenizer(text, truncation=True, return_tensors="pt")
                rows.append(self.module(**found).logits[0].double().softmax(-1).numpy())
        return np.array(rows).reshape(len(inputs), len(self.classes))


@pytest.fixture(scope="session")
def tokenizer(tiny_model):
    """Whole words for those of tests/tiny.py, letters for others."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_model)


@pytest.fixture(scope="session")
def rigged():
    """`rigged(module, tokenizer)` is a model of a module."""
    return Rigged


@pytest.fixture(scope="session")
def bag(tokenizer):
    """`bag(shape)`: log-odds of "yes" = shape(Σ v_t), v_t the first number in the embedding of token t.

    v_t is (t mod 7) - 3 for token number t, and 0 for special tokens; padding does not count.
    """
    import torch

    class Bag(torch.nn.Module):
        def __init__(self, shape):
            super().__init__()
            self.words = torch.nn.Embedding(len(tokenizer), 2)
            numbers = torch.arange(len(tokenizer))
            values = (numbers % 7 - 3.0) * (numbers > 4)
            self.words.weight.data = torch.stack([values, numbers * 0.1], dim=1)
            self.shape = shape

        def get_input_embeddings(self):
            return self.words

        def forward(self, input_ids, attention_mask, token_type_ids=None):
            total = (self.words(input_ids)[..., 0] * attention_mask).sum(1, keepdim=True)
            bent = self.shape(total)
            return Answer(torch.cat([0 * bent, bent], dim=1))

    return lambda shape=lambda total: total: Rigged(Bag(shape), tokenizer)


@dataclass(frozen=True, eq=False)
class Answer:
    """What a module of transformers gives."""

    logits: Any


@pytest.fixture(scope="session")
def value(tokenizer):
    """`value(word)` is v of the word's one token."""

    def of(word):
        (number,) = tokenizer(word, add_special_tokens=False)["input_ids"]
        return number % 7 - 3.0

    return of
