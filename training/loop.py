"""The loop: epochs of steps, a look at the validation rows after each, and the best weights kept."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from probes.errors import AuditError
from probes.progress import Advance
from training.batches import Batch
from training.methods import Gradients, Session
from training.record import Epoch, Scores

if TYPE_CHECKING:
    from torch import Tensor

Batches = Callable[[int], Iterable[Batch]]
"""The batches of an epoch, counted from 1."""


@dataclass(frozen=True)
class Course:
    """How training went.

    Attributes:
        epochs: each epoch that was run.
        best: the epoch whose weights the module now has.
    """

    epochs: tuple[Epoch, ...]
    best: int


def run(
    session: Session,
    batches: Batches,
    gradients: Gradients,
    validate: Callable[[], Scores | None],
    *,
    epochs: int,
    patience: int,
    max_grad_norm: float,
    advance: Advance,
) -> Course:
    """Train for at most `epochs`, and leave the module with the weights of the lowest validation loss.

    Training stops early after `patience` epochs without a lower one. Without validation rows every epoch is
    run and the last is kept.

    Raises:
        AuditError: when the loss is no longer a number.
    """
    course = Course((), 0)
    kept: dict[str, Tensor] = {}
    for epoch in range(1, epochs + 1):
        done = _epoch(session, epoch, batches(epoch), gradients, validate, max_grad_norm, advance)
        course = _extended(course, done)
        if done.validation and course.best == epoch:
            kept = _copied(session.module)
        if epoch - course.best >= patience:
            break
    if course.best < len(course.epochs):
        session.module.load_state_dict(kept)
    return course


def steps(
    session: Session, batches: Iterable[Batch], gradients: Gradients, *, max_grad_norm: float
) -> Iterator[tuple[int, "Tensor"]]:
    """Take a step for each batch; yields its number of rows and its loss."""
    session.module.train()
    for batch in batches:
        loss = gradients(session, batch)
        session.accelerator.clip_grad_norm_(session.module.parameters(), max_grad_norm)
        session.optimizer.step()
        session.schedule.step()
        session.optimizer.zero_grad()
        yield len(batch.rows), loss


def _epoch(
    session: Session,
    epoch: int,
    batches: Iterable[Batch],
    gradients: Gradients,
    validate: Callable[[], Scores | None],
    max_grad_norm: float,
    advance: Advance,
) -> Epoch:
    began = time.perf_counter()
    rows, total = 0, 0.0
    losses = []
    for count, loss in steps(session, batches, gradients, max_grad_norm=max_grad_norm):
        losses.append(loss * count)
        rows += count
        advance(1)
    total = float(sum(losses)) / rows
    if not math.isfinite(total):
        raise AuditError(
            f"the training loss of epoch {epoch} is {total}: training diverged; lower learning_rate"
        )
    return Epoch(epoch=epoch, train_loss=total, validation=validate(), seconds=time.perf_counter() - began)


def _extended(course: Course, epoch: Epoch) -> Course:
    scores = {e.epoch: e.validation.loss for e in (*course.epochs, epoch) if e.validation}
    return Course((*course.epochs, epoch), min(scores, key=scores.__getitem__) if scores else epoch.epoch)


def _copied(module: Any) -> dict[str, "Tensor"]:
    return {name: tensor.detach().clone() for name, tensor in module.state_dict().items()}
