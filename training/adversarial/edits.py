"""Which typos turn a model's answer? A greedy search that asks nothing of the model but its probabilities."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from probes.content import generator
from probes.perturbations.typos import edits, words
from probes.progress import Advance, Progress, silent
from probes.types import FloatArray, IntArray, Model


class Attacker(Protocol):
    """Makes adversarial texts."""

    def __call__(
        self, model: Model, texts: Sequence[str], labels: IntArray, *, progress: Progress = silent
    ) -> Sequence[str]:
        """For each text one that means the same and that the model gets wrong, or at least is less sure of.

        The text itself where there is none, or where it is wrong already. What is found for a text must
        depend on no other text: several processes share the texts.
        """


Found = TypeVar("Found")
Search = Generator[Sequence[str], FloatArray, Found]
"""A search yields texts to ask about, is sent their probabilities (n, C), and returns what it found."""


def greedy_typos(*, queries: int = 60, share: float = 0.3, choices: int = 6, seed: int = 0) -> Attacker:
    """An attacker that makes typos in the words that matter most, one by one, until the answer turns.

    First each word is left out once: the lower the probability of the true class without it, the more it
    matters. Then, from the word that matters most, of several typos the one is kept that lowers that
    probability most, if any does. All texts are searched side by side, so that the model is asked about many
    at once. The result for a text depends on no other text.

    Args:
        queries: most questions about a text; the attack gives up when they are spent.
        share: most words with a typo, as a share of those of four letters and more; at least one.
        choices: typos tried for a word, drawn from all that there are.
        seed: of the draw, together with the text.

    Reference: Gao et al. (2018), Black-box generation of adversarial text sequences to evade deep learning
        classifiers
    (DeepWordBug), for ranking first and editing after; the typos are those of `probes.perturbations.typos`.
    """

    def attack(
        model: Model, texts: Sequence[str], labels: IntArray, *, progress: Progress = silent
    ) -> list[str]:
        settings = {"queries": queries, "choices": choices, "seed": seed}
        searches = [
            _search(text, label, share=share, **settings)
            for text, label in zip(texts, labels.tolist(), strict=True)
        ]
        with progress("searching adversarial texts", len(searches)) as advance:
            return together(model, searches, advance)

    return attack


def together(
    model: Model,
    searches: Sequence[Search[Found]],
    advance: Advance = lambda done: None,  # noqa: ARG005
) -> list[Found]:
    """Run all searches side by side: one question to the model for each round of all that are not over.

    `advance` is told of those that are.
    """
    found: dict[int, Found] = {}
    asked = {index: next(search) for index, search in enumerate(searches)}
    while asked:
        answers = np.asarray(model.predict([text for texts in asked.values() for text in texts]))
        ends = np.cumsum([len(texts) for texts in asked.values()])
        parts = np.split(answers, ends[:-1])
        running, asked = list(asked), {}
        for index, part in zip(running, parts, strict=True):
            try:
                asked[index] = searches[index].send(part)
            except StopIteration as end:
                found[index] = end.value
                advance(1)
    return [found[index] for index in range(len(searches))]


@dataclass(frozen=True)
class _Edited:
    """A text with some of its words replaced."""

    original: str
    replaced: tuple[tuple[tuple[int, int], str], ...] = ()

    def with_word(self, span: tuple[int, int], word: str) -> "_Edited":
        return _Edited(self.original, (*self.replaced, (span, word)))

    @property
    def text(self) -> str:
        text = self.original
        for (start, end), word in sorted(self.replaced, reverse=True):
            text = text[:start] + word + text[end:]
        return text


def _search(text: str, label: int, *, queries: int, share: float, choices: int, seed: int) -> Search[str]:
    answer = (yield [text])[0]
    places = words(text)
    if answer.argmax() != label or not places:
        return text
    left = queries - 1 - len(places[: queries - 1])
    places = places[: queries - 1]
    if not places:
        return text
    without = yield [text[:start] + text[end:] for start, end in places]
    spans = [places[index] for index in np.argsort(without[:, label], kind="stable")]
    rng = generator(text, [seed])
    now, lowest = _Edited(text), float(answer[label])
    for span in spans[: max(1, int(share * len(places)))]:
        options = [now.with_word(span, word) for word in _drawn(text[slice(*span)], choices, rng)][:left]
        if not options:
            break
        left -= len(options)
        told = yield [option.text for option in options]
        best = int(told[:, label].argmin())
        if told[best].argmax() != label:
            return options[best].text
        if told[best, label] < lowest:
            now, lowest = options[best], float(told[best, label])
    return now.text


def _drawn(word: str, choices: int, rng: np.random.Generator) -> list[str]:
    found = edits(word)
    return [found[index] for index in rng.permutation(len(found))[:choices]]
