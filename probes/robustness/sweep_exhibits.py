"""How is a sweep over perturbations shown?"""

from collections.abc import Iterator, Sequence

import numpy as np

from probes.perturbations import STRENGTHS, Perturbation
from probes.robustness.sweep import Sweep
from probes.robustness.wording import marks
from probes.stats.proportions import wilson
from probes.types import BoolArray, Context, Curve, Example, Table

_SHOWN = 5
_KINDS = {"slip": "slips", "form": "other forms"}


def counts(found: Sweep) -> Table:
    """How many texts each perturbation can change, and how many of them have no valid answer."""
    rows = [
        (p.name, p.title, int(changed.sum()), int((~changed).sum()), int((changed & ~kept.all(axis=1)).sum()))
        for p, changed, kept in zip(found.perturbations, found.changed, found.kept, strict=True)
    ]
    return Table(
        "What the perturbations change",
        ("name", "what it does", "texts changed", "texts it cannot change", "without a valid answer"),
        tuple(rows),
        "Texts that a perturbation cannot change, and those without a valid answer before or after, take no "
        "part in its figures.",
    )  # fmt: skip


def curves(ctx: Context, found: Sweep) -> Iterator[Curve]:
    """Accuracy against strength, or consistency where there are no labels; a curve for each perturbation."""
    labels = ctx.samples.labels
    goal = found.clean if labels is None else labels[found.rows]
    right = np.concatenate(
        [
            (found.clean == goal)[None, :, None].repeat(len(found.perturbations), 0),
            found.answers == goal[:, None],
        ],
        axis=2,
    )
    kept = np.concatenate([found.kept.any(axis=2, keepdims=True), found.kept], axis=2)
    what = "Consistency" if labels is None else "Accuracy"
    for p, hits, counted in zip(found.perturbations, right, kept, strict=True):
        if counted.any(axis=0).all():
            yield _curve(ctx, what, p, hits, counted)


def _curve(ctx: Context, what: str, perturbation: Perturbation, right: BoolArray, kept: BoolArray) -> Curve:
    hits, n = (right & kept).sum(axis=0), kept.sum(axis=0)
    low, high = wilson(hits, n, confidence=ctx.confidence)
    return Curve(
        title=f"{what} against strength: {_KINDS[perturbation.kind]}",
        x_label="strength (tenths of the places that are changed)",
        y_label=what.lower(),
        x=(0.0, *map(float, STRENGTHS)),
        y=tuple((hits / n).tolist()),
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        caption="Strength 0 is the text as it is. Each curve speaks of the texts that its perturbation "
        "changes, so that curves may begin at different heights.",
        name=perturbation.name,
    )


def examples(found: Sweep) -> Iterator[Example]:
    """For each perturbation some texts whose decision the smallest strength changes."""
    for p, variants, kept, same in zip(
        found.perturbations, found.variants, found.kept, found.same, strict=True
    ):
        flipped = np.flatnonzero(kept[:, 0] & ~same[:, 0])
        pairs = dict.fromkeys((found.texts[row], variants[row][0]) for row in flipped.tolist())
        if pairs:
            yield _example(p.name, tuple(pairs)[:_SHOWN])


def _example(name: str, pairs: Sequence[tuple[str, str]]) -> Example:
    return Example(
        f"Decisions changed by {name}",
        texts=tuple(named for text, new in pairs for named in (("as it is", text), (f"by {name}", new))),
        caption="Each text beside what a strength of 1 makes of it; the words that differ are marked.",
        marks=tuple(spans for pair in pairs for spans in marks(*pair)),
        pairs=True,
    )
