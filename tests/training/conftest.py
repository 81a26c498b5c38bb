"""Rows with a planted rule, and a tiny base to learn it with."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from probes.types import Samples
from training.base import Start
from training.fit import fit
from training.methods import STANDARD, Method
from training.plan import Plan
from training.record import Source, TrainingRecord

WORDS = (
    "the", "a", "film", "movie", "play", "story", "plot", "actor", "man", "woman", "king", "queen", "it",
    "was", "is", "very", "fast", "new", "old",
)  # fmt: skip
CLASSES = ("negative", "positive")
SOURCE = Source(source="rows.csv", path="/data/rows.csv", text="text", label="label")


@pytest.fixture(scope="session")
def make_samples() -> Callable[..., Samples]:
    """`make_samples(rows, seed=0, noise=0)`: positive exactly where the text says "good" and not "bad"."""

    def make(rows: int, *, seed: int = 0, noise: float = 0.0) -> Samples:
        rng = np.random.default_rng(seed)
        labels = rng.integers(2, size=rows)
        texts = [
            " ".join(rng.permutation([*rng.choice(WORDS, size=rng.integers(3, 9)), ("bad", "good")[label]]))
            for label in labels
        ]
        given = np.where(rng.random(rows) < noise, 1 - labels, labels)
        return Samples(texts, given, {}, np.arange(rows), "f" * 64)

    return make


@pytest.fixture(scope="session")
def plan() -> Plan:
    """Choices that let the tiny model learn in a second."""
    return Plan(
        learning_rate=5e-3,
        num_train_epochs=3,
        per_device_train_batch_size=16,
        device="cpu",
        precision="fp32",
        validation=0.1,
        test=0.2,
    )


@pytest.fixture
def start(make_tiny_model: Callable[..., Path], tmp_path: Path) -> Start:
    """A tiny base of small random weights."""
    return Start(make_tiny_model(tmp_path / "base", spread=0.02), "tiny", "0" * 64)


@pytest.fixture
def fit_tiny(plan: Plan, start: Start, tmp_path: Path) -> Callable[..., TrainingRecord]:
    """`fit_tiny(samples, "name", epochs=…, **changes of the plan)` leaves a model in tmp_path / "name"."""

    def run(
        samples: Samples, name: str = "model", *, given: dict | None = None, **changes: object
    ) -> TrainingRecord:
        chosen = plan.model_copy(update=changes)
        return fit(chosen, samples, CLASSES, base=start, out=tmp_path / name, source=SOURCE, **(given or {}))

    return run


@pytest.fixture
def stopped() -> Callable[..., object]:
    """`stopped(after=3)`: a progress bar at which Ctrl-C is pressed after so many steps of training."""

    def make(*, after: int) -> Callable[..., object]:
        def bar(task: str, total: int | None) -> object:
            return _counting(task, after)

        return bar

    return make


@contextmanager
def _counting(task: str, after: int) -> Iterator[Callable[[int], None]]:
    taken = 0

    def advance(done: int) -> None:
        nonlocal taken
        taken += done
        if task == "training" and taken > after:
            raise KeyboardInterrupt

    yield advance


@pytest.fixture
def method_with() -> Callable[..., Method]:
    """`method_with(begin=…, material=…)`: the standard method with something of its own."""
    return lambda **changes: replace(STANDARD, name="own", **changes)
