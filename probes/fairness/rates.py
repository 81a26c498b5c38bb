"""Rates: how often is each group selected, and how often is the model right about it?"""

from collections.abc import Iterator, Mapping

import numpy as np

from probes.fairness.counts import RATES, View, measure, tables, views
from probes.fairness.scores import scores
from probes.registry import probe
from probes.stats.means import mean
from probes.types import UNKNOWN, Context, FloatArray, Grouping, IntArray, Measurement

_SHOWN = tuple(name for name in RATES if name != "error_rate")


@probe()
def rates(ctx: Context) -> Iterator[Measurement]:
    """How often is each group selected, and how often is the model right about it?

    For the whole data, each group, each intersection of groups, and the rows whose group is unknown. With Y
    the true class, P the predicted class and c the positive class:

    - `n`: number of rows; `invalid_rows`: those without a valid answer, which no rate counts.
    - `selection_rate` = Pr(P = c); `accuracy` = Pr(P = Y).
    - `true_positive_rate` = Pr(P = c | Y = c); `false_negative_rate` = 1 - that.
    - `false_positive_rate` = Pr(P = c | Y ≠ c); `true_negative_rate` = 1 - that.
    - `positive_predictive_value` = Pr(Y = c | P = c); `negative_predictive_value` = Pr(Y ≠ c | P ≠ c).
    - `mean_score`: mean probability (or given score) of c.

    Range: rates are in [0, 1]. How to read: each rate with its Wilson interval; where the intervals of two
    groups overlap widely, the data does not tell them apart. Rates of small groups are shown, with wide
    intervals.

    More than two classes: for the named positive class, else for every class against the rest (slice key
    `class`) and `macro`, the unweighted mean over the classes, whose interval is by the delta method on the
    counts. The macro selection rate is 1 / C for every model and is left out. Accuracy speaks of all classes.

    Undefined: a group without rows of label c has no true positive rate (it is not 0), and so on; without
    true labels only the selection rate and the mean score are defined; without scores the mean score is not.
    Needs: predictions. Reference: Barocas, Hardt and Narayanan (2023), Fairness and Machine Learning,
    chapter 3, "Common classification criteria". We differ from scikit-learn and Fairlearn where a
    denominator is 0: they give 0, we give no value.
    """
    yield from _whole(ctx)
    for feature, grouping in ctx.samples.groups.items():
        yield from _by_group(ctx, feature, grouping)


def _whole(ctx: Context) -> Iterator[Measurement]:
    codes = np.ones(len(ctx.samples), np.int64)
    sums = _sums_of_scores(ctx, codes, 2)
    yield from _sizes(*_counted(ctx, codes, 2)[1], {})
    yield from _row(ctx, tables(ctx).sum(axis=0), {}, {index: s[:, 1] for index, s in sums.items()})


def _by_group(ctx: Context, feature: str, grouping: Grouping) -> Iterator[Measurement]:
    codes = grouping.codes.astype(np.int64) + 1
    counted = tables(ctx, grouping)
    sums = _sums_of_scores(ctx, codes, len(counted))
    sizes = _counted(ctx, codes, len(counted))
    names = [*enumerate(grouping.names, start=1)]
    if sizes[0][0]:
        names.append((0, UNKNOWN))
    for code, name in names:
        where = {"feature": feature, "group": name}
        yield from _sizes(*sizes[code], where)
        yield from _row(ctx, counted[code], where, {index: s[:, code] for index, s in sums.items()})


def _counted(ctx: Context, codes: IntArray, groups: int) -> tuple[tuple[int, int], ...]:
    """For each group its rows, and those of them without a valid answer."""
    rows = np.bincount(codes, minlength=groups)
    invalid = np.bincount(codes[~ctx.answers.valid], minlength=groups)
    return tuple(zip(rows.tolist(), invalid.tolist(), strict=True))


def _sizes(n: int, invalid: int, where: Mapping[str, str]) -> Iterator[Measurement]:
    yield Measurement("n", float(n), None, None, n, where)
    yield Measurement("invalid_rows", float(invalid), None, None, n, where)


def _row(
    ctx: Context, table: IntArray, where: Mapping[str, str], sums: Mapping[int, FloatArray]
) -> Iterator[Measurement]:
    for rate in _SHOWN:
        yield from (measure(ctx, rate, table, view, where) for view in views(ctx, rate))
    for view in views(ctx, "selection_rate"):
        yield _mean_score(ctx, view, where, sums)


def _mean_score(
    ctx: Context, view: View, where: Mapping[str, str], sums: Mapping[int, FloatArray]
) -> Measurement:
    slice_ = {**where, **view.slice}
    if view.index is None or view.index not in sums:
        return Measurement("mean_score", None, None, None, 0, slice_, "only decisions are known, no scores")
    n, total, squares = sums[view.index]
    return mean(
        "mean_score",
        int(n),
        float(total),
        float(squares),
        slice=slice_,
        confidence=ctx.confidence,
        bounds=(0.0, 1.0),
    )


def _sums_of_scores(ctx: Context, codes: IntArray, groups: int) -> Mapping[int, FloatArray]:
    """Class -> (3, groups) number, sum and sum of squares of its finite scores by group."""
    wanted = [view.index for view in views(ctx, "selection_rate") if view.index is not None]
    found = {index: scores(ctx, index) for index in wanted}
    return {index: _moments(given, codes, groups) for index, given in found.items() if given is not None}


def _moments(given: FloatArray, codes: IntArray, groups: int) -> FloatArray:
    finite = np.isfinite(given)
    value, code = (given, codes) if finite.all() else (given[finite], codes[finite])
    weights = (np.ones(len(value)), value, value**2)
    return np.stack([np.bincount(code, weights=weight, minlength=groups) for weight in weights])
