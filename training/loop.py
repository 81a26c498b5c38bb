"""The loop: epochs of steps, a look at the validation rows after each, and the best weights kept."""

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from probes.errors import AuditError
from probes.progress import Advance
from training.batches import Batch
from training.methods import Gradients, Session
from training.record import Epoch, Scores
from training.stepping import Procedure, steps

if TYPE_CHECKING:
    from torch import Tensor

Batches = Callable[[int], Iterable[Batch]]
"""The batches of an epoch, counted from 1."""

Weights = Mapping[str, "Tensor"]
"""What training can change of a module."""


@dataclass(frozen=True)
class Course:
    """How training went.

    Attributes:
        epochs: each epoch that was run.
        best: the epoch whose weights the module now has.
        steps: steps that were taken.
    """

    epochs: tuple[Epoch, ...] = ()
    best: int = 0
    steps: int = 0


@dataclass(frozen=True)
class Limits:
    """How far training goes at most.

    Attributes:
        epochs: passes over the rows.
        patience: epochs without a lower validation loss; None when no epoch is chosen by it, so that all are
            run and the last is kept.
        steps: steps in all.
    """

    epochs: int
    patience: int | None
    steps: float = math.inf


@dataclass(frozen=True, eq=False)
class Position:
    """How far training is.

    Attributes:
        course: the epochs that are over, and all steps.
        done: steps of the epoch that is not.
        rows: their rows.
        loss: the sum of the losses of these rows.
        seconds: their time.
        kept: the weights of the best epoch; none when that is the last, or without validation rows.
    """

    course: Course = Course()
    done: int = 0
    rows: int = 0
    loss: "Tensor | float" = 0.0
    seconds: float = 0.0
    kept: Weights | None = None

    @property
    def epoch(self) -> int:
        """The epoch that is not over."""
        return len(self.course.epochs) + 1


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
    """Train on given batches, a step for each; as `follow` otherwise."""

    def taken(epoch: int, done: int) -> Any:
        left = islice(batches(epoch), done, None)
        return steps(session, left, gradients, max_grad_norm=max_grad_norm)

    return follow(session, Procedure(taken), validate, limits=Limits(epochs, patience), advance=advance)


def follow(
    session: Session,
    procedure: Procedure,
    validate: Callable[[], Scores | None],
    *,
    limits: Limits,
    advance: Advance,
    start: Position | None = None,
    keep: Callable[[Position], None] = lambda _: None,
) -> Course:
    """Train within the limits, and leave the module with the weights of the best epoch: see `Criterion`.

    Training stops early after `patience` epochs without a lower one. Without validation rows every epoch is
    run and the last is kept.

    Args:
        session: the module and what moves it.
        procedure: takes the steps.
        validate: scores of the validation rows; None when there are none.
        limits: how far to go.
        advance: is told of each step.
        start: where to go on.
        keep: is told the position after each step and each epoch, and may write a checkpoint.

    Raises:
        AuditError: when the loss is no longer a number.
    """
    at = start or Position()
    while not _over(at, limits):
        at = _through_epoch(at, procedure, limits, advance, keep)
        _check_finite(at)
        at = _closed(at, validate(), session.module, choose=limits.patience is not None)
        keep(at)
    if at.kept is not None and at.course.best < len(at.course.epochs):
        put(session.module, at.kept)
    return at.course


def changeable(module: Any) -> dict[str, "Tensor"]:
    """Name -> tensor that training can change: trainable ones and buffers."""
    trained = {name: w.detach() for name, w in module.named_parameters() if w.requires_grad}
    return trained | dict(module.named_buffers())


def put(module: Any, weights: Weights) -> None:
    """Give the module these weights; those not named stay."""
    import torch

    with torch.no_grad():
        for name, tensor in changeable(module).items():
            tensor.copy_(weights[name])


def _over(at: Position, limits: Limits) -> bool:
    course = at.course
    stale = limits.patience is not None and len(course.epochs) - course.best >= limits.patience
    return stale or at.epoch > limits.epochs or (course.steps >= limits.steps and not at.done)


def _through_epoch(
    at: Position, procedure: Procedure, limits: Limits, advance: Advance, keep: Callable[[Position], None]
) -> Position:
    began = time.perf_counter() - at.seconds
    left = limits.steps - at.course.steps
    taken = procedure.steps(at.epoch, at.done)
    for rows, loss in islice(taken, None if left == math.inf else int(left)):
        course = replace(at.course, steps=at.course.steps + 1)
        at = replace(
            at,
            course=course,
            done=at.done + 1,
            rows=at.rows + rows,
            loss=at.loss + loss * rows if rows else at.loss,
            seconds=time.perf_counter() - began,
        )
        advance(1)
        keep(at)
    return at


def _check_finite(at: Position) -> None:
    if not math.isfinite(float(at.loss)):
        raise AuditError(
            f"the training loss of epoch {at.epoch} is {float(at.loss)}: training diverged; lower "
            "learning_rate"
        )


def _closed(at: Position, scores: Scores | None, module: Any, *, choose: bool) -> Position:
    """The position after the epoch, with its weights kept when they are the best."""
    loss = float(at.loss) / at.rows if at.rows else None
    done = Epoch(epoch=at.epoch, train_loss=loss, validation=scores, seconds=at.seconds)
    course = _extended(at.course, done, choose=choose)
    best = choose and scores is not None and course.best == done.epoch
    return Position(course, kept=_copied(module) if best else at.kept)


def _extended(course: Course, epoch: Epoch, *, choose: bool) -> Course:
    scores = {e.epoch: e.validation.decisive for e in (*course.epochs, epoch) if choose and e.validation}
    best = min(scores, key=scores.__getitem__) if scores else epoch.epoch
    return replace(course, epochs=(*course.epochs, epoch), best=best)


def _copied(module: Any) -> dict[str, "Tensor"]:
    return {name: tensor.clone() for name, tensor in changeable(module).items()}
