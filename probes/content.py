"""How does a random choice follow from the content of a text, and not from where it stands?"""

import hashlib
from collections.abc import Sequence

import numpy as np

from probes.types import IntArray


def digest(text: str) -> bytes:
    """The sha256 of any text, lone surrogates included."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def generator(text: str, seed: Sequence[int]) -> np.random.Generator:
    """A generator that follows from the text and the seed alone."""
    return np.random.default_rng([int.from_bytes(digest(text)[:8], "big"), *seed])


def chosen(texts: Sequence[str], most: int, *, seed: int = 0) -> IntArray:
    """The rows of at most `most` different texts, drawn by their content; rows with the same text together.

    The same texts are drawn in whatever order, and of more rows.

    Shape: (M,) row numbers, ascending.

    Args:
        texts: (N,) the texts of all rows.
        most: how many different texts.
        seed: another one draws others.
    """
    drawn = sorted(set(texts), key=lambda text: digest(f"{seed}:{text}"))[:most]
    kept = frozenset(drawn)
    return np.array([row for row, text in enumerate(texts) if text in kept], dtype=np.int64)
