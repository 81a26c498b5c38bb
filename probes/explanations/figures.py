"""How is a number that every text has its own of told as one measurement?"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from probes.stats.means import mean
from probes.types import Context, FloatArray, Measurement


def averaged(
    ctx: Context,
    metric: str,
    values: FloatArray,
    slice: Mapping[str, str],  # noqa: A002 - the name of the field
    *,
    span: float | None = None,
    undefined: str = "no text has a value",
) -> Measurement:
    """The mean over texts with its interval; texts without a value (NaN) take no part.

    Args:
        ctx: the audit.
        metric: the name of the number.
        values: (T,) one per text.
        slice: what part of the data it speaks of.
        span: the largest possible value minus the smallest, where it is known.
        undefined: the note when no text has a value.
    """
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    sums = len(known), float(known.sum()), float((known**2).sum())
    return mean(metric, *sums, slice=slice, confidence=ctx.confidence, span=span, undefined=undefined)


def cut(measured: Measurement, lowest: float, highest: float) -> Measurement:
    """The measurement with its interval cut to the range that the number can have."""
    if measured.low is None or measured.high is None:
        return measured
    return replace(measured, low=max(measured.low, lowest), high=min(measured.high, highest))
