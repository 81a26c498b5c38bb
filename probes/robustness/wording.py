"""Which words of a text were changed, and which of the changes are misspellings that are read through?"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

Span = tuple[int, int]

# From the first to the last letter or digit of what stands between spaces: "don't", "well-crafted".
_WORD = re.compile(r"\w(?:\S*\w)?")
SHORTEST = 4
"""Letters of the shortest word whose misspelling is still read as that word."""


@dataclass(frozen=True)
class Change:
    """Words of a text that were replaced.

    Attributes:
        before: from where to where they stand in the text; empty where words were inserted.
        after: from where to where the new words stand in the changed text; empty where words were left out.
    """

    before: Span
    after: Span


@dataclass(frozen=True)
class Restored:
    """A changed text in which misspelt words are put right again.

    Attributes:
        text: the text; equal to the original where misspellings were all that was changed.
        misspelt: how many words were misspelt.
    """

    text: str
    misspelt: int


def spans(text: str) -> list[Span]:
    """From where to where each word of a text stands, without the punctuation around it."""
    return [found.span() for found in _WORD.finditer(text)]


def vocabulary(texts: Iterable[str]) -> frozenset[str]:
    """The words of some texts in small letters."""
    return frozenset(found.group().lower() for text in texts for found in _WORD.finditer(text))


def changes(original: str, changed: str) -> tuple[Change, ...]:
    """The words that differ, by the longest common runs of words.

    Replaced words are paired one to one where there are as many before as after; other runs stay whole.
    """
    old, new = spans(original), spans(changed)
    matcher = SequenceMatcher(None, _words(original, old), _words(changed, new), autojunk=False)
    return tuple(
        change
        for kind, i, j, k, m in matcher.get_opcodes()
        if kind != "equal"
        for change in _pairs(original, changed, old, new, (i, j, k, m))
    )


def marks(original: str, changed: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Where the words that differ stand in the text, and where in the changed text."""
    found = changes(original, changed)
    return tuple(c.before for c in found if _some(c.before)), tuple(c.after for c in found if _some(c.after))


def _some(span: Span) -> bool:
    return span[0] < span[1]


def restored(original: str, changed: str, known: Collection[str]) -> Restored:
    """The changed text with the original word for each misspelling of it; `known` words are no misspellings.

    A reader reads a longer word with one wrong, missing, added or exchanged letter inside as the word it was,
    if first and last letter stand (Rawlinson 1976; Pruthi et al. 2019), and if it does not happen
    to be another word.
    """
    text, count = changed, 0
    for change in reversed(changes(original, changed)):
        before, after = original[slice(*change.before)], changed[slice(*change.after)]
        if misspelling(before, after) and after.lower() not in known:
            text = text[: change.after[0]] + before + text[change.after[1] :]
            count += 1
    return Restored(text, count)


def misspelling(word: str, written: str) -> bool:
    """Whether `written` is `word`, of four letters or more, with one mistake that is neither first nor last.

    One mistake: a letter replaced, left out or added, or two neighbours exchanged (Damerau 1964).
    """
    old, new = word.lower(), written.lower()
    if len(old) < SHORTEST or not new or old == new or (old[0], old[-1]) != (new[0], new[-1]):
        return False
    start = _alike(old, new)
    end = min(_alike(old[::-1], new[::-1]), len(old) - start, len(new) - start)
    gone, come = old[start : len(old) - end], new[start : len(new) - end]
    return (len(gone) <= 1 and len(come) <= 1) or (len(gone) == 2 and gone == come[::-1])


def _alike(one: str, other: str) -> int:
    """How many letters at the beginning are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def _words(text: str, where: Sequence[Span]) -> list[str]:
    return [text[start:end] for start, end in where]


def _pairs(
    original: str, changed: str, old: Sequence[Span], new: Sequence[Span], run: tuple[int, int, int, int]
) -> Iterator[Change]:
    i, j, k, m = run
    if j - i == m - k:
        yield from map(Change, old[i:j], new[k:m])
    else:
        yield Change(_whole(original, old, i, j), _whole(changed, new, k, m))


def _whole(text: str, where: Sequence[Span], first: int, end: int) -> Span:
    """From the beginning of the first word to the end of the last; empty, before the next word, for none."""
    if first < end:
        return where[first][0], where[end - 1][1]
    place = where[first][0] if first < len(where) else len(text)
    return place, place
