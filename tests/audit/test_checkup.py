"""Does the doctor tell of each attack whether it can run, and of stop words whose they are?"""

import pytest

from audit.checkup import findings
from probes.attacking import corpora, library, recipes


def _told():
    return {finding.what: finding for finding in findings()}


def test_each_attack_is_told_with_what_it_lacks():
    """Nothing brings flair beside this transformers, so that checklist cannot run anywhere."""
    if library.missing():
        pytest.skip("TextAttack is not here")
    told = _told()
    assert {what for what in told if what.startswith("attack ")} == {f"attack {name}" for name in recipes()}
    assert told["attack deepwordbug"].found
    assert not told["attack checklist"].found
    assert "flair" in told["attack checklist"].remedy


def test_an_attack_that_does_without_an_option_tells_which(monkeypatch):
    recipe = recipes()["textfooler-wordnet"]
    monkeypatch.setattr(type(recipe), "lacks", lambda _: ())
    monkeypatch.setattr(type(recipe), "options", lambda _: {"tagger": "run x"})
    if library.missing() is None:
        assert _told()["attack textfooler-wordnet"].detail.endswith("; without a tagger: run x")


def test_without_textattack_one_line_says_so_for_all(monkeypatch):
    monkeypatch.setattr(library, "missing", lambda: "pip install it")
    told = _told()
    assert (told["attacks"].found, told["attacks"].detail) == (False, "pip install it")
    assert not [what for what in told if what.startswith("attack ")]


@pytest.mark.parametrize("found", [True, False])
def test_it_tells_whose_stop_words_attacks_take(found, monkeypatch, tmp_path):
    monkeypatch.setattr(corpora, "stop_words", lambda: tmp_path if found else None)
    told = _told()["stopwords"]
    assert (told.found, "scikit-learn" in told.detail) == (found, not found)
    assert told.remedy == "audit fetch stopwords"
