"""What a reference means."""

import pytest

from audit.models import find, labels, load
from audit.models import folder as module
from probes.errors import AuditError


@pytest.fixture
def downloads(monkeypatch, tiny_model):
    asked = []

    def download(hub_id, **kwargs):
        asked.append((hub_id, kwargs))
        if "gone" in hub_id:
            raise OSError("404 Client Error.\nRepository Not Found for url")
        return str(tiny_model)

    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    return asked


def test_a_folder_is_itself(tiny_model, downloads):
    assert find(str(tiny_model)) == tiny_model
    assert downloads == []


@pytest.mark.parametrize(
    ("reference", "hub_id"),
    [("org/name", "org/name"), ("bert-x", "bert-x"), ("hf:org/n.a-me_1", "org/n.a-me_1")],
)
def test_a_hub_id_is_downloaded(downloads, tiny_model, reference, hub_id):
    assert find(reference) == tiny_model
    assert downloads[0][0] == hub_id


def test_only_weights_and_settings_are_downloaded(downloads):
    find("org/name")
    kinds = downloads[0][1]["allow_patterns"]
    assert not {"*.bin", "*.py", "*.pt", "*"} & set(kinds)
    assert downloads[0][1]["ignore_patterns"] == ["*/*"]


def test_a_downloaded_model_passes_the_same_checks(downloads, monkeypatch, tmp_path):
    (tmp_path / "config.json").write_text('{"auto_map": {"AutoModel": "x.Y"}}')
    monkeypatch.setattr(module, "_download", lambda _: tmp_path)
    with pytest.raises(AuditError, match="auto_map"):
        load("org/evil")


@pytest.mark.parametrize(
    "reference", ["./gone", "/gone", "a/b/c", "~/gone", "a b", "", "../gone", "x\\y", "-x"]
)
def test_what_can_only_be_a_path_is_not_asked_for(downloads, reference, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if not reference:
        reference = "none/"
    with pytest.raises(AuditError, match="is not a folder"):
        find(reference)
    assert downloads == []


def test_a_misspelt_folder_is_not_asked_for(downloads, tmp_path, monkeypatch, tiny_model):
    (tmp_path / "my-model").symlink_to(tiny_model)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AuditError, match="did you mean my-model"):
        labels("my-modle")
    assert downloads == []


def test_a_path_into_a_folder_is_no_hub_id(downloads, tmp_path, monkeypatch):
    (tmp_path / "runs").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AuditError, match="is not a folder here"):
        find("runs/last")
    assert downloads == []


def test_a_file_is_no_folder(tiny_model):
    with pytest.raises(AuditError, match="is a file"):
        find(str(tiny_model / "config.json"))


@pytest.mark.parametrize("reference", ["org/gone", "hf:gone"])
def test_what_the_hub_does_not_have(downloads, reference):
    with pytest.raises(AuditError, match="the hub does not give it: 404 Client Error") as caught:
        find(reference)
    assert "\n" not in str(caught.value)


def test_a_wrong_hub_id():
    with pytest.raises(AuditError, match="is not a hub id"):
        find("hf:a/b/c")
