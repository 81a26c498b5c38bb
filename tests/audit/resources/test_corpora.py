"""Are word lists fetched from where they can be had, and is it told where they cannot?"""

from pathlib import Path

import pytest

from audit.resources import CORPORA, cached, fetch
from audit.resources.known import RESOURCES
from probes.attacking import corpora
from probes.attacking.similarity import ENCODER
from probes.errors import AuditError


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    monkeypatch.setattr(corpora, "DEBIAN", tmp_path / "none")
    monkeypatch.setattr(corpora, "found_by_nltk", lambda _: None)


@pytest.fixture
def nltk_downloader(monkeypatch):
    downloader = pytest.importorskip("nltk.downloader")

    def place(download):
        monkeypatch.setattr(
            downloader, "Downloader", lambda: type("Fake", (), {"download": staticmethod(download)})
        )

    return place


def test_debians_files_are_taken(tmp_path, monkeypatch):
    for name in corpora.WORDNET_FILES:
        tmp_path.joinpath(name).touch()
    monkeypatch.setattr(corpora, "DEBIAN", tmp_path)
    monkeypatch.setattr(corpora, "found_by_nltk", lambda _: None)
    assert cached("wordnet") is None
    assert fetch("wordnet") == cached("wordnet") == corpora.folder() / "corpora" / "wordnet"


def test_else_nltk_downloads_it(nowhere, nltk_downloader):
    def download(name, folder, **_):
        Path(folder, "corpora").mkdir()
        Path(folder, "corpora", f"{name}.zip").write_bytes(b"zip")

    nltk_downloader(download)
    assert fetch("wordnet").read_bytes() == b"zip"
    assert fetch("wordnet").parent == corpora.folder() / "corpora"


def test_without_internet_the_reason_and_the_way_out_are_told(nowhere, nltk_downloader):
    def download(name, folder, **_):
        raise ValueError("no route to host")

    nltk_downloader(download)
    with pytest.raises(
        AuditError, match=r"no route to host.*apt-get install wordnet-base wordnet-sense-index"
    ):
        fetch("wordnet")
    assert not [path for path in corpora.folder().rglob("*") if path.is_file()]


def test_stop_words_take_the_place_of_those_that_stood_in(monkeypatch, nltk_downloader):
    data = pytest.importorskip("nltk").data
    monkeypatch.setattr(data, "path", [])

    def download(name, folder, **_):
        own = Path(folder, "corpora", name)
        own.mkdir(parents=True)
        own.joinpath("english").write_text("the\nof\n")

    nltk_downloader(download)
    corpora.keep_stop_words()
    assert cached("stopwords") is None
    assert fetch("stopwords").joinpath("english").read_text() == "the\nof\n"
    assert fetch("stopwords") == cached("stopwords") == corpora.folder() / "corpora" / "stopwords"


def test_without_internet_it_is_told_how_to_bring_stop_words(nowhere, nltk_downloader):
    def download(name, folder, **_):
        raise ValueError("no route to host")

    nltk_downloader(download)
    with pytest.raises(AuditError, match=r"stopwords could not be downloaded.*no route.*copy the folder"):
        fetch("stopwords")


def test_every_entry_says_what_it_is():
    for name, corpus in CORPORA.items():
        assert corpus.name == name
        assert corpus.title
        assert corpus.licence
        assert corpus.origin
        assert name not in RESOURCES


def test_the_sentence_encoder_is_the_one_that_is_fetched():
    name, version = ENCODER
    assert RESOURCES[name].version == version
    assert "model.safetensors" in RESOURCES[name].files
