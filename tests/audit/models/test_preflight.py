"""Hostile and broken folders get sentences, and nothing of theirs is loaded."""

import json
import os
import random
import shutil
from pathlib import Path

import pytest

from audit.models import load, preflight
from probes.errors import AuditError


@pytest.fixture
def folder(tiny_model, tmp_path):
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def change(folder, name="config.json", **settings):
    path = folder / name
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))


def test_a_sound_folder_has_no_faults(tiny_model):
    assert preflight(tiny_model) == []


HOSTILE = [
    {"auto_map": {"AutoModelForSequenceClassification": "evil/repo--modeling.Evil"}},
    {"_attn_implementation_internal": "evil/kernels"},
    {"_attn_implementation": "evil/kernels:attack"},
    {"attn_implementation": "kernels-community/flash-attn2@main"},
    {"attn_implementation": {"": "sdpa", "text_config": "evil/kernels"}},
    {"_experts_implementation": "evil/kernels"},
    {"attn_implementation": "paged|evil/kernels"},
    {"text_config": {"_attn_implementation": "evil/kernels"}},
    {"text_config": {"deep": [{"auto_map": ["a.B", None]}]}},
    {"per_layer_config": {"0": {"_attn_implementation_internal": "evil/kernels"}}},
    {"keypoint_detector_config": {"trust_remote_code": True}},
    {"trust_remote_code": True},
    {"quantization_config": {"quant_method": "evil"}},
    {"compression_config": {"quant_method": "evil"}},
    {"use_kernels": True},
    {"configuration_files": ["config.5.0.0.json"]},
    {"transformers_weights": "pytorch_model.bin"},
    {"custom_pipelines": {"x": {"impl": "evil.Pipeline"}}},
    {"torch_dtype": "load"},
    {"dtype": ["float32"]},
    {"max_position_embeddings": 10**12},
    {"vocab_size": 10**15},
]


@pytest.mark.parametrize("settings", HOSTILE, ids=str)
def test_settings_that_could_run_code_are_refused(folder, settings):
    change(folder, **settings)
    key = next(iter(settings))
    assert any(key in fault for fault in preflight(folder))
    with pytest.raises(AuditError, match=r"config\.json"):
        load(str(folder))


@pytest.mark.parametrize(
    "settings",
    [
        {"_attn_implementation_autoset": True},
        {"attn_implementation": "eager"},
        {"_attn_implementation": None},
        {"quantization_config": None},
        {"trust_remote_code": False},
        {"_name_or_path": "org/name"},
        {"dtype": "bfloat16"},
    ],
    ids=str,
)
def test_harmless_settings_of_real_models_are_kept(folder, settings):
    change(folder, **settings)
    assert preflight(folder) == []


@pytest.mark.parametrize(
    "settings",
    [
        {"auto_map": {"AutoTokenizer": ["evil.Tokenizer", None]}},
        {"tokenizer_class": "evil.Tokenizer"},
        {"tokenizer_class": ["X"]},
        {"init_inputs": ["x"]},
        {"fast_tokenizer_files": ["tokenizer.4.0.0.json"]},
        {"vocab_file": "/etc/passwd"},
        {"merges_file": "../../../../../../../../etc/passwd"},
    ],
    ids=str,
)
def test_tokenizer_settings_are_checked_too(folder, settings):
    change(folder, "tokenizer_config.json", **settings)
    assert any("tokenizer_config.json" in fault for fault in preflight(folder))


def test_the_cache_path_of_another_machine_is_no_fault(folder):
    change(folder, "tokenizer_config.json", special_tokens_map_file="/nowhere/.cache/huggingface/abc")
    assert preflight(folder) == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"id2label": {"0": "no"}}, "two or more"),
        ({"id2label": {"0": "no", "2": "yes"}}, "without a gap"),
        ({"id2label": {"0": "no", "1": "no"}}, "same name"),
        ({"id2label": {"0": 0, "1": 1}}, "id2label is"),
        ({"id2label": ["no", "yes"]}, "id2label is"),
        ({"id2label": None, "num_labels": "many"}, "num_labels"),
        ({"id2label": None, "num_labels": 1}, "two or more"),
        ({"architectures": ["BertModel"]}, "ForSequenceClassification"),
        ({"architectures": None}, "ForSequenceClassification"),
        ({"architectures": []}, "ForSequenceClassification"),
        ({"model_type": None}, "model_type"),
        ({"problem_type": "regression"}, "single-label"),
        ({"problem_type": "multi_label_classification"}, "single-label"),
    ],
)
def test_what_is_no_classifier_is_named(folder, settings, said):
    change(folder, **settings)
    assert any(said in fault for fault in preflight(folder))


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe{}", b'"x"', b"[" * 100_000, b"1" * 10_000]
)
@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "special_tokens_map.json"])
def test_files_that_are_no_object_are_named(folder, name, content):
    (folder / name).write_bytes(content)
    assert any(name in fault for fault in preflight(folder))


def test_all_faults_come_at_once(folder):
    change(folder, auto_map={"A": "b"}, id2label={"0": "x"}, architectures=["BertModel"])
    (folder / "model.safetensors").unlink()
    (folder / "tokenizer.json").unlink()
    said = "\n".join(preflight(folder))
    for part in ("auto_map", "two or more", "BertModel", "model.safetensors", "no tokenizer"):
        assert part in said


def test_pickled_weights_stay_closed(folder):
    """A pickle that would create a file when it is opened stands beside the config."""
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    (fault,) = preflight(folder)
    assert "pytorch_model.bin" in fault
    assert "save_pretrained" in fault


@pytest.mark.parametrize(
    "name", ["../other/model.safetensors", "/etc/passwd", "shard.bin", "a\\b.safetensors", ".x.safetensors"]
)
def test_shards_stay_inside_the_folder(folder, name):
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"w": name}}))
    assert any("not the name of a safetensors file in this folder" in fault for fault in preflight(folder))


@pytest.mark.parametrize(
    "index", [{}, {"weight_map": []}, {"weight_map": {}}, {"weight_map": {"w": "gone.safetensors"}}]
)
def test_a_broken_index_is_named(folder, index):
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    assert len(preflight(folder)) == 1


@pytest.mark.parametrize("keep", [0, 7, 8, 100, -1])
def test_cut_weights_are_named(folder, keep):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    assert any("model.safetensors" in fault for fault in preflight(folder))


@pytest.mark.parametrize(
    "header",
    [b"{}", b"[]", b"{", b'{"w": 1}', b'{"w": {"data_offsets": [0]}}', b'{"w": {"data_offsets": "xx"}}'],
)
def test_a_broken_header_is_named(folder, header):
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    assert any("model.safetensors" in fault for fault in preflight(folder))


def test_links_may_not_leave_the_folder(folder, tmp_path):
    (tmp_path / "elsewhere.json").write_text("{}")
    (folder / "special_tokens_map.json").symlink_to(tmp_path / "elsewhere.json")
    (fault,) = preflight(folder)
    assert "outside the folder" in fault


def test_links_inside_a_snapshot_of_the_hub_cache_are_followed(folder, tmp_path):
    """The hub's cache keeps contents in blobs/ and links to them from snapshots/REVISION/."""
    blobs = tmp_path / "models--org--name" / "blobs"
    snapshot = tmp_path / "models--org--name" / "snapshots" / "abc"
    blobs.mkdir(parents=True)
    snapshot.mkdir(parents=True)
    for path in folder.iterdir():
        shutil.copy(path, blobs / path.name)
        (snapshot / path.name).symlink_to(Path("../../blobs") / path.name)
    assert preflight(snapshot) == []


def test_a_pipe_does_not_hang(folder):
    (folder / "config.json").unlink()
    os.mkfifo(folder / "config.json")
    (fault,) = preflight(folder)
    assert "neither a file nor a folder" in fault


@pytest.mark.parametrize(
    "name", ["adapter_config.json", ".metadata", "shard-00000-model-00001-of-00001.safetensors"]
)
def test_other_kinds_of_checkpoints_are_named(folder, name):
    (folder / name).write_text("{}")
    assert len(preflight(folder)) == 1


def test_no_folder():
    assert "not a folder" in preflight(Path("nowhere"))[0]


@pytest.mark.parametrize("seed", range(40))
def test_damaged_files_never_raise(folder, seed):
    """Bytes of the JSON files and of the weights' header are overwritten at random; a list comes back."""
    rng = random.Random(seed)
    for name in ("config.json", "tokenizer_config.json", "model.safetensors"):
        content = bytearray((folder / name).read_bytes())
        for _ in range(rng.choice([1, 3, 30])):
            content[rng.randrange(min(len(content), 3000))] = rng.randrange(256)
        (folder / name).write_bytes(content)
    assert all(isinstance(fault, str) and fault for fault in preflight(folder))
