"""How does each text get random numbers of its own, whatever else is being attacked?

TextAttack draws from the generators that a whole process shares: `random`, `numpy.random` and torch's. Each
job has a state of them that starts from the seed and the content of its text; it is put in place when the job
goes on and taken away when it stops, and what the process had before comes back at the end.
"""

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

State = tuple[Any, ...]
"""One state each of `random`, `numpy.random` and torch's generator of the CPU."""


def seeded(seed: int, text: str) -> State:
    """The state that a text starts with; it depends on `seed` and `text` alone."""
    import torch

    content = hashlib.blake2b(f"{seed}\n".encode() + text.encode("utf-8", "surrogatepass"), digest_size=24)
    first, second, third = (int.from_bytes(content.digest()[i : i + 8]) for i in (0, 8, 16))
    numpy = np.random.RandomState(np.random.MT19937(second))
    # A third of 64 bits would overflow torch's seed, which has a sign.
    generator = torch.Generator().manual_seed(third >> 1)
    return random.Random(first).getstate(), numpy.get_state(legacy=False), generator.get_state()  # noqa: S311


def current() -> State:
    """The state now."""
    import torch

    return random.getstate(), np.random.get_state(legacy=False), torch.get_rng_state()  # noqa: NPY002


def put(state: State) -> None:
    """Make `state` the state."""
    import torch

    random.setstate(state[0])
    np.random.set_state(state[1])  # noqa: NPY002
    torch.set_rng_state(state[2])


@contextmanager
def kept() -> Iterator[None]:
    """Give the process its own state back at the end."""
    before = current()
    try:
        yield
    finally:
        put(before)
