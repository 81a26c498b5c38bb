"""Did the memory of the device not suffice?"""

from typing import Any


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error of torch means that memory did not suffice."""
    import torch

    said = str(error).lower()
    return (
        isinstance(error, MemoryError | torch.OutOfMemoryError)
        or "out of memory" in said
        or "not enough memory" in said
    )


def release_memory(device: Any) -> None:
    """Give cached blocks of an accelerator back; the CPU has none."""
    import torch

    if device.type != "cpu":
        torch.accelerator.empty_cache()
