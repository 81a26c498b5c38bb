"""Scores: how sure is the model of a class, row by row?"""

import numpy as np

from probes.types import Context, FloatArray


def scores(ctx: Context, index: int) -> FloatArray | None:
    """(N,) the probability or score of a class; NaN in invalid rows, None when only decisions are known."""
    answers = ctx.answers
    if answers.probabilities is not None:
        given = answers.probabilities[:, index]
    elif answers.scores is not None and index == ctx.positive:
        given = answers.scores
    else:
        return None
    return np.where(answers.valid, given, np.nan)
