"""Counterfactual augmentation: how does a text read with the terms of another group?"""

from itertools import combinations

import numpy as np

from probes.lexicons import Lexicon
from probes.lexicons.swap import Swapper, swapper
from training.augmentation.rows import Transform


def counterfactuals(lexicon: Lexicon) -> tuple[Transform, ...]:
    """For each two groups of a lexicon the transform that exchanges their terms, as the probe does.

    With copies of all training texts in which a group is mentioned, mentioning one group rather than another
    says nothing of the label. Terms that the lexicon does not know keep what they said.

    Reference: Zhao et al. (2018), Gender bias in coreference resolution: evaluation and debiasing methods; Lu
        et al.
    (2020), Gender bias in neural natural language processing, who name it counterfactual data augmentation.
    """
    return tuple(_transform(swapper(lexicon, *pair)) for pair in combinations(lexicon.order, 2))


def _transform(swap: Swapper) -> Transform:
    def transform(text: str, rng: np.random.Generator) -> str:  # noqa: ARG001 - nothing is left to chance
        return swap(text).text

    return transform
