"""What did the attacks of one recipe come to, over all texts and by group?"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from probes.attacking import Attacked, Recipe
from probes.robustness.acceptable import WITHOUT_ENCODER, Success
from probes.robustness.strata import Sample
from probes.stats.comparisons import gap
from probes.stats.means import UNBOUNDED, Bounds, mean
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
        uses: the word lists and taggers that the recipe works with here.
        note: what must be known to read the rates, or "".
    """

    recipe: Recipe
    sample: Sample
    results: Sequence[Attacked]
    successes: Sequence[Success]
    uses: tuple[str, ...] = ()
    note: str = ""

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
    def lacking(self) -> tuple[str, ...]:
        """Why it is not known of some successes whether they keep the constraints, and what mends that."""
        undecided = [success for success in self.successes if success.acceptable is None]
        return tuple(dict.fromkeys(why for success in undecided for why in success.lacking))

    @property
    def acceptable(self) -> int | None:
        """How many successes keep the constraints; None where that is not known of one."""
        kept = [success.acceptable for success in self.successes]
        return None if None in kept else sum(map(bool, kept))


def measurements(ctx: Context, run: Run) -> Iterator[Measurement]:
    """The rates, the means and the rates by group of a run."""
    where = {"recipe": run.recipe.name}
    if run.recipe.goal == "reduce":
        yield _noted(_rate(ctx, "reduction_rate", len(run.successes), run.attacked, where), run.note)
    else:
        yield from _rates(ctx, run, where)
    turned = [success.attacked for success in run.successes]
    share = np.array([result.changed / max(result.words, 1) for result in turned])
    yield _mean(ctx, "words_changed", share, where, undefined=NO_SUCCESS, bounds=(0.0, 1.0))
    alike = [success.similarity for success in run.successes if success.similarity is not None]
    why = WITHOUT_ENCODER if run.successes else NO_SUCCESS
    yield _mean(ctx, "sentence_similarity", np.array(alike), where, undefined=why, bounds=(-1.0, 1.0))
    asked = np.array(run.queries, dtype=float)
    yield _mean(ctx, "queries", asked, where, undefined=NOTHING_RIGHT, bounds=(1.0, math.inf))


def broken(run: Run, constraint: str) -> int | None:
    """How many successes break a constraint; None where it is not asked, or not known of one."""
    kept = [success.kept.get(constraint) for success in run.successes]
    return None if None in kept else kept.count(False)


def undefined(recipe: Recipe, why: str) -> Iterator[Measurement]:
    """The rates of a recipe that cannot run."""
    rates = ("success_rate", "constrained_success_rate", "accuracy_under_attack")
    for metric in ("reduction_rate",) if recipe.goal == "reduce" else rates:
        note = f"{recipe.name} cannot run: {why}"
        yield Measurement(metric, None, None, None, 0, {"recipe": recipe.name}, note)


def _rates(ctx: Context, run: Run, where: Mapping[str, str]) -> Iterator[Measurement]:
    yield _noted(_rate(ctx, "success_rate", len(run.successes), run.attacked, where), run.note)
    yield _noted(_constrained(ctx, run, where), run.note)
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


def _noted(measured: Measurement, note: str) -> Measurement:
    """The same with one more thing to know."""
    return replace(measured, note="; ".join(filter(None, (measured.note, note))))


def _constrained(ctx: Context, run: Run, where: Mapping[str, str]) -> Measurement:
    metric = "constrained_success_rate"
    if run.acceptable is None:
        return Measurement(metric, None, None, None, 0, where, "; ".join(run.lacking))
    return _rate(ctx, metric, run.acceptable, run.attacked, where)


def _mean(
    ctx: Context,
    metric: str,
    values: FloatArray,
    where: Mapping[str, str],
    *,
    undefined: str,
    bounds: Bounds = UNBOUNDED,
) -> Measurement:
    sums = len(values), float(values.sum()), float((values**2).sum())
    return mean(metric, *sums, slice=where, confidence=ctx.confidence, undefined=undefined, bounds=bounds)
