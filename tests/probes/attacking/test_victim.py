"""Do probabilities reach TextAttack as probabilities, without what depends on the batch?"""

import numpy as np
import pytest

from probes.attacking.victim import Victim, steady


@pytest.fixture
def probabilities():
    rng = np.random.default_rng(0)
    logits = rng.normal(scale=6, size=(2_000, 4))
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def test_rows_sum_to_one_and_decide_alike(probabilities):
    made = steady(probabilities, 0)
    assert (np.abs(made.sum(axis=1) - 1) < 1e-15).all()
    assert (made.argmax(axis=1) == probabilities.argmax(axis=1)).all()
    assert (made >= 0).all()


def test_a_class_that_is_hardly_probable_keeps_its_odds():
    """1e-9 in 12 binary digits differs from 1e-9 by at most one part in 4,096."""
    made = steady(np.array([[1 - 1e-9, 1e-9]]), 0)[0]
    assert made[1] == pytest.approx(1e-9, rel=2**-12)
    assert 1 - made[0] == pytest.approx(1e-9, rel=1e-6)


def test_the_noise_of_a_batch_goes_away(probabilities):
    """Noise of one part in a million moves a number across a border of one in 4,096 in less than 1 of 100."""
    noise = 1 + 1e-6 * np.random.default_rng(1).uniform(-1, 1, size=probabilities.shape)
    same = (steady(probabilities, 0) == steady(probabilities * noise, 0)).all(axis=1)
    assert same.mean() > 0.98


def test_probabilities_that_were_rounded_are_not_taken_for_logits():
    assert steady(np.array([[0.33, 0.33, 0.33]]), 0).sum() == pytest.approx(1, abs=1e-15)


def test_no_answer_counts_as_the_true_class():
    victim = Victim(None, lambda texts: np.array([[np.nan, np.nan], [0.25, 0.75]])[: len(texts)], label=1)
    assert victim(["broken", "fine"]).tolist() == [[0, 1], [0.25, 0.75]]
    assert victim.unanswered == {"broken"}


def test_a_text_is_asked_once():
    calls = []

    def ask(texts):
        calls.append(list(texts))
        return np.tile([0.5, 0.5], (len(texts), 1))

    victim = Victim(None, ask)
    assert victim(["a", "b", "a"]).shape == (3, 2)
    victim(["b", "c"])
    assert calls == [["a", "b"], ["c"]]


def test_only_what_seems_to_turn_the_decision_is_confirmed():
    """The quick answers turn "b" and break on "c"; the exact ones turn nothing."""
    quick = {"a": [0.2, 0.8], "b": [0.6, 0.4], "c": [np.nan, 0.5]}
    confirmed = []

    def confirm(texts):
        confirmed.extend(texts)
        return np.tile([0.25, 0.75], (len(texts), 1))

    victim = Victim(None, lambda texts: np.array([quick[text] for text in texts]), 1, confirm=confirm)
    assert victim(["a", "b", "c", "b"]).argmax(axis=1).tolist() == [1, 1, 1, 1]
    assert confirmed == ["b", "c"]
    assert not victim.unanswered
