"""Which texts are explained?"""

from collections.abc import Iterable

import numpy as np

from probes.content import digest
from probes.errors import Skip
from probes.types import Context


def chosen(ctx: Context, texts: Iterable[str], most: int) -> tuple[str, ...]:
    """At most `most` different texts to which the model has a valid answer, in an order of their own.

    They are chosen by their content and the seed, so that the rows may come in any order, and a larger
    choice begins with every smaller one: what was computed for these texts can be used again.

    Raises:
        Skip: when no text is left.
    """
    order = sorted(set(texts), key=lambda text: digest(f"{ctx.seed}:{text}"))[:most]
    answers = np.asarray(ctx.oracle.predict(order)) if order else np.empty((0, 1))
    kept = tuple(text for text, answer in zip(order, answers, strict=True) if np.isfinite(answer).all())
    if not kept:
        raise Skip("there is no text to explain to which the model gives a valid answer")
    return kept
