"""Do the intervals of macro rates contain the true rate as often as they say?"""

import numpy as np
import pytest

from probes.fairness.counts import View, measure

TRUTH = np.array([[0.30, 0.05, 0.05], [0.04, 0.20, 0.06], [0.02, 0.03, 0.25]])


def _true(rate):
    """From the shares themselves: the mean of three quotients."""
    diagonal, rows, columns = np.diag(TRUTH), TRUTH.sum(axis=1), TRUTH.sum(axis=0)
    of = {
        "true_positive_rate": diagonal / rows,
        "false_positive_rate": (columns - diagonal) / (1 - rows),
        "positive_predictive_value": diagonal / columns,
    }
    return of[rate].mean()


@pytest.mark.parametrize("n", [100, 1000])
@pytest.mark.parametrize("rate", ["true_positive_rate", "false_positive_rate", "positive_predictive_value"])
def test_coverage(context, rate, n):
    ctx = context([0], [0], classes=("x", "y", "z"), positive=None)
    tables = np.random.default_rng(3).multinomial(n, TRUTH.ravel(), size=600).reshape(-1, 3, 3)
    intervals = [measure(ctx, rate, table, View(None, {"class": "macro"}), {}) for table in tables]
    covered = np.mean([m.low <= _true(rate) <= m.high for m in intervals])
    assert covered >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 600)
