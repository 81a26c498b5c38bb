"""How far may the words of a text be changed before a smoothed classifier can change its decision?

The smoothed classifier of a model shows it many copies of a text in which most words are masked or left out
at random, and takes the class that most copies get. Whoever changes r words changes only the copies that show
one of them, and how many these are follows from the way the copies are drawn, not from the model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import Literal, Protocol

import numpy as np

from probes.types import BoolArray, FloatArray

Way = Literal["masking", "deletion"]


class Smoothing(Protocol):
    """A way to draw copies of a text."""

    @property
    def way(self) -> Way:
        """Its name."""

    def kept(self, words: int, draws: int, rng: np.random.Generator) -> BoolArray:
        """(draws, words) which words each copy shows."""

    def copy(self, words: Sequence[str], kept: BoolArray) -> str:
        """The copy that shows the kept words."""

    def reach(self, words: int, radius: int) -> float:
        """The largest probability that a copy shows one of `radius` changed words, of `words` in all."""


@dataclass(frozen=True)
class Masking:
    """Of n words k stay, all choices of k words equally likely; each other word becomes the mask.

    Two texts of n words that differ in r of them have the same copy wherever none of the r is among the k
    that stay, so that the probability of any class differs by at most `1 - C(n - r, k) / C(n, k)`.

    Attributes:
        share: of the words that are masked; k = n - round(share n), at least 1.
        mask: what stands in place of a masked word.

    References:
        A. Levine, S. Feizi (2020), Robustness certificates for sparse adversarial attacks by randomized
        ablation, theorem 1. J. Zeng et al. (2021), Certified robustness to text adversarial attacks by
        randomized [MASK], theorem 1, whose factor β we take as 1: it depends on which words are changed, and
        an estimate of it is no bound.
    """

    share: float
    mask: str
    way: Way = "masking"

    def kept(self, words: int, draws: int, rng: np.random.Generator) -> BoolArray:
        """(draws, words) which words each copy shows."""
        order = rng.random((draws, words)).argsort(axis=1).argsort(axis=1)
        return np.asarray(order < self._shown(words))

    def copy(self, words: Sequence[str], kept: BoolArray) -> str:
        """The words, the others as masks."""
        return " ".join(word if shown else self.mask for word, shown in zip(words, kept, strict=True))

    def reach(self, words: int, radius: int) -> float:
        """`1 - C(n - r, k) / C(n, k)`; 1 when fewer than r words are there."""
        if radius > words:
            return 1.0
        return 1.0 - comb(words - radius, self._shown(words)) / comb(words, self._shown(words))

    def _shown(self, words: int) -> int:
        return min(words, max(1, words - round(self.share * words)))


@dataclass(frozen=True)
class Deletion:
    """Each word is left out with the same probability p, by itself.

    Let s words be exchanged, i inserted and d left out, at most r in all, and P be the probability of a class
    before. It is at least `p^(i - d) (P - 1 + p^(s + d))` after, because copies of both texts that show
    nothing but their common words are alike. Where `P - 1 + p^r` is above 0, this is never below it, so that
    `1 - p^r` does for a certificate what the reach of masking does.

    Attributes:
        share: the probability p.

    References:
        Z. Huang et al. (2023), RS-Del: edit distance robustness certificates for sequence classifiers via
        randomized deletion, theorem 7 and corollary 8, on words in place of bytes.
    """

    share: float
    way: Way = "deletion"

    def kept(self, words: int, draws: int, rng: np.random.Generator) -> BoolArray:
        """(draws, words) which words each copy shows."""
        return np.asarray(rng.random((draws, words)) >= self.share)

    def copy(self, words: Sequence[str], kept: BoolArray) -> str:
        """The words that are kept."""
        return " ".join(word for word, shown in zip(words, kept, strict=True) if shown)

    def reach(self, words: int, radius: int) -> float:  # noqa: ARG002 - the same for texts of any length
        """`1 - p^r`."""
        return float(1.0 - self.share**radius)


def certified(lowest: FloatArray, reach: FloatArray) -> BoolArray:
    """Whether no change within the radius can change the decision of the smoothed classifier.

    The decided class has a probability of at least `lowest`; after the change it has at least
    `lowest - reach`, and every other class has at most `1 - (lowest - reach)`. So the decision stays when
    `lowest - reach > 1/2`.

    Shape: that of `lowest` and `reach`.
    """
    return np.asarray(lowest - reach > 0.5)


def lower_bound(hits: FloatArray, draws: int, error: float) -> FloatArray:
    """The lower bound of a probability that is too high in at most `error` of repeated draws.

    References:
        C. J. Clopper, E. S. Pearson (1934), The use of confidence or fiducial limits illustrated in the case
        of the binomial, Biometrika 26.
    """
    from scipy.special import betaincinv

    counted = np.asarray(hits, dtype=float)
    return np.where(counted == 0, 0.0, betaincinv(np.maximum(counted, 1), draws - counted + 1, error))
