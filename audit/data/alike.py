"""Which values look alike, so that one group or class may have been written in two ways?"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence

from audit.data.columns import Categories
from audit.data.sentences import counted, quoted

DECIMAL = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)")
TRUTH = {"true": "1", "false": "0"}


def alike(values: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The sets of values that differ only in case, spacing, Unicode form or the way a number is written.

    `F`, `f` and `F ` look alike, so do `1`, `01` and `1.0`, and `True` and `1`.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for value in values:
        found[_look(value)].append(value)
    return tuple(tuple(same) for same in found.values() if len(same) > 1)


def warnings(source: str, column: str, found: Categories, kind: str) -> Iterator[str]:
    """One sentence for each set of values of a column that look alike."""
    rows = dict(zip(found.values, found.counts.tolist(), strict=True))
    for same in alike(found.values):
        yield (
            f"{source}: column {quoted(column)} has values that look alike and count as different {kind}: "
            f"{counted((value, rows[value]) for value in same)}; write them the same way if they mean the "
            "same"
        )


def _look(value: str) -> str:
    folded = unicodedata.normalize("NFKC", value).casefold()
    visible = "".join(c for c in folded if unicodedata.category(c) not in ("Cf", "Cc") or c.isspace())
    text = " ".join(visible.split())
    return (
        repr(float(text) + 0.0)
        if DECIMAL.fullmatch(text)
        else repr(float(TRUTH[text]))
        if text in TRUTH
        else text
    )
