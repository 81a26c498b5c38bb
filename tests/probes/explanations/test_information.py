"""Is the information of a word that of its formula, and nothing where it tells nothing?"""

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from probes.explanations.information import information, presence


def test_a_word_that_decides_the_label_tells_all_of_it():
    """100 texts of each label, the word in all of one: 1 bit, less 1 / (2 x 200 ln 2)."""
    told = information(np.array([100, 0]), np.array([100, 100]))
    assert told.bits == pytest.approx(1 - 1 / (400 * np.log(2)))
    assert told.p < 1e-12


def test_the_p_value_is_that_of_the_likelihood_ratio_test():
    table = np.array([[12, 30, 7], [88, 70, 93]])
    told = information(table[0], table.sum(axis=0))
    expected = chi2_contingency(table, correction=False, lambda_="log-likelihood")
    assert told.p == pytest.approx(expected.pvalue)
    assert told.texts == 49


def test_words_that_tell_nothing_have_about_no_information():
    """The correction takes away what independent words are said to tell on the average."""
    rng = np.random.default_rng(1)
    found = [information(rng.binomial(30, 0.3, 2), np.array([30, 30])) for _ in range(400)]
    plain = np.mean([-np.log(max(told.p, 1e-9)) for told in found])
    assert np.median([told.bits for told in found]) == 0
    assert plain == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize("present", [[0, 0], [30, 30]])
def test_a_word_in_no_text_or_in_all_tells_nothing(present):
    told = information(np.array(present), np.array([30, 30]))
    assert (told.bits, told.p) == (0, pytest.approx(1))


def test_one_label_leaves_nothing_to_tell():
    told = information(np.array([5, 0]), np.array([30, 0]))
    assert (told.bits, told.p) == (0, 1)


def test_a_word_counts_once_a_text():
    counts = presence([["a", "a", "b"], ["a"]], np.array([0, 2]), 3)
    assert {word: count.tolist() for word, count in counts.items()} == {"a": [1, 0, 1], "b": [1, 0, 0]}
