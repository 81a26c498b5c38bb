"""Which attacks are composed here from TextAttack's parts, because the published ones need downloads?"""

from math import pi
from typing import Any

from probes.attacking import similarity
from probes.attacking.library import textattack
from probes.attacking.needs import part_of_speech_tagger
from probes.attacking.pool import together

# TextFooler's bound in its released code: the two sentence vectors are at most 0.5 radians apart.
_WIDEST_ANGLE = 0.5


def textfooler_wordnet(victim: Any) -> Any:
    """TextFooler (Jin et al., 2020) with synonyms of WordNet in place of counter-fitted vectors.

    Words are ranked by what deleting them does to the true class; each is replaced by the synonym that lowers
    it most, no word twice and no stop word. A candidate must be at most 0.5 radians from the original by the
    base encoder (cosine at least 0.878; in place of Google's encoder) and, where NLTK's tagger is here, of
    the same part of speech (nouns and verbs counted as one).
    """
    library = textattack()
    before = library.constraints.pre_transformation
    constraints = [before.RepeatModification(), before.StopwordModification()]
    if part_of_speech_tagger() is None:
        constraints.append(library.constraints.grammaticality.PartOfSpeech(allow_verb_noun_swap=True))
    constraints.append(_sentence_similarity())
    return library.Attack(
        library.goal_functions.UntargetedClassification(victim),
        constraints,
        library.transformations.WordSwapWordNet(),
        library.search_methods.GreedyWordSwapWIR(wir_method="delete"),
    )


def _sentence_similarity() -> Any:
    encoders = textattack().constraints.semantics.sentence_encoders
    constraint = encoders.SentenceEncoder(
        threshold=1 - _WIDEST_ANGLE / pi, metric="angular", compare_against_original=True
    )
    constraint.encode = together(similarity.encode)
    # The whole text is compared; TextAttack would encode the original once more for every candidate.
    constraint.window_size = None
    return constraint
