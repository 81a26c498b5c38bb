"""Whom does a text mention?"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from audit.data.columns import Categories, compact
from probes.lexicons import Lexicon, load

WORD = re.compile(r"[^\W_]+")
APART = "\ufeff"


def feature_name(lexicon: Lexicon) -> str:
    """`gender in text`: what the groups are called, apart from a column that tells the gender of a person."""
    return f"{lexicon.feature} in text"


def lexicon_for(name: str, replacement: str | None) -> Lexicon:
    """The lexicon to use: the one named, or the file that replaces it."""
    return load(replacement or name)


def mentioned(texts: Sequence[str], lexicon: Lexicon) -> Categories:
    """The rows by whom their texts mention: `only women`, `only men`, `both`, `neither`.

    With more than two groups: `only …` for each, `several`, `none`. A term counts as a whole word, in any
    case, with or without a possessive ending; phrases that the lexicon keeps ("mother nature") mention
    nobody.
    """
    find = finder(lexicon)
    several, none = ("both", "neither") if len(lexicon.order) == 2 else ("several", "none")
    values = (*(f"only {group}" for group in lexicon.order), several, none)
    codes = {group: code for code, group in enumerate(lexicon.order)}
    last = len(lexicon.order)
    found = (find(text) for text in texts)
    return compact(
        values, np.array([codes[min(g)] if len(g) == 1 else last + (not g) for g in found], dtype=np.int32)
    )


def finder(lexicon: Lexicon) -> Callable[[str], set[str]]:
    """A function from a text to the groups that it mentions."""
    words: dict[str, set[str]] = defaultdict(set)
    phrases: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for group, terms in lexicon.groups.items():
        for tokens in map(_tokens, terms):
            if len(tokens) == 1:
                words[tokens[0]].add(group)
            elif tokens:
                phrases[tokens[0]].append((_line(tokens), group))
    kept = _by_first(map(_tokens, lexicon.keep))
    firsts = words.keys() | phrases.keys()

    def find(text: str) -> set[str]:
        tokens = _tokens(text)
        if firsts.isdisjoint(tokens):
            return set()
        return _groups(_without(tokens, kept), words, phrases)

    return find


def _groups(
    tokens: Sequence[str], words: Mapping[str, set[str]], phrases: Mapping[str, list[tuple[str, str]]]
) -> set[str]:
    found: set[str] = set()
    for token in words.keys() & set(tokens):
        found |= words[token]
    for token in phrases.keys() & set(tokens):
        line = _line(tokens)
        found |= {group for phrase, group in phrases[token] if phrase in line}
    return found


def _without(tokens: Sequence[str], kept: Mapping[str, list[str]]) -> list[str]:
    """The tokens with those of kept phrases taken out; what stood around them does not become adjacent."""
    present = kept.keys() & set(tokens)
    if not present:
        return list(tokens)
    line = _line(tokens)
    for phrase in (phrase for token in present for phrase in kept[token]):
        line = line.replace(phrase, f" {APART} ")
    return line.split()


def _by_first(phrases: Iterable[Sequence[str]]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for tokens in sorted(phrases, key=len, reverse=True):
        if tokens:
            found[tokens[0]].append(_line(tokens))
    return found


def _tokens(text: str) -> list[str]:
    """Words in lower case; an apostrophe or a hyphen parts words, so that "woman's" holds "woman"."""
    plain = text if text.isascii() else unicodedata.normalize("NFC", text)
    return WORD.findall(plain.lower())


def _line(tokens: Sequence[str]) -> str:
    return f" {' '.join(tokens)} "
