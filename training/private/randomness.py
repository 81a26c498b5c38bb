"""Where do the noise and the choice of rows come from? From the operating system, never from a seed.

Noise that somebody can draw again can be taken off again. A plan and its seed are published, so neither the
noise nor the choice of rows follows from them; a run that is taken up again draws new noise, and two runs of
one plan differ.
"""

import secrets
from typing import Any

import numpy as np

from probes.types import IntArray

WORDS = 624
"""Words of 32 bits in the state of a Mersenne twister, the generator of torch on a CPU."""

HEADER = 24
"""Bytes before them in the state as torch keeps it: the seed, how many words are left, whether seeded, the
next."""


def rows_generator() -> np.random.Generator:
    """A generator with 128 bits from the operating system, for the choice of rows."""
    return np.random.default_rng(secrets.randbits(128))


def renew(generator: Any) -> None:
    """Give a torch generator a new state from the operating system.

    It is called before the noise of every step, so that the noise of one step says nothing about that of
    another. On a CPU the whole state is drawn, 19,968 bits: `manual_seed` would use 32 bits of the seed, few
    enough to try them all. Elsewhere the generator takes a key of 64 bits, the most that torch lets in.
    """
    if generator.device.type != "cpu":
        generator.manual_seed(secrets.randbits(64) - 2**63)
        return
    import torch

    fresh = torch.Generator()
    state = fresh.get_state().numpy()
    words = np.frombuffer(secrets.token_bytes(4 * WORDS), dtype=np.uint32).astype(np.uint64)
    state[HEADER : HEADER + 8 * WORDS] = np.frombuffer(words.tobytes(), dtype=np.uint8)
    generator.set_state(torch.from_numpy(state))


def poisson(rows: int, sample_rate: float, rng: np.random.Generator) -> IntArray:
    """Which of `rows` rows are in a step: each with probability `sample_rate`, whatever the others do.

    The number drawn varies, with mean `rows x sample_rate`, and can be 0.
    """
    return np.flatnonzero(rng.random(rows) < sample_rate).astype(np.int64)
