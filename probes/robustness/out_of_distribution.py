"""Out of distribution: does the model's own confidence tell other data from the audited rows?"""

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from probes.errors import Skip
from probes.registry import probe
from probes.robustness.confidences import largest
from probes.stats.roc import auroc
from probes.types import Context, FloatArray, LogitModel, Measurement


@probe()
def out_of_distribution(ctx: Context) -> Iterator[Measurement]:
    """Does the model's own confidence tell other data from the audited rows?

    For each data set given with `--shift NAME=FILE` and each score s, with a row of the audited data and one
    of the other drawn at random:

    `auroc` = Pr(s(audited) > s(other)) + Pr(s(audited) = s(other)) / 2, the area under the curve of telling
    the two apart by a threshold on s.

    The scores (slice key `score`): `max_probability`, the largest class probability; `energy`, the logarithm
    of the sum of the exponentials of the logits, which is minus the free energy at temperature 1. The energy
    needs logits: of probabilities it is 0 for every row.

    Range: [0, 1]. How to read: 1 means that a threshold on the score sets aside every row of the other data
    and none of the audited; 0.5 that the score knows nothing of the difference, so that abstaining when the
    model is unsure does not protect from such data; below 0.5 that the model is surer on the other data than
    on its own. It does not say whether the model is wrong there: read it beside `robustness.shift`. Data that
    is far away can be told apart while data that is near, and does more harm, is not.

    Undefined: `max_probability` when only decisions are known; `energy` for a model that gives no logits.
    Rows without a valid answer take no part. Intervals are those of DeLong. Needs: predictions, other data;
    texts and a model that can be asked for the energy.

    Reference: Hendrycks and Gimpel (2017), A Baseline for Detecting Misclassified and Out-of-Distribution
    Examples in Neural Networks, section 3; Liu et al. (2020), Energy-based Out-of-distribution Detection,
    equation 4; DeLong, DeLong and Clarke-Pearson (1988), Comparing the Areas under Two or More Correlated
    Receiver Operating Characteristic Curves.
    """
    main = _scores(ctx)
    for name, data in ctx.shifts.items():
        for score, values in _scores(data).items():
            yield _auroc(ctx, main[score], values, {"data": name, "score": score})


def _auroc(
    ctx: Context, main: FloatArray | str, other: FloatArray | str, where: Mapping[str, str]
) -> Measurement:
    if isinstance(main, str) or isinstance(other, str):
        why = next(part for part in (main, other) if isinstance(part, str))
        return Measurement("auroc", None, None, None, 0, where, why)
    return auroc("auroc", main, other, slice=where, confidence=ctx.confidence)


def _scores(ctx: Context) -> Mapping[str, FloatArray | str]:
    """Name -> the score of each row with a valid answer, or why there is none."""
    return {"max_probability": _or_reason(largest, ctx), "energy": _or_reason(energy, ctx)}


def _or_reason(score: Callable[[Context], FloatArray], ctx: Context) -> FloatArray | str:
    try:
        return score(ctx)
    except Skip as reason:
        return str(reason)


def energy(ctx: Context) -> FloatArray:
    """(V,) logarithm of the sum of the exponentials of the logits, of the rows with valid logits.

    Raises:
        Skip: when the model gives no logits, or there are no texts to ask about.
    """
    if not isinstance(ctx.oracle, LogitModel):
        raise Skip("the model gives probabilities, not logits, so that its energy is not known")
    logits = np.asarray(ctx.oracle.logits(ctx.texts), dtype=np.float64)
    return np.asarray(np.logaddexp.reduce(logits[np.isfinite(logits).all(axis=1)], axis=1))
