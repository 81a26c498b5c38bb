"""How does a model read a text, and which unit does each token belong to?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from probes.attribution.units import Span, owners, within, words
from probes.errors import Skip
from probes.types import BoolArray, FloatArray, GradientModel, IntArray, Model

Level = Literal["word", "token"]


@dataclass(frozen=True, eq=False)
class Encoded:
    """A text as the model reads it.

    Attributes:
        text: the text.
        spans: where its units stand; () when there are none.
        columns: name of a model input -> one number for each token; empty for a model without a tokenizer.
        content: (L,) True for the tokens of the text, False for special tokens.
        owners: the unit of each content token.
    """

    text: str
    spans: tuple[Span, ...]
    columns: Mapping[str, Sequence[int]]
    content: BoolArray
    owners: IntArray

    def __len__(self) -> int:
        return len(self.content)

    @property
    def units(self) -> tuple[str, ...]:
        """The units as they are written."""
        return tuple(self.text[start:end] for start, end in self.spans)

    def summed(self, tokens: FloatArray) -> FloatArray:
        """(U,) the scores of the tokens (L,) summed over each unit; special tokens are left out."""
        if not self.spans:
            return np.zeros(0)
        inside = tokens[self.content].astype(float)
        return np.bincount(self.owners, weights=inside, minlength=len(self.spans)).astype(float)


def plain(text: str) -> Encoded:
    """A text for a model that can only be asked: its words, without tokens."""
    nothing = np.zeros(0, dtype=np.int64)
    return Encoded(text, words(text), {}, nothing.astype(bool), nothing)


def encode(model: GradientModel, texts: Sequence[str], level: Level) -> list[Encoded]:
    """The texts as the model reads them, cut where its tokenizer cuts them.

    Raises:
        Skip: when the tokenizer does not tell where its tokens stand.
    """
    tokenizer = model.tokenizer
    if not getattr(tokenizer, "is_fast", False):
        raise Skip(f"{type(tokenizer).__name__} does not tell where in a text its tokens stand")
    if not texts:
        return []
    # A lone surrogate is no Unicode text; tokenizers refuse it. One character takes its place.
    clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
    found = tokenizer(
        clean, truncation=True, return_attention_mask=True, return_offsets_mapping=True,
        return_special_tokens_mask=True,
    )  # fmt: skip
    offsets, special = found.pop("offset_mapping"), found.pop("special_tokens_mask")
    return [
        _encoded(text, {name: found[name][row] for name in found}, offsets[row], special[row], level)
        for row, text in enumerate(texts)
    ]


def units(model: Model, texts: Sequence[str], level: Level) -> list[Encoded]:
    """The units of each text: those that the model reads, where its tokenizer tells, else all words.

    Raises:
        Skip: when tokens are asked for that nobody can tell.
    """
    if level == "token" or (isinstance(model, GradientModel) and getattr(model.tokenizer, "is_fast", False)):
        return encode(differentiable(model), texts, level)
    return [plain(text) for text in texts]


def differentiable(model: Model) -> GradientModel:
    """The model, when it has a module and a tokenizer.

    Raises:
        Skip: when it can only be asked.
    """
    if not isinstance(model, GradientModel):
        raise Skip("the model can only be asked: it has no module whose gradients could be taken")
    return model


def _encoded(
    text: str, columns: Mapping[str, Any], offsets: Sequence[Span], special: Sequence[int], level: Level
) -> Encoded:
    content = np.array(special, dtype=bool) == 0
    tokens = [(int(a), int(b)) for (a, b), own in zip(offsets, content, strict=True) if own]
    if level == "token":
        return Encoded(text, tuple(tokens), columns, content, np.arange(len(tokens)))
    spans = within(words(text), tokens)
    return Encoded(text, spans, columns, content, owners(spans, text, tokens))
