"""Where can a text be changed, and how does it read when a share of these places is?"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from probes.lexicons.grammar import capitals_of

LETTERS = r"[^\W\d_]"
"""A letter of any alphabet, in a regular expression."""


@dataclass(frozen=True)
class Site:
    """A piece of a text that can be written otherwise.

    Attributes:
        start: where the piece begins.
        end: where it ends.
        options: what may stand in its place; at least one, none of them the piece itself.
    """

    start: int
    end: int
    options: tuple[str, ...]


Sites = Callable[[str], Sequence[Site]]
"""`sites(text)`: the places of a text that can be changed; they do not overlap."""


def edited(text: str, sites: Sequence[Site], share: float, rng: np.random.Generator) -> str:
    """The text with a share of its sites changed, at least one; the text itself when there are none.

    A generator in the same state changes, at a larger share, the same sites in the same way and further ones.
    """
    order, drawn = rng.permutation(len(sites)), rng.random(len(sites))
    wanted = min(len(sites), max(1, round(share * len(sites))))
    for index in sorted(order[:wanted], key=lambda i: sites[i].start, reverse=True):
        site = sites[index]
        text = text[: site.start] + site.options[int(drawn[index] * len(site.options))] + text[site.end :]
    return text


def of_words(edits: Callable[[str], Sequence[str]], word: str) -> Sites:
    """The words that a regular expression finds and that have an edit, each with all its edits."""
    pattern = re.compile(word)

    def sites(text: str) -> list[Site]:
        found = ((match, _others(match[0], edits(match[0]))) for match in pattern.finditer(text))
        return [Site(*match.span(), options) for match, options in found if options]

    return sites


def of_phrases(known: Mapping[str, Sequence[str]], *, followed: str = "") -> Sites:
    """The phrases that have another wording, capitals kept.

    Args:
        known: phrase in lower case -> other wordings.
        followed: regular expression of what must follow the phrase.
    """
    longest_first = sorted(known, key=len, reverse=True)
    spelled = "|".join(re.escape(p).replace(r"\ ", r"\s+").replace("'", "['’]") for p in longest_first)
    # An apostrophe is no end of a word: "it" is not a word of "it's".
    pattern = re.compile(rf"(?<![\w'’])(?:{spelled})(?![\w'’]){followed}", re.IGNORECASE)

    def sites(text: str) -> list[Site]:
        found = (
            (match, " ".join(match[0].lower().replace("’", "'").split())) for match in pattern.finditer(text)
        )
        return [
            Site(*match.span(), options)
            for match, phrase in found
            if (options := _others(match[0], [capitals_of(match[0], new) for new in known[phrase]]))
        ]

    return sites


def together(*kinds: Sites) -> Sites:
    """The sites of several kinds; where two overlap, that of the earlier kind."""

    def sites(text: str) -> list[Site]:
        found: list[Site] = []
        for kind in kinds:
            found += [new for new in kind(text) if not any(_overlap(new, old) for old in found)]
        return sorted(found, key=lambda site: site.start)

    return sites


def _overlap(one: Site, other: Site) -> bool:
    return one.start < other.end and other.start < one.end


def _others(piece: str, options: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(option for option in options if option != piece))
