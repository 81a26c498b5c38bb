"""Predictive parity: does a positive prediction mean the same for every group?"""

from collections.abc import Iterator

from probes.fairness.counts import parts
from probes.registry import probe
from probes.stats.comparisons import gap, ratio
from probes.types import Context, Measurement


@probe()
def predictive_parity(ctx: Context) -> Iterator[Measurement]:
    """Is a positive prediction equally often right in every group?

    Formula: with v_g = Pr(Y = c | P = c, G = g) the positive predictive value of group g,
    `predictive_parity_difference` = max v_g - min v_g and `predictive_parity_ratio` = min v_g / max v_g;
    one value per feature, intersections included. Range: both in [0, 1].

    How to read: a difference of 0, or a ratio of 1, means that a positive prediction is as trustworthy in
    every group of this data. Where groups differ in their share of positive labels, predictive parity and
    equalized odds cannot both hold unless the model makes no errors: decide which one the use asks for.

    Undefined: when fewer than two groups are ever predicted positive; the ratio also when no positive
    prediction is right. Needs: predictions, labels and groups. More than two classes: as in
    `fairness.rates`.

    Reference: Chouldechova (2017), Fair Prediction with Disparate Impact, definition 2 and section 2.1.
    Values equal the difference and ratio between groups of scikit-learn's `precision_score` in Fairlearn's
    MetricFrame where every group has positive predictions; they take a missing precision to be 0, we do not.
    The rows of a group predicted positive are taken as a sample of their own, as usual for this interval.
    """
    _ = ctx.answers, ctx.labels, ctx.groups
    for part in parts(ctx, "positive_predictive_value"):
        yield gap("predictive_parity_difference", part.groups, slice=part.slice, confidence=ctx.confidence)
        yield ratio("predictive_parity_ratio", part.groups, slice=part.slice, confidence=ctx.confidence)
