"""Which words has a text, and to which of them does a token belong?"""

import re
from collections.abc import Sequence

import numpy as np

from probes.types import IntArray

Span = tuple[int, int]

# Ideographs and kana stand alone: their scripts write no space between words. Whatever is neither space nor
# punctuation is part of a word, so that combining marks stay with their letters.
_ALONE = "぀-ヿ㐀-䶿一-鿿豈-﫿"
_PUNCTUATION = r"!-/:-@\[-`{-~¡-©«-±´¶-¸»¿‐-‧‰-⁞、-〿！-／：-＠［-｀｛-･"
_WORD = re.compile(rf"[{_ALONE}]|(?:[^\s{_PUNCTUATION}{_ALONE}]|(?<=\w)['’](?=\w))+|\S")


def words(text: str) -> tuple[Span, ...]:
    """Where the words and punctuation marks of a text stand, from character to character.

    Example:
        >>> [text[a:b] for a, b in words("It isn't well-made.")]
        ['It', "isn't", 'well', '-', 'made', '.']
    """
    return tuple(found.span() for found in _WORD.finditer(text))


def owners(spans: Sequence[Span], text: str, tokens: Sequence[Span]) -> IntArray:
    """(T,) the unit each token belongs to: the first that ends behind the token's first visible character.

    Every token has one, so that no attribution is lost: white space belongs to the unit behind it, and what
    stands behind the last unit to the last.
    """
    ends = np.array([end for _, end in spans], dtype=np.int64)
    starts = np.array([_visible(text, *token) for token in tokens], dtype=np.int64)
    return np.minimum(np.searchsorted(ends, starts, side="right"), len(spans) - 1)


def within(spans: Sequence[Span], tokens: Sequence[Span]) -> tuple[Span, ...]:
    """The spans that the tokens reach: the rest of a text that was cut is not read."""
    if not tokens:
        return ()
    first, last = min(start for start, _ in tokens), max(end for _, end in tokens)
    return tuple(span for span in spans if span[0] < last and span[1] > first)


def _visible(text: str, start: int, end: int) -> int:
    """Tokenizers that mark word beginnings count the space before a word to its first token."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip())
