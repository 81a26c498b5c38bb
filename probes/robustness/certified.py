"""Certified robustness: for how many texts can no change of a few words change a smoothed decision?"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from probes.parameters import Limit
from probes.registry import probe
from probes.robustness.smoothed import Smoothed, smoothed
from probes.robustness.smoothing import Deletion, Masking, Smoothing
from probes.robustness.smoothing import certified as stays
from probes.stats.proportions import proportion, wilson
from probes.types import BoolArray, Context, Curve, Finding, GradientModel, Measurement, Model


@probe()
def certified(
    ctx: Context,
    *,
    way: Literal["auto", "masking", "deletion"] = "auto",
    share: Annotated[float, Field(gt=0, lt=1)] = 0.8,
    radius: Annotated[int, Field(ge=1, le=20)] = 3,
    max_texts: Annotated[int, Field(gt=0), Limit()] = 100,
    first_draws: Annotated[int, Field(gt=0)] = 20,
    draws: Annotated[int, Field(gt=0)] = 150,
) -> Iterator[Finding]:
    """For how many texts can no change of a few words change the decision of the smoothed classifier?

    The smoothed classifier of the model gives a text the class that the model gives most of its random
    copies. In a copy most words are masked (`masking`, for models whose tokenizer has a mask; all choices of
    the words that stay are equally likely) or left out (`deletion`, each by itself). For a text of n words
    let p be the probability that a copy gets the class c, and r the radius.

    Theorem: if `p - reach(n, r) > 1/2`, the smoothed classifier decides c for every text within radius r,
    whoever chose it and however. For masking `reach = 1 - C(n - r, k) / C(n, k)`, with k the words that stay,
    and within radius r are all texts of as many words that differ in at most r of them. For deletion
    `reach = 1 - share^r`, and within radius r are all texts that at most r edits make of it, each of which
    exchanges, inserts or leaves out a word. Words stand between spaces; a changed word may be any other word
    without a space in it.

    Two stages for each text: `first_draws` copies choose c, `draws` further copies give the lower bound of p
    (Clopper and Pearson). The error of the bounds is divided by the number of texts, so that with the
    probability of the confidence level every certificate of the run is right. Over the n texts, with slice
    `radius` = 0, 1, 2, …:

    - `certified_accuracy` = share whose c is the label and is certified at that radius; without labels
      `certified_rate` = share certified at that radius, whatever c is. Radius 0: the decision of the smoothed
      classifier is known.
    - `abstention_rate` = share not certified at radius 0: too few copies agree to know the decision.

    Range: [0, 1]. How to read: a `certified_accuracy` of 0.30 at radius 1 means that 30 % of these texts are
    decided rightly by the smoothed classifier and stay so whichever word is changed into whatever. It is a
    lower bound of what any attack within the radius leaves; the true share may be much larger. It speaks of
    the smoothed classifier, not of the model as it is used: the certificate protects only who decides by the
    smoothed classifier. A model that was not trained on masked texts is often weak as a smoothed classifier,
    and then little is certified although attacks are hard. The larger `share`, the larger radii can be
    certified and the fewer words the model sees; radius r asks for a share of at least 0.5^(1/r).

    Undefined: without texts. Abstentions and invalid answers count as not certified. The interval is
    Wilson's, for the draw of the texts. With masking, a text of fewer words than the radius is not certified.
    Needs: texts and a model that can be asked. Costs at most `max_texts` x (`first_draws` + `draws`) answers.

    Args:
        ctx: the audit.
        way: how copies are made; `auto` takes masking when the model has a tokenizer with a mask. Where
            masking is asked for without one, the mask is the word [MASK].
        share: of the words that are masked, or the probability with which each is left out.
        radius: the largest number of changed words.
        max_texts: the largest number of different texts, chosen by their content and the seed.
        first_draws: copies that choose the class.
        draws: copies that bound its probability.

    Reference: Zeng et al. (2021), Certified Robustness to Text Adversarial Attacks by Randomized [MASK],
    theorem 1, and Levine and Feizi (2020), Robustness Certificates for Sparse Adversarial Attacks by
    Randomized Ablation, theorem 1 (masking); Huang et al. (2023), RS-Del, theorem 7 (deletion); Cohen,
    Rosenfeld and Kolter (2019), Certified Adversarial Robustness via Randomized Smoothing, section 3.2 (the
    two stages). We differ from Zeng et al. in not multiplying the reach by an estimate of their β, which is
    no bound; and from Ye et al. (2020), SAFER, in allowing any word in place of another, not synonyms alone.
    """
    method = _method(ctx.oracle, way, share)
    found = smoothed(ctx, method, most=max_texts, first=first_draws, draws=draws)
    labels = ctx.samples.labels
    right = np.ones(len(found.rows), dtype=bool) if labels is None else found.classes == labels[found.rows]
    metric = "certified_rate" if labels is None else "certified_accuracy"
    counts = {r: int((right & _stays(found, method, r)).sum()) for r in range(radius + 1)}
    where = {"method": method.way}
    for r, count in counts.items():
        yield _share(ctx, metric, count, found, {**where, "radius": str(r)})
    yield _share(ctx, "abstention_rate", int((~_stays(found, method, 0)).sum()), found, where)
    yield from _curve(ctx, metric, counts, len(found.rows), method)


def _method(model: Model, way: str, share: float) -> Smoothing:
    mask = model.tokenizer.mask_token if isinstance(model, GradientModel) else None
    if way == "deletion" or (way == "auto" and not mask):
        return Deletion(share)
    return Masking(share, mask or "[MASK]")


def _stays(found: Smoothed, method: Smoothing, radius: int) -> BoolArray:
    reach = np.array([method.reach(int(words), radius) for words in found.words], dtype=float)
    return stays(found.lowest, reach)


def _share(ctx: Context, metric: str, count: int, found: Smoothed, where: Mapping[str, str]) -> Measurement:
    return proportion(metric, count, len(found.rows), slice=where, confidence=ctx.confidence)


def _curve(
    ctx: Context, metric: str, counts: Mapping[int, int], total: int, method: Smoothing
) -> Iterator[Curve]:
    hits = np.array(list(counts.values()))
    low, high = wilson(hits, np.full(len(hits), total), confidence=ctx.confidence)
    what = metric.replace("_", " ")
    yield Curve(
        title=f"{what.capitalize()} against radius",
        x_label="radius (changed words)",
        y_label=what,
        x=tuple(map(float, counts)),
        y=tuple((hits / max(total, 1)).tolist()),
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        caption="A lower bound of what any attack within the radius leaves of the smoothed classifier's "
        f"decisions ({method.way}).",
    )
