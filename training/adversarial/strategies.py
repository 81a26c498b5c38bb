"""How do perturbed embeddings become gradients of the weights? Each way is a function that the loop takes.

All share one rule: the steps that only look for a perturbation compute no gradient of a weight, which is what
makes them cost two thirds of a step. And all passes over a batch drop the same units, so that the loss that
is climbed is the loss that is then made small (Zhu et al., 2020, section 3.3).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training.adversarial.ascent import Ascent, Ball, NormName, ascend, ball, begin, climbed, noise
from training.adversarial.embeddings import logits_at, words
from training.batches import Batch
from training.methods import Gradients, Loss, Method, Session, logits
from training.processes import whole

if TYPE_CHECKING:
    from torch import Tensor


def fgm(loss: Loss, *, radius: float = 0.02, norm: NormName = "l2", clean: float = 0.5) -> Gradients:
    """Train on embeddings moved by one full step along the gradient of the loss, and on some as they are.

    delta = r ||E|| g / ||g|| for each example, with g the gradient of its loss by its embeddings. Cost: 5/3
    of a plain step.

    Miyato, Dai and Goodfellow (2017), Adversarial training methods for semi-supervised text classification,
    add the loss of all rows with and without perturbation, which costs a whole step more. Leaving half of the
    rows as they are, drawn anew in each step, has half of that sum as its mean.
    """
    return worst_case(loss, Ascent(radius, steps=1, step_size=1.0, norm=norm), clean=clean)


def pgd(
    loss: Loss,
    *,
    radius: float = 0.02,
    steps: int = 3,
    step_size: float = 0.5,
    norm: NormName = "l2",
    clean: float = 0.5,
) -> Gradients:
    """Train on embeddings moved by K projected steps from a random start, and on some as they are.

    Cost: (2 K + 3) / 3 of a plain step. Madry et al. (2018), Towards deep learning models resistant to
    adversarial attacks, section 2.1, who leave no rows as they are (`clean=0`).
    """
    return worst_case(loss, Ascent(radius, steps, step_size, norm, noise), clean=clean)


def freelb(
    loss: Loss, *, radius: float = 0.02, steps: int = 3, step_size: float = 0.5, norm: NormName = "l2"
) -> Gradients:
    """Train on the mean over the K perturbations met on the way, so that every pass counts for the weights.

    Cost: K plain steps. With K = 1 it is training with random noise. Zhu et al. (2020), algorithm 1.
    """
    return on_the_way(loss, Ascent(radius, steps, step_size, norm, noise))


def smart(
    loss: Loss,
    *,
    weight: float = 1.0,
    radius: float = 0.02,
    steps: int = 1,
    step_size: float = 1.0,
    norm: NormName = "l2",
) -> Gradients:
    """Train on the plain loss plus `weight` times how far the answer can be moved by a small perturbation.

    Moved: the symmetric Kullback-Leibler divergence in nats between the answers with and without it, at its
        largest in
    the ball; labels play no part in it. Cost: (2 K + 6) / 3 of a plain step. Jiang et al. (2020), SMART,
    "Smoothness-inducing adversarial regularization"; its Bregman proximal point method is not used.
    """
    return smooth(loss, Ascent(radius, steps, step_size, norm, noise), weight=weight)


STRATEGIES: Mapping[str, Callable[..., Gradients]] = {
    "fgm": fgm, "pgd": pgd, "freelb": freelb, "smart": smart,
}  # fmt: skip
"""Name -> `strategy(loss, *, radius, ...)`."""


def method(strategy: Callable[[Loss], Gradients], loss: Loss) -> Method:
    """Adversarial training as a method of the loop."""
    return Method("adversarial", lambda plan: strategy(loss))  # noqa: ARG005 - the loss has what it needs of the plan


def worst_case(loss: Loss, ascent: Ascent, *, clean: float = 0.0) -> Gradients:
    """Gradients at the perturbation that an ascent ends with.

    Args:
        loss: to be made small, and large by the perturbation.
        ascent: how the perturbation is found.
        clean: chance of each row to be left as it is. From a new head on, a model that sees no row as it is
            may learn nothing but to give every text the same answer.
    """

    def gradients(session: Session, batch: Batch) -> "Tensor":
        attacked = _attacked(batch, clean)
        bench = _bench(session, batch, ascent)
        delta = ascend(ascent, bench.ball, bench.start, lambda d: bench.scaled(loss(bench.moved(d), batch)))
        value = loss(bench.moved(delta * attacked), batch)
        session.accelerator.backward(value)
        return value.detach()

    return gradients


def on_the_way(loss: Loss, ascent: Ascent) -> Gradients:
    """The mean of the gradients at each perturbation of an ascent, the last of which is not climbed from."""

    def gradients(session: Session, batch: Batch) -> "Tensor":
        bench = _bench(session, batch, ascent)
        delta, values = bench.start, []
        for step in range(ascent.steps):
            if delta.grad is not None:
                delta = climbed(ascent, bench.ball, delta, delta.grad)
            delta.requires_grad_(step < ascent.steps - 1)
            value = loss(bench.moved(delta), batch) / ascent.steps
            session.accelerator.backward(value)
            values.append(value.detach())
        return sum(values[1:], values[0])

    return gradients


def smooth(loss: Loss, ascent: Ascent, *, weight: float) -> Gradients:
    """Gradients of the loss plus `weight` times the divergence at the perturbation that an ascent ends with.

    The ascent must not begin with nothing: there the divergence is 0 and so is its gradient.
    """

    def gradients(session: Session, batch: Batch) -> "Tensor":
        bench = _bench(session, batch, ascent)
        clean = bench.plain()
        there = clean.detach()
        delta = ascend(
            ascent, bench.ball, bench.start, lambda d: bench.scaled(divergence(bench.moved(d), there))
        )
        value = loss(clean, batch) + weight * divergence(bench.moved(delta), clean)
        session.accelerator.backward(value)
        return value.detach()

    return gradients


def divergence(logits: "Tensor", others: "Tensor") -> "Tensor":
    """KL(p || q) + KL(q || p) in nats, the mean over rows: sum over classes of (p - q) (log p - log q).

    0 for equal answers, no upper bound.
    """
    ours, theirs = logits.float().log_softmax(dim=1), others.float().log_softmax(dim=1)
    return ((ours.exp() - theirs.exp()) * (ours - theirs)).sum(dim=1).mean()


@dataclass(frozen=True, eq=False)
class _Bench:
    """What the passes over one batch have in common.

    Attributes:
        ball: where its perturbations may be.
        start: the perturbation before the first step.
        moved: perturbation -> logits of the batch.
        plain: the logits without perturbation.
        scaled: a loss as the gradient scaling of fp16 wants it; without, its gradient is 0 for want of
            digits.
    """

    ball: Ball
    start: "Tensor"
    moved: Callable[["Tensor"], "Tensor"]
    plain: Callable[[], "Tensor"]
    scaled: Callable[["Tensor"], "Tensor"]


def _bench(session: Session, batch: Batch, ascent: Ascent) -> _Bench:
    module, scaler = session.module, session.accelerator.scaler
    layer, within = module.get_input_embeddings(), ball(ascent, words(module, batch))
    # Before the generator is marked, or noise and dropout would be the same draws.
    start = begin(ascent, within)
    rewind = _rewinder(batch.labels.device)

    def moved(delta: "Tensor") -> "Tensor":
        rewind()
        return whole(logits_at(module, batch, delta, layer), len(batch.rows), session.together)

    def plain() -> "Tensor":
        rewind()
        return logits(session, batch)

    return _Bench(within, start, moved, plain, scaler.scale if scaler else lambda value: value)


def _attacked(batch: Batch, clean: float) -> "Tensor":
    """0 for the rows of this process that are left as they are, 1 for the others, to multiply (B, L, D)."""
    import torch

    chance = torch.full((len(batch.inputs["input_ids"]), 1, 1), 1 - clean, device=batch.labels.device)
    return chance.bernoulli() if clean else chance


def _rewinder(device: Any) -> Callable[[], None]:
    """Puts the generator of dropout back to where it is now."""
    import torch

    source: Any = torch if device.type == "cpu" else getattr(torch, device.type)
    state = source.get_rng_state()
    return lambda: source.set_rng_state(state)
