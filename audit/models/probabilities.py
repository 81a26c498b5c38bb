"""How sure is the model of each class?"""

import numpy as np

from probes.types import FloatArray, IntArray


def softmax(logits: FloatArray) -> FloatArray:
    """Class probabilities exp(z_c) / Σ exp(z_k) of each row, in float64.

    Args:
        logits: (N, C).

    Returns:
        (N, C) in [0, 1], each row summing to 1; a row of NaN where a logit is not finite.
    """
    exact = logits.astype(np.float64)
    finite = np.isfinite(exact).all(axis=1, keepdims=True)
    exact = np.where(finite, exact, 0.0)
    odds = np.exp(exact - exact.max(axis=1, keepdims=True, initial=-np.inf))
    return np.where(finite, odds / odds.sum(axis=1, keepdims=True), np.nan)


def decisions(probabilities: FloatArray) -> IntArray:
    """(N,) index of the most probable class, the first of equals; -1 where a probability is NaN."""
    usable = np.asarray(np.isfinite(probabilities).all(axis=1))
    return np.where(usable, np.where(usable[:, None], probabilities, 0.0).argmax(axis=1), -1)
