"""In which type of numbers are the gradients of a model fastest, and still those of float32?"""

import copy
import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np

from probes.attribution.agreement import rank_correlation
from probes.attribution.encoding import Encoded, differentiable, encode
from probes.attribution.function import Function
from probes.attribution.memory import remembered
from probes.attribution.paths import FIRST, Path, integrate
from probes.attribution.slopes import Point, slopes
from probes.choices import kept_choice, machine
from probes.types import GradientModel, IntArray, Model

# Measured with a 6-layer encoder on a 2-core CPU: larger batches hold texts of more different lengths, and
# what they gain is lost to padding.
CPU_BUDGET, ACCELERATOR_BUDGET = 1_000, 8_192
DTYPES = ("float32", "bfloat16")
# A half-width type has to win by a fifth: it costs memory, and unsettled texts are done again.
WORTHWHILE = 0.8
ROUNDS = 3
ALIKE = 0.95
"""Least rank correlation with float32, in the mean over the trial texts."""
UNMOVED = 1e-3

TRIAL_TEXTS = (
    "Yes.",
    "The book was not as good as I had hoped.",
    "After a slow start the story finds its way, and the last hour is worth the long walk home.",
    "Nobody laughed at the second half, although everything in it was meant to be funny.",
    "My neighbour was surprised that such a cheap and badly made thing works at all.",
    "Her answer came late and explained very little of what had gone wrong in the new office.",
)


@dataclass(frozen=True, eq=False)
class Functions:
    """A model as a differentiable function.

    Attributes:
        exact: in float32; the audited module itself, which is as before after every use.
        fast: in half the width, where a timing and a comparison speak for it; else None.
        noise: how far its outputs were from those in float32 on the paths of the trial texts, as the root of
            the mean square.
    """

    exact: Function
    fast: Function | None = None
    noise: float = 0.0


def functions(model: Model) -> Functions:
    """The model as a function, in float32 and in the type that is worth it here.

    On a CPU the half-width copy computes attention step by step: the backward pass of the fused attention is
    slow there.

    Raises:
        Skip: when the model has no gradients, or its tokenizer does not tell where its tokens stand.
    """
    return remembered(model, "functions", lambda: _functions(differentiable(model)))


def _functions(model: GradientModel) -> Functions:
    texts = [text for text in encode(model, TRIAL_TEXTS, "word") if text.spans]
    exact = Function(model.module, model.tokenizer, _budget(model.module))
    exact = replace(exact, pads=_padding_is_harmless(exact, texts))
    key = hashlib.sha256(f"gradients\0{machine(exact.device)}{_shape(model.module)}".encode()).hexdigest()
    if kept_choice(key, DTYPES, lambda: _timed_choice(exact, texts)) == "float32":
        return Functions(exact)
    return checked(exact, narrowed(exact), texts)


def checked(exact: Function, fast: Function, texts: Sequence[Encoded]) -> Functions:
    """Both functions when they rank the tokens of the trial texts alike, else the exact one alone."""
    right, rough = _coarse(exact, texts), _coarse(fast, texts)
    found = [
        rank_correlation(one.scores[text.content], other.scores[text.content]) or 0.0
        for text, one, other in zip(texts, right, rough, strict=True)
        if text.content.sum() > 2
    ]
    if not found or not float(np.mean(found)) >= ALIKE:
        return Functions(exact)
    off = np.concatenate([a.outputs - b.outputs for a, b in zip(right, rough, strict=True)])
    return Functions(exact, fast, float(np.sqrt(np.mean(off**2))))


def narrowed(exact: Function) -> Function:
    """A copy in bfloat16."""
    import torch

    module = unfused(exact.module) if exact.device.type == "cpu" else copy.deepcopy(exact.module)
    return replace(exact, module=module.to(torch.bfloat16))


def unfused(module: Any) -> Any:
    """A copy that computes attention step by step, where the module can be told to."""
    from transformers import PreTrainedModel

    other = copy.deepcopy(module)
    if isinstance(other, PreTrainedModel):
        other.set_attn_implementation("eager")
    return other


def _budget(module: Any) -> int:
    on_cpu = module.get_input_embeddings().weight.device.type == "cpu"
    return CPU_BUDGET if on_cpu else ACCELERATOR_BUDGET


def _shape(module: Any) -> str:
    return f"{type(module).__name__} {[tuple(weights.shape) for weights in module.parameters()]}"


def _padding_is_harmless(function: Function, texts: Sequence[Encoded]) -> bool:
    """Whether texts together get the outputs that each gets alone."""
    if function.tokenizer.pad_token is None:
        return False
    points = [Point(row, 1.0, "zero") for row in range(len(texts))]
    together, alone = (
        np.array([seen.output for seen in slopes(way, texts, _targets(texts), points)])
        for way in (function, replace(function, pads=False))
    )
    return bool(np.allclose(together, alone, rtol=UNMOVED, atol=UNMOVED))


def _timed_choice(exact: Function, texts: Sequence[Encoded]) -> str:
    try:
        seconds = _timings({"float32": exact, "bfloat16": narrowed(exact)}, texts)
    except (RuntimeError, MemoryError):
        return "float32"  # The device, or an operation of the module, has no such type.
    return "bfloat16" if seconds["bfloat16"] <= WORTHWHILE * seconds["float32"] else "float32"


def _timings(candidates: Mapping[str, Function], texts: Sequence[Encoded]) -> dict[str, float]:
    """Median seconds of a batch in each type; the types take turns, so that a busy moment hits all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    points = [Point(row, alpha, "zero") for row in range(len(texts)) for alpha in np.linspace(0, 1, FIRST)]
    for _ in range(1 + ROUNDS):
        for name, function in candidates.items():
            start = time.perf_counter()
            slopes(function, texts, _targets(texts), points)
            seconds[name].append(time.perf_counter() - start)
    return {name: median(taken[1:]) for name, taken in seconds.items()}


def _coarse(function: Function, texts: Sequence[Encoded]) -> list[Path]:
    """The path of each text with the fewest steps."""
    paths = integrate(
        range(len(texts)), "zero", lambda p: slopes(function, texts, _targets(texts), p), most=FIRST
    )
    return [paths[row] for row in range(len(texts))]


def _targets(texts: Sequence[Encoded]) -> IntArray:
    return np.zeros(len(texts), dtype=np.int64)
