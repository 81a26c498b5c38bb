"""How is a number that every text has its own of told as one measurement?"""

from collections.abc import Mapping

import numpy as np

from probes.stats.means import UNBOUNDED, Bounds, mean
from probes.types import Context, FloatArray, Measurement


def averaged(
    ctx: Context,
    metric: str,
    values: FloatArray,
    slice: Mapping[str, str],  # noqa: A002 - the name of the field
    *,
    bounds: Bounds = UNBOUNDED,
    undefined: str = "no text has a value",
) -> Measurement:
    """The mean over texts with its interval; texts without a value (NaN) take no part.

    Args:
        ctx: the audit.
        metric: the name of the number.
        values: (T,) one per text.
        slice: what part of the data it speaks of.
        bounds: the smallest and the largest possible value, where they are known.
        undefined: the note when no text has a value.
    """
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    sums = len(known), float(known.sum()), float((known**2).sum())
    return mean(metric, *sums, slice=slice, confidence=ctx.confidence, bounds=bounds, undefined=undefined)
