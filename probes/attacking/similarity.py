"""How alike are two texts, by the base encoder?

The vector of a text is the mean of its tokens' last hidden states, of length 1 (Reimers and Gurevych, 2019,
"Sentence-BERT", section 3, MEAN strategy). The encoder is read from the user's cache; it is never the audited
model.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from probes.cache import resource
from probes.errors import Skip
from probes.types import FloatArray

ENCODER = ("minilm-l6", "0.1.0")
LONGEST = 256
# Tokens of a batch; about the fastest on a CPU, and far from the end of any memory.
BUDGET = 1_000


def encoder_folder() -> Path | None:
    """Where the encoder lies; None when it has not been fetched."""
    folder = resource(*ENCODER)
    return folder if folder.joinpath("model.safetensors").is_file() else None


def similarity(texts: Sequence[str], others: Sequence[str]) -> FloatArray:
    """Cosine similarity of each text with the one beside it.

    Returns:
        (N,) Σ a_k b_k of the two unit vectors, in [-1, 1]: 1 for the same text, about 0 for texts that have
        nothing to do with each other.

    Raises:
        Skip: when the encoder has not been fetched.
    """
    pairs = [*texts, *others]
    unique = {text: row for row, text in enumerate(dict.fromkeys(pairs))}
    vectors = encode(list(unique))
    rows = [unique[text] for text in pairs]
    products = vectors[rows[: len(texts)]] * vectors[rows[len(texts) :]]
    return np.asarray(np.clip(products.sum(axis=1), -1.0, 1.0))


def encode(texts: Sequence[str]) -> FloatArray:
    """Vectors (N, D) of N texts, each of length 1; a text is cut after 256 tokens.

    Raises:
        Skip: when the encoder has not been fetched.
    """
    folder = encoder_folder()
    if folder is None:
        raise Skip("the sentence encoder is not here; run `audit fetch minilm-l6`")
    return _loaded(folder).encode(texts)


@dataclass(frozen=True, eq=False)
class _Encoder:
    tokenizer: Any
    module: Any

    def encode(self, texts: Sequence[str]) -> FloatArray:
        vectors = np.empty((len(texts), self.module.config.hidden_size), dtype=np.float32)
        ids = self.tokenizer(list(texts), truncation=True, max_length=LONGEST)["input_ids"] if texts else []
        for rows in _batches([len(one) for one in ids]):
            vectors[rows] = self._mean_pooled([ids[row] for row in rows])
        return vectors

    def _mean_pooled(self, ids: Sequence[Sequence[int]]) -> FloatArray:
        import torch

        inputs = self.tokenizer.pad({"input_ids": list(ids)}, return_tensors="pt")
        with torch.inference_mode():
            states = self.module(**inputs).last_hidden_state
            weights = inputs["attention_mask"].unsqueeze(-1)
            mean = (states * weights).sum(dim=1) / weights.sum(dim=1)
            return np.asarray(torch.nn.functional.normalize(mean, dim=1).numpy())


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows of about the same length, in batches of at most `BUDGET` tokens with their padding."""
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    while order:
        size = max(1, BUDGET // lengths[order[0]])
        yield order[:size]
        order = order[size:]


@cache
def _loaded(folder: Path) -> _Encoder:
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        module = AutoModel.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
    return _Encoder(tokenizer, module.eval())
