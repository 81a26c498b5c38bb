"""Equal opportunity: are those who deserve the positive label given it at the same rate in every group?"""

from collections.abc import Iterator

from probes.fairness.counts import parts
from probes.registry import probe
from probes.stats.comparisons import gap, ratio
from probes.types import Context, Measurement


@probe()
def equal_opportunity(ctx: Context) -> Iterator[Measurement]:
    """Are those whose true label is positive recognised at the same rate in every group?

    Formula: with t_g = Pr(P = c | Y = c, G = g) the true positive rate of group g,
    `equal_opportunity_difference` = max t_g - min t_g and `equal_opportunity_ratio` = min t_g / max t_g;
    one value per feature, intersections included. Range: both in [0, 1].

    How to read: a difference of 0, or a ratio of 1, means that rows labelled positive are found equally
    often in every group of this data. The labels are taken as right; where they carry a disparity, this
    cannot show it.

    Undefined: when fewer than two groups have rows labelled positive; a group that has none is named and
    keeps the gates of this feature undecided. The ratio also when no group has a true positive. Needs:
    predictions, labels and groups. More than two classes: as in `fairness.rates`.

    Reference: Hardt, Price and Srebro (2016), Equality of Opportunity in Supervised Learning, definition 2.2.
    Values equal Fairlearn's `equal_opportunity_difference` and `equal_opportunity_ratio` where every group
    has positives; Fairlearn takes a group without positives to have the rate 0, we do not.
    """
    _ = ctx.answers, ctx.labels, ctx.groups
    for part in parts(ctx, "true_positive_rate"):
        yield gap("equal_opportunity_difference", part.groups, slice=part.slice, confidence=ctx.confidence)
        yield ratio("equal_opportunity_ratio", part.groups, slice=part.slice, confidence=ctx.confidence)
