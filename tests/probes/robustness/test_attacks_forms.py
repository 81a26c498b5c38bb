"""Are words found that were exchanged for words of another form, and are all others let pass?"""

import time

import pytest

from probes.robustness.forms import misfits, tags

pytest.importorskip("lemminflect")


def _pairs(text, changed):
    return [(text[slice(*m.before)], changed[slice(*m.after)]) for m in misfits(text, changed)]


# -- what is another form ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("left", "provide"),
        ("laughing", "laugh"),
        ("seen", "experience"),
        ("went", "gone"),
        ("understands", "sympathize"),
        ("see", "watched"),
        ("is", "exist"),
        ("was", "be"),
        ("has", "have"),
        ("does", "do"),
        ("do", "did"),
        ("films", "movie"),
        ("movies", "film"),
        ("film", "movies"),
        ("children", "kid"),
        ("quickly", "rapid"),
        ("dramatic", "dramatically"),
        ("joyful", "joy"),
        ("funniest", "amusing"),
        ("films", "motion picture"),
        ("went", "go away"),
    ],
)
def test_words_of_another_form_are_found(word, other):
    """Tense, person, participle, number, part of speech and degree, as a grammar of English has them."""
    assert _pairs(f"so they {word} there", f"so they {other} there") == [(word, other)]


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("good", "great"),
        ("film", "movie"),
        ("movies", "films"),
        ("people", "men"),
        ("series", "dramas"),
        ("series", "drama"),
        ("quickly", "rapidly"),
        ("made", "created"),
        ("seen", "viewed"),
        ("saw", "viewed"),
        ("seen", "gotten"),
        ("charming", "delightful"),
        ("bored", "weary"),
        ("funnier", "sillier"),
        ("best", "finest"),
        ("makes", "creates"),
        ("are", "seem"),
        ("can", "may"),
        ("would", "could"),
        ("fast", "quickly"),
        ("fast", "quick"),
    ],
)
def test_words_of_the_same_form_pass(word, other):
    """Whatever one of them can be besides: "fast" is an adjective and an adverb."""
    for before, after in ((word, other), (other, word)):
        assert _pairs(f"so {before} there", f"so {after} there") == []


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("a wonderful film", "a wnderfl film"),
        ("a wnderfl films", "a wonderful films"),
        ("jokes in 1999", "jokes in nineteen"),
        ("a well-crafted joke", "a quickly joke"),
        ("it doesn't laugh", "it laughing laugh"),
        ("the director's film", "the directors film"),
        ("with Britney there", "with seen there"),
        ("as a comedy", "like a comedy"),
        ("other films", "different films"),
        ("while I slept", "when I slept"),
        ("films", "电影"),
        ("films", "\ud800"),
    ],
)
def test_words_that_the_dictionary_does_not_know_pass(text, changed):
    """Misspellings, numbers, compounds, contractions, names, and the words that hold a sentence together."""
    assert _pairs(text, changed) == []


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("", ""),
        ("", "films"),
        ("films", ""),
        ("a very good film", "a film"),
        ("a film", "a very good film"),
        ("they laugh", "THEY LAUGH"),
        ("laughing films quickly", "laughing films quickly"),
        ("a really good film", "a fine film"),
        ("it is funny", "it is of course"),
    ],
)
def test_words_left_out_or_added_and_unchanged_ones_are_no_exchanges(text, changed):
    assert _pairs(text, changed) == []


@pytest.mark.parametrize("style", [str.lower, str.upper, str.title])
def test_capitals_make_no_difference(style):
    assert _pairs(style("films fall"), style("film fall")) == [(style("films"), style("film"))]
    assert _pairs(style("films fall"), "movies fall") == []


def test_each_of_several_exchanges_is_judged():
    text = "the films laughed rapidly, and good people went on"
    changed = "the film laugh rapid, and great men go on"
    assert [pair[0] for pair in _pairs(text, changed)] == ["films", "laughed", "rapidly", "went"]


def test_the_punctuation_around_a_word_is_no_part_of_it():
    assert _pairs('"films," he said', '"film," he said') == [("films", "film")]


# -- the dictionary ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("laughed", "JJ VBD VBN"),
        ("went", "VBD"),
        ("could", "VBD"),
        ("films", "NNS VBZ"),
        ("movies", "NNS"),
        ("movie", "NN"),
        ("sheep", "NN NNS"),
        ("children", "NNS"),
        ("quickly", "RB"),
        ("better", "JJR NN RBR VB VBP"),
        ("zzxqv", ""),
        ("", ""),
        ("as", ""),
    ],
)
def test_the_tags_of_words(word, expected):
    """By Marcus et al. (1993), with modals as verbs; "film" is no plural, though it may be uncountable."""
    assert sorted(tags(word)) == expected.split()


def test_nothing_is_guessed(monkeypatch):
    """The tables have neither word; the rules of lemminflect would call one a plural, the other a gerund."""
    from lemminflect.core.Lemmatizer import Lemmatizer

    monkeypatch.setattr(Lemmatizer, "_getOOVLemmatizer", lambda _: pytest.fail("a word was guessed"))
    tags.cache_clear()
    assert tags("blorfs") == tags("blorfing") == frozenset()


def test_many_texts_are_judged_fast():
    texts = [
        f"the {w} films made us laugh quickly at number {i}" for i in range(500) for w in ("good", "bad")
    ]
    began = time.perf_counter()
    found = [len(misfits(text, text.replace("films", "film").replace("made", "created"))) for text in texts]
    assert set(found) == {1}
    assert time.perf_counter() - began < 3
