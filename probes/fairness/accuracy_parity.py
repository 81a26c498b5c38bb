"""Accuracy parity: is the model right equally often in every group?"""

from collections.abc import Iterator

from probes.fairness.counts import parts
from probes.registry import probe
from probes.stats.comparisons import gap, ratio
from probes.types import Context, Measurement


@probe()
def accuracy_parity(ctx: Context) -> Iterator[Measurement]:
    """Is the model right equally often in every group?

    Formula: with a_g = Pr(P = Y | G = g) the accuracy of group g, `accuracy_gap` = max a_g - min a_g and
    `accuracy_ratio` = min a_g / max a_g; one value per feature, intersections included. Range: both in [0,
    1]. With more than two classes accuracy counts all of them, so there is one value, not one per class.

    How to read: a gap of 0, or a ratio of 1, means that the model is right equally often in every group of
    this data. It does not see which way the errors go: one group may get all the false positives and the
    other all the false negatives. Read it beside `fairness.equalized_odds`.

    Undefined: with fewer than two groups that have rows; the ratio also when the model is never right. Needs:
    predictions, labels and groups.

    Reference: Berk et al. (2018), Fairness in Criminal Justice Risk Assessments: The State of the Art,
    definition of "overall accuracy equality". Values equal Fairlearn's `accuracy_score_difference` and
    `accuracy_score_ratio`.
    """
    _ = ctx.answers, ctx.labels, ctx.groups
    for part in parts(ctx, "accuracy"):
        yield gap("accuracy_gap", part.groups, slice=part.slice, confidence=ctx.confidence)
        yield ratio("accuracy_ratio", part.groups, slice=part.slice, confidence=ctx.confidence)
