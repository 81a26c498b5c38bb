"""Which rows go through the model together, and as which tensors?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from probes.types import IntArray
from training.processes import ALONE, Processes, share

if TYPE_CHECKING:
    from torch import Tensor

POOL = 50
"""Batches whose rows are sorted by length together: enough to save padding, few enough to stay random."""


@dataclass(frozen=True, eq=False)
class Tokens:
    """Tokenised rows.

    Attributes:
        rows: (N,) for each row what the model takes: name -> token numbers.
        lengths: (N,) tokens in each row.
        labels: (N,) the true classes as index.
    """

    rows: Sequence[Mapping[str, list[int]]]
    lengths: IntArray
    labels: IntArray


@dataclass(frozen=True, eq=False)
class Batch:
    """Rows that go through the model together, here or in several processes.

    Attributes:
        rows: (B,) which rows these are, so that a method can look up what it knows of them.
        inputs: what the model takes, padded to the longest row; of the share of the rows that this process
            runs, where there are several.
        labels: (B,) the true classes as index.
    """

    rows: IntArray
    inputs: Mapping[str, "Tensor"]
    labels: "Tensor"


def tokenise(tokenizer: Any, texts: Sequence[str], labels: IntArray, *, max_length: int) -> Tokens:
    """Texts as token numbers, those beyond `max_length` cut off."""
    encoded = tokenizer(list(texts), truncation=True, max_length=max_length)
    rows = [{name: column[i] for name, column in encoded.items()} for i in range(len(texts))]
    return Tokens(rows, np.array([len(row["input_ids"]) for row in rows], dtype=np.int64), labels)


def shuffled(rows: IntArray, lengths: IntArray, *, size: int, rng: np.random.Generator) -> list[IntArray]:
    """The rows in batches of like length, in random order: each row in exactly one batch."""
    order = rng.permutation(rows)
    pools = (order[i : i + POOL * size] for i in range(0, len(order), POOL * size))
    batches = [batch for pool in pools for batch in ordered(pool, lengths, size=size)]
    return [batches[i] for i in rng.permutation(len(batches))]


def ordered(rows: IntArray, lengths: IntArray, *, size: int) -> list[IntArray]:
    """The rows in batches from long to short, so that a batch too big for the memory fails at once."""
    by_length = rows[np.argsort(-lengths[rows], kind="stable")]
    return [by_length[i : i + size] for i in range(0, len(by_length), size)]


def collated(
    batches: Sequence[IntArray], tokens: Tokens, tokenizer: Any, device: Any, together: Processes = ALONE
) -> Iterator[Batch]:
    """The batches as tensors on the device; of their inputs the share of this process."""
    import torch
    from transformers import DataCollatorWithPadding

    pad = DataCollatorWithPadding(tokenizer)
    for rows in batches:
        inputs = pad([dict(tokens.rows[i]) for i in share(rows, together)])
        labels = torch.as_tensor(tokens.labels[rows], dtype=torch.long, device=device)
        yield Batch(rows, {name: tensor.to(device) for name, tensor in inputs.items()}, labels)
