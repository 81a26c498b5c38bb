"""What does the model decide on texts that are perturbed more and more?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from probes.content import chosen
from probes.perturbations import STRENGTHS, Perturbation
from probes.types import BoolArray, Context, FloatArray, IntArray, Model

Variants = Sequence[Sequence[Sequence[str]]]


@dataclass(frozen=True, eq=False)
class Sweep:
    """The decisions on M texts as they are, and after P perturbations at S strengths.

    Attributes:
        perturbations: the P perturbations.
        rows: (M,) the rows of the data that the texts stand in.
        texts: (M,) the texts as they are.
        variants: (P, M, S) the perturbed texts; the text itself where the perturbation cannot change it.
        clean: (M,) the class of each text as it is; -1 without a valid answer.
        answers: (P, M, S) the class of each perturbed text; -1 without a valid answer.
    """

    perturbations: tuple[Perturbation, ...]
    rows: IntArray
    texts: tuple[str, ...]
    variants: Variants
    clean: IntArray
    answers: IntArray

    @property
    def changed(self) -> BoolArray:
        """(P, M) whether a perturbation changes a text; if so, then at every strength."""
        pairs = [
            [variants[0] != text for variants, text in zip(part, self.texts, strict=True)]
            for part in self.variants
        ]
        return np.array(pairs, dtype=bool).reshape(len(self.perturbations), len(self.texts))

    @property
    def kept(self) -> BoolArray:
        """(P, M, S) whether the text is changed and has a valid answer before and after."""
        return np.asarray(self.changed[:, :, None] & (self.clean[:, None] >= 0) & (self.answers >= 0))

    @property
    def same(self) -> BoolArray:
        """(P, M, S) whether the decision is the same as on the text as it is."""
        return np.asarray(self.answers == self.clean[:, None])

    def lost(self, labels: IntArray) -> FloatArray:
        """(P, M, S) 1 where a right decision is lost, -1 where a wrong one is put right, else 0."""
        before = (self.clean == labels).astype(float)
        return np.asarray(before[:, None] - (self.answers == labels[:, None]))


def over_perturbations(found: Sweep, values: FloatArray, of: BoolArray) -> FloatArray:
    """(M, S) for each text the mean of (P, M, S) values over the perturbations that change it, or NaN.

    Args:
        found: the sweep.
        values: what is averaged.
        of: (P,) which of the perturbations take part.
    """
    kept = found.kept & of[:, None, None]
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(kept, values, 0.0).sum(axis=0) / kept.sum(axis=0))


def swept(ctx: Context, perturbations: Sequence[Perturbation], most: int) -> Sweep:
    """Perturb at most `most` different texts and ask the model about all of them in one call."""
    rows = chosen(ctx.texts, most, seed=ctx.seed)
    texts = tuple(ctx.texts[row] for row in rows.tolist())
    different = tuple(dict.fromkeys(texts))
    variants = [{text: p.sweep(text, seed=ctx.seed) for text in different} for p in perturbations]
    asked = dict.fromkeys(
        [*different, *(new for part in variants for found in part.values() for new in found)]
    )
    answer = dict(zip(asked, decided(ctx.oracle, list(asked)).tolist(), strict=True))
    shaped = [[part[text] for text in texts] for part in variants]
    answers = np.array(
        [[[answer[new] for new in found] for found in part] for part in shaped], dtype=np.int64
    )
    return Sweep(
        tuple(perturbations), rows, texts, shaped,
        clean=np.array([answer[text] for text in texts], dtype=np.int64),
        answers=answers.reshape(len(perturbations), len(texts), len(STRENGTHS)),
    )  # fmt: skip


def decided(model: Model, texts: Sequence[str]) -> IntArray:
    """(N,) the most probable class of each text; -1 without a valid answer."""
    probabilities = np.asarray(model.predict(texts))
    valid = np.asarray(np.isfinite(probabilities).all(axis=1))
    return np.where(valid, np.where(valid[:, None], probabilities, 0.0).argmax(axis=1), -1)
