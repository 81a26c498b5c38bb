"""Overall error: how often is the model wrong, and is it wrong equally often in every group?"""

from collections.abc import Iterator

from probes.fairness.counts import measure, parts, tables, views
from probes.registry import probe
from probes.stats.comparisons import gap, ratio
from probes.types import Context, Measurement


@probe()
def overall_error(ctx: Context) -> Iterator[Measurement]:
    """How often is the model wrong, and is it wrong equally often in every group?

    Formula: `error_rate` = Pr(P ≠ Y) over all valid rows, those of unknown group included. With e_g the error
    rate of group g, `error_rate_gap` = max e_g - min e_g and `error_rate_ratio` = min e_g / max e_g; one
    value per feature, intersections included. Range: all in [0, 1].

    How to read: 0 errors, a gap of 0 and a ratio of 1 are the best on this data. The gap equals the accuracy
    gap; the ratio does not: error rates of 1 % and 2 % have accuracy ratio 0.99 and error ratio 0.5, which
    for the people concerned is twice as many errors.

    Undefined: the gap and the ratio with fewer than two groups that have rows, the ratio also when there are
    no errors. Needs: predictions and labels; the gaps need groups.

    Reference: Berk et al. (2018), Fairness in Criminal Justice Risk Assessments: The State of the Art,
    definition of "overall accuracy equality". Values equal Fairlearn's `zero_one_loss_difference` and
    `zero_one_loss_ratio`.
    """
    _ = ctx.answers, ctx.labels
    yield measure(ctx, "error_rate", tables(ctx).sum(axis=0), views(ctx, "error_rate")[0], {})
    for part in parts(ctx, "error_rate"):
        yield gap("error_rate_gap", part.groups, slice=part.slice, confidence=ctx.confidence)
        yield ratio("error_rate_ratio", part.groups, slice=part.slice, confidence=ctx.confidence)
