"""Where can the course of a run be watched while it goes on? In TensorBoard or W&B, when asked for."""

from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from probes.errors import AuditError
from training.methods import Session
from training.plan import Plan
from training.record import Scores
from training.stepping import Procedure

if TYPE_CHECKING:
    from torch import Tensor

PACKAGES = {"tensorboard": ("tensorboard", "tensorboardX"), "wandb": ("wandb",)}
PROJECT = "assay"


def check(plan: Plan) -> None:
    """Refuse a tracker whose package is not here.

    Raises:
        AuditError: with what to install.
    """
    packages = PACKAGES.get(plan.report_to, ())
    if packages and not any(find_spec(name) for name in packages):
        raise AuditError(
            f"report_to = {plan.report_to!r} needs the package {packages[0]}; install it with "
            f"`pip install {packages[0]}`, or leave report_to out"
        )


def options(plan: Plan, out: Path) -> dict[str, Any]:
    """What accelerate is told of trackers; their files lie beside the folder, not in it."""
    if plan.report_to == "none":
        return {}
    return {"log_with": plan.report_to, "project_dir": str(out.parent / f"{out.name}.logs")}


def begin(accelerator: Any, plan: Plan) -> None:
    """Tell the trackers, when there are any, of the plan."""
    settings = {key: value for key, value in plan.model_dump(mode="json").items() if value is not None}
    accelerator.init_trackers(PROJECT, config=settings)


def end(accelerator: Any) -> None:
    """Let the trackers finish; the processes stay in touch, which accelerate's `end_training` would end."""
    for tracker in accelerator.trackers:
        tracker.finish()


def tracked(procedure: Procedure, session: Session, *, steps: int) -> Procedure:
    """The procedure, of which each step's loss and learning rate are told to the trackers.

    Args:
        procedure: takes the steps.
        session: with the trackers.
        steps: steps taken before.
    """
    if not session.accelerator.trackers:
        return procedure

    def taken(epoch: int, done: int) -> Iterator[tuple[int, "Tensor | float"]]:
        nonlocal steps
        for rows, loss in procedure.steps(epoch, done):
            steps += 1
            rate = session.optimizer.param_groups[0]["lr"]
            # A method that tells of no rows tells of no loss either, as private training does.
            told = {"train/loss": float(loss)} if rows else {}
            session.accelerator.log({**told, "train/learning_rate": rate}, step=steps)
            yield rows, loss

    return replace(procedure, steps=taken)


def told(accelerator: Any, scores: Scores | None) -> Scores | None:
    """Tell the trackers, when there are any, of the scores after an epoch; returns them."""
    if scores and accelerator.trackers:
        accelerator.log({"validation/loss": scores.loss, "validation/accuracy": scores.accuracy})
    return scores
