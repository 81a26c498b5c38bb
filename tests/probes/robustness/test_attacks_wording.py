"""Are changed words found, and misspellings told from other words?"""

import pytest

from probes.robustness.wording import Change, changes, misspelling, restored, spans, vocabulary


def _named(original, changed):
    return [
        (original[slice(*change.before)], changed[slice(*change.after)])
        for change in changes(original, changed)
    ]


@pytest.mark.parametrize(
    ("original", "changed", "expected"),
    [
        ("a good film.", "a great film.", [("good", "great")]),
        ("a good, old film", "a godo, odl film", [("good", "godo"), ("old", "odl")]),
        ("a good film", "a film", [("good", "")]),
        ("a film", "a good film", [("", "good")]),
        ("a really good film", "a fine film", [("really good", "fine")]),
        ("don't, well-crafted!", "don't, well-made!", [("well-crafted", "well-made")]),
        ("the end", "the", [("end", "")]),
        ("same words", "same  words!", []),
        ("", "", []),
        ("", "new", [("", "new")]),
    ],
)
def test_the_words_that_differ(original, changed, expected):
    assert _named(original, changed) == expected


def test_a_word_left_out_has_a_place_in_the_changed_text():
    assert changes("a good film", "a film") == (Change((2, 6), (2, 2)),)


def test_every_change_back_gives_the_words_of_the_original():
    """Putting every old word back, from the end, must leave the words of the original."""
    original, changed = "one two three four five six", "one 2 three iv five and six seven"
    text = changed
    for change in reversed(changes(original, changed)):
        text = text[: change.after[0]] + original[slice(*change.before)] + text[change.after[1] :]
    assert [text[slice(*span)] for span in spans(text)] == original.split()


@pytest.mark.parametrize(
    ("word", "written", "is_one"),
    [
        ("wonderful", "wnoderful", True),
        ("wonderful", "wondeful", True),
        ("wonderful", "wonderrful", True),
        ("wonderful", "wondxrful", True),
        ("Wonderful", "wonderflu", False),
        ("wonderful", "owndreful", False),
        ("wonderful", "wnodefrul", False),
        ("wonderful", "onderful", False),
        ("bad", "bd", False),
        ("good", "gd", False),
        ("book", "boook", True),
        ("aaaa", "aaa", True),
        ("good", "good", False),
        ("good", "", False),
        ("film", "movie", False),
    ],
)
def test_one_mistake_inside_a_longer_word(word, written, is_one):
    """One that exchanges the last two letters, two pairs, or leaves two letters out, is none."""
    assert misspelling(word, written) is is_one


def test_misspellings_are_put_right_and_other_words_stay():
    known = vocabulary(["A cost that was", "lost"])
    found = restored("it cost a lot of money", "it csot a great deal of mnoey", known)
    assert (found.text, found.misspelt) == ("it cost a great deal of money", 2)


def test_a_misspelling_that_is_another_word_is_not_read_as_the_first():
    assert restored("it was poor", "it was pour", vocabulary(["they pour tea"])).misspelt == 0
    assert restored("it was poor", "it was pour", frozenset()).text == "it was poor"
