"""Are the built-in lexicons whole, and the faults of a user's own told?"""

import pytest

from probes.errors import AuditError
from probes.lexicons import built_in, load

BUILT_IN = pytest.mark.parametrize("name", built_in())
HEAD = 'feature = "f"\nsource = "s"\ngroups = ["a", "b"]\n'


@BUILT_IN
def test_built_in_lexicons_state_their_source_and_have_terms(name):
    lexicon = load(name)
    assert len(lexicon.source) > 40
    assert len(lexicon.people) >= 5
    assert all(len(terms) >= 5 for terms in lexicon.groups.values())


@BUILT_IN
def test_terms_belong_to_one_group(name):
    groups = list(load(name).groups.values())
    assert len(frozenset().union(*groups)) == sum(map(len, groups))


@BUILT_IN
def test_terms_are_in_lower_case(name):
    assert all(term == term.lower() for terms in load(name).groups.values() for term in terms)


def test_gender_is_comprehensive():
    assert len(load("gender").words) >= 80
    assert {"she", "her", "hers", "mrs", "sister"} <= load("gender").groups["women"]
    assert {"he", "him", "his", "mr", "brother"} <= load("gender").groups["men"]


@pytest.mark.parametrize("term", ["miss", "actor", "host", "count", "god", "grace", "mary"])
def test_words_with_another_meaning_do_not_identify_a_group(term):
    assert not any(term in terms for terms in load("gender").groups.values())


def test_a_file_of_the_users_own(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + 'words = [["Uno", "dos"]]\n', encoding="utf-8")
    assert load(str(path)).groups == {"a": {"uno"}, "b": {"dos"}}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("words = ]", "is not TOML in UTF-8: .*line 1"),
        (
            HEAD + 'words = [["x", "y"], ["z"]]',
            r"words, row 2: \['z'\] needs one term for each of \['a', 'b'\]",
        ),
        (HEAD + 'words = [["x", " "]]', "words, row 1"),
        (
            HEAD + 'word = [["x", "y"]]',
            "word: is not a key of a lexicon; its keys are feature, source, groups, words",
        ),
        (HEAD, "has no terms"),
        ('feature = "f"\ngroups = ["a", "b"]\nwords = [["x", "y"]]', "source: field required"),
        ('feature = "f"\nsource = "s"\ngroups = ["a"]\nwords = [["x"]]', "groups: "),
        (
            HEAD + 'words = [["x", "y"]]\n[ambiguous_groups]\nc = ["z"]',
            r"ambiguous_groups: \['c'\] are not among",
        ),
        (
            HEAD + 'words = [["x", "y"]]\n[ambiguous_groups]\na = ["z"]',
            "'z' has no counterparts in ambiguous",
        ),
    ],
)
def test_faults_are_sentences(tmp_path, content, sentence):
    path = tmp_path / "bad.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(AuditError, match=sentence):
        load(str(path))


def test_a_missing_file_names_the_built_in_ones(tmp_path):
    with pytest.raises(AuditError, match="one of: gender, names, religion"):
        load(str(tmp_path / "none.toml"))
