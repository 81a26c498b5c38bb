"""Demographic parity: are groups given the positive label at the same rate?"""

from collections.abc import Iterator

from probes.fairness.counts import parts
from probes.registry import probe
from probes.stats.comparisons import gap, ratio
from probes.types import Context, Measurement


@probe()
def demographic_parity(ctx: Context) -> Iterator[Measurement]:
    """Are groups given the positive label at the same rate?

    Formula: with s_g = Pr(P = c | G = g) the selection rate of group g,
    `demographic_parity_difference` = max s_g - min s_g and `demographic_parity_ratio` = min s_g / max s_g;
    one value per feature, intersections included. Range: both in [0, 1].

    How to read: a difference of 0, or a ratio of 1, means that all groups are selected at the same rate on
    this data. The "four-fifths rule" looks at the ratio: below 0.8 is treated as a sign of adverse impact
    (US Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4 D). Whether rates should be equal
    depends on the use; no label says who ought to have been selected.

    Undefined: with fewer than two groups that have rows; the ratio also when no group is ever selected.
    Needs: predictions and groups, no labels. More than two classes: as in `fairness.rates`, without macro.

    Reference: Dwork et al. (2012), Fairness Through Awareness, section 3 (statistical parity); the ratio:
    Feldman et al. (2015), Certifying and Removing Disparate Impact, section 1. Values equal Fairlearn's
    `demographic_parity_difference` and `demographic_parity_ratio`; the intervals are ours, and rows whose
    group is unknown take no part.
    """
    _ = ctx.groups
    for part in parts(ctx, "selection_rate"):
        yield gap("demographic_parity_difference", part.groups, slice=part.slice, confidence=ctx.confidence)
        yield ratio("demographic_parity_ratio", part.groups, slice=part.slice, confidence=ctx.confidence)
