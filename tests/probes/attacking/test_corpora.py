"""Do NLTK and TextAttack find their word lists, from Debian's files or the user's own?"""

import subprocess
import sys

import pytest

from probes.attacking import corpora
from probes.errors import AuditError

NAMES = [*corpora.WORDNET_FILES]


@pytest.fixture
def debian(tmp_path, monkeypatch):
    """A folder with files of Debian's names."""
    for name in NAMES:
        tmp_path.joinpath(name).write_text(name)
    monkeypatch.setattr(corpora, "DEBIAN", tmp_path)
    monkeypatch.setattr(corpora, "found_by_nltk", lambda _: None)
    return tmp_path


def test_the_45_lexicographer_files():
    """lexnames(5WN) numbers adj.all 0, noun.Tops 3, noun.time 28, verb.weather 43, adj.ppl 44."""
    rows = [line.split("\t") for line in corpora.lexnames().splitlines()]
    assert [int(number) for number, _, _ in rows] == list(range(45))
    named = {int(number): name for number, name, _ in rows}
    expected = {0: "adj.all", 3: "noun.Tops", 28: "noun.time", 43: "verb.weather", 44: "adj.ppl"}
    assert {number: named[number] for number in expected} == expected
    assert {(name.split(".")[0], code) for _, name, code in rows} == {
        ("noun", "1"), ("verb", "2"), ("adj", "3"), ("adv", "4"),
    }  # fmt: skip


def test_debians_files_are_copied_once(debian, user_cache):
    assert corpora.wordnet() == debian
    kept = corpora.keep_wordnet()
    assert sorted(path.name for path in kept.iterdir()) == sorted([*NAMES, "lexnames"])
    debian.joinpath("data.adj").unlink()
    assert corpora.keep_wordnet() == kept == corpora.wordnet()


def test_without_all_of_debians_files_there_is_no_wordnet(debian):
    debian.joinpath("index.sense").unlink()
    assert corpora.wordnet() is None
    assert corpora.keep_wordnet() is None


def test_a_cache_that_cannot_be_written_is_told(debian, tmp_path, monkeypatch):
    tmp_path.joinpath("file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(AuditError, match="wordnet cannot be kept"):
        corpora.keep_wordnet()


@pytest.fixture
def nltk_folder(monkeypatch, tmp_path):
    """The only folder in which NLTK looks besides the cache."""
    data = pytest.importorskip("nltk").data
    monkeypatch.setattr(data, "path", [str(tmp_path)])
    return tmp_path


def test_the_words_of_scikit_learn_stand_in_for_those_of_nltk(nltk_folder):
    assert corpora.stop_words() is None
    corpora.keep_stop_words()
    assert len(corpora.found_by_nltk(corpora.STOP_WORDS).read_text().split()) == 318
    assert corpora.stop_words() is None


def test_stop_words_of_nltk_are_found_before_those_that_stand_in(nltk_folder):
    own = nltk_folder / "corpora" / "stopwords" / "english"
    own.parent.mkdir(parents=True)
    own.write_text("the\nof\n")
    corpora.keep_stop_words()
    assert corpora.found_by_nltk(corpora.STOP_WORDS) == own
    assert corpora.stop_words() == own.parent


@pytest.mark.usefixtures("needs_wordnet")
def test_nltk_reads_it():
    """WordNet 3.0 has "good" as a noun and an adjective, and "full" among the adjective's synonyms."""
    code = (
        "from probes.attacking import corpora; corpora.keep_wordnet(); corpora.keep_stop_words();"
        "corpora.show_to_nltk();"
        "from nltk.corpus import stopwords, wordnet;"
        "names = {name for synset in wordnet.synsets('good', 'a') for name in synset.lemma_names()};"
        "print(names >= {'good', 'full', 'respectable'}, wordnet.synsets('good')[0].lexname());"
        "print('the' in stopwords.words('english'))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "noun.attribute", "True"]
