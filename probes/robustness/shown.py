"""How are attacks shown to a reader: a row for each recipe, budget curves, changed texts side by side?"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from probes.attacking import Recipe
from probes.numerals import ranged
from probes.robustness import budget
from probes.robustness.acceptable import CONSTRAINTS, Success
from probes.robustness.toll import Run, broken
from probes.robustness.wording import marks
from probes.stats.proportions import wilson
from probes.types import Context, Example, Exhibit, Table

SHOWN = 5
"""Changed texts of each recipe."""


def exhibits(ctx: Context, runs: Sequence[Run], lacking: Mapping[Recipe, str]) -> Iterator[Exhibit]:
    """All that is shown of the runs."""
    turning = [run for run in runs if run.recipe.goal == "flip"]
    if turning:
        yield _table(ctx, turning)
    if any(run.successes for run in turning):
        yield _broken(turning)
    if runs:
        yield _made_of(runs)
    if lacking:
        yield Table(
            "Attacks that cannot run here",
            ("recipe", "why, and what mends it"),
            tuple((recipe.name, why) for recipe, why in lacking.items()),
        )
    curves = (budget.curve(run.recipe.name, run.whole, confidence=ctx.confidence) for run in turning)
    yield from (curve for curve in curves if curve)
    yield from (_examples(ctx, run) for run in runs if run.successes)


def _table(ctx: Context, runs: Sequence[Run]) -> Table:
    columns = (
        "recipe", "right", "turned", "share", "acceptable", "words changed", "similarity", "queries",
    )  # fmt: skip
    return Table(
        "Attacks by recipe",
        columns,
        tuple(_row(ctx, run) for run in runs),
        "Right: texts that the model had right, so that they were attacked; the shares are of these, each "
        f"with its {100 * ctx.confidence:g} % interval. "
        "Acceptable: turned by a text that a reader would take for the same, by the constraints of the "
        "probe. Words changed (a share) and similarity are means over the turned texts, queries over all "
        "that were attacked.",
    )


def _row(ctx: Context, run: Run) -> tuple[str | int | float | None, ...]:
    attacked, turned = run.attacked, [success.attacked for success in run.successes]
    alike = [success.similarity for success in run.successes if success.similarity is not None]
    return (
        run.recipe.name,
        attacked,
        len(turned),
        _rate(ctx, len(turned), attacked),
        _rate(ctx, run.acceptable, attacked),
        _mean([result.changed / max(result.words, 1) for result in turned]),
        _mean(alike),
        _mean(run.queries),
    )


def _made_of(runs: Sequence[Run]) -> Table:
    """Where each attack comes from, and with which lists and taggers it worked."""
    return Table(
        "Where the attacks come from",
        ("recipe", "source", "with"),
        tuple((run.recipe.name, run.recipe.source, ", ".join(run.uses) or "–") for run in runs),
        "With: word lists and taggers that another machine may have otherwise; the same recipe with others "
        "finds other texts.",
    )


def _rate(ctx: Context, count: int | None, total: int) -> str | None:
    """A share with its interval; None where it is not known, or of nothing."""
    if count is None or not total:
        return None
    low, high = wilson(np.array(count), np.array(total), confidence=ctx.confidence)
    return ranged(count / total, float(low), float(high))


def _broken(runs: Sequence[Run]) -> Table:
    """For each recipe how many of the turned texts break each constraint."""
    rows = (
        (run.recipe.name, len(run.successes), *(broken(run, name) for name in CONSTRAINTS), run.acceptable)
        for run in runs
    )
    return Table(
        "Constraints that turned texts break",
        ("recipe", "turned", *CONSTRAINTS, "acceptable"),
        tuple(rows),
        "How many of the turned texts have too many misspellings, are not alike enough, or bring grammatical "
        "errors; a text can break several. Not all errors that exchanged words make are found.",
    )


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _examples(ctx: Context, run: Run) -> Example:
    """The successes that a reader would accept first, of these the ones with the smallest share changed."""
    chosen = sorted(run.successes, key=_order)[:SHOWN]
    pairs = [_pair(ctx, run, success) for success in chosen]
    return Example(
        f"Texts {'turned' if run.recipe.goal == 'flip' else 'shortened'} by {run.recipe.name}",
        texts=tuple(text for pair in pairs for text, _ in pair),
        marks=tuple(spans for pair in pairs for _, spans in pair),
        caption="Each text beside its changed form; the words that differ are marked.",
        pairs=True,
    )


def _order(success: Success) -> tuple[bool, float, str]:
    result = success.attacked
    return not success.acceptable, result.changed / max(result.words, 1), result.original


def _pair(
    ctx: Context, run: Run, success: Success
) -> tuple[tuple[tuple[str, str], tuple[tuple[int, int], ...]], ...]:
    result = success.attacked
    before, after = marks(result.original, result.adversarial)
    judged = success.acceptable is not None and run.recipe.goal == "flip"
    kept = (", acceptable" if success.acceptable else ", not acceptable") if judged else ""
    told = success.new_errors if judged else ()
    errors = "".join(f"; “{error.words}”: {error.message}" for error in told)
    return (
        ((f"as it is: {ctx.classes[result.label]}", result.original), before),
        ((f"changed: {ctx.classes[result.answered]}{kept}{errors}", result.adversarial), after),
    )
