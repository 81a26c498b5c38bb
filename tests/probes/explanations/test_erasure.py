"""Are words taken away, and the answers read, as on paper?"""

import numpy as np
import pytest

from probes.attribution import Attribution
from probes.attribution.units import words
from probes.explanations.erasure import Ranked, erase, log_odds_of, mean_of

TEXT = "nice good a b c d e f g h"


def ranked(text, order, target=1):
    spans = words(text)
    units = tuple(text[a:b] for a, b in spans)
    return Ranked(
        Attribution(text, target, units, spans, np.zeros(len(spans)), "rigged", "none"), np.array(order)
    )


@pytest.fixture
def model(word_model):
    """Score 0.5, + 0.3 with "good", + 0.1 with "nice"."""
    return word_model(0.5, {"good": 0.3, "nice": 0.1})


def test_known_answer(model):
    """Ten words, good before nice: 1, 1, 1, 2 and 5 words are taken away.

    The whole text has 0.9. Without "good" 0.6, without both 0.5; "good" alone 0.8, both 0.9.
    """
    (found,) = erase(model, [[ranked(TEXT, [1, 0, *range(2, 10)])]])
    assert found.counts.tolist() == [[1, 1, 1, 2, 5]]
    assert found.comprehensiveness[0] == pytest.approx([0.3, 0.3, 0.3, 0.4, 0.4])
    assert found.sufficiency[0] == pytest.approx([0.1, 0.1, 0.1, 0, 0], abs=1e-12)
    assert found.log_odds[0, 4] == pytest.approx(-np.log(9))
    assert found.monotone.tolist() == [1]


def test_the_other_class_is_explained_by_its_own_probability(model):
    (found,) = erase(model, [[ranked(TEXT, [1, 0, *range(2, 10)], target=0)]])
    assert found.whole == pytest.approx([0.1])
    assert found.comprehensiveness[0, 0] == pytest.approx(-0.3)
    assert found.monotone.tolist() == [0]


def test_all_runs_are_asked_at_once_and_pairs_stay_together(model):
    runs = [[ranked(TEXT, range(10)), ranked("good film", [0, 1])], [ranked("bad film", [0, 1])]]
    first, second = erase(model, runs)
    assert model.calls == 1
    assert first.whole == pytest.approx([0.9, 0.8])
    assert second.whole == pytest.approx([0.5])


def test_every_share_takes_at_least_one_word_and_never_more_than_its_share_rounded_up():
    """3 words: 1 by four shares, 2 by one half. 200 words: 2, 10, 20, 40, 100."""
    assert ranked("a b c", [0, 1, 2]).counts.tolist() == [1, 1, 1, 1, 2]
    assert ranked("a " * 200, range(200)).counts.tolist() == [2, 10, 20, 40, 100]


def test_an_answer_that_is_missing_stays_missing(model):
    class Silent:
        classes = model.classes

        def predict(self, inputs):
            answers = model.predict(inputs)
            answers[[not text for text in inputs]] = np.nan
            return answers

    (found,) = erase(Silent(), [[ranked("good", [0])]])
    assert np.isnan(found.comprehensiveness).all()
    assert np.isnan(found.monotone).all()


def test_means_over_draws(model):
    draws = erase(model, [[ranked("good film", [0, 1])], [ranked("good film", [1, 0])]])
    assert mean_of(draws).removed[0, 0] == pytest.approx((0.5 + 0.8) / 2)


def test_nothing_to_ask(model):
    assert erase(model, [[]])[0].removed.shape == (0, 5)
    assert model.calls == 0


def test_log_odds_of_certainty_are_finite():
    assert log_odds_of(np.array([0.0, 0.5, 1.0])) == pytest.approx([-13.8155, 0, 13.8155], abs=1e-4)
