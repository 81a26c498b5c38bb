"""Swap: how does a text read with the terms of one group in place of those of another?"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from probes.lexicons import Lexicon
from probes.lexicons.grammar import article_for, capitals_of, starts_noun_phrase, starts_sentence


@dataclass(frozen=True)
class Swapped:
    """A text with its terms exchanged.

    Attributes:
        text: the new text; equal to the old one where nothing was found.
        groups: the groups whose terms were found and exchanged.
    """

    text: str
    groups: frozenset[str]


@dataclass(frozen=True)
class _Place:
    """Where a word stands."""

    word: str
    before: str
    after: str


@dataclass(frozen=True)
class _Entry:
    """A term's group and counterparts, and whether a word in its place is that term at all."""

    group: str
    before_noun: str
    elsewhere: str
    applies: Callable[[_Place], bool]


Swapper = Callable[[str], Swapped]
_WORD = re.compile(r"\w+")


def swapper(lexicon: Lexicon, first: str, second: str) -> Swapper:
    """A function that exchanges the terms of two groups in a text, in one pass.

    Kept: capitals, possessive endings, everything around the terms. Mended: "a" and "an" before a swapped
    term. Every term is looked up once in the text as it was, so that nothing is swapped twice.

    Example:
        >>> swapper(load("gender"), "women", "men")("She thanked her for her help.").text
        'He thanked him for his help.'
    """
    entries = _entries(lexicon, first, second)
    pattern = _pattern(lexicon, entries)
    firsts = {_WORD.findall(key)[0] for key in entries}

    def swap(text: str) -> Swapped:
        if firsts.isdisjoint(_WORD.findall(text.lower())):
            return Swapped(text, frozenset())
        return _swap(text, entries, pattern)

    return swap


def _swap(text: str, entries: Mapping[str, tuple[_Entry, ...]], pattern: re.Pattern[str]) -> Swapped:
    groups: set[str] = set()

    def replace(found: re.Match[str]) -> str:
        place = _Place(found["term"] or "", text[: found.start("term")], text[found.end("term") :])
        entry = next((e for e in entries.get(_key(place.word), ()) if e.applies(place)), None)
        if entry is None:
            return found[0]
        groups.add(entry.group)
        return _replaced(found, place, entry)

    return Swapped(pattern.sub(replace, text), frozenset(groups))


def _replaced(found: re.Match[str], place: _Place, entry: _Entry) -> str:
    new = entry.elsewhere
    if entry.before_noun != entry.elsewhere and starts_noun_phrase(place.before, place.after):
        new = entry.before_noun
    new = new.lower() if place.word.islower() else capitals_of(place.word, new)
    return article_for(found["article"] or "", place.word, new) + (found["space"] or "") + new


def _key(term: str) -> str:
    return " ".join(term.lower().replace("’", "'").split())


def _entries(lexicon: Lexicon, first: str, second: str) -> Mapping[str, tuple[_Entry, ...]]:
    entries: dict[str, tuple[_Entry, ...]] = {}
    for term, entry in _all(lexicon, first, second):
        others = entries.get(_key(term), ())
        if entry.applies not in [other.applies for other in others]:
            entries[_key(term)] = (*others, entry)
    return entries


def _all(lexicon: Lexicon, first: str, second: str) -> Iterator[tuple[str, _Entry]]:
    for source, target in ((first, second), (second, first)):
        a, b = lexicon.order.index(source), lexicon.order.index(target)
        for term in lexicon.ambiguous_groups.get(source, ()):
            yield term, _Entry(source, *lexicon.ambiguous[term], _always)
        for rows, told_apart in (
            (lexicon.titles, _is_title),
            (lexicon.names, _is_name),
            (lexicon.words, _always),
        ):
            for row in rows:
                applies = told_apart if row[a] in lexicon.ordinary else _always
                if row[a] not in lexicon.generic:
                    yield row[a], _Entry(source, row[b], row[b], applies)


def _always(place: _Place) -> bool:  # noqa: ARG001 - the signature of a test of a place
    return True


def _is_title(place: _Place) -> bool:
    return place.word.istitle() and _capital_follows(place.after)


def _is_name(place: _Place) -> bool:
    return place.word.istitle() and (_capital_follows(place.after) or not starts_sentence(place.before))


def _capital_follows(after: str) -> bool:
    return after.lstrip(". ")[:1].isupper() and after[:1] in ". "


def _pattern(lexicon: Lexicon, entries: Mapping[str, tuple[_Entry, ...]]) -> re.Pattern[str]:
    """Phrases to keep, then terms of several words, then any word; each whole."""
    phrases = sorted((key for key in entries if not re.fullmatch(r"\w+", key)), key=len, reverse=True)
    kept = sorted(lexicon.keep, key=len, reverse=True)
    terms = "|".join([*map(_spelled, phrases), r"\w+"])
    keep = "|".join(map(_spelled, kept)) or r"(?!)"
    start, end = r"(?<![\w@])", r"(?![\w\u0300-\u036f])"
    return re.compile(
        rf"{start}(?:(?:{keep}){end}|(?:(?P<article>an?)(?P<space>\s+))?(?P<term>{terms}){end})",
        re.IGNORECASE,
    )


def _spelled(term: str) -> str:
    return re.escape(term.lower()).replace("'", "['’]").replace(r"\ ", r"\s+")
