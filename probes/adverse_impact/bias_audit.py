"""Bias audit: how do selection or scoring rates compare across sex and race/ethnicity, and together?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from probes.adverse_impact.ratios import impact_ratios, selected, selection_rates, sheet
from probes.errors import Skip
from probes.fairness.scores import scores
from probes.registry import probe
from probes.stats.comparisons import ratio
from probes.stats.proportions import proportion
from probes.types import Context, Finding, FloatArray, Grouping, Measurement

TIMES = " × "
SMALL = 0.02
"""Categories with a smaller share of the data may be left out of the ratios."""


@probe()
def bias_audit(
    ctx: Context,
    *,
    sex: str = "sex",
    race: str = "race",
    rate: Literal["selection", "scoring"] = "selection",
    leave_out_below: Annotated[float, Field(ge=0, le=SMALL)] = 0.0,
) -> Iterator[Finding]:
    """How do selection or scoring rates compare across sex, race/ethnicity, and both together?

    The figures of a bias audit of an automated employment decision tool in New York City, for sex,
    race/ethnicity and every intersection. Formula, for each category g:

    - `selection_rate` = applicants in g that were selected (put into the positive class) / applicants in g;
    - `scoring_rate` = applicants in g with a score above the median of the whole sample / applicants in g,
      and `median_score`, that median, over all rows with a valid score, those of unknown category included;
    - `impact_ratio` = rate of g / highest rate of any category of the same kind;
    - `lowest_impact_ratio`: the smallest impact ratio, to gate on if you have a limit; the rule sets none;
    - `unknown_applicants`: applicants whose category is unknown; they are counted and in no rate.

    Range: rates and ratios in [0, 1]. How to read: an impact ratio of 1 means that a category is selected as
    often as the most selected one. Every category is shown with its share of the data; with
    `leave_out_below = 0.02` those with less than 2 % take no part in the ratios, which the rule leaves to the
    auditor, who has to give the reason. Intervals are ours: the rule asks for none. Those of scoring rates
    take the median as known, which it nearly is unless the sample is small.

    Undefined: a category without applicants has no rate; ratios need two categories with a rate, and one
    above 0. Needs: predictions (scores for the scoring rate), a group column for each of sex and
    race/ethnicity, and a class that counts as being selected. Reference: Rules of the City of New York, title
    6, sections 5-300 (definitions) and 5-301 (bias audit), under Local Law 144 of 2021. The rule asks for
    more than these figures, such as an independent auditor and a published summary; this probe gives figures
    and no finding of conformity.

    Args:
        ctx: the audit.
        sex: the feature with the sex categories.
        race: the feature with the race/ethnicity categories.
        rate: whether the tool selects or classifies people, or scores them.
        leave_out_below: share of the data below which a category takes no part in the ratios; at most 0.02.
    """
    _ = ctx.answers
    lacking = [name for name in (sex, race) if name not in ctx.groups]
    if lacking:
        raise Skip(
            f"the rows have no groups of {' and '.join(map(repr, lacking))}; name the columns with --group, "
            "and tell this probe with its parameters sex and race"
        )
    above = _above_median(ctx) if rate == "scoring" else None
    if above is not None:
        yield _median(ctx)
    for grouping in (ctx.groups[sex], ctx.groups[race]):
        yield from _kind(ctx, grouping, above, leave_out_below)
    both = ctx.groups.get(sex + TIMES + race) or ctx.groups.get(race + TIMES + sex)
    if both is None:
        where = {"feature": sex + TIMES + race}
        yield Measurement("lowest_impact_ratio", None, None, None, 0, where, "the rows have no intersections")
    else:
        yield from _kind(ctx, both, above, leave_out_below)


def _scores(ctx: Context) -> FloatArray:
    found = scores(ctx, selected(ctx))
    if found is None:
        raise Skip("only decisions are known, no scores (name their column with --score)")
    return found


def _median(ctx: Context) -> Measurement:
    finite = _scores(ctx)[np.isfinite(_scores(ctx))]
    if not len(finite):
        return Measurement("median_score", None, None, None, 0, {}, "no row has a valid score")
    return Measurement("median_score", float(np.median(finite)), None, None, len(finite))


def _above_median(ctx: Context) -> FloatArray:
    """(N,) 1 where the score is above the median, 0 where it is not, NaN where there is none."""
    given, median = _scores(ctx), _median(ctx).value
    return np.where(np.isfinite(given), given > (median or 0.0), np.nan)


def _kind(
    ctx: Context, grouping: Grouping, above: FloatArray | None, leave_out_below: float
) -> Iterator[Finding]:
    rates = selection_rates(ctx, grouping) if above is None else _scoring_rates(ctx, grouping, above)
    assessed = ctx.answers.valid if above is None else np.isfinite(above)
    total, unknown = int(assessed.sum()), int((assessed & (grouping.codes < 0)).sum())
    small = _small(rates, total, leave_out_below)
    ratios = impact_ratios(rates, left_out=small, confidence=ctx.confidence)
    where = {"feature": grouping.feature}
    yield from rates
    yield from ratios
    kept = [r for r in rates if r.slice["group"] not in small]
    note = f"left out for their share of the data: {', '.join(small)}" if small else ""
    yield ratio("lowest_impact_ratio", kept, slice=where, confidence=ctx.confidence, note=note)
    yield Measurement("unknown_applicants", float(unknown), None, None, total, where)
    yield sheet(
        f"Bias audit by {grouping.feature}",
        "Selected" if above is None else "Above the median",
        rates,
        ratios,
        ("Share of the data", [r.n / total if total else None for r in rates]),
        f"Impact ratio: the rate divided by the highest rate. {unknown:,} further applicants are of unknown "
        "category and in no row.",
    )


def _scoring_rates(ctx: Context, grouping: Grouping, above: FloatArray) -> tuple[Measurement, ...]:
    scored = np.isfinite(above)
    codes, high = grouping.codes[scored] + 1, above[scored]
    totals = np.bincount(codes, minlength=len(grouping.names) + 1)
    counted = np.bincount(codes, weights=high, minlength=len(grouping.names) + 1)
    return tuple(
        proportion(
            "scoring_rate",
            int(counted[i]),
            int(totals[i]),
            slice={"feature": grouping.feature, "group": name},
            confidence=ctx.confidence,
        )
        for i, name in enumerate(grouping.names, start=1)
    )


def _small(rates: Sequence[Measurement], total: int, share: float) -> Mapping[str, str]:
    return {
        r.slice["group"]: f"left out of the ratios: {r.n / total:.1%} of the data, which is below {share:.0%}"
        for r in rates
        if r.n < share * total
    }
