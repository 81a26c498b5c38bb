"""What kind of word is it, and of whom does it speak?"""

import re
from collections.abc import Callable, Sequence
from functools import cache

from probes.attribution.units import Span
from probes.lexicons import Lexicon, built_in, load

PUNCTUATION, NUMBERS, IDENTITY = "punctuation", "numbers", "identity terms"
NAMES, STOP_WORDS, OTHER = "names", "stop words", "other words"
KINDS = (PUNCTUATION, NUMBERS, IDENTITY, NAMES, STOP_WORDS, OTHER)
"""A word is of the first kind that fits: "she" is an identity term, although it is a stop word too."""

_POSSESSIVE = re.compile(r"'s?$")


def plain(word: str) -> str:
    """A word in lower case and without its possessive ending, as it is counted.

    Example:
        >>> plain("Woman’s")
        'woman'
    """
    lower = word.lower().replace("’", "'")
    return _POSSESSIVE.sub("", lower) or lower


def kind(word: str) -> str:
    """Which of `KINDS` a word of a text is."""
    if not any(letter.isalnum() for letter in word):
        return PUNCTUATION
    if word[0].isdigit():
        return NUMBERS
    if plain(word) in _identity():
        return IDENTITY
    if is_name(word):
        return NAMES
    return STOP_WORDS if is_stop_word(word) else OTHER


def is_stop_word(word: str) -> bool:
    """Whether a word carries grammar more than meaning, by scikit-learn's list and the ending "n't"."""
    return plain(word) in _stop_words() or plain(word).endswith("n't")


def is_name(word: str) -> bool:
    """Whether it is a first name of a lexicon; one that is an ordinary word too needs a capital."""
    names, ordinary = _names()
    return plain(word) in names and (plain(word) not in ordinary or word[0].isupper())


@cache
def _stop_words() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS)


@cache
def _identity() -> frozenset[str]:
    lexicons = [lexicon for lexicon in map(load, built_in()) if lexicon.words]
    return frozenset(term for lexicon in lexicons for terms in lexicon.groups.values() for term in terms)


@cache
def _names() -> tuple[frozenset[str], frozenset[str]]:
    lexicons = [load(name) for name in built_in()]
    names = {name.lower() for lexicon in lexicons for row in lexicon.names for name in row}
    ordinary = {name.lower() for lexicon in lexicons for name in lexicon.ordinary}
    return frozenset(names), frozenset(ordinary)


def identity_finder(lexicon: Lexicon) -> Callable[[str, Sequence[Span]], tuple[str | None, ...]]:
    """A function from a text and its words to the group that each word speaks of, None for no group.

    Terms of several words, and words in a phrase that the lexicon keeps ("mother nature"), speak of nobody.
    """
    groups = {term: group for group, terms in lexicon.groups.items() for term in terms}
    phrases = "|".join(re.escape(phrase) for phrase in sorted(lexicon.keep, key=len, reverse=True))
    kept = re.compile(rf"\b(?:{phrases})\b" if phrases else r"(?!)", re.IGNORECASE)

    def find(text: str, spans: Sequence[Span]) -> tuple[str | None, ...]:
        closed = [found.span() for found in kept.finditer(text)]
        return tuple(
            None if any(a <= start < b for a, b in closed) else groups.get(plain(text[start:end]))
            for start, end in spans
        )

    return find
