"""On which device does the model run, and how many tokens does it take at once?"""

from typing import Any

from probes.errors import AuditError

# Measured with a 6-layer encoder on a 2-core CPU: larger batches fall out of its caches.
CPU_BUDGET = {"float32": 1_000, "bfloat16": 2_000, "float16": 2_000}
PACKED_BUDGET = {"float32": 2_000, "bfloat16": 4_000, "float16": 4_000}
ACCELERATOR_BUDGET = 16_384


def choose_device(name: str) -> Any:
    """The torch device called `name`; "auto" is the accelerator where there is one, else the CPU.

    Raises:
        AuditError: when there is no such device on this machine.
    """
    import torch

    there = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    if name == "auto":
        return there or torch.device("cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise AuditError(f"device {name!r} is not known; choose auto, {_known(there)}") from None
    if device.type != "cpu" and (there is None or device.type != there.type):
        raise AuditError(f"device {name!r} is not on this machine; choose auto, {_known(there)}")
    if device.index is not None and device.index >= _count(device):
        raise AuditError(f"device {name!r} is not on this machine, which has {_count(device)} of that kind")
    return device


def token_budget(device: Any, dtype: str, *, packed: bool = False) -> int:
    """How many tokens a batch holds at most, padding included where texts are padded."""
    if device.type != "cpu":
        return ACCELERATOR_BUDGET
    return (PACKED_BUDGET if packed else CPU_BUDGET)[dtype]


def _known(there: Any) -> str:
    return "cpu" if there is None else f"cpu or {there.type}"


def _count(device: Any) -> int:
    import torch

    return 1 if device.type == "cpu" else torch.accelerator.device_count()
