"""Is it counted as agreement when answers move as attributed, and only then?"""

import numpy as np
import pytest

from probes.explanations.moves import Moves, agreement


@pytest.fixture
def told(context):
    def told(attributed, measured):
        moves = Moves("deletion", np.array(attributed, dtype=float), np.array(measured, dtype=float))
        return agreement(context(), moves, {"feature": "gender"})

    return told


def test_known_answer(told):
    """Signs agree in three of four texts that move; one does not move, one has no answer.

    Ranks 1 2 3 4 5 against 2 1 3 4 5: 1 - 6 x 2 / (5 x 24) = 0.9.
    """
    share, correlation = told([-2, -1, 0.5, 1, 2, 1], [-0.3, -0.4, -0.01, 0.3, 0.9, np.nan])
    assert (share.successes, share.n) == (4, 4)
    assert correlation.value == pytest.approx(0.9)
    assert correlation.low < 0.9 < correlation.high


def test_attributions_to_the_other_side_disagree(told):
    share, correlation = told([1, 2, 3, 4], [-1, -2, -3, -4])
    assert share.value == 0
    assert correlation.value == pytest.approx(-1)


def test_what_does_not_move_has_no_sign(told):
    share, correlation = told([1, 2, 3, 4], [0.0, 0.0, 0.0, 0.0])
    assert (share.value, correlation.value) == (None, None)
    assert "0.05" in share.note
    assert "the same" in correlation.note


@pytest.mark.parametrize("true", [0.0, 0.6])
def test_the_interval_of_the_correlation_covers(told, true):
    """Of normal pairs; Spearman's correlation of a normal pair is 6 / pi asin(rho / 2)."""
    rng = np.random.default_rng(5)
    target, covered = 6 / np.pi * np.arcsin(true / 2), 0
    for _ in range(300):
        pair = rng.multivariate_normal([0, 0], [[1, true], [true, 1]], 60).T
        found = told(*pair)[1]
        covered += found.low <= target <= found.high
    assert covered / 300 >= 0.92
