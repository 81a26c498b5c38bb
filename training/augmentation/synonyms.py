"""Synonyms: how does a text read with other words of the same meaning?"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from probes.errors import AuditError
from training.augmentation.rows import Transform

Synonyms = Mapping[str, Sequence[str]]
"""Word in lower case -> words that may stand in its place."""

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


def synonyms(known: Synonyms, share: float) -> Transform:
    """A transform that puts a synonym in place of a share of the words that have one; at least of one.

    Capitals are kept. The words are taken as they stand, without their grammar: give inflected forms as
    entries of their own. Wei and Zou (2019), EDA, "synonym replacement", is the same with WordNet as the
    source of synonyms.

    Raises:
        AuditError: when the share is not above 0 and at most 1.
    """
    if not 0 < share <= 1:
        raise AuditError(f"the share of words with a synonym is {share}; it is to be above 0 and at most 1")

    def transform(text: str, rng: np.random.Generator) -> str:
        places = [found.span() for found in _WORD.finditer(text) if known.get(found[0].lower())]
        wanted = min(len(places), max(1, round(share * len(places))))
        for index in sorted(rng.choice(len(places), size=wanted, replace=False), reverse=True):
            start, end = places[index]
            choices = known[text[start:end].lower()]
            new = choices[int(rng.integers(len(choices)))]
            text = text[:start] + _capitals(text[start:end], new) + text[end:]
        return text

    return transform


def load(path: Path) -> Synonyms:
    """The synonyms in a JSON file: an object with a list of words for each word.

    Raises:
        AuditError: when the file cannot be read, or with the entries that are no lists of words.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise AuditError(f"{path} cannot be read as JSON: {error}; give a file of synonyms") from None
    if not isinstance(content, dict):
        raise AuditError(f"{path} holds no object; write it as " + '{"good": ["fine", "nice"]}')
    if faults := [
        f"{path}, {word!r}: {found!r} is no list of words"
        for word, found in content.items()
        if not _words(found)
    ]:
        raise AuditError(*faults)
    return {
        word.lower(): tuple(new for new in found if new.lower() != word.lower())
        for word, found in content.items()
    }


def _words(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(word, str) and word.strip() for word in found)


def _capitals(old: str, new: str) -> str:
    if old.isupper() and len(old) > 1:
        return new.upper()
    return new[:1].upper() + new[1:] if old[:1].isupper() else new
