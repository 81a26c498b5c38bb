"""Typos: how does a word read when fingers slip?"""

import re
import string
from collections.abc import Callable, Iterator, Mapping

from probes.perturbations.sites import LETTERS, Sites, of_words

SHORTEST = 4
"""Letters of a word that is edited: readers get over typos inside a word, not over those in short words."""

WORD = rf"{LETTERS}{{{SHORTEST},}}"

Kind = Callable[[str, int], Iterator[str]]
"""`kind(word, i)`: the word with such a typo at its letter i, which is neither the first nor the last."""

_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _swap(word: str, i: int) -> Iterator[str]:
    if i < len(word) - 2:
        yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def _deletion(word: str, i: int) -> Iterator[str]:
    yield word[:i] + word[i + 1 :]


def _repetition(word: str, i: int) -> Iterator[str]:
    yield word[:i] + 2 * word[i] + word[i + 1 :]


def _keyboard(word: str, i: int) -> Iterator[str]:
    yield from (word[:i] + near + word[i + 1 :] for near in _beside(word[i]))


KINDS: Mapping[str, Kind] = {
    "swap": _swap,
    "deletion": _deletion,
    "repetition": _repetition,
    "keyboard": _keyboard,
}
"""Two neighbouring letters exchanged, one dropped, one doubled, one in whose place its neighbour was hit."""


def edits(word: str, *kinds: Kind) -> tuple[str, ...]:
    """Every word that is one typo away, of the given kinds or of all; none for fewer than four letters.

    The first and the last letter of a word stay, with which readers still make out most words (Pruthi,
    Dhingra and Lipton, 2019, Combating adversarial misspellings with robust word recognition).
    """
    if len(word) < SHORTEST:
        return ()
    spots = ((kind, i) for i in range(1, len(word) - 1) for kind in kinds or KINDS.values())
    found = (edit for kind, i in spots for edit in kind(word, i))
    return tuple(dict.fromkeys(edit for edit in found if edit != word))


def sites(*kinds: Kind) -> Sites:
    """The words that a typo of the given kinds, or of any, can change."""
    return of_words(lambda word: edits(word, *kinds), WORD)


def words(text: str) -> list[tuple[int, int]]:
    """Start and end of each word that may be edited."""
    return [found.span() for found in re.finditer(WORD, text)]


def _beside(letter: str) -> list[str]:
    """The letters beside one on a QWERTY keyboard; none for letters of other alphabets."""
    low = letter.lower()
    if low not in string.ascii_lowercase:
        return []
    row = next(index for index, keys in enumerate(_KEYS) if low in keys)
    column = _KEYS[row].index(low)
    spots = ((row, column - 1), (row, column + 1), (row - 1, column), (row + 1, column))
    near = [_KEYS[r][c] for r, c in spots if 0 <= r < len(_KEYS) and 0 <= c < len(_KEYS[r])]
    return [key.upper() for key in near] if letter.isupper() else near
