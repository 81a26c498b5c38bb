"""Attributions: do the scores of the words add up to what the model answered?"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from probes.attribution import Attribution, Method
from probes.attribution.catalogue import COMPARED, MethodName
from probes.attribution.choosing import explained
from probes.attribution.methods import TOLERANCE
from probes.explanations.chosen import chosen
from probes.explanations.figures import averaged
from probes.parameters import Limit
from probes.registry import probe
from probes.stats.proportions import proportion
from probes.types import Context, Finding, FloatArray, Measurement, Table

_NOTHING = "no text could be explained"


@probe()
def attributions(
    ctx: Context,
    *,
    methods: tuple[MethodName, ...] = COMPARED,
    max_texts: Annotated[int, Field(gt=0), Limit()] = 64,
) -> Iterator[Finding]:
    """Do the scores of the words of a text add up to what the model answered?

    Each method gives each word of a text a score for the predicted class, in log-odds: log p - log (1 - p),
    with two classes the difference of the logits. With d the output at the text minus that at its baseline
    (the same text without its words), slices `method` and `baseline`:

    - `completeness_error` = |Σ scores - d| / max(|d|, 0.25), mean over texts, of the methods that promise
      that the sum is d;
    - `complete_share`: share of texts whose error is at most 5 %;
    - `steps`: intervals of the path, orders or draws that a text took, mean over texts; integrated gradients
      start with 6 and add intervals where the sum is still wrong, up to 192;
    - `withheld_share`: share of texts whose attribution must not be believed, because the sum misses d by
      more than 5 %, or an answer or gradient is not finite, or there are no words.

    Range: error and steps from 0 up, shares in [0, 1]. How to read: an error of 0 means that the scores
    account for the whole answer; it does not mean that they say the right thing of each word, which the
    other probes of this suite ask. A method that withholds many texts does not suit the model (DeepLIFT on
    most transformers). Below |d| = 0.25 the text says nothing for the class that its baseline does not say,
    and the error is taken relative to 0.25.

    Undefined: the error for methods that promise no sum. At most `max_texts` different texts are explained,
    chosen by their content and the seed. Methods that the model does not allow are left out: those that need
    gradients, for a model that can only be asked. Intervals take texts as independent. Needs: texts and a
    model that can be asked.

    Args:
        ctx: the audit.
        methods: names of methods: integrated_gradients, saliency, input_x_gradient, gradient_shap, deeplift,
            attention_rollout, occlusion, shapley_sampling, lime, kernel_shap.
        max_texts: the largest number of texts.

    Reference: Sundararajan, Taly and Yan (2017), Axiomatic Attribution for Deep Networks, section 3
    (completeness) and section 5 (steps until the sum is within 5 %).
    """
    model, texts = ctx.oracle, chosen(ctx, ctx.texts, max_texts)
    every = explained(model, texts, methods, seed=ctx.seed)
    found = [_Found(method, attributions) for method, attributions in every.items()]
    for one in found:
        yield from _measurements(ctx, one)
    yield _table(found)


@dataclass(frozen=True, eq=False)
class _Found:
    method: Method
    attributions: Sequence[Attribution]

    @property
    def errors(self) -> FloatArray:
        return np.array([a.completeness_error for a in self.attributions if a.completeness_error is not None])

    @property
    def steps(self) -> FloatArray:
        return np.array([a.steps for a in self.attributions if a.steps is not None], dtype=float)

    @property
    def withheld(self) -> list[str]:
        return [a.withheld for a in self.attributions if a.withheld]

    @property
    def baseline(self) -> str:
        return self.attributions[0].baseline


def _measurements(ctx: Context, found: _Found) -> Iterator[Measurement]:
    where = {"method": found.method.name, "baseline": found.baseline}
    texts = len(found.attributions)
    yield proportion("withheld_share", len(found.withheld), texts, slice=where, confidence=ctx.confidence)
    if found.method.completeness:
        errors = found.errors
        within = int((errors <= TOLERANCE).sum())
        yield averaged(ctx, "completeness_error", errors, where, undefined=_NOTHING)
        yield proportion("complete_share", within, texts, slice=where, confidence=ctx.confidence)
    if len(found.steps):
        yield averaged(ctx, "steps", found.steps, where, undefined=_NOTHING)


def _table(found: Sequence[_Found]) -> Table:
    return Table(
        "Methods of attribution",
        (
            "method", "baseline", "texts", "mean steps", "median completeness error", "within 5 %",
            "withheld", "most frequent reason",
        ),
        tuple(_row(one) for one in found),
        "The completeness error is how far the scores are from adding up to the difference between the "
        "answer to the text and to its baseline, relative to that difference. A method without one promises "
        "no sum, and nothing here speaks for it or against it.",
    )  # fmt: skip


def _row(found: _Found) -> tuple[str | int | float | None, ...]:
    errors, steps = found.errors, found.steps
    reasons = Counter(found.withheld).most_common(1)
    return (
        found.method.title,
        found.baseline,
        len(found.attributions),
        float(steps.mean()) if len(steps) else None,
        float(np.median(errors)) if len(errors) else None,
        int((errors <= TOLERANCE).sum()) if found.method.completeness else None,
        len(found.withheld),
        reasons[0][0] if reasons else "",
    )
