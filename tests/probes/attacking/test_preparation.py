"""Is an attack built as its recipe says, and is it told with what it works?"""

import numpy as np
import pytest

from probes.attacking import attack, composed, corpora, needs, prepare, recipes

pytestmark = pytest.mark.usefixtures("needs_textattack")


@pytest.fixture
def tagger(monkeypatch):
    """`tagger(tag)`: NLTK's tagger is here and gives each word a part of speech."""
    nltk = pytest.importorskip("nltk")

    def place(tag):
        monkeypatch.setattr(needs, "_TAGGER", ())
        monkeypatch.setattr(nltk, "pos_tag", lambda words, **_: [(word, tag(word)) for word in words])

    return place


@pytest.fixture
def _everything_alike(needs_wordnet, monkeypatch, tmp_path):
    """An encoder is here to which all texts are the same."""
    monkeypatch.setattr(needs, "encoder_folder", lambda: tmp_path)
    monkeypatch.setattr(composed.similarity, "encode", lambda texts: np.ones((len(texts), 1)))


@pytest.mark.usefixtures("_everything_alike")
@pytest.mark.parametrize(
    ("tag", "outcome"), [(lambda word: "NOUN", "success"), (lambda word: word, "failed")]
)
def test_synonyms_keep_the_part_of_speech_where_a_tagger_is(tagger, rule, tag, outcome):
    """WordNet has synonyms of "film"; when every word is a part of speech of its own, none is left."""
    tagger(tag)
    model = rule(lambda text: 0.9 if "film" in text.split() else 0.1)
    (found,) = attack(model, ["a great film"], np.array([1]), "textfooler-wordnet")
    assert found.outcome == outcome


@pytest.mark.usefixtures("_everything_alike")
def test_synonyms_keep_the_sentence_vector(rule, monkeypatch):
    """Every text but the original has a vector at a right angle to its own."""

    def encode(texts):
        return np.array([[1.0, 0.0] if text == "a great film" else [0.0, 1.0] for text in texts])

    monkeypatch.setattr(composed.similarity, "encode", encode)
    model = rule(lambda text: 0.9 if "film" in text.split() else 0.1)
    (found,) = attack(model, ["a great film"], np.array([1]), "textfooler-wordnet")
    assert found.outcome == "failed"


@pytest.mark.usefixtures("_everything_alike")
def test_the_tagger_is_told_where_it_is_and_where_it_is_not(tagger, bag, monkeypatch):
    recipe = recipes()["textfooler-wordnet"]
    tagger(lambda word: "NOUN")
    assert prepare(bag, recipe).uses[1:] == ("part-of-speech tagger",)
    monkeypatch.setattr(needs, "_TAGGER", ("taggers/no_such_tagger",))
    assert prepare(bag, recipe).uses[1:] == ("no part-of-speech tagger",)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (None, "318 stop words of scikit-learn"),
        (("the", "of", "und"), "3 stop words of NLTK"),
        (("the", "of"), "2 stop words of the attack's own"),
    ],
)
def test_whose_stop_words_they_are(words, told, monkeypatch):
    """scikit-learn has 318; NLTK here has three."""
    from nltk.corpus import stopwords
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    monkeypatch.setattr(stopwords, "words", lambda language: ["the", "of", "und"], raising=False)
    assert corpora.whose(ENGLISH_STOP_WORDS if words is None else words) == told


def test_an_attack_tells_the_stop_words_that_it_leaves_alone(bag):
    (told,) = prepare(bag, recipes()["deepwordbug"]).uses
    assert "stop words of" in told
