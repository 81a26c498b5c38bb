"""How do differences from a baseline flow through each non-linear layer?"""

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from probes.attribution.function import Batch, Function
from probes.attribution.integrated_gradients import looking
from probes.attribution.local import each_batch
from probes.attribution.methods import Request, Scores, promised, relative_error
from probes.attribution.precision import functions
from probes.attribution.slopes import Point

if TYPE_CHECKING:
    from torch import Tensor


def deeplift(request: Request) -> list[Scores]:
    """DeepLIFT with the rescale rule (Shrikumar et al. 2017, section 3), by Captum.

    Captum knows the rule for those activations that are modules of torch. Where others (GELU as transformers
    writes it, layer norms, the softmax of attention) bend the way from baseline to text, the scores do not
    sum to the difference of the outputs, and are withheld.
    """
    exact, rows = functions(request.model).exact, range(len(request.texts))
    ends = looking(request, exact)([Point(row, alpha, request.baseline) for row in rows for alpha in (0, 1)])
    gained = np.diff(np.array([end.output for end in ends]).reshape(-1, 2), axis=1)[:, 0]
    found = each_batch(exact, request, lambda f, b, e: _captum(f, b, e, request.baseline))
    return [
        promised(scores.values, None, relative_error(scores.values, float(gain)))
        for scores, gain in zip(found, gained, strict=True)
    ]


def _captum(function: Function, batch: Batch, embeddings: "Tensor", baseline: str) -> "Tensor":
    import torch
    from captum.attr import DeepLift

    content = batch.content[:, :, None].bool()
    start = torch.where(content, function.missing(baseline), embeddings.detach())
    names = list(batch.inputs)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Setting forward, backward hooks", category=UserWarning)
        found: Tensor = DeepLift(_as_module(function, names)).attribute(
            embeddings, start, additional_forward_args=(batch.targets, *(batch.inputs[n] for n in names))
        )
    return found.sum(-1)


def _as_module(function: Function, names: list[str]) -> Any:
    """The function as the module that Captum hooks into; it doubles the batch, for text and baseline."""
    import torch

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inside = function.module

        def forward(self, embeddings: "Tensor", targets: "Tensor", *inputs: "Tensor") -> "Tensor":
            return function.log_odds(embeddings, dict(zip(names, inputs, strict=True)), targets)

    return Whole()
