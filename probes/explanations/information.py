"""How much does a word tell about the label of its text?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from probes.types import IntArray


@dataclass(frozen=True)
class Told:
    """What knowing that a text has the word tells about its label.

    Attributes:
        texts: how many texts have the word.
        bits: information gain, corrected for chance, never below 0.
        p: p-value of "the word tells nothing" (likelihood ratio test).
    """

    texts: int
    bits: float
    p: float


def presence(texts: Sequence[Iterable[str]], labels: IntArray, classes: int) -> Mapping[str, IntArray]:
    """Word -> (C,) the texts of each label that have it."""
    counts: dict[str, IntArray] = {}
    for words, label in zip(texts, labels.tolist(), strict=True):
        for word in set(words):
            counts.setdefault(word, np.zeros(classes, dtype=int))[label] += 1
    return counts


def information(present: IntArray, all_texts: IntArray) -> Told:
    """The information gain of a word about the label, with its test.

    Formula: mutual information of presence and label in bits, minus (labels - 1) / (2 N ln 2), the bias of
    the observed one where presence and label are independent.
    Range: 0 to the entropy of the label.
    How to read it: 0 means that texts with the word have the labels of all texts.

    Args:
        present: (C,) texts of each label that have the word.
        all_texts: (C,) all texts of each label.

    Reference: Miller (1955), Note on the bias of information estimates; the test is that of Wilks (1938).
    """
    from scipy.special import chdtrc, xlogy

    table = np.stack([present, all_texts - present]).astype(float)
    total, used = table.sum(), int((all_texts > 0).sum())
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / total
    safe = np.where(expected > 0, expected, 1.0)
    nats = float(xlogy(table, np.where(table > 0, table / safe, 1.0)).sum()) / total
    freedom = max(used - 1, 0)
    bits = max((nats - freedom / (2 * total)) / np.log(2), 0.0)
    p = float(chdtrc(freedom, max(2 * total * nats, 0.0))) if freedom else 1.0
    return Told(int(present.sum()), float(bits), p)
