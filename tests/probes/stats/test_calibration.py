"""Is the calibration error what it says, and free of what chance adds?"""

import numpy as np
import pytest

from probes.stats.calibration import calibration_error


def test_one_bin_by_hand():
    """Ten rows of confidence 0.9, seven right: d² = 0.04, v = 0.21 / 9, root of 0.016667 is 0.1291."""
    found = calibration_error("e", np.full(10, 0.9), np.arange(10) < 7)
    assert found.value == pytest.approx(0.12910, abs=1e-5)
    assert found.low <= found.value <= found.high


def test_two_bins_by_hand():
    """Of 20 rows the ten surer are all right at 0.8, of the others 5 of 10 at 0.5: d² of 0.04 and 0."""
    sure = np.repeat([0.5, 0.8], 10)
    right = np.array([True, False] * 5 + [True] * 10)
    expected = np.sqrt(max(0, 0.5 * 0.04 - 0.5 * 0.25 / 9))
    assert calibration_error("e", sure, right).value == pytest.approx(expected)


def test_it_does_not_depend_on_the_order_of_rows():
    rng = np.random.default_rng(0)
    sure, right = np.round(rng.random(200), 1), rng.random(200) < 0.5
    order = rng.permutation(200)
    assert calibration_error("e", sure, right) == calibration_error("e", sure[order], right[order])


def test_few_rows_are_undefined():
    found = calibration_error("e", np.full(9, 0.9), np.ones(9, bool))
    assert (found.value, found.n) == (None, 9)
    assert found.note


@pytest.mark.parametrize("off", [0.0, 0.1])
def test_its_interval_covers_the_truth(off):
    """Confidence uniform on 0.6 to 0.9, right with that probability minus `off`: the error is `off`."""
    rng = np.random.default_rng(1)
    found = []
    for _ in range(300):
        sure = rng.uniform(0.6, 0.9, 600)
        found.append(calibration_error("e", sure, rng.random(600) < sure - off))
    covered = np.mean([f.low <= off + 1e-9 and off <= f.high for f in found])
    assert covered >= 0.92
    plain = np.sqrt(np.mean([f.value**2 for f in found]))
    # Without taking chance away a calibrated model would have sqrt(15 * 0.19 / 600) = 0.069.
    assert abs(plain - off) < 0.03
