"""What has to be kept of a run, and when, so that it can go on as if nothing had happened?"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training import checkpoint, loop, processes, randomness
from training.adapters import Adapter
from training.loop import Course, Position
from training.methods import Session
from training.record import Epoch
from training.stepping import Procedure

MINUTES = 5.0
"""Time between checkpoints when no number of steps is given: what a killed run loses at most."""


@dataclass(frozen=True, eq=False)
class Running:
    """What a checkpoint is taken of.

    Attributes:
        session: module, optimiser, schedule and scale of the gradients.
        procedure: the method.
        adapter: the adapter.
        precision: in which the run goes on, whatever a second timing would say.
    """

    session: Session
    procedure: Procedure
    adapter: Adapter
    precision: str


@dataclass(frozen=True)
class Before:
    """What happened before this process took the run up.

    Attributes:
        resumed: times it was taken up, this time included.
        seconds: time it took.
    """

    resumed: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Keeper:
    """Where and how often a run is kept.

    Attributes:
        path: the folder of the checkpoint.
        identity: what the run depends on.
        every: steps between checkpoints, 0 for none; None for a few minutes.
        before: what happened before.
    """

    path: Path
    identity: Mapping[str, Any]
    every: int | None
    before: Before


def before(saved: Mapping[str, Any] | None) -> Before:
    """What happened before, from the checkpoint when there is one."""
    return Before(saved["resumed"] + 1, saved["seconds"]) if saved else Before()


def keeping(keeper: Keeper, running: Running) -> Callable[[Position], None]:
    """Writes a checkpoint when it is due: the main process does, by its clock."""
    began = last = time.monotonic()
    together = running.session.together

    def keep(at: Position) -> None:
        nonlocal last
        now = time.monotonic()
        if processes.told(_due(keeper.every, at, now - last), together):
            last = now
            past = {"resumed": keeper.before.resumed, "seconds": keeper.before.seconds + now - began}
            state = _state(running, at) | past
            processes.by_main(together, checkpoint.write, keeper.path, keeper.identity, state)

    return keep


def _due(every: int | None, at: Position, seconds: float) -> bool:
    return seconds > 60 * MINUTES if every is None else every > 0 and at.course.steps % every == 0


def restored(running: Running, saved: Mapping[str, Any]) -> Position:
    """Put everything back to where it was; returns the position."""
    session = running.session
    loop.put(session.module, saved["weights"])
    session.optimizer.load_state_dict(saved["optimizer"])
    session.schedule.load_state_dict(saved["schedule"])
    if saved["scaler"]:
        session.accelerator.scaler.load_state_dict(saved["scaler"])
    running.adapter.restore(saved["adapter"])
    running.procedure.restore(saved["method"])
    randomness.restore(saved["randomness"][session.together.index])
    at = saved["position"]
    epochs = tuple(Epoch.model_validate(epoch) for epoch in at["epochs"])
    course = Course(epochs, at["best"], at["steps"])
    return Position(course, at["done"], at["rows"], at["loss"], at["seconds"], saved["kept"])


def _state(running: Running, at: Position) -> dict[str, Any]:
    session, scaler = running.session, running.session.accelerator.scaler
    return {
        "precision": running.precision,
        "position": {
            "epochs": [epoch.model_dump(mode="json") for epoch in at.course.epochs],
            "best": at.course.best,
            "steps": at.course.steps,
            "done": at.done,
            "rows": at.rows,
            "loss": float(at.loss),
            "seconds": at.seconds,
        },
        "weights": loop.changeable(session.module),
        "kept": at.kept,
        "optimizer": session.optimizer.state_dict(),
        "schedule": session.schedule.state_dict(),
        "scaler": scaler.state_dict() if scaler else None,
        "adapter": running.adapter.state(),
        "method": running.procedure.state(),
        "randomness": processes.gathered(randomness.state(), session.together),
    }
