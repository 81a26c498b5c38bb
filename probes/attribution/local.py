"""What does the gradient at the text itself say of its tokens?"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from probes.attribution.function import Batch, Function, collate
from probes.attribution.methods import NOT_FINITE, Request, Scores
from probes.attribution.precision import functions
from probes.attribution.slopes import batches
from probes.attribution.stillness import still
from probes.types import FloatArray

if TYPE_CHECKING:
    from torch import Tensor

Attribute = Callable[[Function, Batch, "Tensor"], "Tensor"]
"""(B, L) of a batch and its embeddings (B, L, D)."""


def saliency(request: Request) -> list[Scores]:
    """The length of the gradient at each token, summed over a word.

    Simonyan et al. (2014), Deep Inside Convolutional Networks, section 3; the length over the dimensions of
    an embedding as in Atanasova et al. (2020), A Diagnostic Study of Explainability Techniques.
    """
    from captum.attr import Saliency

    return local(request, lambda f, b, e: _captum(Saliency, f, b, e, abs=False).norm(dim=-1))


def input_x_gradient(request: Request) -> list[Scores]:
    """The gradient times the embedding (Shrikumar et al. 2017, section 2.2), summed over its dimensions."""
    from captum.attr import InputXGradient

    return local(request, lambda f, b, e: _captum(InputXGradient, f, b, e).sum(-1))


def local(request: Request, attribute: Attribute) -> list[Scores]:
    """What `attribute` gives for each text, in float32 and in batches."""
    return each_batch(functions(request.model).exact, request, attribute)


def each_batch(function: Function, request: Request, attribute: Attribute) -> list[Scores]:
    """What `attribute` gives for each text by a function, in batches."""
    tokens: dict[int, FloatArray] = {}
    with still(function.module):
        for rows in batches(function, [len(text) for text in request.texts]):
            batch = collate(
                function, [request.texts[i] for i in rows], [int(request.targets[i]) for i in rows]
            )
            embeddings = function.embeddings(batch.inputs["input_ids"]).requires_grad_()
            found = attribute(function, batch, embeddings).detach().double().cpu()
            tokens |= {i: f[r].numpy() for i, f, r in zip(rows, found, batch.real.cpu(), strict=True)}
    return [_scores(text.summed(tokens[row])) for row, text in enumerate(request.texts)]


def _scores(values: FloatArray) -> Scores:
    if np.isfinite(values).all():
        return Scores(values)
    return Scores(np.zeros(len(values)), withheld=NOT_FINITE)


def _captum(method: Any, function: Function, batch: Batch, embeddings: "Tensor", **options: Any) -> "Tensor":
    def output(at: "Tensor") -> "Tensor":
        return function.log_odds(at, batch.inputs, batch.targets)

    found: Tensor = method(output).attribute(embeddings, **options)
    return found
