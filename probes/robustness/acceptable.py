"""Would a reader take the changed text for the same? Which successes of an attack count, and which do not."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from probes import attacking
from probes.attacking import Attacked
from probes.attacking.similarity import encoder_folder
from probes.robustness.wording import Restored, restored, vocabulary
from probes.types import FloatArray

Likeness = Callable[[Sequence[str], Sequence[str]], FloatArray]
"""`likeness(texts, others)`: (N,) how alike each text and its other are, 1 for the same."""


WITHOUT_ENCODER = "the sentence encoder is not here; run `audit fetch minilm-l6`"


def likeness() -> Likeness | None:
    """The cosine similarity of two texts by the base encoder; None where that has not been fetched."""
    return attacking.similarity if encoder_folder() else None


def known_words(texts: Iterable[str]) -> frozenset[str]:
    """Words that are no misspellings of others: those of the texts, and those that the encoder has whole."""
    folder = encoder_folder()
    lines = folder.joinpath("vocab.txt").read_text("utf-8").splitlines() if folder else ()
    return vocabulary(texts) | {word for word in lines if word.isalpha()}


@dataclass(frozen=True)
class Constraints:
    """What a changed text must keep to count as the same text.

    Attributes:
        min_similarity: least similarity of the text and its changed form, misspelt words put right.
        max_misspelt: largest share of its words that may be misspelt; one word always may.
    """

    min_similarity: float
    max_misspelt: float


@dataclass(frozen=True)
class Success:
    """An attack that succeeded, seen as a reader would.

    Attributes:
        attacked: what the attack did.
        similarity: of the text and its changed form, by the sentence encoder; None without one.
        acceptable: whether the constraints hold; None where that takes an encoder and there is none.
    """

    attacked: Attacked
    similarity: float | None
    acceptable: bool | None


def successes(
    results: Sequence[Attacked], known: Collection[str], constraints: Constraints, alike: Likeness | None
) -> tuple[Success, ...]:
    """The attacks that succeeded, each judged by the constraints.

    First misspellings are put right again (`wording.restored`), because a reader reads through them and an
    encoder of word pieces does not. What then differs must be as similar as the constraints say.

    Args:
        results: what an attack found.
        known: words that are no misspellings.
        constraints: what must be kept.
        alike: the sentence encoder, asked once for all texts; None where there is none.
    """
    found = [result for result in results if result.outcome == "success"]
    read = [restored(result.original, result.adversarial, known) for result in found]
    whole, put_right = _similarities(found, read, alike)
    return tuple(
        Success(result, as_is, _acceptable(result, text, similarity, constraints))
        for result, text, as_is, similarity in zip(found, read, whole, put_right, strict=True)
    )


def _similarities(
    found: Sequence[Attacked], read: Sequence[Restored], alike: Likeness | None
) -> tuple[list[float | None], list[float | None]]:
    """Of each text with its changed form as it is, and with misspellings put right."""
    if alike is None or not found:
        return [None] * len(found), [None] * len(found)
    before = [result.original for result in found]
    after = [*(result.adversarial for result in found), *(text.text for text in read)]
    whole, put_right = np.split(np.asarray(alike([*before, *before], after), dtype=float), 2)
    return whole.tolist(), put_right.tolist()


def _acceptable(
    result: Attacked, read: Restored, similarity: float | None, constraints: Constraints
) -> bool | None:
    if read.misspelt > max(1, int(constraints.max_misspelt * result.words)):
        return False
    if read.text == result.original:
        return True
    return None if similarity is None else similarity >= constraints.min_similarity
