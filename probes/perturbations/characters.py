"""How does a text read when its characters are written otherwise: case, look-alikes, spaces, scans?"""

import re
from collections.abc import Mapping, Sequence

from probes.perturbations.lists import read
from probes.perturbations.sites import LETTERS, Site, Sites, of_words
from probes.perturbations.typos import WORD

_LONG = re.compile(WORD)
_SPACE = re.compile(r"(?<=\w) (?=\w)")


def case() -> Sites:
    """Words in capitals; those that are in capitals already, in small letters."""
    pattern = rf"{LETTERS}+(?:['’]{LETTERS}+)*"
    return of_words(lambda word: (word.lower() if word.isupper() else word.upper(),), pattern)


def homoglyphs() -> Sites:
    """A letter of a word replaced by one of another alphabet that looks the same."""
    letters: Mapping[str, Sequence[str]] = read("homoglyphs")["letters"]

    def edits(word: str) -> list[str]:
        return [
            word[:i] + twin + word[i + 1 :]
            for i, letter in enumerate(word)
            for twin in letters.get(letter, ())
        ]

    return of_words(edits, rf"{LETTERS}{{2,}}")


def invisible() -> Sites:
    """A character of no width between two letters of a word."""
    characters: Sequence[str] = read("invisible")["characters"]

    def edits(word: str) -> list[str]:
        return [word[:i] + hidden + word[i:] for i in range(1, len(word)) for hidden in characters]

    return of_words(edits, rf"{LETTERS}{{2,}}")


def spacing() -> Sites:
    """A space left out between two words, or put into a word of four letters and more."""

    def sites(text: str) -> list[Site]:
        joined = [Site(*found.span(), ("",)) for found in _SPACE.finditer(text)]
        split = [Site(*found.span(), _split(found[0])) for found in _LONG.finditer(text)]
        return sorted([*joined, *split], key=lambda site: site.start)

    return sites


def _split(word: str) -> tuple[str, ...]:
    return tuple(word[:i] + " " + word[i:] for i in range(1, len(word)))


def scans() -> Sites:
    """Characters of a word taken for others that look alike in print, as when a page is scanned and read."""
    pairs: Sequence[tuple[str, str]] = read("ocr")["confusions"]

    def edits(word: str) -> list[str]:
        return [
            word[: found.start()] + read_as + word[found.end() :]
            for printed, read_as in pairs
            for found in re.finditer(re.escape(printed), word)
        ]

    return of_words(edits, r"[^\W_]{2,}")
