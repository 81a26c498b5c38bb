"""Does the model look at identity terms more than at words like them?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from probes.explanations.shares import Word
from probes.explanations.words import IDENTITY, NAMES, is_stop_word, kind
from probes.types import BoolArray, FloatArray, IntArray

DRAWS = 2000


@dataclass(frozen=True, eq=False)
class Matched:
    """The mass on the terms of a group beside that on words like them.

    Attributes:
        terms: how many different terms have words like them.
        texts: in how many texts they stand, a text counted for each of its terms.
        mass: mean mass of the terms, weighted by these texts.
        control: mean mass of the words like them, weighted alike.
        low: mass minus the mass that 97.5 % of matched choices of words stay below (at 95 %).
        high: mass minus the mass that 2.5 % of them stay below.
        p: share of matched choices of words with at least as much mass, the terms themselves among them.
    """

    terms: int
    texts: int
    mass: float
    control: float
    low: float
    high: float
    p: float


def matched(
    found: Mapping[str, Word],
    groups: Mapping[str, str],
    group: str,
    rng: np.random.Generator,
    *,
    confidence: float = 0.95,
) -> Matched | None:
    """The terms of a group against the words like them; None when no term has a word like it.

    Words are alike when both or neither are stop words, and when the numbers of texts that have them lie
    between the same powers of two: what a word does, and how often, both move attributions. The test is a
    permutation within these strata, exact when the terms may be exchanged for any word like them.

    Args:
        found: the words of the explained texts.
        groups: term -> group.
        group: the group whose terms are tested.
        rng: where the permutations come from.
        confidence: the level of the interval.

    Reference: Fisher (1935), The Design of Experiments, section 21, for the permutation test.
    """
    words = sorted(word for word in found if groups.get(word) == group or _control(word, groups))
    masses = np.array([np.mean(found[word].mass) for word in words])
    sizes = np.array([len(found[word].texts) for word in words], dtype=int)
    terms = np.array([groups.get(word) == group for word in words], dtype=bool)
    return permuted(masses, sizes, terms, _strata(words, sizes), rng, confidence=confidence)


def _control(word: str, groups: Mapping[str, str]) -> bool:
    return word not in groups and kind(word) not in (IDENTITY, NAMES)


def _strata(words: Sequence[str], sizes: IntArray) -> IntArray:
    function = np.array([is_stop_word(word) for word in words], dtype=int)
    return np.asarray(2 * np.floor(np.log2(np.maximum(sizes, 1))).astype(int) + function)


def permuted(
    masses: FloatArray,
    sizes: IntArray,
    terms: BoolArray,
    strata: IntArray,
    rng: np.random.Generator,
    *,
    confidence: float = 0.95,
) -> Matched | None:
    """The test on plain numbers, one of each for every word; None when no term has a word like it."""
    shared = [s for s in np.unique(strata) if len(set(terms[strata == s].tolist())) == 2]
    inside = np.isin(strata, shared)
    masses, sizes, terms, strata = masses[inside], sizes[inside], terms[inside], strata[inside]
    if not shared:
        return None
    weights = sizes[terms] / sizes[terms].sum()
    drawn, control = np.zeros(DRAWS), 0.0
    for stratum in shared:
        here, own = masses[strata == stratum], terms[strata == stratum]
        part = weights[strata[terms] == stratum]
        chosen = rng.random((DRAWS, len(here))).argsort(axis=1)[:, : own.sum()]
        drawn += here[chosen] @ part
        control += float(here[~own].mean() * part.sum())
    mass = float(masses[terms] @ weights)
    return _told(mass, control, drawn, int(terms.sum()), int(sizes[terms].sum()), confidence)


def _told(
    mass: float, control: float, drawn: FloatArray, terms: int, texts: int, confidence: float
) -> Matched:
    least, most = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    # The terms themselves are among what is drawn: a mean of the others beyond its ends is still an answer.
    low, high = mass - max(float(most), control), mass - min(float(least), control)
    # Rounding of sums in another order must not part a draw of the terms themselves from the terms.
    reached = int((drawn >= mass - 1e-12 * max(abs(mass), 1.0)).sum())
    return Matched(terms, texts, mass, control, low, high, (1 + reached) / (1 + DRAWS))
