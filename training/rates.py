"""Which learning rate is sensible when none is given?"""

from collections.abc import Mapping

from training.plan import Plan

STANDARD: Mapping[str, float] = {
    "none": 5e-5, "head": 1e-2, "bitfit": 5e-3, "lora": 2e-3, "adalora": 1e-2, "ia3": 1e-2,
}  # fmt: skip
"""Adapter -> learning rate. The fewer weights are trained, the further each has to go. They were tried on a
small encoder and a short run; a large model wants less."""

PRIVATE: Mapping[str, float] = {
    **STANDARD, "none": 5e-4, "lora": 5e-3,
}  # fmt: skip
"""The same where gradients are clipped row by row and noisy: full fine-tuning wants larger steps there
(Li et al., 2022)."""


def learning_rate(plan: Plan, method: str = "standard") -> float:
    """The learning rate of the plan; where it has none, that of its adapter and the method."""
    if plan.learning_rate is not None:
        return plan.learning_rate
    return (PRIVATE if method == "private" else STANDARD)[plan.adapter]


def filled(plan: Plan, method: str) -> Plan:
    """The plan with its learning rate in it, as it is run; a private run has fp32 as its precision."""
    fixed = {"precision": "fp32"} if method == "private" and plan.precision == "auto" else {}
    return plan.model_copy(update={"learning_rate": learning_rate(plan, method), **fixed})
