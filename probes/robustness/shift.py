"""Shift: does the model keep on other data what it shows on the audited rows?"""

import math
from collections.abc import Iterator, Mapping

import numpy as np

from probes.errors import Skip
from probes.fairness.counts import measure, tables, views
from probes.registry import probe
from probes.robustness.confidences import largest, of_decision
from probes.stats.calibration import calibration_error
from probes.stats.comparisons import difference, gap
from probes.stats.means import mean, within
from probes.types import MAIN, Context, Finding, FloatArray, Measurement, Table

_INCREASES = {"calibration_error": (-1.0, 1.0), "overconfidence": (-2.0, 2.0)}
"""Between what an increase can be."""
_NO_LABELS = "the data has no true labels"
_NO_CONFIDENCE = "only decisions are known, not how sure the model is of them"


@probe(version=2)
def shift(ctx: Context) -> Iterator[Finding]:
    """Does the model keep on other data what it shows on the audited rows?

    Each data set given with `--shift NAME=FILE` is compared with the audited rows, which have the name
    `main`. With f the decision, y the label, and c the probability that the model gives its decision, for
    each data set:

    - `accuracy` = share with f = y; `selection_rate` = share with f the positive class;
    - `calibration_error`: root mean square difference of c and accuracy over 15 bins of equally many rows,
      debiased (see below), rows of equal c in one bin; `overconfidence` = mean of c - [f = y].

    And for each data set d besides `main`:

    - `accuracy_drop` = accuracy of main - accuracy of d;
    - `calibration_error_increase`, `overconfidence_increase` = that of d - that of main;
    - `selection_rate_gap` = |selection rate of main - that of d|;
    - `confidence_distance`: the largest difference between the distribution functions of the largest
      probability on main and on d (Kolmogorov and Smirnov).

    A table has the p-values of two-sample tests: Fisher's exact test of equal accuracy, the chi-square test
    of equal shares of the decided classes, the Kolmogorov-Smirnov test of equally distributed confidence.

    Range: rates, calibration errors, gap and distance in [0, 1]; drop, overconfidence and the increase of the
    calibration error in [-1, 1], the increase of overconfidence in [-2, 2]. How to read: an `accuracy_drop`
    of 0.19 means that of 100 rows 19 fewer are right on d; gates such as
    `robustness.shift/accuracy_drop{data=tweets} <= 0.05` test it as two independent rates. An
    `overconfidence_increase` above 0 means that the model does not notice: it is as sure as before and less
    often right. A confidence distance above 0 is a sign of shift that needs no labels; a distance of 0 is
    none of its absence. A drop says that, not why: other texts, other labellers and other shares of the
    classes all make one; with other shares of the classes the selection rate should differ.

    Undefined: what compares labels, in a data set without them; the calibration error and its increase with
    fewer than 100 rows on a side; both without probabilities. Rows without a valid answer take no part. Rows
    are taken as independent: sentences of one document are not quite. Intervals: Wilson for rates, the same
    with the effective number of rows for means, exact bounds of each side for differences of rates and
    Student's for others, Dvoretzky-Kiefer-Wolfowitz for the distance. Needs: predictions, other data; labels
    for all but the selection rate and the confidence distance.

    Reference: Rabanser, Günnemann and Lipton (2019), Failing Loudly, section 3, for testing the model's
    outputs in place of its inputs; Kumar, Liang and Ma (2019), Verified Uncertainty Calibration, section 4.1,
    for the debiased calibration error; Massart (1990), The tight constant in the Dvoretzky-Kiefer-Wolfowitz
    inequality. We differ in testing one number of each output, the largest probability, not every class.
    """
    everything = {MAIN: ctx, **ctx.shifts}
    for name, data in everything.items():
        yield from _leaves(data, name).values()
    for name, data in ctx.shifts.items():
        yield from _against(ctx, data, name)
    yield _tests(ctx)


def _leaves(ctx: Context, name: str) -> Mapping[tuple[str, str], Measurement]:
    """(metric, class) -> the numbers of one data set."""
    where = {"data": name}
    table = tables(ctx)[0]
    found = [measure(ctx, "accuracy", table, views(ctx, "accuracy")[0], where), *_calibration(ctx, where)]
    found += [measure(ctx, "selection_rate", table, view, where) for view in views(ctx, "selection_rate")]
    return {(leaf.metric, leaf.slice.get("class", "")): leaf for leaf in found}


def _calibration(ctx: Context, where: Mapping[str, str]) -> tuple[Measurement, Measurement]:
    sure, labels, valid = _confidence(ctx), ctx.samples.labels, ctx.answers.valid
    missing = _NO_LABELS if labels is None else _NO_CONFIDENCE if sure is None else ""
    if labels is None or sure is None:
        error, over = (
            Measurement(metric, None, None, None, 0, where, missing)
            for metric in ("calibration_error", "overconfidence")
        )
        return error, over
    right = (ctx.answers.labels == labels)[valid]
    apart = sure - right
    sums = len(apart), float(apart.sum()), float((apart**2).sum())
    return (
        calibration_error("calibration_error", sure, right, slice=where, confidence=ctx.confidence),
        mean("overconfidence", *sums, slice=where, confidence=ctx.confidence, bounds=(-1.0, 1.0)),
    )


def _confidence(ctx: Context) -> FloatArray | None:
    try:
        return of_decision(ctx)
    except Skip:
        return None


def _against(main: Context, data: Context, name: str) -> Iterator[Measurement]:
    """What differs between the audited rows and one more data set."""
    theirs = _leaves(data, name)
    for (metric, of_class), before in _leaves(main, MAIN).items():
        where = {"data": name} | ({"class": of_class} if of_class else {})
        yield _change(metric, before, theirs[metric, of_class], where, main.confidence)
    yield _distance(main, data, name)


def _change(
    metric: str, main: Measurement, other: Measurement, where: Mapping[str, str], confidence: float
) -> Measurement:
    if metric == "accuracy":
        return difference("accuracy_drop", main, other, slice=where, confidence=confidence)
    if metric == "selection_rate":
        return gap("selection_rate_gap", (main, other), slice=where, confidence=confidence)
    increase = difference(f"{metric}_increase", other, main, slice=where, confidence=confidence)
    return within(increase, _INCREASES[metric])


def _distance(main: Context, data: Context, name: str) -> Measurement:
    metric, where = "confidence_distance", {"data": name}
    try:
        one, other = np.sort(largest(main)), np.sort(largest(data))
    except Skip as reason:
        return Measurement(metric, None, None, None, 0, where, str(reason))
    if not (len(one) and len(other)):
        return Measurement(
            metric, None, None, None, 0, where, "one of the two has no row with a valid answer"
        )
    places = np.concatenate([one, other])
    shares = [np.searchsorted(part, places, side="right") / len(part) for part in (one, other)]
    value = float(np.abs(shares[0] - shares[1]).max())
    # Each distribution function is off by more than its half with a probability of at most half the error.
    reach = sum(math.sqrt(math.log(4 / (1 - main.confidence)) / (2 * len(part))) for part in (one, other))
    return Measurement(metric, value, max(0.0, value - reach), min(1.0, value + reach), len(places), where)


def _tests(ctx: Context) -> Table:
    rows = ((name, len(data.samples), *_p_values(ctx, data)) for name, data in ctx.shifts.items())
    return Table(
        "Two-sample tests of the other data against the audited rows",
        ("data", "rows", "accuracy p", "decided classes p", "confidence p"),
        tuple(rows),
        "p-values of the hypothesis that both are alike; not corrected for the number of tests. With many "
        "rows small differences have small p-values: read them beside the differences.",
    )


def _p_values(main: Context, data: Context) -> tuple[float | None, float | None, float | None]:
    return _same_accuracy(main, data), _same_classes(main, data), _same_confidence(main, data)


def _same_accuracy(*both: Context) -> float | None:
    from scipy.stats import fisher_exact

    if any(ctx.samples.labels is None for ctx in both):
        return None
    counted = [tables(ctx)[0] for ctx in both]
    right = np.array([[np.trace(table), table.sum() - np.trace(table)] for table in counted])
    return float(fisher_exact(right)[1]) if right.any(axis=1).all() else None


def _same_classes(*both: Context) -> float | None:
    from scipy.stats import chi2_contingency

    decided = np.stack([tables(ctx)[0].sum(axis=0) for ctx in both])
    decided = decided[:, decided.any(axis=0)]
    return float(chi2_contingency(decided)[1]) if decided.any(axis=1).all() else None


def _same_confidence(main: Context, data: Context) -> float | None:
    from scipy.stats import ks_2samp

    if _confidence(main) is None or _confidence(data) is None:
        return None
    one, other = largest(main), largest(data)
    return float(ks_2samp(one, other).pvalue) if len(one) and len(other) else None
