"""Is the area under the curve the share of pairs that it says, with an interval that covers it?"""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from probes.stats.roc import auroc


def test_pairs_by_hand():
    """3 > 1, 3 > 2, 2 > 1, 2 = 2: 3.5 of 4. Shares 1, 0.75 and 1, 0.75: variance 0.03125 / 2 twice."""
    found = auroc("a", np.array([3.0, 2.0]), np.array([1.0, 2.0]))
    assert found.value == 0.875
    assert found.standard_error == pytest.approx(np.sqrt(0.03125))
    # Logit of 0.875 is 1.9459, 1.96 * 0.1768 / (0.875 * 0.125) = 3.1679: logits -1.2220 and 5.1138.
    assert (found.low, found.high) == pytest.approx((0.22760, 0.99402), abs=1e-4)


def test_it_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    one, other = np.round(rng.normal(1, 1, 80), 1), np.round(rng.normal(0, 1, 50), 1)
    expected = roc_auc_score([1] * 80 + [0] * 50, np.concatenate([one, other]))
    assert auroc("a", one, other).value == pytest.approx(expected)
    assert auroc("a", other, one).value == pytest.approx(1 - expected)


@pytest.mark.parametrize(
    ("one", "other", "value"), [([2, 3], [0, 1], 1), ([0], [1, 2], 0), ([1, 1], [1], 0.5)]
)
def test_where_the_variance_is_not_known_the_interval_is_wide(one, other, value):
    found = auroc("a", np.array(one, float), np.array(other, float))
    assert found.value == value
    assert found.standard_error == 1 / min(len(one), len(other))
    assert 0 <= found.low <= value <= found.high <= 1
    assert found.high - found.low >= 0.5


def test_without_rows_it_is_undefined():
    found = auroc("a", np.array([]), np.array([1.0]))
    assert found.value is None
    assert found.note


def test_its_interval_covers_the_truth():
    """Normal scores one standard deviation apart: the area is that of N(0, 1) below 1 / sqrt(2), 0.7602."""
    rng = np.random.default_rng(2)
    found = [auroc("a", rng.normal(1, 1, 60), rng.normal(0, 1, 90)) for _ in range(400)]
    assert np.mean([f.low <= 0.76025 <= f.high for f in found]) >= 0.92
