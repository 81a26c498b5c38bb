"""How does each row's gradient become one of bounded norm, and their sum a noisy gradient?"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from probes.errors import AuditError
from training.batches import Batch
from training.private import randomness
from training.private.positions import expanded
from training.processes import ALONE, Processes, spread, sum_up

if TYPE_CHECKING:
    from torch import Tensor

Clipping = Literal["ghost", "hooks"]

RowLoss = Callable[["Tensor", Batch], "Tensor"]
"""`loss(logits (B, C), batch) -> (B,)`: the loss of each row, which no other row may change."""

CLIPPINGS: tuple[Clipping, ...] = ("ghost", "hooks")
"""Ghost clipping first: it keeps norms instead of gradients, which takes a fraction of the memory."""


@dataclass(frozen=True, eq=False)
class Engine:
    """A module that is made ready for private steps.

    Attributes:
        module: the module, with hooks on it.
        optimizer: Opacus' optimiser around the one that was given.
        clipping: "ghost" keeps the norm of each row's gradient, "hooks" the gradient itself.
        samples: Opacus' hooks.
        together: the processes whose clipped sums make one.
        releases: one entry for each time that noise was added, made by Opacus' optimiser itself.
    """

    module: Any
    optimizer: Any
    clipping: Clipping
    samples: Any
    together: Processes = ALONE
    releases: list[int] = field(default_factory=list)


@contextmanager
def attached(
    module: Any,
    optimizer: Any,
    *,
    clipping: Clipping,
    max_grad_norm: float,
    noise_multiplier: float,
    batch_size: int,
    together: Processes = ALONE,
) -> Iterator[Engine]:
    """Make `module` ready for private steps; afterwards it is as it was, and its state keys never change.

    Args:
        module: the model, on its device, with its adapters.
        optimizer: a torch optimiser of exactly its trainable tensors.
        clipping: how rows' gradients are clipped.
        max_grad_norm: C, the norm to which they are.
        noise_multiplier: standard deviation of the noise in units of C.
        batch_size: B, by which the noisy sum is divided.
        together: the processes that share the rows of a step.

    Raises:
        AuditError: when Opacus cannot work with the module.
    """
    import torch
    from opacus.grad_sample import GradSampleHooks, GradSampleHooksFastGradientClipping
    from opacus.optimizers import DPOptimizer, DPOptimizerFastGradientClipping

    ghost = clipping == "ghost"
    kind = GradSampleHooksFastGradientClipping if ghost else GradSampleHooks
    options = {"max_grad_norm": max_grad_norm} if ghost else {}
    with ExitStack() as stack:
        stack.enter_context(expanded(module))
        try:
            samples = kind(module, loss_reduction="sum", **options)
        except NotImplementedError as error:
            raise AuditError(f"{type(module).__name__} cannot be trained privately: {error}") from None
        stack.callback(_detached, samples, module)
        wrapped = (DPOptimizerFastGradientClipping if ghost else DPOptimizer)(
            optimizer,
            noise_multiplier=noise_multiplier,
            max_grad_norm=max_grad_norm,
            expected_batch_size=batch_size,
            generator=torch.Generator(device=next(module.parameters()).device),
        )
        engine = Engine(module, wrapped, clipping, samples, together)
        wrapped.attach_step_hook(lambda _: engine.releases.append(1))
        yield engine


def accumulate(engine: Engine, batch: Batch, loss: RowLoss) -> "Tensor":
    """Add the clipped gradients of a physical batch to the sum of the step; returns the sum of its losses.

    Raises:
        AuditError: when that already released something.
    """
    released = len(engine.releases)
    losses = loss(engine.module(**batch.inputs).logits, batch)
    with hooks_at_the_edge():
        if engine.clipping == "ghost":
            from opacus.utils.fast_gradient_clipping_utils import DPTensorFastGradientClipping

            private: Any = DPTensorFastGradientClipping(engine.samples, engine.optimizer, losses, "sum")
            private.backward()
        else:
            whole: Any = losses.sum()
            whole.backward()
    _step(engine, last=False)
    if len(engine.releases) != released:
        raise AuditError("noise was added to a physical batch and not once a step; epsilon would be wrong")
    return losses.detach().sum()


def release(engine: Engine) -> None:
    """End the step, also one without rows: add noise to the sum once, divide it by B and move the weights.

    Of several processes each adds noise to the sum over all of them, and all go on with the weights of the
    main one: what is known of the rows after a step is one sum with one noise.

    Raises:
        AuditError: when the sum is not finite.
    """
    _sum_over_processes(engine)
    for weights in engine.optimizer.params:
        # A physical batch of no rows ends every step, so that a step without rows is no special case.
        weights.grad = weights.detach().new_zeros(weights.shape)
        if engine.clipping == "hooks":
            weights.grad_sample = weights.detach().new_zeros((0, *weights.shape))
        if weights.summed_grad is not None and not bool(weights.summed_grad.isfinite().all()):
            raise AuditError("the gradients of a step are not finite: training diverged; lower learning_rate")
    randomness.renew(engine.optimizer.generator)
    _step(engine, last=True)
    spread([weights.data for weights in engine.optimizer.params], engine.together)


def _sum_over_processes(engine: Engine) -> None:
    """Every process then has the clipped sum of all rows of the step; one without rows gave zeros."""
    if engine.together.alone:
        return
    for weights in engine.optimizer.params:
        if weights.summed_grad is None:
            weights.summed_grad = weights.detach().new_zeros(weights.shape)
    sum_up([weights.summed_grad for weights in engine.optimizer.params], engine.together)


def clipped_sum(engine: Engine, batches: list[Batch], loss: RowLoss) -> list["Tensor"]:
    """The sum of the clipped gradients of all rows, by trainable tensor; nothing is released."""
    for batch in batches:
        accumulate(engine, batch, loss)
    sums = [weights.summed_grad for weights in engine.optimizer.params]
    for weights in engine.optimizer.params:
        weights.summed_grad = None
    return sums


def _step(engine: Engine, *, last: bool) -> None:
    engine.optimizer.signal_skip_step(not last)
    engine.optimizer.step()
    engine.optimizer.zero_grad(set_to_none=True)


def _detached(samples: Any, module: Any) -> None:
    samples.cleanup()
    for part in module.modules():
        for name in ("activations", "max_batch_len"):
            if name in vars(part):
                delattr(part, name)
    for weights in module.parameters():
        for name in ("summed_grad", "_norm_sample"):
            if name in vars(weights):
                delattr(weights, name)


@contextmanager
def hooks_at_the_edge() -> Iterator[None]:
    """Without the warning of hooks on parts whose inputs have no gradient."""
    import warnings

    with warnings.catch_warnings():
        # Embeddings, and layers above frozen ones, have inputs without gradients; only outputs' are used.
        warnings.filterwarnings("ignore", message="Full backward hook is firing", category=UserWarning)
        yield
