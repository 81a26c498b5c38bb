"""Does training move the tensors that it should, and no other?"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from probes.errors import AuditError
from training.methods import Session
from training.stepping import Procedure

if TYPE_CHECKING:
    from torch import Tensor


def watched(procedure: Procedure, session: Session) -> Procedure:
    """The procedure, whose first step in this process is looked at: see `check`."""
    before = {name: w.detach().clone() for name, w in session.module.named_parameters()}

    def steps(epoch: int, done: int) -> Iterator[tuple[int, "Tensor | float"]]:
        for taken in procedure.steps(epoch, done):
            # With fp16 the first steps may be left out, until the scale of the gradients fits.
            if before and not session.accelerator.optimizer_step_was_skipped:
                check(session, before)
                before.clear()
            yield taken

    return replace(procedure, steps=steps)


def check(session: Session, before: dict[str, "Tensor"]) -> None:
    """Refuse a run whose step moved a frozen tensor, or left a trainable one where it was.

    A trainable tensor may stay where it is when the optimiser had it and its step was too small to be seen: a
    new LoRA factor has a gradient of zero as long as the other factor is zero, and so has the bias of
    attention's keys always.

    Raises:
        AuditError: with the tensors.
    """
    import torch

    named = dict(session.module.named_parameters())
    still = {name for name, old in before.items() if torch.equal(named[name].detach(), old)}
    if moved := [name for name, w in named.items() if not w.requires_grad and name not in still]:
        raise AuditError(
            f"the first step moved {_listed(moved)}, which is frozen: the method works on tensors that are "
            "not its own; take another adapter or method"
        )
    stuck = [name for name in still if named[name].requires_grad and not _at_rest(session, named[name])]
    trainable = [name for name, w in named.items() if w.requires_grad]
    if stuck or not trainable or still.issuperset(trainable):
        raise AuditError(
            f"the first step did not move {_listed(sorted(stuck) or trainable or ['any tensor'])}: the "
            "optimiser does not work on these tensors, or learning_rate is too small; put the model on its "
            "device before adding adapters, or raise learning_rate"
        )


def _at_rest(session: Session, weights: Any) -> bool:
    """Whether AdamW had the tensor and made it a step too small for its precision."""
    import torch

    state = session.optimizer.state.get(weights)
    if not state:
        return False
    group = next(g for g in session.optimizer.param_groups if any(w is weights for w in g["params"]))
    slow, fast = group["betas"]
    took = float(state["step"])
    mean = state["exp_avg"] / (1 - slow**took)
    spread = (state["exp_avg_sq"] / (1 - fast**took)).sqrt() + group["eps"]
    size = group["lr"] * (mean / spread).abs()
    return bool((size <= torch.finfo(weights.dtype).eps * weights.detach().abs()).all())


def _listed(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
