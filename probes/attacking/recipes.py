"""Which attacks are there, and why can one not run here?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated, Any, Literal

from probes.attacking.composed import textfooler_wordnet
from probes.attacking.library import missing, textattack
from probes.attacking.needs import (
    Need,
    counter_fitted_vectors,
    encoder,
    file_of_textattack,
    flair_tagger,
    hub_model,
    part_of_speech_tagger,
    sentence_transformers,
    universal_sentence_encoder,
    wordnet,
)
from probes.attacking.references import builder, foreign
from probes.errors import AuditError
from probes.parameters import Named
from probes.suggestion import suggestion

ENTRY_POINT_GROUP = "assay.attacks"
Goal = Literal["flip", "reduce"]
Build = Callable[[Any], Any]
"""A TextAttack model wrapper -> a `textattack.Attack`."""


@dataclass(frozen=True)
class Recipe:
    """An attack that has a name.

    Attributes:
        name: what the user types.
        title: what it does to a text, in a sentence.
        source: where it was published, or the object that the user named.
        build: a TextAttack model wrapper -> a `textattack.Attack`.
        needs: what must be here besides TextAttack; each says why it cannot run, or None.
        optional: what it uses where that is here, by name.
        goal: "flip" when it succeeds by leaving the true class; "reduce" when it succeeds by keeping the
            class with fewer words, so that its success speaks of words that do not matter, not of errors.
    """

    name: str
    title: str
    source: str
    build: Build
    needs: tuple[Need, ...] = ()
    optional: tuple[tuple[str, Need], ...] = ()
    goal: Goal = "flip"

    def lacks(self) -> tuple[str, ...]:
        """What it lacks here, each with what mends it; () when it can run. Downloads nothing."""
        if fault := missing():
            return (fault,)
        return tuple(filter(None, (need() for need in self.needs)))

    def lacking(self) -> str | None:
        """Why it cannot run here and what mends that, in a sentence; None when it can."""
        return "; ".join(self.lacks()) or None

    def options(self) -> Mapping[str, str | None]:
        """What it uses where that is here: by name, why it is not here and what mends that, or None."""
        return {name: need() for name, need in self.optional}


def recipes() -> Mapping[str, Recipe]:
    """Every recipe, by name: the library's, those composed here, and those behind entry points.

    A name that two of them claim is a recipe that cannot run: neither stands in for the other unseen.
    """
    known = dict(_BUILT_IN)
    for entry in entry_points(group=ENTRY_POINT_GROUP):
        found = _behind(entry)
        known[entry.name] = _claimed(known[entry.name], found) if entry.name in known else found
    return known


def named(reference: str) -> Recipe:
    """The recipe of that name, or that `py:MODULE:FUNCTION` names.

    Raises:
        AuditError: when there is none.
    """
    if reference.startswith("py:"):
        return Recipe(reference, "an attack of the user's own", reference, builder(reference))
    known = recipes()
    if reference not in known:
        raise AuditError(f"there is no attack {reference!r}{suggestion(reference, known)}")
    return known[reference]


RecipeName = Annotated[str, Named(named, lambda: (*recipes(), "py:MODULE:FUNCTION"), key="recipe")]
"""The name of a recipe, as a parameter of a probe."""


def _behind(entry: EntryPoint) -> Recipe:
    return Recipe(entry.name, "an attack of another package", entry.value, partial(_load_and_build, entry))


def _load_and_build(entry: EntryPoint, victim: Any) -> Any:
    textattack()  # before their module imports it, so that it is imported without its side effects
    with foreign(f"the entry point {entry.name!r} ({entry.value}) cannot be loaded"):
        build = entry.load()
    return build(victim)


def _claimed(first: Recipe, second: Recipe) -> Recipe:
    why = (
        f"two attacks have this name, {first.source!r} and {second.source!r}; rename the entry point of the "
        f"group {ENTRY_POINT_GROUP}, or uninstall its package"
    )
    return replace(first, title="a name that two attacks claim", needs=(lambda: why,))


def _of_library(name: str) -> Build:
    return partial(_build, name)


def _build(name: str, victim: Any) -> Any:
    return getattr(textattack().attack_recipes, name).build(victim)


_VECTORS = counter_fitted_vectors
_TAGGER = part_of_speech_tagger

_BUILT_IN: Mapping[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "deepwordbug",
            "typos (swapped, replaced, deleted, inserted letters) in the words that matter most",
            "Gao et al. (2018), https://arxiv.org/abs/1801.04354",
            _of_library("DeepWordBugGao2018"),
        ),
        Recipe(
            "pruthi",
            "one typo inside one word, each possible one tried",
            "Pruthi et al. (2019), https://arxiv.org/abs/1905.11268",
            _of_library("Pruthi2019"),
        ),
        Recipe(
            "pwws",
            "synonyms of WordNet, in the order of saliency times effect",
            "Ren et al. (2019), https://aclanthology.org/P19-1103",
            _of_library("PWWSRen2019"),
            (wordnet,),
        ),
        Recipe(
            "textfooler-wordnet",
            "synonyms of WordNet that keep the sentence vector and, where a tagger is, the part of speech",
            "after Jin et al. (2020), https://arxiv.org/abs/1907.11932; composed here",
            textfooler_wordnet,
            (wordnet, encoder),
            (("part-of-speech tagger", part_of_speech_tagger),),
        ),
        Recipe(
            "leap",
            "synonyms of WordNet, searched by a particle swarm",
            "Xiao et al. (2023), https://doi.org/10.1109/ICASSP49357.2023.10095222",
            _of_library("LEAP2023"),
            (wordnet,),
        ),
        Recipe(
            "input-reduction",
            "words dropped while the class stays: which words does the model not need?",
            "Feng et al. (2018), https://arxiv.org/abs/1804.07781",
            _of_library("InputReductionFeng2018"),
            goal="reduce",
        ),
        Recipe(
            "textfooler",
            "neighbours in counter-fitted vectors, of the same part of speech and sentence meaning",
            "Jin et al. (2020), https://arxiv.org/abs/1907.11932",
            _of_library("TextFoolerJin2019"),
            (_VECTORS, _TAGGER, universal_sentence_encoder),
        ),
        Recipe(
            "bae",
            "words that BERT proposes in their place",
            "Garg and Ramakrishnan (2020), https://arxiv.org/abs/2004.01970",
            _of_library("BAEGarg2019"),
            (hub_model("bert-base-uncased"), _TAGGER, universal_sentence_encoder),
        ),
        Recipe(
            "bert-attack",
            "words and subwords that BERT proposes in their place",
            "Li et al. (2020), https://arxiv.org/abs/2004.09984",
            _of_library("BERTAttackLi2020"),
            (hub_model("bert-base-uncased"), universal_sentence_encoder),
        ),
        Recipe(
            "clare",
            "words replaced, inserted and merged as RoBERTa proposes",
            "Li et al. (2021), https://arxiv.org/abs/2009.07502",
            _of_library("CLARE2020"),
            (hub_model("distilroberta-base"), universal_sentence_encoder),
        ),
        Recipe(
            "a2t",
            "few neighbours in counter-fitted vectors, ranked by gradient; made for training",
            "Yoo and Qi (2021), https://arxiv.org/abs/2109.00544",
            _of_library("A2TYoo2021"),
            (
                _VECTORS,
                _TAGGER,
                sentence_transformers,
                hub_model("sentence-transformers/stsb-distilbert-base"),
            ),
        ),
        Recipe(
            "textbugger",
            "typos, look-alike letters and neighbours in counter-fitted vectors",
            "Li et al. (2019), https://arxiv.org/abs/1812.05271",
            _of_library("TextBuggerLi2018"),
            (_VECTORS, universal_sentence_encoder),
        ),
        Recipe(
            "iga",
            "neighbours in counter-fitted vectors, searched by an improved genetic algorithm",
            "Wang et al. (2019), https://arxiv.org/abs/1909.06723",
            _of_library("IGAWang2019"),
            (_VECTORS,),
        ),
        Recipe(
            "faster-alzantot",
            "neighbours in counter-fitted vectors, searched by a genetic algorithm with a language model",
            "Jia et al. (2019), https://arxiv.org/abs/1909.00986",
            _of_library("FasterGeneticAlgorithmJia2019"),
            (_VECTORS, file_of_textattack("constraints/grammaticality/language-models/learning-to-write")),
        ),
        Recipe(
            "kuleshov",
            "neighbours in counter-fitted vectors that GPT-2 finds likely",
            "Kuleshov et al. (2018), https://openreview.net/forum?id=r1QZ3zbAZ",
            _of_library("Kuleshov2017"),
            (_VECTORS, hub_model("gpt2")),
        ),
        Recipe(
            "pso",
            "words of the same meaning in HowNet, searched by a particle swarm",
            "Zang et al. (2020), https://arxiv.org/abs/1910.12196",
            _of_library("PSOZang2020"),
            (flair_tagger, file_of_textattack("transformations/hownet/word_candidates_sense.pkl")),
        ),
        Recipe(
            "checklist",
            "names, places, numbers and contractions exchanged",
            "Ribeiro et al. (2020), https://arxiv.org/abs/2005.04118",
            _of_library("CheckList2020"),
            (flair_tagger,),
        ),
    )
}
