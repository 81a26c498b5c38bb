"""Are words told apart by kind, and their shares as on paper?"""

import numpy as np
import pytest

from probes.attribution import Attribution
from probes.attribution.units import words
from probes.explanations.shares import shares, vocabulary
from probes.explanations.words import identity_finder, kind, plain
from probes.lexicons import load


def explained(text, scores):
    spans = words(text)
    return Attribution(
        text, 1, tuple(text[a:b] for a, b in spans), spans, np.array(scores, dtype=float), "rigged", "none"
    )


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("!", "punctuation"),
        ("—", "punctuation"),
        ("1990s", "numbers"),
        ("she", "identity terms"),
        ("Woman's", "identity terms"),
        ("mosque", "identity terms"),
        ("Lakisha", "names"),
        ("Grace", "names"),
        ("grace", "other words"),
        ("the", "stop words"),
        ("isn’t", "stop words"),
        ("brilliant", "other words"),
        ("élan", "other words"),
    ],
)
def test_kinds(word, expected):
    assert kind(word) == expected


@pytest.mark.parametrize(
    ("word", "expected"), [("Woman’s", "woman"), ("girls'", "girls"), ("'s", "'s"), ("IT", "it")]
)
def test_plain_form(word, expected):
    assert plain(word) == expected


def test_identity_terms_are_found_but_not_in_kept_phrases():
    find = identity_finder(load("gender"))
    text = "Mother Nature told his mother."
    found = find(text, words(text))
    assert [group for group in found if group] == ["men", "women"]
    assert found[0] is None


def test_shares_keep_signs_and_sum_to_one_without_them():
    assert shares(explained("a b c", [1, -2, 1])) == pytest.approx([0.25, -0.5, 0.25])
    assert np.isnan(shares(explained("a b", [0, 0]))).all()


def test_vocabulary():
    """Scores 3, 1, 0 of "good good!": share (3 + 1) / 4, and mass (3 + 1) / 2 over the mean score 4 / 3."""
    found = vocabulary([explained("good good!", [3, 1, 0]), explained("no", [0]), explained("Good", [-2])])
    assert set(found) == {"good"}
    assert found["good"].texts == [0, 2]
    assert found["good"].share == pytest.approx([1, -1])
    assert found["good"].mass == pytest.approx([1.5, 1])
