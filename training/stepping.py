"""How are the steps of an epoch taken? What a method does in a run, and the way most methods do it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from probes.progress import Progress, silent
from probes.types import IntArray
from training.base import Pretrained
from training.batches import Batch, Tokens, shuffled
from training.evaluate import LOSS, Criterion
from training.plan import Plan
from training.processes import Processes, sum_gradients

if TYPE_CHECKING:
    from torch import Tensor

    from training.methods import Gradients, Session

Steps = Callable[[int, int], Iterator[tuple[int, "Tensor | float"]]]
"""`steps(epoch, done)` takes the steps of an epoch, counted from 1, that come after the first `done`, and
yields after each its number of rows and their mean loss."""


@dataclass(frozen=True, eq=False)
class Material:
    """What is trained on.

    Attributes:
        texts: (N,) the texts of all rows, also of those that are held out; what `Batch.rows` counts.
        labels: (N,) the true classes as index.
        rows: which of them are trained on.
        origin: (N,) which row each is a copy of, rows that were given being their own; None without copies.
    """

    texts: Sequence[str]
    labels: IntArray
    rows: IntArray
    origin: IntArray | None = None

    @property
    def origins(self) -> IntArray:
        """(N,) which row each is a copy of."""
        return np.arange(len(self.texts)) if self.origin is None else self.origin


@dataclass(frozen=True, eq=False)
class Work:
    """What a method is given when a run begins.

    Attributes:
        plan: how to train, defaults filled in.
        session: module, optimiser and schedule, on their device.
        model: the module as it is without wrappers, and its tokenizer.
        material: the texts and which of them are trained on.
        tokens: the texts as the model takes them.
        tokenised: (texts, labels) -> their tokens, cut as those are.
        collate: (batches of rows, tokens, processes that share them) -> the batches as tensors on the device.
        per_epoch: steps of an epoch.
        steps: steps of the whole run.
        progress: shows how far long work between the steps is.
    """

    plan: Plan
    session: "Session"
    model: Pretrained
    material: Material
    tokens: Tokens
    tokenised: Callable[[Sequence[str], IntArray], Tokens]
    collate: Callable[[Sequence[IntArray], Tokens, Processes], Iterator[Batch]]
    per_epoch: int
    steps: int
    progress: Progress = silent


def per_epoch(plan: Plan, rows: int) -> int:
    """Steps of an epoch over so many rows."""
    return -(-rows // (plan.per_device_train_batch_size * plan.gradient_accumulation_steps))


def forget(_: Mapping[str, Any]) -> None:
    """Restores what has no state."""


@dataclass(frozen=True, eq=False)
class Procedure:
    """What a method does in one run.

    Attributes:
        steps: takes the steps of an epoch; what it does between two yields is one whole step.
        state: what a checkpoint keeps of the method: plain data, arrays and tensors.
        restore: goes on from what `state` gave.
        record: what the training record says of the method, as plain data; asked when all is done.
        criterion: what is lowest in the best epoch: what the method makes small, on the validation rows.
    """

    steps: Steps
    state: Callable[[], dict[str, Any]] = dict
    restore: Callable[[Mapping[str, Any]], None] = forget
    record: Callable[[], dict[str, Any]] = dict
    criterion: Criterion = LOSS


Begin = Callable[[Work, "Gradients"], AbstractContextManager[Procedure]]
"""Makes a method ready for a run; what it attached to the module is taken off at the end."""


def every_row(work: Work, epoch: int) -> IntArray:  # noqa: ARG001 - the signature of a choice of rows
    """An epoch shows each training row once."""
    return work.material.rows


def as_they_are(work: Work, epoch: int) -> Tokens:  # noqa: ARG001 - the signature of a choice of tokens
    """An epoch shows the texts as they are."""
    return work.tokens


def epochs(
    *,
    rows: Callable[[Work, int], IntArray] = every_row,
    tokens: Callable[[Work, int], Tokens] = as_they_are,
    state: Callable[[], dict[str, Any]] = dict,
    restore: Callable[[Mapping[str, Any]], None] = forget,
    record: Callable[[], dict[str, Any]] = dict,
    criterion: Criterion = LOSS,
) -> Begin:
    """Epochs of shuffled batches of like length, each step along the clipped gradient of some batches.

    Args:
        rows: the rows that an epoch shows, as many as there are training rows.
        tokens: the texts that it shows, such as adversarial ones.
        state: what a checkpoint keeps of whatever the gradients, rows and tokens depend on.
        restore: goes on from it.
        record: what the training record says of it.
        criterion: what is lowest in the best epoch.
    """

    def begin(work: Work, gradients: "Gradients") -> AbstractContextManager[Procedure]:
        plan = work.plan

        def taken(epoch: int, done: int) -> Iterator[tuple[int, "Tensor"]]:
            rng = np.random.default_rng([plan.seed, epoch])
            shown, size = tokens(work, epoch), plan.per_device_train_batch_size
            batches = shuffled(rows(work, epoch), shown.lengths, size=size, rng=rng)
            left = batches[done * plan.gradient_accumulation_steps :]
            return steps(
                work.session,
                work.collate(left, shown, work.session.together),
                gradients,
                max_grad_norm=plan.max_grad_norm,
                accumulation=plan.gradient_accumulation_steps,
            )

        return nullcontext(Procedure(taken, state, restore, record, criterion))

    return begin


def steps(
    session: "Session",
    batches: Iterable[Batch],
    gradients: "Gradients",
    *,
    max_grad_norm: float,
    accumulation: int = 1,
) -> Iterator[tuple[int, "Tensor"]]:
    """Take a step for each `accumulation` batches; yields its number of rows and their mean loss."""
    session.module.train()
    clip, left = clipping(max_grad_norm), iter(batches)
    while group := tuple(islice(left, accumulation)):
        loss = accumulated(session, group, gradients)
        sum_gradients(session.module, session.together)
        clip(session)
        session.optimizer.step()
        session.schedule.step()
        session.optimizer.zero_grad()
        yield sum(len(batch.rows) for batch in group), loss


def accumulated(session: "Session", batches: Sequence[Batch], gradients: "Gradients") -> "Tensor":
    """Leave the gradient of the mean loss over all rows in the parameters; returns that loss.

    Of several processes each leaves what goes by its share of the rows; the sum is the gradient.
    """
    counts = [len(batch.rows) for batch in batches]
    losses = []
    for count, batch in zip(counts, batches, strict=True):
        # accelerate divides each loss by this number: every row then counts the same, also where the last
        # batch is smaller and where a step has fewer batches.
        session.accelerator.gradient_accumulation_steps = sum(counts) / count
        losses.append(gradients(session, batch) * (count / sum(counts)))
    session.accelerator.gradient_accumulation_steps = 1
    return sum(losses[1:], losses[0])


def clipping(max_grad_norm: float) -> Callable[["Session"], None]:
    """Clips the gradient of a step to the norm; to none when it is 0."""
    if not max_grad_norm:
        return lambda _: None

    def clip(session: "Session") -> None:
        session.accelerator.clip_grad_norm_(session.module.parameters(), max_grad_norm)

    return clip
