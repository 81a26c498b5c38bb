"""What does a smoothed classifier decide, and how sure can one be of it?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from probes.content import chosen, generator
from probes.errors import Skip
from probes.robustness.smoothing import Smoothing, lower_bound
from probes.robustness.sweep import decided
from probes.types import Context, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Smoothed:
    """The smoothed classifier on M texts.

    Attributes:
        rows: (M,) the rows of the data that the texts stand in.
        words: (M,) words of each text.
        classes: (M,) the class that most copies of the first stage got; -1 when none had a valid answer.
        lowest: (M,) lower bound of the probability that a copy gets that class.
    """

    rows: IntArray
    words: IntArray
    classes: IntArray
    lowest: FloatArray


def smoothed(ctx: Context, method: Smoothing, *, most: int, first: int, draws: int) -> Smoothed:
    """Draw the copies of at most `most` different texts and ask the model about all of them in one call.

    A copy without a valid answer counts for no class.
    """
    rows = chosen(ctx.texts, most, seed=ctx.seed)
    if not len(rows):
        raise Skip("there are no texts to smooth")
    texts = list(dict.fromkeys(ctx.texts[row] for row in rows.tolist()))
    copies = [_copies(text, method, first + draws, ctx.seed) for text in texts]
    asked = list(dict.fromkeys(copy for part in copies for copy in part))
    answer = dict(zip(asked, decided(ctx.oracle, asked).tolist(), strict=True))
    answers = np.array([[answer[copy] for copy in part] for part in copies], dtype=np.int64)
    classes = np.array(
        [_most_frequent(part, len(ctx.classes)) for part in answers[:, :first]], dtype=np.int64
    )
    hits = (answers[:, first:] == classes[:, None]).sum(axis=1) * (classes >= 0)
    lowest = lower_bound(hits, draws, (1 - ctx.confidence) / len(texts))
    index = {text: place for place, text in enumerate(texts)}
    place = np.array([index[ctx.texts[row]] for row in rows.tolist()], dtype=np.int64)
    words = np.array([len(text.split()) for text in texts], dtype=np.int64)
    return Smoothed(rows, words[place], classes[place], lowest[place])


def _copies(text: str, method: Smoothing, draws: int, seed: int) -> Sequence[str]:
    words = text.split()
    rng = generator(f"{method.way}\0{text}", [seed])
    return [method.copy(words, kept) for kept in method.kept(len(words), draws, rng)]


def _most_frequent(answers: IntArray, classes: int) -> int:
    votes = np.bincount(answers[answers >= 0], minlength=classes)
    return int(votes.argmax()) if votes.any() else -1
