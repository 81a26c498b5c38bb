"""Which group does each row belong to, in each feature and in each pair of features?"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from audit.data.columns import Categories
from audit.data.sentences import listed, quoted
from probes.errors import AuditError
from probes.types import UNKNOWN, Grouping
from reports.record import GroupCount

MOST_GROUPS = 1_000
TIMES = " × "


def grouping(source: str, feature: str, found: Categories) -> Grouping:
    """The groups of a column; an empty cell is in none.

    Raises:
        AuditError: when there are too many for groups.
    """
    if len(found.values) > MOST_GROUPS:
        raise AuditError(
            f"{source}: column {quoted(feature)} has {len(found.values):,} different values, such as "
            f"{listed(found.values, most=3)}; put them into at most {MOST_GROUPS:,} groups first, such as "
            "ranges of age"
        )
    return Grouping(feature, found.values, found.codes)


def intersections(groupings: Sequence[Grouping]) -> tuple[Grouping, ...]:
    """The grouping of each pair of features, named `a × b`.

    Only pairs: with three features and more, the groups of all together are small and their intervals wide.
    """
    return tuple(intersection(first, second) for first, second in combinations(groupings, 2))


def intersection(first: Grouping, second: Grouping) -> Grouping:
    """The groups of two features together, as far as they occur; a row unknown in one of them is in none."""
    known = (first.codes >= 0) & (second.codes >= 0)
    joint = first.codes.astype(np.int64) * len(second.names) + second.codes
    cells = np.flatnonzero(np.bincount(joint[known], minlength=len(first.names) * len(second.names)))
    index = np.full(len(first.names) * len(second.names) + 1, -1, dtype=np.int32)
    index[cells] = np.arange(len(cells))
    names = [
        (first.names[cell // len(second.names)], second.names[cell % len(second.names)]) for cell in cells
    ]
    return Grouping(
        first.feature + TIMES + second.feature,
        tuple(TIMES.join(pair) for pair in names),
        index[np.where(known, joint, -1)],
    )


def counts(grouping: Grouping) -> tuple[GroupCount, ...]:
    """Rows per group, and last the rows whose group is not known, when there are any."""
    rows = np.bincount(grouping.codes + 1, minlength=len(grouping.names) + 1).tolist()
    unknown = (GroupCount(group=UNKNOWN, rows=rows[0]),) if rows[0] else ()
    return (
        *(GroupCount(group=name, rows=n) for name, n in zip(grouping.names, rows[1:], strict=True)),
        *unknown,
    )


def warnings(source: str, groupings: Sequence[Grouping]) -> Iterator[str]:
    """What a reader should know of the groups."""
    for grouping in groupings:
        name = quoted(grouping.feature)
        if len(grouping.names) == 0:
            yield f"{source}: {name} names no group in any row; every row is unknown"
        if len(grouping.names) == 1:
            yield f"{source}: {name} has the one group {quoted(grouping.names[0])}; nothing can be compared"
        if UNKNOWN in grouping.names and (grouping.codes < 0).any():
            yield (
                f'{source}: {name} has rows that say "{UNKNOWN}" and rows that are empty; the first are a '
                "group "
                "like any other, the second are left out of gaps"
            )


def by_feature(source: str, groupings: Sequence[Grouping]) -> tuple[Mapping[str, Grouping], list[str]]:
    """Feature -> grouping for the features and their pairs, and what a reader should know of them.

    A pair with more groups than there may be is left out and named.

    Raises:
        AuditError: when two features have the same name.
    """
    features = [grouping.feature for grouping in groupings]
    if len(set(features)) < len(features):
        raise AuditError(
            f"{source}: of the groups {listed(features)} two have the same name; rename or drop one"
        )
    pairs = intersections(groupings)
    kept = {
        grouping.feature: grouping for grouping in (*groupings, *pairs) if len(grouping.names) <= MOST_GROUPS
    }
    dropped = [
        f"{source}: {quoted(pair.feature)} has {len(pair.names):,} groups and was left out"
        for pair in pairs
        if pair.feature not in kept
    ]
    return kept, [*warnings(source, groupings), *dropped]
