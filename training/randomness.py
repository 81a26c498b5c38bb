"""How are a run's random choices its own, and the same when it goes on?"""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """All generators of the process begin with the seed; afterwards they are as the caller had them."""
    import torch

    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        others = random.getstate(), np.random.get_state()  # noqa: NPY002
        torch.manual_seed(seed)
        random.seed(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002 - libraries that draw from it are to repeat themselves
        try:
            yield
        finally:
            random.setstate(others[0])
            np.random.set_state(others[1])  # noqa: NPY002


def diverge(seed: int, index: int) -> None:
    """Let each process but the first draw from a generator of its own, so that its dropout is its own."""
    import torch

    if index:
        torch.manual_seed(int(np.random.SeedSequence([seed, index]).generate_state(1)[0]))


def state() -> dict[str, Any]:
    """The state of all generators."""
    import torch

    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "numpy": np.random.get_state(),  # noqa: NPY002
        "python": random.getstate(),
    }


def restore(kept: Mapping[str, Any]) -> None:
    """Go on from `state`."""
    import torch

    torch.set_rng_state(kept["torch"])
    if kept["cuda"]:
        torch.cuda.set_rng_state_all(kept["cuda"])
    np.random.set_state(kept["numpy"])  # noqa: NPY002
    random.setstate(kept["python"])
