"""Is the calibration error what it says, and free of what chance adds?"""

import numpy as np
import pytest

from probes.stats.calibration import calibration_error
from probes.stats.comparisons import difference


def test_one_bin_by_hand():
    """100 rows of confidence 0.9, 70 right: d² = 0.04, v = 0.21 / 99, the root of 0.037879 is 0.19463."""
    found = calibration_error("e", np.full(100, 0.9), np.arange(100) < 70)
    assert found.value == pytest.approx(0.19463, abs=1e-5)
    assert found.low < found.value < found.high


def test_two_bins_by_hand():
    """Of 200 rows the surer half are all right at 0.8, of the others 50 of 100 at 0.5: d² of 0.04 and 0."""
    sure = np.repeat([0.5, 0.8], 100)
    right = np.array([True, False] * 50 + [True] * 100)
    expected = np.sqrt(0.5 * 0.04 - 0.5 * 0.25 / 99)
    assert calibration_error("e", sure, right).value == pytest.approx(expected)


def test_confidences_that_all_differ_make_fifteen_bins():
    """150 rows, ten a bin, of which alternately all and none are right; confidence falls from 1 to 0.5."""
    sure = np.linspace(1, 0.5, 150)
    right = np.arange(150) // 10 % 2 == 0
    apart = right.reshape(15, 10)[:, 0] - sure.reshape(15, 10).mean(axis=1)
    assert calibration_error("e", sure, right).value == pytest.approx(np.sqrt((apart**2).mean()))


@pytest.mark.parametrize("n", [100, 101, 1000])
def test_constant_confidence_equal_to_the_accuracy_has_no_error(n):
    """Whether it is right is all that tells these rows apart, and no bin may be made by it."""
    found = calibration_error("e", np.full(n, 0.8), np.arange(n) < 0.8 * n)
    assert (found.value, found.low) == (pytest.approx(0, abs=1e-3), 0)
    assert found.high > 0
    assert found.standard_error > 0


@pytest.mark.parametrize("levels", [(0.6, 0.7, 0.8, 0.9), (0.55, 0.999), (0.999,)])
def test_calibrated_levels_of_confidence_cover_0(levels):
    """Few different confidences, each right as often as it says: the intervals hold 0 and are short."""
    rng = np.random.default_rng(2)
    found = []
    for _ in range(100):
        sure = rng.choice(levels, 400)
        found.append(calibration_error("e", sure, rng.random(400) < sure))
    assert np.mean([f.low == 0 for f in found]) >= 0.92
    assert np.mean([f.value for f in found]) < 0.04


def test_a_saturated_model():
    """Half of the rows say 0.999 and are right in 95 %, the others are calibrated: 0.049 √0.5 = 0.0346."""
    rng = np.random.default_rng(3)
    found = []
    for _ in range(100):
        sure = np.where(rng.random(3000) < 0.5, 0.999, rng.uniform(0.5, 1, 3000))
        right = rng.random(3000) < np.where(sure == 0.999, 0.95, sure)
        found.append(calibration_error("e", sure, right))
    assert np.mean([f.low <= 0.0346 <= f.high for f in found]) >= 0.92
    assert np.mean([f.value for f in found]) == pytest.approx(0.0346, abs=0.006)


def test_one_row_between_two_ties_is_no_bin_of_its_own():
    sure = np.repeat([0.6, 0.7, 0.9], [100, 1, 100])
    found = calibration_error("e", sure, np.arange(201) % 2 == 0)
    assert found.value == pytest.approx(np.sqrt((0.1**2 + 0.4**2) / 2), abs=0.02)


def test_it_does_not_depend_on_the_order_of_rows():
    rng = np.random.default_rng(0)
    sure, right = np.round(rng.random(200), 1), rng.random(200) < 0.5
    order = rng.permutation(200)
    assert calibration_error("e", sure, right) == calibration_error("e", sure[order], right[order])


def test_few_rows_are_undefined():
    found = calibration_error("e", np.full(99, 0.9), np.ones(99, bool))
    assert (found.value, found.n) == (None, 99)
    assert "100 rows" in found.note


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


def _rows(rng, n, kind):
    """Confidences of 0.5 to 1, and whether their rows are right."""
    sure = rng.uniform(0.5, 1, n)
    wavy = np.where((sure * 8).astype(int) % 2 == 0, sure - 0.3, np.minimum(sure + 0.05, 1))
    chance = {"calibrated": sure, "too sure": sure - 0.2, "wavy": wavy}[kind]
    return sure, rng.random(n) < chance


def _increases(main, other, *, runs=300):
    """The increase from `main` to `other`, each a number of rows and how they are, in many audits."""
    rng = np.random.default_rng(4)
    return [
        difference(
            "i", calibration_error("e", *_rows(rng, *other)), calibration_error("e", *_rows(rng, *main))
        )
        for _ in range(runs)
    ]


@pytest.mark.parametrize("sizes", [(100, 100), (500, 100), (3000, 150)])
@pytest.mark.parametrize("kind", ["calibrated", "too sure", "wavy"])
def test_where_nothing_increases_the_interval_holds_0(sizes, kind):
    """At 95 %, 0.05 of 300 audits may miss 0, and three errors more: 0.088."""
    found = _increases(*((n, kind) for n in sizes))
    assert np.mean([not f.low <= 0 <= f.high for f in found]) <= 0.088


def test_a_planted_increase_is_found():
    """From calibrated to 0.2 too sure, on 1,000 and 300 rows."""
    found = _increases((1000, "calibrated"), (300, "too sure"), runs=100)
    assert np.mean([f.low > 0 for f in found]) >= 0.9
    assert np.mean([f.value for f in found]) == pytest.approx(0.2, abs=0.03)
