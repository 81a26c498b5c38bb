"""Does a text mention whom it mentions, and nobody else?"""

import pytest

from audit.data import DataOptions, load
from audit.data.mentions import finder, mentioned
from probes.lexicons import Lexicon
from probes.lexicons import load as lexicon

GENDER = lexicon("gender")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She laughed.", {"women"}),
        ("HE LAUGHED", {"men"}),
        ("a woman's life", {"women"}),
        ("a woman’s life", {"women"}),
        ("he'll come", {"men"}),
        ("yes, ma'am", {"women"}),
        ("yes, ma’am", {"women"}),
        ("the he-said-she-said plot", {"women", "men"}),
        ("my mother and my father", {"women", "men"}),
        ("the theory of the shed", set()),
        ("mother nature", set()),
        ("mother nature and my mother", {"women"}),
        ("Lady Gaga met a gentleman", {"men"}),
        ("", set()),
        ("🎬 … 123", set()),
        ("«elle» она 她", set()),
    ],
)
def test_a_text_mentions(text, expected):
    assert finder(GENDER)(text) == expected


def test_the_groups_that_occur_in_their_order():
    found = mentioned(["he", "she", "she and he", "they", "he"], GENDER)
    assert found.values == ("only women", "only men", "both", "neither")
    assert found.codes.tolist() == [1, 0, 2, 3, 1]
    assert mentioned(["they", "he"], GENDER).values == ("only men", "neither")


def test_three_groups_and_terms_of_two_words():
    three = Lexicon(
        name="three",
        feature="place",
        source="made up",
        groups=("a", "b", "c"),
        words=(("New York", "oslo", "rome"),),
    )
    found = mentioned(["in new york", "new, in York", "Oslo or Rome", "ROME", "New-York"], three)
    assert [found.values[code] for code in found.codes] == ["only a", "none", "several", "only c", "only a"]


def test_a_kept_phrase_does_not_join_what_stands_around_it():
    kept = Lexicon(
        name="kept",
        feature="f",
        source="made up",
        groups=("a", "b"),
        words=(("red house", "x"),),
        keep=("old blue",),
    )
    assert finder(kept)("red old blue house") == set()


def test_derived_groups_stand_beside_those_of_columns(write):
    rows = [
        {"text": "she is", "label": "yes", "sex": "M"},
        {"text": "he is", "label": "no", "sex": "F"},
        {"text": "it is", "label": "no", "sex": ""},
    ]
    options = DataOptions(data=write(rows), group=("sex",), group_from_text=("gender",))
    found = load(options, classes=("no", "yes"), positive=None, training=None)
    assert list(found.samples.groups) == ["sex", "gender in text", "sex × gender in text"]
    assert found.samples.groups["gender in text"].names == ("only women", "only men", "neither")
    plain = load(
        DataOptions(data=options.data, group=("sex",)), classes=("no", "yes"), positive=None, training=None
    )
    assert plain.info.fingerprint != found.info.fingerprint


def test_a_lexicon_of_the_user(write, tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(
        'feature = "pet"\nsource = "made up"\ngroups = ["cats", "dogs"]\nwords = [["cat", "dog"]]\n'
    )
    path = write([{"text": "a cat", "label": "yes"}, {"text": "a dog", "label": "no"}])
    for options in (
        {"group_from_text": (str(mine),)},
        {"group_from_text": ("gender",), "lexicon": str(mine)},
    ):
        found = load(DataOptions(data=path, **options), classes=("no", "yes"), positive=None, training=None)
        assert found.samples.groups["pet in text"].names == ("only cats", "only dogs")
