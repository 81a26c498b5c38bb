"""What does a model answer when units of its texts are missing? All texts are asked in one call."""

from collections.abc import Sequence

import numpy as np

from probes.attribution.encoding import Encoded
from probes.attribution.masking import without
from probes.attribution.methods import Request
from probes.attribution.missing import written
from probes.content import generator
from probes.types import BoolArray, FloatArray, IntArray

EDGE = 1e-6
"""Probabilities are taken as at least this: the log-odds of a rounded 0 or 1 would be infinite."""


def asked(request: Request, kept: Sequence[BoolArray]) -> list[FloatArray]:
    """The log-odds (K,) of each text's target for its coalitions (K, U): True where a unit is kept.

    Every masked text of every explained text goes into one call of the model, each different one once.
    """
    mask = written(request.baseline, request.model)
    texts = [
        _left(text, coalition, mask)
        for text, coalitions in zip(request.texts, kept, strict=True)
        for coalition in coalitions
    ]
    counts = [len(coalitions) for coalitions in kept]
    row = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    answers = np.asarray(request.model.predict(list(row)), dtype=float)[[row[text] for text in texts]]
    return np.split(log_odds(answers, np.repeat(request.targets, counts)), np.cumsum(counts)[:-1])


def log_odds(probabilities: FloatArray, targets: IntArray) -> FloatArray:
    """(N,) log p_t - log Σ_{k≠t} p_k, both sums at least 1e-6; NaN where an answer is not valid.

    Args:
        probabilities: (N, C).
        targets: (N,) the class t of each row.
    """
    rows = np.arange(len(targets))
    rest = probabilities.copy()
    rest[rows, targets] = 0.0
    both = np.stack([probabilities[rows, targets], rest.sum(axis=1)])
    one, other = np.log(np.maximum(both, EDGE))
    return np.asarray(one - other)


def drawing(request: Request, text: Encoded, method: str) -> np.random.Generator:
    """Chance for one text: it depends on the seed, the method and the text, not on the other texts."""
    return generator(f"{method}\0{text.text}", [request.seed])


def _left(text: Encoded, kept: BoolArray, mask: str) -> str:
    """What is left of the part of the text that the model reads: what it does not read shall not move in."""
    return without(text.text[: text.spans[-1][1]], text.spans, ~kept, mask=mask)
