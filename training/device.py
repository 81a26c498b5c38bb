"""Where and in which precision does training run?"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from probes.errors import AuditError
from training import processes
from training.batches import Batch
from training.plan import Plan

if TYPE_CHECKING:
    from accelerate import Accelerator

WORTHWHILE = 1.1
"""How much faster bf16 must be on a CPU to be taken: it costs precision."""

ATTENTION = {("cpu", "bf16"): "eager"}
"""Attention that is faster than "sdpa": the bf16 backward of scaled dot product attention is slow on CPUs."""


def check(plan: Plan) -> None:
    """Refuse a device or precision that this machine does not have.

    Raises:
        AuditError: with what to choose instead.
    """
    import torch

    kind, count = plan.device.partition(":")[0], processes.launched().count
    if count > 1 and (":" in plan.device or kind == "mps"):
        raise AuditError(
            f"device = {plan.device!r} is one device, and {count} processes were started; take auto, cpu or "
            "cuda"
        )
    if kind == "cuda" and not torch.cuda.is_available():
        raise AuditError(f"device = {plan.device!r}: torch sees no CUDA device here; take auto or cpu")
    if kind == "cuda" and int(plan.device.partition(":")[2] or 0) >= torch.cuda.device_count():
        raise AuditError(
            f"device = {plan.device!r}: there are {torch.cuda.device_count()} CUDA devices, from cuda:0"
        )
    if kind in {"auto", "cuda"} and 0 < torch.cuda.device_count() <= processes.local_index():
        raise AuditError(
            f"there are {torch.cuda.device_count()} CUDA devices and more processes; start as many of them, "
            "or take device = 'cpu'"
        )
    if kind == "mps" and not torch.backends.mps.is_available():
        raise AuditError("device = 'mps': torch sees no such device here; take auto or cpu")
    if plan.precision == "fp16" and not (kind in {"auto", "cuda"} and torch.cuda.is_available()):
        raise AuditError("precision = 'fp16' needs a CUDA device; take auto, fp32 or bf16")


def resolve(plan: Plan) -> Any:
    """The torch device that the plan means."""
    import torch

    alone = processes.launched().alone
    if plan.device == "cuda" or (plan.device == "auto" and torch.cuda.is_available()):
        return torch.device("cuda", torch.cuda.current_device() if alone else processes.local_index())
    if plan.device != "auto":
        return torch.device(plan.device)
    return torch.device("mps" if alone and torch.backends.mps.is_available() else "cpu")


def precision(plan: Plan, module: Any, batch: Batch) -> str:
    """fp32, bf16 or fp16: as the plan says; else bf16 where the device has it and it is worth while."""
    import torch

    kind = batch.labels.device.type
    if plan.precision != "auto":
        return plan.precision
    if kind == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported() else "fp16"
    if kind == "mps":
        return "fp32"
    return (
        "bf16" if _seconds(module, batch, "fp32") > WORTHWHILE * _seconds(module, batch, "bf16") else "fp32"
    )


def set_attention(module: Any, kind: str, precision: str) -> None:
    """Give the module the attention that is fastest for training there."""
    module.set_attn_implementation(ATTENTION.get((kind, precision), "sdpa"))


@contextmanager
def accelerator(device: Any, precision: str, **trackers: Any) -> Iterator["Accelerator"]:
    """The hand of accelerate on the device, for the time of one run.

    Args:
        device: the torch device.
        precision: fp32, bf16 or fp16.
        trackers: what accelerate is told of trackers.
    """
    import torch
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState
    from accelerate.utils import DataLoaderConfiguration

    if device.type == "cuda":
        torch.cuda.set_device(device)
    # accelerate keeps its first device and precision for the whole process; a second run has its own.
    AcceleratorState._reset_state(reset_partial_state=True)  # noqa: SLF001
    try:
        mixed = {"fp32": "no"}.get(precision, precision)
        # Several processes share a batch: a step is one step of the schedule, not one for each of them.
        sharing = DataLoaderConfiguration(split_batches=True)
        yield Accelerator(
            cpu=device.type == "cpu", mixed_precision=mixed, dataloader_config=sharing, **trackers
        )
    finally:
        AcceleratorState._reset_state(reset_partial_state=True)  # noqa: SLF001


def _seconds(module: Any, batch: Batch, precision: str) -> float:
    """The time of a forward and backward pass, the best of three after one to warm up."""
    set_attention(module, "cpu", precision)
    times = [_pass(module, batch, precision) for _ in range(4)]
    module.zero_grad(set_to_none=True)
    return min(times[1:])


def _pass(module: Any, batch: Batch, precision: str) -> float:
    import torch

    began = time.perf_counter()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
        logits = module(**batch.inputs).logits
    torch.autograd.backward(torch.nn.functional.cross_entropy(logits.float(), batch.labels))
    return time.perf_counter() - began
