"""Words and tokens of texts in many scripts, and texts without some of them."""

import numpy as np
import pytest

from probes.attribution import without
from probes.attribution.encoding import encode, units
from probes.attribution.units import owners, within, words
from probes.errors import Skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \t\n", []),
        ("It isn't well-made.", ["It", "isn't", "well", "-", "made", "."]),
        ("“Très bien”, dit-il…", ["“", "Très", "bien", "”", ",", "dit", "-", "il", "…"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("cafe\u0301 olé", ["cafe\u0301", "olé"]),
        ("好电影。", ["好", "电", "影", "。"]),
        ("so 👍🏽 good", ["so", "👍🏽", "good"]),
        ("she’s 3.5 $", ["she’s", "3", ".", "5", "$"]),
    ],
)
def test_words(text, expected):
    assert [text[a:b] for a, b in words(text)] == expected


def test_tokens_belong_to_the_word_they_stand_in():
    """The tokens "a", "b", " cd", ".": a space before a word is the word's."""
    text = "ab cd."
    assert owners(words(text), text, [(0, 1), (1, 2), (2, 5), (5, 6)]).tolist() == [0, 0, 1, 2]


def test_what_stands_between_or_behind_words_is_lost_to_none():
    text = "ab \n cd  "
    assert owners(words(text), text, [(0, 2), (3, 4), (5, 7), (7, 9)]).tolist() == [0, 1, 1, 1]


def test_words_behind_the_last_token_are_not_read():
    assert within(words("ab cd ef"), [(0, 2), (3, 4)]) == ((0, 2), (3, 5))


@pytest.mark.parametrize(
    ("dropped", "deleted", "masked"),
    [
        ([], "a good film.", "a good film."),
        ([0], "good film.", "_ good film."),
        ([1], "a film.", "a _ film."),
        ([2], "a good.", "a good _."),
        ([0, 1], "film.", "_ _ film."),
        ([0, 1, 2, 3], "", "_ _ __"),
    ],
)
def test_a_text_without_some_words(dropped, deleted, masked):
    text = "a good film."
    gone = np.isin(np.arange(4), dropped)
    assert without(text, words(text), gone) == deleted
    assert without(text, words(text), gone, mask="_") == masked


def test_a_text_is_cut_where_the_model_reads_no_further(bag):
    """The tokenizer reads 64 tokens, two of them special."""
    text = " ".join(["good"] * 100)
    (read,) = encode(bag(), [text], "word")
    assert len(read.units) == 62
    assert read.content.sum() == 62


def test_a_model_that_can_only_be_asked_is_read_whole(word_model):
    (read,) = units(word_model(0.5, {}), [" ".join(["good"] * 100)], "word")
    assert len(read.units) == 100


def test_spans_are_those_of_the_text_itself(bag):
    texts = ["İstanbul’da 👍🏽 good", "naïve ﬁlm\u2028bad", "a \ud800 b", "GOOD  Film"]
    for text, read in zip(texts, encode(bag(), texts, "word"), strict=True):
        assert [text[a:b] for a, b in read.spans] == [text[a:b] for a, b in words(text)]
        assert len(read.owners) == read.content.sum()


def test_a_tokenizer_that_tells_no_places_is_no_use(rigged):
    class Slow:
        is_fast = False

    with pytest.raises(Skip, match="where in a text"):
        encode(rigged(None, Slow()), ["a"], "word")
