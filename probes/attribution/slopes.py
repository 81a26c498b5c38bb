"""How does the output move at a point between a baseline and a text, token by token?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from probes.attribution.encoding import Encoded
from probes.attribution.function import Batch, Function, collate
from probes.attribution.stillness import still
from probes.shortage import is_out_of_memory, release_memory
from probes.types import FloatArray, IntArray

if TYPE_CHECKING:
    from torch import Tensor


class Point(NamedTuple):
    """Where the output is looked at: `alpha` of the way from the baseline (0) to the text (1)."""

    text: int
    alpha: float
    baseline: str


@dataclass(frozen=True, eq=False)
class Slope:
    """What was seen at a point.

    Attributes:
        output: the log-odds of the target class.
        along: (L,) for each token, the gradient times the way from the baseline to the text; 0 for special
            tokens, which stand still.
    """

    output: float
    along: FloatArray


def slopes(
    function: Function, texts: Sequence[Encoded], targets: IntArray, points: Sequence[Point]
) -> list[Slope]:
    """What is seen at each point: one pass forward and one backward, many points of many texts in a batch."""
    found: dict[int, Slope] = {}
    with still(function.module):
        for rows in batches(function, [len(texts[point.text]) for point in points]):
            seen = _in_parts(function, texts, targets, [points[row] for row in rows])
            found |= zip(rows, seen, strict=True)
    return [found[row] for row in range(len(points))]


def batches(function: Function, lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows by falling length, as many together as the budget of tokens allows."""
    rows = [int(row) for row in np.argsort(-np.asarray(lengths, dtype=np.int64), kind="stable")]
    start = 0
    while start < len(rows):
        longest = lengths[rows[start]]
        batch = rows[start : start + max(1, function.budget // max(1, longest))]
        yield batch if function.pads else [row for row in batch if lengths[row] == longest]
        start += len(batch) if function.pads else sum(lengths[row] == longest for row in batch)


def _in_parts(
    function: Function, texts: Sequence[Encoded], targets: IntArray, points: Sequence[Point]
) -> list[Slope]:
    """A batch, in two where memory does not suffice for it."""
    try:
        return _batch(function, texts, targets, points)
    except (RuntimeError, MemoryError) as error:
        if len(points) == 1 or not is_out_of_memory(error):
            raise
    release_memory(function.device)
    half = len(points) // 2
    return [
        slope
        for part in (points[:half], points[half:])
        for slope in _in_parts(function, texts, targets, part)
    ]


def _batch(
    function: Function, texts: Sequence[Encoded], targets: IntArray, points: Sequence[Point]
) -> list[Slope]:
    import torch

    batch, start, way = _lines(function, texts, targets, points)
    alphas = torch.tensor([point.alpha for point in points], device=function.device)[:, None, None]
    at = (start + alphas * way).requires_grad_()
    with torch.enable_grad():
        outputs = function.log_odds(at, batch.inputs, batch.targets)
        (gradients,) = torch.autograd.grad(outputs.sum(), at)
    along = (gradients * way).sum(-1).double().cpu()
    real = batch.real.cpu()
    return [Slope(float(o), a[r].numpy()) for o, a, r in zip(outputs.detach(), along, real, strict=True)]


def _lines(
    function: Function, texts: Sequence[Encoded], targets: IntArray, points: Sequence[Point]
) -> tuple[Batch, "Tensor", "Tensor"]:
    """The batch, the baseline of each row (R, L, D), and the way from there to its text."""
    import torch

    different = sorted({point.text for point in points})
    place = {text: row for row, text in enumerate(different)}
    each = collate(function, [texts[i] for i in different], [int(targets[i]) for i in different])
    rows = torch.tensor([place[point.text] for point in points], device=function.device)
    missing = {name: function.missing(name) for name in {point.baseline for point in points}}
    empty = torch.stack([missing[point.baseline] for point in points])[:, None, :]
    batch, here = each.at(rows), function.embeddings(each.inputs["input_ids"])[rows]
    content = batch.content[:, :, None].bool()
    start = torch.where(content, empty, here)
    return batch, start, here - start
