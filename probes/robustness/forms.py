"""Which words were exchanged for words of another form, such as a plural noun for a singular one?"""

from collections.abc import Mapping
from functools import lru_cache

from probes.robustness.wording import Change, changes, spans, vocabulary

# Prepositions, conjunctions, pronouns and determiners that the dictionary has for other uses alone: "as" for
# an adverb, "other" for a noun, "I" for a numeral.
_CLOSED = vocabulary(
    [
        """
        about above across after along alongside around as before behind below besides between beyond by
        except how i in inside like minus near no on opposite or other outside past plus round save since
        though through throughout till to under underneath unlike via when whenever where wherever while why
        within without
        """
    ]
)
_PARTICIPLES = {"VBG", "VBN"}
_REMEMBERED = 2**16


def misfits(text: str, changed: str) -> tuple[Change, ...]:
    """The exchanges of words for words that can have none of their forms.

    Of an exchange of one word for several, or of several for another number of them, the words are taken
    together: none of the new words can have a form of an old one. Words that were left out or added, and
    exchanges with a word that the dictionary does not know on either side, are none.
    """
    return tuple(change for change in changes(text, changed) if not _fits(text, changed, change))


@lru_cache(maxsize=_REMEMBERED)
def tags(word: str) -> frozenset[str]:
    """The tags of the Penn Treebank that a word can have, by the tables of lemminflect.

    Returns:
        Of nouns, verbs, adjectives and adverbs, in whatever capitals; a participle can be an adjective. Empty
        where the tables do not have the word, and for names: nothing is guessed.
    """
    word = word.lower()
    entries = [] if word in _CLOSED else _entries(word)
    if any(lemma != word and word in forms.get("NNS", ()) for lemma, forms in entries):
        # "movies" stands there once more as a noun of its own, which is its own plural.
        entries = [(lemma, forms) for lemma, forms in entries if forms.get("NNS") != (lemma,)]
    found = {tag for _, forms in entries for tag, spelt in forms.items() if word in spelt}
    return frozenset(found | {"JJ"} if found & _PARTICIPLES else found)


def _fits(text: str, changed: str, change: Change) -> bool:
    before = _together(text[slice(*change.before)])
    after = _together(changed[slice(*change.after)])
    return not (before and after) or bool(before & after)


def _together(words: str) -> frozenset[str]:
    """The tags of some words; empty for no words, and where one of them is not known."""
    each = [tags(words[slice(*span)]) for span in spans(words)]
    return frozenset().union(*each) if all(each) else frozenset()


def _entries(word: str) -> list[tuple[str, Mapping[str, tuple[str, ...]]]]:
    """The dictionary forms of a word, each with its forms by tag."""
    from lemminflect import getAllLemmas

    return [(lemma, _forms(lemma, part)) for part, lemmas in getAllLemmas(word).items() for lemma in lemmas]


def _forms(lemma: str, part: str) -> Mapping[str, tuple[str, ...]]:
    from lemminflect import getAllInflections

    forms = dict(getAllInflections(lemma, part))
    if "VBG" in forms:
        # Left out where the participle is the past; verbs without a form in -ing have none.
        forms.setdefault("VBN", forms["VBD"])
    plurals = forms.get("NNS", ())
    if plurals and plurals[0] != lemma:
        # Nouns that can be uncountable stand there as their own plural as well, after the common one.
        forms["NNS"] = tuple(plural for plural in plurals if plural != lemma)
    return forms
