"""How sure is the model of what it decides, row by row?"""

import numpy as np

from probes.errors import Skip
from probes.types import Context, FloatArray


def of_decision(ctx: Context) -> FloatArray:
    """(V,) the probability of the decided class, of the rows with a valid answer.

    Raises:
        Skip: when only decisions are known.
    """
    shares = _probabilities(ctx)
    return np.asarray(shares[np.arange(len(shares)), ctx.answers.labels[ctx.answers.valid]])


def largest(ctx: Context) -> FloatArray:
    """(V,) the largest probability of each row with a valid answer.

    Raises:
        Skip: when only decisions are known.
    """
    return np.asarray(_probabilities(ctx).max(axis=1, initial=0.0))


def _probabilities(ctx: Context) -> FloatArray:
    """(V, C), from the score of the positive class where there are two classes and nothing else."""
    answers = ctx.answers
    if answers.probabilities is not None:
        return np.asarray(answers.probabilities[answers.valid])
    if answers.scores is None or ctx.positive is None or len(ctx.classes) != 2:
        raise Skip("only decisions are known, not how sure the model is of them")
    positive = answers.scores[answers.valid]
    both = np.stack([1 - positive, positive], axis=1)
    return np.asarray(both if ctx.positive == 1 else both[:, ::-1])
