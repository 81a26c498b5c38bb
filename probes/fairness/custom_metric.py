"""Custom metric: how does a metric function of the user's choice differ between groups?"""

import importlib
import inspect
import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from statistics import NormalDist
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from probes.errors import AuditError, Skip
from probes.fairness.scores import scores
from probes.registry import probe
from probes.stats.bootstrap import bootstrap
from probes.stats.comparisons import gap
from probes.types import BoolArray, Context, FloatArray, Grouping, IntArray, Measurement

LARGEST = 20_000
"""Rows drawn in one resampling; with more rows the standard error is scaled by sqrt(drawn / rows)."""


@probe()
def custom_metric(
    ctx: Context,
    *,
    metric: str = "",
    arguments: Mapping[str, Any] | None = None,
    takes: Literal["decisions", "scores"] = "decisions",
    draws: Annotated[int, Field(ge=50, le=10_000)] = 200,
) -> Iterator[Measurement]:
    """How does a metric function of your choice differ between groups?

    Any function in the form of scikit-learn's, `function(y_true, y_pred, **arguments) -> number`, is
    computed on all rows, on each group, and as the gap between groups: `<name>` and `<name>_gap` = largest
    minus smallest value, where `<name>` is the name of the function. Range, and how to read it: as the
    function says.

    What it is given: with a positive class, 1 for that class and 0 for the others; otherwise the class
    indices. With `takes = "scores"`, the second argument is the probability of the positive class instead of
    the decision. Rows without a valid answer are left out.

    Interval: value ± z times the standard error of a bootstrap within each group (`draws` resamplings). A
    function of decisions that takes `sample_weight` is given the distinct (true, predicted) pairs weighted
    by how often they were drawn, which is the same as drawing rows; any other is given drawn rows, at most
    20,000 at a time. The gap is tested over all pairs of groups, never by the bootstrap of the gap itself.

    Undefined: where the function gives NaN, for a group or in more than one of twenty resamplings (then only
    the interval). Needs: predictions, labels; the gap needs groups.

    Args:
        ctx: the audit.
        metric: `module:function`, such as `sklearn.metrics:matthews_corrcoef`.
        arguments: further keyword arguments of the function.
        takes: whether the second argument of the function are decisions or scores.
        draws: number of resamplings.

    Reference: disaggregation by Fairlearn's `MetricFrame` (Bird et al. 2020, Fairlearn: A Toolkit for
    Assessing and Improving Fairness in AI); bootstrap standard errors: Efron and Tibshirani
    (1993), An Introduction to the Bootstrap, section 6.2. We differ from MetricFrame in that a gap comes
    with an interval over pairs.
    """
    if not metric:
        raise Skip('no metric is named (set metric = "module:function" in [params."fairness.custom_metric"])')
    function = _Function(metric, _found(metric), dict(arguments or {}))
    rows = _rows(ctx, takes)
    yield _measurement(ctx, function, rows, function(rows.true, rows.given), {}, draws)
    for feature, grouping in ctx.samples.groups.items():
        leaves = tuple(_leaves(ctx, function, rows, feature, grouping, draws))
        yield from leaves
        yield gap(f"{function.name}_gap", leaves, slice={"feature": feature}, confidence=ctx.confidence)


@dataclass(frozen=True, eq=False)
class _Rows:
    """What the function is given, row by row, and which rows of the data they are."""

    true: IntArray
    given: FloatArray | IntArray
    kept: BoolArray
    weighable: bool

    def of(self, chosen: BoolArray) -> "_Rows":
        """The chosen rows, sorted, so that resampling does not depend on the order of the data."""
        true, given = self.true[chosen], self.given[chosen]
        order = np.lexsort((given, true))
        return _Rows(true[order], given[order], self.kept, self.weighable)


@dataclass(frozen=True)
class _Function:
    """The user's function; what it raises is told as a sentence, what it warns of is left to its value."""

    named: str
    function: Callable[..., Any]
    arguments: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.named.rpartition(":")[2]

    @property
    def takes_weights(self) -> bool:
        return "sample_weight" in inspect.signature(self.function).parameters

    def __call__(self, true: Any, given: Any, **weights: Any) -> float:
        if not len(true):
            return math.nan
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return float(self.function(true, given, **weights, **self.arguments))
        except Exception as error:  # the user's code may raise anything; it is told on, not swallowed
            raise AuditError(
                f"metric {self.named!r} failed on {len(true)} rows: {type(error).__name__}: {error}; "
                "it must take (y_true, y_pred) and the given arguments, and return one number"
            ) from error


def _found(metric: str) -> Callable[..., Any]:
    module, colon, name = metric.partition(":")
    if not (module and colon and name):
        raise AuditError(f"metric {metric!r} is not in the form module:function")
    try:
        function = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise AuditError(f"metric {metric!r} cannot be imported: {error}") from None
    if not callable(function):
        raise AuditError(f"metric {metric!r} is a {type(function).__name__}, not a function")
    return function  # type: ignore[no-any-return]


def _rows(ctx: Context, takes: str) -> _Rows:
    kept = ctx.answers.valid
    true, decided = ctx.labels, ctx.answers.labels
    if ctx.positive is not None:
        true, decided = (true == ctx.positive).astype(int), (decided == ctx.positive).astype(int)
    if takes == "decisions":
        return _Rows(true[kept], decided[kept], kept, weighable=True)
    given = None if ctx.positive is None else scores(ctx, ctx.positive)
    if given is None:
        raise Skip(
            "the metric takes scores, but there are none of a positive class (name it with --positive)"
        )
    kept = kept & np.isfinite(given)
    return _Rows(true[kept], given[kept], kept, weighable=False)


def _leaves(
    ctx: Context, function: _Function, rows: _Rows, feature: str, grouping: Grouping, draws: int
) -> Iterator[Measurement]:
    codes = grouping.codes[rows.kept]
    values = _by_group(function, rows, codes)
    for code, name in enumerate(grouping.names):
        where = {"feature": feature, "group": name}
        yield _measurement(ctx, function, rows.of(codes == code), values.get(code, np.nan), where, draws)


def _by_group(function: _Function, rows: _Rows, codes: IntArray) -> Mapping[int, float]:
    from fairlearn.metrics import MetricFrame

    known = codes >= 0
    if not known.any():
        return {}
    frame = MetricFrame(
        metrics=lambda y_true, y_pred: function(np.asarray(y_true), np.asarray(y_pred)),
        y_true=rows.true[known], y_pred=rows.given[known], sensitive_features={"group": codes[known]},
    )  # fmt: skip
    return {int(code): float(value) for code, value in frame.by_group.items()}


def _measurement(
    ctx: Context, function: _Function, rows: _Rows, value: float, where: Mapping[str, str], draws: int
) -> Measurement:
    n = len(rows.true)
    if not np.isfinite(value):
        note = f"{function.named} gives {value} on these {n} rows" if n else "there are no rows"
        return Measurement(function.name, None, None, None, n, where, note)
    ordered = rows.of(np.ones(n, bool))
    error = _standard_error(function, ordered, ctx.rng("fairness.custom_metric"), draws)
    if not error:
        return Measurement(
            function.name, value, None, None, n, where, "resampling does not show how far it varies"
        )
    reach = NormalDist().inv_cdf(0.5 + ctx.confidence / 2) * error
    return Measurement(function.name, value, value - reach, value + reach, n, where, standard_error=error)


def _standard_error(function: _Function, rows: _Rows, rng: np.random.Generator, draws: int) -> float | None:
    if rows.weighable and function.takes_weights:
        return _weighted(function, rows, rng, draws)
    n, drawn = len(rows.true), min(len(rows.true), LARGEST)
    chosen = (rng.integers(n, size=drawn) for _ in range(draws))
    values = np.array([function(rows.true[index], rows.given[index]) for index in chosen])
    defined = values[np.isfinite(values)]
    if len(defined) < 0.95 * draws:
        return None
    return float(np.std(defined, ddof=1) * np.sqrt(drawn / n))


def _weighted(function: _Function, rows: _Rows, rng: np.random.Generator, draws: int) -> float | None:
    cells, counts = np.unique(np.stack([rows.true, rows.given]), axis=1, return_counts=True)
    statistic = partial(_of_draws, function, cells)
    return bootstrap(counts, statistic, rng, draws=draws).standard_error


def _of_draws(function: _Function, cells: IntArray, drawn: FloatArray) -> FloatArray:
    """A cell that was not drawn is left out: given with weight 0, its class would still count as present."""
    return np.array(
        [function(*cells[:, weights > 0], sample_weight=weights[weights > 0]) for weights in drawn]
    )
