"""Sanity: does an attribution change when the model forgets what it has learnt?"""

from collections.abc import Iterator, Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from probes.attribution import Attribution, Method
from probes.attribution.agreement import rank_correlation
from probes.attribution.attribute import predicted
from probes.attribution.catalogue import MethodName
from probes.attribution.choosing import explained
from probes.attribution.encoding import differentiable
from probes.attribution.randomising import randomised
from probes.explanations.chosen import chosen
from probes.explanations.figures import averaged
from probes.parameters import Limit
from probes.registry import probe
from probes.types import Context, Curve, Finding, FloatArray, Measurement


@probe()
def sanity(
    ctx: Context,
    *,
    methods: tuple[MethodName, ...] = (
        "integrated_gradients",
        "saliency",
        "input_x_gradient",
        "attention_rollout",
    ),
    max_texts: Annotated[int, Field(gt=0), Limit()] = 16,
) -> Iterator[Finding]:
    """Does an attribution change when the model forgets what it has learnt?

    The weights of a copy of the model are put in random order, tensor by tensor, from the top down: first
    the head, then also the last block, and so on to the embeddings. After each stage the texts are explained
    again, for the class that the audited model predicts. Slices `method` and `randomised`, the lowest part
    that is random:

    - `correlation_with_original`: Spearman's correlation between the scores of a text's words before and
      after, mean over texts.

    Range: -1 to 1. How to read: near 0 once everything is random means that the method depends on what the
    model has learnt, as it must; a method that still ranks the words as before shows something of the text
    or the tokenizer, and is no evidence of what the model does. A curve shows each stage. Not every method
    has to fall at once: attention rollout does not look at the head at all.

    Undefined: texts of one word, or with equal scores for all words, are left out; without any text left the
    mean is undefined. At most `max_texts` different texts, chosen by their content and the seed; scores
    that would be withheld count, because a random model owes no complete sum. Intervals take texts as
    independent, and the random weights, drawn once by the seed, as given. Needs: texts and a model with
    gradients.

    Args:
        ctx: the audit.
        methods: names of methods, as in `explanations.attributions`.
        max_texts: the largest number of texts.

    Reference: Adebayo et al. (2018), Sanity Checks for Saliency Maps, section 3 (cascading randomization);
    they draw new weights, here the old ones are shuffled, which keeps their distribution.
    """
    model, texts = differentiable(ctx.oracle), chosen(ctx, ctx.texts, max_texts)
    targets = predicted(model, texts)
    before = explained(model, texts, methods, targets=targets, seed=ctx.seed)
    names, stages = [method.name for method in before], {method: list[Measurement]() for method in before}
    for other in randomised(model, seed=ctx.seed):
        after = explained(other, texts, names, targets=targets, seed=ctx.seed)
        for method in before:
            values = correlations(before[method], after[method])
            stages[method].append(_measured(ctx, values, method, other.stage))
    for method, measured in stages.items():
        yield from measured
        yield from _curve(method, measured)


def correlations(before: Sequence[Attribution], after: Sequence[Attribution]) -> FloatArray:
    """(K,) the rank correlation of each text's scores before and after, where it is defined."""
    found = [rank_correlation(a.scores, b.scores) for a, b in zip(before, after, strict=True)]
    return np.array([value for value in found if value is not None], dtype=float)


def _measured(ctx: Context, values: FloatArray, method: Method, stage: str) -> Measurement:
    where = {"method": method.name, "randomised": stage}
    undefined = "no text has two words or more with different scores"
    return averaged(ctx, "correlation_with_original", values, where, bounds=(-1.0, 1.0), undefined=undefined)


def _curve(method: Method, measured: Sequence[Measurement]) -> Iterator[Curve]:
    known = [(stage, m) for stage, m in enumerate(measured, start=1) if m.value is not None]
    if not known:
        return
    bounds = all(m.low is not None and m.high is not None for _, m in known)
    yield Curve(
        "Attributions while the model forgets",
        "parts that are random, from the top",
        "rank correlation with the audited model",
        (0.0, *(float(stage) for stage, _ in known)),
        (1.0, *(m.value or 0.0 for _, m in known)),
        (1.0, *(m.low or 0.0 for _, m in known)) if bounds else (),
        (1.0, *(m.high or 0.0 for _, m in known)) if bounds else (),
        "A method that depends on what the model has learnt falls towards 0.",
        name=method.title,
    )
