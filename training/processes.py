"""Which processes train one model together, and how do they come to the same numbers?

Each runs its share of every batch through the model. The answers are then put together, so that each has the
loss of the whole batch, whatever that loss is, and its gradient by its own answers. The sum of these
gradients is the gradient of the whole batch: with it every process takes the same step, and nothing here has
to know how a method makes its loss.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

import numpy as np

from probes.errors import AuditError
from probes.faults import Faults
from probes.types import IntArray

if TYPE_CHECKING:
    from torch import Tensor

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE = timedelta(days=7)
"""How long the others wait while one is busy: a teacher's answers to all rows may take hours."""

BUCKET = 8 * 2**20
"""Numbers that are summed at once: enough for few messages, few enough to need little memory."""


@dataclass(frozen=True)
class Processes:
    """The processes that train together, and which of them this one is.

    Attributes:
        count: how many there are.
        index: this one, counted from 0.
    """

    count: int = 1
    index: int = 0

    @property
    def main(self) -> bool:
        """Whether this is the one that writes files, prints and tracks."""
        return self.index == 0

    @property
    def alone(self) -> bool:
        """Whether there is no other."""
        return self.count == 1


ALONE = Processes()


def launched() -> Processes:
    """The processes that a launcher such as `accelerate launch` or `torchrun` started; else this one."""
    return Processes(int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0")))


def local_index() -> int:
    """The number of this process among those on this machine, and of its CUDA device."""
    return int(os.environ.get("LOCAL_RANK", "0"))


@contextmanager
def joined(place: Callable[[], Any]) -> Iterator[Processes]:
    """The processes that were launched, in touch with each other until the end.

    Args:
        place: gives the device of this one, asked when there are others: what they tell each other goes from
            CUDA device to CUDA device, or through the network.

    Raises:
        AuditError: when they do not find each other.
    """
    together = launched()
    if together.alone:
        yield together
        return
    import torch
    from accelerate import PartialState

    device = place()
    if device.type == "cuda":
        torch.cuda.set_device(device)
    try:
        PartialState(cpu=device.type == "cpu", timeout=PATIENCE)
    except (ValueError, RuntimeError) as error:
        raise AuditError(
            f"{together.count} processes were started and do not find each other ({error}); start them with "
            "`accelerate launch` or `torchrun`, or without a launcher"
        ) from None
    try:
        yield together
    finally:
        torch.distributed.destroy_process_group()
        PartialState._reset_state()  # noqa: SLF001 - it would go on speaking of processes that are gone


def share(rows: Sequence[int] | IntArray, together: Processes) -> IntArray:
    """The rows of a batch that this process runs through the model: every `count`-th.

    All processes run equally many, so that all have something to run; where the rows do not suffice the
    first ones are run twice, and `whole` leaves the second answer out.
    """
    most = -(-len(rows) // together.count)
    return np.asarray(rows)[(together.index + together.count * np.arange(most)) % max(1, len(rows))]


def whole(own: "Tensor", rows: int, together: Processes) -> "Tensor":
    """(rows, …) what all processes have for the rows of a batch, with the gradient of this one's share."""
    if together.alone:
        return own
    import torch

    parts = [torch.empty_like(own, memory_format=torch.contiguous_format) for _ in range(together.count)]
    torch.distributed.all_gather(parts, own.detach().contiguous())
    parts[together.index] = own
    return torch.stack(parts, dim=1).flatten(0, 1)[:rows]


def sum_gradients(module: Any, together: Processes) -> None:
    """Put the sum over all processes in the place of the gradient of each trainable tensor."""
    if together.alone:
        return
    import torch

    trained = [weights for weights in module.parameters() if weights.requires_grad]
    there = torch.tensor([w.grad is not None for w in trained], device=trained[0].device, dtype=torch.int32)
    torch.distributed.all_reduce(there, torch.distributed.ReduceOp.MAX)
    for weights, anywhere in zip(trained, there.tolist(), strict=True):
        if anywhere and weights.grad is None:
            weights.grad = torch.zeros_like(weights)
    sum_up([weights.grad for weights in trained if weights.grad is not None], together)


def sum_up(tensors: Sequence["Tensor"], together: Processes) -> None:
    """Put the sum over all processes in the place of each tensor."""
    if together.alone:
        return
    import torch

    for bucket in _buckets(tensors):
        flat = torch.cat([tensor.flatten() for tensor in bucket])
        torch.distributed.all_reduce(flat)
        _put(bucket, flat)


def spread(tensors: Sequence["Tensor"], together: Processes) -> None:
    """Put what the main process has in the place of each tensor."""
    if together.alone:
        return
    import torch

    for bucket in _buckets(tensors):
        flat = torch.cat([tensor.detach().flatten() for tensor in bucket])
        torch.distributed.broadcast(flat, src=0)
        _put(bucket, flat)


def gathered(value: T, together: Processes) -> list[T]:
    """What each process has, in their order: plain data, arrays and tensors on the CPU."""
    if together.alone:
        return [value]
    import torch

    every: list[Any] = [None] * together.count
    torch.distributed.all_gather_object(every, value)
    return every


def told(value: T, together: Processes) -> T:
    """What the main process has."""
    if together.alone:
        return value
    import torch

    said: list[Any] = [value if together.main else None]
    torch.distributed.broadcast_object_list(said, src=0)
    found: T = said[0]
    return found


def agreed(together: Processes, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a step that each process takes for itself, once all have taken it.

    Raises:
        AuditError: in every process, with what any of them found.
    """
    faults = Faults()
    result = faults.attempt(step, *args, **kwargs)
    for found in gathered(faults.found, together):
        faults.add(*found)
    faults.check()
    return cast("T", result)


def by_main(together: Processes, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a step that the main process takes for all.

    Raises:
        AuditError: in every process, with what the main one found.
    """
    found = agreed(together, lambda: step(*args, **kwargs) if together.main else None)
    return cast("T", told(found, together))


def _buckets(tensors: Iterable["Tensor"]) -> Iterator[list["Tensor"]]:
    bucket: list[Tensor] = []
    for tensor in tensors:
        if bucket and sum(t.numel() for t in bucket) + tensor.numel() > BUCKET:
            yield bucket
            bucket = []
        bucket.append(tensor)
    if bucket:
        yield bucket


def _put(bucket: Sequence["Tensor"], flat: "Tensor") -> None:
    import torch

    parts: Any = torch.split(flat, [tensor.numel() for tensor in bucket])
    with torch.no_grad():
        for tensor, new in zip(bucket, parts, strict=True):
            tensor.copy_(new.view_as(tensor))
