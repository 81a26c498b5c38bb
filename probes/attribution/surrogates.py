"""Which additive model of the words comes closest to the model, around a text?"""

from collections.abc import Callable

import numpy as np

from probes.attribution.asking import asked, drawing
from probes.attribution.methods import Request, Scores, answered
from probes.types import BoolArray, FloatArray

PER_UNIT, LEAST = 4, 64
"""Coalitions that are drawn: this many for each unit, and this many more."""
WIDTH = 0.25
"""Width of LIME's kernel, in cosine distance."""
RIDGE = 1.0
"""Penalty of LIME's regression."""

Draw = Callable[[np.random.Generator, int], BoolArray]
Fit = Callable[[BoolArray, FloatArray], FloatArray]


def lime(request: Request) -> list[Scores]:
    """A ridge regression of the outputs on the words that are there, near coalitions weighing most.

    Ribeiro, Singh and Guestrin (2016), "Why Should I Trust You?", sections 3.3 and 3.4; kernel and penalty as
    in their code, and no word is left out of the regression.
    """
    return _fitted(request, "lime", _drawn_evenly, _ridge, complete=False)


def kernel_shap(request: Request) -> list[Scores]:
    """The regression whose solution over all coalitions is the Shapley value.

    Lundberg and Lee (2017), A Unified Approach to Interpreting Model Predictions, theorem 2. All coalitions
    where they are few, else pairs of a drawn one and its complement: Covert and Lee (2021), Improving
    KernelSHAP, section 3.
    """
    return _fitted(request, "kernel_shap", _drawn_by_kernel, _constrained, complete=True)


def _fitted(request: Request, method: str, draw: Draw, fit: Fit, *, complete: bool) -> list[Scores]:
    kept = [_with_ends(draw(drawing(request, text, method), len(text.spans))) for text in request.texts]
    found = []
    for coalitions, outputs in zip(kept, asked(request, kept), strict=True):
        valid = bool(np.isfinite(outputs).all())
        values = fit(coalitions, outputs) if valid else np.full(coalitions.shape[1], np.nan)
        difference = float(outputs[1] - outputs[0]) if complete else None
        found.append(answered(values, steps=len(coalitions), difference=difference))
    return found


def _with_ends(drawn: BoolArray) -> BoolArray:
    """No unit, every unit, and the coalitions between."""
    units = drawn.shape[1]
    return np.concatenate([np.zeros((1, units), bool), np.ones((1, units), bool), drawn])


def _drawn_evenly(rng: np.random.Generator, units: int) -> BoolArray:
    """Coalitions that lack a number of units drawn evenly from 1 to all, and then which ones."""
    lacking = rng.integers(1, units + 1, size=PER_UNIT * units + LEAST)
    return np.asarray(rng.random((len(lacking), units)).argsort(axis=1).argsort(axis=1) >= lacking[:, None])


def _ridge(kept: BoolArray, outputs: FloatArray) -> FloatArray:
    """Weighted ridge regression with an intercept that is not penalised."""
    design = kept.astype(float)
    distance = 1 - np.sqrt(design.mean(axis=1))  # From the whole text, by the cosine.
    weight = np.sqrt(np.exp(-((distance / WIDTH) ** 2)))
    share = weight / weight.sum()
    centred, aim = design - share @ design, outputs - share @ outputs
    gram = (centred * weight[:, None]).T @ centred + RIDGE * np.eye(design.shape[1])
    return np.linalg.solve(gram, (centred * weight[:, None]).T @ aim)


def _drawn_by_kernel(rng: np.random.Generator, units: int) -> BoolArray:
    """Every coalition, where there are few; else sizes by the Shapley kernel, with their complements."""
    most = PER_UNIT * units + LEAST
    if 2**units - 2 <= most:
        every = np.arange(1, 2**units - 1)
        return np.asarray(every[:, None] >> np.arange(units) & 1, dtype=bool)
    sizes = np.arange(1, units)
    chance = 1 / (sizes * (units - sizes))
    size = rng.choice(sizes, size=most // 2, p=chance / chance.sum())
    drawn = rng.random((len(size), units)).argsort(axis=1).argsort(axis=1) < size[:, None]
    return np.concatenate([drawn, ~drawn])


def _constrained(kept: BoolArray, outputs: FloatArray) -> FloatArray:
    """Least squares whose scores sum to the difference between every unit and none, exactly."""
    units, between = kept.shape[1], kept[2:].astype(float)
    total, gains = outputs[1] - outputs[0], outputs[2:] - outputs[0]
    # The sum is held by taking it out: what is left is a regression on how coalitions differ from their size.
    size = between.mean(axis=1, keepdims=True)
    weight = np.sqrt(_kernel_weights(between))[:, None]
    aim = (gains - size[:, 0] * total)[:, None]
    rest, *_ = np.linalg.lstsq(weight * (between - size), weight * aim, rcond=None)
    return np.asarray(rest[:, 0] - rest[:, 0].mean() + total / units)


def _kernel_weights(between: FloatArray) -> FloatArray:
    """(K,) what each coalition counts: the kernel where all of them are there, else 1, as drawn by it."""
    units = between.shape[1]
    if len(between) != 2**units - 2:
        return np.ones(len(between))
    from scipy.special import comb

    size = between.sum(axis=1)
    return np.asarray((units - 1) / (comb(units, size) * size * (units - size)))
