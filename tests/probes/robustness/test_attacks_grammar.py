"""Are grammatical errors found, and told from misspellings, style and the form of tokenised texts?"""

import pytest

from probes.robustness import grammar
from probes.robustness.grammar import (
    NOT_ENGLISH,
    WITHOUT_CHECKER,
    GrammarError,
    added,
    errors,
    lacking,
    new_errors,
)

harper = pytest.importorskip("harper")
pytest.importorskip("lemminflect")

GERMAN = "Ein langweiliger Film ohne jede Handlung, den man sich sparen kann."


def _rules(text):
    return [error.rule for error in errors(text)]


# -- what is an error --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("a apple fell on the floor .", ["AnA"]),
        ("he go to the cinema every week", ["PronounVerbAgreement"]),
        ("they was bored", ["PronounInflectionBe"]),
        ("the the film is good", ["RepeatedWords"]),
        ("one of the best film of the year", ["OneOfTheSingular"]),
        ("he did not saw the joke", ["DidPast"]),
        ("it could of been better", ["ModalOf"]),
        ("it is more better than the first", ["AdjectiveDoubleDegree"]),
        ("a film that have a apple", ["AnA"]),
    ],
)
def test_known_errors(text, rules):
    """As a grammar of English has them; the last text has two, of which Harper knows one."""
    assert _rules(text) == rules


@pytest.mark.parametrize(
    "text",
    [
        "a taut , intelligent psychological drama .",
        "the film ... is n't bad ,  but it 's long ; very good though",
        "a taut, inteligent drma with greaat actors",
        "LOVE this!!!! (really)",
        "a boring, formulaic mix of serial killers",
        "all of the stories work; the cliche is a pretty decent one",
        "i saw new york in june",
        "",
        "   ",
        "1999",
        "\U0001f600 \u200b \0",
        "\ud800",
    ],
)
def test_spelling_style_and_the_form_of_tokenised_texts_are_no_errors(text):
    assert _rules(text) == []


def test_an_error_has_its_words_and_a_sentence():
    assert errors("it is an movie") == (GrammarError("AnA", "an", "Incorrect indefinite article."),)


@pytest.mark.parametrize("text", ["it is an movie", "\U0001f600 it is an movie", "  it is an movie\n"])
def test_an_error_stands_where_it_is_told(text):
    (error,) = errors(text)
    assert text[slice(*error.place)] == error.words


def test_two_rules_for_one_place_are_one_error():
    """Harper has "is is" for a repeated word and for a verb too many."""
    assert len(errors("it is is a mess")) == 1


def test_a_long_text_is_checked_to_its_end():
    text = "it is a good film. " * 1000
    assert errors(text) == ()
    assert _rules(text + "it is an movie.") == ["AnA"]


def test_errors_are_the_same_whatever_was_checked_before():
    text = "he go to a opera"
    first = errors(text)
    errors.cache_clear()
    errors(GERMAN)
    assert errors(text) == first


def test_harper_has_the_rules_that_are_named():
    """A rule that a version of Harper renames would be lost without a word."""
    assert set(harper.get_default_lint_config()) >= grammar._RULES | grammar._UNRELIABLE


# -- what is new -------------------------------------------------------------------------------------


def _errors(told):
    """Of rule A about x, where "A:x" is told."""
    return [GrammarError(*error.split(":"), "") for error in told.split()]


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        ("", "", ""),
        ("A:x", "A:x", ""),
        ("A:x", "", ""),
        ("", "A:x", "A:x"),
        ("A:x", "A:x A:y", "A:y"),
        ("A:x", "A:y A:x", "A:y"),
        ("A:x", "A:y", ""),
        ("A:x", "A:x A:x", "A:x"),
        ("A:x", "B:x", "B:x"),
        ("A:x B:y", "B:y B:z C:w", "B:z C:w"),
        ("A:x A:y", "A:z B:x", "B:x"),
    ],
)
def test_errors_beyond_those_of_the_text_are_new(before, after, new):
    """For each rule as many as there are more of it; an error whose words were exchanged is not new."""
    assert list(added(_errors(before), _errors(after))) == _errors(new)


def test_of_equal_errors_the_first_stood_already():
    """The new one of two is the second, wherever it stands: its place is its own."""
    one, two = (GrammarError("A", "x", "", place) for place in ((0, 1), (4, 5)))
    assert [error.place for error in added([GrammarError("A", "x", "", (9, 10))], [one, two])] == [(4, 5)]
    assert [error.place for error in added([], [one, two])] == [(0, 1), (4, 5)]


@pytest.mark.parametrize(
    "text", ["", "a apple and a old man", "a fine film .", GERMAN, "you will be laugh at these movie"]
)
def test_an_unchanged_text_has_no_new_error(text):
    assert new_errors(text, text) == ()


@pytest.mark.parametrize(
    ("text", "changed", "rules"),
    [
        ("a good film left us cold", "a great film left us cold", []),
        ("a good film left us cold", "a good film provide us cold", ["form"]),
        ("a good film left us cold", "an good film provide us cold", ["AnA", "form"]),
        ("she sees it as a comedy", "she see it as a comedy", ["PronounVerbAgreement"]),
        ("a apple fell on children", "a apple fell on child", ["form"]),
        ("the laughing and the apples", "the laugh and the apple", ["form", "form"]),
    ],
)
def test_both_checkers_are_heard_and_one_place_counts_once(text, changed, rules):
    """The verb after "she" is found by both; what was wrong before does not count."""
    assert [error.rule for error in new_errors(text, changed)] == rules


def test_an_exchanged_word_is_told_with_the_one_before():
    (error,) = new_errors("you will be laughing", "you will be laugh")
    assert (error.words, error.message) == ("laugh", "It cannot have the form of “laughing”.")


# -- what is missing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("absent", ["harper", "lemminflect"])
def test_without_a_checker_the_command_is_told(monkeypatch, absent):
    monkeypatch.setattr(grammar, "find_spec", lambda name: None if name == absent else name)
    assert lacking(["a film"]) == WITHOUT_CHECKER
    assert "pip install 'assay-audit[attacks]'" in WITHOUT_CHECKER


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ([], None),
        (["this is a good film"], None),
        (["this is a good film", GERMAN], None),
        (["this is a good film", GERMAN, "la mejor comedia del año"], NOT_ENGLISH),
        (["这部电影很好看"], NOT_ENGLISH),
    ],
)
def test_texts_that_are_mostly_not_english_are_not_checked(texts, why):
    assert lacking(texts) == why
