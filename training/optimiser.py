"""How do gradients change the weights: AdamW, with a learning rate that rises and falls linearly."""

from typing import Any

from training.plan import Plan


def optimiser(module: Any, plan: Plan) -> Any:
    """AdamW (Loshchilov and Hutter, 2019) over the trainable weights; only matrices decay."""
    import torch

    trainable = [weights for weights in module.parameters() if weights.requires_grad]
    groups = [
        {"params": [w for w in trainable if w.ndim >= 2], "weight_decay": plan.weight_decay},
        {"params": [w for w in trainable if w.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=plan.learning_rate, fused=True)


def schedule(optimizer: Any, plan: Plan, *, steps: int) -> Any:
    """The learning rate rises linearly over the warm-up and falls linearly to 0 at the last step."""
    from torch.optim.lr_scheduler import LambdaLR

    warmup = warmup_steps(plan, steps)

    def factor(step: int) -> float:
        rising, falling = (step + 1) / (warmup + 1), (steps - step) / max(1, steps - warmup)
        return min(rising, max(0.0, falling))

    return LambdaLR(optimizer, factor)


def warmup_steps(plan: Plan, steps: int) -> int:
    """Steps of warm-up out of all `steps`: below 1 a share of them."""
    return round(plan.warmup_steps * steps) if plan.warmup_steps < 1 else min(int(plan.warmup_steps), steps)
