"""Perturbations: is a text still decided the same when it is written with slips, or in other forms?"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated

import numpy as np
from pydantic import Field

from probes.parameters import Limit, Named
from probes.perturbations import STRENGTHS, named
from probes.perturbations import perturbations as known
from probes.registry import probe
from probes.robustness.sweep import Sweep, over_perturbations, swept
from probes.robustness.sweep_exhibits import counts, curves, examples
from probes.stats.comparisons import gap
from probes.stats.means import Bounds, mean, within
from probes.stats.paired import paired_difference
from probes.stats.proportions import proportion
from probes.types import BoolArray, Context, Finding, FloatArray, Measurement

SLIPS, ALL = "slips", "all"
Name = Annotated[str, Named(lambda name: named([name]), known, key="perturbation", besides=(SLIPS, ALL))]
_BOUNDS: Mapping[str, Bounds] = {"consistency": (0.0, 1.0), "accuracy_drop": (-1.0, 1.0)}
"""The smallest and the largest possible value of a text."""
_UNDEFINED = "none of these texts was changed and had a valid answer before and after"


@probe(version=2)
def perturbations(
    ctx: Context,
    *,
    perturbation: tuple[Name, ...] = (
        "keyboard",
        "swap",
        "deletion",
        "repetition",
        "spacing",
        "ocr",
        "case",
        "homoglyph",
        "invisible",
        "contraction",
        "dialect",
    ),
    max_texts: Annotated[int, Field(gt=0), Limit()] = 500,
    group_strength: Annotated[int, Field(ge=1, le=5)] = 3,
) -> Iterator[Finding]:
    """Is a text still decided the same when it is written with slips, or in other forms?

    Each text is rewritten by each perturbation at strengths 1 to 5 and the model is asked again; nobody
    searches for a rewriting that fools it. Strength s changes s x 10 % of the places of a text that the
    perturbation can change, at least one; the changes of strength 2 contain those of strength 1, and so on.
    Over the n texts that a perturbation changes, with y the label, f(x) the decision on the text and f(x')
    that on the perturbed text, for each perturbation and strength:

    - `accuracy_drop` = mean of [f(x) = y] - [f(x') = y], the accuracy lost on the same texts;
    - `consistency` = share with f(x') = f(x).

    The slice `perturbation=all` takes for each text the mean over the perturbations that change it, and then
    the mean over texts; `perturbation=slips` takes the slips alone and leaves out the other forms (case,
    look-alike and invisible characters, contractions, dialect), of which many change nothing that a model
    sees. Of the slips, at `group_strength`, for each group `group_accuracy_drop` and `group_consistency`, and
    per feature `accuracy_drop_gap` and `consistency_gap`, the largest minus the smallest of the groups; their
    slices tell perturbation and strength. Where no slip is asked for, groups are compared on all. The figures
    show accuracy against strength (consistency where there are no labels); strength 0 is the text as it is.

    Range: consistency and gaps of it in [0, 1], accuracy drops in [-1, 1], gaps of them in [0, 2].
    How to read: an `accuracy_drop` of 0, or a `consistency` of 1, means that these slips change nothing on
    average, or in no text. A low consistency with a small drop says that decisions are arbitrary: as many are
    put right as are lost. Slips are drawn at random, so this is what careless writing costs; what somebody
    who wants another answer can do is worse, and is what `robustness.attacks` measures. A perturbation does
    not always keep the meaning: one that turns a word into another can rightly change the answer.

    Undefined: for a perturbation that changes none of the texts, such as `dialect` on texts without any word
    of the list; a table says how many texts each can change. Texts without a valid answer before or after
    take no part. Accuracy drops need labels. Intervals take texts as independent; those of one perturbation
    are Wilson's for the consistency and paired ones for the drop, those of means over perturbations Wilson's
    with the effective number of texts. Needs: texts and a model that can be asked.

    Args:
        ctx: the audit.
        perturbation: which ones, by name.
        max_texts: the largest number of different texts, chosen by their content and the seed.
        group_strength: the strength at which groups are compared.

    Reference: Belinkov and Bisk (2018), Synthetic and Natural Noise Both Break Neural Machine Translation,
    section 3.2, for swaps and keyboard slips; Moradi and Samwald (2021), Evaluating the Robustness of Neural
    Language Models to Input Perturbations, section 3; Boucher et al. (2022), Bad Characters, section IV, for
    homoglyphs and invisible characters. We differ in drawing nested changes, so that a curve follows the same
    texts.
    """
    found = swept(ctx, named(perturbation), max_texts)
    yield counts(found)
    for metric, value in _values(ctx, found).items():
        for one, kept, values in zip(found.perturbations, found.kept, value, strict=True):
            for strength in STRENGTHS:
                where = {"perturbation": one.name, "strength": str(strength)}
                yield _share(ctx, metric, values[kept[:, strength - 1], strength - 1], where)
        yield from _together(ctx, found, metric, value, group_strength)
    yield from curves(ctx, found)
    yield from examples(found)


def _values(ctx: Context, found: Sweep) -> Mapping[str, FloatArray]:
    """(P, M, S) what is averaged for each metric."""
    values = {"consistency": found.same.astype(float)}
    if ctx.samples.labels is not None:
        values["accuracy_drop"] = found.lost(ctx.samples.labels[found.rows])
    return values


def _share(ctx: Context, metric: str, values: FloatArray, where: Mapping[str, str]) -> Measurement:
    n, up, down = len(values), int((values > 0).sum()), int((values < 0).sum())
    if metric == "consistency":
        return proportion(metric, up, n, slice=where, confidence=ctx.confidence, undefined=_UNDEFINED)
    return paired_difference(
        metric, up, down, n, slice=where, confidence=ctx.confidence, undefined=_UNDEFINED
    )


def _together(
    ctx: Context, found: Sweep, metric: str, value: FloatArray, group_strength: int
) -> Iterator[Measurement]:
    """The means over several perturbations at each strength, and those of the groups at one."""
    sets = _sets(found)
    of_texts = {name: over_perturbations(found, value, of) for name, of in sets.items()}
    for name, values in of_texts.items():
        for strength in STRENGTHS:
            where = {"perturbation": name, "strength": str(strength)}
            yield _mean(ctx, metric, values[:, strength - 1], where)
    compared = next(iter(sets))
    where = {"perturbation": compared, "strength": str(group_strength)}
    yield from _by_group(ctx, found, metric, of_texts[compared][:, group_strength - 1], where)


def _sets(found: Sweep) -> Mapping[str, BoolArray]:
    """Name -> (P,) the perturbations that are averaged; on the first of the sets groups are compared."""
    slips = np.array([one.kind == "slip" for one in found.perturbations], dtype=bool)
    return {**({SLIPS: slips} if slips.any() else {}), ALL: np.ones_like(slips)}


def _by_group(
    ctx: Context, found: Sweep, metric: str, values: FloatArray, where: Mapping[str, str]
) -> Iterator[Measurement]:
    low, high = _BOUNDS[metric]
    for feature, grouping in ctx.samples.groups.items():
        codes, part = grouping.codes[found.rows], {"feature": feature, **where}
        leaves = tuple(
            replace(
                _mean(ctx, metric, values[codes == code], {**part, "group": name}), metric=f"group_{metric}"
            )
            for code, name in enumerate(grouping.names)
        )
        yield from leaves
        apart = gap(f"{metric}_gap", leaves, slice=part, confidence=ctx.confidence)
        yield within(apart, (0.0, high - low))


def _mean(ctx: Context, metric: str, values: FloatArray, where: Mapping[str, str]) -> Measurement:
    """The mean over the texts that have a value."""
    known = values[np.isfinite(values)]
    sums = len(known), float(known.sum()), float((known**2).sum())
    return mean(
        metric, *sums, slice=where, confidence=ctx.confidence, undefined=_UNDEFINED, bounds=_BOUNDS[metric]
    )
