"""Is the word after a pronoun read rightly, and the article before a word?"""

import pytest

from probes.lexicons.grammar import article_for, capitals_of, starts_noun_phrase, starts_sentence


@pytest.mark.parametrize(
    "text",
    [
        "* book", "* very old book", "* own", "* deeply felt performance", "* only child",
        "* lovely smile", "* ''crime''", "* $5", "* family", "* or his own book", "* happy ending", "* all",
    ],
)  # fmt: skip
def test_a_noun_phrase_follows(text):
    before, _, after = text.partition("*")
    assert starts_noun_phrase(before, after)


@pytest.mark.parametrize(
    "text",
    [
        "saw *", "saw *.", "saw *, and", "saw * and left", "for * to win", "gave * a book", "told * that",
        "with * in it", "makes * happy.", "kissed * gently.", "kissed * gently on the cheek", "let * go",
        "watch * die", "saw * again", "is *?", "(with *)", "saw * – twice",
    ],
)  # fmt: skip
def test_none_follows(text):
    before, _, after = text.partition("*")
    assert not starts_noun_phrase(before, after)


@pytest.mark.parametrize(
    ("article", "old", "new", "expected"),
    [
        ("an", "actress", "actor", "an"),
        ("an", "heiress", "boy", "a"),
        ("a", "boy", "heir", "an"),
        ("A", "Greg", "Aisha", "An"),
        ("A", "GREG", "AISHA", "AN"),
        ("a", "woman", "unicorn", "a"),
        ("a", "actress", "uncle", "a"),
        ("", "woman", "aunt", ""),
    ],
)
def test_articles(article, old, new, expected):
    assert article_for(article, old, new) == expected


@pytest.mark.parametrize(("model", "expected"), [("her", "his"), ("Her", "His"), ("HER", "HIS")])
def test_capitals(model, expected):
    assert capitals_of(model, "his") == expected


@pytest.mark.parametrize(
    ("before", "expected"), [("", True), ("So. ", True), ('Why? "', True), ("and ", False), ("a, ", False)]
)
def test_starts_of_sentences(before, expected):
    assert starts_sentence(before) == expected
