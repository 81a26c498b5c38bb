"""Impact ratios: how does the rate of each category compare with that of the highest?"""

from collections.abc import Mapping, Sequence

import numpy as np

from probes.errors import Skip
from probes.fairness.counts import View, measure, tables
from probes.stats.contrasts import pair_bounds
from probes.stats.limits import estimates
from probes.types import Context, Grouping, Measurement, Table

FOUR_FIFTHS = 0.8


def selected(ctx: Context) -> int:
    """The index of the class that counts as being selected; skips the probe when none does."""
    if ctx.positive is None:
        raise Skip("no class is named that counts as being selected (name it with --positive)")
    return ctx.positive


def selection_rates(ctx: Context, grouping: Grouping) -> tuple[Measurement, ...]:
    """The selection rate of each category."""
    view = View(selected(ctx), {})
    counted = zip(tables(ctx, grouping)[1:], grouping.names, strict=True)
    return tuple(
        measure(ctx, "selection_rate", table, view, {"feature": grouping.feature, "group": name})
        for table, name in counted
    )


def impact_ratios(
    rates: Sequence[Measurement], *, left_out: Mapping[str, str] | None = None, confidence: float = 0.95
) -> tuple[Measurement, ...]:
    """The rate of each category divided by the highest rate of all.

    Formula: `rate / max(rates)`. Interval, with error = 1 - confidence and K categories: low is the smallest,
    over the other categories, of the lower bound of the ratio to that category at error / 2; high the
    smallest upper bound at error / 2 / (K - 1), never above 1 (see `probes.stats.contrasts`). So it allows
    for not knowing which category has the highest rate in truth.
    Range: 0 to 1; 1 for the category with the highest rate.
    Undefined: for a category without a rate or left out, when fewer than two have one, and when all are 0.

    Args:
        rates: one proportion per category, with the slice key "group".
        left_out: category -> why it takes no part.
        confidence: the level of the interval.
    """
    reasons = dict(left_out or {})
    kept = [r for r in rates if r.value is not None and r.slice["group"] not in reasons]
    highest = max((r.value or 0.0 for r in kept), default=0.0)
    fault = _fault(kept, highest)
    bounds = {} if fault else _bounds(kept, (1 - confidence) / 2)
    return tuple(_ratio(r, highest, bounds.get(r.slice["group"]), reasons, fault) for r in rates)


def _fault(kept: Sequence[Measurement], highest: float) -> str:
    if len(kept) < 2:
        return "fewer than two categories have a rate"
    return "" if highest > 0 else "every category has the rate 0"


def _bounds(kept: Sequence[Measurement], level: float) -> dict[str, tuple[float, float]]:
    found = estimates(kept)
    low, _ = pair_bounds("ratio", found, level)
    _, high = pair_bounds("ratio", found, level / (len(kept) - 1))
    ends = zip(np.nanmin(low, axis=1), np.nanmin(high, axis=1), strict=True)
    names = [r.slice["group"] for r in kept]
    return {name: (min(float(a), 1.0), min(float(b), 1.0)) for name, (a, b) in zip(names, ends, strict=True)}


def _ratio(
    rate: Measurement,
    highest: float,
    bounds: tuple[float, float] | None,
    reasons: Mapping[str, str],
    fault: str,
) -> Measurement:
    if rate.value is None or bounds is None:
        why = reasons.get(rate.slice["group"]) or rate.note or fault
        return Measurement("impact_ratio", None, None, None, rate.n, rate.slice, why)
    return Measurement("impact_ratio", rate.value / highest, *bounds, rate.n, rate.slice)


def below_four_fifths(ratio: Measurement) -> bool:
    """Whether the ratio as measured is below four fifths, in floating point as on paper."""
    return ratio.value is not None and ratio.value < FOUR_FIFTHS - 1e-12


def sheet(
    title: str,
    counted: str,
    rates: Sequence[Measurement],
    ratios: Sequence[Measurement],
    last: tuple[str, Sequence[str | float | None]],
    caption: str,
) -> Table:
    """Categories with their numbers, one to a row.

    Args:
        title: what the table shows.
        counted: what the numerator of the rates counts.
        rates: the rate of each category.
        ratios: the impact ratio of each category.
        last: heading and cells of one more column.
        caption: how to read it.
    """
    rate = rates[0].metric.replace("_", " ").capitalize() if rates else "Rate"
    columns = ("Category", "Applicants", counted, rate, "Impact ratio", last[0])
    rows = tuple(
        (r.slice["group"], r.n, r.successes, r.value, ratio.value, cell)
        for r, ratio, cell in zip(rates, ratios, last[1], strict=True)
    )
    return Table(title, columns, rows, caption)
