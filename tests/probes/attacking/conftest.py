"""Models whose answers are known: a bag of words, a keyword, a constant; and what a machine may lack."""

import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from probes.attacking import corpora, library
from probes.types import FloatArray

TEXTS = (
    "This loud and thoroughly obnoxious comedy is a deeply unpleasant experience.",
    "A quiet, honest film about two brothers who lost their mother.",
    "Witless, pointless, tasteless and idiotic.",
    "The director gives the story warmth, and the young actors carry it with charm.",
    "Nothing happens for two hours, and then the plot collapses into noise!",
    "It is fun.",
)


@dataclass(eq=False)
class Bag:
    """A linear model whose word weights are taken from the words' letters, so that every edit matters."""

    classes: tuple[str, ...] = ("negative", "positive")
    calls: list[list[str]] = field(default_factory=list)

    def predict(self, inputs: Sequence[str]) -> FloatArray:
        self.calls.append(list(inputs))
        return np.stack([self._of(text) for text in inputs])

    def _of(self, text: str) -> FloatArray:
        words = [word.encode() for word in re.findall(r"\w+", text.lower())]
        logits = [
            sum(zlib.crc32(word, c) % 2001 - 1000 for word in words) / 500 for c in range(len(self.classes))
        ]
        odds = np.exp(np.array(logits) - max(logits))
        return odds / odds.sum()


@dataclass(frozen=True, eq=False)
class Rule:
    """A model that answers what a function says."""

    positive: Callable[[str], float]
    classes: tuple[str, ...] = ("negative", "positive")

    def predict(self, inputs: Sequence[str]) -> FloatArray:
        probability = np.array([self.positive(text) for text in inputs], dtype=np.float64)
        return np.stack([1 - probability, probability], axis=1)


@pytest.fixture(scope="session")
def needs_textattack() -> None:
    if reason := library.missing():
        pytest.skip(reason)


@pytest.fixture(scope="session")
def needs_wordnet(needs_textattack: None) -> None:
    if corpora.wordnet() is None:
        pytest.skip(f"WordNet is not here (apt-get install {corpora.DEBIAN_PACKAGES})")


@pytest.fixture
def texts() -> tuple[str, ...]:
    return TEXTS


@pytest.fixture
def bag() -> Bag:
    return Bag()


@pytest.fixture
def bag_of_three() -> Bag:
    return Bag(("low", "middle", "high"))


@pytest.fixture
def rule() -> type[Rule]:
    return Rule
