"""How do gradients change the weights: AdamW, with a learning rate that follows a schedule."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from training.plan import Plan
from training.rates import learning_rate

SHAPES: Mapping[str, Callable[[float], float]] = {
    "linear": lambda gone: 1 - gone,
    "cosine": lambda gone: (1 + math.cos(math.pi * gone)) / 2,
    "constant": lambda _: 1.0,
    "constant_with_warmup": lambda _: 1.0,
}
"""Type of schedule -> share of the peak that is left when a share of the steps after warm-up is gone."""


def optimiser(module: Any, plan: Plan) -> Any:
    """AdamW (Loshchilov and Hutter, 2019) over the trainable weights; only matrices decay."""
    import torch

    trainable = [weights for weights in module.parameters() if weights.requires_grad]
    groups = [
        {"params": [w for w in trainable if w.ndim >= 2], "weight_decay": plan.weight_decay},
        {"params": [w for w in trainable if w.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=learning_rate(plan), fused=True)


def schedule(optimizer: Any, plan: Plan, *, steps: int) -> Any:
    """The learning rate rises linearly over the warm-up, then follows the shape of the plan to the end."""
    from torch.optim.lr_scheduler import LambdaLR

    warmup, shape = warmup_steps(plan, steps), SHAPES[plan.lr_scheduler_type]

    def factor(step: int) -> float:
        gone = (step - warmup) / max(1, steps - warmup)
        return (step + 1) / (warmup + 1) if step < warmup else shape(min(1.0, gone))

    return LambdaLR(optimizer, factor)


def warmup_steps(plan: Plan, steps: int) -> int:
    """Steps of warm-up out of all `steps`: below 1 a share of them; a constant schedule has none."""
    if plan.lr_scheduler_type == "constant":
        return 0
    return round(plan.warmup_steps * steps) if plan.warmup_steps < 1 else min(int(plan.warmup_steps), steps)
