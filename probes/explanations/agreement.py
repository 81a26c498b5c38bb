"""Agreement: do different methods of attribution point at the same words?"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Annotated

import numpy as np
from pydantic import Field

from probes.attribution import Attribution, Method
from probes.attribution.agreement import TOP, rank_correlation, top_overlap
from probes.attribution.catalogue import COMPARED, MethodName
from probes.attribution.choosing import explained
from probes.attribution.comparing import Statistic, compared
from probes.errors import Skip
from probes.explanations.chosen import chosen
from probes.explanations.figures import averaged
from probes.parameters import Limit
from probes.registry import probe
from probes.types import Context, Finding, Measurement, Table

_STATISTICS: Mapping[str, tuple[Statistic, float]] = {
    "rank_correlation": (rank_correlation, -1.0),
    "top_overlap": (top_overlap, 0.0),
}
"""Metric -> how it is computed, and its smallest value; the largest is 1."""


@probe()
def agreement(
    ctx: Context,
    *,
    methods: tuple[MethodName, ...] = COMPARED,
    max_texts: Annotated[int, Field(gt=0), Limit()] = 64,
) -> Iterator[Finding]:
    """Do different methods of attribution point at the same words?

    For each pair of methods, slice `methods`, over the texts that neither withholds:

    - `rank_correlation`: Spearman's correlation of the scores of a text's words, mean over texts;
    - `top_overlap`: the share of the five highest words that both have in common, mean over texts.

    Scores without signs (saliency, attention) are compared with the sizes of the other method's scores.

    Range: correlation in [-1, 1], overlap in [0, 1]. How to read: 1 means that both say the same. Methods
    answer different questions, so that a low value alone accuses neither; but a word that only one method
    names is weak evidence. A table gives the overlap that chance alone would have.

    Undefined: texts of one word, or with equal scores for all words, are left out; without any text left the
    mean is undefined. At most `max_texts` different texts, chosen by their content and the seed. Intervals
    take texts as independent. Needs: texts, a model that can be asked, and two methods that it allows.

    Args:
        ctx: the audit.
        methods: names of methods, as in `explanations.attributions`.
        max_texts: the largest number of texts.

    Reference: Krishna et al. (2022), The Disagreement Problem in Explainable Machine Learning, section 4.1
    (rank correlation, feature agreement); signs are not compared on their own here.
    """
    model, texts = ctx.oracle, chosen(ctx, ctx.texts, max_texts)
    found = explained(model, texts, methods, seed=ctx.seed)
    allowed = list(found)
    if len(allowed) < 2:
        raise Skip(f"agreement needs two methods that the model allows; it allows {allowed[0].name}")
    rows = []
    for pair in combinations(allowed, 2):
        measured = [_measured(ctx, metric, pair, found) for metric in _STATISTICS]
        yield from measured
        rows.append((*(method.title for method in pair), *(m.value for m in measured), measured[0].n))
    yield _table(rows, _by_chance(found[allowed[0]]))


def _measured(
    ctx: Context, metric: str, pair: tuple[Method, Method], found: Mapping[Method, Sequence[Attribution]]
) -> Measurement:
    statistic, lowest = _STATISTICS[metric]
    values = compared(found[pair[0]], found[pair[1]], statistic)
    where = {"methods": " and ".join(method.name for method in pair)}
    undefined = "no text has two words or more that both methods score"
    return averaged(ctx, metric, values, where, bounds=(lowest, 1.0), undefined=undefined)


def _by_chance(attributions: Sequence[Attribution]) -> float | None:
    """The mean overlap of two random rankings: k / U."""
    counts = np.array([len(a.units) for a in attributions if len(a.units) > 1])
    return float((np.minimum(TOP, counts - 1) / counts).mean()) if len(counts) else None


def _table(rows: Sequence[tuple[str | int | float | None, ...]], chance: float | None) -> Table:
    by_chance = "" if chance is None else f" Two random rankings of these texts would share {chance:.2f}."
    return Table(
        "Agreement of methods",
        ("method", "other method", "rank correlation", "top overlap", "texts"),
        tuple(rows),
        f"Means over texts.{by_chance}",
    )
