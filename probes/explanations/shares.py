"""How much of the attribution of its text does a word carry?"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from probes.attribution.result import Attribution
from probes.explanations.words import PUNCTUATION, kind, plain
from probes.types import FloatArray


def shares(explained: Attribution) -> FloatArray:
    """(U,) the share of each word in the attribution of its text, with its sign; sums to 1 without signs.

    Undefined: NaN where every score is 0.
    """
    scores = np.asarray(explained.scores, dtype=float)
    total = float(np.abs(scores).sum())
    return scores / total if total > 0 else np.full(len(scores), np.nan)


@dataclass(frozen=True)
class Word:
    """What is known of a word in the explained texts, one number for each text that has it.

    Attributes:
        texts: the rows of these texts.
        share: the signed share of the attribution that its occurrences carry together.
        mass: the size of its score as a multiple of that of the average word of the text.
    """

    texts: list[int] = field(default_factory=list)
    share: list[float] = field(default_factory=list)
    mass: list[float] = field(default_factory=list)


def vocabulary(
    explained: Sequence[Attribution], counted: Callable[[str], bool] = lambda word: kind(word) != PUNCTUATION
) -> Mapping[str, Word]:
    """Every word of the texts with its shares; texts whose scores are all 0 take no part.

    Args:
        explained: the attributions, one a text.
        counted: which words count.
    """
    found: dict[str, Word] = defaultdict(Word)
    for row, attribution in enumerate(explained):
        share = shares(attribution)
        if np.isfinite(share).all():
            for word, places in _places(attribution.units, counted).items():
                found[word].texts.append(row)
                found[word].share.append(float(share[places].sum()))
                found[word].mass.append(float(np.abs(share[places]).mean() * len(share)))
    return found


def _places(units: Iterable[str], counted: Callable[[str], bool]) -> Mapping[str, list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for place, unit in enumerate(units):
        if counted(unit):
            places[plain(unit)].append(place)
    return places
