"""How does a text read in other words of the same meaning: contractions, dialects?"""

from collections.abc import Iterable, Mapping, Sequence

from probes.perturbations.lists import read
from probes.perturbations.sites import Sites, of_phrases, together

_A_WORD_FOLLOWS = r"(?=\s+\w)"


def contractions() -> Sites:
    """Contracted forms written out, and forms written out contracted."""
    lists = read("contractions")
    return together(
        of_phrases(_there(lists["anywhere"])),
        of_phrases(_back(lists["anywhere"])),
        of_phrases(_there(lists["before_a_word"]), followed=_A_WORD_FOLLOWS),
        of_phrases(_back(lists["before_a_word"])),
        of_phrases(_there(lists["ambiguous"]), followed=_A_WORD_FOLLOWS),
    )


def dialect() -> Sites:
    """Words and spellings of one variety of English replaced by those of another."""
    lists = read("dialect")
    back = [(second, first) for first, second in lists["exchanged"]]
    return of_phrases(_there([*lists["exchanged"], *back, *lists["replaced"]]))


def _there(rows: Iterable[tuple[str, str]]) -> Mapping[str, Sequence[str]]:
    """Phrase -> its other wordings, in the order of the rows."""
    found: dict[str, list[str]] = {}
    for phrase, other in rows:
        found.setdefault(phrase, []).append(other)
    return found


def _back(rows: Iterable[tuple[str, str]]) -> Mapping[str, Sequence[str]]:
    return _there((other, phrase) for phrase, other in rows)
