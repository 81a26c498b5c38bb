"""What must be known of an attack before its success rate is believed?"""

from collections.abc import Iterator, Sequence

import numpy as np

from probes.attacking import Attacked
from probes.robustness.strata import Sample
from probes.types import Context


def reservations(
    ctx: Context,
    sample: Sample,
    results: Sequence[Attacked],
    *,
    width: float | None,
    max_queries: int | None,
) -> str:
    """Sentences for the reader of a rate, or "" when there is nothing to say.

    Args:
        ctx: the audit.
        sample: the rows that were attacked.
        results: what became of them.
        width: the half width that the interval was to have; None where none was wanted.
        max_queries: most questions about a text.
    """
    outcomes = {result.outcome for result in results}
    return "; ".join(
        (
            *_too_few_rows(sample, width),
            *(_no_question_left(max_queries) if "failed" in outcomes else ()),
            *(_always_the_same(ctx) if "failed" in outcomes and "success" not in outcomes else ()),
        )
    )


def _too_few_rows(sample: Sample, width: float | None) -> Iterator[str]:
    if width is not None and sample.whole < sample.wanted:
        yield (
            f"an interval of half width {width:g} takes {sample.wanted:,} texts, and the data has "
            f"{sample.whole:,}: the interval is wider"
        )


def _no_question_left(max_queries: int | None) -> Iterator[str]:
    if max_queries == 1:
        yield "max_queries = 1 is spent on the text as it is, so that no change was tried"


def _always_the_same(ctx: Context) -> Iterator[str]:
    """Seen from the answers to the data alone; a model that answers otherwise elsewhere is not known."""
    decided = np.unique(ctx.answers.labels[ctx.answers.valid])
    if len(decided) == 1 and len(ctx.samples) > 1:
        name = ctx.classes[int(decided[0])]
        yield (
            f"the model answers every text of the data with {name!r}: one that always answers the same is "
            "never turned, and is not robust for that"
        )
