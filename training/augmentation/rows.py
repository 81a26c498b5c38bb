"""How are changed copies of texts put beside the texts that they come from?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from probes.content import generator
from probes.types import IntArray

Transform = Callable[[str, np.random.Generator], str]
"""`transform(text, rng)`: the text changed so that its label stays true, or the same text."""


@dataclass(frozen=True, eq=False)
class Augmented:
    """Rows and their changed copies.

    Attributes:
        texts: (M,) the N given texts, then the copies.
        labels: (M,) the label of each; a copy has that of its origin.
        origin: (M,) which of the N texts each comes from; the first N are their own.
    """

    texts: tuple[str, ...]
    labels: IntArray
    origin: IntArray


def augmented(
    texts: Sequence[str],
    labels: IntArray,
    rows: IntArray,
    transforms: Sequence[Transform],
    *,
    copies: int = 1,
    seed: int = 0,
) -> Augmented:
    """The texts, and `copies` copies by each transform of each of `rows` that differ from it.

    What chance decides in a copy follows from the text, the seed and the number of the copy, not from the
    order of the rows.

    Args:
        texts: (N,) all texts, also those that are held out, so that row numbers stay what they are.
        labels: (N,) their labels.
        rows: which of them are trained on: only these are copied.
        transforms: the ways of changing a text.
        copies: of each row by each transform.
        seed: of the random choices.
    """
    copied = [
        (text, row)
        for row in rows.tolist()
        for number, transform in enumerate(transforms)
        for text in _copies(texts[row], transform, copies, seed=[seed, number])
    ]
    origin = np.concatenate([np.arange(len(texts)), np.array([row for _, row in copied], dtype=np.int64)])
    return Augmented((*texts, *(text for text, _ in copied)), labels[origin], origin)


def _copies(text: str, transform: Transform, copies: int, *, seed: Sequence[int]) -> list[str]:
    """Each different copy once, so that a transform without chance gives one."""
    made = (transform(text, generator(text, [*seed, copy])) for copy in range(copies))
    return [copy for copy in dict.fromkeys(made) if copy != text]
