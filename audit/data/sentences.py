"""How does a fault name a value, a list of values, or the value that was probably meant?"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

LONGEST = 60
MOST_VALUES = 12
MOST_PLACES = 5


def quoted(value: object) -> str:
    """A value in quotes, cut when long, with control characters written out so that a terminal obeys none."""
    text = str(value)
    cut = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return '"' + "".join(c if c.isprintable() else repr(c)[1:-1] for c in cut) + '"'


def listed(values: Iterable[object], *, most: int = MOST_VALUES) -> str:
    """Values in quotes, `"a", "b" and 7 more`; the word none when there are none."""
    return _joined([quoted(value) for value in values], most) or "none"


def counted(values: Iterable[tuple[str, int]], *, most: int = MOST_VALUES) -> str:
    """Values with their number of rows: `"a" (12 rows), "b" (1 row)`."""
    return _joined([f"{quoted(value)} ({plural(count, 'row')})" for value, count in values], most)


def places(unit: str, numbers: Sequence[int], total: int) -> str:
    """Where something is: `line 14`, or `lines 14, 20, 31, 40, 52 and 300 more`.

    Args:
        unit: `line` or `row`.
        numbers: the first of them.
        total: how many there are.
    """
    if total == 1:
        return f"{unit} {numbers[0]}"
    shown = [str(number) for number in numbers[:MOST_PLACES]]
    if total > len(shown):
        return f"{unit}s {', '.join(shown)} and {total - len(shown):,} more"
    return f"{unit}s {', '.join(shown[:-1])} and {shown[-1]}"


def plural(count: int, noun: str) -> str:
    """`1 row`, `2,005 rows`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean "label"?`, or nothing when no known name is close."""
    folded = {candidate.casefold().strip(): candidate for candidate in known}
    close = get_close_matches(name.casefold().strip(), folded, n=1, cutoff=0.6)
    return f"; did you mean {quoted(folded[close[0]])}?" if close else ""


def _joined(shown: Sequence[str], most: int) -> str:
    more = len(shown) - most
    return ", ".join(shown) if more <= 0 else f"{', '.join(shown[:most])} and {more:,} more"
