"""How does a text become the numbers that a model reads?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from audit.models.batches import padded

Side = Literal["right", "left", "none"]
DEFAULT_LENGTH = 512
# A tokenizer without a limit of its own says 1e30.
_NO_LIMIT = 10_000_000


@dataclass(frozen=True, eq=False)
class Tokens:
    """Texts as token ids, not yet padded.

    Attributes:
        columns: name of a model input (`input_ids`, `attention_mask`, …) -> a list of ids for each text.
        lengths: tokens of each text.
        truncated: how many texts were longer than the model reads.
    """

    columns: Mapping[str, Sequence[Sequence[int]]]
    lengths: Sequence[int]
    truncated: int


def tokenize(tokenizer: Any, texts: Sequence[str], *, longest: int) -> Tokens:
    """Token ids of texts, cut at `longest` tokens."""
    # A lone surrogate is no Unicode text; tokenizers refuse the whole batch because of it.
    clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
    encoded = tokenizer(clean, truncation=True, max_length=longest, padding=False, return_attention_mask=True)
    lengths = [len(ids) for ids in encoded["input_ids"]]
    full = [row for row, length in enumerate(lengths) if length >= longest]
    cut = sum(bool(encoded.encodings[row].overflowing) for row in full) if encoded.encodings else len(full)
    return Tokens({name: encoded[name] for name in encoded}, lengths, cut)


def collate(tokenizer: Any, tokens: Tokens, rows: Sequence[int], *, side: Side) -> dict[str, Any]:
    """The model's inputs for some rows, padded to the longest of them, as tensors."""
    import torch

    fill = {
        "input_ids": tokenizer.pad_token_id or 0,
        "token_type_ids": tokenizer.pad_token_type_id,
        "attention_mask": 0,
    }
    return {
        name: torch.from_numpy(
            padded([ids[row] for row in rows], value=fill.get(name, 0), left=side == "left")
        )
        for name, ids in tokens.columns.items()
    }


def longest_input(tokenizer: Any, module: Any) -> int:
    """How many tokens the model reads: the smaller of the tokenizer's limit and its own positions."""
    limits = [tokenizer.model_max_length, _positions(module)]
    known = [int(limit) for limit in limits if limit is not None and 0 < limit < _NO_LIMIT]
    return min(known, default=DEFAULT_LENGTH)


def _positions(module: Any) -> int | None:
    for name, part in module.named_modules():
        if name.endswith(("position_embeddings", "wpe")) and hasattr(part, "num_embeddings"):
            # RoBERTa counts positions from its padding index on, so the first ones are never used.
            unused = 0 if part.padding_idx is None else part.padding_idx + 1
            return int(part.num_embeddings) - unused
    declared = getattr(module.config.get_text_config(), "max_position_embeddings", None)
    return declared if isinstance(declared, int) else None
