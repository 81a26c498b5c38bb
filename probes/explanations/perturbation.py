"""Does an attribution foretell what a perturbation does, and does it hold still under a small one?"""

from collections.abc import Sequence

import numpy as np

from probes.attribution import attribute
from probes.attribution.masking import without
from probes.attribution.result import Attribution
from probes.content import generator
from probes.types import BoolArray, FloatArray, Model


def infidelity(scores: FloatArray, dropped: BoolArray, falls: FloatArray) -> float:
    """How far what the scores foretell lies from what the model does.

    Formula: `mean over perturbations of (β Σ scores of the dropped words - fall)²`, with the β that makes
    the two agree best, so that methods with different scales can be compared.
    Range: 0 to 1 for falls of a probability. How to read it: 0 means that the answer falls as foretold.
    Undefined: NaN where the model gave no valid answer.

    Args:
        scores: (U,) the attribution.
        dropped: (P, U) the words that each perturbation takes away.
        falls: (P,) by how much the answer falls.

    Reference: Yeh et al. (2019), On the (In)fidelity and Sensitivity of Explanations, definition 2.1 with
    the perturbations of section 2.2 on the presence of words, and the scaling of section 2.3; the numbers
    are those of Captum's `infidelity(normalize=True)`.
    """
    foretold = dropped @ scores
    size = float(np.mean(foretold**2))
    scale = float(np.mean(foretold * falls)) / size if size > 0 else 1.0
    return float(np.mean((scale * foretold - falls) ** 2))


def sensitivity(model: Model, explained: Sequence[Attribution], *, neighbours: int, seed: int) -> FloatArray:
    """By how much an attribution changes, at most, when one word of the text is left out.

    Formula: `max over neighbours of |scores(x') - scores(x)| / |scores(x)|` with the Euclidean norm over the
    words that both texts have; the explained class stays the same.
    Shape: (T,).
    Range: 0 upwards. How to read it: 0 means that the other words keep their scores.
    Undefined: NaN for texts of one word and for attributions that are 0 everywhere, or not to be believed.

    Args:
        model: the model.
        explained: the attributions of the texts, by one method.
        neighbours: how many words are left out, each by itself.
        seed: of the choice of words, with the text.

    Reference: Yeh et al. (2019), definition 3.1, with a word in place of the radius; for the same
    neighbours the numbers are those of Captum's `sensitivity_max`.
    """
    drops = [_drops(attribution, neighbours, seed) for attribution in explained]
    pairs = [(row, drop) for row, chosen in enumerate(drops) for drop in chosen]
    if not pairs:
        return np.full(len(explained), np.nan)
    texts = [without(explained[row].read, explained[row].spans, drop) for row, drop in pairs]
    targets = np.array([explained[row].target for row, _ in pairs])
    again = attribute(model, texts, explained[0].method, targets=targets, seed=seed)
    worst = np.full(len(explained), np.nan)
    for (row, drop), neighbour in zip(pairs, again, strict=True):
        worst[row] = np.fmax(worst[row], _change(explained[row], drop, neighbour))
    return worst


def _drops(attribution: Attribution, neighbours: int, seed: int) -> list[BoolArray]:
    words = len(attribution.units)
    if words < 2:
        return []
    order = generator(f"neighbours\0{attribution.text}", (seed,)).permutation(words)[:neighbours]
    return [np.arange(words) == word for word in order]


def _change(whole: Attribution, drop: BoolArray, neighbour: Attribution) -> float:
    before = np.asarray(whole.scores)[~drop]
    size = float(np.linalg.norm(whole.scores))
    if neighbour.withheld or len(before) != len(neighbour.scores) or size == 0:
        return float("nan")
    return float(np.linalg.norm(neighbour.scores - before)) / size
