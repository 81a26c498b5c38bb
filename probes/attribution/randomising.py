"""Which model is left when what it has learnt is taken away, layer by layer from the top?"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from probes.attribution.encoding import encode
from probes.attribution.function import collate
from probes.attribution.memory import remembered
from probes.attribution.precision import functions
from probes.attribution.slopes import batches
from probes.content import digest
from probes.types import FloatArray, GradientModel


@dataclass(frozen=True, eq=False)
class Randomised:
    """A model of which the upper layers are random; satisfies `GradientModel`.

    Attributes:
        classes: the names of the classes.
        module: the torch module, a copy.
        tokenizer: the tokenizer.
        stage: the lowest part that is random.
    """

    classes: tuple[str, ...]
    module: Any
    tokenizer: Any
    stage: str

    def predict(self, inputs: Sequence[str]) -> FloatArray:
        """Class probabilities (N, C) of N texts."""
        import torch

        function, texts = functions(self).exact, encode(self, inputs, "word")
        answers = np.full((len(texts), len(self.classes)), np.nan)
        for rows in batches(function, [len(text) for text in texts]):
            batch = collate(function, [texts[row] for row in rows], [0] * len(rows))
            with torch.no_grad():
                logits = function.module(**batch.inputs).logits.double()
            answers[rows] = logits.softmax(-1).cpu().numpy()
        return answers


def randomised(model: GradientModel, *, seed: int) -> Iterator[Randomised]:
    """The model with ever more of its parts random, from the top: cascading randomisation.

    The values of each tensor are put in random order, so that their distribution stays what it was and
    nothing learnt is left. The model itself is not touched; each copy is given once the next is not needed.
    """
    module = copy.deepcopy(model.module)
    for stage, tensors in parts(module):
        _forget(tensors, seed)
        yield Randomised(model.classes, copy.deepcopy(module), model.tokenizer, stage)


def forgotten(model: GradientModel, *, seed: int) -> Randomised:
    """The last stage of `randomised`: everything is random; made once for a model and a seed."""
    return remembered(model, ("forgotten", seed), lambda: _forgotten(model, seed))


def _forgotten(model: GradientModel, seed: int) -> Randomised:
    module = copy.deepcopy(model.module)
    stages = parts(module)
    for _, tensors in stages:
        _forget(tensors, seed)
    return Randomised(model.classes, module, model.tokenizer, stages[-1][0])


def parts(module: Any) -> list[tuple[str, list[tuple[str, Any]]]]:
    """The named tensors of each part, from the top down: head, blocks from the last to the first, embeddings.

    The blocks are the list of modules with the most weights. What is registered after them counts as the
    head, what is before as the embeddings; a module without such a list has its children as blocks.
    """
    tensors = list(module.named_parameters())
    blocks = _blocks(module)
    found: dict[str, list[tuple[str, Any]]] = {}
    passed = False
    for name, weights in tensors:
        block = next((b for b in blocks if f"{name}.".startswith(f"{b}.")), None)
        passed = passed or block is not None
        part = f"block {blocks.index(block) + 1}" if block else "head" if passed else "embeddings"
        found.setdefault(part, []).append((name, weights))
    return list(reversed(found.items()))


def _blocks(module: Any) -> list[str]:
    """The names of the blocks."""
    import torch

    lists = {name: part for name, part in module.named_modules() if isinstance(part, torch.nn.ModuleList)}
    if not lists:
        return [name for name, _ in module.named_children()]
    largest = max(lists, key=lambda name: sum(w.numel() for w in lists[name].parameters()))
    return [f"{largest}.{number}" for number in range(len(lists[largest]))]


def _forget(tensors: Sequence[tuple[str, Any]], seed: int) -> None:
    """Put the values of each tensor in random order; which one depends on the seed and the name alone."""
    import torch

    for name, weights in tensors:
        number = int.from_bytes(digest(f"{seed}\0{name}")[:7], "big")
        order = torch.randperm(weights.numel(), generator=torch.Generator().manual_seed(number))
        with torch.no_grad():
            weights.copy_(weights.flatten()[order.to(weights.device)].view_as(weights))
