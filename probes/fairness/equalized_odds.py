"""Equalized odds: are true and false positive rates the same in every group?"""

from collections.abc import Iterator

from probes.fairness.counts import parts
from probes.registry import probe
from probes.stats.comparisons import gap, ratio, worst
from probes.types import Context, Measurement


@probe()
def equalized_odds(ctx: Context) -> Iterator[Measurement]:
    """Are true positive rate and false positive rate the same in every group?

    Formula: with t_g = Pr(P = c | Y = c, G = g) and f_g = Pr(P = c | Y ≠ c, G = g),

    - `true_positive_rate_gap` = max t_g - min t_g; `true_positive_rate_ratio` = min t_g / max t_g;
    - `false_positive_rate_gap` and `false_positive_rate_ratio`: the same of f_g;
    - `equalized_odds_difference` = the larger of the two gaps;
    - `equalized_odds_ratio` = the smaller of the two ratios.

    One value per feature, intersections included. Range: all in [0, 1]. How to read: differences of 0, or
    ratios of 1, mean that both kinds of row are treated alike in every group of this data. A ratio of false
    positive rates is far from 1 as soon as one group has hardly any false positives; read it beside the gap.

    Undefined: when fewer than two groups have rows of the label in question; a group that has none is named
    and keeps the gates of this feature undecided. Ratios also when all rates are 0. Needs: predictions,
    labels and groups. More than two classes: as in `fairness.rates`.

    Reference: Hardt, Price and Srebro (2016), Equality of Opportunity in Supervised Learning, definition 2.1.
    Values equal Fairlearn's `equalized_odds_difference` and `equalized_odds_ratio` (`agg="worst_case"`) where
    every group has rows of both labels; Fairlearn takes a missing rate to be 0, we do not.
    """
    _ = ctx.answers, ctx.labels, ctx.groups
    both = zip(parts(ctx, "true_positive_rate"), parts(ctx, "false_positive_rate"), strict=True)
    for true, false in both:
        where, level = true.slice, ctx.confidence
        gaps = (
            gap("true_positive_rate_gap", true.groups, slice=where, confidence=level),
            gap("false_positive_rate_gap", false.groups, slice=where, confidence=level),
        )
        ratios = (
            ratio("true_positive_rate_ratio", true.groups, slice=where, confidence=level),
            ratio("false_positive_rate_ratio", false.groups, slice=where, confidence=level),
        )
        yield from gaps
        yield worst("equalized_odds_difference", gaps, slice=where, confidence=level)
        yield from ratios
        yield worst("equalized_odds_ratio", ratios, slice=where, confidence=level)
