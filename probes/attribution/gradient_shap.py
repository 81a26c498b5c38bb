"""What do the gradients say at random points between random baselines and the text?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from probes.attribution.asking import drawing
from probes.attribution.encoding import Encoded
from probes.attribution.integrated_gradients import looking
from probes.attribution.methods import TOLERANCE, Request, Scores, promised, relative_error
from probes.attribution.missing import EMBEDDINGS, lacking
from probes.attribution.precision import functions
from probes.attribution.slopes import Point, Slope
from probes.types import FloatArray

DRAWS, MOST = 24, 192
"""Points that a text gets at a time, and at most."""


def gradient_shap(request: Request) -> list[Scores]:
    """The mean, over drawn baselines and points, of the gradient times the way from the baseline.

    Lundberg and Lee (2017); Erion et al. (2021), Improving performance of deep learning models with axiomatic
    attribution priors and expected gradients, equation 4. The baselines are those that the model has of the
    embedding of padding, that of the mask token, and zeros. Each of equal parts of the way gets a point. A
    text whose scores do not sum to the mean difference of the outputs gets more draws.
    """
    look = looking(request, functions(request.model).exact)
    names = [name for name in EMBEDDINGS if lacking(name, request.model) is None]
    rows = range(len(request.texts))
    seen = look([Point(row, alpha, name) for row in rows for name in names for alpha in (0.0, 1.0)])
    ends = np.array([slope.output for slope in seen]).reshape(len(rows), len(names), 2)
    drawn = {row: Drawn(ends[row, :, 1] - ends[row, :, 0], (), ()) for row in rows}
    chance = [drawing(request, text, "gradient_shap") for text in request.texts]
    while left := [row for row in rows if drawn[row].wants_more]:
        plans = {row: _plan(chance[row], len(names)) for row in left}
        seen = look([Point(row, alpha, names[which]) for row in left for alpha, which in plans[row]])
        for place, row in enumerate(left):
            slopes = seen[place * DRAWS : (place + 1) * DRAWS]
            drawn[row] = drawn[row].with_more([which for _, which in plans[row]], slopes)
    return [drawn[row].scored(text) for row, text in enumerate(request.texts)]


@dataclass(frozen=True, eq=False)
class Drawn:
    """What was seen of one text so far.

    Attributes:
        gains: (B,) the output at the text minus that at each baseline.
        which: the baseline of each draw.
        slopes: what was seen at each draw.
    """

    gains: FloatArray
    which: tuple[int, ...]
    slopes: tuple[Slope, ...]

    @property
    def tokens(self) -> FloatArray:
        """(L,) the mean over the draws."""
        return np.asarray(np.mean([slope.along for slope in self.slopes], axis=0))

    @property
    def error(self) -> float:
        """How far the scores are from the mean difference of the outputs, relative to it."""
        return relative_error(self.tokens, float(self.gains[list(self.which)].mean()))

    @property
    def wants_more(self) -> bool:
        """Whether more draws are wanted, and allowed."""
        return not self.slopes or (len(self.slopes) < MOST and self.error > TOLERANCE)

    def with_more(self, which: Sequence[int], slopes: Sequence[Slope]) -> "Drawn":
        """With the draws of another round."""
        return Drawn(self.gains, (*self.which, *which), (*self.slopes, *slopes))

    def scored(self, text: Encoded) -> Scores:
        """The scores of the units."""
        return promised(text.summed(self.tokens), len(self.slopes), self.error)


def _plan(rng: np.random.Generator, baselines: int) -> list[tuple[float, int]]:
    """Where the draws of a round are, and which baseline each starts from."""
    alphas = (np.arange(DRAWS) + rng.random(DRAWS)) / DRAWS
    return list(zip(alphas.tolist(), rng.integers(baselines, size=DRAWS).tolist(), strict=True))
