"""Would a reader take the changed text for the same? Which successes of an attack count, and which do not."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from probes import attacking
from probes.attacking import Attacked
from probes.attacking.similarity import encoder_folder
from probes.robustness import grammar
from probes.robustness.grammar import GrammarError
from probes.robustness.wording import Restored, restored, vocabulary
from probes.types import FloatArray

Likeness = Callable[[Sequence[str], Sequence[str]], FloatArray]
"""`likeness(texts, others)`: (N,) how alike each text and its other are, 1 for the same."""
Checker = Callable[[str, str], Sequence[GrammarError]]
"""`checker(text, changed)`: the grammatical errors that came with the change."""

CONSTRAINTS = MISSPELLINGS, SIMILARITY, GRAMMAR = "misspellings", "similarity", "grammar"
WITHOUT_ENCODER = "the sentence encoder is not here; run `audit fetch minilm-l6`"


@dataclass(frozen=True)
class Constraints:
    """What a changed text must keep to count as the same text.

    Attributes:
        min_similarity: least similarity of the text and its changed form, misspelt words put right.
        max_misspelt: largest share of its words that may be misspelt; one word always may.
        max_new_errors: most grammatical errors, misspelt words put right, that the text did not have; None
            when grammar is not asked.
    """

    min_similarity: float
    max_misspelt: float
    max_new_errors: int | None = 0


@dataclass(frozen=True)
class Reader:
    """What judges changed texts.

    Attributes:
        known: words that are no misspellings.
        alike: the sentence encoder; None where there is none.
        errors: finds new grammatical errors; None where nothing can, or is not asked to.
        without_errors: why nothing finds them, and what mends that.
    """

    known: Collection[str]
    alike: Likeness | None
    errors: Checker | None
    without_errors: str = grammar.WITHOUT_CHECKER


@dataclass(frozen=True)
class Success:
    """An attack that succeeded, seen as a reader would.

    Attributes:
        attacked: what the attack did.
        similarity: of the text and its changed form, by the sentence encoder; None without one.
        kept: for each constraint that is asked whether it holds; None where that cannot be judged.
        new_errors: the grammatical errors that came with the change, as far as they are known.
        lacking: why constraints cannot be judged, and what mends that.
    """

    attacked: Attacked
    similarity: float | None
    kept: Mapping[str, bool | None]
    new_errors: Sequence[GrammarError] = ()
    lacking: Sequence[str] = ()

    @property
    def acceptable(self) -> bool | None:
        """Whether all constraints hold; None where that depends on one that cannot be judged."""
        if False in self.kept.values():
            return False
        return None if None in self.kept.values() else True


@dataclass(frozen=True)
class _Read:
    """A changed text as it is read, misspellings put right; None for what is not known of it."""

    misspelt: int
    similarity: float | None
    new_errors: Sequence[GrammarError] | None


def reader(corpus: Iterable[str], texts: Sequence[str], constraints: Constraints) -> Reader:
    """What can judge changed forms of `texts` here.

    Args:
        corpus: texts whose words are no misspellings of others.
        texts: those that are attacked.
        constraints: what shall be judged.
    """
    known, alike = known_words(corpus), likeness()
    why = "it is not asked" if constraints.max_new_errors is None else grammar.lacking(texts)
    return Reader(known, alike, None, why) if why else Reader(known, alike, grammar.new_errors)


def likeness() -> Likeness | None:
    """The cosine similarity of two texts by the base encoder; None where that has not been fetched."""
    return attacking.similarity if encoder_folder() else None


def known_words(texts: Iterable[str]) -> frozenset[str]:
    """Words that are no misspellings of others: those of the texts, and those that the encoder has whole."""
    folder = encoder_folder()
    lines = folder.joinpath("vocab.txt").read_text("utf-8").splitlines() if folder else ()
    return vocabulary(texts) | {word for word in lines if word.isalpha()}


def successes(results: Sequence[Attacked], constraints: Constraints, judge: Reader) -> tuple[Success, ...]:
    """The attacks that succeeded, each judged by the constraints.

    First misspellings are put right again (`wording.restored`), because a reader reads through them and
    neither an encoder of word pieces nor a grammar checker does. What then differs must be as similar as the
    constraints say, and must not bring errors.

    Args:
        results: what an attack found.
        constraints: what must be kept.
        judge: what judges that; its sentence encoder is asked once for all texts.
    """
    found = [result for result in results if result.outcome == "success"]
    texts = [restored(result.original, result.adversarial, judge.known) for result in found]
    whole, put_right = _similarities(found, texts, judge.alike)
    return tuple(
        _judged(result, as_is, _read(result, text, similarity, judge), constraints, judge)
        for result, text, as_is, similarity in zip(found, texts, whole, put_right, strict=True)
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


def _read(result: Attacked, text: Restored, similarity: float | None, judge: Reader) -> _Read:
    """A text whose misspellings were all that was changed is the same text, whoever judges."""
    if text.text == result.original:
        return _Read(text.misspelt, 1.0, ())
    if judge.errors is None:
        return _Read(text.misspelt, similarity, None)
    return _Read(text.misspelt, similarity, judge.errors(result.original, text.text))


def _judged(
    result: Attacked, similarity: float | None, read: _Read, constraints: Constraints, judge: Reader
) -> Success:
    kept = _kept(read, result.words, constraints)
    reasons = {SIMILARITY: WITHOUT_ENCODER, GRAMMAR: judge.without_errors}
    lacking = tuple(reasons[name] for name, holds in kept.items() if holds is None)
    return Success(result, similarity, kept, read.new_errors or (), lacking)


def _kept(read: _Read, words: int, constraints: Constraints) -> dict[str, bool | None]:
    alike, errors, most = read.similarity, read.new_errors, constraints.max_new_errors
    kept: dict[str, bool | None] = {
        MISSPELLINGS: read.misspelt <= max(1, int(constraints.max_misspelt * words)),
        SIMILARITY: None if alike is None else alike >= constraints.min_similarity,
    }
    if most is not None:
        kept[GRAMMAR] = None if errors is None else len(errors) <= most
    return kept
