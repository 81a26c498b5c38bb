"""Do the noise and the rows come from the operating system, with the right probabilities?"""

import numpy as np
import pytest

from training.private import randomness


def test_noise_does_not_follow_from_a_seed() -> None:
    import torch

    draws = []
    for _ in range(2):
        torch.manual_seed(0)
        generator = torch.Generator().manual_seed(0)
        randomness.renew(generator)
        draws.append(torch.randn(1000, generator=generator))
    assert not torch.equal(*draws)
    assert abs(float(torch.corrcoef(torch.stack(draws))[0, 1])) < 0.2


def test_the_whole_state_is_drawn_anew() -> None:
    """A seed of 32 bits would leave relations between the words that `manual_seed` makes of it."""
    import torch

    def words(generator: torch.Generator) -> np.ndarray:
        state = generator.get_state().numpy()[randomness.HEADER :][: 8 * randomness.WORDS]
        return np.frombuffer(state.tobytes(), dtype=np.uint64)

    generator = torch.Generator()
    randomness.renew(generator)
    first = words(generator)
    randomness.renew(generator)
    assert not (first == words(generator)).any()
    assert first.max() < 2**32
    # What manual_seed does: each word follows from the one before, Matsumoto and Nishimura's initialisation.
    follows = (
        1812433253 * (first[:-1] ^ (first[:-1] >> np.uint64(30))) + np.arange(1, 624, dtype=np.uint64)
    ) % 2**32
    assert not (follows == first[1:]).any()


def test_renewed_noise_is_standard_normal() -> None:
    import torch
    from scipy.stats import kstest

    generator = torch.Generator()
    randomness.renew(generator)
    assert kstest(torch.randn(20_000, generator=generator).numpy(), "norm").pvalue > 1e-6


@pytest.mark.parametrize("rate", [0.01, 0.3])
def test_each_row_is_drawn_for_itself(rate: float) -> None:
    """Sizes are binomial, each row is drawn equally often, and pairs meet as often as independent rows do."""
    rng, rows, steps = randomness.rows_generator(), 50, 20_000
    drawn = np.zeros((steps, rows), dtype=np.int64)
    for step in range(steps):
        drawn[step, randomness.poisson(rows, rate, rng)] = 1
    error = np.sqrt(rate * (1 - rate) / steps)
    assert np.abs(drawn.mean(axis=0) - rate).max() < 6 * error
    assert drawn.sum(axis=1).var() == pytest.approx(rows * rate * (1 - rate), rel=0.1)
    assert (drawn[:, 0] * drawn[:, 1]).mean() == pytest.approx(rate**2, abs=6 * rate / np.sqrt(steps))


def test_edges_of_the_rate() -> None:
    rng = randomness.rows_generator()
    assert len(randomness.poisson(10, 0.0, rng)) == 0
    assert randomness.poisson(10, 1.0, rng).tolist() == list(range(10))
