"""What does each token add on the way from a baseline to the text? Integrated, until the sum is right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from probes.attribution.methods import SMALLEST, TOLERANCE
from probes.attribution.slopes import Point, Slope
from probes.types import FloatArray

Look = Callable[[Sequence[Point]], list[Slope]]
"""What is seen at points: the one thing that the integral needs of a model."""

FIRST, MOST = 6, 192
"""Intervals that a path starts with, and that it may have at most."""
CANCELLING = 8.0
"""The errors of the intervals may add up to this many times as much when their signs are left out."""


@dataclass(frozen=True, eq=False)
class Path:
    """What is known of the way from a baseline to an input.

    Attributes:
        alphas: (K,) ascending, from 0 to 1.
        outputs: (K,) the output there.
        along: (K, L) the gradient times the whole way, for each part of the input.
    """

    alphas: FloatArray
    outputs: FloatArray
    along: FloatArray

    @property
    def scores(self) -> FloatArray:
        """(L,) the integral by the trapezoidal rule."""
        width = np.diff(self.alphas)[:, None]
        return np.asarray((width * (self.along[1:] + self.along[:-1]) / 2).sum(axis=0))

    @property
    def errors(self) -> FloatArray:
        """(K-1,) on each interval, the integral minus what the output really gained there."""
        total = self.along.sum(axis=1)
        return np.asarray(np.diff(self.alphas) * (total[1:] + total[:-1]) / 2 - np.diff(self.outputs))

    @property
    def allowed(self) -> float:
        """The largest error that is tolerated."""
        return TOLERANCE * max(abs(float(self.outputs[-1] - self.outputs[0])), SMALLEST)

    @property
    def completeness_error(self) -> float:
        """|Σ scores - d| / max(|d|, 0.25), d the output at the input minus that at the baseline."""
        return TOLERANCE * abs(float(self.errors.sum())) / self.allowed

    @property
    def settled(self) -> bool:
        """Whether the sum is right, and not because large errors cancel."""
        errors = self.errors
        return bool(abs(errors.sum()) <= self.allowed and np.abs(errors).sum() <= CANCELLING * self.allowed)

    def wanted(self, most: int, noise: float) -> FloatArray:
        """Where to look next: the middles of the intervals whose errors are above their share; or nowhere."""
        errors, room = np.abs(self.errors), most - len(self.errors)
        if self.settled or self.allowed < noise or not np.isfinite(errors).all():
            return np.zeros(0)
        worst = np.argsort(-errors, kind="stable")[:room]
        middles = (self.alphas[:-1] + self.alphas[1:]) / 2
        return middles[worst[errors[worst] > self.allowed / len(errors)]]

    def joined(self, other: "Path") -> "Path":
        """The path with the points of both."""
        alphas = np.concatenate([self.alphas, other.alphas])
        order = np.argsort(alphas, kind="stable")
        outputs = np.concatenate([self.outputs, other.outputs])
        along = np.concatenate([self.along, other.along])
        return Path(alphas[order], outputs[order], along[order])


def integrate(
    inputs: Sequence[int], baseline: str, look: Look, *, most: int = MOST, noise: float = 0.0
) -> dict[int, Path]:
    """The path of each input, refined where its errors are until it is settled or has `most` intervals.

    On every interval the integral of the slopes must be what the output gains, which is known exactly. So the
    errors show where to look next, and errors that cancel are not taken for none.

    Args:
        inputs: the numbers of the inputs.
        baseline: where their paths start.
        look: tells what is seen at points of them.
        most: intervals that a path has at most.
        noise: how far outputs may be wrong; paths that are allowed less of an error are left as they are.
    """
    paths = _seen(dict.fromkeys(inputs, np.linspace(0, 1, FIRST + 1)), baseline, look)
    while wanted := {row: new for row, path in paths.items() if len(new := path.wanted(most, noise))}:
        more = _seen(wanted, baseline, look)
        paths |= {row: paths[row].joined(part) for row, part in more.items()}
    return paths


def _seen(wanted: Mapping[int, FloatArray], baseline: str, look: Look) -> dict[int, Path]:
    """What is seen at the wanted points of each input, all looked at together."""
    points = [Point(row, float(alpha), baseline) for row, alphas in wanted.items() for alpha in alphas]
    slopes = iter(look(points))
    return {row: _path(alphas, [next(slopes) for _ in alphas]) for row, alphas in wanted.items()}


def _path(alphas: FloatArray, slopes: Sequence[Slope]) -> Path:
    outputs = np.array([slope.output for slope in slopes])
    return Path(alphas, outputs, np.stack([slope.along for slope in slopes]))
