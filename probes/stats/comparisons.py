"""How far apart are the groups, and how far may they truly be?"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from probes.stats.contrasts import lower, target, upper
from probes.stats.limits import testable
from probes.types import Comparison, Measurement

_NAMED = 5


def gap(
    metric: str,
    groups: Sequence[Measurement],
    *,
    slice: Mapping[str, str] | None = None,  # noqa: A002 - the name of the field
    confidence: float = 0.95,
    note: str = "",
) -> Measurement:
    """The largest value minus the smallest, with an interval that contains the true gap.

    Formula: `max(values) - min(values)`. Interval, with error = 1 - confidence: low is the largest over all
    ordered pairs of the pair's lower bound at error / 2 divided by the number of pairs, never below 0; high
    is the largest upper bound at error / 2 (see `probes.stats.contrasts`).
    Range: 0 to 1 for rates.
    How to read it: 0 means that all groups have the same value. Unlike the percentile bootstrap, which
    excludes 0 for almost every model without any gap, the interval contains the true gap with at least the
    confidence.
    Undefined: with fewer than two groups that have a value. Groups without one are left out of the value and
    named in the note; a gate on the gap can then fail, not pass. Where a group has a value on which no bounds
    can be put, such as a mean of one row, there is no interval, and the note says why.

    Args:
        metric: the name of the number.
        groups: one measurement per group, made by `proportion` or `mean`.
        slice: what part of the data it speaks of.
        confidence: the level of the interval.
        note: a sentence for the reader.
    """
    values = _values(groups)
    fault = _too_few(values)
    value = None if fault else max(values) - min(values)
    return _compared("difference", metric, groups, value, fault, slice, confidence, note)


def ratio(
    metric: str,
    groups: Sequence[Measurement],
    *,
    slice: Mapping[str, str] | None = None,  # noqa: A002 - the name of the field
    confidence: float = 0.95,
    note: str = "",
) -> Measurement:
    """The smallest value divided by the largest, with an interval that contains the true ratio.

    Formula: `min(values) / max(values)`. Interval, with error = 1 - confidence: low is the smallest over all
    ordered pairs of the pair's lower bound at error / 2; high is the smallest upper bound at error / 2
    divided by the number of pairs, never above 1 (see `probes.stats.contrasts`).
    Range: 0 to 1.
    How to read it: 1 means that all groups have the same value; the four-fifths rule asks for 0.8.
    Undefined: with fewer than two groups that have a value, when every value is 0, and when one is negative.

    Args:
        metric: the name of the number.
        groups: one measurement per group, made by `proportion` or `mean`.
        slice: what part of the data it speaks of.
        confidence: the level of the interval.
        note: a sentence for the reader.
    """
    values = _values(groups)
    fault = _too_few(values) or _no_ratio(values)
    value = None if fault else min(values) / max(values)
    return _compared("ratio", metric, groups, value, fault, slice, confidence, note)


def difference(
    metric: str,
    first: Measurement,
    second: Measurement,
    *,
    slice: Mapping[str, str] | None = None,  # noqa: A002 - the name of the field
    confidence: float = 0.95,
    note: str = "",
) -> Measurement:
    """The value of one group minus that of another, with an interval; unlike `gap` it has a sign.

    Formula: `first - second`. Interval: the pair's bounds at (1 - confidence) / 2 each (see
    `probes.stats.contrasts`).
    Range: -1 to 1 for rates.
    How to read it: above 0 the first is the larger. A gate `<= limit` asks only whether it is larger by more.
    Undefined: when one of the two is.

    Args:
        metric: the name of the number.
        first: a measurement made by `proportion` or `mean`.
        second: another, of rows that are independent of the first.
        slice: what part of the data it speaks of.
        confidence: the level of the interval.
        note: a sentence for the reader.
    """
    values = _values((first, second))
    value = values[0] - values[1] if len(values) == 2 else None
    return _compared("ordered", metric, (first, second), value, _too_few(values), slice, confidence, note)


def worst(
    metric: str,
    parts: Sequence[Measurement],
    *,
    slice: Mapping[str, str] | None = None,  # noqa: A002 - the name of the field
    confidence: float = 0.95,
) -> Measurement:
    """The largest of several gaps, or the smallest of several ratios, with an interval over all pairs.

    Undefined: when no part is defined. Undefined parts are left out of the value; their reasons are in the
    note.

    Args:
        metric: the name of the number.
        parts: gaps, or ratios, made by `gap` or `ratio`.
        slice: what part of the data it speaks of.
        confidence: the level of the interval.
    """
    comparisons = tuple(comparison for part in parts for comparison in part.comparisons)
    ratios = any(comparison.contrast == "ratio" for comparison in comparisons)
    defined = [part.value for part in parts if part.value is not None]
    value = (min(defined) if ratios else max(defined)) if defined else None
    note = "; ".join(dict.fromkeys(part.note for part in parts if part.note)) or (
        "" if defined else "nothing to compare"
    )
    n = max((part.n for part in parts), default=0)
    return _with_interval(
        Measurement(metric, value, None, None, n, dict(slice or {}), note, comparisons=comparisons),
        confidence,
    )


def _values(groups: Sequence[Measurement]) -> list[float]:
    return [group.value for group in groups if group.value is not None]


def _too_few(values: Sequence[float]) -> str:
    return "fewer than two groups have a value" if len(values) < 2 else ""


def _no_ratio(values: Sequence[float]) -> str:
    if min(values) < 0:
        return "a group has a negative value, so that a ratio says nothing"
    return "every group has the value 0" if max(values) == 0 else ""


def _compared(
    contrast: Literal["difference", "ratio", "ordered"],
    metric: str,
    groups: Sequence[Measurement],
    value: float | None,
    fault: str,
    where: Mapping[str, str] | None,
    confidence: float,
    note: str,
) -> Measurement:
    told = (note, fault, _left_out(groups), "" if fault else _unbounded(groups))
    full_note = "; ".join(part for part in told if part)
    n = sum(group.n for group in groups if group.value is not None)
    comparisons = (Comparison(contrast, tuple(groups)),)
    return _with_interval(
        Measurement(metric, value, None, None, n, dict(where or {}), full_note, comparisons=comparisons),
        confidence,
    )


def _left_out(groups: Sequence[Measurement]) -> str:
    names = _names([group for group in groups if group.value is None])
    return f"left out because it is undefined there: {names}" if names else ""


def _unbounded(groups: Sequence[Measurement]) -> str:
    """Why there is no interval, where a group has a value on which no bounds can be put."""
    without = [group for group in groups if group.value is not None and not testable(group)]
    reasons = "; ".join(dict.fromkeys(group.note for group in without if group.note))
    names = _names(without) + (f" ({reasons})" if reasons else "")
    return f"no interval, because there is none for {names}" if names else ""


def _names(groups: Sequence[Measurement]) -> str:
    unnamed = "a group without a name"
    names = [group.slice.get("group") or ", ".join(group.slice.values()) or unnamed for group in groups]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _with_interval(measurement: Measurement, confidence: float) -> Measurement:
    leaves = [
        group
        for comparison in measurement.comparisons
        for group in comparison.groups
        if group.value is not None
    ]
    goal = target(measurement) if all(map(testable, leaves)) else None
    if goal is None or measurement.value is None:
        return measurement
    level = (1 - confidence) / 2
    low, high = float(lower(goal, level)), float(upper(goal, level))
    if goal.contrast == "ordered":
        return replace(measurement, low=low, high=high)
    rates = all(leaf.successes is not None for leaf in leaves)
    most = 1.0 if rates or goal.contrast == "ratio" else high
    return replace(measurement, low=max(low, 0.0), high=min(high, most))
