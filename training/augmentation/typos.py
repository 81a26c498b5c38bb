"""Typos: how does a text read when fingers slip?"""

import re
import string
from collections.abc import Iterator

import numpy as np

from probes.errors import AuditError
from training.augmentation.rows import Transform

SHORTEST = 4
"""Letters of a word that is edited: readers get over typos inside a word, not over those in short words."""

_WORD = re.compile(rf"[^\W\d_]{{{SHORTEST},}}")
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def typos(share: float) -> Transform:
    """A transform that makes one typo in a share of the words of four letters and more; at least in one.

    A typo exchanges two neighbouring letters, drops a letter, doubles one, or puts in its place one beside it
    on the keyboard (QWERTY). The first and the last letter of a word stay, with which readers still make out
    most words (Pruthi, Dhingra and Lipton, 2019, Combating adversarial misspellings with robust word
    recognition).

    Raises:
        AuditError: when the share is not above 0 and at most 1.
    """
    if not 0 < share <= 1:
        raise AuditError(f"the share of words with a typo is {share}; it is to be above 0 and at most 1")

    def transform(text: str, rng: np.random.Generator) -> str:
        places = [(start, end) for start, end in words(text) if edits(text[start:end])]
        wanted = min(len(places), max(1, round(share * len(places))))
        for index in sorted(rng.choice(len(places), size=wanted, replace=False), reverse=True):
            start, end = places[index]
            choices = edits(text[start:end])
            text = text[:start] + choices[rng.integers(len(choices))] + text[end:]
        return text

    return transform


def words(text: str) -> list[tuple[int, int]]:
    """Start and end of each word that may be edited."""
    return [found.span() for found in _WORD.finditer(text)]


def edits(word: str) -> tuple[str, ...]:
    """Every word that is one typo away; none for a word of fewer than four letters."""
    if len(word) < SHORTEST:
        return ()
    return tuple(dict.fromkeys(edit for edit in _edits(word) if edit != word))


def _edits(word: str) -> Iterator[str]:
    for i in range(1, len(word) - 1):
        before, letter, after = word[:i], word[i], word[i + 1 :]
        if i < len(word) - 2:
            yield before + word[i + 1] + letter + word[i + 2 :]
        yield before + after
        yield before + 2 * letter + after
        yield from (before + near + after for near in _beside(letter))


def _beside(letter: str) -> list[str]:
    """The letters beside one on the keyboard; none for letters of other alphabets."""
    low = letter.lower()
    if low not in string.ascii_lowercase:
        return []
    row = next(index for index, keys in enumerate(_KEYS) if low in keys)
    column = _KEYS[row].index(low)
    spots = ((row, column - 1), (row, column + 1), (row - 1, column), (row + 1, column))
    near = [_KEYS[r][c] for r, c in spots if 0 <= r < len(_KEYS) and 0 <= c < len(_KEYS[r])]
    return [key.upper() for key in near] if letter.isupper() else near
