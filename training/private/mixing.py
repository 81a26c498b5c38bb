"""Does what the model says of one row depend on the other rows of the batch?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from probes.errors import AuditError
from training.batches import Batch

if TYPE_CHECKING:
    from torch import Tensor

TOLERANCE = 1e-5
"""Change of a logit, as a share of the largest one, that rounding may make."""


def check_mixing(module: Any, batch: Batch) -> None:
    """Refuse a model in which a row changes what is computed for another.

    The bound on the sum needs each row's gradient to be its own. One row after the other is replaced by its
    neighbour, in training mode with the same dropout masks, and the logits of all others must stay.

    Raises:
        AuditError: when they do not, or when a layer is of a kind that is known to mix.
    """
    if mixers := _known_mixers(module):
        raise AuditError(
            f"{', '.join(mixers)}: batch normalisation mixes the rows of a batch, so that the influence of "
            "one row has no bound; take a model with layer normalisation"
        )
    count, before = len(batch.labels), _logits(module, batch.inputs)
    for row in range(count):
        order = list(range(count))
        order[row] = (row + 1) % count
        after = _logits(module, {name: tensor[order] for name, tensor in batch.inputs.items()})
        others = [other for other in range(count) if other != row]
        moved = (after[others] - before[others]).abs().max() if others else before.new_zeros(())
        if float(moved) > TOLERANCE * (1 + float(before.abs().max())):
            raise AuditError(
                f"{type(module).__name__} mixes the rows of a batch: with another row in one place the "
                f"logits of the others move by up to {float(moved):.2g}. The influence of one row then has "
                "no bound; train it with the standard method"
            )


def _known_mixers(module: Any) -> list[str]:
    from torch.nn.modules.batchnorm import _BatchNorm

    return [
        f"{name} ({type(part).__name__})"
        for name, part in module.named_modules()
        if isinstance(part, _BatchNorm)
    ]


def _logits(module: Any, inputs: Mapping[str, "Tensor"]) -> "Tensor":
    import torch

    with torch.random.fork_rng(devices=range(torch.cuda.device_count())), torch.no_grad():
        torch.manual_seed(0)
        logits: Tensor = module.train()(**inputs).logits.float()
    return logits
