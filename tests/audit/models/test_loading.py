"""Loading, without the network, with faults as sentences."""

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from audit.models import labels, load, predict_checked
from probes.errors import AuditError
from probes.types import GradientModel


@pytest.fixture
def folder(tiny_model, tmp_path):
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_a_folder_never_touches_the_network(folder, no_network):
    model = load(str(folder))
    assert predict_checked(model, ["a good film"]).labels.shape == (1,)


def test_what_the_record_says_of_it(tiny_model):
    info = load(str(tiny_model), device="cpu", dtype="float32").info
    assert (info.kind, info.architecture, info.device, info.dtype) == (
        "transformers",
        "BertForSequenceClassification",
        "cpu",
        "float32",
    )
    assert info.classes == ("negative", "positive") == labels(str(tiny_model))
    assert info.parameters is not None
    assert len(info.fingerprint or "") == 64


def test_probabilities_are_the_softmax_of_the_logits(tiny_model):
    """Against transformers itself, in float32 (1e-5)."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    texts = ["a good film", "bad", "the plot was not very good but i love it"]
    module = AutoModelForSequenceClassification.from_pretrained(tiny_model).eval()
    inputs = AutoTokenizer.from_pretrained(tiny_model)(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        expected = module(**inputs).logits.softmax(-1).numpy()
    model = load(str(tiny_model), dtype="float32")
    assert np.allclose(model.predict(texts), expected, atol=1e-5)
    assert isinstance(model, GradientModel)


@pytest.mark.parametrize("dtype", ["auto", "float32", "bfloat16"])
def test_the_module_for_gradients_is_float32(tiny_model, dtype):
    import torch

    module = load(str(tiny_model), dtype=dtype).module
    assert {p.dtype for p in module.parameters()} == {torch.float32}
    assert not module.training


def test_many_classes(make_tiny_model, tmp_path):
    folder = make_tiny_model(tmp_path / "m", classes=("a", "b", "c", "d", "e"), seed=3)
    assert load(str(folder)).predict(["good", "bad"]).shape == (2, 5)


@pytest.mark.parametrize(
    ("argument", "value"), [("device", "tpu9"), ("device", "cuda:99"), ("dtype", "int8"), ("dtype", "")]
)
def test_unknown_device_and_dtype(tiny_model, argument, value):
    with pytest.raises(AuditError, match=f"{argument} '{value}'"):
        load(str(tiny_model), **{argument: value})


def edit(folder, **settings):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"model_type": "clip"}, "no text classifier for model_type 'clip'"),
        ({"model_type": "nonsense"}, "cannot be loaded"),
        ({"id2label": {"0": "a", "1": "b", "2": "c"}}, "2 weights do not fit config.json"),
        ({"num_hidden_layers": 3}, "lacks 16 weights"),
        ({"hidden_size": 48}, "do not fit config.json"),
        ({"hidden_size": "wide"}, "cannot be loaded"),
    ],
)
def test_folders_that_cannot_be_loaded(folder, settings, said):
    edit(folder, **settings)
    with pytest.raises(AuditError, match=said):
        load(str(folder))


def test_a_base_model_without_a_trained_head_is_refused(folder):
    """Its classifier would be drawn at random."""
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if not name.startswith("classifier")}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(AuditError, match="lacks 2 weights"):
        load(str(folder))


def test_a_broken_tokenizer_is_a_sentence(folder):
    (folder / "tokenizer.json").write_text('{"version": "1.0"}')
    with pytest.raises(AuditError, match="cannot be loaded"):
        load(str(folder))


def test_the_fingerprint_is_of_what_decides_the_answers(folder):
    before = load(str(folder), dtype="float32").info.fingerprint
    (folder / "training.json").write_text("{}")
    (folder / "README.md").write_text("changed")
    assert load(str(folder), dtype="float32").info.fingerprint == before
    edit(folder, id2label={"0": "bad", "1": "good"}, label2id={"bad": 0, "good": 1})
    assert load(str(folder), dtype="float32").info.fingerprint != before


def test_a_copy_has_the_same_fingerprint(folder, tiny_model):
    from audit.models.fingerprint import fingerprint

    assert fingerprint(folder) == fingerprint(tiny_model)


def test_torch_is_not_imported_before_a_model_is_loaded(tiny_model):
    code = (
        "import sys; from audit.models import labels, python_model, predict_checked, preflight; from "
        "pathlib import Path;"
        f"labels({str(tiny_model)!r}); preflight(Path({str(tiny_model)!r}));"
        "print([name for name in ('torch', 'transformers', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_notes_of_transformers_stay_silent(folder, capfd):
    load(str(folder))
    assert capfd.readouterr().err == ""
