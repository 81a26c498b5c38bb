"""Which small shift of the word embeddings makes the loss large? Steps of gradient ascent in a ball."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from training.adversarial.embeddings import Words
from training.adversarial.norms import NORMS

if TYPE_CHECKING:
    from torch import Tensor

NormName = Literal["l2", "linf"]
Start = Callable[[Words, float], "Tensor"]
"""`start(words, radius)`: the perturbation to begin with, inside the ball of either norm."""
Objective = Callable[["Tensor"], "Tensor"]
"""`objective(delta)`: the number to be made large, a mean over the examples."""


def nothing(words: Words, radius: float) -> "Tensor":  # noqa: ARG001 - the signature of a start
    """Begin with the embeddings as they are."""
    import torch

    return torch.zeros_like(words.embeddings)


def noise(words: Words, radius: float) -> "Tensor":
    """Begin with components drawn uniformly, as large as they can be without leaving the ball of either norm.

    Zhu et al. (2020), algorithm 1: drawn from [-1, 1], divided by sqrt(n D), times the radius.
    """
    import torch

    drawn = torch.empty_like(words.embeddings).uniform_(-1, 1)
    return drawn * words.real * (radius * NORMS["linf"].limit(words.embeddings, words.real))


@dataclass(frozen=True)
class Ascent:
    """How a perturbation is found.

    Attributes:
        radius: of the ball, as a share of the size of an example's embeddings; see
            `training.adversarial.norms`.
        steps: of gradient ascent.
        step_size: of a step, as a share of the radius.
        norm: of the ball.
        start: where ascent begins.
    """

    radius: float
    steps: int
    step_size: float
    norm: NormName = "l2"
    start: Start = nothing

    def __post_init__(self) -> None:
        if not (self.radius > 0 and self.steps >= 1 and self.step_size > 0 and self.norm in NORMS):
            raise ValueError(f"{self}: radius and step size are above 0, there is a step, norm is l2 or linf")


@dataclass(frozen=True, eq=False)
class Ball:
    """Where the perturbations of a batch may be.

    Attributes:
        words: the embeddings they are added to.
        limit: (B, 1, 1) how large each may be, in its norm.
    """

    words: Words
    limit: "Tensor"


def ball(ascent: Ascent, words: Words) -> Ball:
    """The ball of each example around its embeddings."""
    return Ball(words, ascent.radius * NORMS[ascent.norm].limit(words.embeddings, words.real))


def begin(ascent: Ascent, within: Ball) -> "Tensor":
    """The perturbation (B, L, D) before the first step."""
    return ascent.start(within.words, ascent.radius)


def climbed(ascent: Ascent, within: Ball, delta: "Tensor", gradient: "Tensor") -> "Tensor":
    """The perturbation after one step along the gradient, back inside the ball; 0 on padding."""
    norm = NORMS[ascent.norm]
    step = ascent.step_size * within.limit * norm.steepest(gradient * within.words.real)
    return norm.project(delta.detach() + step, within.limit)


def ascend(ascent: Ascent, within: Ball, delta: "Tensor", objective: Objective) -> "Tensor":
    """A perturbation (B, L, D) that makes the objective large; no weight's gradient is computed on the way.

    Goodfellow et al. (2015) for one step, Madry et al. (2018), section 2.1, for more.
    """
    import torch

    for _ in range(ascent.steps):
        delta.requires_grad_()
        (gradient,) = torch.autograd.grad(objective(delta), delta)
        delta = climbed(ascent, within, delta, gradient)
    return delta
