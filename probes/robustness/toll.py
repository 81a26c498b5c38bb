"""What did the attacks of one recipe come to, over all texts and by group?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from probes.attacking import Attacked, Recipe
from probes.robustness.acceptable import WITHOUT_ENCODER, Success
from probes.robustness.strata import Sample
from probes.stats.comparisons import gap
from probes.stats.means import mean
from probes.stats.proportions import proportion
from probes.types import Context, FloatArray, Grouping, IntArray, Measurement

NOTHING_RIGHT = "the model has no text right that could be attacked"
NO_SUCCESS = "no attack succeeded"


@dataclass(frozen=True, eq=False)
class Run:
    """What one recipe came to.

    Attributes:
        recipe: the recipe.
        sample: the rows that it was given.
        results: what became of each.
        successes: those of the rows that stand for all which were turned, judged by the constraints.
    """

    recipe: Recipe
    sample: Sample
    results: Sequence[Attacked]
    successes: Sequence[Success]

    @property
    def whole(self) -> Sequence[Attacked]:
        """What became of the rows that stand for all."""
        return self.results[: self.sample.whole]

    @property
    def queries(self) -> list[int]:
        """How many questions each attacked text cost."""
        return [result.queries for result in self.whole if result.outcome in ("success", "failed")]

    def count(self, *outcomes: str) -> int:
        """How many texts ended so."""
        return sum(result.outcome in outcomes for result in self.whole)

    @property
    def attacked(self) -> int:
        """How many texts the model had right, so that they were attacked."""
        return self.count("success", "failed")

    @property
    def acceptable(self) -> int | None:
        """How many successes keep the constraints; None where that is not known of one."""
        kept = [success.acceptable for success in self.successes]
        return None if None in kept else sum(map(bool, kept))


def measurements(ctx: Context, run: Run) -> Iterator[Measurement]:
    """The rates, the means and the rates by group of a run."""
    where = {"recipe": run.recipe.name}
    if run.recipe.goal == "reduce":
        yield _rate(ctx, "reduction_rate", len(run.successes), run.attacked, where)
    else:
        yield from _rates(ctx, run, where)
    turned = [success.attacked for success in run.successes]
    share = np.array([result.changed / max(result.words, 1) for result in turned])
    yield _mean(ctx, "words_changed", share, where, undefined=NO_SUCCESS, span=1.0)
    alike = [success.similarity for success in run.successes if success.similarity is not None]
    why = WITHOUT_ENCODER if run.successes else NO_SUCCESS
    yield _mean(ctx, "sentence_similarity", np.array(alike), where, undefined=why, span=2.0)
    yield _mean(ctx, "queries", np.array(run.queries, dtype=float), where, undefined=NOTHING_RIGHT)


def undefined(recipe: Recipe, why: str) -> Iterator[Measurement]:
    """The rates of a recipe that cannot run."""
    rates = ("success_rate", "constrained_success_rate", "accuracy_under_attack")
    for metric in ("reduction_rate",) if recipe.goal == "reduce" else rates:
        note = f"{recipe.name} cannot run: {why}"
        yield Measurement(metric, None, None, None, 0, {"recipe": recipe.name}, note)


def _rates(ctx: Context, run: Run, where: Mapping[str, str]) -> Iterator[Measurement]:
    yield _rate(ctx, "success_rate", len(run.successes), run.attacked, where)
    yield _constrained(ctx, run, where)
    yield _rate(ctx, "accuracy_under_attack", run.count("failed"), run.attacked + run.count("skipped"), where)
    for feature, grouping in ctx.samples.groups.items():
        yield from _by_group(ctx, run, {"feature": feature, **where}, grouping)


def by_group(
    outcomes: Sequence[str],
    members: Sequence[IntArray],
    names: Sequence[str],
    where: Mapping[str, str],
    *,
    confidence: float,
) -> tuple[Measurement, ...]:
    """The success rate of each group.

    Args:
        outcomes: (n,) what became of each text.
        members: for each group, which of the texts stand for it.
        names: of the groups.
        where: the slice of all groups together.
        confidence: the level of the intervals.
    """
    ended = np.array(outcomes)
    return tuple(
        proportion(
            "group_success_rate",
            int((ended[rows] == "success").sum()),
            int(np.isin(ended[rows], ("success", "failed")).sum()),
            slice={**where, "group": name},
            confidence=confidence,
            undefined=NOTHING_RIGHT,
        )
        for rows, name in zip(members, names, strict=True)
    )


def _by_group(ctx: Context, run: Run, where: Mapping[str, str], grouping: Grouping) -> Iterator[Measurement]:
    outcomes = [result.outcome for result in run.results]
    members = run.sample.groups[grouping.feature]
    leaves = by_group(outcomes, members, grouping.names, where, confidence=ctx.confidence)
    yield from leaves
    yield gap("success_rate_gap", leaves, slice=where, confidence=ctx.confidence)


def _rate(ctx: Context, metric: str, count: int, total: int, where: Mapping[str, str]) -> Measurement:
    return proportion(metric, count, total, slice=where, confidence=ctx.confidence, undefined=NOTHING_RIGHT)


def _constrained(ctx: Context, run: Run, where: Mapping[str, str]) -> Measurement:
    metric = "constrained_success_rate"
    if run.acceptable is None:
        return Measurement(metric, None, None, None, 0, where, WITHOUT_ENCODER)
    return _rate(ctx, metric, run.acceptable, run.attacked, where)


def _mean(
    ctx: Context,
    metric: str,
    values: FloatArray,
    where: Mapping[str, str],
    *,
    undefined: str,
    span: float | None = None,
) -> Measurement:
    sums = len(values), float(values.sum()), float((values**2).sum())
    return mean(metric, *sums, slice=where, confidence=ctx.confidence, undefined=undefined, span=span)
