"""Counts: how many rows has each group with each true and each predicted class?

Every rate of the fairness probes is a quotient of two sums over this table, so that the rows are read once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from probes.stats.proportions import proportion
from probes.types import BoolArray, Context, FloatArray, Grouping, IntArray, Measurement

MACRO = "macro"


@dataclass(frozen=True)
class Rate:
    """A rate as a quotient of sums over the cells tp, fp, fn, tn of a confusion table.

    Attributes:
        name: the metric.
        counted: the cells of the numerator.
        among: the cells of the denominator.
        undefined: which rows there must be for the rate to exist.
    """

    name: str
    counted: frozenset[str]
    among: frozenset[str]
    undefined: str

    @property
    def needs_labels(self) -> bool:
        """Whether true labels are needed: only the selection rate does without."""
        return self.name != "selection_rate"

    @property
    def of_classes(self) -> bool:
        """Whether it speaks of one class against the rest; accuracy and error rate speak of all classes."""
        return self.name not in ("accuracy", "error_rate")


def _rate(name: str, counted: str, among: str, undefined: str) -> tuple[str, Rate]:
    return name, Rate(name, frozenset(counted.split()), frozenset(among.split()), undefined)


_ALL = "tp fp fn tn"
RATES: Mapping[str, Rate] = dict(
    (
        _rate("selection_rate", "tp fp", _ALL, "there are no rows"),
        _rate("accuracy", "tp tn", _ALL, "there are no rows"),
        _rate("error_rate", "fp fn", _ALL, "there are no rows"),
        _rate("true_positive_rate", "tp", "tp fn", "no row has the label {0!r}"),
        _rate("false_negative_rate", "fn", "tp fn", "no row has the label {0!r}"),
        _rate("false_positive_rate", "fp", "fp tn", "every row has the label {0!r}"),
        _rate("true_negative_rate", "tn", "fp tn", "every row has the label {0!r}"),
        _rate("positive_predictive_value", "tp", "tp fp", "no row was predicted {0!r}"),
        _rate("negative_predictive_value", "tn", "fn tn", "every row was predicted {0!r}"),
    )
)


@dataclass(frozen=True)
class View:
    """What a rate is taken of.

    Attributes:
        index: the class taken against the rest; None for the unweighted mean over all classes.
        slice: `{"class": ...}` where there is more than one view, else empty.
    """

    index: int | None
    slice: Mapping[str, str]


def views(ctx: Context, rate: str) -> tuple[View, ...]:
    """The classes of which a rate is measured.

    Two classes, or a named positive class: that class. Otherwise every class against the rest, then "macro";
    the macro selection rate is left out, because it is 1 / C for every model.
    """
    if not RATES[rate].of_classes:
        return (View(0, {}),)
    if ctx.positive is not None:
        name = ctx.classes[ctx.positive]
        return (View(ctx.positive, {"class": name} if len(ctx.classes) > 2 else {}),)
    each = tuple(View(index, {"class": name}) for index, name in enumerate(ctx.classes))
    return each if rate == "selection_rate" else (*each, View(None, {"class": MACRO}))


def tables(ctx: Context, grouping: Grouping | None = None) -> IntArray:
    """(G + 1, L, C) rows by group, true class and predicted class; group 0 holds the rows of unknown group.

    L is 1 when there are no true labels. Rows without a valid answer are left out.
    """
    valid = ctx.answers.valid
    classes = len(ctx.classes)
    labels = ctx.samples.labels
    rows = classes if labels is not None else 1
    groups = len(grouping.names) + 1 if grouping else 1
    cell = np.zeros(len(valid), np.int64) if grouping is None else grouping.codes.astype(np.int64) + 1
    if labels is not None:
        cell = cell * rows + labels
    cell = cell * classes + ctx.answers.labels
    counted = np.bincount(cell if valid.all() else cell[valid], minlength=groups * rows * classes)
    return np.asarray(counted.reshape(groups, rows, classes))


def measure(ctx: Context, rate: str, table: IntArray, view: View, where: Mapping[str, str]) -> Measurement:
    """A rate of one table (L, C) with its interval: Wilson for a class, delta method for "macro"."""
    slice_ = {**where, **view.slice}
    if RATES[rate].needs_labels and table.shape[0] == 1 != table.shape[1]:
        return Measurement(rate, None, None, None, 0, slice_, "the data has no true labels")
    if view.index is None:
        return _macro(ctx, rate, table, slice_)
    counted, among = _sums(rate, table, view.index)
    undefined = RATES[rate].undefined.format(ctx.classes[view.index])
    return proportion(rate, counted, among, slice=slice_, confidence=ctx.confidence, undefined=undefined)


def _sums(rate: str, table: IntArray, index: int) -> tuple[int, int]:
    counted, among = _masks(RATES[rate], table.shape, index)
    return int(table[counted].sum()), int(table[among].sum())


def _masks(rate: Rate, shape: tuple[int, ...], index: int) -> tuple[BoolArray, BoolArray]:
    """(L, C) which cells are in the numerator and in the denominator."""
    if not rate.of_classes:
        right = np.eye(shape[1], dtype=bool)
        return (right if rate.name == "accuracy" else ~right), np.ones(shape, bool)
    labelled = np.arange(shape[0]) == index
    predicted = np.arange(shape[1]) == index
    masks = [
        np.array([["tn" in cells, "fp" in cells], ["fn" in cells, "tp" in cells]])[
            labelled.astype(int)[:, None], predicted.astype(int)
        ]
        for cells in (rate.counted, rate.among)
    ]
    return masks[0], masks[1]


def _macro(ctx: Context, rate: str, table: IntArray, where: Mapping[str, str]) -> Measurement:
    """The unweighted mean of a rate over the classes; undefined when that of any class is.

    Its standard error is that of the delta method on the multinomial counts, taken on the table with 1/2
    added to every cell, so that a table without errors is not given a standard error of 0.
    """
    parts = [_sums(rate, table, index) for index in range(len(ctx.classes))]
    empty = [
        RATES[rate].undefined.format(name) for name, (_, n) in zip(ctx.classes, parts, strict=True) if not n
    ]
    if empty:
        return Measurement(
            rate, None, None, None, 0, where, f"not defined for every class: {'; '.join(empty)}"
        )
    value = float(np.mean([counted / among for counted, among in parts]))
    error = _delta_error(rate, table + 0.5)
    reach = NormalDist().inv_cdf(0.5 + ctx.confidence / 2) * error
    low, high = max(0.0, value - reach), min(1.0, value + reach)
    return Measurement(rate, value, low, high, int(table.sum()), where, standard_error=error)


def _delta_error(rate: str, table: FloatArray) -> float:
    influence = np.zeros(table.shape)
    for index in range(table.shape[1]):
        counted, among = _masks(RATES[rate], table.shape, index)
        total = table[among].sum()
        influence += (counted - table[counted].sum() / total * among) / total
    return float(np.sqrt((table * (influence / table.shape[1]) ** 2).sum()))


@dataclass(frozen=True)
class Part:
    """The groups of one feature and view, for a gap or a ratio.

    Attributes:
        slice: the slice of the gap.
        groups: the rate of each group; rows of unknown group take no part.
    """

    slice: Mapping[str, str]
    groups: tuple[Measurement, ...]


def parts(ctx: Context, rate: str) -> Iterator[Part]:
    """The groups to compare, feature by feature, intersections included, and view by view."""
    for feature, grouping in ctx.samples.groups.items():
        counted = tables(ctx, grouping)[1:]
        for view in views(ctx, rate):
            where = [{"feature": feature, "group": name} for name in grouping.names]
            leaves = zip(counted, where, strict=True)
            yield Part(
                {"feature": feature, **view.slice},
                tuple(measure(ctx, rate, table, view, place) for table, place in leaves),
            )
