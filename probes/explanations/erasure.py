"""How does an answer change when the words that count most are taken away, or alone are left?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from probes.attribution.masking import without
from probes.attribution.result import Attribution
from probes.types import BoolArray, FloatArray, IntArray, Model

SHARES = (0.01, 0.05, 0.10, 0.20, 0.50)
"""Shares of the words that are taken away: the five bins of DeYoung et al. (2020), section 4.3."""

# Log-odds of a probability of 0 or 1 are infinite; a model in float32 seldom says more than this.
_SUREST = 1e-6
# In half of float32's width the probability of a text varies by a few thousandths.
_NOISE = 0.005


@dataclass(frozen=True, eq=False)
class Ranked:
    """An explained text with its words from the most to the least important.

    Attributes:
        attribution: the text, its words and the explained class.
        order: (U,) the words by their index, most important first.
    """

    attribution: Attribution
    order: IntArray

    @property
    def counts(self) -> IntArray:
        """(B,) how many words each share is: rounded up, so at least one."""
        return np.ceil(np.array(SHARES) * len(self.order) - 1e-9).astype(int)

    @property
    def dropped(self) -> BoolArray:
        """(2B, U) the words that go: the most important ones of each share, then all but these."""
        rank = np.empty(len(self.order), dtype=int)
        rank[self.order] = np.arange(len(self.order))
        first = rank[None, :] < self.counts[:, None]
        return np.concatenate([first, ~first])

    @property
    def texts(self) -> list[str]:
        """The whole text, those without the most important words, and those of them alone."""
        whole = self.attribution.read
        return [whole, *(without(whole, self.attribution.spans, gone) for gone in self.dropped)]


@dataclass(frozen=True, eq=False)
class Erased:
    """The probability of the explained class for T texts, and B shares of the words.

    Attributes:
        whole: (T,) for the whole texts.
        removed: (T, B) without their most important words.
        kept: (T, B) for these words alone.
        counts: (T, B) how many words that is.
    """

    whole: FloatArray
    removed: FloatArray
    kept: FloatArray
    counts: IntArray

    @property
    def comprehensiveness(self) -> FloatArray:
        """(T, B) by how much the probability falls without the words: high where they were needed."""
        return np.asarray(self.whole[:, None] - self.removed)

    @property
    def sufficiency(self) -> FloatArray:
        """(T, B) by how much it falls when nothing but the words is left: low where they suffice."""
        return np.asarray(self.whole[:, None] - self.kept)

    @property
    def log_odds(self) -> FloatArray:
        """(T, B) change of the log-odds without the words: low where they were needed."""
        return np.asarray(log_odds_of(self.removed) - log_odds_of(self.whole)[:, None])

    @property
    def monotone(self) -> FloatArray:
        """(T,) 1 where the probability never rises, while ever more of the words are taken away, else 0."""
        path = np.concatenate([self.whole[:, None], self.removed], axis=1)
        rises = np.diff(path, axis=1) > _NOISE
        return np.where(np.isfinite(path).all(axis=1), ~rises.any(axis=1), np.nan)


def mean_of(draws: Sequence[Erased]) -> Erased:
    """The mean over several random orders of the same texts."""
    return Erased(
        draws[0].whole,
        np.mean([draw.removed for draw in draws], axis=0),
        np.mean([draw.kept for draw in draws], axis=0),
        draws[0].counts,
    )


def erase(model: Model, runs: Sequence[Sequence[Ranked]]) -> list[Erased]:
    """What the model answers to every text of every run, asked in one call."""
    wanted = [[ranked.texts for ranked in run] for run in runs]
    rows = {text: row for row, text in enumerate(dict.fromkeys(t for run in wanted for v in run for t in v))}
    answers = np.asarray(model.predict(list(rows)), dtype=float) if rows else np.empty((0, 1))
    return [
        _erased(run, answers, [[rows[text] for text in variants] for variants in texts])
        for run, texts in zip(runs, wanted, strict=True)
    ]


def _erased(run: Sequence[Ranked], answers: FloatArray, rows: Sequence[Sequence[int]]) -> Erased:
    shares = len(SHARES)
    index = np.array(rows, dtype=int).reshape(len(run), 1 + 2 * shares)
    targets = np.array([ranked.attribution.target for ranked in run], dtype=int)
    found = answers[index, targets[:, None]]
    counts = np.array([ranked.counts for ranked in run], dtype=int).reshape(len(run), shares)
    return Erased(found[:, 0], found[:, 1 : 1 + shares], found[:, 1 + shares :], counts)


def log_odds_of(probability: FloatArray) -> FloatArray:
    """Log p - log (1 - p), p no closer to 0 or 1 than a millionth."""
    sure = np.clip(probability, _SUREST, 1 - _SUREST)
    return np.asarray(np.log(sure) - np.log1p(-sure))
