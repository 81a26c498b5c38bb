"""How are attacks shown to a reader: a row for each recipe, budget curves, changed texts side by side?"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from probes.attacking import Recipe
from probes.robustness import budget
from probes.robustness.acceptable import Success
from probes.robustness.toll import Run
from probes.robustness.wording import changes
from probes.types import Context, Example, Exhibit, Table

SHOWN = 5
"""Changed texts of each recipe."""


def exhibits(ctx: Context, runs: Sequence[Run], lacking: Mapping[Recipe, str]) -> Iterator[Exhibit]:
    """All that is shown of the runs."""
    turning = [run for run in runs if run.recipe.goal == "flip"]
    if turning:
        yield _table(turning)
    if lacking:
        yield Table(
            "Attacks that cannot run here",
            ("recipe", "what it lacks, and what brings it"),
            tuple((recipe.name, why) for recipe, why in lacking.items()),
        )
    curves = (budget.curve(run.recipe.name, run.whole, confidence=ctx.confidence) for run in turning)
    yield from (curve for curve in curves if curve)
    yield from (_examples(ctx, run) for run in runs if run.successes)


def _table(runs: Sequence[Run]) -> Table:
    columns = (
        "recipe", "right", "turned", "share", "acceptable", "words changed", "similarity", "queries",
    )  # fmt: skip
    return Table(
        "Attacks by recipe",
        columns,
        tuple(_row(run) for run in runs),
        "Right: texts that the model had right, so that they were attacked; the shares are of these. "
        "Acceptable: turned by a text that a reader would take for the same, by the constraints of the "
        "probe. Words changed (a share) and similarity are means over the turned texts, queries over all "
        "that were attacked.",
    )


def _row(run: Run) -> tuple[str | int | float | None, ...]:
    attacked, turned = run.attacked, [success.attacked for success in run.successes]
    alike = [success.similarity for success in run.successes if success.similarity is not None]
    return (
        run.recipe.name,
        attacked,
        len(turned),
        len(turned) / attacked if attacked else None,
        run.acceptable / attacked if attacked and run.acceptable is not None else None,
        _mean([result.changed / max(result.words, 1) for result in turned]),
        _mean(alike),
        _mean(run.queries),
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
        marks=tuple(marks for pair in pairs for _, marks in pair),
        caption="Each text above its changed form; the words that differ are marked.",
    )


def _order(success: Success) -> tuple[bool, float, str]:
    result = success.attacked
    return not success.acceptable, result.changed / max(result.words, 1), result.original


def _pair(
    ctx: Context, run: Run, success: Success
) -> tuple[tuple[tuple[str, str], tuple[tuple[int, int], ...]], ...]:
    result = success.attacked
    changed = changes(result.original, result.adversarial)
    before = tuple(change.before for change in changed if change.before[0] < change.before[1])
    after = tuple(change.after for change in changed if change.after[0] < change.after[1])
    judged = success.acceptable is not None and run.recipe.goal == "flip"
    kept = (", acceptable" if success.acceptable else ", not acceptable") if judged else ""
    return (
        ((f"as it is: {ctx.classes[result.label]}", result.original), before),
        ((f"changed: {ctx.classes[result.answered]}{kept}", result.adversarial), after),
    )
