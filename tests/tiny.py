"""A tiny BERT classifier with random weights and a tokenizer made on the spot: real files, no download."""

import string
from collections.abc import Sequence
from pathlib import Path
from typing import Any

WORDS = [
    "the",
    "a",
    "an",
    "this",
    "that",
    "it",
    "is",
    "was",
    "were",
    "be",
    "not",
    "very",
    "good",
    "bad",
    "great",
    "awful",
    "fine",
    "poor",
    "film",
    "movie",
    "play",
    "book",
    "story",
    "plot",
    "actor",
    "actress",
    "man",
    "woman",
    "men",
    "women",
    "he",
    "she",
    "his",
    "her",
    "boy",
    "girl",
    "king",
    "queen",
    "and",
    "or",
    "but",
    "with",
    "of",
    "in",
    "on",
    "for",
    "to",
    "from",
    "i",
    "we",
    "you",
    "they",
    "love",
    "hate",
    "like",
    "dislike",
    "enjoy",
    "bore",
    "funny",
    "sad",
    "happy",
    "dull",
    "bright",
    "slow",
    "fast",
    "long",
    "short",
    "new",
    "old",
    "best",
    "worst",
]
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def make_tiny_model(
    folder: Path, *, classes: Sequence[str] = ("negative", "positive"), seed: int = 0, spread: float = 0.5
) -> Path:
    """Save a classifier with random weights, `spread` wide, into `folder` and return the folder.

    Every text of letters, digits and punctuation has an answer; the same arguments give the same files.
    """
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    tokenizer, names = make_tokenizer(), dict(enumerate(classes))
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=64, max_position_embeddings=64, initializer_range=spread,
        id2label=names, label2id={name: index for index, name in names.items()},
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = BertForSequenceClassification(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_tokenizer() -> Any:
    """A WordPiece tokenizer that knows the words above, and every other word letter by letter."""
    from transformers import BertTokenizer

    letters = string.ascii_lowercase + string.digits + string.punctuation
    pieces = [*SPECIAL, *letters, *(f"##{letter}" for letter in letters), *WORDS]
    vocabulary = {piece: index for index, piece in enumerate(dict.fromkeys(pieces))}
    return BertTokenizer(vocab=vocabulary, model_max_length=64)
