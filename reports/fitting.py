"""How much of a long audit does a page show? As much as stays below a megabyte; the record has all of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from probes.types import Exhibit, Measurement
from reports.tables import Matrix

CARD_LINES = 500
"""Lines of all verdicts that are drawn, shared by the areas."""
PROBE_LINES = 300
"""Lines of the tables of groups of one probe, and of its other tables."""
CHART_LINES = 300
"""Marks of the pictures of groups that no verdict draws, shared by the probes that have some."""
DATA_LINES = 400
"""Groups whose rows are listed."""
MOST_GATES = 250
"""Gates in the table of all verdicts."""
MOST_UNDEFINED = 60
"""Reasons for numbers without a value that are told."""
MOST_FIGURES = 140
"""Lines of the table of other figures of one probe."""

T = TypeVar("T")


@dataclass(frozen=True)
class Fitted(Generic[T]):
    """What is shown, and how many more the record has."""

    shown: tuple[T, ...]
    left_out: int


def fitted(items: Sequence[T], size: Callable[[T], int], most: int) -> Fitted[T]:
    """The first of `items` that together have at most `most` lines; always at least one."""
    taken, count = 0, 0
    for item in items:
        taken += size(item)
        if count and taken > most:
            break
        count += 1
    return Fitted(tuple(items[:count]), len(items) - count)


def matrices(found: Sequence[Matrix]) -> Fitted[Matrix]:
    """The tables of groups of a probe."""
    return fitted(found, lambda m: len(m.rows), PROBE_LINES)


def exhibits(found: Sequence[Sequence[Exhibit]]) -> Fitted[Sequence[Exhibit]]:
    """The exhibits of a probe, those of one figure together."""
    return fitted(found, lambda together: 1 + sum(_lines(e) for e in together), PROBE_LINES)


def _lines(exhibit: Exhibit) -> int:
    return min(len(exhibit.rows), 60) if exhibit.kind == "table" else 1


def furthest(rows: Sequence[Measurement]) -> Fitted[Measurement]:
    """The figures of a probe in their order; of too many, those of the groups that are furthest apart."""
    if len(rows) <= MOST_FIGURES:
        return Fitted(tuple(rows), 0)
    ordered = sorted(range(len(rows)), key=lambda i: (-_apart(rows[i]), i))
    kept = sorted(ordered[:MOST_FIGURES])
    return Fitted(tuple(rows[i] for i in kept), len(rows) - MOST_FIGURES)


def _apart(m: Measurement) -> float:
    """How far the groups that a number compares are from equal: a gap of 0, a ratio of 1; others last."""
    if m.value is None or not m.comparisons:
        return -1.0
    return abs(1.0 - m.value) if m.comparisons[0].contrast == "ratio" else abs(m.value)
