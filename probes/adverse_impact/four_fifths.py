"""Four fifths: is the selection rate of a group below 80 % of the highest?"""

from collections.abc import Iterator

from probes.adverse_impact.ratios import below_four_fifths, impact_ratios, selection_rates, sheet
from probes.registry import probe
from probes.stats.comparisons import ratio
from probes.types import Context, Finding, Grouping, Measurement


@probe()
def four_fifths(ctx: Context) -> Iterator[Finding]:
    """Is the selection rate of a group below four fifths of the highest?

    Formula: with s_g = Pr(P = c | G = g) the selection rate of group g, for each feature and intersection:

    - `selection_rate` = s_g, and `impact_ratio` = s_g / max s, of each group;
    - `lowest_impact_ratio` = min s / max s: the number to gate on;
    - `groups_below_four_fifths`: how many groups have an impact ratio below 0.8 as measured.

    Range: rates and ratios in [0, 1]. How to read: an impact ratio of 1 means that a group is selected as
    often as the group that is selected most. The US Uniform Guidelines on Employee Selection Procedures take
    a ratio below 0.8 as evidence of adverse impact in general, and name two exceptions that the ratio as
    measured cannot see: smaller differences that are significant, and larger ones that rest on small
    numbers. The gate `lowest_impact_ratio >= 0.80` looks at both: it fails only when the data rule out 0.8,
    passes only when they rule out less, and is undecided otherwise.

    Undefined: a group without rows has no rate; ratios need two groups with a rate, and one above 0. Needs:
    predictions, groups, and a class that counts as being selected. Rows whose group is unknown take no part.

    Reference: 29 CFR 1607.4 D (1978). It speaks of race, sex and ethnic groups; whether it applies to a use,
    and what follows, is a question of law that this probe does not answer. It also asks for data on groups
    that make up at least 2 % of the labor force or of the applicable workforce, which the data do not tell.
    """
    _ = ctx.answers
    for grouping in ctx.groups.values():
        yield from _feature(ctx, grouping)


def _feature(ctx: Context, grouping: Grouping) -> Iterator[Finding]:
    rates = selection_rates(ctx, grouping)
    ratios = impact_ratios(rates, confidence=ctx.confidence)
    where = {"feature": grouping.feature}
    yield from rates
    yield from ratios
    yield ratio("lowest_impact_ratio", rates, slice=where, confidence=ctx.confidence)
    below = sum(map(below_four_fifths, ratios))
    yield Measurement("groups_below_four_fifths", float(below), None, None, len(rates), where)
    yield sheet(
        f"Selection by {grouping.feature}",
        "Selected",
        rates,
        ratios,
        ("Below four fifths", [_flag(r) for r in ratios]),
        "Impact ratio: the rate divided by the highest rate. The last column compares the ratio as measured "
        "with 0.8, without regard to chance; the verdict of the gate stands with the verdicts.",
    )


def _flag(impact: Measurement) -> str | None:
    if impact.value is None:
        return None
    return "yes" if below_four_fifths(impact) else "no"
