"""Which methods of attribution are there, and what does each promise?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from probes.attribution.encoding import Encoded
from probes.types import FloatArray, IntArray, Model

TOLERANCE = 0.05
"""Largest completeness error of an attribution that is believed."""
SMALLEST = 0.25
"""A difference of outputs below this is no scale for an error: 5 % of it are 0.3 points of probability."""
NOT_FINITE = "the model's gradient is not finite"


class Scores(NamedTuple):
    """What a method says of one text: a score for each unit, and what is needed to believe it."""

    values: FloatArray
    steps: int | None = None
    completeness_error: float | None = None
    withheld: str = ""


def answered(values: FloatArray, *, steps: int | None = None, difference: float | None = None) -> Scores:
    """The scores of a method that asks the model, which must have answered every time.

    Args:
        values: (U,) the scores; NaN where an answer was not valid.
        steps: how many draws they rest on.
        difference: what they should sum to, where the method promises that.
    """
    if not np.isfinite(values).all() or not np.isfinite(difference or 0.0):
        why = "the model gave no valid answer to the text with some of its words missing"
        return Scores(np.zeros(len(values)), steps, None, why)
    return Scores(values, steps, None if difference is None else relative_error(values, difference))


def promised(values: FloatArray, steps: int | None, error: float) -> Scores:
    """The scores of a method that takes gradients and promises that they sum to a difference of outputs.

    Args:
        values: (U,) the scores.
        steps: how many steps or draws they rest on.
        error: how far the sum is from the difference, relative to it.
    """
    if not np.isfinite(values).all() or not np.isfinite(error):
        return Scores(np.zeros(len(values)), steps, None, NOT_FINITE)
    return Scores(values, steps, error, _missed(steps, error) if error > TOLERANCE else "")


def _missed(steps: int | None, error: float) -> str:
    after = "" if steps is None else f"after {steps} steps "
    return (
        f"{after}the scores miss the difference of the outputs by {error:.0%} of it (limit {TOLERANCE:.0%})"
    )


def relative_error(values: FloatArray, difference: float) -> float:
    """|Σ scores - d| / max(|d|, 0.25), d the output at the input minus that at its baseline."""
    return abs(float(values.sum()) - difference) / max(abs(difference), SMALLEST)


@dataclass(frozen=True, eq=False)
class Request:
    """What is to be explained.

    Attributes:
        model: the model.
        texts: the texts, each with at least one unit.
        targets: (N,) the class of each whose log-odds are explained.
        baseline: what stands for a missing unit.
        seed: the seed of random draws.
    """

    model: Model
    texts: Sequence[Encoded]
    targets: IntArray
    baseline: str
    seed: int


class Explain(Protocol):
    """What a method does: scores of each text, which must not depend on the other texts."""

    def __call__(self, request: Request) -> Sequence[Scores]:
        """Explain all texts of the request together."""


@dataclass(frozen=True)
class Method:
    """A way to attribute the answer of a model to the units of its input.

    Attributes:
        name: its name in parameters and records.
        title: its name in reports.
        explain: what it does.
        baselines: what may stand for a missing unit, the preferred one first; "none" when nothing has to.
        needs_gradients: whether it needs the module, or only its answers.
        completeness: whether the scores should sum to the difference of the output to that at the baseline.
        signed: whether scores tell for from against; else they tell importance alone.
    """

    name: str
    title: str
    explain: Explain
    baselines: tuple[str, ...]
    needs_gradients: bool = True
    completeness: bool = False
    signed: bool = True
