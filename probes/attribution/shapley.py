"""What does a unit add, in the mean over all orders in which units could be put in?"""

import numpy as np

from probes.attribution.asking import asked, drawing
from probes.attribution.methods import Request, Scores, answered
from probes.types import BoolArray, FloatArray, IntArray

PAIRS = 8
"""Orders that are drawn; each is also gone through backwards, which halves the variance and more."""


def shapley_sampling(request: Request) -> list[Scores]:
    """Shapley values by drawn orders, each also gone through backwards.

    Castro, Gómez and Tejada (2009), Polynomial calculation of the Shapley value based on sampling, section 3;
    reversed orders: Mitchell et al. (2022), Sampling Permutations for Shapley Value Estimation, section 2.
    """
    orders = [_orders(drawing(request, t, "shapley_sampling"), len(t.spans)) for t in request.texts]
    outputs = asked(request, [_prefixes(order) for order in orders])
    return [_scores(order, seen) for order, seen in zip(orders, outputs, strict=True)]


def _orders(rng: np.random.Generator, units: int) -> IntArray:
    """(2 P, U) orders of the units, the second half those of the first backwards."""
    drawn = np.stack([rng.permutation(units) for _ in range(PAIRS)])
    return np.concatenate([drawn, drawn[:, ::-1]])


def _prefixes(orders: IntArray) -> BoolArray:
    """(2 P (U + 1), U) which units are there before each step of each order, and at its end."""
    place = np.argsort(orders, axis=1)
    steps = np.arange(orders.shape[1] + 1)
    return np.asarray(place[:, None, :] < steps[None, :, None]).reshape(-1, orders.shape[1])


def _scores(orders: IntArray, outputs: FloatArray) -> Scores:
    gains = np.diff(outputs.reshape(len(orders), -1), axis=1)
    each = np.take_along_axis(gains, np.argsort(orders, axis=1), axis=1)
    return answered(each.mean(axis=0), steps=len(orders), difference=float(outputs[-1] - outputs[0]))
