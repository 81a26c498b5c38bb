"""How do tests of probes say which rows, groups and answers there are?"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from probes.types import Context, Grouping, Model, Predictions, Samples

Make = Callable[..., Context]


class WordModel:
    """A rigged model: the score of "yes" is a base plus a known amount for each of some words."""

    classes = ("no", "yes")

    def __init__(self, base: float, words: Mapping[str, float]) -> None:
        self.base, self.words, self.calls = base, words, 0

    def predict(self, inputs: Sequence[str]) -> np.ndarray:
        self.calls += 1
        found = [self.base + sum(self._amounts(text)) for text in inputs]
        scores = np.array(found, dtype=float)
        return np.stack([1 - scores, scores], axis=1)

    def _amounts(self, text: str) -> list[float]:
        present = {word.strip(".,!?\"'").lower() for word in text.split()}
        return [amount for word, amount in self.words.items() if word in present]


def _grouping(feature: str, names: Sequence[str | None]) -> Grouping:
    known = tuple(sorted({name for name in names if name is not None}))
    return Grouping(
        feature, known, np.array([-1 if n is None else known.index(n) for n in names], dtype=np.int32)
    )


def _make(
    labels: Sequence[int] | None = None,
    predictions: Sequence[int] | None = None,
    *,
    groups: Mapping[str, Sequence[str | None]] | None = None,
    classes: tuple[str, ...] = ("no", "yes"),
    positive: int | None = 1,
    probabilities: np.ndarray | None = None,
    texts: Sequence[str] | None = None,
    model: Model | None = None,
    seed: int = 0,
) -> Context:
    if probabilities is not None and predictions is None:
        predictions = probabilities.argmax(axis=1).tolist()
    rows = len(next((part for part in (predictions, labels, texts) if part is not None), ()))
    return Context(
        Samples(
            inputs=texts,
            labels=None if labels is None else np.array(labels, dtype=int),
            groups={feature: _grouping(feature, names) for feature, names in (groups or {}).items()},
            ids=np.arange(rows),
            fingerprint="0" * 64,
        ),
        classes,
        positive,
        None if predictions is None else Predictions(np.array(predictions, dtype=int), probabilities),
        model,
        seed,
    )


@pytest.fixture(scope="session")
def context() -> Make:
    """`context(labels, predictions, groups={"g": ["a", "b", None]}, ...)`; groups are sorted by name."""
    return _make


@pytest.fixture(scope="session")
def word_model() -> Callable[[float, Mapping[str, float]], WordModel]:
    """`word_model(0.5, {"she": 0.3})`: the score of "yes" is 0.5, and 0.8 where the text has "she"."""
    return WordModel


@pytest.fixture(scope="session")
def found() -> Callable[..., object]:
    """`found(findings, "metric", group="a")`: the one measurement of that metric and slice."""

    def one(findings, metric, **part):
        those = [
            f
            for f in findings
            if getattr(f, "metric", None) == metric and part.items() <= dict(f.slice).items()
        ]
        assert len(those) == 1, (metric, part, those)
        return those[0]

    return one
