"""How does a model look to TextAttack?"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from probes.attacking.gradients import embedding_gradient, needs_gradients, tokens
from probes.attacking.pool import Ask
from probes.types import FloatArray, IntArray

# Answers that differ by less than one part in this many are the same to a search. A text's float32 answers in
# two batches differ by about one part in a million; a search that compared them to the last digit would find
# another text in another batch, most of all where two candidates read alike to the tokenizer.
PARTS = 2**12


class Victim:
    """The model under attack, as a TextAttack model wrapper: texts to class probabilities.

    Attributes:
        model: the model, as `probes.types.Model`; TextAttack only asks for its class.
        unanswered: the texts that the model had no valid answer to.
    """

    def __init__(self, model: Any, ask: Ask, label: int = 0, *, confirm: Ask | None = None) -> None:
        """Wrap `model`.

        Args:
            model: the model.
            ask: what answers texts with its probabilities.
            confirm: what is asked about texts that seem to turn the decision, where `ask` may err on them.
            label: the class that a text without a valid answer counts as: the true one, which the attack
                wants to leave, so that no attack succeeds by breaking the model.
        """
        self.model = model
        self._ask = ask
        self._confirm = confirm
        self._label = label
        self.unanswered: set[str] = set()
        self._known: dict[str, FloatArray] = {}

    def __call__(self, texts: Sequence[str]) -> FloatArray:
        """Probabilities (N, C) of N texts in float64, each row summing to 1; a text is asked once."""
        if new := [text for text in dict.fromkeys(texts) if text not in self._known]:
            answers = self._answers(new)
            self.unanswered |= {new[row] for row in np.flatnonzero(~np.isfinite(answers).all(axis=1))}
            self._known.update(zip(new, steady(answers, self._label), strict=True))
        return np.stack([self._known[text] for text in texts])

    def _answers(self, texts: Sequence[str]) -> FloatArray:
        answers = self._ask(texts)
        turned = np.flatnonzero(~np.isfinite(answers).all(axis=1) | (answers.argmax(axis=1) != self._label))
        if self._confirm is None or not len(turned):
            return answers
        confirmed = answers.copy()
        confirmed[turned] = self._confirm([texts[row] for row in turned.tolist()])
        return confirmed

    @property
    def max_length(self) -> int:
        """Most tokens of a text, for recipes that rank words by gradients."""
        return int(min(1024, needs_gradients(self.model).tokenizer.model_max_length))

    def get_grad(self, text: str) -> dict[str, FloatArray]:
        """The gradient of each token, as TextAttack names it.

        Raises:
            Skip: when the model has no gradients.
        """
        return {"gradient": embedding_gradient(self.model, text)}

    def tokenize(self, texts: Sequence[str], *, strip_prefix: bool = False) -> list[list[str]]:
        """The tokens of each text, without the marks of their tokenizer when `strip_prefix`."""
        read = [tokens(self.model, text) for text in texts]
        return [[_bare(token) for token in text] for text in read] if strip_prefix else read


def _bare(token: str) -> str:
    return token.removeprefix("##").removeprefix("Ġ").removeprefix("▁")


def steady(probabilities: FloatArray, label: int) -> FloatArray:
    """Probabilities without the digits that depend on the batch, and with the same decisions.

    Every probability but the largest keeps 12 binary digits, whatever its size; the largest is what they
    leave of 1. So the rows sum to 1 to the last digit, as TextAttack's goal functions demand (they would take
    others for logits), and the odds of a model that is very sure are kept.

    Args:
        probabilities: (N, C); a row of NaN where there is no answer.
        label: the class that has probability 1 in such a row.
    """
    valid = np.isfinite(probabilities).all(axis=1, keepdims=True)
    certain = np.eye(probabilities.shape[1])[label]
    exact = np.where(valid, probabilities, certain).astype(np.float64)
    exact /= exact.sum(axis=1, keepdims=True)
    decided: IntArray = exact.argmax(axis=1)
    digits, powers = np.frexp(exact)
    rounded = np.ldexp(np.rint(digits * PARTS) / PARTS, powers)
    rows = np.arange(len(exact))
    rounded[rows, decided] = 0.0
    rounded[rows, decided] = 1.0 - rounded.sum(axis=1)
    kept = rounded.argmax(axis=1) == decided
    return np.where(kept[:, None], rounded, exact)
